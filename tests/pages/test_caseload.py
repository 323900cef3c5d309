"""A therapist's own cases: whom to contact first, and who is under way."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.choices import Protection
from referrals.models import Employment, Municipality, Referral, Therapist, User
from referrals.permissions import Role
from tests.factories import (
    EmploymentFactory,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    days_ago,
)
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]


@pytest.fixture
def therapists_client(client_for: ClientFor, therapist_user: User) -> Client:
    return client_for(therapist_user)


@pytest.fixture
def case_of(municipality: Municipality, therapist: Therapist) -> Callable[..., Referral]:
    """Makes referrals assigned to the therapist who is signed in."""

    def make(**traits: object) -> Referral:
        own = {"municipality": municipality, "therapist": therapist, "assigned_on": days_ago(1)}
        return ReferralFactory(**own | traits)

    return make


def listed(page: HttpResponse, part: str) -> list[Referral]:
    return [card.referral for card in page.context[part]]


def test_first_contacts_come_by_the_day_they_are_due(
    therapists_client: Client, case_of: Callable[..., Referral]
) -> None:
    unassessed = case_of()
    relaxed = case_of(waiting=True, priority=4)
    urgent = case_of(waiting=True, priority=1)
    overdue = case_of(overdue=True)
    page = therapists_client.get("/mine/")
    assert listed(page, "to_contact") == [overdue, urgent, relaxed, unassessed]
    assert "Over frist" in markup(page)


def test_started_cases_stand_by_themselves(
    therapists_client: Client, case_of: Callable[..., Referral]
) -> None:
    started = case_of(started=True)
    page = therapists_client.get("/mine/")
    assert (listed(page, "to_contact"), listed(page, "under_way")) == ([], [started])
    assert "Ingen venter på deg." in markup(page)


def test_closed_cases_and_those_of_others_are_not_there(
    therapists_client: Client, case_of: Callable[..., Referral], municipality: Municipality
) -> None:
    case_of(closed=True)
    ReferralFactory(municipality=municipality, waiting=True, assigned=True)
    ReferralFactory(municipality=municipality, waiting=True)
    page = therapists_client.get("/mine/")
    assert listed(page, "to_contact") == listed(page, "under_way") == []


def test_citizens_are_initials_and_birth_year(
    therapists_client: Client, case_of: Callable[..., Referral], municipality: Municipality
) -> None:
    case_of(person=PersonFactory(municipality=municipality, given_name="Máret", family_name="Sara"))
    hidden = PersonFactory(
        municipality=municipality, given_name="Per", family_name="Gjemt", protection=Protection.CONFIDENTIAL
    )
    case_of(person=hidden)
    page = markup(therapists_client.get("/mine/"))
    assert "MS 1948" in page and "Sara" not in page
    assert "PG 1948" not in page and "Skjermet" in page


def test_the_button_leads_to_the_first_contact(
    therapists_client: Client, case_of: Callable[..., Referral]
) -> None:
    case_of(waiting=True)
    card = therapists_client.get("/mine/").context["to_contact"][0]
    assert therapists_client.get(card.start_url).status_code == 200


def test_a_case_in_a_municipality_without_a_role_is_not_shown(
    therapists_client: Client, therapist: Therapist, other_municipality: Municipality
) -> None:
    ReferralFactory(
        municipality=other_municipality, waiting=True, therapist=therapist, assigned_on=days_ago(1)
    )
    assert listed(therapists_client.get("/mine/"), "to_contact") == []


def test_names_the_municipality_of_a_therapist_in_two(
    therapists_client: Client,
    therapist_user: User,
    case_of: Callable[..., Referral],
    other_municipality: Municipality,
) -> None:
    case_of()
    MembershipFactory(user=therapist_user, role=Role.THERAPIST, municipality=other_municipality)
    Employment.objects.filter(therapist=therapist_user.therapist).update(fte=0.5)
    EmploymentFactory(therapist=therapist_user.therapist, municipality=other_municipality, fte=0.5)
    case_of(municipality=other_municipality)
    page = markup(therapists_client.get("/mine/"))
    assert "Annesvik" in page and "Prøvdal" in page


def test_a_user_without_a_therapist_is_told_why_nothing_is_there(
    client_for: ClientFor, municipality: Municipality
) -> None:
    membership = MembershipFactory(role=Role.THERAPIST, municipality=municipality)
    page = client_for(membership.user).get("/mine/")
    assert "ikke koblet til en ergoterapeut" in markup(page)


@pytest.mark.parametrize("role", ["coordinator", "manager", "county_reader", "administrator"])
def test_other_roles_have_no_caseload(
    role: str, request: pytest.FixtureRequest, client_for: ClientFor
) -> None:
    assert client_for(request.getfixturevalue(role)).get("/mine/").status_code == 403


def test_thirty_cases_cost_no_more_queries_than_three(
    therapists_client: Client, case_of: Callable[..., Referral]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            therapists_client.get("/mine/")
        return len(captured)

    for _case in range(3):
        case_of(paused=True)
    therapists_client.get("/mine/")  # warms what is cached
    three = queries()
    for _case in range(27):
        case_of(waiting=True)
    assert queries() == three


def test_is_not_kept_by_the_browser(therapists_client: Client) -> None:
    assert "no-store" in therapists_client.get("/mine/")["Cache-Control"]
