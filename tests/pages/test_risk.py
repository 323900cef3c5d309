"""Risk while waiting on the pages: registered, seen on the case and in the lists, assessed anew, entered in error."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from referrals.choices import Move, Protection, RiskKind
from referrals.models import Category, Municipality, Referral, RiskEvent, User
from tests.factories import TODAY, PersonFactory, ReferralFactory, RiskEventFactory, days_ago
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
TAG = 'data-color="danger">Risikohendelse<'


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def referral(municipality: Municipality, category: Category) -> Referral:
    """Has waited 100 days with priority 2."""
    given = {"municipality": municipality, "category": category, "received_on": days_ago(100)}
    return ReferralFactory(**given, waiting=True)


def address(referral: Referral, slug: str = "") -> str:
    place = {"code": referral.municipality.code, "number": referral.number}
    return reverse("referral", kwargs=place) + (f"{slug}/" if slug else "")


def send(client: Client, referral: Referral, slug: str, **typed: Any) -> HttpResponse:
    """Fills in a move's form on the present version and sends it."""
    version = Referral.objects.get(pk=referral.pk).version
    usual = {"version": version, "on": f"{TODAY:%d%m%Y}", "note": ""}
    return client.post(address(referral, slug), usual | typed, follow=True)


def meeting(client: Client, referral: Referral) -> HttpResponse:
    return client.get(f"/k/{referral.municipality.code}/inntaksmote/")


def waitlist(client: Client, referral: Referral, query: str = "") -> str:
    page = client.get(f"/k/{referral.municipality.code}/venteliste/{query}")
    return page.content.decode()


def test_the_case_goes_back_to_assessment_the_same_day(office: Client, referral: Referral) -> None:
    assert "Ingen venter på vurdering." in text(meeting(office, referral))
    page = send(office, referral, "risiko", kind="fall", on=f"{days_ago(1):%d%m%Y}", note="På badet")
    told = text(page)
    assert "Henvisningen skal vurderes på nytt i dag." in told
    assert "Skal vurderes på nytt i dag." in told
    assert "Fall 15.03.2026. Prioritet og ventetid står som de er til da." in told
    assert "Risikohendelse: Fall. Skal vurderes på nytt." in told and "På badet" in told
    assert "100 dager" in told
    assert (page.context["next"].move, page.context["next"].label) == (Move.PRIORITISE, "Vurder på nytt")
    seen = text(meeting(office, referral))
    assert referral.person.name in seen and "Skal vurderes på nytt" in seen and "På badet" in seen
    assert "1 av 1" in seen


def test_a_therapist_registers_it_and_the_coordinator_assesses(
    client_for: ClientFor, therapist_user: User, office: Client, referral: Referral
) -> None:
    page = send(client_for(therapist_user), referral, "risiko", kind="pressure_sore")
    assert "Inntakskoordinatoren tar neste steg" in text(page)
    page = meeting(office, referral)
    sent = {"version": page.context["referral"].version, "priority": "2", "therapist": "", "note": ""}
    done = office.post(page.context["action"], sent, follow=True)
    assert "Ingen venter på vurdering." in text(done)
    told = text(office.get(address(referral)))
    assert "Vurdert på nytt 16.03.2026." in told and "Skal vurderes på nytt i dag" not in told
    assert "Vurdert på nytt: prioriteten står." in told


def test_two_in_the_meeting_who_decide_at_once_are_both_told(
    office: Client, referral: Referral, client_for: ClientFor, therapist_user: User
) -> None:
    RiskEventFactory(referral=referral)
    page = meeting(office, referral)
    send(client_for(therapist_user), referral, "neste-steg", next_step="Ringe", follow_up_on="")
    sent = {"version": page.context["referral"].version, "priority": "1", "therapist": "", "note": ""}
    answer = office.post(page.context["action"], sent)
    assert answer.status_code == 409 and f"nr={referral.number}" in answer.context["discard_url"]
    assert RiskEvent.objects.to_reassess().exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "storm"}, "kind"),
        ({"kind": "other"}, "note"),
        ({"kind": "fall", "note": "x" * 501}, "note"),
        ({"kind": "fall", "on": "17.03.2026"}, "on"),
        ({"kind": "fall", "on": "05.12.2025"}, "on"),
        ({"kind": "fall", "on": "32.01.2026"}, "on"),
        ({"kind": "fall", "on": ""}, "on"),
    ],
    ids=str,
)
def test_bad_input_is_told_at_its_field(
    office: Client, referral: Referral, typed: dict[str, str], field: str
) -> None:
    page = send(office, referral, "risiko", **typed)
    assert list(page.context["form"].errors) == [field]
    assert not RiskEvent.objects.exists()


def test_sent_twice_it_is_registered_once(office: Client, referral: Referral) -> None:
    typed = {"version": referral.version, "on": f"{TODAY:%d%m%Y}", "kind": "fall", "note": ""}
    assert office.post(address(referral, "risiko"), typed).status_code == 302
    assert office.post(address(referral, "risiko"), typed).status_code == 409
    assert RiskEvent.objects.count() == 1


def test_the_list_counts_narrows_and_marks_those_to_be_assessed_anew(
    office: Client, referral: Referral, municipality: Municipality, other_municipality: Municipality
) -> None:
    calm = ReferralFactory(municipality=municipality, category=referral.category, waiting=True)
    started = ReferralFactory(municipality=municipality, started=True)
    for one in (referral, started, ReferralFactory(municipality=other_municipality, waiting=True)):
        RiskEventFactory(referral=one)
    assert waitlist(office, referral).count(TAG) == 1
    page = office.get(f"/k/{municipality.code}/venteliste/?only=at_risk")
    assert [row.number for row in page.context["table"].records] == [referral.number]
    (count,) = [one for one in page.context["counts"] if one.label == "Risikohendelse"]
    assert count.number == 1 and count.current and count.alarming
    assert calm.number in waitlist(office, referral) and TAG not in waitlist(
        office, referral, "?status=started"
    )
    send(office, referral, "prioritet", priority="1")
    assert TAG not in waitlist(office, referral)


def test_of_somebody_shielded_the_lists_do_not_say_what_happened(
    office: Client, municipality: Municipality, category: Category
) -> None:
    person = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
    hidden = ReferralFactory(municipality=municipality, category=category, person=person, waiting=True)
    RiskEventFactory(referral=hidden, kind=RiskKind.PALLIATIVE)
    for page in (
        waitlist(office, hidden),
        meeting(office, hidden).content.decode(),
        office.get(f"/k/{municipality.code}/frister/").content.decode(),
    ):
        assert hidden.number in page and "Palliativ" not in page
    assert "Risikohendelse<" in waitlist(office, hidden)


def test_it_is_due_the_day_it_was_registered(office: Client, referral: Referral) -> None:
    RiskEventFactory(referral=referral, happened_on=days_ago(3))
    page = office.get(f"/k/{referral.municipality.code}/frister/?frist=reassess")
    told = text(page)
    assert "Fall 13.03.2026" in told and "Vurder på nytt" in told
    (row,) = [
        row for group in page.context["groups"] for row in group.table.records if group.task == "reassess"
    ]
    assert row.last_day == TODAY


def test_one_entered_in_error_is_struck_and_asks_for_nothing(office: Client, referral: Referral) -> None:
    RiskEventFactory(referral=referral)
    page = office.get(address(referral, "risiko-feilfort"))
    assert "Hvorfor var det feil: Fall 15.03.2026?" in text(page)
    event = page.context["form"]["event"].value()
    assert list(
        send(office, referral, "risiko-feilfort", event=event, because=" ").context["form"].errors
    ) == ["because"]
    told = text(send(office, referral, "risiko-feilfort", event=event, because="Gjaldt naboen."))
    assert "Hendelsen er merket som feilført." in told and "Gjaldt naboen." in told
    assert "Risikohendelse 15.03.2026 feilført: Fall." in told and "Skal vurderes på nytt" not in told
    again = office.get(address(referral, "risiko-feilfort"), follow=True)
    assert "Det står ingen slik risikohendelse" in text(again)


def test_of_several_the_one_in_error_is_chosen(office: Client, referral: Referral) -> None:
    fall, sore = (RiskEventFactory(referral=referral, kind=kind) for kind in ("fall", "pressure_sore"))
    page = send(office, referral, "risiko-feilfort", because="Feil")
    assert list(page.context["form"].errors) == ["event"]
    send(office, referral, "risiko-feilfort", event=sore.pk, because="Feil")
    assert list(RiskEvent.objects.standing()) == [fall]


def test_the_change_log_tells_who_and_what(office: Client, coordinator: User, referral: Referral) -> None:
    send(office, referral, "risiko", kind="admission", note="Ahus")
    (change,) = [
        one
        for one in office.get(address(referral)).context["change_log"].changes
        if one.sentence == "Risikohendelse: lagt til"
    ]
    assert change.who == coordinator.shown_name and "Hendelse: Innleggelse på sykehus" in change.facts
    assert not any("Ahus" in fact for fact in change.facts)


def test_thirty_cost_no_more_queries_than_three(office: Client, municipality: Municipality) -> None:
    def queries(count: int) -> list[int]:
        for _nth in range(count):
            RiskEventFactory(referral=ReferralFactory(municipality=municipality, waiting=True))
        counts = []
        for page in ("inntaksmote/", "venteliste/", "frister/?frist=reassess", "lange-ventetider/"):
            with CaptureQueriesContext(connection) as captured:
                assert office.get(f"/k/{municipality.code}/{page}").status_code == 200
            counts.append(len(captured))
        return counts

    queries(1)  # warms what is cached
    assert queries(2) == queries(27)
