"""Logging a referral through the pages: the search, the form, what is refused, and that nothing is saved twice."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from referrals import identity
from referrals.choices import Protection
from referrals.forms.registration import CONTACT
from referrals.models import Category, Municipality, Person, Referral, User
from tests.factories import (
    TODAY,
    InstallationFactory,
    OpeningFactory,
    PersonFactory,
    ReferralFactory,
    days_ago,
    identifier_of,
)
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]

BORN = date(1948, 5, 17)
NUMBER = identity.synthetic(BORN, 3)


@pytest.fixture(autouse=True)
def demo(db: None) -> Iterator[None]:
    """Fictitious numbers are accepted; the answer is cached for a minute, so it is forgotten again."""
    InstallationFactory()
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


class Desk:
    """What the coordinator does at the screen, in the municipality of the tests."""

    def __init__(self, browser: Client, municipality: Municipality, category: Category) -> None:
        self.browser, self.municipality, self.category = browser, municipality, category
        self.start = reverse("referral_new", kwargs={"code": municipality.code})

    def search(self, **typed: str) -> HttpResponse:
        return self.browser.post(self.start, typed, follow=True)

    def choose(self, found: HttpResponse, person: Person | str) -> str:
        """The address of the form for one of those found, or for a new citizen ("ny")."""
        chosen = person if isinstance(person, str) else str(person.pk)
        answer = self.browser.post(
            reverse("referral_citizen", kwargs={"code": self.municipality.code}),
            {"sok": found.wsgi_request.GET["sok"], "person": chosen},
        )
        assert answer.status_code == 302
        return answer.url

    def form_for(self, person: Person) -> str:
        return self.choose(self.search(name=person.name, birth_date=f"{person.birth_date:%d%m%Y}"), person)

    def form_for_new(self, **typed: str) -> str:
        typed = typed or {"name": "Kari Nordmann", "birth_date": "17051948"}
        return self.choose(self.search(**typed), "ny")

    def facts(self, **changed: Any) -> dict[str, Any]:
        """A form filled in well enough, for a known citizen."""
        facts = {
            "received_on": "13032026",
            "source": "gp",
            "channel": "letter",
            "category": self.category.pk,
            "handling": "referral",
            "written_form": "nb",
            "protection": "none",
        }
        return facts | changed

    def new_facts(self, **changed: Any) -> dict[str, Any]:
        """A form filled in well enough, for a new citizen without a number."""
        citizen = {
            "given_name": "Kari",
            "family_name": "Nordmann",
            "birth_date": "17.05.1948",
            "identifier_unknown": "on",
        }
        return self.facts() | citizen | changed


@pytest.fixture
def desk(office: Client, municipality: Municipality, category: Category) -> Desk:
    return Desk(office, municipality, category)


@pytest.fixture
def person(municipality: Municipality) -> Person:
    return PersonFactory(
        municipality=municipality,
        given_name="Máret Ánne",
        family_name="Østby",
        birth_date=BORN,
        identifier=identifier_of(BORN, nth=3),
        phone="482 12 345",
    )


def problems(response: HttpResponse) -> list[str]:
    """The lines of the error summary."""
    return [problem.text for problem in response.context["form"].problems]


def told(value: str | dict[str, str]) -> str:
    """A short name for a case of bad input."""
    return (
        value if isinstance(value, str) else ",".join(f"{name}={typed[:12]}" for name, typed in value.items())
    )


class TestSearch:
    def test_the_page_starts_in_the_number(self, desk: Desk) -> None:
        page = desk.browser.get(desk.start).content.decode()
        assert page.count("autofocus") == 1 and 'name="identifier"' in page

    @pytest.mark.parametrize("typed", [NUMBER, f"{NUMBER[:6]} {NUMBER[6:]}", f"{NUMBER[:6]}-{NUMBER[6:]}"])
    def test_finds_the_citizen_by_exact_number(self, desk: Desk, person: Person, typed: str) -> None:
        page = desk.search(identifier=typed)
        assert page.context["matches"] == [person]
        assert "Fant én innbygger" in page.content.decode()

    def test_offers_no_new_citizen_with_a_number_that_is_registered(self, desk: Desk, person: Person) -> None:
        new = "Registrer ny innbygger"
        assert new not in desk.search(identifier=NUMBER).content.decode()
        assert new in desk.search(name="Østby", birth_date="170548").content.decode()
        other = identifier_of(BORN, nth=5).digits
        both = desk.search(identifier=other, name="Østby", birth_date="170548")
        assert both.context["matches"] == [person] and new in both.content.decode()

    @pytest.mark.parametrize("name", ["Máret Ánne Østby", "østby maret", "Østby, Anne", "Østby"])
    def test_finds_the_citizen_by_name_and_birth_date(self, desk: Desk, person: Person, name: str) -> None:
        assert desk.search(name=name, birth_date="170548").context["matches"] == [person]

    def test_shows_name_birth_date_and_masked_number_of_those_found(self, desk: Desk, person: Person) -> None:
        page = desk.search(identifier=NUMBER).content.decode()
        assert "Máret Ánne Østby" in page and "17.05.1948" in page and f"{NUMBER[:6]} •••••" in page
        assert NUMBER not in page.replace(f'value="{NUMBER}"', "")

    def test_does_not_find_another_birth_date(self, desk: Desk, person: Person) -> None:
        page = desk.search(name="Østby", birth_date="18051948")
        assert page.context["matches"] == []
        assert "Fant ingen innbygger" in page.content.decode()

    def test_does_not_find_the_citizens_of_another_municipality(
        self, desk: Desk, other_municipality: Municipality
    ) -> None:
        PersonFactory(municipality=other_municipality, birth_date=BORN, identifier=identifier_of(BORN, nth=3))
        assert desk.search(identifier=NUMBER).context["matches"] == []

    def test_a_number_that_nobody_has_falls_back_on_name_and_birth_date(
        self, desk: Desk, municipality: Municipality
    ) -> None:
        known = PersonFactory(municipality=municipality, given_name="Per", family_name="Ås", birth_date=BORN)
        assert desk.search(identifier=NUMBER, name="Per Ås", birth_date="17051948").context["matches"] == [
            known
        ]

    def test_nothing_that_was_typed_stands_in_the_address_or_in_clear_in_the_session(
        self, desk: Desk, person: Person
    ) -> None:
        answer = desk.browser.post(desk.start, {"identifier": NUMBER, "name": "Østby"})
        assert answer.status_code == 302 and NUMBER not in answer.url and "stby" not in answer.url
        kept = str([session.get_decoded() for session in Session.objects.all()])
        assert NUMBER not in kept and "stby" not in kept

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ({}, "Skriv nummeret, eller navn og fødselsdato."),
            ({"name": "Kari"}, "Skriv fødselsdatoen også."),
            ({"birth_date": "17051948"}, "Skriv navnet også."),
            ({"identifier": "1234"}, "4"),
            ({"identifier": "Kari"}, "sifre"),
            ({"identifier": NUMBER[:10] + str((int(NUMBER[10]) + 1) % 10)}, "siste"),
            ({"identifier": "32815012345"}, "dato"),
            ({"name": "Kari", "birth_date": "31.02.1948"}, "31.02.1948"),
            ({"name": "Kari", "birth_date": "17032026"}, "16.03.2026"),
        ],
        ids=[
            "nothing",
            "name alone",
            "birth date alone",
            "too short",
            "letters",
            "wrong check digit",
            "impossible date in the number",
            "impossible date",
            "born tomorrow",
        ],
    )
    def test_says_what_is_wrong(self, desk: Desk, typed: dict[str, str], message: str) -> None:
        page = desk.browser.post(desk.start, typed)
        assert page.status_code == 200
        assert message in " ".join(problems(page))

    def test_a_test_number_is_refused_where_persons_are_real(self, desk: Desk) -> None:
        InstallationFactory._meta.model.objects.update(is_demo=False)
        cache.clear()
        assert "testnummer" in " ".join(problems(desk.browser.post(desk.start, {"identifier": NUMBER})))

    @pytest.mark.parametrize("token", ["finnes-ikke", "f7ad8a7e-61d4-4c21-8fd0-2ff1063925aa", "' OR 1=1"])
    def test_an_unknown_token_begins_again(self, desk: Desk, token: str) -> None:
        page = desk.browser.get(desk.start, {"sok": token}, follow=True)
        assert page.redirect_chain == [(desk.start, 302)]
        assert "Søk på nytt" in page.content.decode()

    def test_a_token_of_the_waitlists_search_begins_again(self, desk: Desk) -> None:
        listed = desk.browser.post(f"/k/{desk.municipality.code}/venteliste/sok/", {"q": "Kari"})
        token = parse_qs(urlsplit(listed.url).query)["sok"][0]
        assert desk.browser.get(desk.start, {"sok": token}).url == desk.start
        choose = reverse("referral_citizen", kwargs={"code": desk.municipality.code})
        assert desk.browser.post(choose, {"sok": token, "person": "ny"}).url == desk.start

    @pytest.mark.parametrize("person", ["0", "999999999999999999999999", "9" * 5000, "x", "-1", ""])
    def test_choosing_nobody_known_begins_again(self, desk: Desk, person: str) -> None:
        found = desk.search(name="Kari Nordmann", birth_date="17051948")
        answer = desk.browser.post(
            reverse("referral_citizen", kwargs={"code": desk.municipality.code}),
            {"sok": found.wsgi_request.GET["sok"], "person": person},
        )
        assert answer.url == desk.start

    def test_choosing_a_citizen_of_another_municipality_begins_again(
        self, desk: Desk, other_municipality: Municipality
    ) -> None:
        found = desk.search(name="Kari Nordmann", birth_date="17051948")
        elsewhere = PersonFactory(municipality=other_municipality)
        answer = desk.browser.post(
            reverse("referral_citizen", kwargs={"code": desk.municipality.code}),
            {"sok": found.wsgi_request.GET["sok"], "person": elsewhere.pk},
        )
        assert answer.url == desk.start


class TestForm:
    def test_starts_in_the_received_date_which_is_empty(self, desk: Desk, person: Person) -> None:
        form = desk.browser.get(desk.form_for(person)).context["form"]
        assert form["received_on"].value() is None
        assert form.fields["received_on"].widget.attrs["autofocus"]

    def test_shows_the_known_citizen_and_the_contact_details(self, desk: Desk, person: Person) -> None:
        page = desk.browser.get(desk.form_for(person))
        assert "Máret Ánne Østby" in page.content.decode()
        assert page.context["form"]["phone"].value() == "482 12 345"

    def test_carries_over_what_was_typed_for_a_new_citizen(self, desk: Desk) -> None:
        form = desk.browser.get(desk.form_for_new(identifier=NUMBER, name="Kari Nordmann")).context["form"]
        assert [form[name].value() for name in ("given_name", "family_name", "identifier")] == [
            "Kari",
            "Nordmann",
            NUMBER,
        ]
        assert form["birth_date"].value() == BORN
        assert form["identifier_unknown"].value() is False

    def test_ticks_that_the_number_is_not_known_after_a_search_without_it(self, desk: Desk) -> None:
        form = desk.browser.get(desk.form_for_new(name="Ås, Per", birth_date="17051948")).context["form"]
        assert form["identifier_unknown"].value() is True
        assert (form["given_name"].value(), form["family_name"].value()) == ("Per", "Ås")

    def test_leaves_the_address_out_for_a_protected_citizen(
        self, desk: Desk, municipality: Municipality, coordinator: User
    ) -> None:
        hidden = PersonFactory(
            municipality=municipality, protection=Protection.STRICTLY_CONFIDENTIAL, address="Hemmelig vei 1"
        )
        OpeningFactory(person=hidden, user=coordinator)
        address = desk.form_for(hidden)
        page = desk.browser.get(address)
        assert "Hemmelig vei" not in page.content.decode() and "address" not in page.context["form"].fields
        desk.browser.post(address, desk.facts(protection=Protection.STRICTLY_CONFIDENTIAL, phone="1"))
        hidden.refresh_from_db()
        assert (hidden.address, hidden.phone) == ("Hemmelig vei 1", "1")

    def test_every_error_comes_in_the_summary_with_a_link(self, desk: Desk) -> None:
        page = desk.browser.post(desk.form_for_new(), {})
        targets = {problem.target for problem in page.context["form"].problems}
        assert {"id_received_on", "id_source", "id_channel", "id_category", "id_handling"} <= targets
        body = page.content.decode()
        assert "<title>Feil: " in body and 'id="errors"' in body and 'href="#id_received_on"' in body

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"received_on": "17.03.2026"}, "received_on"),
            ({"received_on": "30.02.2026"}, "received_on"),
            ({"received_on": "i går"}, "received_on"),
            ({"received_on": "16.05.1948"}, "received_on"),
            ({"source": "nabo"}, "source"),
            ({"channel": "røyksignal"}, "channel"),
            ({"category": "0"}, "category"),
            ({"category": "x"}, "category"),
            ({"handling": "klage"}, "handling"),
            ({"urgency": "kanskje"}, "urgency"),
            ({"reason": "a" * 10_000}, "reason"),
            ({"email": "kari"}, "email"),
            ({"postal_code": "12"}, "postal_code"),
            ({"protection": "x"}, "protection"),
            ({"birth_date": "17.05.2030"}, "birth_date"),
            ({"given_name": ""}, "given_name"),
            ({"given_name": "K" * 101}, "given_name"),
            ({"identifier_unknown": ""}, "identifier"),
            ({"identifier": "12345678901", "identifier_unknown": ""}, "identifier"),
            ({"identifier": NUMBER}, "identifier_unknown"),
            ({"identifier": NUMBER, "identifier_unknown": "", "birth_date": "18.05.1948"}, "birth_date"),
        ],
        ids=told,
    )
    def test_bad_input_is_told_at_its_field_and_nothing_is_written(
        self, desk: Desk, changed: dict[str, str], field: str
    ) -> None:
        page = desk.browser.post(desk.form_for_new(), desk.new_facts(**changed))
        assert page.status_code == 200
        assert list(page.context["form"].errors) == [field]
        assert not Referral.objects.exists() and not Person.objects.exists()

    def test_nothing_typed_is_lost_when_something_is_wrong(self, desk: Desk) -> None:
        reason = "Čáhci badjána 😀 & <b>«æøå»</b>\nny linje " + "x" * 9_900
        page = desk.browser.post(desk.form_for_new(), desk.new_facts(reason=reason, what_matters="Đ😀"))
        form = page.context["form"]
        assert form["reason"].value() == reason and form["what_matters"].value() == "Đ😀"
        assert "<b>«æøå»" not in page.content.decode()

    @pytest.mark.parametrize("typed", ["13032026", "130326", "13.03.26", "13.03.2026", "2026-03-13"])
    def test_takes_the_date_as_it_is_typed(self, desk: Desk, person: Person, typed: str) -> None:
        desk.browser.post(desk.form_for(person), desk.facts(received_on=typed))
        assert Referral.objects.get().received_on == date(2026, 3, 13)


class TestSaving:
    def test_registers_for_a_known_citizen_and_shows_the_case(self, desk: Desk, person: Person) -> None:
        page = desk.browser.post(desk.form_for(person), desk.facts(), follow=True)
        referral = Referral.objects.get()
        assert page.redirect_chain[-1][0] == reverse(
            "referral", kwargs={"code": desk.municipality.code, "number": referral.number}
        )
        body = page.content.decode()
        assert f"Henvisning {referral.number} er registrert." in body
        assert "Sett prioritet" in body and "Registrer en ny henvisning" in body

    def test_writes_down_everything(self, desk: Desk, person: Person) -> None:
        text = "Har falt i badet. Čáhci 😀\nBor alene."
        facts = desk.facts(
            handling="application",
            urgency="fall",
            reason=text,
            what_matters="Å dusje selv",
            referrer_name="Per Ås",
            referrer_phone="78 46 00 00",
            external_reference="2026/4411",
        )
        desk.browser.post(desk.form_for(person), facts)
        referral = Referral.objects.get()
        assert referral.person == person and referral.reason == text and referral.urgency == "fall"
        assert referral.registered_by.username == "koordinator"
        assert (referral.what_matters, referral.referrer_name) == ("Å dusje selv", "Per Ås")
        assert (referral.referrer_phone, referral.external_reference) == ("78 46 00 00", "2026/4411")

    def test_registers_a_new_citizen_with_the_referral(self, desk: Desk) -> None:
        facts = desk.new_facts(identifier=NUMBER, identifier_unknown="", phone="99 88 77 66")
        desk.browser.post(desk.form_for_new(identifier=NUMBER), facts)
        person = Referral.objects.get().person
        assert (person.name, person.identifier, person.phone) == ("Kari Nordmann", NUMBER, "99 88 77 66")
        assert person.municipality == desk.municipality

    def test_registers_a_citizen_whose_number_is_not_known(self, desk: Desk) -> None:
        desk.browser.post(desk.form_for_new(), desk.new_facts())
        assert Referral.objects.get().person.identifier == ""

    def test_keeps_changed_contact_details_of_the_known_citizen(self, desk: Desk, person: Person) -> None:
        desk.browser.post(desk.form_for(person), desk.facts(phone="40 00 00 00", address="Ny vei 2"))
        person.refresh_from_db()
        assert (person.phone, person.address) == ("40 00 00 00", "Ny vei 2")

    def test_register_and_log_another_goes_back_to_the_search(self, desk: Desk, person: Person) -> None:
        page = desk.browser.post(desk.form_for(person), desk.facts(and_another="1"), follow=True)
        assert page.redirect_chain[-1][0] == desk.start
        assert f"Henvisning {Referral.objects.get().number} er registrert." in page.content.decode()

    def test_the_same_form_sent_twice_is_saved_once(self, desk: Desk) -> None:
        address, facts = desk.form_for_new(), desk.new_facts()
        first, second = desk.browser.post(address, facts), desk.browser.post(address, facts)
        assert first.url == second.url
        assert Referral.objects.count() == Person.objects.count() == 1

    def test_coming_back_to_a_saved_form_leads_to_the_referral(self, desk: Desk) -> None:
        address = desk.form_for_new()
        desk.browser.post(address, desk.new_facts())
        page = desk.browser.get(address, follow=True)
        assert "er allerede registrert" in page.content.decode()
        assert page.redirect_chain[-1][0].endswith(f"/{Referral.objects.get().number}/")

    def test_two_forms_are_two_referrals(self, desk: Desk, person: Person, other_category: Category) -> None:
        desk.browser.post(desk.form_for(person), desk.facts())
        desk.browser.post(desk.form_for(person), desk.facts(category=other_category.pk))
        assert Referral.objects.count() == 2

    def test_a_form_of_another_session_begins_again(
        self, desk: Desk, client_for: ClientFor, coordinator: User
    ) -> None:
        address = desk.form_for_new()
        page = client_for(coordinator).post(address, desk.new_facts(), follow=True)
        assert page.redirect_chain[-1][0] == desk.start
        assert not Referral.objects.exists()


class TestOpenReferral:
    @pytest.fixture
    def earlier(self, person: Person, category: Category) -> Referral:
        return ReferralFactory(
            municipality=person.municipality, person=person, category=category, number="2026-000042"
        )

    def test_is_shown_before_anything_is_typed(self, desk: Desk, person: Person, earlier: Referral) -> None:
        body = desk.browser.get(desk.form_for(person)).content.decode()
        assert "har allerede en åpen henvisning" in body and "2026-000042" in body

    def test_stops_a_second_one_in_the_category_and_asks_why(
        self, desk: Desk, person: Person, earlier: Referral
    ) -> None:
        page = desk.browser.post(desk.form_for(person), desk.facts(reason="Ny søknad 😀"))
        assert "Hvorfor registreres en til?" in page.content.decode()
        assert page.context["form"]["reason"].value() == "Ny søknad 😀"
        assert Referral.objects.count() == 1

    def test_lets_the_second_one_through_with_a_reason_that_stays_in_the_history(
        self, desk: Desk, person: Person, earlier: Referral
    ) -> None:
        desk.browser.post(desk.form_for(person), desk.facts(another_because="Nytt behov i ny bolig"))
        second = Referral.objects.exclude(pk=earlier.pk).get()
        assert second.events.get().note == "Nytt behov i ny bolig"

    def test_an_empty_reason_is_asked_for_again(self, desk: Desk, person: Person, earlier: Referral) -> None:
        page = desk.browser.post(desk.form_for(person), desk.facts(another_because="  "))
        assert list(page.context["form"].errors) == ["another_because"]

    def test_does_not_stop_another_category(
        self, desk: Desk, person: Person, earlier: Referral, other_category: Category
    ) -> None:
        desk.browser.post(desk.form_for(person), desk.facts(category=other_category.pk))
        assert Referral.objects.count() == 2

    def test_a_refused_second_one_changes_no_contact_detail(
        self, desk: Desk, person: Person, earlier: Referral
    ) -> None:
        desk.browser.post(desk.form_for(person), desk.facts(phone="11 11 11 11"))
        person.refresh_from_db()
        assert person.phone == "482 12 345"


class TestReceivedLongAgo:
    """More than thirty days before it is registered, which may be a slip in the date."""

    def test_is_stopped_and_asked_about_and_nothing_typed_is_lost(self, desk: Desk, person: Person) -> None:
        page = desk.browser.post(desk.form_for(person), desk.facts(received_on="13032015", reason="Trapp 😀"))
        assert list(page.context["form"].errors) == ["late_because"]
        body = page.content.decode()
        assert "Hvorfor registreres den først nå?" in body and "mottatt for 4021 dager siden" in body
        assert page.context["form"]["reason"].value() == "Trapp 😀"
        assert not Referral.objects.exists()

    def test_goes_through_with_a_reason_that_stays_in_the_history(self, desk: Desk, person: Person) -> None:
        facts = desk.facts(received_on="13012026", late_because="Lå i feil postkasse")
        desk.browser.post(desk.form_for(person), facts)
        referral = Referral.objects.get()
        assert referral.received_on == date(2026, 1, 13)
        assert referral.events.get().note == "Lå i feil postkasse"

    def test_a_second_one_received_long_ago_is_asked_about_both(self, desk: Desk, person: Person) -> None:
        desk.browser.post(desk.form_for(person), desk.facts())
        form, facts = desk.form_for(person), desk.facts(received_on="13012026")
        page = desk.browser.post(form, facts | {"late_because": "Glemt"})
        assert list(page.context["form"].errors) == ["another_because"]
        desk.browser.post(form, facts | {"late_because": "Glemt", "another_because": "Nytt behov"})
        assert Referral.objects.latest("pk").events.get().note == "Nytt behov\nGlemt"

    def test_thirty_days_are_not_long_ago(self, desk: Desk, person: Person) -> None:
        page = desk.browser.post(desk.form_for(person), desk.facts(received_on="14022026"), follow=True)
        assert "Hvorfor registreres den først nå?" not in page.content.decode()
        assert Referral.objects.get().received_on == date(2026, 2, 14)


class TestNumberOfARegisteredCitizen:
    def test_is_told_with_the_way_out(self, desk: Desk, person: Person) -> None:
        facts = desk.new_facts(identifier=NUMBER, identifier_unknown="", reason="Skrevet 😀")
        page = desk.browser.post(desk.form_for_new(), facts)
        assert list(page.context["form"].errors) == ["identifier"]
        assert "Máret Ánne Østby" in page.content.decode() and "use_registered" in page.content.decode()

    def test_the_registered_citizen_can_be_used_and_nothing_typed_is_lost(
        self, desk: Desk, person: Person
    ) -> None:
        address = desk.form_for_new()
        facts = desk.new_facts(identifier=NUMBER, identifier_unknown="", reason="Skrevet 😀")
        page = desk.browser.post(address, facts | {"use_registered": "1"})
        assert page.context["person"] == person
        assert page.context["form"]["reason"].value() == "Skrevet 😀"
        assert page.context["form"]["received_on"].value() == "13032026"
        desk.browser.post(address, desk.facts(reason="Skrevet 😀"))
        assert Referral.objects.get().person == person

    def test_a_protected_address_stays_protected(self, desk: Desk, person: Person, coordinator: User) -> None:
        OpeningFactory(person=person, user=coordinator)
        Person.objects.update(protection=Protection.CONFIDENTIAL)
        facts = desk.new_facts(identifier=NUMBER, identifier_unknown="", phone="99 88 77 66")
        form = desk.browser.post(desk.form_for_new(), facts | {"use_registered": "1"}).context["form"]
        assert "protection" not in form.fields
        assert form["phone"].value() == "99 88 77 66" and "address" not in form.fields


class TestContactOfAKnownCitizen:
    def test_what_somebody_else_changed_meanwhile_is_left_alone(
        self, desk: Desk, person: Person, coordinator: User
    ) -> None:
        OpeningFactory(person=person, user=coordinator)
        address = desk.form_for(person)
        shown = desk.browser.get(address).context["form"]
        typed = {shown[name].html_initial_name: shown[name].value() for name in CONTACT}
        typed |= {name: shown[name].value() for name in CONTACT} | {"email": "maret@example.no"}
        Person.objects.update(protection=Protection.CONFIDENTIAL, phone="99 99 99 99")
        desk.browser.post(address, desk.facts(**typed))
        person.refresh_from_db()
        assert (person.email, person.phone) == ("maret@example.no", "99 99 99 99")
        assert person.protection == Protection.CONFIDENTIAL


class TestWhoMay:
    @pytest.mark.parametrize("role", ["manager", "county_reader", "national_reader", "administrator"])
    def test_others_are_refused(
        self, role: str, request: pytest.FixtureRequest, client_for: ClientFor, desk: Desk
    ) -> None:
        address = desk.form_for_new()
        other = client_for(request.getfixturevalue(role))
        assert [other.get(url).status_code for url in (desk.start, address)] == [403, 403]
        assert other.post(address, desk.new_facts()).status_code == 403
        assert not Referral.objects.exists()

    def test_a_therapist_may_register_too(
        self, client_for: ClientFor, therapist_user: User, desk: Desk
    ) -> None:
        assert client_for(therapist_user).get(desk.start).status_code == 200

    @pytest.mark.parametrize("name", ["referral_new", "referral_register"])
    def test_another_municipality_could_as_well_not_exist(
        self, desk: Desk, other_municipality: Municipality, name: str
    ) -> None:
        place = {"code": other_municipality.code}
        if name == "referral_register":
            place["token"] = str(uuid4())
        assert desk.browser.get(reverse(name, kwargs=place)).status_code == 404

    def test_strangers_are_sent_to_sign_in(self, client: Client, desk: Desk) -> None:
        assert client.get(desk.start).url.startswith("/inn/")

    def test_nothing_is_kept_by_the_browser(self, desk: Desk) -> None:
        for address in (desk.start, desk.form_for_new()):
            assert "no-store" in desk.browser.get(address)["Cache-Control"]

    def test_today_is_the_latest_received_date(self, desk: Desk, person: Person) -> None:
        desk.browser.post(desk.form_for(person), desk.facts(received_on=f"{TODAY:%d%m%Y}"))
        assert Referral.objects.get().received_on == TODAY

    def test_a_letter_from_last_week_keeps_its_date(self, desk: Desk, person: Person) -> None:
        desk.browser.post(desk.form_for(person), desk.facts(received_on=f"{days_ago(7):%d.%m.%y}"))
        assert Referral.objects.get().received_on == days_ago(7)


class TestMovedIn:
    def test_seniority_is_kept_from_where_it_was_first_received(self, desk: Desk, person: Person) -> None:
        facts = desk.facts(seniority_on="01.10.2025")
        page = desk.browser.post(desk.form_for(person), facts, follow=True)
        referral = Referral.objects.get()
        assert (referral.received_on, referral.seniority_on) == (date(2026, 3, 13), date(2025, 10, 1))
        assert "<dt>Først mottatt</dt><dd>01.10.2025</dd>" in markup(page)

    def test_for_everybody_else_it_is_the_day_of_receipt(self, desk: Desk, person: Person) -> None:
        desk.browser.post(desk.form_for(person), desk.facts())
        referral = Referral.objects.get()
        assert referral.seniority_on == referral.received_on

    @pytest.mark.parametrize("day", ["14.03.2026", "17.03.2026", "01.01.1900", "31.02.2026"])
    def test_it_is_a_day_in_the_citizens_life_and_not_after_receipt(
        self, desk: Desk, person: Person, day: str
    ) -> None:
        page = desk.browser.post(desk.form_for(person), desk.facts(seniority_on=day))
        assert list(page.context["form"].errors) == ["seniority_on"]
        assert not Referral.objects.exists()
