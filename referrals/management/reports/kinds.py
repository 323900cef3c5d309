"""The kinds of report that the command makes, by name: which reports one is, and how it is written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from referrals.actions.auditing import record_view
from referrals.choices import Knowledge, ViewKind
from referrals.exporters import comparison as comparison_export
from referrals.exporters import coverage as coverage_export
from referrals.exporters import coverage_series as coverage_series_export
from referrals.exporters import dashboard as dashboard_export
from referrals.exporters import development as development_export
from referrals.exporters import deviations as deviations_export
from referrals.exporters import distribution as distribution_export
from referrals.exporters import divided as divided_export
from referrals.exporters import flow as flow_export
from referrals.exporters import long_waits as long_export
from referrals.exporters import month_ends as month_ends_export
from referrals.exporters import moved as moved_export
from referrals.exporters import period as period_export
from referrals.exporters import priority_keys as keys_export
from referrals.exporters import waiting as waiting_export
from referrals.exporters.exporter import Exporter
from referrals.exporters.tabular import Sheet
from referrals.filters import PastFilter, offers_of
from referrals.management.reports.asked import Asked
from referrals.management.reports.places import compared
from referrals.management.reports.refusal import refused
from referrals.models import Municipality, Referral, looking_back, referrals_as
from referrals.models.referral import ReferralQuerySet
from referrals.reports import (
    comparison,
    coverage,
    coverage_redrawn,
    coverage_series,
    development,
    deviations,
    divided,
    flow,
    frozen,
    long_waits,
    moved_rows,
    parts,
    period,
    priority_keys,
    three_figures,
    waiting_times,
)
from referrals.reports.long_rows import Listed, long_rows, tells_next_step, told
from referrals.reports.periods import WEEKS_A_QUARTER, WEEKS_A_YEAR, Beside, last_weeks, nearest_months
from referrals.reports.reached import Reached
from referrals.reports.scopes import Level
from referrals.views.clock import today


@dataclass(frozen=True)
class Kind:
    """What can be asked for: one or more reports that are printed as one.

    `of_a_place`: of one municipality or county as well. `has_modes`: also as it was known then. `has_tables`: not only
    rows of a list, but statistical tables. `others`: what writes it where outsiders get another report than own staff.
    """

    build: Callable[[Asked], tuple[Any, ...]]
    exporter: Exporter
    of_a_place: bool = True
    has_modes: bool = True
    has_tables: bool = True
    as_short_sheet: Callable[..., Sheet] | None = None
    others: Mapping[type, Exporter] = field(default_factory=dict)

    def written_by(self, reports: tuple[Any, ...]) -> Exporter:
        """What writes these reports."""
        return self.others.get(type(reports[0]), self.exporter)

    def sheet(self, reports: tuple[Any, ...]) -> Sheet:
        """The rows that are printed, which for the shell may be fewer than a page's."""
        return (self.as_short_sheet or self.written_by(reports).as_sheet)(*reports)


def _look(asked: Asked) -> dict[str, Any]:
    return {"data_as_of": asked.data_as_of, "hindsight": asked.hindsight}


def _waiting(asked: Asked) -> tuple[waiting_times.WaitingReport, three_figures.ThreeFigures, flow.FlowReport]:
    """A dashboard: who waits, beside them those who started and the estimate, and what came and went in the period."""
    look = _look(asked)
    quarter = flow.build(asked.scope, last_weeks(asked.on, WEEKS_A_QUARTER), **look)
    three = three_figures.build(asked.scope, asked.on, weeks=asked.weeks, quarter=quarter, **look)
    is_quarter = asked.period == quarter.period and asked.beside is Beside.WEEKS
    moved = quarter if is_quarter else _flow(asked)[0]
    return waiting_times.build(asked.scope, asked.on, beside=asked.beside, **look), three, moved


def _of_who_waits(
    waiting: waiting_times.WaitingReport, three: three_figures.ThreeFigures, moved: flow.FlowReport
) -> Sheet:
    """Without what came and went, which is a report of its own."""
    return waiting_export.as_sheet(waiting, three)


def _flow(asked: Asked) -> tuple[flow.FlowReport]:
    """For others than own staff only of the periods that the pages show: from two that overlap a few could be told."""
    shown = [last_weeks(asked.on, weeks) for weeks in (WEEKS_A_QUARTER, WEEKS_A_YEAR)]
    if not asked.scope.exact and asked.period not in shown:
        raise refused(_("Outside the municipality what came and went is told of 13 or 52 weeks."))
    return (flow.build(asked.scope, asked.period, beside=asked.beside, **_look(asked)),)


def _period(asked: Asked) -> tuple[period.PeriodReport]:
    """For others than own staff as we now know it and in whole months: from other periods a few could be told."""
    if not asked.scope.exact:
        if asked.hindsight.knowledge != Knowledge.NOW:
            raise refused(
                _("Outside the municipality a period is shown as we now know it: leave out --mode.")
            )
        _check_months(asked)
    return (period.build(asked.scope, asked.period, asked_on=asked.asked_on, **_look(asked)),)


def _check_months(asked: Asked) -> None:
    if asked.period.months() and asked.period.is_within_ten_years:
        return
    nearest = nearest_months(asked.period, asked.asked_on)
    words = {"first": nearest and nearest.start, "last": nearest and nearest.last_day}
    raise refused(
        _(
            "Outside the municipality a period is of whole months that are over, ten years at most."
            " The nearest: --from %(first)s --on %(last)s."
        )
        % words
    )


def _comparison(asked: Asked) -> tuple[comparison.ComparisonReport]:
    if asked.scope.level != Level.MUNICIPALITY:
        raise refused(_("The report comparison begins with a municipality: name it with --municipality."))
    places = compared((*asked.scope.codes, *asked.others))
    return (comparison.build(asked.scope, places, asked.on, **_look(asked)),)


def _keys(asked: Asked) -> tuple[priority_keys.KeysReport]:
    places = compared((*asked.scope.codes, *asked.others))
    if asked.scope.level != Level.MUNICIPALITY or len(places) != 2:
        raise refused(
            _("The report keys is of two municipalities: name them with --municipality and --with.")
        )
    report = priority_keys.build(places, asked.on, **_look(asked))
    if report is None:
        raise refused(_("One of the municipalities has no priority key in force on the day."))
    return (report,)


def _development(asked: Asked) -> tuple[development.DevelopmentReport]:
    return (development.build(asked.scope, asked.on, **_look(asked)),)


def _distribution(asked: Asked) -> tuple[parts.PartsReport] | tuple[divided.DividedReport]:
    """Of a municipality of the cases that the user reaches, or that a recipe says; of all else what may be shown."""
    if not asked.scope.exact:
        return (_divided(asked),)
    rows = referrals_as(asked.hindsight).visible_to(asked.access)
    reached = _reached(asked)
    return (parts.build(asked.scope, asked.period, rows, reached=reached, **_look(asked)),)


def _divided(asked: Asked) -> divided.DividedReport:
    """Only who waits is divided: of periods that overlap a few could be told."""
    if asked.scope.level == Level.MUNICIPALITY:
        raise refused(
            _("Of a municipality the report distribution is for own staff: name them with --as-staff.")
        )
    if asked.period != last_weeks(asked.on, WEEKS_A_QUARTER):
        raise refused(_("Outside the municipality only who waits is divided: leave out --from."))
    return divided.build(asked.scope, asked.on, **_look(asked))


def _month_ends(asked: Asked) -> tuple[frozen.FrozenReport]:
    report = frozen.build(asked.scope, asked.on, year=asked.year, **_look(asked))
    if asked.year not in (None, report.year):
        raise refused(_("--year: no month-end of %(year)s can be asked for.") % {"year": asked.year})
    return (report,)


def _long(asked: Asked) -> tuple[long_waits.LongWaitsReport]:
    """For own staff also the rows that the user reaches, by the referral's number; the read log has them."""
    look = _look(asked)
    if not asked.scope.exact:
        return (long_waits.build(asked.scope, asked.on, **look),)
    reached, listed = _reached(asked), Listed.of(asked.filters)
    visible = referrals_as(asked.hindsight).visible_to(asked.access).filter(municipality__in=asked.scope.ids)
    with looking_back(asked.hindsight, asked.on):
        rows = long_rows(reached.among(visible), asked.access, on=asked.on, hindsight=asked.hindsight)
        with_next_step = tells_next_step(asked.on, asked.hindsight, asked.data_as_of)
        ordered = listed.among(rows).order_by("received_on", "pk")
        look |= {"rows": told(ordered, asked.on, with_next_step=with_next_step)}
        _record(ordered, asked)
    look |= {"reached": reached, "listed": listed}
    return (long_waits.build_own(asked.scope, asked.on, visible, **look),)


def _moved(asked: Asked) -> tuple[moved_rows.MovedReport]:
    """The rows that the user reaches of what came and went, by the referral's number; the read log has them."""
    if not asked.scope.exact:
        raise refused(_("The report moved is for own staff: name them with --municipality and --as-staff."))
    reached, line = _reached(asked), asked.filters.get("line") or asked.line
    visible = referrals_as(asked.hindsight).visible_to(asked.access).filter(municipality__in=asked.scope.ids)
    narrowed = {name: value for name, value in asked.filters.items() if name in PastFilter.base_filters}
    with looking_back(asked.hindsight, asked.on):
        rows = moved_rows.moved_rows(reached.among(visible), line, asked.period, on=asked.on)
        found = _narrowed(rows, narrowed, asked)
        listed = found.for_list().with_shield(asked.access).order_by("-received_on", "-pk")
        told_of = moved_rows.told(listed, asked.on)
        _record(listed, asked, ViewKind.WAITLIST)
    look = _look(asked) | {"reached": reached, "narrowed": narrowed}
    return (moved_rows.build(asked.scope, asked.on, line, asked.period, told_of, **look),)


def _deviations(asked: Asked) -> tuple[deviations.DeviationsReport]:
    """The cases of the month that the user reaches, by the referral's number; the read log has them."""
    if not asked.scope.exact:
        raise refused(
            _("The report deviations is for own staff: name them with --municipality and --as-staff.")
        )
    month = asked.month or deviations.month_of(deviations.month_of(asked.asked_on).day_before)
    reached = _reached(asked)
    look: Any = {"today": asked.asked_on, "hindsight": asked.hindsight}
    visible = referrals_as(asked.hindsight).visible_to(asked.access).filter(municipality__in=asked.scope.ids)
    among = reached.among(visible)
    with looking_back(asked.hindsight, asked.on):
        rows = deviations.rows_of(among, asked.access, month, **look)
        left = deviations.left_before(among, month, **look)
        _record([row.referral for row in rows], asked, ViewKind.DEVIATIONS)
    told: Any = look | {"data_as_of": asked.data_as_of, "reached": reached}
    return (deviations.build(asked.scope, month, rows, left, **told),)


def _narrowed(rows: ReferralQuerySet, narrowed: dict[str, str], asked: Asked) -> ReferralQuerySet:
    """Those that a recipe narrows the rows to; it offers what the page offered."""
    query = QueryDict(mutable=True)
    for name, value in narrowed.items():
        query.setlist(name, value.split(","))
    municipality = Municipality.objects.get(pk=asked.scope.ids[0])
    return PastFilter(query, rows, offers=offers_of(municipality, on=today())).qs


def _record(shown: Iterable[Referral], asked: Asked, kind: ViewKind = ViewKind.LONG_WAITS) -> None:
    """Write down whom the rows told of, as the page of the same list does."""
    record_view(
        kind,
        shown,
        access=asked.access,
        municipality_id=asked.scope.ids[0],
        query=urlencode({"dato": f"{asked.on:%d.%m.%Y}", "kjent": asked.hindsight.knowledge, "fil": "shell"}),
    )


def _reached(asked: Asked) -> Reached:
    """The cases that the user reaches, or that a recipe says.

    Raises CommandError where the user does not reach all of these, or they are others by now.
    """
    place = asked.scope.ids[0]
    by_user = Reached.by(asked.access, place)
    reached = asked.reached or by_user
    if not reached.is_within(by_user):
        raise refused(_("The recipe is of cases that whoever is named with --as-staff does not reach."))
    if asked.reached and reached.has_moved(place, asked.data_as_of):
        raise refused(_("The recipe is of some units, and cases have moved between units since."))
    return reached


def _coverage(asked: Asked) -> tuple[coverage_redrawn.AskedCoverage]:
    return (coverage_redrawn.build(asked.on, question=asked.question, **_look(asked)),)


def _coverage_series(asked: Asked) -> tuple[coverage_series.CoverageSeries]:
    return (coverage_series.build(asked.on, question=asked.question, **_look(asked)),)


KINDS = {
    waiting_times.NAME: Kind(_waiting, dashboard_export, as_short_sheet=_of_who_waits),
    flow.NAME: Kind(_flow, flow_export),
    period.NAME: Kind(_period, period_export),
    comparison.NAME: Kind(_comparison, comparison_export),
    development.NAME: Kind(_development, development_export),
    parts.NAME: Kind(_distribution, distribution_export, others={divided.DividedReport: divided_export}),
    frozen.NAME: Kind(_month_ends, month_ends_export, has_modes=False),
    long_waits.NAME: Kind(_long, long_export),
    priority_keys.NAME: Kind(_keys, keys_export),
    moved_rows.NAME: Kind(_moved, moved_export, has_tables=False),
    deviations.NAME: Kind(_deviations, deviations_export, has_modes=False, has_tables=False),
    coverage.NAME: Kind(_coverage, coverage_export, of_a_place=False, has_modes=False),
    coverage_series.NAME: Kind(_coverage_series, coverage_series_export, of_a_place=False, has_modes=False),
}
# Reports that are printed with another one, and are made again with it.
PRINTED_WITH = {three_figures.NAME: waiting_times.NAME}
