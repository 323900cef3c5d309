"""The loads of a municipality's therapists as rows and as JSON, to own staff. No citizen is in them."""

from typing import Any

from referrals.exporters.lines import day_of
from referrals.exporters.statistics import Statistics
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.workloads import Load, Workloads

LISTED = (
    "therapist",
    "employed",
    "fte_agreed",
    "fte_today",
    "on_leave",
    "back_on",
    "first_day_without_post",
    "not_started",
    "started",
    "open",
    "over_target",
    "open_per_fte",
    "even_share",
)


def as_dict(report: Workloads) -> dict[str, Any]:
    """The rows, the cases that nobody has first, and the mean of all."""
    days = ("back_on", "first_day_without_post")
    rows = [_row(load) for load in report.rows]
    return {
        "on": report.on.isoformat(),
        "open_per_fte": report.mean,
        "rows": [row | {name: day_of(row[name]) for name in days} for row in rows],
    }


def as_sheet(report: Workloads) -> Sheet:
    """One row a therapist; the row without a name is of the cases that nobody has. It is made anew each day."""
    return Sheet(LISTED, (tuple(_row(load).values()) for load in report.rows), is_public=False)


def as_statistics(report: Workloads) -> Statistics:
    """None: these are people at work, one by one."""
    return Statistics((), (), ())


def _row(load: Load) -> dict[str, Any]:
    post, cases, share = load.post, load.cases, load.even_share
    values: tuple[Cell, ...] = (
        load.name,
        _word(post.is_employed),
        post.agreed,
        post.fte,
        _word(post.is_away),
        post.away_until,
        post.ends_on,
        cases.waiting,
        cases.started,
        cases.open,
        cases.over_target,
        None if load.per_fte is None else round(load.per_fte, 1),
        None if share is None else round(share, 1),
    )
    return dict(zip(LISTED, values, strict=True))


def _word(is_so: bool) -> str:
    return "yes" if is_so else "no"
