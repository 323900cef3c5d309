"""The rows behind the figures of what came and went in a period, as they are looked at. For own staff only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from referrals.choices import Status
from referrals.models import ALL_KNOWN, Hindsight
from referrals.models.referral import ReferralQuerySet
from referrals.reports.own_rows import moved
from referrals.reports.periods import Period
from referrals.reports.reached import EVERY_CASE, Reached
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope
from referrals.waiting import is_assessed

NAME = "moved"


@dataclass(frozen=True)
class MovedRow:
    """A referral as files tell of it, by its number. `priority` None: not assessed by the day."""

    number: str
    received_on: date
    category: str
    priority: int | None
    due_on: date | None
    gross_days: int
    status: Status
    is_paused: bool
    therapist: str


@dataclass(frozen=True)
class MovedReport:
    """The rows that a line of the flow counts in the period, at the end of the day `on`."""

    on: date
    scope: Scope
    line: str
    period: Period
    rows: tuple[MovedRow, ...]
    recipe: Recipe


def build(
    scope: Scope,
    on: date,
    line: str,
    period: Period,
    rows: tuple[MovedRow, ...],
    *,
    data_as_of: datetime,
    narrowed: Mapping[str, str],
    hindsight: Hindsight = ALL_KNOWN,
    reached: Reached = EVERY_CASE,
) -> MovedReport:
    """The report of rows read at the instant `data_as_of`; `narrowed` to what, by the filter's names, and `reached`.

    Raises ValueError for outsiders, who see nobody's rows.
    """
    if not scope.exact:
        raise ValueError("only own staff see rows")
    filters = (("line", line), ("period", str(period)), *sorted(narrowed.items()), *reached.filters)
    recipe = Recipe(NAME, on, scope, data_as_of, filters, knowledge=hindsight.knowledge)
    return MovedReport(on, scope, line, period, rows, recipe)


def moved_rows(referrals: ReferralQuerySet, line: str, period: Period, *, on: date) -> ReferralQuerySet:
    """Those of the referrals that the line counts in the period, with what the clock says at the end of the day `on`.

    `referrals` are some of `referrals_as`, read within `looking_back` of the day; the period ends with it or before.
    """
    return referrals.counted().filter(moved(period)[line]).with_wait(on=on).with_pause(on=on)


def status_on(row: Any, on: date) -> Status:
    """Where the case stood at the end of the day, by the days that are known."""
    if row.closed_on and row.closed_on <= on:
        return Status.CLOSED
    if row.started_on and row.started_on <= on:
        return Status.STARTED
    return Status.WAITING if is_assessed(row.prioritised_on, on) else Status.RECEIVED


def told(rows: Iterable[Any], on: date) -> tuple[MovedRow, ...]:
    """The rows in their order, read now."""
    return tuple(
        MovedRow(
            row.number,
            row.received_on,
            row.category.code,
            row.priority if is_assessed(row.prioritised_on, on) else None,
            row.due_on,
            row.gross_days,
            status_on(row, on),
            row.is_paused,
            row.therapist.name if row.therapist else "",
        )
        for row in rows
    )
