"""Marking cases past their target as reported: each once for all time, and what is corrected later changes nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ergo import roles
from referrals.actions import deviations
from referrals.choices import Move, Outcome, PauseReason, Protection
from referrals.errors import FutureDate, InvalidValue, NotAllowed, NotReported, ReasonRequired, ReasonTooShort
from referrals.models import DeviationReport, Municipality, Referral, User
from tests.factories import (
    TODAY,
    DeviationReportFactory,
    PersonFactory,
    ReferralFactory,
    WaitPauseFactory,
)
from tests.unit.actions.acting import acting, do
from tests.unit.actions.test_concurrency import at_once, kinds

FEBRUARY, JANUARY = date(2026, 2, 1), date(2026, 1, 1)
BECAUSE = "Feil sak ble krysset av i listen."


def case_late_on(day: date, municipality: Municipality, category: Any, **traits: Any) -> Referral:
    """A case of priority 2, whose first day past 56 days it is."""
    return ReferralFactory(
        municipality=municipality,
        category=category,
        waiting=True,
        received_on=day - timedelta(days=57),
        **traits,
    )


@pytest.fixture
def case(municipality: Municipality, category: Any) -> Referral:
    """Late from 10 February on."""
    return case_late_on(date(2026, 2, 10), municipality, category)


def mark(by: User, *cases: Referral, month: date = FEBRUARY, **what: Any) -> deviations.Marked:
    numbers = [case.number for case in cases]
    return deviations.report(
        municipality=cases[0].municipality, month=month, numbers=numbers, **what, **acting(by)
    )


def take_back(by: User, case: Referral, reason: str = BECAUSE) -> DeviationReport:
    return deviations.withdraw(
        municipality=case.municipality, number=case.number, reason=reason, **acting(by)
    )


@pytest.mark.django_db
class TestMarking:
    def test_the_line_is_kept_as_it_is_reported(self, coordinator: User, case: Referral) -> None:
        done = mark(coordinator, case, reference=" AV 12 ", reason="To ledige stillinger.")
        [new] = done.new
        new.refresh_from_db()
        assert (new.month, new.late_on, new.due_on, new.days_late, new.priority) == (
            *(FEBRUARY, date(2026, 2, 10), date(2026, 2, 9)),
            *(19, 2),
        )
        assert (new.reference, new.reason, new.reported_by) == ("AV 12", "To ledige stillinger.", coordinator)
        assert (done.before, done.others) == ((), 0)

    def test_the_manager_may_and_the_therapist_may_not(
        self, manager: User, therapist_user: User, case: Referral
    ) -> None:
        with pytest.raises(NotAllowed):
            mark(therapist_user, case)
        assert len(mark(manager, case).new) == 1

    @pytest.mark.parametrize("late_on", [date(2026, 1, 31), date(2026, 3, 1)])
    def test_a_case_that_was_late_first_in_another_month_is_left_out(
        self, coordinator: User, municipality: Municipality, category: Any, case: Referral, late_on: date
    ) -> None:
        other = case_late_on(late_on, municipality, category)
        done = mark(coordinator, case, other)
        assert [new.referral_id for new in done.new] == [case.pk] and done.others == 1

    @pytest.mark.parametrize("late_on", [date(2026, 2, 1), date(2026, 2, 28)])
    def test_the_first_and_the_last_day_are_of_the_month(
        self, coordinator: User, municipality: Municipality, category: Any, late_on: date
    ) -> None:
        assert len(mark(coordinator, case_late_on(late_on, municipality, category)).new) == 1

    def test_the_same_form_twice_marks_nothing_twice(self, coordinator: User, case: Referral) -> None:
        [first] = mark(coordinator, case).new
        again = mark(coordinator, case)
        assert again.new == () and again.before == (first,)
        assert DeviationReport.objects.count() == 1

    def test_what_stands_in_one_month_comes_in_no_other(
        self, coordinator: User, manager: User, case: Referral
    ) -> None:
        """A correction moves the first day late to January: it stays in the report of February."""
        [first] = mark(coordinator, case).new
        changed = {
            "received_on": case.received_on - timedelta(days=20),
            "prioritised_on": case.prioritised_on,
        }
        do(Move.CORRECT, case, coordinator, changes=changed, reason="Brevet kom før.")
        again = mark(manager, case, month=JANUARY)
        assert again.new == () and again.before == (first,)
        first.refresh_from_db()
        assert (first.month, first.late_on) == (FEBRUARY, date(2026, 2, 10))

    def test_another_priority_moves_nothing_that_is_reported(self, coordinator: User, case: Referral) -> None:
        mark(coordinator, case)
        do(Move.PRIORITISE, case, coordinator, priority=1)
        assert mark(coordinator, case, month=date(2025, 12, 1)).new == ()

    def test_a_month_that_runs_is_looked_at_until_today(
        self, coordinator: User, municipality: Municipality, category: Any
    ) -> None:
        today, tomorrow = (
            case_late_on(TODAY + timedelta(days=ahead), municipality, category) for ahead in (0, 1)
        )
        [new] = mark(coordinator, today, tomorrow, month=TODAY.replace(day=1)).new
        assert (new.referral_id, new.days_late) == (today.pk, 1)

    def test_a_month_to_come_is_refused(self, coordinator: User, case: Referral) -> None:
        with pytest.raises(FutureDate):
            mark(coordinator, case, month=date(2026, 4, 1))

    def test_a_shielded_case_is_untouched(
        self, coordinator: User, municipality: Municipality, category: Any
    ) -> None:
        person = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
        hidden = case_late_on(date(2026, 2, 10), municipality, category, person=person)
        done = mark(coordinator, hidden)
        assert done.new == () and done.others == 1 and not DeviationReport.objects.exists()

    def test_a_case_elsewhere_is_untouched(
        self, coordinator: User, other_municipality: Municipality, category: Any, case: Referral
    ) -> None:
        case_late_on(date(2026, 2, 10), other_municipality, category, number="2026-777777")
        done = deviations.report(
            municipality=case.municipality, month=FEBRUARY, numbers=["2026-777777"], **acting(coordinator)
        )
        assert done.new == () and not DeviationReport.objects.exists()

    def test_a_duplicate_is_no_deviation(self, coordinator: User, case: Referral) -> None:
        do(Move.CLOSE, case, coordinator, outcome=Outcome.DUPLICATE)
        assert mark(coordinator, case).new == ()

    def test_a_pause_that_stops_the_clock_moves_the_month(self, coordinator: User, case: Referral) -> None:
        WaitPauseFactory(
            referral=case,
            reason=PauseReason.HOSPITAL,
            started_on=case.received_on + timedelta(days=1),
            ended_on=case.received_on + timedelta(days=31),
        )
        assert mark(coordinator, case).new == ()
        [new] = mark(coordinator, case, month=date(2026, 3, 1)).new
        assert new.late_on == date(2026, 2, 10) + timedelta(days=30)

    def test_a_reference_that_is_too_long_marks_nothing(self, coordinator: User, case: Referral) -> None:
        with pytest.raises(InvalidValue):
            mark(coordinator, case, reference="x" * 61)
        assert not DeviationReport.objects.exists()

    def test_the_database_refuses_a_second_one_and_another_month(self, case: Referral) -> None:
        DeviationReportFactory(referral=case)
        for wrong in ({}, {"month": FEBRUARY}, {"days_late": 0}):
            with pytest.raises(IntegrityError), transaction.atomic():
                DeviationReportFactory(referral=case, **wrong)

    def test_the_app_can_take_back_and_neither_remove_nor_rewrite(self, case: Referral) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_table_privilege(%(app)s, %(table)s, 'DELETE'),"
                " has_column_privilege(%(app)s, %(table)s, 'late_on', 'UPDATE'),"
                " has_column_privilege(%(app)s, %(table)s, 'withdrawn_at', 'UPDATE')",
                {"app": roles.APP, "table": DeviationReport._meta.db_table},
            )
            assert cursor.fetchone() == (False, False, True)


@pytest.mark.django_db
class TestTakingBack:
    def test_it_is_kept_with_who_and_why_and_the_case_can_be_reported_again(
        self, coordinator: User, manager: User, case: Referral
    ) -> None:
        mark(coordinator, case)
        gone = take_back(manager, case)
        gone.refresh_from_db()
        assert (gone.withdrawn_by, gone.withdrawn_because) == (manager, BECAUSE)
        assert len(mark(coordinator, case).new) == 1 and DeviationReport.objects.count() == 2

    @pytest.mark.parametrize(("reason", "refusal"), [(" ", ReasonRequired), ("Feil", ReasonTooShort)])
    def test_a_reason_is_needed(
        self, coordinator: User, case: Referral, reason: str, refusal: type[Exception]
    ) -> None:
        mark(coordinator, case)
        with pytest.raises(refusal):
            take_back(coordinator, case, reason)
        assert DeviationReport.objects.standing().exists()

    def test_the_second_is_told(self, coordinator: User, case: Referral) -> None:
        mark(coordinator, case)
        take_back(coordinator, case)
        with pytest.raises(NotReported):
            take_back(coordinator, case)

    def test_a_therapist_may_not(self, coordinator: User, therapist_user: User, case: Referral) -> None:
        mark(coordinator, case)
        with pytest.raises(NotAllowed):
            take_back(therapist_user, case)


@pytest.mark.django_db(transaction=True)
def test_of_all_who_mark_the_same_cases_at_once_one_does_and_the_others_are_told(
    coordinator: User, municipality: Municipality, category: Any
) -> None:
    cases = [case_late_on(date(2026, 2, 1 + nth), municipality, category) for nth in range(5)]
    results = at_once(lambda nth: mark(coordinator, *(cases if nth % 2 else reversed(cases))))
    assert len(kinds(results, deviations.Marked)) == len(results)
    assert sorted(len(done.new) for done in results) == [0] * (len(results) - 1) + [5]
    assert {len(done.before) for done in results if not done.new} == {5}
    assert DeviationReport.objects.count() == 5


@pytest.mark.django_db
def test_days_late_stand_still_at_the_start(
    coordinator: User, municipality: Municipality, category: Any
) -> None:
    case = case_late_on(date(2026, 2, 10), municipality, category)
    do(Move.START, case, coordinator, on=date(2026, 2, 12))
    [new] = mark(coordinator, case).new
    assert new.days_late == 3
