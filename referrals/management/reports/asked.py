"""What a report is asked for, and how the options of the command say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.choices import Borders, Definition, GroupedBy, Knowledge
from referrals.errors import DomainError
from referrals.management.reports.places import access_by_name, county_scope, municipality_scope
from referrals.management.reports.refusal import refused
from referrals.models import Hindsight
from referrals.permissions import Access
from referrals.reports import (
    comparison,
    coverage,
    coverage_series,
    deviations,
    flow,
    frozen,
    moved_rows,
    parts,
    period,
    priority_keys,
    waiting_times,
)
from referrals.reports.periods import (
    WEEKS_A_QUARTER,
    WEEKS_A_YEAR,
    Beside,
    Period,
    last_weeks,
    parse_day,
    until_day,
)
from referrals.reports.question import PUBLISHED, Question
from referrals.reports.reached import Reached
from referrals.reports.scopes import Scope
from referrals.reports.tallies import FLOWS
from referrals.views.clock import now, today

OF_COVERAGE = (coverage.NAME, coverage_series.NAME)
NOT_OF_COVERAGE = gettext_lazy(
    "--definition, --borders and --by go with the reports coverage and coverage_series."
)

# By the option: the reports that it goes with, and what is said to all others.
GO_WITH = {
    "since": (
        (waiting_times.NAME, flow.NAME, period.NAME, parts.NAME, moved_rows.NAME),
        gettext_lazy("--from goes with the reports waiting, flow, period, distribution and moved."),
    ),
    "line": ((moved_rows.NAME,), gettext_lazy("--line goes with the report moved.")),
    "others": (
        (comparison.NAME, priority_keys.NAME),
        gettext_lazy("--with goes with the reports comparison and keys."),
    ),
    "beside": (
        (waiting_times.NAME, flow.NAME),
        gettext_lazy("--beside goes with the reports waiting and flow."),
    ),
    "month": ((deviations.NAME,), gettext_lazy("--month goes with the report deviations.")),
    "year": ((frozen.NAME,), gettext_lazy("--year goes with the report month_ends.")),
    "definition": (OF_COVERAGE, NOT_OF_COVERAGE),
    "borders": (OF_COVERAGE, NOT_OF_COVERAGE),
    "by": (OF_COVERAGE, NOT_OF_COVERAGE),
}


@dataclass(frozen=True)
class Asked:
    """What a report is asked for: of whom, of which day or period, and how that day is looked at.

    `asked_on`: the day on which it is asked for, or was. `access`: of whoever works in the municipality and asks for
    its true numbers; else nobody's. `weeks`: of the starts beside those who wait. `others`: the numbers of the
    municipalities that it is compared with. `year`: of the month-ends; None: the newest. `question`: of coverage.
    `line`: which of what came and went is listed. `month`: whose deviations are. `reached`: which cases; None:
    those that the user reaches. `filters`: of a recipe that is made again.
    """

    scope: Scope
    access: Access
    on: date
    asked_on: date
    period: Period
    hindsight: Hindsight
    data_as_of: datetime
    beside: Beside = Beside.WEEKS
    weeks: int = WEEKS_A_YEAR
    others: tuple[str, ...] = ()
    year: int | None = None
    question: Question = Question()
    line: str = FLOWS[0]
    month: Period | None = None
    reached: Reached | None = None
    filters: Mapping[str, str] = field(default_factory=dict)


def asked_by_options(options: dict[str, Any]) -> Asked:
    """What the options say. Raises CommandError with what is wrong with one of them."""
    on = _day("--on", options["on"]) or today()
    since = _day("--from", options["since"])
    for option, (reports, message) in GO_WITH.items():
        if options[option] and options["report"] not in reports:
            raise refused(str(message))
    if since and since > on:
        raise refused(_("--from: the first day comes after the last one."))
    return Asked(
        scope=_scope(options),
        access=access_by_name(options["as_staff"]),
        on=on,
        asked_on=today(),
        period=until_day(since, on) if since else last_weeks(on, WEEKS_A_QUARTER),
        hindsight=Hindsight(Knowledge(options["mode"] or Knowledge.NOW)),
        data_as_of=now(),
        beside=Beside(options["beside"] or Beside.WEEKS),
        others=codes_in(options["others"]),
        year=options["year"],
        question=_question(options),
        line=options["line"] or FLOWS[0],
        month=_month(options["month"]),
    )


def _question(options: dict[str, Any]) -> Question:
    """What is asked of coverage besides the day."""
    return Question(
        definition=Definition(options["definition"] or PUBLISHED),
        borders=Borders(options["borders"] or Borders.TODAY),
        by=GroupedBy(options["by"]) if options["by"] else None,
    )


def codes_in(text: str | None) -> tuple[str, ...]:
    """Numbers of municipalities with commas between them."""
    return tuple(code.strip() for code in text.split(",")) if text else ()


def _day(option: str, text: str | None) -> date | None:
    """A day of an option, None without it. Raises CommandError with what is wrong with it."""
    try:
        return parse_day(text, today=today()) if text is not None else None
    except DomainError as error:
        raise refused(f"{option}: {error}") from error


def _month(text: str | None) -> Period | None:
    """The calendar month of 2026-10, None without it. Raises CommandError for anything else, or one to come."""
    first = _day("--month", text and f"{text}-01")
    return deviations.month_of(first) if first else None


def _scope(options: dict[str, Any]) -> Scope:
    """The place asked for. Raises CommandError for one that does not exist, or is not the user's own."""
    if options["municipality"]:
        return municipality_scope(options["municipality"], options["as_staff"])
    if options["as_staff"]:
        raise refused(_("--as-staff goes with --municipality: one of the user's own."))
    return county_scope([options["county"]]) if options["county"] else Scope.nation()
