"""Who can sign in as whom, and who has which rights: no change of it goes unseen."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from ergo import scope
from referrals.choices import SecurityEventKind
from referrals.models import AuditEvent, Municipality, SecurityEvent, User
from tests.factories import MembershipFactory, UserFactory
from tests.harness.admin_forms import opened

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


def given(administrator: User, client_for: Callable[[User], Client], user: User, place: Municipality) -> None:
    data = {"user": user.pk, "role": "manager", "municipality": place.pk, "valid_from": "01.01.2026"}
    answer = client_for(administrator).post("/admin/referrals/membership/add/", data)
    assert answer.status_code == 302


def test_a_role_that_an_administrator_gives_themself_is_told_to_the_privacy_officer(
    administrator: User,
    privacy_officer: User,
    municipality: Municipality,
    client_for: Callable[[User], Client],
) -> None:
    given(administrator, client_for, administrator, municipality)
    assert SecurityEvent.objects.filter(kind=SecurityEventKind.RIGHTS_CHANGED, detail="their own").exists()
    page = " ".join(
        client_for(privacy_officer).get(f"/k/{municipality.code}/roller/").content.decode().split()
    )
    assert "Egen rolle" in page and administrator.get_full_name() in page
    assert "Gitt: 01.01.2026–" in page


def test_a_role_that_is_changed_and_taken_away_again_is_still_told(
    administrator: User, manager: User, municipality: Municipality, client_for: Callable[[User], Client]
) -> None:
    newcomer = UserFactory(first_name="Øyvind", last_name="Ny")
    given(administrator, client_for, newcomer, municipality)
    membership = newcomer.memberships.get()
    office = client_for(administrator)
    changed = {"user": newcomer.pk, "role": "manager", "municipality": municipality.pk}
    changed |= {"valid_from": "01.01.2026", "valid_to": "01.02.2026"}
    page = f"/admin/referrals/membership/{membership.pk}/change/"
    office.post(page, opened(office, page) | changed)
    office.post(f"/admin/referrals/membership/{membership.pk}/delete/", {"post": "yes"})
    rights = client_for(manager).get(f"/k/{municipality.code}/roller/").context["rights"]
    whats = [change.what for change in rights.changes if change.who == "Øyvind Ny"]
    assert whats == [
        "Tatt bort: 01.01.2026–01.02.2026",
        "til: ikke oppgitt → 01.02.2026",
        "Gitt: 01.01.2026–",
    ]
    assert {change.by for change in rights.changes if change.who == "Øyvind Ny"} == {
        administrator.get_full_name()
    }
    assert "Øyvind Ny" not in {held.who for held in rights.held}


def test_the_roles_of_another_municipality_are_not_told(
    manager: User,
    coordinator: User,
    other_municipality: Municipality,
    municipality: Municipality,
    client_for: Any,
) -> None:
    MembershipFactory(user=UserFactory(last_name="Nabosen"), municipality=other_municipality)
    page = client_for(manager).get(f"/k/{municipality.code}/roller/").content.decode()
    assert coordinator.get_full_name() in page and "Nabosen" not in page
