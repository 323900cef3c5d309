"""The first day past the target: by the clock day by day, and by the database between two days."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals import waiting
from referrals.choices import PauseReason
from referrals.models import Category, Municipality, Referral
from referrals.models.deviation import breach_of, newly_late
from referrals.waiting import Pause, first_day_over
from tests.factories import TODAY, ReferralFactory, WaitPauseFactory, days_ago

RECEIVED = date(2025, 1, 1)
LONGEST = 400
HOLDS, COUNTS = PauseReason.OWN_WISH, PauseReason.CAPACITY


def after(days: int) -> date:
    return RECEIVED + timedelta(days=days)


def late(*holds: Pause, target: int = 14, assessed: int | None = 0, ended: int | None = None) -> date | None:
    return first_day_over(
        holds,
        received_on=RECEIVED,
        ended_on=None if ended is None else after(ended),
        prioritised_on=None if assessed is None else after(assessed),
        target_days=target,
    )


def test_the_due_day_itself_is_not_late_and_the_next_one_is() -> None:
    assert late(target=14) == after(15)


@pytest.mark.parametrize(("ended", "expected"), [(14, None), (15, after(15)), (200, after(15))])
def test_a_start_on_the_due_day_is_in_time(ended: int, expected: date | None) -> None:
    assert late(target=14, ended=ended) == expected


@pytest.mark.parametrize(("assessed", "expected"), [(None, None), (15, 15), (16, 16), (100, 100)])
def test_whoever_is_assessed_later_is_late_from_then_on(assessed: int | None, expected: int | None) -> None:
    assert late(target=14, assessed=assessed) == (None if expected is None else after(expected))


@pytest.mark.parametrize(
    ("first", "last", "reason", "expected"),
    [
        (5, 10, HOLDS, 20),
        (5, 10, COUNTS, 15),
        (14, 15, HOLDS, 16),
        (15, 20, HOLDS, 15),
        (-5, 3, HOLDS, 18),
        (5, 5, HOLDS, 15),
        (14, None, HOLDS, None),
        (15, None, HOLDS, 15),
        (5, None, COUNTS, 15),
    ],
)
def test_only_days_on_hold_before_it_that_stop_the_clock_move_it(
    first: int, last: int | None, reason: str, expected: int | None
) -> None:
    hold = Pause(after(first), None if last is None else after(last), reason)
    assert late(hold) == (None if expected is None else after(expected))


def test_a_day_in_two_pauses_is_one_day() -> None:
    holds = [Pause(after(3), after(9), HOLDS), Pause(after(5), after(12), PauseReason.AWAY)]
    assert late(*holds) == after(15 + 9)


@st.composite
def pauses(draw: st.DrawFn) -> Pause:
    first = draw(st.integers(-5, 120))
    length = draw(st.one_of(st.none(), st.integers(0, 60)))
    return Pause(
        after(first), None if length is None else after(first + length), draw(st.sampled_from(PauseReason))
    )


@settings(max_examples=500, deadline=None)
@given(
    holds=st.lists(pauses(), max_size=4),
    target=st.integers(1, 60),
    assessed=st.one_of(st.none(), st.integers(0, 150)),
    ended=st.one_of(st.none(), st.integers(0, 200)),
)
def test_it_is_the_first_day_on_which_the_clock_says_over(
    holds: list[Pause], target: int, assessed: int | None, ended: int | None
) -> None:
    """Over target once is over target for good, so the first day says it all."""

    def is_over(on: date) -> bool:
        if not waiting.is_assessed(None if assessed is None else after(assessed), on):
            return False
        wait = {"received_on": RECEIVED, "ended_on": None if ended is None else after(ended), "on": on}
        net = waiting.net_days(waiting.gross_days(**wait), waiting.paused_days(holds, **wait))
        return bool(waiting.is_over_target(waiting.days_left(net, target)))

    days = [after(day) for day in range(LONGEST)]
    over = [is_over(day) for day in days]
    assert over == sorted(over)
    first = next((day for day, so in zip(days, over, strict=True) if so), None)
    assert late(*holds, target=target, assessed=assessed, ended=ended) == first


@pytest.mark.django_db
def test_the_database_finds_between_two_days_whom_the_clock_finds(
    municipality: Municipality, category: Category
) -> None:
    """A hundred waits, each in exactly the one of nine windows in which its first day late lies."""
    rng = Random(7)
    for _nth in range(100):
        received, lag = rng.randint(20, 300), rng.choice((None, 0, 0, 1, 20))
        assessed = {} if lag is None else {"waiting": True, "prioritised_on": days_ago(received - lag)}
        case = ReferralFactory(
            municipality=municipality, category=category, received_on=days_ago(received), **assessed
        )
        if rng.random() < 0.5:
            WaitPauseFactory(
                referral=case,
                reason=rng.choice(list(PauseReason)),
                started_on=days_ago(received - rng.randint(0, 19)),
                ended_on=rng.choice((None, days_ago(0), days_ago(rng.randint(0, received - 19)))),
            )
    windows = [(days_ago(320 - 40 * nth), days_ago(281 - 40 * nth)) for nth in range(8)] + [(TODAY, TODAY)]
    rows = Referral.objects.with_wait(on=TODAY).prefetch_related("pauses")
    expected = {row.pk: breach.late_on for row in rows if (breach := breach_of(row))}
    found: dict[int, date] = {}
    for first, last in windows:
        for row in newly_late(Referral.objects.all(), first, last).prefetch_related("pauses"):
            breach = breach_of(row)
            assert breach is not None and row.pk not in found and first <= breach.late_on <= last
            found[row.pk] = breach.late_on
    assert found == expected and len(expected) > 30
