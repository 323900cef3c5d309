"""The privacy officer of a municipality: reads its logs, and no case."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from ergo.scope import scoped
from referrals.choices import Protection
from referrals.models import Municipality, Opening, Person, Referral, User, access_of
from referrals.permissions import Permission, Role
from tests.factories import TODAY, MembershipFactory, OpeningFactory, PersonFactory, ReferralFactory
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]

NUMBER = "2026-000123"


@pytest.fixture
def case(municipality: Municipality, coordinator: User) -> Referral:
    """A shielded case that the coordinator has opened."""
    person = PersonFactory(
        municipality=municipality, family_name="Hemmelig", protection=Protection.STRICTLY_CONFIDENTIAL
    )
    OpeningFactory(
        person=person, user=coordinator, number=NUMBER, emergency=True, reason="Fall i natt, må ringe"
    )
    return ReferralFactory(municipality=municipality, person=person, number=NUMBER, waiting=True)


def test_begins_at_the_openings_and_reads_who_and_why(
    case: Referral, privacy_officer: User, coordinator: User, client_for: ClientFor
) -> None:
    page = client_for(privacy_officer).get("/", follow=True)
    assert page.redirect_chain[-1][0] == f"/k/{case.municipality.code}/apninger/"
    assert "Fall i natt, må ringe" in markup(page) and coordinator.get_full_name() in markup(page)
    assert "Hemmelig" not in markup(page) and "henvisninger/" not in markup(page)
    assert "Avslutt nå" not in markup(page)


@pytest.mark.parametrize("page", ["venteliste/", "henvisninger/ny/", f"henvisninger/{NUMBER}/"])
def test_sees_no_case(page: str, case: Referral, privacy_officer: User, client_for: ClientFor) -> None:
    assert client_for(privacy_officer).get(f"/k/{case.municipality.code}/{page}").status_code == 403


def test_the_database_gives_the_privacy_officer_the_log_and_no_person(
    case: Referral, privacy_officer: User
) -> None:
    access = access_of(privacy_officer, on=TODAY)
    with (
        scoped(
            access.municipality_ids(Permission.SEE_CASES),
            log_municipality_ids=access.municipality_ids(Permission.SEE_LOGS),
        ),
        transaction.atomic(),
    ):
        assert Opening.objects.count() == 1
        assert not Person.objects.exists() and not Referral.objects.exists()


def test_an_opening_of_another_municipality_is_not_listed(
    case: Referral, privacy_officer: User, other_municipality: Municipality, client_for: ClientFor
) -> None:
    OpeningFactory(person=PersonFactory(municipality=other_municipality), reason="Noe helt annet her")
    client = client_for(privacy_officer)
    assert "Noe helt annet" not in markup(client.get(f"/k/{case.municipality.code}/apninger/"))
    assert client.get(f"/k/{other_municipality.code}/apninger/").status_code == 404


def test_with_another_role_elsewhere_each_address_opens_what_the_role_there_does(
    privacy_officer: User, municipality: Municipality, other_municipality: Municipality, client_for: ClientFor
) -> None:
    MembershipFactory(user=privacy_officer, role=Role.COORDINATOR, municipality=other_municipality)
    client = client_for(privacy_officer)
    client.get(f"/k/{municipality.code}/apninger/")
    assert client.get("/").url == f"/k/{other_municipality.code}/venteliste/"
    page = client.get(f"/k/{other_municipality.code}/venteliste/")
    assert [place.url for place in page.context["municipalities"]] == [
        f"/k/{other_municipality.code}/venteliste/",
        f"/k/{municipality.code}/apninger/",
    ]


@pytest.mark.parametrize("kind", ["named", "emergency", "", "x"])
def test_the_list_is_narrowed_by_kind_and_paged(
    kind: str, case: Referral, privacy_officer: User, client_for: ClientFor
) -> None:
    OpeningFactory.create_batch(60, person=case.person)
    client, address = client_for(privacy_officer), f"/k/{case.municipality.code}/apninger/"
    shown = {"named": 50, "emergency": 1}.get(kind, 50)
    assert len(client.get(address, {"type": kind}).context["rows"]) == shown
    assert client.get(address, {"type": kind, "page": "9" * 30}).status_code == 200
