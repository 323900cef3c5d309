"""The report of the long waits: over a year and near it, in every scope, over time, and row by row for own staff."""

from datetime import date, timedelta
from random import Random

import pytest

from ergo.scope import scoped
from referrals.choices import ContactKind, PauseReason, Protection
from referrals.models import County, Municipality, Referral, User, access_of
from referrals.permissions import NO_ACCESS, Access, Role
from referrals.reports import long_waits, waiting_times
from referrals.reports.long_rows import LongWait, long_rows, told
from referrals.reports.long_waits import LongWaitsReport
from referrals.reports.periods import month_ends
from referrals.reports.reached import Reached
from referrals.reports.scopes import Scope
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    MembershipFactory,
    PersonFactory,
    PreliminaryReplyFactory,
    ReferralFactory,
    UnitFactory,
    WaitPauseFactory,
    days_ago,
)
from tests.unit.reports import plain
from tests.unit.reports.worlds import World, make_world

DAYS = [TODAY, days_ago(200), date(2025, 12, 31)]


@pytest.fixture
def access(coordinator: User) -> Access:
    return access_of(coordinator, on=TODAY)


@pytest.fixture
def seen(municipality: Municipality, access: Access) -> object:
    """What the coordinator is told of one day."""

    def rows(on: date = TODAY) -> dict[str, LongWait]:
        visible = Referral.objects.visible_to(access).in_municipality(municipality)
        found = long_rows(visible, access, on=on).order_by("received_on", "pk")
        return {row.number: row for row in told(found, on, with_next_step=on == TODAY)}

    return rows


def waited(days: int, municipality: Municipality, **traits: object) -> Referral:
    return ReferralFactory(municipality=municipality, received_on=days_ago(days), **traits)


def own(municipality: Municipality, access: Access, on: date = TODAY) -> LongWaitsReport:
    rows = Referral.objects.visible_to(access).in_municipality(municipality)
    scope, reached = Scope.municipality(municipality, access), Reached.by(access, municipality.pk)
    return long_waits.build_own(scope, on, rows, data_as_of=NOW, reached=reached)


class TestRows:
    def test_from_274_days_on_somebody_is_told_of(self, municipality: Municipality, seen) -> None:
        cases = {days: waited(days, municipality, waiting=True) for days in (273, 274, 365, 366)}
        found = seen()
        assert {found[cases[days].number].gross_days for days in (274, 365, 366)} == {274, 365, 366}
        assert cases[273].number not in found and len(found) == 3
        assert list(found) == [cases[days].number for days in (366, 365, 274)]

    def test_who_started_or_never_was_a_need_is_not(self, municipality: Municipality, seen) -> None:
        for trait in ("started", "closed", "withdrawn"):
            waited(400, municipality, **{trait: True})
        assert not seen()

    def test_an_earlier_day_is_told_as_we_now_know_it(self, municipality: Municipality, seen) -> None:
        case = waited(400, municipality, started=True)
        row = seen(days_ago(3))[case.number]
        assert (row.gross_days, row.next_step) == (397, None)

    def test_a_priority_set_later_is_not_known_on_the_day(self, municipality: Municipality, seen) -> None:
        case = waited(400, municipality, waiting=True, prioritised_on=days_ago(10))
        assert seen()[case.number].priority == 2
        assert seen(days_ago(11))[case.number].priority is None

    def test_pauses_are_told_by_reason_with_their_days_and_whether_they_run(
        self, municipality: Municipality, seen
    ) -> None:
        case = waited(400, municipality, waiting=True)
        for reason, first, last in (
            (PauseReason.OWN_WISH, 390, 380),
            (PauseReason.CAPACITY, 300, 200),
            (PauseReason.OWN_WISH, 100, 95),
            (PauseReason.HOSPITAL, 4, None),
        ):
            WaitPauseFactory(
                referral=case, reason=reason, started_on=days_ago(first), ended_on=last and days_ago(last)
            )
        row = seen()[case.number]
        told_of = [(held.reason, held.days, held.deducted, held.running) for held in row.held]
        assert told_of == [
            (PauseReason.CAPACITY, 100, False, False),
            (PauseReason.OWN_WISH, 15, True, False),
            (PauseReason.HOSPITAL, 4, True, True),
        ]
        assert (row.held_days, row.is_paused) == (119, True)
        before = seen(days_ago(97))[case.number]
        assert [(held.days, held.running) for held in before.held] == [(100, False), (13, True)]
        assert (before.held_days, before.is_paused) == (113, True)

    def test_a_pause_that_began_before_receipt_counts_from_receipt(
        self, municipality: Municipality, seen
    ) -> None:
        case = waited(400, municipality, waiting=True)
        WaitPauseFactory(referral=case, started_on=days_ago(410), ended_on=days_ago(398))
        row = seen()[case.number]
        assert (row.held_days, row.held[0].days) == (2, 2)

    def test_the_last_contact_is_the_latest_of_all_kinds_by_the_day(
        self, municipality: Municipality, seen
    ) -> None:
        case = waited(400, municipality, waiting=True)
        assert seen()[case.number].last_contact is None
        PreliminaryReplyFactory(referral=case, sent_on=days_ago(370))
        ContactFactory(referral=case, kind=ContactKind.PHONE, held_on=days_ago(100))
        ContactFactory(referral=case, kind=ContactKind.VISIT, held_on=days_ago(200))
        ContactFactory(referral=waited(400, municipality, waiting=True), held_on=days_ago(1))
        for day, code, when in (
            (TODAY, "phone", 100),
            (days_ago(101), "visit", 200),
            (days_ago(120), "visit", 200),
        ):
            last = seen(day)[case.number].last_contact
            assert (last.code, last.on) == (code, days_ago(when)), day
        Referral.objects.filter(pk=case.pk).update(received_on=days_ago(700), seniority_on=days_ago(700))
        assert str(seen(days_ago(300))[case.number].last_contact.label) == "Foreløpig svar sendt"

    def test_the_next_step_is_told_by_its_code(self, municipality: Municipality, seen) -> None:
        steps = {
            waited(400, municipality).number: "prioritise",
            waited(400, municipality, waiting=True).number: "assign",
            waited(400, municipality, waiting=True, assigned=True).number: "start",
            waited(400, municipality, paused=True).number: "resume",
        }
        assert {number: str(row.next_step) for number, row in seen().items()} == steps

    def test_the_month_end_is_that_of_the_clock(self, municipality: Municipality, seen) -> None:
        case = waited(400, municipality, waiting=True)
        assert case.received_on == date(2025, 2, 9)
        assert seen()[case.number].over_half_a_year_on == date(2025, 8, 31)

    def test_of_somebody_shielded_neither_reasons_nor_contacts_are_told(
        self, municipality: Municipality, seen
    ) -> None:
        person = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
        case = waited(400, municipality, person=person, paused=True)
        ContactFactory(referral=case)
        row = seen()[case.number]
        assert (row.held, row.last_contact, row.held_days) == ((), None, 3)


class TestOwn:
    def test_the_boundaries(self, municipality: Municipality, access: Access) -> None:
        for days in (0, 273, 274, 365, 366):
            waited(days, municipality)
        now = own(municipality, access).now
        figures = (now.waiting.value, now.near_a_year.value, now.over_a_year.value)
        assert figures == (5, 2, 1)

    def test_the_history_says_of_each_month_end_what_a_report_of_that_day_says(
        self, municipality: Municipality, access: Access
    ) -> None:
        for days in range(0, 800, 37):
            waited(days, municipality, started_on=days_ago(days // 4), started=True)
            waited(days, municipality)
        history = own(municipality, access).history
        assert [counts.on for counts in history] == list(month_ends(TODAY, 24))
        for counts in history:
            assert counts == own(municipality, access, counts.on).now

    def test_nobody_waits(self, municipality: Municipality, access: Access) -> None:
        report = own(municipality, access)
        assert report.now.over_a_year.value == report.now.near_a_year.value == 0
        assert len(report.history) == 24 and not report.places

    def test_it_is_refused_to_others(self, municipality: Municipality) -> None:
        scope = Scope.municipality(municipality, NO_ACCESS)
        with pytest.raises(ValueError, match="own staff"):
            long_waits.build_own(scope, TODAY, Referral.objects.all(), data_as_of=NOW)

    def test_units_make_it_another_question_and_so_does_what_intake_has_to_place(
        self, municipality: Municipality, access: Access
    ) -> None:
        unit = UnitFactory(municipality=municipality)
        of_unit = [
            MembershipFactory(role=role, municipality=municipality, unit=unit).user
            for role in (Role.COORDINATOR, Role.THERAPIST)
        ]
        recipes = [
            own(municipality, user_access).recipe
            for user_access in (access, *(access_of(user, on=TODAY) for user in of_unit))
        ]
        units = ("units", str(unit.pk))
        assert [recipe.filters for recipe in recipes] == [(), (units, ("in_no_unit", "yes")), (units,)]
        assert len({recipe.hash for recipe in recipes}) == 3


@pytest.fixture
def world(db: None) -> World:
    """Enough of everybody that most counts are shown."""
    return make_world(Random(5), 4_000)


def expected(world: World, places: set[int], on: date) -> tuple[int, int]:
    """How many are over a year and near it, by plain counting."""
    days = [
        plain.gross(case, on) for case in world.cases if case.municipality in places and plain.waits(case, on)
    ]
    return sum(wait > 365 for wait in days), sum(274 <= wait <= 365 for wait in days)


def test_every_shown_count_is_that_of_the_rows(world: World) -> None:
    """In the nation, the counties and the municipalities, on several days and at each month-end."""
    shown = 0
    for on in DAYS:
        for county in [None, *County.objects.all()]:
            scope = Scope.counties([county]) if county else Scope.nation()
            within = {
                place
                for place, each in enumerate(world.municipalities)
                if not county or each.county == county
            }
            with scoped():
                report = long_waits.build(scope, on, data_as_of=NOW)
            for counts in (report.now, *report.history):
                over, near = expected(world, within, counts.on)
                assert counts.over_a_year.value in (over, None)
                assert counts.near_a_year.value in (near, None)
                shown += counts.near_a_year.value is not None
            for place in report.places:
                held = {
                    number
                    for number in within
                    if place.code
                    in (world.municipalities[number].code, world.municipalities[number].county.code)
                }
                over, near = expected(world, held, on)
                assert place.over_a_year.value in (over, None) and place.near_a_year.value in (near, None)
                shown += place.near_a_year.value is not None
    assert shown > 100


def test_all_that_the_dashboard_shows_too_is_the_same(world: World) -> None:
    """Those who wait and those over a year are shown or hidden exactly as on the dashboard of the day."""
    for on in DAYS:
        for scope in (Scope.nation(), *(Scope.counties([county]) for county in County.objects.all())):
            with scoped():
                report = long_waits.build(scope, on, data_as_of=NOW)
                board = waiting_times.build(scope, on, data_as_of=NOW)
            assert (report.now.waiting, report.now.over_a_year) == (
                board.waiting.figure,
                board.over_a_year.figure,
            )
            assert [(place.code, place.waiting, place.over_a_year) for place in report.places] == [
                (place.code, place.waiting, place.over_a_year) for place in board.places
            ]


def test_a_history_in_one_question_is_that_of_each_day(world: World) -> None:
    with scoped():
        report = long_waits.build(Scope.nation(), TODAY, data_as_of=NOW)
        for counts in report.history[::5]:
            assert counts == long_waits.build(Scope.nation(), counts.on, data_as_of=NOW).now


def test_it_takes_three_queries(world: World, django_assert_num_queries) -> None:
    scope = Scope.counties(County.objects.all())
    with scoped(), django_assert_num_queries(3):
        long_waits.build(scope, TODAY, data_as_of=NOW)


def test_the_first_of_a_month_is_not_the_month_before(municipality: Municipality, access: Access) -> None:
    """A day that ends no month stands beside the history, not in it."""
    report = own(municipality, access, date(2026, 3, 1))
    assert report.history[-1].on == date(2026, 2, 28)
    assert report.now.on - report.history[-1].on == timedelta(days=1)
