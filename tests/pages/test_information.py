"""Missing information on the pages: asked for, seen on the case and in the list, and registered when it comes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from referrals.models import Category, InformationRequest, Municipality, Referral, User
from tests.factories import TODAY, InformationRequestFactory, ReferralFactory, days_ago
from tests.pages.seen import text

ClientFor = Callable[[User], Client]

TAG = 'data-color="warning">Mangler opplysninger<'


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def referral(municipality: Municipality, category: Category) -> Referral:
    """Received ten days ago and not assessed."""
    return ReferralFactory(municipality=municipality, category=category)


def address(referral: Referral, slug: str = "") -> str:
    place = {"code": referral.municipality.code, "number": referral.number}
    return reverse("referral", kwargs=place) + (f"{slug}/" if slug else "")


def send(client: Client, referral: Referral, slug: str, **typed: Any) -> HttpResponse:
    """Fills in a move's form on the present version and sends it."""
    version = Referral.objects.get(pk=referral.pk).version
    usual = {"version": version, "on": f"{TODAY:%d%m%Y}"}
    return client.post(address(referral, slug), usual | typed, follow=True)


ASKED = {"what": "Epikrise 😀", "asked_of": "hospital", "wanted_by": "30.03.2026"}


def test_what_is_missing_stands_on_the_case_with_whom_and_by_when(office: Client, referral: Referral) -> None:
    page = text(send(office, referral, "be-om-opplysninger", **ASKED))
    assert "Vi venter på opplysninger fra sykehus; fristen for vurdering står." in page
    assert "Epikrise 😀" in page and "Ønskes innen 30.03.2026: 14 dager igjen." in page
    assert "Etterspurt opplysninger: Sykehus. Ønsket innen 30.03.2026." in page
    assert "Mangler opplysninger" in page


def test_proposes_the_referrer_and_two_weeks(office: Client, referral: Referral) -> None:
    form = office.get(address(referral, "be-om-opplysninger")).context["form"]
    assert form["asked_of"].value() == "referrer"
    assert f"{form['wanted_by'].value():%d.%m.%Y}" == "30.03.2026"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"what": " "}, "what"),
        ({"what": "x" * 501}, "what"),
        ({"asked_of": ""}, "asked_of"),
        ({"asked_of": "naboen"}, "asked_of"),
        ({"wanted_by": ""}, "wanted_by"),
        ({"wanted_by": "15.03.2026"}, "wanted_by"),
        ({"wanted_by": "18.03.2027"}, "wanted_by"),
        ({"on": "17.03.2026"}, "on"),
        ({"on": "05.03.2026"}, "on"),
    ],
)
def test_bad_input_is_told_at_its_field(
    office: Client, referral: Referral, typed: dict[str, str], field: str
) -> None:
    page = send(office, referral, "be-om-opplysninger", **{**ASKED, **typed})
    assert list(page.context["form"].errors) == [field]
    assert not InformationRequest.objects.exists()


def test_several_from_several_are_told_in_one_sentence(office: Client, referral: Referral) -> None:
    InformationRequestFactory(referral=referral, asked_of="gp")
    InformationRequestFactory(referral=referral, asked_of="referrer", wanted_by=days_ago(-2))
    InformationRequestFactory(referral=referral, asked_of="gp", received_on=days_ago(1), what="Medisinliste")
    page = office.get(address(referral))
    assert "Vi venter på opplysninger fra henviser og fastlege; fristen for vurdering står." in text(page)
    assert [asked.request.asked_of for asked in page.context["asked_for"]] == ["referrer", "gp", "gp"]
    assert "Kom 15.03.2026." in text(page)


def test_of_an_assessed_case_every_deadline_stands(office: Client, municipality: Municipality) -> None:
    waiting = ReferralFactory(municipality=municipality, waiting=True)
    InformationRequestFactory(referral=waiting)
    assert "Vi venter på opplysninger fra sykehus; alle frister står." in text(office.get(address(waiting)))


@pytest.mark.parametrize(
    ("days", "label", "sentence"),
    [
        (-1, "Mangler", "Ønskes innen 17.03.2026: 1 dag igjen."),
        (0, "Mangler", "Ønskes innen i dag."),
        (1, "På overtid", "Ønsket innen 15.03.2026, for 1 dag siden."),
        (3, "På overtid", "Ønsket innen 13.03.2026, for 3 dager siden."),
    ],
)
def test_what_is_overdue_says_so_in_words(
    office: Client, referral: Referral, days: int, label: str, sentence: str
) -> None:
    InformationRequestFactory(referral=referral, wanted_by=days_ago(days))
    (asked,) = office.get(address(referral)).context["asked_for"]
    assert (asked.deadline.label, asked.deadline.sentence) == (label, sentence)


def test_a_closed_case_waits_for_nothing(office: Client, municipality: Municipality) -> None:
    closed = ReferralFactory(municipality=municipality, closed=True)
    InformationRequestFactory(referral=closed, wanted_by=days_ago(1))
    page = text(office.get(address(closed)))
    assert "Kom aldri" in page and "Vi venter på opplysninger" not in page and "På overtid" not in page
    listed = text(office.get(f"/k/{municipality.code}/venteliste/?status=closed"))
    assert closed.number in listed and TAG not in listed


def test_the_one_thing_that_is_missing_comes_without_being_chosen(office: Client, referral: Referral) -> None:
    request = InformationRequestFactory(referral=referral)
    page = office.get(address(referral, "opplysninger-kom"))
    assert "Vurdering fra sykehuset Etterspurt 11.03.2026: Sykehus." in text(page)
    told = text(send(office, referral, "opplysninger-kom", request=request.pk))
    assert "Opplysninger som ble etterspurt 11.03.2026, er kommet: Sykehus." in told
    assert "Vi venter på opplysninger" not in told and "Be om opplysninger som mangler" in told


def test_of_several_the_one_that_came_is_chosen(office: Client, referral: Referral) -> None:
    first, second = (
        InformationRequestFactory(referral=referral),
        InformationRequestFactory(referral=referral, asked_of="gp"),
    )
    page = send(office, referral, "opplysninger-kom")
    assert list(page.context["form"].errors) == ["request"]
    send(office, referral, "opplysninger-kom", request=second.pk)
    assert list(referral.information_requests.missing()) == [first]


def test_what_came_already_cannot_come_again(office: Client, referral: Referral) -> None:
    page = office.get(address(referral, "opplysninger-kom"), follow=True)
    assert "Ingen opplysninger mangler" in text(page)


def test_the_list_counts_narrows_and_marks_those_that_lack_something(
    office: Client, municipality: Municipality, category: Category, other_municipality: Municipality
) -> None:
    lacking, complete, started, _foreign = (
        ReferralFactory(municipality=place, category=category, **traits)
        for place, traits in (
            (municipality, {}),
            (municipality, {"waiting": True}),
            (municipality, {"started": True}),
            (other_municipality, {}),
        )
    )
    for referral in (lacking, started, _foreign):
        InformationRequestFactory(referral=referral)
    InformationRequestFactory(referral=complete, received_on=TODAY)
    whole = office.get(f"/k/{municipality.code}/venteliste/")
    count = next(one for one in whole.context["counts"] if str(one.label) == "Mangler opplysninger")
    assert count.number == 1
    page = office.get(count.url)
    assert [row.pk for row in page.context["table"].records] == [lacking.pk]
    assert TAG in text(page)
    page = office.get(f"/k/{municipality.code}/venteliste/?only=incomplete&status=open")
    assert {row.pk for row in page.context["table"].records} == {lacking.pk, started.pk}


def test_an_earlier_day_is_not_asked_what_is_missing_now(
    office: Client, municipality: Municipality, referral: Referral
) -> None:
    InformationRequestFactory(referral=referral)
    page = office.get(f"/k/{municipality.code}/venteliste/dag/?dato={days_ago(1):%d.%m.%Y}&only=incomplete")
    assert page.status_code == 200 and "Mangler opplysninger" not in text(page)
