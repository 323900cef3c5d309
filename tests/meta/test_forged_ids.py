"""Ids of another municipality in the query, the form and the path: each is checked where it stands."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.models import Municipality, Person, Referral, Therapist, User
from tests.factories import PersonFactory, ReferralFactory, TherapistFactory
from tests.harness.doors import NUMBER

ClientFor = Callable[[User], Client]

SECRET = "Hemmeligsen"
ODD = ["", "0", "-1", "1.5", "abc", "\0", "9" * 40, "1 OR 1=1", "١٢"]


@pytest.fixture
def theirs(other_municipality: Municipality, category) -> Referral:
    """A case of another municipality, with the same number as ours."""
    person = PersonFactory(municipality=other_municipality, family_name=SECRET)
    return ReferralFactory(
        municipality=other_municipality, person=person, category=category, number=NUMBER, waiting=True
    )


@pytest.fixture
def ours(municipality: Municipality, category) -> Referral:
    return ReferralFactory(municipality=municipality, category=category, number=NUMBER, waiting=True)


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    return client_for(coordinator)


def says_nothing(response: HttpResponse) -> bool:
    return SECRET not in response.content.decode()


def search(office: Client, place: Municipality) -> str:
    """The token of a search that was made."""
    typed = {"name": "Kari Prøve", "birth_date": "17051948"}
    return office.post(f"/k/{place.code}/henvisninger/ny/", typed).url.partition("sok=")[2]


def test_krav_09_a_citizen_of_another_municipality_cannot_be_chosen(
    office: Client, ours: Referral, theirs: Referral
) -> None:
    """The id of a foreign citizen in a form leads to nobody, as does any id that makes no sense."""
    address = f"/k/{ours.municipality.code}/henvisninger/ny/innbygger/"
    for person in (str(theirs.person_id), *ODD):
        chosen = {"sok": search(office, ours.municipality), "person": person}
        answer = office.post(address, chosen, follow=True)
        assert says_nothing(answer), person
        assert answer.request["PATH_INFO"] == f"/k/{ours.municipality.code}/henvisninger/ny/", person
    assert Person.objects.filter(referrals__isnull=True).count() == 0


def test_krav_09_only_somebody_whom_the_search_found_can_be_chosen(office: Client, ours: Referral) -> None:
    """The id of another citizen of one's own municipality opens no form either: ids can be counted through."""
    start = f"/k/{ours.municipality.code}/henvisninger/ny/"
    stranger = PersonFactory(municipality=ours.municipality, family_name="Fremmed")
    chosen = {"sok": search(office, ours.municipality), "person": str(stranger.pk)}
    assert office.post(f"{start}innbygger/", chosen).url == start
    person = ours.person
    typed = {"name": person.name, "birth_date": f"{person.birth_date:%d%m%Y}"}
    token = office.post(start, typed).url.partition("sok=")[2]
    assert office.post(f"{start}innbygger/", {"sok": token, "person": str(person.pk)}).url != start


def test_krav_09_a_therapist_of_another_municipality_cannot_be_assigned(
    office: Client, ours: Referral, theirs: Referral
) -> None:
    """The id of a foreign therapist in a form is no choice."""
    stranger: Therapist = TherapistFactory(name="Nabo Hansen", employed_in=theirs.municipality)
    address = f"/k/{ours.municipality.code}/henvisninger/{NUMBER}/ergoterapeut/"
    for therapist in (str(stranger.pk), *ODD):
        answer = office.post(address, {"version": 1, "therapist": therapist, "on": "16.03.2026"})
        assert answer.status_code == 200, therapist
        assert answer.context["form"].errors, therapist
        assert "Nabo Hansen" not in answer.content.decode()
    ours.refresh_from_db()
    assert ours.therapist is None


@pytest.mark.parametrize(
    "name", ["therapist", "category", "priority", "status", "page", "sort", "only", "sok"]
)
def test_krav_09_nothing_in_the_query_opens_another_municipalitys_list(
    name: str, office: Client, ours: Referral, theirs: Referral
) -> None:
    """Foreign and senseless values in the address of a list show no foreign row."""
    for value in (str(theirs.pk), str(theirs.municipality_id), str(uuid4()), *ODD):
        answer = office.get(f"/k/{ours.municipality.code}/venteliste/", {name: value, "municipality": "all"})
        assert answer.status_code in (200, 302), value
        assert says_nothing(answer), value


def test_krav_09_a_search_kept_for_somebody_else_or_somewhere_else_is_gone(
    office: Client, client_for: ClientFor, therapist_user: User, ours: Referral, theirs: Referral
) -> None:
    """The token of a search works in the session that made it, and nowhere else."""
    token = search(office, ours.municipality)
    assert office.get(f"/k/{ours.municipality.code}/henvisninger/ny/", {"sok": token}).status_code == 200
    other = client_for(therapist_user)
    assert other.get(f"/k/{ours.municipality.code}/henvisninger/ny/", {"sok": token}).status_code == 302
    assert other.get(f"/k/{ours.municipality.code}/henvisninger/ny/{token}/").status_code == 302
    assert office.get(f"/k/{theirs.municipality.code}/henvisninger/ny/", {"sok": token}).status_code == 404


def test_krav_09_the_same_number_in_two_municipalities_is_two_cases(
    office: Client, ours: Referral, theirs: Referral
) -> None:
    """A move goes to the case of the municipality in the address, whatever ids the form carries besides."""
    address = f"/k/{ours.municipality.code}/henvisninger/{NUMBER}/prioritet/"
    forged = {"referral": theirs.pk, "referral_id": theirs.pk, "municipality": theirs.municipality_id}
    office.post(address, {"version": 1, "priority": 1, "on": "16.03.2026", **forged})
    for case, priority in ((ours, 1), (theirs, 2)):
        case.refresh_from_db()
        assert case.priority == priority
    assert office.get(f"/k/{theirs.municipality.code}/henvisninger/{NUMBER}/").status_code == 404
