"""Days that must neither be lost nor won: leap days, triage anew, and pauses of every kind."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from referrals import waiting
from referrals.choices import Move, PauseReason
from referrals.errors import NothingChanged, PauseOverlap
from referrals.models import Category, Referral, WaitPause
from tests.factories import TARGET_DAYS, TODAY, CategoryFactory, PriorityTargetFactory, days_ago, noon
from tests.unit.situations.office import Office, Said, clock


@pytest.mark.parametrize(
    ("received_on", "on", "days", "over"),
    [
        (date(2024, 2, 28), date(2024, 3, 1), 2, False),
        (date(2023, 2, 28), date(2023, 3, 1), 1, False),
        (date(2024, 2, 29), date(2025, 2, 28), 365, False),
        (date(2024, 2, 29), date(2025, 3, 1), 366, True),
        (date(2023, 3, 1), date(2024, 2, 29), 365, False),
        (date(2023, 3, 1), date(2024, 3, 1), 366, True),
        (date(2025, 3, 1), date(2026, 3, 1), 365, False),
    ],
    ids=str,
)
def test_the_leap_day_is_a_day_and_over_a_year_is_over_365(
    office: Office, received_on: date, on: date, days: int, over: bool
) -> None:
    referral = office.waits(received_on, priority=4)
    assert clock(referral, on) == Said(days, over_target=days > TARGET_DAYS[4])
    year = Referral.objects.waiting(on=on).with_wait(on=on).filter(waiting.over_a_year_q())
    assert year.exists() is over


class TestTriageAnew:
    def test_no_day_is_lost_and_the_first_assessment_stays(self, office: Office) -> None:
        referral = office.waits(days_ago(100), priority=4)
        for ago, priority, over in ((80, 3, False), (60, 1, True), (40, 2, True), (20, 4, False)):
            office.does(Move.PRIORITISE, referral, days_ago(ago), priority=priority)
            assert clock(referral, days_ago(ago)) == Said(100 - ago, over_target=over)
        assert clock(referral, TODAY) == Said(100)
        stored = Referral.objects.get(pk=referral.pk)
        assert (stored.received_on, stored.prioritised_on) == (days_ago(100), days_ago(100))

    def test_the_same_again_is_no_change(self, office: Office) -> None:
        referral = office.waits(days_ago(100))
        with pytest.raises(NothingChanged):
            office.does(Move.PRIORITISE, referral, TODAY, priority=2)

    def test_neither_a_new_category_nor_a_therapist_restarts_the_clock(
        self, office: Office, other_category: Category, therapist: Any
    ) -> None:
        referral = office.waits(days_ago(100))
        office.does(Move.PAUSE, referral, days_ago(90), until=days_ago(80))
        office.corrects(referral, days_ago(50), category=other_category)
        office.does(Move.ASSIGN, referral, days_ago(40), therapist_id=therapist.pk)
        office.does(Move.ASSIGN, referral, days_ago(30), therapist_id=None)
        assert clock(referral, TODAY) == Said(100, paused=10, over_target=True)

    def test_a_priority_that_was_dropped_leaves_the_wait_and_its_pauses(self, office: Office) -> None:
        """The key has no such level for the new category: not assessed again, and not a day younger."""
        referral = office.waits(days_ago(100), priority=4)
        office.does(Move.PAUSE, referral, days_ago(90), until=days_ago(80))
        three_levels = CategoryFactory(code="test-three")
        key = office.municipality.priority_keys.get()
        for level in (1, 2, 3):
            PriorityTargetFactory(key=key, category=three_levels, level=level)
        office.corrects(referral, days_ago(50), category=three_levels)
        assert clock(referral, TODAY) == Said(100, paused=10, over_target=None)
        office.does(Move.PRIORITISE, referral, days_ago(45), priority=3)
        assert clock(referral, days_ago(46)) == Said(54, paused=10, over_target=None)
        assert clock(referral, TODAY) == Said(100, paused=10, over_target=True)


class TestPauses:
    @pytest.fixture
    def referral(self, office: Office) -> Referral:
        return office.waits(days_ago(100))

    def hold(self, office: Office, referral: Referral, first: int, last: int | None, **more: Any) -> None:
        """On hold from and with `first` days ago, until but without `last` days ago; None: still."""
        until = None if last is None else days_ago(last)
        office.does(Move.PAUSE, referral, days_ago(first), at=noon(TODAY), until=until, **more)

    def test_several_add_up_also_those_that_touch(self, office: Office, referral: Referral) -> None:
        self.hold(office, referral, 90, 80)
        self.hold(office, referral, 80, 70, reason=PauseReason.AWAY)
        self.hold(office, referral, 50, 45, reason=PauseReason.HOSPITAL)
        self.hold(office, referral, 100, 95)
        assert clock(referral, TODAY) == Said(100, paused=30, over_target=True)
        days = (96, 95, 90, 89, 80, 75, 70, 46)
        assert [clock(referral, days_ago(ago)).paused for ago in days] == [4, 5, 5, 6, 15, 20, 25, 29]

    def test_overlapping_ones_of_one_reason_are_refused_by_the_action_and_by_the_database(
        self, office: Office, referral: Referral
    ) -> None:
        self.hold(office, referral, 90, 80, reason=PauseReason.NAV)
        self.hold(office, referral, 90, 80)
        for first, last in ((95, 89), (81, 70), (85, 84), (95, 70), (90, 80), (95, None)):
            with pytest.raises(PauseOverlap):
                self.hold(office, referral, first, last, reason=PauseReason.NAV)
            with pytest.raises(IntegrityError, match="pause_no_overlap"), transaction.atomic():
                WaitPause.objects.create(
                    municipality=office.municipality,
                    referral=referral,
                    reason=PauseReason.NAV,
                    started_on=days_ago(first),
                    ended_on=None if last is None else days_ago(last),
                )
        assert clock(referral, TODAY) == Said(100, paused=10, over_target=True)

    def test_those_of_several_reasons_overlap_and_each_day_counts_once(
        self, office: Office, referral: Referral
    ) -> None:
        self.hold(office, referral, 90, 70, reason=PauseReason.INFORMATION)
        assert clock(referral, TODAY) == Said(100, over_target=True)
        self.hold(office, referral, 80, 60, reason=PauseReason.HOSPITAL)
        self.hold(office, referral, 65, 50, reason=PauseReason.AWAY)
        self.hold(office, referral, 62, 61)
        days = (80, 79, 65, 62, 60, 51, 50, 0)
        assert [clock(referral, days_ago(ago)).paused for ago in days] == [0, 1, 15, 18, 20, 29, 30, 30]

    def test_several_open_ones_run_and_end_each_by_itself(self, office: Office, referral: Referral) -> None:
        self.hold(office, referral, 60, None, reason=PauseReason.HOSPITAL)
        self.hold(office, referral, 50, None, reason=PauseReason.NAV)
        self.hold(office, referral, 40, None)
        assert clock(referral, TODAY) == Said(100, paused=60)
        noon_today = noon(TODAY)
        office.does(Move.RESUME, referral, days_ago(30), at=noon_today, reason=PauseReason.HOSPITAL)
        assert clock(referral, TODAY) == Said(100, paused=60)
        office.does(Move.RESUME, referral, days_ago(20), at=noon_today, reason=PauseReason.OWN_WISH)
        assert clock(referral, TODAY) == Said(100, paused=40, over_target=True)
        office.does(Move.START, referral, days_ago(10), at=noon_today)
        assert clock(referral, TODAY) == Said(90, paused=40, waits=False)

    def test_an_open_one_runs_to_the_day_and_ends_with_the_wait(
        self, office: Office, referral: Referral
    ) -> None:
        self.hold(office, referral, 60, None)
        with pytest.raises(PauseOverlap):
            self.hold(office, referral, 10, 5)
        assert [clock(referral, day).paused for day in (days_ago(60), days_ago(59), TODAY)] == [0, 1, 60]
        office.does(Move.START, referral, days_ago(20), at=noon(TODAY))
        assert clock(referral, TODAY) == Said(80, paused=40, waits=False)

    @pytest.mark.parametrize("reason", PauseReason)
    def test_gross_always_runs_and_only_some_reasons_are_deducted(
        self, office: Office, referral: Referral, reason: PauseReason
    ) -> None:
        self.hold(office, referral, 60, 10, reason=reason)
        stops = reason in ("hospital", "own_wish", "away")
        assert clock(referral, TODAY) == Said(100, paused=50 if stops else 0, over_target=not stops)

    def test_one_of_no_days_is_none(self, office: Office, referral: Referral) -> None:
        self.hold(office, referral, 60, None)
        office.does(Move.RESUME, referral, days_ago(60), at=noon(TODAY))
        assert clock(referral, TODAY) == Said(100, over_target=True)
        self.hold(office, referral, 60, 50)
        assert clock(referral, TODAY) == Said(100, paused=10, over_target=True)
