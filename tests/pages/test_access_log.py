"""The citizen's own access log: complete, of nobody else, for those who may see logs, on a page and in the shell."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ergo import scope
from referrals.actions.auditing import record_view
from referrals.choices import BarringKind, ViewKind
from referrals.models import (
    Category,
    Membership,
    Municipality,
    Person,
    Referral,
    User,
    ViewLog,
    ViewLogPerson,
    access_of,
)
from referrals.permissions import NO_ACCESS, Permission
from referrals.reports import access_log
from tests.factories import (
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


@pytest.fixture
def referral(municipality: Municipality, category: Category) -> Referral:
    person = PersonFactory(municipality=municipality, given_name="Anna", family_name="Ås", known=True)
    return ReferralFactory(municipality=municipality, person=person, category=category, number="2026-000007")


@pytest.fixture
def other(municipality: Municipality, category: Category) -> Referral:
    person = PersonFactory(municipality=municipality, given_name="Bo", family_name="Brekke")
    return ReferralFactory(municipality=municipality, person=person, category=category, number="2026-000008")


def address(referral: Referral) -> str:
    return reverse("access_log", kwargs={"code": referral.municipality.code, "number": referral.number})


def look(user: User, *referrals: Referral, kind: ViewKind = ViewKind.WAITLIST) -> None:
    """The user sees these referrals, as a page would log it."""
    access = access_of(user, on=TODAY)
    places = access.municipality_ids(Permission.SEE_CASES)
    with scope.scoped(places, user_id=user.pk, request_id="0"), transaction.atomic():
        record_view(kind, referrals, access=access, municipality_id=referrals[0].municipality_id)


class TestPage:
    def test_says_who_looked_when_at_what_and_why(
        self, client_for: ClientFor, manager: User, therapist_user: User, referral: Referral, other: Referral
    ) -> None:
        therapist_user.first_name, therapist_user.last_name = "Tea", "Terapeut"
        therapist_user.save()
        look(therapist_user, referral, kind=ViewKind.CASE)
        look(therapist_user, other, kind=ViewKind.CASE)
        page = markup(client_for(manager).get(address(referral)))
        assert "Tea Terapeut" in page and "Ergoterapeut" in page and "Henvisningens side" in page
        assert "Tjeneste til innbyggeren" in page and "Anna Ås" in page
        assert other.number not in page and "Brekke" not in page

    def test_making_it_is_itself_in_it(
        self, client_for: ClientFor, manager: User, referral: Referral
    ) -> None:
        page = client_for(manager).get(address(referral)).content.decode()
        assert manager.get_full_name() in page and "Innbyggerens innsynslogg" in page
        assert ViewLog.objects.get().kind == ViewKind.ACCESS_REPORT

    def test_times_are_those_of_the_clock_on_the_wall(
        self, client_for: ClientFor, manager: User, referral: Referral
    ) -> None:
        look(manager, referral)
        line = ViewLog.objects.get()
        opening = access_log.build(referral.person_id, referral.municipality_id, access_of(manager, on=TODAY))
        assert opening[0].at == line.at and line.at.tzinfo is not None

    def test_a_number_that_nobody_has_is_not_found(
        self, client_for: ClientFor, manager: User, referral: Referral
    ) -> None:
        missing = reverse("access_log", kwargs={"code": referral.municipality.code, "number": "2026-999999"})
        assert client_for(manager).get(missing).status_code == 404

    def test_who_is_no_longer_a_user_has_looked_all_the_same(
        self, manager: User, coordinator: User, referral: Referral
    ) -> None:
        look(coordinator, referral)
        key = coordinator.pk
        coordinator.memberships.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM referrals_user WHERE id = %s", [key])
        (opening,) = access_log.build(
            referral.person_id, referral.municipality_id, access_of(manager, on=TODAY)
        )
        assert opening.who == f"#{key}"

    def test_the_case_page_leads_to_it_for_those_who_may(
        self, client_for: ClientFor, manager: User, therapist_user: User, referral: Referral
    ) -> None:
        case = reverse("referral", kwargs={"code": referral.municipality.code, "number": referral.number})
        assert address(referral) in client_for(manager).get(case).content.decode()
        assert address(referral) not in client_for(therapist_user).get(case).content.decode()


class TestLogsWithoutCases:
    """Somebody of whose municipalities only the logs are in scope, as a privacy officer's are."""

    def test_finds_the_citizen_in_the_log_and_writes_there(
        self, privacy_officer: User, coordinator: User, referral: Referral
    ) -> None:
        look(coordinator, referral)
        access, place = access_of(privacy_officer, on=TODAY), referral.municipality_id
        with scope.scoped(log_municipality_ids={place}, user_id=privacy_officer.pk, request_id="0"):
            assert not Referral.objects.exists()
            assert access_log.citizen_behind(referral.number, place, access) == referral.person_id
            record_view(ViewKind.ACCESS_REPORT, [referral], access=access, permission=Permission.SEE_LOGS)
            assert len(access_log.build(referral.person_id, place, access)) == 2

    def test_does_not_read_the_log_of_a_citizen_from_whom_they_are_barred(
        self, client_for: ClientFor, privacy_officer: User, coordinator: User, referral: Referral
    ) -> None:
        look(coordinator, referral)
        client = client_for(privacy_officer)
        assert client.get(address(referral)).status_code == 200
        BarringFactory(person=referral.person, user=privacy_officer, kind=BarringKind.OWN)
        assert client.get(address(referral)).status_code == 403


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(openings=st.lists(st.sets(st.sampled_from(["a", "b", "c"]), min_size=1), max_size=8))
def test_krav_17_the_report_has_every_opening_of_the_citizen_and_nothing_of_others(
    openings: list[set[str]], manager: User, municipality: Municipality, referral: Referral, other: Referral
) -> None:
    """Whatever was opened: the citizen's report lists each opening in which they stood, and no other number."""
    second = ReferralFactory(municipality=municipality, person=referral.person, category=referral.category)
    cases = {"a": referral, "b": other, "c": second}
    access = access_of(manager, on=TODAY)
    known = len(access_log.build(referral.person_id, municipality.pk, access))
    for opening in openings:
        look(manager, *(cases[name] for name in sorted(opening)))
    found = access_log.build(referral.person_id, municipality.pk, access)
    new = found[: len(found) - known]
    expected = [
        tuple(sorted(cases[name].number for name in opening - {"b"}))
        for opening in reversed(openings)
        if opening - {"b"}
    ]
    assert [opening.numbers for opening in new] == expected
    assert other.number not in str(found)


def test_krav_17_another_municipalitys_openings_are_its_own(
    manager: User, coordinator: User, other_municipality: Municipality, referral: Referral
) -> None:
    """The same human being in two municipalities is two citizens, and each has its own log."""
    MembershipFactory(user=coordinator, municipality=other_municipality)
    foreign = ReferralFactory(municipality=other_municipality, number=referral.number)
    look(coordinator, foreign)
    access = access_of(manager, on=TODAY)
    assert access_log.build(foreign.person_id, other_municipality.pk, access) == []
    assert access_log.citizen_behind(referral.number, other_municipality.pk, access) is None
    assert access_log.build(referral.person_id, referral.municipality_id, NO_ACCESS) == []
    assert ViewLogPerson.objects.count() == 1


class TestCommand:
    def report(self, referral: Referral, *more: str) -> str:
        out = io.StringIO()
        call_command("access_report", "--municipality", referral.municipality.code, *more, stdout=out)
        return out.getvalue()

    def test_prints_the_log_of_a_referrals_citizen(
        self, today: Any, manager: User, coordinator: User, referral: Referral
    ) -> None:
        look(coordinator, referral)
        printed = self.report(referral, "--by", "leder", "--referral", referral.number)
        assert printed.splitlines()[0].startswith("Tidspunkt") and len(printed.splitlines()) == 3
        assert "koordinator" in printed and "Innbyggerens innsynslogg" in printed

    def test_reads_an_identity_number_from_standard_input_never_from_the_command_line(
        self, today: Any, manager: User, referral: Referral, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        InstallationFactory()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{referral.person.identifier}\n"))
        printed = self.report(referral, "--by", "leder", "--person", "--format", "csv")
        assert printed.startswith("\ufeffTidspunkt;") and referral.person.identifier not in printed

    def test_a_privacy_officer_makes_it_by_identity_number_too(
        self, today: Any, privacy_officer: User, referral: Referral, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        InstallationFactory()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{referral.person.identifier}\n"))
        assert "ersonvernombud" in self.report(referral, "--by", "personvernombud", "--person")

    def test_has_the_reason_in_peoples_own_words(
        self, today: Any, manager: User, coordinator: User, referral: Referral
    ) -> None:
        access = access_of(coordinator, on=TODAY)
        with scope.scoped({referral.municipality_id}, user_id=coordinator.pk, request_id="0"):
            record_view(ViewKind.CASE, [referral], access=access, note="Falt i natt,\nmåtte ringe")
        assert "Falt i natt, måtte ringe" in self.report(
            referral, "--by", "leder", "--referral", referral.number
        )

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--by", "ergoterapeut", "--referral", "2026-000007"], "ikke tilgang"),
            (["--by", "ingen", "--referral", "2026-000007"], "ikke tilgang"),
            (["--by", "leder", "--referral", "2026-999999"], "Ingen slik innbygger"),
            (["--by", "leder", "--person"], "fødselsnummer|nummer"),
        ],
    )
    def test_says_in_one_line_why_it_prints_nothing(
        self,
        today: Any,
        manager: User,
        therapist_user: User,
        referral: Referral,
        arguments: list[str],
        message: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("123\n"))
        with pytest.raises(CommandError, match=message) as refusal:
            self.report(referral, *arguments)
        assert refusal.value.returncode == 2

    @pytest.mark.parametrize("who", ["manager", "coordinator", "privacy_officer"])
    def test_krav_23_prints_nothing_to_whoever_is_barred(
        self, who: str, today: Any, case_known: Referral, request: pytest.FixtureRequest, monkeypatch: Any
    ) -> None:
        """By the number of a referral and by the citizen's own number: the same walls as on the page."""
        user = request.getfixturevalue(who)
        BarringFactory(person=case_known.person, user=user, kind=BarringKind.OWN)
        self.refused_both_ways(case_known, user, monkeypatch)

    @pytest.mark.parametrize("who", ["manager", "coordinator"])
    def test_krav_23_prints_the_log_of_a_protected_citizen_only_while_the_case_is_open(
        self, who: str, today: Any, case_known: Referral, request: pytest.FixtureRequest, monkeypatch: Any
    ) -> None:
        """Opened on its page, with a reason; the log then has that reason."""
        user = request.getfixturevalue(who)
        Person.objects.update(protection="confidential")
        self.refused_both_ways(case_known, user, monkeypatch)
        OpeningFactory(person=case_known.person, user=user, reason="Ber om innsyn, brev av 2. mars")
        self.report(case_known, "--by", user.username, "--referral", case_known.number)
        assert ViewLog.objects.latest("pk").note == "Ber om innsyn, brev av 2. mars"

    def test_prints_nothing_about_the_citizens_of_another_unit(
        self, today: Any, case_known: Referral, coordinator: User, manager: User, monkeypatch: Any
    ) -> None:
        north, south = (UnitFactory(municipality=case_known.municipality, name=name) for name in "NS")
        Referral.objects.update(unit=south)
        Membership.objects.filter(user=coordinator).update(unit=north)
        self.refused_both_ways(case_known, coordinator, monkeypatch)
        Membership.objects.filter(user=coordinator).update(unit=south)
        assert self.report(case_known, "--by", "koordinator", "--referral", case_known.number)

    @pytest.fixture
    def case_known(self, referral: Referral, therapist_user: User) -> Referral:
        """Somebody has opened it, and its citizen has a number."""
        InstallationFactory()
        look(therapist_user, referral)
        return referral

    def refused_both_ways(self, case: Referral, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
        before = ViewLog.objects.count()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{case.person.identifier}\n"))
        for way in (["--referral", case.number], ["--person"]):
            with pytest.raises(CommandError) as refusal:
                self.report(case, "--by", user.username, *way)
            assert refusal.value.returncode == 2
        assert ViewLog.objects.count() == before

    def test_krav_12_needs_a_municipality_that_exists(self, db: None) -> None:
        """A command that reads persons names its municipality, and ends with an error without one."""
        for arguments in ([], ["--municipality", "0000"]):
            with pytest.raises(CommandError):
                call_command("access_report", "--by", "leder", "--referral", "2026-000007", *arguments)


def test_times_on_the_page_are_oslo_times(
    client_for: ClientFor, manager: User, referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = access_log.Opening(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "A", "B", "C", "D", ())
    monkeypatch.setattr(access_log, "build", lambda *_args: [opening])
    with time_machine.travel("2026-07-02"):
        assert "02.07.2026 00:30" in client_for(manager).get(address(referral)).content.decode()
