"""The logs of a municipality: who has seen what and who has changed what, for those who go through them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from ergo import scope
from referrals.actions.auditing import record_view
from referrals.choices import Protection, SecurityEventKind, ViewKind, ViewReason
from referrals.models import (
    Category,
    Membership,
    Municipality,
    Person,
    Referral,
    SecurityEvent,
    User,
    ViewLog,
    access_of,
)
from referrals.permissions import Permission
from tests.factories import (
    NOW,
    TODAY,
    BarringFactory,
    InstallationFactory,
    MembershipFactory,
    OpeningFactory,
    PersonFactory,
    ReferralFactory,
    UnitFactory,
)
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]

NUMBER, OTHER = "2026-000007", "2026-000008"


@pytest.fixture
def case(municipality: Municipality, category: Category) -> Referral:
    person = PersonFactory(municipality=municipality, given_name="Xenia", family_name="Qvigstad", known=True)
    return ReferralFactory(municipality=municipality, person=person, category=category, number=NUMBER)


@pytest.fixture
def other(municipality: Municipality, category: Category) -> Referral:
    return ReferralFactory(municipality=municipality, category=category, number=OTHER)


@pytest.fixture
def officer(client_for: ClientFor, privacy_officer: User) -> Client:
    return client_for(privacy_officer)


def look(user: User, *referrals: Referral, kind: ViewKind = ViewKind.CASE) -> None:
    """The user sees these referrals, as a page would log it."""
    access = access_of(user, on=TODAY)
    places = access.municipality_ids(Permission.SEE_CASES)
    with scope.scoped(places, user_id=user.pk, request_id="0"), transaction.atomic():
        record_view(kind, referrals, access=access, municipality_id=referrals[0].municipality_id)


def at(name: str, place: Municipality, **values: str) -> str:
    return reverse(name, kwargs={"code": place.code} | values)


class TestReadLog:
    def test_tells_who_saw_which_referral_when_and_why_and_names_no_citizen(
        self, officer: Client, coordinator: User, case: Referral, municipality: Municipality
    ) -> None:
        look(coordinator, case)
        page = officer.get(at("read_log", municipality))
        said = markup(page)
        assert coordinator.get_full_name() in said and NUMBER in said
        assert "Henvisningens side" in said and "Tjeneste til innbyggeren" in said
        assert "Qvigstad" not in said and "Xenia" not in said

    def test_reading_it_is_written_there_as_control(
        self,
        officer: Client,
        coordinator: User,
        privacy_officer: User,
        case: Referral,
        municipality: Municipality,
    ) -> None:
        look(coordinator, case)
        officer.get(at("read_log", municipality), {"kind": "case"})
        line = ViewLog.objects.latest("pk")
        assert (line.kind, line.reason, line.user) == (ViewKind.READ_LOG, ViewReason.CONTROL, privacy_officer)
        assert line.query == "kind=case"
        assert [shown.number for shown in line.persons.all()] == [NUMBER]
        assert "Kommunens innsynslogg" in markup(officer.get(at("read_log", municipality)))

    def test_of_a_list_some_are_named_and_the_others_counted(
        self, officer: Client, coordinator: User, municipality: Municipality, category: Category
    ) -> None:
        look(coordinator, *ReferralFactory.create_batch(8, municipality=municipality, category=category))
        page = officer.get(at("read_log", municipality))
        assert "og 3 til" in markup(page)
        assert ViewLog.objects.latest("pk").persons.count() == 5

    def test_is_narrowed_by_employee_kind_and_days_both_inclusive(
        self, officer: Client, coordinator: User, manager: User, case: Referral, municipality: Municipality
    ) -> None:
        look(coordinator, case)
        look(manager, case, kind=ViewKind.WAITLIST)
        # The database's clock writes the log, not the test's.
        day = ViewLog.objects.earliest("pk").at.astimezone(NOW.tzinfo).date()
        address = at("read_log", municipality)

        def found(**query: object) -> set[tuple[int, str]]:
            table = officer.get(address, query).context["table"]
            return {(view.user_id, view.kind) for view in table.records if view.kind != ViewKind.READ_LOG}

        mine, theirs = (coordinator.pk, "case"), (manager.pk, "waitlist")
        assert found() == {mine, theirs}
        assert found(who=manager.pk) == {theirs} and found(kind="case") == {mine}
        assert found(since=f"{day:%d.%m.%Y}", until=f"{day + timedelta(1):%d.%m.%Y}") == {mine, theirs}
        assert found(until=f"{day - timedelta(1):%d.%m.%Y}") == set()
        assert found(since="tull", who="abc") == {mine, theirs}

    def test_says_on_paper_what_it_was_narrowed_to(
        self, officer: Client, coordinator: User, municipality: Municipality
    ) -> None:
        table = officer.get(at("read_log", municipality), {"who": coordinator.pk, "since": "16032026"})
        said = str(table.context["table"].caption)
        assert coordinator.get_full_name() in said and "16.03.2026" in said

    def test_another_municipalitys_lines_are_not_there(
        self,
        officer: Client,
        coordinator: User,
        case: Referral,
        municipality: Municipality,
        other_municipality: Municipality,
    ) -> None:
        MembershipFactory(user=coordinator, municipality=other_municipality)
        look(coordinator, ReferralFactory(municipality=other_municipality, number="2026-000099"))
        assert "2026-000099" not in markup(officer.get(at("read_log", municipality)))
        assert officer.get(at("read_log", other_municipality)).status_code == 404

    def test_who_is_barred_reads_nothing_of_that_citizens_lines(
        self,
        manager: User,
        coordinator: User,
        case: Referral,
        other: Referral,
        municipality: Municipality,
        client_for: ClientFor,
    ) -> None:
        BarringFactory(person=case.person, user=manager)
        look(coordinator, case)
        look(coordinator, case, other, kind=ViewKind.WAITLIST)
        page = client_for(manager).get(at("read_log", municipality))
        kinds = [view.kind for view in page.context["table"].records]
        assert NUMBER not in markup(page) and OTHER in markup(page)
        assert kinds == [ViewKind.WAITLIST]

    def test_a_manager_of_a_unit_reads_of_its_citizens_and_of_those_in_no_unit(
        self,
        manager: User,
        coordinator: User,
        case: Referral,
        other: Referral,
        municipality: Municipality,
        client_for: ClientFor,
    ) -> None:
        """In both logs; whoever is bound to no unit reads of all."""
        north, south = (UnitFactory(municipality=municipality, name=name) for name in "NS")
        Referral.objects.filter(pk=case.pk).update(unit=south)
        look(coordinator, case)
        look(coordinator, case, other, kind=ViewKind.WAITLIST)
        client = client_for(manager)
        for unit, are_both in ((None, True), (south, True), (north, False)):
            Membership.objects.filter(user=manager).update(unit=unit)
            page = client.get(at("read_log", municipality), {"who": coordinator.pk})
            kinds = [view.kind for view in page.context["table"].records]
            assert kinds == [ViewKind.WAITLIST, ViewKind.CASE][: 1 + are_both], unit
            for told in (page, client.get(at("change_log", municipality))):
                assert (NUMBER in markup(told)) == are_both and OTHER in markup(told), unit

    def test_is_no_page_for_staff_who_answer_for_nobody(
        self, coordinator: User, therapist_user: User, municipality: Municipality, client_for: ClientFor
    ) -> None:
        for user in (coordinator, therapist_user):
            for name in ("read_log", "change_log"):
                assert client_for(user).get(at(name, municipality)).status_code == 403

    def test_the_menu_leads_there(self, officer: Client, municipality: Municipality) -> None:
        page = officer.get(at("openings", municipality))
        assert at("read_log", municipality) in markup(page)
        said = markup(officer.get(at("read_log", municipality)))
        assert at("change_log", municipality) in said and at("access_log_find", municipality) in said


class TestChangeLog:
    def test_names_the_facts_and_tells_no_value(
        self, officer: Client, case: Referral, municipality: Municipality
    ) -> None:
        Person.objects.filter(pk=case.person_id).update(family_name="Hemmeligsen", phone="99999999")
        Referral.objects.filter(pk=case.pk).update(reason="Falt i trappa")
        page = officer.get(at("change_log", municipality))
        said = markup(page)
        assert "Innbygger: endret" in said and "Etternavn, Telefon" in said
        assert "Henvisning: endret" in said and NUMBER in said
        for value in ("Hemmeligsen", "Qvigstad", "99999999", "Falt i trappa"):
            assert value not in said

    def test_reading_it_is_written_in_the_read_log_with_whose_changes_were_shown(
        self, officer: Client, case: Referral, municipality: Municipality
    ) -> None:
        officer.get(at("change_log", municipality), {"kind": "referral"})
        line = ViewLog.objects.get()
        assert (line.kind, line.reason, line.query) == ("change_log", "control", "kind=referral")
        assert [(shown.person_id, shown.number) for shown in line.persons.all()] == [(case.person_id, NUMBER)]

    def test_is_narrowed_by_employee_and_kind(
        self, officer: Client, coordinator: User, case: Referral, municipality: Municipality
    ) -> None:
        with scope.scoped({municipality.pk}, user_id=coordinator.pk, request_id="0"), transaction.atomic():
            Person.objects.filter(pk=case.person_id).update(phone="99999999")
        address = at("change_log", municipality)
        by_them = officer.get(address, {"who": coordinator.pk}).context["table"].records
        assert [change.names for change in by_them] == [["phone"]]
        records = officer.get(address, {"kind": "referral"}).context["table"].records
        assert {change.table_name for change in records} == {"referrals_referral"}
        assert officer.get(address, {"kind": "user"}).context["form"].errors

    def test_who_is_barred_reads_no_change_of_that_citizen(
        self,
        manager: User,
        case: Referral,
        other: Referral,
        municipality: Municipality,
        client_for: ClientFor,
    ) -> None:
        BarringFactory(person=case.person, user=manager)
        Person.objects.filter(pk=case.person_id).update(phone="99999999")
        page = client_for(manager).get(at("change_log", municipality))
        assert NUMBER not in markup(page) and OTHER in markup(page)
        assert case.person_id not in {change.person_id for change in page.context["table"].records}


class TestOneCitizen:
    def ask(self, client: Client, place: Municipality, typed: str, why: str = "insight") -> HttpResponse:
        return client.post(at("access_log_find", place), {"q": typed, "why": why}, follow=True)

    @pytest.fixture(autouse=True)
    def fictitious_numbers(self, db: None) -> None:
        InstallationFactory()

    def test_is_found_by_identity_number_where_no_citizen_is_in_scope(
        self, officer: Client, coordinator: User, case: Referral, municipality: Municipality
    ) -> None:
        look(coordinator, case)
        page = self.ask(officer, municipality, case.person.identifier)
        assert page.status_code == 200 and coordinator.get_full_name() in markup(page)
        assert case.person.identifier not in markup(page) + page.redirect_chain[-1][0]
        assert "Qvigstad" not in markup(page)
        line = ViewLog.objects.latest("pk")
        assert (line.kind, line.reason) == (ViewKind.ACCESS_REPORT, ViewReason.INSIGHT)
        assert line.persons.get().person_id == case.person_id

    def test_is_found_by_the_number_of_a_referral(
        self, officer: Client, coordinator: User, case: Referral, municipality: Municipality
    ) -> None:
        look(coordinator, case)
        page = self.ask(officer, municipality, NUMBER, why="control")
        assert coordinator.get_full_name() in markup(page) and "Kontroll av logger" in markup(page)
        assert ViewLog.objects.latest("pk").reason == ViewReason.CONTROL

    @pytest.mark.parametrize("typed", ["2026-999999", "Kari Nordmann", "123", "", "x" * 200])
    def test_what_finds_nobody_is_answered_in_the_form(
        self, officer: Client, municipality: Municipality, typed: str
    ) -> None:
        page = self.ask(officer, municipality, typed)
        assert page.status_code == 200 and page.context["form"].errors["q"]

    def test_somebody_who_is_not_known_here_was_looked_for_all_the_same(
        self, officer: Client, other_municipality: Municipality, case: Referral, municipality: Municipality
    ) -> None:
        elsewhere = PersonFactory(municipality=other_municipality, known=True)
        page = self.ask(officer, municipality, elsewhere.identifier)
        assert "Ingen slik innbygger" in markup(page)
        line = ViewLog.objects.get()
        assert (line.kind, line.query) == (
            ViewKind.ACCESS_REPORT,
            "sok=identifier",
        ) and not line.persons.exists()

    def test_a_shielded_citizen_is_not_shown_to_staff_by_identity_number(
        self, coordinator: User, case: Referral, municipality: Municipality, client_for: ClientFor
    ) -> None:
        Person.objects.update(protection=Protection.STRICTLY_CONFIDENTIAL)
        page = self.ask(client_for(coordinator), municipality, case.person.identifier)
        assert "skjermet for deg" in markup(page)
        assert "Qvigstad" not in markup(page) and NUMBER not in markup(page)
        assert ViewLog.objects.get().persons.get().person_id == case.person_id
        assert SecurityEvent.objects.get().kind == SecurityEventKind.REFUSED

    def test_of_another_units_citizen_staff_get_no_log_by_either_number(
        self,
        coordinator: User,
        manager: User,
        case: Referral,
        municipality: Municipality,
        client_for: ClientFor,
    ) -> None:
        """Nor from a search that is still kept when the unit has changed."""
        north, south = (UnitFactory(municipality=municipality, name=name) for name in "NS")
        Referral.objects.update(unit=south)
        look(manager, case)
        client = client_for(coordinator)
        Membership.objects.filter(user=coordinator).update(unit=south)
        address = self.ask(client, municipality, case.person.identifier).redirect_chain[-1][0]
        assert manager.get_full_name() in markup(client.get(address))
        Membership.objects.filter(user=coordinator).update(unit=north)
        assert client.get(address).status_code == 404
        for typed in (NUMBER, case.person.identifier):
            page = self.ask(client, municipality, typed)
            assert (
                "Ingen slik innbygger" in markup(page) and not ViewLog.objects.latest("pk").persons.exists()
            )

    def test_who_is_barred_gets_no_log_by_either_number(
        self,
        privacy_officer: User,
        officer: Client,
        coordinator: User,
        case: Referral,
        municipality: Municipality,
    ) -> None:
        look(coordinator, case)
        BarringFactory(person=case.person, user=privacy_officer)
        for typed in (NUMBER, case.person.identifier):
            page = self.ask(officer, municipality, typed)
            assert page.status_code in (200, 403) and coordinator.get_full_name() not in markup(page), typed

    def test_a_token_of_another_session_shows_nobody(
        self,
        officer: Client,
        manager: User,
        coordinator: User,
        case: Referral,
        municipality: Municipality,
        client_for: ClientFor,
    ) -> None:
        look(coordinator, case)
        address = self.ask(officer, municipality, case.person.identifier).redirect_chain[-1][0]
        page = client_for(manager).get(address, follow=True)
        assert page.redirect_chain and coordinator.get_full_name() not in markup(page)


class TestReasons:
    """What the innsynslogg says of why somebody looked."""

    def test_has_what_was_typed_at_the_gate_as_the_gate_promises(
        self,
        manager: User,
        coordinator: User,
        case: Referral,
        municipality: Municipality,
        client_for: ClientFor,
    ) -> None:
        with time_machine.travel(NOW, tick=False):
            OpeningFactory(
                person=case.person, user=coordinator, number=NUMBER, reason="Avtaler hjemmebesøk tirsdag"
            )
            Person.objects.update(protection=Protection.CONFIDENTIAL)
            client_for(coordinator).get(at("referral", municipality, number=NUMBER))
            OpeningFactory(person=case.person, user=manager, number=NUMBER, reason="Innbyggeren vil vite")
            page = client_for(manager).get(at("access_log", municipality, number=NUMBER))
        assert "Avtaler hjemmebesøk tirsdag" in markup(page)

    def test_an_officer_who_comes_from_the_openings_controls_the_logs(
        self, officer: Client, coordinator: User, case: Referral, municipality: Municipality
    ) -> None:
        look(coordinator, case)
        OpeningFactory(person=case.person, user=coordinator, number=NUMBER)
        address = f"{at('access_log', municipality, number=NUMBER)}?why=control"
        assert address in markup(officer.get(at("openings", municipality)))
        assert "Kontroll av logger" in markup(officer.get(address))
        assert ViewLog.objects.latest("pk").reason == ViewReason.CONTROL

    @pytest.mark.parametrize("why", ["", "emergency", "tull"])
    def test_any_other_word_in_the_address_is_the_citizens_right(
        self, why: str, officer: Client, coordinator: User, case: Referral, municipality: Municipality
    ) -> None:
        look(coordinator, case)
        officer.get(at("access_log", municipality, number=NUMBER), {"why": why})
        assert ViewLog.objects.latest("pk").reason == ViewReason.INSIGHT

    def test_the_page_has_municipality_and_day_to_be_handed_out(
        self, officer: Client, coordinator: User, case: Referral, municipality: Municipality
    ) -> None:
        look(coordinator, case)
        said = markup(officer.get(at("access_log", municipality, number=NUMBER)))
        assert municipality.full_name in said and f"{TODAY:%d.%m.%Y}" in said and "skriv ut siden" in said
