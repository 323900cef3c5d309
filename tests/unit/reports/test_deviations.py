"""Whatever is corrected, prioritised anew, put on hold, reported and taken back: no case stands in two months."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from referrals.choices import Move, Outcome, PauseReason
from referrals.errors import DomainError
from referrals.models import Category, DeviationReport, Municipality, Referral, User, access_of
from referrals.reports.deviations import build, left_before, month_of, rows_of
from referrals.reports.periods import Period
from referrals.reports.scopes import Scope
from tests.factories import NOW, TODAY, ReferralFactory, WaitPauseFactory, days_ago
from tests.unit.actions.acting import do
from tests.unit.actions.test_deviations import mark, take_back

pytestmark = pytest.mark.django_db

CASES, STEPS, MONTHS = 8, 18, 13
MOVES = ("correct", "prioritise", "hold", "start", "duplicate", "mark", "mark", "mark", "take_back")


def months() -> list[Period]:
    """The month that runs, and those before it."""
    found = [month_of(TODAY)]
    while len(found) < MONTHS:
        found.append(month_of(found[-1].start - timedelta(days=1)))
    return found


class Office:
    """A coordinator who does this and that, and what the reports of all months say after it."""

    def __init__(self, by: User, place: Municipality, category: Category, rng: Random) -> None:
        self.by, self.place, self.rng = by, place, rng
        for _nth in range(CASES):
            received = days_ago(rng.randint(60, 300))
            ReferralFactory(municipality=place, category=category, waiting=True, received_on=received)

    def step(self) -> None:
        case = self.rng.choice(list(Referral.objects.order_by("pk")))
        try:
            getattr(self, self.rng.choice(MOVES))(case)
        except DomainError:
            return  # the state of the case does not allow it

    def correct(self, case: Referral) -> None:
        received = case.received_on - timedelta(days=self.rng.randint(-40, 40))
        do(Move.CORRECT, case, self.by, changes={"received_on": received}, reason="Feil dato.")

    def prioritise(self, case: Referral) -> None:
        do(Move.PRIORITISE, case, self.by, priority=self.rng.randint(1, 4))

    def hold(self, case: Referral) -> None:
        first = case.received_on + timedelta(days=self.rng.randint(0, 60))
        last = first + timedelta(days=self.rng.randint(1, 60))
        if not case.pauses.exists() and last <= TODAY and case.is_on_waitlist:
            WaitPauseFactory(referral=case, reason=PauseReason.AWAY, started_on=first, ended_on=last)

    def start(self, case: Referral) -> None:
        do(Move.START, case, self.by, on=days_ago(self.rng.randint(0, 40)))

    def duplicate(self, case: Referral) -> None:
        do(Move.CLOSE, case, self.by, outcome=Outcome.DUPLICATE)

    def mark(self, _case: Referral) -> None:
        left = left_before(Referral.objects.all(), months()[0], today=TODAY)
        if left:
            mark(self.by, *Referral.objects.order_by("pk"), month=self.rng.choice(left)[0])

    def take_back(self, case: Referral) -> None:
        take_back(self.by, case)

    def lines(self) -> list[tuple[date, str, bool]]:
        """Of all months: the month, the case, and whether it is reported."""
        access, own = access_of(self.by, on=TODAY), Referral.objects.in_municipality(self.place)
        return [
            (month.start, row.line.number, row.line.reported_on is not None)
            for month in months()
            for row in rows_of(own, access, month, today=TODAY)
        ]


@pytest.mark.parametrize("seed", range(2))
def test_a_case_stands_in_one_month_at_most_and_stays_there_once_it_is_reported(
    coordinator: User, municipality: Municipality, category: Category, seed: int
) -> None:
    office = Office(coordinator, municipality, category, Random(seed))
    reported: dict[str, date] = {}
    for _step in range(STEPS):
        office.step()
        lines = office.lines()
        assert max(Counter(number for _month, number, _reported in lines).values(), default=1) == 1
        now = {number: month for month, number, is_reported in lines if is_reported}
        standing = DeviationReport.objects.standing().values_list("referral__number", "month")
        assert now == dict(standing)
        assert all(now[number] == month for number, month in reported.items() if number in now)
        reported = now
    assert DeviationReport.objects.exists()


def test_what_is_left_before_a_month_is_what_the_months_before_it_list(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    office = Office(coordinator, municipality, category, Random(9))
    for _step in range(20):
        office.step()
    this, *before = months()
    listed = Counter(month for month, _number, reported in office.lines() if not reported)
    left = dict(left_before(Referral.objects.all(), this, today=TODAY))
    assert left == {month.start: listed[month.start] for month in before[:12] if listed[month.start]}


def test_outsiders_get_no_rows(municipality: Municipality) -> None:
    with pytest.raises(ValueError, match="own staff"):
        build(Scope.nation(), month_of(TODAY), (), (), today=TODAY, data_as_of=NOW)


@pytest.mark.parametrize(
    ("day", "first", "after"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        (date(2024, 2, 29), date(2024, 2, 1), date(2024, 3, 1)),
    ],
)
def test_a_month_is_whole(day: date, first: date, after: date) -> None:
    assert month_of(day) == Period(first, after)


def test_of_a_shielded_case_the_reason_is_not_told(
    coordinator: User, municipality: Municipality, category: Any
) -> None:
    case = ReferralFactory(
        municipality=municipality, category=category, waiting=True, received_on=days_ago(100)
    )
    month = month_of(case.received_on + timedelta(days=57))
    mark(coordinator, case, month=month.start, reason="Sykdom i teamet.")
    type(case.person).objects.filter(pk=case.person_id).update(protection="confidential")
    access = access_of(coordinator, on=TODAY)
    [row] = rows_of(Referral.objects.all(), access, month, today=TODAY)
    assert row.referral.is_shielded and row.line.reason == "" and row.line.reported_on == TODAY
