"""The page of one referral: what it tells, to whom, and which buttons it offers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from referrals.actions import referrals, worklist
from referrals.choices import NOT_COUNTED, EventKind, Move, Outcome, PauseReason, Protection
from referrals.models import Municipality, Referral, Therapist, User, access_of
from tests.factories import (
    NOW,
    TODAY,
    OpeningFactory,
    PersonFactory,
    PreliminaryReplyFactory,
    ReferralEventFactory,
    ReferralFactory,
    TherapistFactory,
    WaitPauseFactory,
    days_ago,
)
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def referral(municipality: Municipality) -> Referral:
    """Somebody waiting with priority 2 since ten days."""
    person = PersonFactory(
        municipality=municipality,
        known=True,
        given_name="Máret",
        family_name="Sara",
        phone="482 12 345",
        address="Bakken 3",
        postal_code="9730",
        postal_place="Kárášjohka",
    )
    return ReferralFactory(municipality=municipality, person=person, waiting=True)


def address(referral: Referral) -> str:
    return reverse("referral", kwargs={"code": referral.municipality.code, "number": referral.number})


def buttons(response: HttpResponse) -> set[Move]:
    context = response.context
    offered = [context["next"], context["correct"], *context["moves"]]
    return {button.move for button in offered if button}


class TestWho:
    def test_shows_the_citizen(self, office: Client, referral: Referral) -> None:
        page = markup(office.get(address(referral)))
        for shown in ("Máret Sara", "17.05.1948", "77 år", "482 12 345", "Bakken 3", "9730 Kárášjohka"):
            assert shown in page

    def test_the_number_is_masked(self, office: Client, referral: Referral) -> None:
        digits = referral.person.identifier
        page = markup(office.get(address(referral)))
        assert f"{digits[:6]} •••••" in page and digits[6:] not in page

    def test_the_number_is_shown_in_full_on_request(self, office: Client, referral: Referral) -> None:
        digits = referral.person.identifier
        assert f"{digits[:6]} {digits[6:]}" in markup(office.post(address(referral)))

    def test_a_protected_address_is_shown_with_a_warning_while_the_case_is_opened(
        self, office: Client, municipality: Municipality, coordinator: User
    ) -> None:
        person = PersonFactory(
            municipality=municipality, address="Hemmelig vei 1", protection=Protection.STRICTLY_CONFIDENTIAL
        )
        OpeningFactory(person=person, user=coordinator)
        page = markup(office.get(address(ReferralFactory(municipality=municipality, person=person))))
        assert "Hemmelig vei" in page and "Strengt fortrolig adresse" in page
        assert "skal ikke gis til noen" in page

    def test_the_title_holds_no_name(self, office: Client, referral: Referral) -> None:
        page = markup(office.get(address(referral)))
        assert f"<title>Henvisning {referral.number} – Ergo</title>" in page

    def test_is_not_kept_by_the_browser(self, office: Client, referral: Referral) -> None:
        assert "no-store" in office.get(address(referral))["Cache-Control"]

    def test_lists_the_other_referrals_of_the_citizen(self, office: Client, referral: Referral) -> None:
        other = ReferralFactory(municipality=referral.municipality, person=referral.person, closed=True)
        somebody_elses = ReferralFactory(municipality=referral.municipality)
        page = markup(office.get(address(referral)))
        assert address(other) in page and somebody_elses.number not in page

    def test_says_that_it_is_not_the_patient_record(self, office: Client, referral: Referral) -> None:
        assert "Ergo er ventelisten, ikke journalen." in markup(office.get(address(referral)))


class TestWait:
    def test_short_waits_are_told_in_days(self, office: Client, referral: Referral) -> None:
        page = markup(office.get(address(referral)))
        assert "10 dager" in page and "Oppstart innen 01.05.2026: 46 dager igjen." in page

    def test_long_waits_are_told_in_days_and_in_words(
        self, office: Client, municipality: Municipality
    ) -> None:
        page = markup(office.get(address(ReferralFactory(municipality=municipality, over_a_year=True))))
        assert "366 dager" in page and "12 måneder" in page

    def test_a_broken_target_is_told_with_its_date(self, office: Client, municipality: Municipality) -> None:
        page = markup(office.get(address(ReferralFactory(municipality=municipality, overdue=True))))
        assert "Over frist" in page and "for 144 dager siden" in page

    def test_the_net_wait_stands_beside_the_target_only(
        self, office: Client, municipality: Municipality
    ) -> None:
        paused = ReferralFactory(municipality=municipality, paused=True)
        page = markup(office.get(address(paused)))
        assert "Netto 7 dager av 56 dager." in page and page.count("7 dager av") == 1

    def test_a_pause_says_whether_it_is_deducted(self, office: Client, referral: Referral) -> None:
        WaitPauseFactory(referral=referral, started_on=days_ago(9), ended_on=days_ago(7))
        WaitPauseFactory(referral=referral, started_on=days_ago(3), reason=PauseReason.NAV)
        page = markup(office.get(address(referral)))
        assert "Trekkes fra mot fristen." in page and "Teller fullt ut." in page
        assert "Satt på vent" in page and "løper fortsatt: 3 dager" in page

    @pytest.mark.parametrize(("days", "flagged"), [(3653, False), (3654, True)])
    def test_over_ten_years_the_day_of_receipt_is_asked_about(
        self, office: Client, municipality: Municipality, days: int, flagged: bool
    ) -> None:
        case = ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(days))
        page = markup(office.get(address(case)))
        assert ("Over ti år: Er mottaksdatoen riktig?" in page) == flagged

    def test_without_priority_nobody_is_within_the_target(
        self, office: Client, municipality: Municipality
    ) -> None:
        page = markup(office.get(address(ReferralFactory(municipality=municipality))))
        assert "Ikke vurdert" in page and "Innen frist" not in page

    def test_an_application_shows_when_its_preliminary_reply_is_due(
        self, office: Client, municipality: Municipality
    ) -> None:
        late = ReferralFactory(municipality=municipality, application=True, received_on=days_ago(40))
        page = office.get(address(late))
        assert "Skal sendes innen 04.03.2026." in markup(page) and page.context["next"].move == Move.REPLY

    def test_a_sent_reply_is_told_and_asked_for_no_more(
        self, office: Client, municipality: Municipality
    ) -> None:
        answered = ReferralFactory(municipality=municipality, application=True)
        PreliminaryReplyFactory(referral=answered)
        page = office.get(address(answered))
        assert "Sendt 15.03.2026." in markup(page) and Move.REPLY not in buttons(page)

    @pytest.mark.parametrize(
        ("received", "sent", "closed", "label", "colour", "sentence"),
        [
            (10, None, None, "Ikke sendt", "neutral", "Skal sendes innen 06.04.2026."),
            (20, None, None, "Ikke sendt", "neutral", "Skal sendes innen 24.03.2026."),
            (21, None, None, "Nær frist", "warning", "Skal sendes innen 23.03.2026."),
            (28, None, None, "Nær frist", "warning", "Skal sendes innen 16.03.2026."),
            (29, None, None, "Over frist", "danger", "Skal sendes innen 15.03.2026."),
            (40, 12, None, "Sendt", "success", "Sendt 04.03.2026."),
            (40, 11, None, "Sendt for sent", "danger", "Sendt 05.03.2026. Fristen var 04.03.2026."),
            (40, None, 12, "Ikke sendt", "neutral", "Saken ble avsluttet før fristen."),
            (40, None, 11, "Aldri sendt", "danger", "Saken ble avsluttet uten. Fristen var 04.03.2026."),
        ],
    )
    def test_each_state_of_the_reply_is_told_to_the_day(
        self,
        office: Client,
        municipality: Municipality,
        received: int,
        sent: int | None,
        closed: int | None,
        label: str,
        colour: str,
        sentence: str,
    ) -> None:
        traits = {} if closed is None else {"withdrawn": True, "closed_on": days_ago(closed)}
        case = ReferralFactory(
            municipality=municipality, application=True, received_on=days_ago(received), **traits
        )
        if sent is not None:
            PreliminaryReplyFactory(referral=case, sent_on=days_ago(sent))
        page = markup(office.get(address(case)))
        assert f'Foreløpig svar <span class="ds-tag" data-color="{colour}">{label}</span>' in page
        assert sentence in page

    @pytest.mark.parametrize("outcome", sorted(NOT_COUNTED))
    def test_a_duplicate_needs_no_reply_of_its_own(
        self, office: Client, municipality: Municipality, outcome: Outcome
    ) -> None:
        case = ReferralFactory(
            municipality=municipality,
            application=True,
            withdrawn=True,
            outcome=outcome,
            received_on=days_ago(40),
        )
        assert "Foreløpig svar" not in markup(office.get(address(case)))
        assert not Referral.objects.get(pk=case.pk).needs_preliminary_reply

    def test_a_plain_referral_needs_no_reply(self, office: Client, referral: Referral) -> None:
        assert "Foreløpig svar" not in markup(office.get(address(referral)))


class TestButtons:
    @pytest.mark.parametrize(
        ("traits", "expected"),
        [
            ({}, Move.PRIORITISE),
            ({"waiting": True}, Move.ASSIGN),
            ({"waiting": True, "assigned": True}, Move.START),
            ({"paused": True}, Move.RESUME),
            ({"started": True}, Move.CLOSE),
            ({"closed": True}, None),
        ],
        ids=["received", "waiting", "assigned", "on hold", "started", "closed"],
    )
    def test_one_next_step_stands_out(
        self, office: Client, municipality: Municipality, traits: dict[str, bool], expected: Move | None
    ) -> None:
        page = office.get(address(ReferralFactory(municipality=municipality, **traits)))
        assert (page.context["next"] and page.context["next"].move) == expected

    def test_a_therapist_is_told_who_takes_the_next_step(
        self, client_for: ClientFor, therapist_user: User, municipality: Municipality
    ) -> None:
        page = client_for(therapist_user).get(address(ReferralFactory(municipality=municipality)))
        assert Move.PRIORITISE not in buttons(page) and "Inntakskoordinatoren tar neste steg" in markup(page)

    def test_a_manager_sees_the_case_and_can_only_assign_it(
        self, client_for: ClientFor, manager: User, referral: Referral
    ) -> None:
        page = client_for(manager).get(address(referral))
        assert page.status_code == 200 and buttons(page) == {Move.ASSIGN}
        assert "Registrer en ny henvisning" not in markup(page)

    @pytest.mark.parametrize("traits", [{}, {"waiting": True}, {"paused": True}, {"started": True}])
    @pytest.mark.parametrize("role", ["coordinator", "therapist_user", "manager"])
    def test_every_button_leads_to_a_page_and_no_other_move_does(
        self,
        client_for: ClientFor,
        municipality: Municipality,
        traits: dict[str, bool],
        role: str,
        request: pytest.FixtureRequest,
    ) -> None:
        client = client_for(request.getfixturevalue(role))
        case = ReferralFactory(municipality=municipality, **traits)
        ReferralFactory(municipality=municipality, person=case.person, category=case.category)
        offered = buttons(client.get(address(case)))
        opened = {move for move in Move if client.get(move_address(case, move)).status_code == 200}
        assert opened == offered


class TestHistory:
    @pytest.fixture
    def worked(self, coordinator: User, therapist: Therapist, referral: Referral) -> Referral:
        """Prioritised again, assigned, paused, resumed, started, closed, reopened and corrected."""
        who = {"access": access_of(coordinator, on=TODAY), "by": coordinator, "at": NOW}

        def step(act: Callable[..., Referral], **given: Any) -> None:
            version = Referral.objects.get(pk=referral.pk).version
            act(referral_id=referral.pk, version=version, **given, **who)

        step(worklist.prioritise, priority=1, on=days_ago(9), note="Trykksår oppdaget")
        step(worklist.assign, therapist_id=therapist.pk, on=days_ago(8))
        step(worklist.pause, reason=PauseReason.HOSPITAL, on=days_ago(7))
        step(worklist.resume, reason=PauseReason.HOSPITAL, on=days_ago(6))
        step(worklist.start, kind="visit", on=days_ago(5), therapist_id=therapist.pk)
        step(worklist.close, outcome="finished", on=days_ago(4))
        step(worklist.reopen, on=days_ago(3))
        step(
            referrals.correct,
            changes={"received_on": days_ago(12), "source": "hospital", "reason": "Annet"},
            reason="Feil dato på brevet",
        )
        return referral

    def test_is_told_in_plain_sentences(self, office: Client, worked: Referral) -> None:
        lines = office.get(address(worked)).context["history"]
        assert [line.sentence for line in reversed(lines)] == [
            "Prioriteten er endret fra 2 til 1.",
            "Fordelt til Tea Terapeut.",
            "Satt på vent: Innlagt på sykehus eller institusjon.",
            "Ikke lenger på vent: Innlagt på sykehus eller institusjon.",
            "Første kontakt: Hjemmebesøk, ved Tea Terapeut.",
            "Avsluttet: Ferdig.",
            "Gjenåpnet.",
            "Rettet.",
        ]

    def test_a_correction_says_what_was_and_what_is_but_no_free_text(
        self, office: Client, worked: Referral
    ) -> None:
        page = office.get(address(worked))
        changes = page.context["history"][0].changes
        assert "Mottatt: fra 06.03.2026 til 04.03.2026" in changes
        assert "Kilde: fra Fastlege til Sykehus" in changes
        assert "Henvisningsårsak: teksten er endret" in changes
        assert "Feil dato på brevet" in markup(page)

    def test_says_who_wrote_it_down_and_when(self, office: Client, worked: Referral) -> None:
        assert "Registrert 16.03.2026 10:00, Ada Ansatt" in markup(office.get(address(worked)))

    @pytest.mark.parametrize("kind", EventKind)
    def test_events_without_details_are_told_too(
        self, office: Client, referral: Referral, kind: EventKind
    ) -> None:
        ReferralEventFactory(referral=referral, kind=kind)
        assert office.get(address(referral)).context["history"][0].sentence

    def test_thirty_lines_cost_no_more_queries_than_three(
        self, office: Client, municipality: Municipality, coordinator: User
    ) -> None:
        def queries(lines: int) -> int:
            case = ReferralFactory(municipality=municipality, started=True)
            for _line in range(lines):
                therapist = TherapistFactory(employed_in=municipality)
                ReferralEventFactory(
                    referral=case,
                    kind=EventKind.ASSIGNED,
                    registered_by=coordinator,
                    details={"changes": {"therapist": [None, therapist.pk]}},
                )
            with CaptureQueriesContext(connection) as captured:
                assert office.get(address(case)).status_code == 200
            return len(captured)

        queries(1)  # warms what is cached
        assert queries(3) == queries(30)


class TestWhoMay:
    @pytest.mark.parametrize("role", ["county_reader", "national_reader", "administrator"])
    def test_readers_and_administrators_see_no_case(
        self, role: str, request: pytest.FixtureRequest, client_for: ClientFor, referral: Referral
    ) -> None:
        client = client_for(request.getfixturevalue(role))
        assert client.get(address(referral)).status_code == 403
        assert client.get(move_address(referral, Move.CLOSE)).status_code == 403

    def test_the_case_of_another_municipality_could_as_well_not_exist(
        self, office: Client, other_municipality: Municipality, municipality: Municipality
    ) -> None:
        theirs = ReferralFactory(municipality=other_municipality)
        borrowed = reverse("referral", kwargs={"code": municipality.code, "number": theirs.number})
        for url in (address(theirs), borrowed, move_address(theirs, Move.CLOSE)):
            assert office.get(url).status_code == 404
            assert office.post(url).status_code == 404

    @pytest.mark.parametrize("number", ["2026-999999", "x", "2026", "'", "%00", "0" * 200])
    def test_a_number_nobody_has_is_not_found(
        self, office: Client, municipality: Municipality, number: str
    ) -> None:
        page = office.get(f"/k/{municipality.code}/henvisninger/{number}/")
        assert page.status_code == 404

    def test_strangers_are_sent_to_sign_in(self, client: Client, referral: Referral) -> None:
        assert client.get(address(referral)).url.startswith("/inn/")


def move_address(referral: Referral, move: Move) -> str:
    slugs = {
        Move.PRIORITISE: "prioritet",
        Move.ASSIGN: "ergoterapeut",
        Move.PAUSE: "pause",
        Move.RESUME: "gjenoppta",
        Move.REVIEW: "pausevurdering",
        Move.START: "oppstart",
        Move.NO_SHOW: "ikke-mott",
        Move.REPLY: "forelopig-svar",
        Move.REQUEST: "be-om-opplysninger",
        Move.CAME: "opplysninger-kom",
        Move.ASK: "sporsmal",
        Move.ANSWER: "svar",
        Move.CLOSE: "avslutt",
        Move.REOPEN: "gjenapne",
        Move.NEXT_STEP: "neste-steg",
        Move.RISK: "risiko",
        Move.RISK_ERROR: "risiko-feilfort",
        Move.MERGE: "sla-sammen",
        Move.CORRECT: "rett",
    }
    return f"{address(referral)}{slugs[move]}/"
