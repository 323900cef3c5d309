"""Waits as hypothesis invents them: a strategy for each situation of docs/definitions.md, in whole batches.

A wait is drawn as a handful of bytes that are read digit by digit, so that hundreds of them fit into one example.
Every day is counted from the first day on which the batch is looked at, or from receipt, often to the edge of a rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from referrals.actions.merging import left_of
from referrals.choices import STOPS_CLOCK, Outcome, PauseReason
from referrals.waiting import Pause
from tests.factories import TODAY
from tests.unit.reports.worlds import EDGES

Choice = TypeVar("Choice")

BATCH = 136
BYTES = 26
# Both changes of the clock, year by year.
CLOCK_CHANGES = [
    *(date(year, 3, day) for year, day in ((2024, 31), (2025, 30))),
    *(date(year, 10, day) for year, day in ((2023, 29), (2024, 27), (2025, 26))),
]
LEAP_DAYS = [date(2016, 2, 29), date(2020, 2, 29), date(2024, 2, 29)]
# Beside leap days and the turn of a year, the last days of months, in which a month after receipt is cut short.
LOOKS = [
    *CLOCK_CHANGES,
    *(change + timedelta(days=1) for change in CLOCK_CHANGES),
    *(date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28), date(2025, 3, 1)),
    *(date(2024, 12, 31), date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28), TODAY),
]
# A month after receipt, a year and nearly, and ten years, each with the day before and after it.
AGES = [*EDGES, *range(20, 33), 273, 274, 367, 3652, 3653, 3654]


class Drawn:
    """A number that is read digit by digit; the simplest one is all zeros."""

    def __init__(self, raw: bytes) -> None:
        self.left = int.from_bytes(raw)

    def below(self, end: int) -> int:
        """From 0 up to, but not including, the end."""
        self.left, digit = divmod(self.left, end)
        return digit

    def of(self, choices: Sequence[Choice]) -> Choice:
        """One of them."""
        return choices[self.below(len(choices))]

    def days(self, longest: int = 900) -> timedelta:
        """Half of them on an edge."""
        return timedelta(days=self.of((self.of(AGES), self.below(longest))))


@dataclass(frozen=True)
class Wait:
    """One referral. `holds` are the pauses as the clock in Python is told them; they may overlap in every way.

    `stored`: as the database keeps them, each day once for each reason; None: the same.
    """

    received: date
    category: int = 0
    priority: int | None = None
    assessed: date | None = None
    started: date | None = None
    closed: date | None = None
    outcome: str = ""
    holds: tuple[Pause, ...] = ()
    stored: tuple[Pause, ...] | None = None
    is_application: bool = False
    replied: date | None = None
    seniority: date | None = None
    registered: date | None = None
    no_shows: tuple[date, ...] = ()


class Batch:
    """Situations by their name, and the days on which they are looked at: one, and the next, so edges are crossed."""

    def __init__(self, on: date, situations: list[tuple[str, list[Wait]]]) -> None:
        self.days = (on, on + timedelta(days=1))
        self.situations = situations

    def __repr__(self) -> str:
        """Short: what fails names its wait."""
        return f"<{len(self.situations)} situations on {self.days[0]}>"


# ---------------------------------------------------------------- what any wait has


def a_wait(drawn: Drawn, on: date, received: date | None = None) -> Wait:
    """Any course: perhaps assessed, started, closed, on hold, an application, answered. A few come the day after."""
    received = min(received or on - drawn.days() + timedelta(days=drawn.of((0,) * 15 + (1,))), TODAY)
    priority = drawn.of((None, 1, 2, 2, 3, 4, 9))
    assessed = by_today(received + timedelta(days=drawn.of((0, 0, 1, 60))))
    wait = Wait(received, drawn.below(2), priority if assessed else None, assessed if priority else None)
    wait = replace(wait, is_application=drawn.of((True, False)), holds=holds(drawn, received))
    if drawn.of((True, False)):
        wait = replace(wait, replied=by_today(received + timedelta(days=18 + drawn.below(16))))
    return ended(drawn, wait)


def ended(drawn: Drawn, wait: Wait) -> Wait:
    """Still waiting, started, closed, or closed after a start; what would be after today has not happened yet."""
    way, end = drawn.below(4), by_today(wait.received + drawn.days(700))
    if way == 0 or end is None:
        return wait
    if way == 1:
        return replace(wait, closed=end, outcome=drawn.of(NO_STARTS))
    closed = by_today(end + timedelta(days=drawn.below(200))) if way == 2 else None
    return replace(wait, started=end, closed=closed, outcome=drawn.of(list(Outcome)) if closed else "")


NO_STARTS = [outcome for outcome in Outcome if outcome != Outcome.FINISHED]


def by_today(day: date) -> date | None:
    """The day, if it has come."""
    return day if day <= TODAY else None


def holds(drawn: Drawn, received: date, most: int = 3) -> tuple[Pause, ...]:
    """Pauses, some out of the wait, without a day, or open: after each other, or overlapping for another reason.

    One that would overlap another of its reason begins where that one ends; after an open one there is none.
    """
    day, found = received + timedelta(days=drawn.below(40) - 3), []
    for _number in range(drawn.below(most + 1)):
        reason = drawn.of(list(PauseReason))
        ends = [one.ended_on for one in found if one.reason == reason]
        if None in ends:
            continue
        first = max([day, *ends])
        last = first + timedelta(days=drawn.of((0, 1, drawn.below(200))))
        found.append(Pause(first, last if drawn.below(6) else None, reason))
        day = drawn.of(
            (first, first + timedelta(days=drawn.below(20)), last, last + timedelta(days=drawn.below(40)))
        )
    return tuple(found)


def closed_early(drawn: Drawn, on: date, outcome: Outcome) -> Wait:
    """Closed without a start, by the day of the look for most."""
    wait = a_wait(drawn, on)
    end = min(wait.received + timedelta(days=drawn.below(90)), TODAY)
    return replace(wait, started=None, closed=end, outcome=outcome)


# ---------------------------------------------------------------- the situations


def clock_change(drawn: Drawn, on: date) -> list[Wait]:
    """Received, on hold and ended on the days around a change of the clock."""
    change = drawn.of([day for day in CLOCK_CHANGES if day <= on] or CLOCK_CHANGES[2:3])
    before, after = change - timedelta(days=1), change + timedelta(days=1)
    first = drawn.of((before, change))
    held = Pause(first, drawn.of((change, after, None)), drawn.of(list(PauseReason)))
    wait = replace(
        a_wait(drawn, on, drawn.of((before, change, after))), holds=(held,), closed=None, outcome=""
    )
    return [replace(wait, started=drawn.of((None, max(after, wait.received))))]


def leap_day(drawn: Drawn, on: date) -> list[Wait]:
    """Received on a leap day or beside it, with a pause over one."""
    leap, other = (drawn.of([day for day in LEAP_DAYS if day <= on] or LEAP_DAYS[:1]) for _time in range(2))
    received = leap + timedelta(days=drawn.below(3) - 1)
    held = Pause(other - timedelta(days=drawn.below(3)), other + timedelta(days=1), PauseReason.AWAY)
    return [replace(a_wait(drawn, on, received), holds=(held,))]


def re_referral(drawn: Drawn, on: date) -> list[Wait]:
    """A new one from the day on which the first was closed, or later."""
    first = closed_early(drawn, on, Outcome.NOT_NEEDED)
    again = first.closed + timedelta(days=drawn.of((0, 1, 30, 90, 91)))
    return [first, replace(a_wait(drawn, on, again), category=first.category)]


def regret(drawn: Drawn, on: date) -> list[Wait]:
    """Withdrawn and opened again within thirty days: the gap is a pause by the citizen's own wish."""
    wait = a_wait(drawn, on)
    withdrawn = wait.received + timedelta(days=drawn.below(60))
    gap = Pause(withdrawn, withdrawn + timedelta(days=drawn.of((0, 1, 29, 30))), PauseReason.OWN_WISH)
    return [replace(wait, started=None, closed=None, outcome="", holds=(gap,))]


def moved(drawn: Drawn, on: date) -> list[Wait]:
    """It ended where the citizen left. Here it is new, with the seniority of the former."""
    left = closed_early(drawn, on, Outcome.MOVED)
    came = a_wait(drawn, on, left.closed + timedelta(days=drawn.below(40)))
    return [left, replace(came, seniority=min(left.received, came.received))]


def dead(drawn: Drawn, on: date) -> list[Wait]:
    """Ended on the day of death, in a pause that nobody ended."""
    wait = closed_early(drawn, on, Outcome.DEAD)
    into_hospital = max(wait.received, wait.closed - timedelta(days=drawn.below(30)))
    return [replace(wait, holds=(Pause(into_hospital, None, PauseReason.HOSPITAL),))]


def no_show(drawn: Drawn, on: date) -> list[Wait]:
    """Did not attend, twice for some; perhaps closed for it, as not reached."""
    wait = drawn.of((a_wait(drawn, on), closed_early(drawn, on, Outcome.UNREACHABLE)))
    days = (by_today(wait.received + timedelta(days=drawn.below(60))) for _time in range(drawn.below(2) + 1))
    return [replace(wait, no_shows=tuple(day for day in days if day))]


def over_ten_years(drawn: Drawn, on: date) -> list[Wait]:
    """What is left of impossible days when the database has refused the rest: a receipt before any memory."""
    return [a_wait(drawn, on, on - timedelta(days=3640 + drawn.below(30)))]


def two_open(drawn: Drawn, on: date) -> list[Wait]:
    """Two that were one need: the kept one has the earliest receipt and the pauses of both, which overlap."""
    one, other = a_wait(drawn, on), a_wait(drawn, on)
    received = min(one.received, other.received)
    theirs = (*other.holds, *holds(drawn, received, most=1)) if not other.holds else other.holds
    stored = (*one.holds, *left_of(theirs, one.holds))
    kept = replace(one, received=received, holds=(*one.holds, *theirs), stored=stored)
    gone = replace(other, started=None, closed=TODAY, outcome=Outcome.DUPLICATE)
    return [kept, gone]


def back_dated(drawn: Drawn, on: date) -> list[Wait]:
    """Registered the next day, a month or a year after receipt."""
    wait = a_wait(drawn, on)
    late = wait.received + timedelta(days=drawn.of((1, 30, 31, 400)))
    return [replace(wait, registered=min(late, TODAY))]


def several_needs(drawn: Drawn, on: date) -> list[Wait]:
    """One referral for each category, received the same day."""
    one = a_wait(drawn, on)
    return [replace(one, category=0), replace(a_wait(drawn, on, one.received), category=1)]


def triage_anew(drawn: Drawn, on: date) -> list[Wait]:
    """First assessed by the look, on its day or after it; the priority is the last of several."""
    wait = a_wait(drawn, on, on - drawn.days(200))
    assessed = min(max(wait.received, on + timedelta(days=drawn.below(3) - 1)), TODAY)
    return [replace(wait, priority=drawn.of((1, 2, 3, 4, 9)), assessed=assessed)]


def several_pauses(drawn: Drawn, on: date) -> list[Wait]:
    """As many as six, of which several may run; those that touch, overlap or hold no day among them."""
    wait = a_wait(drawn, on)
    return [replace(wait, holds=holds(drawn, wait.received, most=6))]


def open_at_once(drawn: Drawn, on: date) -> list[Wait]:
    """On hold for two reasons or three, none of which has ended, after one that has; half of them stop the clock."""
    wait = a_wait(drawn, on)
    reasons = (
        [reason for reason in PauseReason if reason in STOPS_CLOCK] if drawn.below(2) else list(PauseReason)
    )
    begun = [wait.received + timedelta(days=drawn.below(60)) for _reason in range(drawn.below(2) + 2)]
    running = [Pause(first, None, reasons.pop(drawn.below(len(reasons)))) for first in begun]
    others = [reason for reason in PauseReason if reason not in {pause.reason for pause in running}]
    over = Pause(wait.received, wait.received + timedelta(days=drawn.below(60)), drawn.of(others))
    return [replace(wait, holds=(over, *running))]


# By the names of the rows. Two ways to look back are of the history, not of a wait.
SITUATIONS: dict[str, Callable[[Drawn, date], list[Wait]]] = {
    "clock changes": clock_change,
    "leap days": leap_day,
    "re-referral": re_referral,
    "withdrawn, then regretted": regret,
    "moved": moved,
    "dead": dead,
    "did not attend": no_show,
    "impossible days": over_ten_years,
    "two open": two_open,
    "back-dated": back_dated,
    "several needs": several_needs,
    "triage anew": triage_anew,
    "several pauses": several_pauses,
    "several open": open_at_once,
    "any": lambda drawn, on: [a_wait(drawn, on)],
}

named = st.tuples(st.sampled_from(sorted(SITUATIONS)), st.binary(min_size=BYTES, max_size=BYTES))


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """So many situations, and the days on which all of them are looked at."""
    on = draw(st.sampled_from(LOOKS) | st.dates(date(2024, 1, 1), TODAY))
    drawn = draw(st.lists(named, min_size=BATCH, max_size=BATCH))
    return Batch(on, [(name, SITUATIONS[name](Drawn(raw), on)) for name, raw in drawn])
