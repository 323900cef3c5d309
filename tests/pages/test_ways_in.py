"""Who can sign in as whom, and who has which rights: no change of it goes unseen."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import ProgrammingError, connection, transaction

from ergo import scope
from referrals.models import AuditEvent, User

pytestmark = pytest.mark.django_db


def logged(table: str) -> list[tuple[str, dict | None, dict | None]]:
    """Registers' changes are shown to whoever is signed in; pages ask for more than that."""
    with scope.scoped(user_id=1):
        rows = AuditEvent.objects.filter(table_name=table).order_by("pk")
        return list(rows.values_list("operation", "before", "after"))


def test_a_link_to_the_municipalitys_own_sign_in_is_logged_when_made_and_when_taken_away(
    coordinator: User,
) -> None:
    link = SocialAccount.objects.create(user=coordinator, provider="https://op.example", uid="42")
    link.extra_data = {"pid": "secret"}
    link.save()
    link.delete()
    added, removed = logged("socialaccount_socialaccount")
    assert (added[0], added[2]["uid"], added[2]["user_id"]) == ("I", "42", coordinator.pk)
    assert (removed[0], removed[1]["uid"]) == ("D", "42")
    assert "extra_data" not in added[2]


def test_a_second_factor_is_logged_without_its_secret(coordinator: User) -> None:
    factor = Authenticator.objects.create(
        user=coordinator, type=Authenticator.Type.TOTP, data={"secret": "sealed"}
    )
    factor.delete()
    added, removed = logged("mfa_authenticator")
    assert added[2]["user_id"] == coordinator.pk
    assert "data" not in added[2] and "data" not in removed[1]


@pytest.mark.parametrize(
    "statement", ["DELETE FROM django_admin_log", "UPDATE django_admin_log SET user_id = 1"]
)
def test_the_log_of_the_administration_is_only_added_to(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
