"""One municipality's coverage as its page shows it, to whoever asks: as JSON and as rows. Nobody is named in it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.choices import states_in
from referrals.exporters.axes import DAY, OPEN, PERIOD, PERIOD_WITHOUT, PLACE
from referrals.exporters.coverage import asked_tables, named, of_municipality
from referrals.exporters.coverage import figures as figures_of
from referrals.exporters.lines import Line, counted, sheet, waits
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Sheet
from referrals.reports.comparison import Standing
from referrals.reports.coverage_history import Span
from referrals.reports.coverage_place import PlaceCoverage
from referrals.reports.gaps import Gap
from referrals.reports.question import Question
from referrals.reports.similar import Likeness
from referrals.reports.suppression import Figure

# Why there is no number of days.
BEGINNING_NOT_KNOWN, NOT_KNOWN_ANY_MORE = "beginning_not_known", "not_known_any_more"

OF_THE_PLACE = (
    Table("history", _("What the municipality has had since 2018"), ("history",), (PERIOD,)),
    Table("gaps", _("Periods without occupational therapist"), ("gap",), (PERIOD_WITHOUT,)),
    Table("similar", _("Occupational therapists of similar municipalities"), ("similar",), (PLACE,)),
)
OF_THE_COUNTY = Table(
    "coverage", _("Occupational therapists of the municipalities"), ("municipality",), (PLACE,)
)
OF_WAITS = Table("waits", _("Waits on the day and a year before"), ("waits",), (DAY,), made_by=1)


def as_dict(place: PlaceCoverage) -> dict[str, Any]:
    """The municipality and those of its county at the end of the day; states by the `definition`.

    `history`: its states since 2018, the newest first, with first and last day; `until` is null for the one that the
    day lies in. `gaps`: when it was without; `began` is null where none was registered before, `ended` where it goes
    on, or where nothing is known any more (`is_known`). `similar`: itself and the five most like it, with their
    centrality class of today. `waits`: on the day and a year before; null for who may not see its figures.

    Small numbers are hidden but for own staff; `suppressed` names each figure that is null because it may not be shown.
    """
    report = place.report
    return {
        "on": report.on.isoformat(),
        "code": place.row.code,
        "name": place.row.full_name,
        "definition": report.definition.value,
        "rows": [named(row) | counted(figures_of(row)) for row in place.county.rows],
        "history": [_span(span, place) for span in reversed(place.history.spans)],
        "gaps": [_gap(gap) for gap in place.history.gaps],
        "similar": [named(like.row) | counted(_of_likeness(like)) for like in place.similar],
        "waits": _waits(place),
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(place: PlaceCoverage) -> Sheet:
    """One figure a row: its past, its waits, its like, and last its county."""
    return sheet(_lines(place), place.recipes, is_public=not place.has_true_waits)


def as_statistics(place: PlaceCoverage) -> Statistics:
    """Each table of the page as one of its own; the county's municipalities first."""
    asked = asked_tables((OF_THE_COUNTY, *OF_THE_PLACE), Question(place.report.definition))
    county, *own = (replace(table, is_public=not place.has_true_waits) for table in asked)
    here = (place.row.code, place.row.full_name)
    tables = (
        replace(county, place=(place.county.code, place.county.name)),
        *(replace(table, place=here) for table in own),
        OF_WAITS,
    )
    return Statistics(tables, _lines(place), place.recipes)


def _lines(place: PlaceCoverage) -> Iterator[Line]:
    """The few first: a page that names the tables reads no further than the first municipality."""
    definition = place.report.definition
    for span in reversed(place.history.spans):
        states = {f"state_{state.value}": Figure(int(state == span.state)) for state in states_in(definition)}
        days = {"days_in_state": Figure((span.ended - span.begun).days)}
        yield Line("history", f"{span.begun}/{span.ended}", str(span.state.label), days | states)
    for gap in place.history.gaps:
        yield Line("gap", _code(gap), "", {"gap_days": Figure(gap.days)}, lacks=_lacks(gap))
    for on, standing in _days(place):
        yield Line("waits", on, "", _of_waits(standing))
    for like in place.similar:
        shown = _of_likeness(like) | of_municipality(like.row, definition)
        yield Line("similar", like.row.code, like.row.full_name, shown)
    for row in place.county.rows:
        yield Line("municipality", row.code, row.full_name, of_municipality(row, definition))


def _code(gap: Gap) -> str:
    return f"{gap.began or OPEN}/{gap.ended or OPEN}"


def _lacks(gap: Gap) -> dict[str, str]:
    if gap.days is not None:
        return {}
    return {"gap_days": NOT_KNOWN_ANY_MORE if gap.began else BEGINNING_NOT_KNOWN}


def _days(place: PlaceCoverage) -> list[tuple[date, Standing]]:
    """The two days on which its waits are told; none for who may not see them."""
    if not place.waits:
        return []
    (shown,) = place.waits.places
    return [(place.waits.on, shown.now), (place.waits.before_on, shown.before)]


def _of_waits(standing: Standing) -> dict[str, Figure]:
    return waits(standing) | {"over_target": standing.over_target}


def _of_likeness(like: Likeness) -> dict[str, Figure]:
    return {"centrality": Figure(like.centrality)} | figures_of(like.row)


def _span(span: Span, place: PlaceCoverage) -> dict[str, Any]:
    is_last = span == place.history.spans[-1]
    return {
        "state": span.state.value,
        "from": span.begun.isoformat(),
        "until": None if is_last else (span.ended - timedelta(days=1)).isoformat(),
        "days": (span.ended - span.begun).days,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "began": gap.began.isoformat() if gap.began else None,
        "ended": gap.ended.isoformat() if gap.ended else None,
        "days": gap.days,
        "is_known": gap.is_known,
    }


def _waits(place: PlaceCoverage) -> dict[str, Any] | None:
    if not place.waits:
        return None
    days = [{"on": on.isoformat(), **counted(_of_waits(standing))} for on, standing in _days(place)]
    return {"days": days, "recipe": place.waits.recipe.as_dict()}
