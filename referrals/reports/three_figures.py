"""Beside those who wait now: those who started in a period, and how long somebody referred today will wait.

Each of the three alone can mislead. If only the first priority is served, those who started have waited shortly while
the list ages; those who wait now have not finished waiting; and an estimate is of a year that has been.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Self

from referrals.models import ALL_KNOWN, Category, Hindsight
from referrals.reports import counts, kept, own_waits
from referrals.reports.estimate import Curve, Lack, LifeDay, curve
from referrals.reports.flow import FlowLine, FlowReport
from referrals.reports.periods import Period, last_weeks, last_year
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope
from referrals.reports.suppression import WITHHELD, Cell, Figure
from referrals.reports.tallies import Groups, Key, StartTally
from referrals.reports.waiting_times import priority_code, priority_name

NAME = "three_figures"
HALF, MOST = 0.5, 0.8
OF_ALL_ENDS = ("half_gone", "most_gone", "without_start")
ALL_ANSWERS = ("half_started", "most_started", *OF_ALL_ENDS)


@dataclass(frozen=True)
class Started:
    """Those who started in a period. Days are gross days from received to the start; percentiles are exact.

    The mean is for own staff only: multiplied and subtracted it would tell of those who are hidden.
    """

    period: Period
    count: Figure
    median_days: Figure
    p90_days: Figure
    mean_days: Figure

    @classmethod
    def own(cls, period: Period, tally: StartTally) -> Self:
        """The true figures, for own staff."""
        figures = (tally.started, tally.median_days, tally.p90_days, tally.mean_days)
        return cls(period, *map(Figure, figures))


@dataclass(frozen=True)
class Answer:
    """A figure of the estimate, or why it cannot be computed. `figure` hidden: it may not be shown."""

    figure: Figure
    lack: Lack | None = None


@dataclass(frozen=True)
class Estimate:
    """How long somebody referred at the end of the day will wait, if all goes on as in the period.

    `starts`: those observed in the period, on which the estimate rests; at least 20. `half_started`, `most_started`:
    the day by which 50 and 80 % have started. `half_gone`, `most_gone`: by which they wait no longer, for whatever
    reason. `without_start`: the share, 0 to 1, that has ended without a start by `longest_day`, the longest wait that
    was observed. `starts` and `longest_day` are for own staff only: they would tell of few, and of one.
    """

    period: Period
    starts: Figure
    half_started: Answer
    most_started: Answer
    half_gone: Answer
    most_gone: Answer
    without_start: Answer
    longest_day: Figure


@dataclass(frozen=True)
class Part:
    """The figures of one category or priority. `code` is the waitlist filter's value, null: no priority yet."""

    code: str
    name: str
    started: Started
    estimate: Estimate


@dataclass(frozen=True)
class ThreeFigures:
    """Those who started and the estimate, as known at the end of the day `on`; those who wait are another report.

    `by_category` and `by_priority` are for own staff only; a priority is the one set by the end of the day.
    """

    on: date
    scope: Scope
    started: Started
    estimate: Estimate
    by_category: tuple[Part, ...]
    by_priority: tuple[Part, ...]
    recipe: Recipe


def build(
    scope: Scope,
    on: date,
    *,
    weeks: int,
    quarter: FlowReport,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
) -> ThreeFigures:
    """The report for the end of the day `on`: starts of the last `weeks`, an estimate from the last twelve months.

    `quarter`: the flow of the last 13 weeks, in the same scope. It decides what outsiders see; theirs are the starts of
    its period, whatever `weeks` says. `hindsight` of THEN: with what was registered by the end of the day.
    Where nothing is known of the quarter, there is nothing of the day either.
    3 queries for own staff, 2 for others, whatever the size of the scope.
    """
    year = last_year(on)
    recipe = Recipe(NAME, on, scope, data_as_of, knowledge=hindsight.knowledge)
    if scope.exact:
        known = _Known(*_own(scope, on, weeks, hindsight), last_weeks(on, weeks), year)
        figures = ThreeFigures(
            on, scope, known.started(), known.estimate(), known.by_category(), known.by_priority(), recipe
        )
    else:
        started = _outside_started(counts.started(quarter.period, scope, hindsight), quarter)
        estimate = _outside_estimate(curve(counts.life_table(year, scope, hindsight)), year, quarter)
        figures = ThreeFigures(on, scope, started, estimate, (), (), recipe)
    if not quarter.is_known:
        figures = _unknown(figures)
    periods = (("started", str(figures.started.period)), ("estimated_from", str(year)))
    return replace(figures, recipe=replace(recipe, filters=periods))


def _unknown(figures: ThreeFigures) -> ThreeFigures:
    """The same without figures, of a day before anything is known."""
    nobody, none = Started(figures.started.period, *(Figure(),) * 4), Answer(Figure())
    nothing: dict[str, Any] = dict.fromkeys(("starts", "longest_day"), Figure()) | dict.fromkeys(
        ALL_ANSWERS, none
    )
    estimate = replace(figures.estimate, **nothing)
    return replace(figures, started=nobody, estimate=estimate, by_category=(), by_priority=())


def _own(
    scope: Scope, on: date, weeks: int, hindsight: Hindsight
) -> tuple[Groups[StartTally], Groups[Sequence[LifeDay]]]:
    """Of own staff: those who started and the life tables, as we now know them or as they were known. Two queries."""
    if not hindsight.reads_history:
        return kept.own_started(on, weeks, scope), kept.own_life_tables(on, scope)
    starts = own_waits.starts(last_weeks(on, weeks), scope, hindsight)
    return starts, own_waits.life_tables(last_year(on), scope, hindsight)


class _Known:
    """What own staff see: the true figures of the whole and of its parts."""

    def __init__(
        self,
        starts: Groups[StartTally],
        tables: Groups[Sequence[LifeDay]],
        period: Period,
        year: Period,
    ) -> None:
        self._starts, self._tables, self._period, self._year = starts, tables, period, year

    def started(self, *group: tuple[Key, object]) -> Started:
        return Started.own(self._period, self._starts.of(*group))

    def estimate(self, *group: tuple[Key, object]) -> Estimate:
        return _estimate(curve(self._tables.of(*group)), self._year)

    def by_category(self) -> tuple[Part, ...]:
        return tuple(
            self._part(category.code, category.name, Key.CATEGORY, category.pk)
            for category in Category.objects.all()
        )

    def by_priority(self) -> tuple[Part, ...]:
        levels: Any = self._tables.values(Key.PRIORITY) | self._starts.values(Key.PRIORITY)
        return tuple(
            self._part(priority_code(level), priority_name(level), Key.PRIORITY, level)
            for level in sorted(levels, key=lambda level: (level is None, level))
        )

    def _part(self, code: str, name: str, key: Key, value: object) -> Part:
        return Part(code, name, self.started((key, value)), self.estimate((key, value)))


def _estimate(found: Curve, year: Period) -> Estimate:
    return Estimate(
        period=year,
        starts=Figure(found.starts),
        half_started=_answer(found.served_by(HALF)),
        most_started=_answer(found.served_by(MOST)),
        half_gone=_answer(found.gone_by(HALF)),
        most_gone=_answer(found.gone_by(MOST)),
        without_start=_answer(found.without_start()),
        longest_day=Figure() if found.lack else Figure(found.last.day),
    )


def _answer(found: float | Lack) -> Answer:
    return Answer(Figure(), found) if isinstance(found, Lack) else Answer(Figure(found))


def _outside_started(tally: StartTally, quarter: FlowReport) -> Started:
    """The count is the flow's, decided together with all other counts; it decides about the percentiles."""
    count = quarter.started.figure
    cell = Cell.withheld(tally.started) if count.suppressed else Cell.shown(tally.started)
    return Started(quarter.period, count, cell.median(tally.median_days), cell.p90(tally.p90_days), WITHHELD)


def _outside_estimate(found: Curve, year: Period, quarter: FlowReport) -> Estimate:
    """Hidden where it could tell anything about a hidden count of the quarters that are shown beside it.

    That there are 20 starts in the year, or are not, bounds those of a quarter: it is only said where these are shown.
    The share that ends without a start bounds the other ends, and so do the times of all ends beside those of the
    starts: they are only shown where these are, and not of fewer than the limit.
    """
    answers = _estimate(found, year)
    if not _is_shown(quarter.started):
        hidden = dict.fromkeys(ALL_ANSWERS, Answer(WITHHELD))
    elif found.lack or _is_shown(quarter.other_ends) and not 0 < found.other_ends < quarter.least_shown:
        hidden = {}
    else:
        hidden = dict.fromkeys(OF_ALL_ENDS, Answer(WITHHELD))
    told: dict[str, Any] = {
        name: _coarse(getattr(answers, name), hides_others=bool(hidden)) for name in ALL_ANSWERS
    }
    return replace(answers, starts=WITHHELD, longest_day=WITHHELD, **told | hidden)


def _coarse(answer: Answer, *, hides_others: bool) -> Answer:
    """The lack as outsiders may know it: not how few there were on a day, nor what follows from hidden other ends."""
    coarse = {Lack.THIN: Lack.TOO_FEW} | ({Lack.NEVER: Lack.BEYOND} if hides_others else {})
    return replace(answer, lack=coarse.get(answer.lack, answer.lack)) if answer.lack else answer


def _is_shown(line: FlowLine) -> bool:
    """Whether outsiders see the count of the quarter and that of the one before."""
    return not (line.figure.suppressed or line.before.suppressed)
