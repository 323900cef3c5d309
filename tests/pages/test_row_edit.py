"""Facts of a referral changed in its row of the list, and the next step of a case."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from referrals.choices import Protection
from referrals.models import Category, Municipality, Referral, Therapist, User
from tests.factories import (
    TODAY,
    InformationRequestFactory,
    PersonFactory,
    ReferralFactory,
    WaitPauseFactory,
    days_ago,
)
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    return client_for(coordinator)


@pytest.fixture
def referral(municipality: Municipality, category: Category) -> Referral:
    return ReferralFactory(municipality=municipality, category=category, waiting=True)


def address(referral: Referral, slug: str, *, in_row: bool = True) -> str:
    place = {"code": referral.municipality.code, "number": referral.number, "slug": slug}
    return reverse("referral_cell" if in_row else "referral_move", kwargs=place)


def listed(client: Client, referral: Referral, query: str = "") -> str:
    return markup(client.get(f"/k/{referral.municipality.code}/venteliste/{query}"))


def send(client: Client, referral: Referral, slug: str, **typed: Any) -> HttpResponse:
    return client.post(address(referral, slug), {"version": referral.version} | typed, headers=HTMX)


def fresh(referral: Referral) -> Referral:
    return Referral.objects.get(pk=referral.pk)


class TestInTheRow:
    def test_links_lead_to_the_pages_of_the_moves(self, office: Client, referral: Referral) -> None:
        page = listed(office, referral)
        for slug in ("prioritet", "ergoterapeut", "neste-steg"):
            where = address(referral, slug, in_row=False)
            assert f'data-edit href="{where}"' in page
            assert office.get(where).status_code == 200

    def test_without_htmx_the_cell_leads_there_too(self, office: Client, referral: Referral) -> None:
        answer = office.get(address(referral, "prioritet"))
        assert answer.status_code == 302 and answer.url == address(referral, "prioritet", in_row=False)

    def test_a_therapist_changes_the_next_step_and_nothing_else(
        self, client_for: ClientFor, therapist_user: User, referral: Referral
    ) -> None:
        client = client_for(therapist_user)
        assert listed(client, referral).count("data-edit") == 1
        assert client.get(address(referral, "prioritet"), headers=HTMX).status_code == 403
        assert client.get(address(referral, "neste-steg"), headers=HTMX).status_code == 200

    def test_closed_and_shielded_rows_have_no_links(
        self, office: Client, municipality: Municipality, category: Category
    ) -> None:
        facts = {"municipality": municipality, "category": category, "next_step": "Hemmelig plan"}
        closed = ReferralFactory(**facts, closed=True)
        person = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
        hidden = ReferralFactory(**facts, waiting=True, person=person)
        page = listed(office, closed, "?status=all")
        assert closed.number in page and hidden.number in page
        assert "data-edit" not in page and "Hemmelig plan" not in page
        assert office.get(address(hidden, "prioritet"), headers=HTMX).status_code == 302

    @pytest.mark.parametrize("slug", ["prioritet", "ergoterapeut", "neste-steg"])
    def test_the_form_has_ids_that_the_filter_has_not(
        self, office: Client, referral: Referral, slug: str
    ) -> None:
        form = markup(office.get(address(referral, slug), headers=HTMX))
        assert f'id="rad-{referral.number}-' in form and 'id="id_' not in form

    def test_the_priority_is_saved_and_the_new_row_comes_back(
        self, office: Client, referral: Referral
    ) -> None:
        answer = send(office, referral, "prioritet", priority="1")
        assert (fresh(referral).priority, fresh(referral).version) == (1, 2)
        assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("closest tr", "outerHTML")
        row = answer.content.decode()
        assert row.startswith("<tr>") and f"{referral.number}.2" in row and ">1<" in row

    def test_the_therapist_is_saved_today_and_can_be_taken_back(
        self, office: Client, referral: Referral, therapist: Therapist
    ) -> None:
        assert (
            "Tea Terapeut"
            in send(office, referral, "ergoterapeut", therapist=str(therapist.pk)).content.decode()
        )
        assert fresh(referral).assigned_on == TODAY
        send(office, fresh(referral), "ergoterapeut", therapist="")
        assert fresh(referral).therapist is None

    @pytest.mark.parametrize("is_chosen", [True, False])
    def test_a_row_that_was_chosen_stays_chosen_as_it_is_now(
        self, office: Client, referral: Referral, is_chosen: bool
    ) -> None:
        chosen = {"valgt": f"{referral.number}.1"} if is_chosen else {}
        row = send(office, referral, "prioritet", priority="1", **chosen).content.decode()
        assert f'value="{referral.number}.2"' in row and (" checked>" in row) is is_chosen

    @pytest.mark.parametrize("priority", ["", "7", "x"])
    def test_a_mistake_stands_in_the_row(self, office: Client, referral: Referral, priority: str) -> None:
        answer = send(office, referral, "prioritet", priority=priority)
        assert answer.status_code == 422 and "HX-Retarget" not in answer
        assert list(answer.context["form"].errors) == ["priority"] and 'aria-invalid="true"' in markup(answer)
        assert fresh(referral).version == 1

    def test_the_same_again_is_said(self, office: Client, referral: Referral) -> None:
        answer = send(office, referral, "prioritet", priority="2")
        assert answer.status_code == 422 and "Ingenting ble endret." in markup(answer)

    def test_what_somebody_else_saved_first_is_shown_and_mine_can_be_saved_on_purpose(
        self, office: Client, referral: Referral
    ) -> None:
        Referral.objects.filter(pk=referral.pk).update(version=2, priority=3)
        answer = send(office, referral, "prioritet", priority="1")
        assert answer.status_code == 409 and fresh(referral).priority == 3
        shown = markup(answer)
        assert "Noen andre har nettopp endret den. Nå: prioritet 3" in shown
        assert 'name="version" value="2"' in shown
        assert send(office, fresh(referral), "prioritet", priority="1").status_code == 200
        assert fresh(referral).priority == 1

    def test_where_the_state_no_longer_allows_it_there_is_no_button(
        self, office: Client, referral: Referral
    ) -> None:
        Referral.objects.filter(pk=referral.pk).update(version=2, started_on=TODAY, status="started")
        answer = send(office, referral, "prioritet", priority="1")
        assert answer.status_code == 409 and "Lagre</button>" not in markup(answer)


def cells(page: str, referral: Referral) -> list[str]:
    """The texts of the referral's row, cell by cell, without the box."""
    [row] = [row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if referral.number in row]
    found = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in found if "checkbox" not in cell]


def test_a_row_says_the_same_in_the_list_after_a_change_and_among_the_chosen(
    office: Client, referral: Referral
) -> None:
    """All that the clock, the pauses and what is missing have to say of it."""
    Referral.objects.filter(pk=referral.pk).update(received_on=days_ago(200), seniority_on=days_ago(200))
    WaitPauseFactory(referral=referral, started_on=days_ago(3))
    InformationRequestFactory(referral=referral)
    saved = cells(markup(send(office, referral, "prioritet", priority="1")), referral)
    assert "Satt på vent Mangler opplysninger" in " ".join(saved) and "dager over" in " ".join(saved)
    assert saved == cells(listed(office, referral), referral)
    where = f"/k/{referral.municipality.code}/venteliste/valgte/"
    chosen = {"valgt": f"{referral.number}.2", "gjor": "avslutt"}
    only_read = cells(markup(office.post(where, chosen, follow=True)), referral)
    assert only_read == [re.sub(r" (, endre|\+ Legg til) .*", "", cell) for cell in saved]


class TestNextStep:
    def test_stands_under_the_therapist_and_on_the_case_page(
        self, office: Client, referral: Referral
    ) -> None:
        page = office.post(
            address(referral, "neste-steg", in_row=False),
            {"version": 1, "next_step": "  Ringe   datteren ", "follow_up_on": f"{TODAY:%d%m%Y}"},
            follow=True,
        )
        assert (fresh(referral).next_step, fresh(referral).follow_up_on) == ("Ringe datteren", TODAY)
        assert "Ringe datteren" in markup(page) and f"utsatt til {TODAY:%d.%m.%Y}" in markup(page)
        assert f"Neste steg satt, utsatt til {TODAY:%d.%m.%Y}." in markup(page)
        assert f"Ringe datteren, utsatt til {TODAY:%d.%m.%Y}" in listed(office, referral)

    def test_the_history_does_not_repeat_the_text(self, office: Client, referral: Referral) -> None:
        send(office, referral, "neste-steg", next_step="Ringe datteren", follow_up_on="")
        event = referral.events.get()
        assert "Ringe" not in str(event.details) and event.details["texts"] == ["next_step"]

    def test_is_taken_away_by_emptying_it(self, office: Client, referral: Referral) -> None:
        send(office, referral, "neste-steg", next_step="Ringe", follow_up_on=f"{TODAY:%d%m%Y}")
        send(office, fresh(referral), "neste-steg", next_step="", follow_up_on="")
        assert (fresh(referral).next_step, fresh(referral).follow_up_on) == ("", None)

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"next_step": "x" * 101, "follow_up_on": ""}, "next_step"),
            ({"next_step": "Ringe", "follow_up_on": f"{days_ago(1):%d%m%Y}"}, "follow_up_on"),
            ({"next_step": "Ringe", "follow_up_on": f"{days_ago(-731):%d%m%Y}"}, "follow_up_on"),
            ({"next_step": "Ringe", "follow_up_on": "32.13.2026"}, "follow_up_on"),
        ],
    )
    def test_boundaries(self, office: Client, referral: Referral, typed: dict[str, str], field: str) -> None:
        answer = send(office, referral, "neste-steg", **typed)
        assert answer.status_code == 422 and list(answer.context["form"].errors) == [field]
        assert fresh(referral).version == 1

    @pytest.mark.parametrize("ahead", [0, 730])
    def test_today_and_two_years_ahead_are_days_to_put_off_to(
        self, office: Client, referral: Referral, ahead: int
    ) -> None:
        typed = {"next_step": "å" * 100, "follow_up_on": f"{days_ago(-ahead):%d%m%Y}"}
        assert send(office, referral, "neste-steg", **typed).status_code == 200

    def test_a_day_that_has_passed_may_stand(self, office: Client, referral: Referral) -> None:
        Referral.objects.filter(pk=referral.pk).update(next_step="Ringe", follow_up_on=days_ago(3))
        typed = {"next_step": "Ringe igjen", "follow_up_on": f"{days_ago(3):%d%m%Y}"}
        assert send(office, fresh(referral), "neste-steg", **typed).status_code == 200


class TestSingleKeys:
    def test_are_turned_off_and_on_in_the_profile_and_beside_the_list(
        self, office: Client, coordinator: User, referral: Referral
    ) -> None:
        assert "data-listen" in listed(office, referral)
        back = f"/k/{referral.municipality.code}/venteliste/"
        assert office.post("/taster/", {"single_keys": "off", "next": back}).url == back
        assert "data-listen" not in listed(office, referral)
        assert "Slå på enkelttaster" in markup(office.get("/konto/"))
        office.post("/taster/", {"single_keys": "on", "next": back})
        coordinator.refresh_from_db()
        assert coordinator.single_keys and "data-listen" in listed(office, referral)
