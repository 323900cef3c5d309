"""The cases that went past their target in a month (avvik), one line a case; a case stands in one month's report.

Which month a case belongs to is decided by the first day on which its target was broken, by the one clock, until
somebody marks it as reported. From then on it stands in the report of that month with the line as it was reported, and
in no other: what a correction, another priority or a later closing as duplicate changes is told beside the line, and
moves it nowhere. Of what is not reported yet, a correction moves the case to the month where it belongs; so that
nothing is lost, months before the one that is shown name what they have left to report.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from referrals.choices import NOT_COUNTED
from referrals.models import ALL_KNOWN, DeviationReport, Hindsight
from referrals.models.deviation import Breach, DeviationReportQuerySet, breach_of, newly_late
from referrals.models.referral import ReferralQuerySet
from referrals.permissions import Access
from referrals.reports.periods import Period
from referrals.reports.reached import EVERY_CASE, Reached
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope
from referrals.waiting import last_of_month, oslo_date

NAME = "deviations"
# So many months before the one that is shown are looked through for what is not reported.
MONTHS_BEFORE = 12
# What may be another by now than was reported; `outcome`: closed as a duplicate or entered in error.
COMPARED = ("received_on", "priority", "late_on")
CATEGORY, OUTCOME = "category", "outcome"


@dataclass(frozen=True)
class Deviation:
    """One case of the report, by its number. Of one that is reported, the line as it was reported.

    `days_late`: over target at the end of the month, of today in a month that runs, or at the start. `corrected`: what
    is another now than was reported, by name.
    """

    number: str
    category: str
    priority: int
    received_on: date
    due_on: date
    late_on: date
    days_late: int
    therapist: str
    reason: str
    reported_on: date | None = None
    reported_by: str = ""
    reference: str = ""
    corrected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A line with its referral, as lists show it; for a page. `late_on_now`: as we now know it; None: never."""

    referral: Any
    line: Deviation
    late_on_now: date | None


@dataclass(frozen=True)
class DeviationsReport:
    """The deviations of a month, as of the end of the day `on`: its last one, or today where it still runs.

    `left` are the months before it that have cases to report, with how many, the latest first.
    """

    on: date
    scope: Scope
    month: Period
    lines: tuple[Deviation, ...]
    left: tuple[tuple[date, int], ...]
    recipe: Recipe

    @property
    def reported(self) -> int:
        """How many of the lines are reported."""
        return sum(line.reported_on is not None for line in self.lines)

    @property
    def not_reported(self) -> int:
        """How many are left."""
        return len(self.lines) - self.reported


def month_of(day: date) -> Period:
    """The calendar month in which the day lies."""
    return Period(day.replace(day=1), last_of_month(day) + timedelta(days=1))


def last_look(month: Period, today: date) -> date:
    """The day at whose end the month is looked at: its last one, or today where it still runs."""
    return min(month.last_day, today)


def build(
    scope: Scope,
    month: Period,
    rows: Iterable[Row],
    left: tuple[tuple[date, int], ...],
    *,
    today: date,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    reached: Reached = EVERY_CASE,
) -> DeviationsReport:
    """The report of rows that were read at the instant `data_as_of`, with what is `left` of the months before.

    Raises ValueError for outsiders, who see nobody's rows.
    """
    if not scope.exact:
        raise ValueError("only own staff see rows")
    on = last_look(month, today)
    filters = (("month", f"{month.start:%Y-%m}"), *reached.filters)
    recipe = Recipe(NAME, on, scope, data_as_of, filters, knowledge=hindsight.knowledge)
    return DeviationsReport(on, scope, month, tuple(row.line for row in rows), left, recipe)


def rows_of(
    referrals: ReferralQuerySet,
    access: Access,
    month: Period,
    *,
    today: date,
    hindsight: Hindsight = ALL_KNOWN,
) -> tuple[Row, ...]:
    """The cases of the month, those that were late first in front. `referrals` are some of `referrals_as(hindsight)`.

    Reads those that are reported in the month, and those not reported of which the target was broken first in it.
    """
    on = last_look(month, today)
    standing = DeviationReport.objects.known_before(hindsight.known_before(on))
    # Read once: whoever marks a case meanwhile changes neither half of the report.
    marks = list(standing.filter(month=month.start).select_related("category", "reported_by"))
    spoken_for = _spoken_for(standing)
    found = [
        *_reported(referrals, access, marks, today),
        *_late(referrals, access, month, on, spoken_for),
    ]
    return tuple(sorted(found, key=lambda row: (row.line.late_on, row.line.priority, row.line.number)))


def left_before(
    referrals: ReferralQuerySet, month: Period, *, today: date, hindsight: Hindsight = ALL_KNOWN
) -> tuple[tuple[date, int], ...]:
    """The first days of those of the twelve months before it that have cases to report, the latest first; how many."""
    first = month.start
    for _month in range(MONTHS_BEFORE):
        first = month_of(first - timedelta(days=1)).start
    on = min(month.day_before, today)
    standing = DeviationReport.objects.known_before(hindsight.known_before(on))
    late = _unreported(referrals, _spoken_for(standing), first, on).prefetch_related("pauses")
    late = late.defer(*referrals.model.unlisted)
    breaches = (breach_of(row) for row in late)
    counts = Counter(breach.late_on.replace(day=1) for breach in breaches if breach)
    return tuple(sorted(counts.items(), reverse=True))


def _spoken_for(standing: DeviationReportQuerySet) -> list[int]:
    """The ids of the referrals that are reported, and of those that took over the wait of one that is."""
    ids = standing.values_list("referral_id", "referral__merged_into_id")
    return [pk for pair in ids for pk in pair if pk is not None]


def _unreported(
    referrals: ReferralQuerySet, spoken_for: Collection[int], first: date, last: date
) -> ReferralQuerySet:
    """Those that stand in no month's report, and were over target first between the two days."""
    return newly_late(referrals.exclude(pk__in=spoken_for), first, last)


def _late(
    referrals: ReferralQuerySet,
    access: Access,
    month: Period,
    on: date,
    spoken_for: Collection[int],
) -> Iterator[Row]:
    late = _unreported(referrals, spoken_for, month.start, on)
    for row in late.for_list().with_shield(access).prefetch_related("pauses"):
        if breach := breach_of(row):
            yield Row(row, _line(row, breach), breach.late_on)


def _line(row: Any, breach: Breach) -> Deviation:
    return Deviation(
        row.number,
        row.category.code,
        breach.priority,
        breach.received_on,
        breach.due_on,
        breach.late_on,
        breach.days_late,
        _therapist(row),
        reason="",
    )


def _reported(
    referrals: ReferralQuerySet, access: Access, marks: Iterable[DeviationReport], today: date
) -> Iterator[Row]:
    """Also those that a correction has taken out of what the clock tells of the month."""
    told = {mark.referral_id: mark for mark in marks}
    mine = referrals.filter(pk__in=list(told))
    clocked = {row.pk: breach_of(row) for row in mine.with_wait(on=today).prefetch_related("pauses")}
    for row in mine.for_list().with_shield(access):
        breach = clocked.get(row.pk)
        yield Row(row, _line_as_reported(row, told[row.pk], breach), breach.late_on if breach else None)


def _line_as_reported(row: Any, mark: DeviationReport, now: Breach | None) -> Deviation:
    return Deviation(
        row.number,
        mark.category.code,
        mark.priority,
        mark.received_on,
        mark.due_on,
        mark.late_on,
        mark.days_late,
        _therapist(row),
        "" if row.is_shielded else mark.reason,
        oslo_date(mark.reported_at),
        mark.reported_by.shown_name,
        mark.reference,
        tuple(_corrected(row, mark, now)),
    )


def _corrected(row: Any, mark: DeviationReport, now: Breach | None) -> Iterator[str]:
    """What is another by now than was reported; where the case is not late any more, its first day late is."""
    present = {
        "received_on": row.received_on,
        "priority": row.priority,
        "late_on": now and now.late_on,
    }
    yield from (name for name in COMPARED if present[name] != getattr(mark, name))
    if row.category_id != mark.category_id:
        yield CATEGORY
    if row.outcome in NOT_COUNTED:
        yield OUTCOME


def _therapist(row: Any) -> str:
    return row.therapist.name if row.therapist else ""
