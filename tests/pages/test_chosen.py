"""Several referrals chosen in the list and changed together, and what one sees of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from referrals.choices import Move, Outcome, Protection, Status, ValidationChannel
from referrals.models import BulkAction, Category, Municipality, Referral, Therapist, User, Validation
from tests.factories import (
    NOW,
    TODAY,
    MembershipFactory,
    PersonFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    TherapistFactory,
    UnitFactory,
    UserFactory,
    ValidationFactory,
    days_ago,
)
from tests.pages.seen import markup, text
from tests.unit.actions.acting import do

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]
ON = f"{TODAY:%d%m%Y}"


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    return client_for(coordinator)


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/k/{municipality.code}/venteliste/"


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    def make(**traits: Any) -> Referral:
        return ReferralFactory(
            **{"municipality": municipality, "category": category, "waiting": True} | traits
        )

    return make


def box(referral: Referral) -> str:
    return f"{referral.number}.{referral.version}"


def choose(
    client: Client, address: str, referrals: list[Referral], slug: str = "ergoterapeut", query: str = ""
) -> HttpResponse:
    """Ticks the boxes and presses the button under the list."""
    chosen = {"valgt": [box(one) for one in referrals], "gjor": slug, "query": query}
    return client.post(f"{address}valgte/", chosen, follow=True)


def send(client: Client, page: HttpResponse, *, alle: bool = False, **typed: Any) -> HttpResponse:
    """Fills in the form of the page, as it stands there, and sends it."""
    hidden = dict(
        re.findall(r'type="hidden" name="(nokkel|sett|utelatt)" value="([^"]*)"', page.content.decode())
    )
    more = {"alle": "1"} if alle else {}
    return client.post(page.request["PATH_INFO"], {"on": ON} | hidden | more | typed, follow=True)


def said(response: HttpResponse) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def fresh(referral: Referral) -> Referral:
    return Referral.objects.get(pk=referral.pk)


class TestLookingAgain:
    """A second look at the page is another one: what is sent from it is done."""

    def test_after_undoing_the_same_choice_can_be_given_to_somebody_else(
        self, office: Client, address: str, log: Log, therapist: Therapist, municipality: Municipality
    ) -> None:
        referral, other = log(), TherapistFactory(employed_in=municipality)
        page = choose(office, address, [referral])
        send(office, page, therapist=therapist.pk)
        done = BulkAction.objects.get()
        office.post(reverse("chosen_undo", kwargs={"code": municipality.code, "pk": done.pk}))
        assert fresh(referral).therapist is None
        again = office.get(page.request["PATH_INFO"])
        send(office, again, therapist=other.pk)
        assert fresh(referral).therapist == other

    def test_what_somebody_changed_meanwhile_is_said_also_beside_a_mistake_in_the_form(
        self, office: Client, address: str, log: Log
    ) -> None:
        referral = log()
        page = choose(office, address, [referral])
        Referral.objects.filter(pk=referral.pk).update(version=7)
        assert "Endret etter at du valgte dem" in markup(send(office, page, on="32132026"))

    def test_a_second_press_of_closing_leads_to_what_the_first_did(
        self, office: Client, address: str, log: Log
    ) -> None:
        referral = log(started=True)
        page = choose(office, address, [referral], "avslutt")
        for _press in range(2):
            assert send(office, page, outcome=Outcome.FINISHED).redirect_chain
        assert fresh(referral).version == 2 and BulkAction.objects.count() == 1


class TestBoxes:
    def test_each_row_has_one_that_says_its_number(self, office: Client, address: str, log: Log) -> None:
        referral = log()
        page = markup(office.get(address))
        assert f'value="{box(referral)}" aria-label="Velg {referral.number}"' in page
        assert [
            name
            for name in (
                *("Fordel til ergoterapeut", "Sett prioritet"),
                *("Registrer at innbyggeren er spurt", "Avslutt"),
            )
            if name not in page
        ] == []

    def test_none_for_what_is_shielded_or_closed(
        self, office: Client, address: str, municipality: Municipality, log: Log
    ) -> None:
        person = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
        hidden, closed, started = log(person=person), log(waiting=False, closed=True), log(started=True)
        page = markup(office.get(f"{address}?status=all"))
        assert box(started) in page
        assert hidden.number in page and box(hidden) not in page
        assert closed.number in page and box(closed) not in page

    def test_a_manager_can_assign_and_nothing_else(
        self, client_for: ClientFor, manager: User, address: str, log: Log
    ) -> None:
        referral = log()
        page = markup(client_for(manager).get(address))
        assert re.findall(r'name="gjor" value="([^"]*)"', page) == ["ergoterapeut"]
        assert re.findall(rf"{referral.number}/([a-z-]+)/", page) == ["ergoterapeut"]

    def test_a_manager_gives_to_another_what_somebody_leaves_and_can_undo_it(
        self,
        client_for: ClientFor,
        manager: User,
        municipality: Municipality,
        address: str,
        log: Log,
        therapist: Therapist,
    ) -> None:
        gone, client = TherapistFactory(), client_for(manager)
        theirs = [log(therapist=gone, assigned_on=TODAY), log(started=True, therapist=gone)]
        other = log(therapist=therapist, assigned_on=TODAY)
        query = f"status=open&therapist={gone.pk}"
        page = markup(client.get(f"{address}?{query}&velg=flest"))
        assert set(re.findall(r'name="valgt" value="(\d{4}-\d{6})\.', page)) == {one.number for one in theirs}
        done = send(client, choose(client, address, theirs, query=query), therapist="null")
        assert done.request["QUERY_STRING"] == query
        assert not Referral.objects.filter(therapist=gone).exists()
        [bulk] = BulkAction.objects.all()
        client.post(f"{address}angre/{bulk.pk}/")
        assert Referral.objects.filter(therapist=gone).count() == 2
        other.refresh_from_db()
        assert other.therapist == therapist

    def test_a_therapist_can_ask_and_close_and_nothing_else(
        self, client_for: ClientFor, therapist_user: User, address: str, log: Log
    ) -> None:
        log()
        page = markup(client_for(therapist_user).get(address))
        assert re.findall(r'name="gjor" value="([^"]*)"', page) == ["sporsmal", "avslutt"]

    def test_without_scripts_a_link_ticks_all_of_the_page_and_no_other_page(
        self, office: Client, address: str, log: Log
    ) -> None:
        for _one in range(51):
            log()
        page = markup(office.get(address))
        assert "velg=alle" in page and " checked>" not in page
        page = markup(office.get(f"{address}?page=2&velg=alle"))
        assert page.count(" checked>") == 1
        assert not re.search(r'rel="prev" href="[^"]*velg', page)

    def test_another_ticks_the_whole_list_up_to_as_many_as_can_be_changed(
        self, office: Client, address: str, log: Log
    ) -> None:
        for _one in range(50):
            log()
        assert "velg=flest" not in markup(office.get(address))
        log()
        assert "Velg alle 51 i lista" in text(office.get(address))
        for _one in range(50):
            log()
        page = office.get(address, {"page": "2", "status": "waiting"})
        assert "Velg de første 100" in text(page)
        assert 'href="?status=waiting&amp;velg=flest"' in markup(page)
        page = markup(office.get(f"{address}?status=waiting&velg=flest"))
        assert page.count(" checked>") == 100 and "Velg de første" not in page
        assert re.search(r'rel="next" href="[^"]*velg=flest', page)
        swapped = office.get(address, {"status": "received"}, headers={"HX-Request": "true"})
        assert '<span id="choose-more" hx-swap-oob="true"></span>' in markup(swapped)


class TestChoosing:
    def test_leads_to_a_page_that_names_how_many_and_lists_them(
        self, office: Client, address: str, log: Log
    ) -> None:
        chosen = [log(), log()]
        page = choose(office, address, chosen)
        assert "Fordel 2 henvisninger" in markup(page)
        assert {one.number for one in page.context["table"].records} == {one.number for one in chosen}

    def test_puts_no_number_and_no_name_into_the_address(
        self, office: Client, address: str, log: Log
    ) -> None:
        referral = log()
        page = choose(office, address, [referral])
        assert re.fullmatch(rf"{address}valgte/ergoterapeut/[0-9a-f-]{{36}}/", page.request["PATH_INFO"])
        assert referral.number not in page.request["PATH_INFO"]

    def test_nothing_chosen_leads_back_with_the_filter(self, office: Client, address: str, log: Log) -> None:
        log()
        page = choose(office, address, [], query="only=unassigned")
        assert said(page) == ["Velg minst én henvisning i listen først."]
        assert page.request["QUERY_STRING"] == "only=unassigned"

    @pytest.mark.parametrize("value", ["", "x", "2026-000001", "2026-000001.x", "9" * 400, "١٢٣٤-٠٠٠٠٠١.1"])
    def test_what_makes_no_sense_is_passed_over(self, office: Client, address: str, value: str) -> None:
        page = office.post(f"{address}valgte/", {"valgt": value, "gjor": "ergoterapeut"}, follow=True)
        assert page.status_code == 200 and page.request["PATH_INFO"] == address

    def test_more_than_a_hundred_are_refused(self, office: Client, address: str) -> None:
        many = [f"2026-{number:06}.1" for number in range(101)]
        page = office.post(f"{address}valgte/", {"valgt": many, "gjor": "ergoterapeut"}, follow=True)
        assert said(page) == ["Velg høyst 100 henvisninger om gangen."]

    def test_a_token_that_is_not_kept_leads_back(self, office: Client, address: str) -> None:
        page = office.get(f"{address}valgte/avslutt/00000000-0000-4000-8000-000000000000/", follow=True)
        assert said(page) == ["Det du hadde valgt, er ikke lenger tatt vare på. Velg på nytt."]

    def test_the_choice_of_another_municipality_is_none(
        self, office: Client, coordinator: User, address: str, other_municipality: Municipality, log: Log
    ) -> None:
        MembershipFactory(user=coordinator, role="coordinator", municipality=other_municipality)
        token = choose(office, address, [log()]).request["PATH_INFO"].rstrip("/").rpartition("/")[2]
        elsewhere = f"/k/{other_municipality.code}/venteliste/valgte/ergoterapeut/{token}/"
        assert office.get(elsewhere).status_code == 302

    def test_what_somebody_changed_since_is_said(self, office: Client, address: str, log: Log) -> None:
        referral, other = log(), log()
        Referral.objects.filter(pk=referral.pk).update(version=2, priority=1)
        page = markup(choose(office, address, [referral, other]))
        assert f"Endret etter at du valgte dem, og vist slik de er nå: {referral.number}." in page

    def test_shielded_cases_and_those_of_other_units_are_not_shown(
        self, client_for: ClientFor, address: str, municipality: Municipality, log: Log
    ) -> None:
        north, south = (UnitFactory(municipality=municipality, name=name) for name in ("Nord", "Sør"))
        user = UserFactory()
        MembershipFactory(user=user, role="coordinator", municipality=municipality, unit=north)
        person = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
        mine, theirs, hidden = log(unit=north), log(unit=south), log(unit=north, person=person)
        page = choose(client_for(user), address, [mine, theirs, hidden])
        assert [one.pk for one in page.context["table"].records] == [mine.pk]
        assert theirs.number not in markup(page) and hidden.number not in markup(page)
        assert markup(page).count("Du kan ikke lenger åpne den.") == 2


class TestOneFormForAll:
    def test_assigns_and_leads_back_to_the_list_with_its_filter(
        self, office: Client, address: str, therapist: Therapist, log: Log
    ) -> None:
        chosen = [log(), log()]
        page = send(
            office, choose(office, address, chosen, query="only=unassigned"), therapist=str(therapist.pk)
        )
        assert (page.request["PATH_INFO"], page.request["QUERY_STRING"]) == (address, "only=unassigned")
        assert {fresh(one).therapist for one in chosen} == {therapist}
        assert "Ergoterapeut er endret for 2 henvisninger." in markup(page) and "Angre" in markup(page)

    def test_prioritises_by_the_keys_they_are_judged_by(
        self, office: Client, address: str, category: Category, municipality: Municipality, log: Log
    ) -> None:
        """The newest key knows one priority alone: it is offered for all, the others for one of two."""
        key = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(5))
        PriorityTargetFactory(key=key, category=category, level=1, days=3)
        chosen = [log(waiting=False), log(waiting=False, received_on=days_ago(2))]
        page = choose(office, address, chosen, "prioritet")
        assert "Finnes i prioriteringsnøkkelen til 1 av de 2." in markup(page)
        refused = send(office, page, priority="2")
        assert refused.status_code == 409 and [fresh(one).priority for one in chosen] == [None, None]
        assert f"{chosen[1].number}</a>: Kommunens prioriteringsnøkkel" in markup(refused)
        send(office, page, priority="1", note="Inntaksmøte")
        assert [fresh(one).priority for one in chosen] == [1, 1]

    def test_closes_with_one_reason(self, office: Client, address: str, log: Log) -> None:
        chosen = [log(), log(waiting=False)]
        page = send(office, choose(office, address, chosen, "avslutt"), outcome=Outcome.MOVED, note="Flyttet")
        assert {(fresh(one).status, fresh(one).outcome) for one in chosen} == {(Status.CLOSED, Outcome.MOVED)}
        assert "2 saker er avsluttet." in markup(page)

    def test_registers_that_the_citizens_were_asked(self, office: Client, address: str, log: Log) -> None:
        chosen = [log(), log(waiting=False)]
        page = choose(office, address, chosen, "sporsmal")
        assert "Registrer for 2 henvisninger at innbyggeren er spurt" in markup(page)
        page = send(office, page, way=ValidationChannel.LETTER, on=f"{days_ago(1):%d%m%Y}")
        assert "Det er registrert for 2 henvisninger at innbyggeren er spurt." in markup(page)
        rounds = Validation.objects.open().order_by("referral_id")
        assert [(one.referral, one.channel, one.asked_on) for one in rounds] == [
            (one, ValidationChannel.LETTER, days_ago(1)) for one in chosen
        ]

    def test_how_they_were_asked_must_be_said_and_the_day_is_not_ahead(
        self, office: Client, address: str, log: Log
    ) -> None:
        page = choose(office, address, [log()], "sporsmal")
        refused = send(office, page, way="ugle", on=f"{days_ago(-1):%d%m%Y}")
        assert sorted(refused.context["form"].errors) == ["on", "way"]
        assert not Validation.objects.exists()

    def test_who_is_asked_already_is_named_and_the_others_are_asked(
        self, office: Client, address: str, log: Log
    ) -> None:
        good, asked = log(), log()
        ValidationFactory(referral=asked)
        typed = {"way": ValidationChannel.PHONE}
        refused = send(office, choose(office, address, [good, asked], "sporsmal"), **typed)
        assert refused.status_code == 409 and Validation.objects.count() == 1
        assert f"{asked.number}</a>: Innbyggeren er allerede spurt" in markup(refused)
        send(office, refused, **typed)
        assert fresh(good).is_asked and Validation.objects.count() == 2

    def test_a_mistake_in_the_form_is_said_and_keeps_what_was_typed(
        self, office: Client, address: str, log: Log
    ) -> None:
        referral = log()
        page = send(office, choose(office, address, [referral], "avslutt"), outcome="", note="Blåbær 😀")
        assert list(page.context["form"].errors) == ["outcome"] and "Blåbær 😀" in markup(page)
        assert fresh(referral).version == 1

    def test_nobody_changed_is_said(
        self, office: Client, address: str, therapist: Therapist, log: Log
    ) -> None:
        referral = log(therapist=therapist, assigned_on=days_ago(2))
        page = send(office, choose(office, address, [referral]), therapist=str(therapist.pk))
        assert page.context["form"].non_field_errors() == ["Ingenting ble endret."]

    def test_a_double_click_changes_nothing_twice(
        self, office: Client, address: str, therapist: Therapist, log: Log
    ) -> None:
        referral = log()
        page = choose(office, address, [referral])
        for _time in range(2):
            assert send(office, page, therapist=str(therapist.pk)).request["PATH_INFO"] == address
        assert (fresh(referral).version, BulkAction.objects.count()) == (2, 1)

    def test_of_three_two_in_the_way_are_named_and_the_third_goes_on(
        self, office: Client, address: str, therapist: Therapist, log: Log
    ) -> None:
        good, stale, late = (
            log(received_on=days_ago(20)),
            log(received_on=days_ago(20)),
            log(received_on=days_ago(1)),
        )
        page = choose(office, address, [good, stale, late])
        Referral.objects.filter(pk=stale.pk).update(version=2)
        typed = {"therapist": str(therapist.pk), "on": f"{days_ago(5):%d%m%Y}"}
        refused = send(office, page, **typed)
        assert refused.status_code == 409 and {fresh(one).therapist for one in (good, stale, late)} == {None}
        shown = markup(refused)
        assert "2 henvisninger kan ikke endres. Ingen er endret ennå." in shown
        assert f"{late.number}</a>: Datoen kan ikke være før" in shown
        assert f"{stale.number}</a>: " in shown and "Fordel 1 henvisning" in shown
        send(office, refused, **typed)
        assert [fresh(one).therapist for one in (good, stale, late)] == [therapist, None, None]

    def test_with_another_day_all_are_tried_once_more(
        self, office: Client, address: str, therapist: Therapist, log: Log
    ) -> None:
        good, late = log(received_on=days_ago(20)), log(received_on=days_ago(1))
        page = choose(office, address, [good, late])
        typed = {"therapist": str(therapist.pk)}
        refused = send(office, page, **typed, on=f"{days_ago(5):%d%m%Y}")
        assert "Fordel 2 henvisninger" in markup(refused)
        send(office, refused, alle=True, **typed)
        assert {fresh(one).therapist for one in (good, late)} == {therapist}

    def test_where_all_are_in_the_way_nothing_is_left_to_go_on_with(
        self, office: Client, address: str, therapist: Therapist, log: Log
    ) -> None:
        late = log(received_on=days_ago(1))
        typed = {"therapist": str(therapist.pk), "on": f"{days_ago(5):%d%m%Y}"}
        refused = send(office, choose(office, address, [late]), **typed)
        assert refused.status_code == 409 and "Prøv en gang til med alle" in markup(refused)
        assert "Du kan gå videre" not in markup(refused)

    def test_only_what_was_chosen_can_be_changed(
        self, office: Client, address: str, therapist: Therapist, log: Log
    ) -> None:
        """A number that is put into the page by hand was not looked over."""
        chosen, other = log(), log()
        page = choose(office, address, [chosen])
        send(office, page, therapist=str(therapist.pk), sett=f"{box(chosen)} {box(other)}")
        assert (fresh(chosen).therapist, fresh(other).therapist) == (therapist, None)


class TestUndo:
    @pytest.fixture
    def done(self, office: Client, address: str, therapist: Therapist, log: Log) -> list[Referral]:
        chosen = [log(), log()]
        send(office, choose(office, address, chosen), therapist=str(therapist.pk))
        return chosen

    def press(self, client: Client, address: str, **more: str) -> HttpResponse:
        return client.post(f"{address}angre/{BulkAction.objects.get().pk}/", more, follow=True)

    def test_gives_each_back_what_it_was_and_stands_in_the_history(
        self, office: Client, address: str, done: list[Referral]
    ) -> None:
        page = self.press(office, address)
        assert said(page) == ["Angret for 2 henvisninger."]
        assert {fresh(one).therapist for one in done} == {None}
        assert "Det kan angres til" not in markup(office.get(address))
        place = {"code": done[0].municipality.code, "number": done[0].number}
        history = markup(office.get(reverse("referral", kwargs=place)))
        assert "Det som ble gjort med flere henvisninger på en gang, ble angret." in history
        assert "Ergoterapeut: fra Tea Terapeut til ikke oppgitt" in history

    def test_twice_says_so(self, office: Client, address: str, done: list[Referral]) -> None:
        self.press(office, address)
        assert said(self.press(office, address)) == ["Det var angret fra før."]

    def test_is_offered_for_a_quarter_of_an_hour(
        self, office: Client, address: str, done: list[Referral]
    ) -> None:
        with time_machine.travel(NOW + timedelta(minutes=14), tick=False):
            assert "Det kan angres til" in markup(office.get(address))
        with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
            assert "Det kan angres til" not in markup(office.get(address))
            assert "kan angres i 15 minutter" in said(self.press(office, address))[0]
        assert fresh(done[0]).therapist is not None

    def test_what_somebody_changed_is_said_and_the_other_can_be_undone(
        self, office: Client, address: str, done: list[Referral]
    ) -> None:
        Referral.objects.filter(pk=done[0].pk).update(version=3)
        page = self.press(office, address)
        assert page.status_code == 409 and done[0].number in markup(page)
        assert "1 henvisning er endret siden" in markup(page) and "Angre den andre" in markup(page)
        assert fresh(done[1]).therapist is not None
        assert said(self.press(office, address, **{"de-andre": "1"})) == ["Angret for 1 henvisning."]
        assert fresh(done[0]).therapist is not None and fresh(done[1]).therapist is None

    def test_who_was_asked_is_no_longer_but_for_who_has_answered_since(
        self, office: Client, address: str, log: Log, coordinator: User
    ) -> None:
        answered, other = log(), log()
        send(office, choose(office, address, [answered, other], "sporsmal"), way=ValidationChannel.SMS)
        do(Move.ANSWER, fresh(answered), coordinator)
        page = self.press(office, address)
        assert page.status_code == 409 and answered.number in markup(page)
        assert Validation.objects.count() == 2
        assert said(self.press(office, address, **{"de-andre": "1"})) == ["Angret for 1 henvisning."]
        assert Validation.objects.get().referral == answered
        place = {"code": other.municipality.code, "number": other.number}
        history = markup(office.get(reverse("referral", kwargs=place)))
        assert "Det som ble gjort med flere henvisninger på en gang, ble angret." in history
        assert "Registrer at innbyggeren er spurt" in history

    def test_what_somebody_else_did_is_not_there(
        self, client_for: ClientFor, address: str, therapist_user: User, done: list[Referral]
    ) -> None:
        page = self.press(client_for(therapist_user), address)
        assert said(page) == ["Du har ikke noe her å angre."]
        assert "Det kan angres til" not in markup(page)
        assert fresh(done[0]).therapist is not None
