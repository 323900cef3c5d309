"""Re-referrals, two that are one need, and who did not attend, through the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from referrals.choices import Outcome, Status
from referrals.models import Category, Membership, Municipality, Person, Referral, User, ViewLogPerson
from tests.factories import TODAY, PersonFactory, ReferralFactory, UnitFactory, days_ago
from tests.pages.seen import markup
from tests.pages.test_moves import address, now, said, send

ClientFor = Callable[[User], Client]


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def person(municipality: Municipality) -> Person:
    return PersonFactory(municipality=municipality)


@pytest.fixture
def first(municipality: Municipality, category: Category, person: Person) -> Referral:
    """Waiting with priority 2 since 50 days."""
    return ReferralFactory(
        municipality=municipality, category=category, person=person, waiting=True, received_on=days_ago(50)
    )


@pytest.fixture
def second(first: Referral) -> Referral:
    """For the same need, received 20 days ago and not assessed."""
    return twin(first, received_on=days_ago(20))


def twin(of: Referral, **facts: Any) -> Referral:
    same = {"municipality": of.municipality, "category": of.category, "person": of.person}
    return ReferralFactory(**same | facts)


def hidden(page: HttpResponse) -> dict[str, Any]:
    """What the form sends without being asked."""
    return {bound.html_name: bound.value() for bound in page.context["form"].hidden_fields()}


def merge(office: Client, referral: Referral, keep: str, **more: Any) -> HttpResponse:
    page = office.get(address(referral, "sla-sammen"))
    return office.post(address(referral, "sla-sammen"), hidden(page) | {"keep": keep} | more, follow=True)


class TestMerge:
    def test_the_button_is_there_only_while_there_are_two(
        self, office: Client, first: Referral, client_for: ClientFor, therapist_user: User
    ) -> None:
        link = address(first, "sla-sammen")
        assert link not in markup(office.get(address(first)))
        second = twin(first)
        assert link in markup(office.get(address(first)))
        assert link not in markup(client_for(therapist_user).get(address(first)))
        send(office, second, "avslutt", outcome="moved")
        page = office.get(link, follow=True)
        assert link not in markup(page)
        assert said(page) == [
            "Bare to åpne henvisninger av samme innbygger i samme kategori kan slås sammen."
        ]

    def test_the_page_says_what_becomes_of_each_before_anything_is_done(
        self, office: Client, first: Referral, second: Referral
    ) -> None:
        page = office.get(address(second, "sla-sammen"))
        shown = markup(page)
        assert "ingen ventedag går tapt eller telles to ganger" in shown
        day = f"{first.received_on:%d.%m.%Y}"
        for kept, gone, priority in ((first, second, "2"), (second, first, "ikke satt")):
            assert f"{kept.number}, mottatt" in shown
            assert f"Teller fra {day}. Prioritet: {priority}." in shown
            assert f"{gone.number} avsluttes som duplikat." in shown
        assert page.context["form"]["keep"].value() == "other"  # the one that came in first
        assert now(first).version == now(second).version == 1

    @pytest.mark.parametrize(("keep", "kept_first"), [("this", False), ("other", True)])
    def test_leads_to_the_kept_one_and_both_tell_of_the_other(
        self, office: Client, first: Referral, second: Referral, keep: str, kept_first: bool
    ) -> None:
        page = merge(office, second, keep, note="Sendt to ganger")
        kept, gone = (first, second) if kept_first else (second, first)
        assert page.redirect_chain[-1][0] == address(kept)
        assert said(page) == ["De to henvisningene er nå én. Denne er beholdt."]
        assert f"{gone.number} ble slått sammen med denne." in markup(page)
        assert "Slått sammen med denne henvisningen" in markup(page)
        assert (now(kept).received_on, now(gone).outcome) == (days_ago(50), Outcome.DUPLICATE)
        other = markup(office.get(address(gone)))
        assert f"Avsluttet: slått sammen med {kept.number}." in other
        assert f'Slått sammen med <a class="ds-link" href="{address(kept)}">{kept.number}</a>' in other
        assert "Sendt to ganger" in other

    def test_the_contacts_of_both_are_seen_with_the_kept_one(
        self, office: Client, first: Referral, second: Referral
    ) -> None:
        send(office, second, "ikke-mott", on=f"{days_ago(5):%d%m%Y}")
        page = merge(office, first, "this")
        assert [contact.referral for contact in page.context["contacts"]] == [second]
        assert f"{days_ago(5):%d.%m.%Y}" in markup(page)

    @pytest.mark.parametrize("changed", ["first", "second"])
    def test_a_change_of_either_in_the_meantime_is_shown_first(
        self, office: Client, first: Referral, second: Referral, changed: str
    ) -> None:
        typed = hidden(office.get(address(first, "sla-sammen"))) | {"keep": "this", "note": "Samme"}
        send(office, first if changed == "first" else second, "pause", reason="nav")
        page = office.post(address(first, "sla-sammen"), typed)
        assert page.status_code == 409
        assert "Satt på vent" in markup(page) and "Samme" in markup(page)
        assert now(second).status != Status.CLOSED
        again = hidden(page) | {"keep": "this", "note": "Samme"}
        assert office.post(address(first, "sla-sammen"), again).status_code == 302
        assert now(second).merged_into == first

    @pytest.mark.parametrize("versions", ["", "x", "1:", ":1", "1:1:1", "1:-1", "²:²", "9" * 999])
    def test_a_form_that_does_not_tell_what_was_seen_is_treated_as_old(
        self, office: Client, first: Referral, second: Referral, versions: str
    ) -> None:
        page = office.post(address(first, "sla-sammen"), {"version": 1, "versions": versions, "keep": "this"})
        assert page.status_code == 409 and now(second).status == Status.RECEIVED

    @pytest.mark.parametrize("keep", ["", "both", "0"])
    def test_one_of_the_two_must_be_chosen(
        self, office: Client, first: Referral, second: Referral, keep: str
    ) -> None:
        page = merge(office, first, keep)
        assert list(page.context["form"].errors) == ["keep"]
        assert now(second).status == Status.RECEIVED

    def test_one_that_has_started_is_the_only_one_offered(self, office: Client, first: Referral) -> None:
        started = twin(first, started=True)
        form = office.get(address(first, "sla-sammen")).context["form"]
        assert [value for value, _label in form.fields["keep"].choices] == ["other"]
        merge(office, first, "other")
        assert now(first).merged_into == started

    def test_of_three_the_other_one_is_chosen(
        self, office: Client, first: Referral, second: Referral
    ) -> None:
        third = twin(first, received_on=days_ago(5))
        page = office.get(address(first, "sla-sammen"))
        assert [str(value) for value, _label in page.context["form"].fields["other"].choices] == [
            str(third.pk),
            str(second.pk),
        ]
        refused = merge(office, first, "this")
        assert list(refused.context["form"].errors) == ["other"]
        merge(office, first, "this", other=third.pk)
        assert (now(third).merged_into, now(second).status) == (first, Status.RECEIVED)

    def test_of_three_the_one_that_started_is_not_lost(self, office: Client, first: Referral) -> None:
        started = twin(first, started=True)
        twin(first)
        page = merge(office, first, "this", other=started.pk)
        assert "Den som startet først, beholdes" in page.context["form"].errors["keep"][0]
        assert now(started).status == Status.STARTED

    def test_another_units_is_not_offered(
        self, office: Client, first: Referral, second: Referral, coordinator: User
    ) -> None:
        own, elsewhere = UnitFactory.create_batch(2, municipality=first.municipality)
        Membership.objects.filter(user=coordinator).update(unit=own)
        link = address(first, "sla-sammen")
        assert link in markup(office.get(address(first)))
        Referral.objects.filter(pk=second.pk).update(unit=elsewhere)
        assert link not in markup(office.get(address(first)))

    def test_who_saw_the_two_is_in_the_read_log(
        self, office: Client, first: Referral, second: Referral
    ) -> None:
        before = ViewLogPerson.objects.count()
        office.get(address(first, "sla-sammen"))
        seen = ViewLogPerson.objects.order_by("pk")[before:]
        assert {row.person_id for row in seen} == {first.person_id}


class TestReReferral:
    def test_both_pages_lead_to_each_other(self, office: Client, first: Referral) -> None:
        send(office, first, "avslutt", outcome="moved")
        again = twin(first, former=first, received_on=TODAY)
        page = markup(office.get(address(again)))
        assert "Henvist på nytt etter" in page and "Den forrige henvisningen" in page
        assert f'<a class="ds-link" href="{address(first)}">{first.number}</a>, avsluttet' in page
        assert "Henvist på nytt etter denne henvisningen" in markup(office.get(address(first)))

    def test_one_with_another_need_is_only_another_referral(
        self, office: Client, first: Referral, other_category: Category
    ) -> None:
        other = twin(first, category=other_category)
        page = markup(office.get(address(first)))
        assert other.number in page and "Henvist på nytt" not in page

    def test_what_was_chosen_and_is_gone_is_replaced_by_none(
        self, office: Client, first: Referral, second: Referral
    ) -> None:
        third = twin(first)
        page = office.get(address(first, "sla-sammen"))
        send(office, second, "avslutt", outcome="moved")
        chosen = hidden(page) | {"other": str(second.pk), "keep": "this"}
        answer = office.post(address(first, "sla-sammen"), chosen)
        assert answer.status_code == 409
        assert now(third).status == Status.RECEIVED and now(first).status == Status.WAITING
        again = office.post(address(first, "sla-sammen"), hidden(answer) | {"keep": "this"}, follow=True)
        assert again.status_code == 200
        assert now(third).merged_into_id == first.pk


class TestNoShow:
    def test_is_written_down_and_the_referral_still_waits(self, office: Client, first: Referral) -> None:
        page = send(office, first, "ikke-mott", on=f"{days_ago(3):%d%m%Y}")
        assert said(page) == ["Det er registrert at innbyggeren ikke møtte."]
        assert "Innbyggeren møtte ikke." in markup(page) and "Ikke møtt" in markup(page)
        assert now(first).status == Status.WAITING

    def test_is_no_first_contact(self, office: Client, first: Referral) -> None:
        page = send(office, first, "oppstart", kind="no_show")
        assert list(page.context["form"].errors) == ["kind"]
        assert now(first).started_on is None

    def test_nothing_to_write_down_of_a_closed_case(self, office: Client, first: Referral) -> None:
        send(office, first, "avslutt", outcome="unreachable")
        assert address(first, "ikke-mott") not in markup(office.get(address(first)))


class TestMovedIn:
    def test_seniority_is_shown_and_the_clock_counts_from_here(self, office: Client, first: Referral) -> None:
        Referral.objects.filter(pk=first.pk).update(seniority_on=days_ago(90))
        page = office.get(address(first))
        assert f"<dt>Først mottatt</dt><dd>{days_ago(90):%d.%m.%Y}</dd>" in markup(page)
        assert page.context["referral"].gross_days == 50


class TestCitizens:
    def test_the_list_says_how_many_citizens_the_referrals_are_of(
        self, office: Client, first: Referral, other_category: Category, municipality: Municipality
    ) -> None:
        path = reverse("waitlist", kwargs={"code": municipality.code})
        assert "De som venter: 1, fra én innbygger." in markup(office.get(path))
        twin(first, category=other_category)
        ReferralFactory(municipality=municipality)
        assert "De som venter: 3, fra 2 innbyggere." in markup(office.get(path))

    def test_so_does_the_dashboard_and_its_file(
        self, office: Client, first: Referral, other_category: Category, municipality: Municipality
    ) -> None:
        twin(first, category=other_category)
        ReferralFactory(municipality=municipality)
        path = reverse("dashboard_municipality", kwargs={"code": municipality.code})
        assert "henvisninger, fra 2 innbyggere" in markup(office.get(path))
        assert office.get(path, {"fil": "json"}).json()["persons"] == 2

    def test_nobody_else_is_told(
        self, client_for: ClientFor, first: Referral, national_reader: User, municipality: Municipality
    ) -> None:
        path = reverse("dashboard_municipality", kwargs={"code": municipality.code})
        reader = client_for(national_reader)
        told = reader.get(path, {"fil": "json"}).json()
        assert told["persons"] is None and "persons" in told["suppressed"]
        assert "innbygger" not in markup(reader.get(path)).split("<main")[1].split("Venter")[1][:300]
