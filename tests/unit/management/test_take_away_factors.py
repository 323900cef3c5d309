"""Letting in somebody who has lost every second factor."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from referrals.models import SecurityEvent, User
from tests.harness.factors import give_app, give_recovery_codes


def test_the_factors_are_gone_and_it_is_on_record(
    administrator: User, capsys: pytest.CaptureFixture[str]
) -> None:
    give_app(administrator)
    give_recovery_codes(administrator)
    call_command("take_away_factors", "administrator")
    assert not Authenticator.objects.exists()
    assert "had 1 second factors" in capsys.readouterr().out
    assert SecurityEvent.objects.get().user == administrator


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nobody", "", "\0", "å" * 500])
def test_an_unknown_name_is_told_of(name: str) -> None:
    with pytest.raises(CommandError, match="no such user"):
        call_command("take_away_factors", name)
