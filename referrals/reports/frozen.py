"""Month-ends twice: as they were known at their end (slik den var), and as they are now known to have been."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from referrals.models import ALL_KNOWN, Hindsight
from referrals.models.rollup import frozen_months
from referrals.reports import kept, kept_or_counted
from referrals.reports.judged_anew import FACTS, JudgedAnew
from referrals.reports.later import Later, Reasons
from referrals.reports.periods import month_ends
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places, look_at
from referrals.reports.scopes import Level, Scope
from referrals.reports.splits import Counter, Split
from referrals.reports.suppression import Figure
from referrals.reports.tallies import IN_SCOPE, Tallies
from referrals.waiting import oslo_date

NAME = "month_ends"
MONTHS = 60


class Standing(StrEnum):
    """Whether a month-end is frozen.

    IN_TIME: the night after. LATE: later, by what was known at its end. BEFORE: no, nothing was registered yet. DUE:
    no, and it will be at the next run.
    """

    IN_TIME = "in_time"
    LATE = "late"
    BEFORE = "before"
    DUE = "due"


@dataclass(frozen=True)
class TwoFigures:
    """The same figure then and now; undefined then where the month-end is not frozen."""

    then: Figure
    now: Figure

    @property
    def change(self) -> Figure:
        """Now minus then; hidden where one of the two is."""
        return self.now.minus(self.then)


@dataclass(frozen=True)
class FrozenLine:
    """A month-end. `reasons`: by the name of a count that has changed, by how much each reason changed it, adding up to
    its change; only for own staff, else empty.
    """

    on: date
    standing: Standing
    frozen_at: datetime | None
    reasons: Mapping[str, Reasons]
    waiting: TwoFigures
    median_days: TwoFigures
    p90_days: TwoFigures
    over_target: TwoFigures
    over_a_year: TwoFigures
    not_assessed: TwoFigures


@dataclass(frozen=True)
class FrozenReport:
    """The month-ends of a calendar year, newest first. `years`: those that can be asked for, newest first: from the
    first with a frozen month-end on, of the last 60 month-ends; none while nothing is frozen.
    """

    on: date
    scope: Scope
    year: int
    years: tuple[int, ...]
    lines: tuple[FrozenLine, ...]
    recipe: Recipe


def build(
    scope: Scope,
    on: date,
    *,
    data_as_of: datetime,
    year: int | None = None,
    hindsight: Hindsight = ALL_KNOWN,
) -> FrozenReport:
    """The report, asked for at the instant `data_as_of`; without a year it can be asked for, of the newest.

    `hindsight`: until when what is now known was registered, and months were frozen, where it is made once more.
    At most 8 queries where all is kept, and two more for each month-end that is judged otherwise.
    Percentiles of several counties together are not frozen: they are undefined.
    """
    frozen = _frozen_before(hindsight.until)
    ends = _offered(month_ends(on, MONTHS), frozen)
    years = tuple(sorted({day.year for day in ends}, reverse=True))
    chosen = year if year in years else max(years, default=on.year)
    days = [day for day in ends if day.year == chosen]
    now = kept_or_counted.counted_each_day(days, scope, at=data_as_of, hindsight=hindsight)
    recipe = Recipe(NAME, on, scope, now.as_of, filters=(("year", str(chosen)),))
    lines = _lines(scope, days, frozen, now, hindsight.until)
    return FrozenReport(on, scope, chosen, years, lines, recipe)


def _frozen_before(until: datetime | None) -> dict[date, datetime]:
    """The month-ends that are frozen, or were before an instant, and when each was."""
    return {day: at for day, at in frozen_months().items() if until is None or at < until}


def _offered(ends: Sequence[date], frozen: Mapping[date, datetime]) -> list[date]:
    """The month-ends from the year of the first frozen one on."""
    shown = [day for day in ends if day in frozen]
    return [day for day in ends if day.year >= shown[0].year] if shown else []


def _lines(
    scope: Scope,
    days: Sequence[date],
    frozen: Mapping[date, datetime],
    now: kept_or_counted.FoundDays,
    until: datetime | None,
) -> tuple[FrozenLine, ...]:
    then, places = kept.frozen([day for day in days if day in frozen], scope), Places.about(scope)
    later = Later(scope, min(then), until) if scope.exact and then else None
    lines = []
    for day in reversed(days):
        before = shown(scope, then[day].tallies, places, day) if day in then else NOT_FROZEN
        after = shown(scope, now.on(day), places, day)
        pairs = [TwoFigures(*pair) for pair in zip(before, after, strict=True)]
        line = FrozenLine(day, _standing(day, frozen), frozen.get(day), {}, *pairs)
        reasons = _reasons(line, later, scope.ids[0], until) if later and day in then else {}
        lines.append(replace(line, reasons=reasons))
    return tuple(lines)


def _reasons(line: FrozenLine, later: Later, place: int, until: datetime | None) -> dict[str, Reasons]:
    """Why each count has changed, for own staff; those without a change, and nothing that weighs up, are left out."""
    changes = {name: int(getattr(line, name).change.value or 0) for name in ("waiting", *FACTS)}
    found = {"waiting": later.reasons(line.on, changes["waiting"])}
    if any(changes[fact] for fact in FACTS):
        anew = JudgedAnew(place, line.on, later.waited(line.on), until)
        found |= {fact: anew.reasons(fact, changes[fact]) for fact in FACTS}
    return {name: reasons for name, reasons in found.items() if reasons}


def _standing(day: date, frozen: Mapping[date, datetime]) -> Standing:
    if day not in frozen:
        return Standing.BEFORE if day < min(frozen) else Standing.DUE
    return Standing.LATE if oslo_date(frozen[day]) > day + timedelta(days=1) else Standing.IN_TIME


NOT_FROZEN = (Figure(),) * 6


def shown(scope: Scope, tallies: Tallies, places: Places, on: date) -> tuple[Figure, ...]:
    """Six figures as they may be shown, in the order of FrozenLine."""
    counter = Counter(tallies)
    look, tally = look_at(scope, counter, places, on), counter.tally(IN_SCOPE)
    waiting = look.waiting()
    over_target, not_assessed, _rest = look.cells(Split.TARGET)
    over_a_year, _rest = look.cells(Split.YEAR)
    counts = over_target.figure, over_a_year.figure, not_assessed.figure
    if scope.level == Level.COUNTY and len(scope.ids) > 1:
        return waiting.figure, Figure(), Figure(), *counts
    return waiting.figure, waiting.median(tally.median_days), waiting.p90(tally.p90_days), *counts
