"""Which municipalities have an ergoterapeut on a day: the whole country, and one municipality."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.boards import coverage as board
from referrals.boards import coverage_series as series_board
from referrals.boards import coverage_tiles as tiles_board
from referrals.boards import official as official_board
from referrals.boards import staffing_and_waits as against_board
from referrals.boards import thin as thin_board
from referrals.boards.areas import boundary_board
from referrals.boards.official import Beside
from referrals.choices import Borders
from referrals.exporters import coverage as export
from referrals.exporters import coverage_place as place_export
from referrals.exporters import coverage_series as series_export
from referrals.forms.coverage import CoverageForm, DefinedForm, MonthForm, SeriesForm
from referrals.models import County, CoverageAgreement, LawReference
from referrals.models.law import BEHIND_COVERAGE
from referrals.permissions import Permission
from referrals.reports import boundaries, coverage_redrawn, coverage_series, thin
from referrals.reports import coverage as report_of
from referrals.reports import official as official_figures
from referrals.reports import staffing_and_waits as against_report
from referrals.reports.beginnings import first_known_workforce
from referrals.reports.coverage import CountyCoverage, CoverageReport, MunicipalityCoverage
from referrals.reports.coverage_redrawn import AskedCoverage
from referrals.tables.base import paginate
from referrals.tables.coverage import CoverageTable
from referrals.views import coverage_place
from referrals.views.clock import now, today
from referrals.views.context import Link
from referrals.views.files import answer, asked_for_file, downloads, file_name

EVERY_MUNICIPALITY = 1000  # one page: there have never been more


@dataclass(frozen=True)
class Agreement:
    """An agreement as seen from one of its two municipalities; `name` and `url` are the other's.

    `reference`: where it is filed, for own staff of one of the two; empty for everybody else.
    """

    role: str
    name: str
    url: str
    fte: Decimal | None
    since: date
    reference: str


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """All municipalities on the day of the address; lists narrowed to a county and to a state."""
    request.access.check(Permission.SEE_COVERAGE)
    if "maned" in request.GET:
        return redirect(_slid_address(request))
    counties = list(County.objects.all())
    form = CoverageForm(
        request.GET, today=today(), counties=[(county.code, county.name) for county in counties]
    )
    if (kind := asked_for_file(request)) and form.is_valid():
        return _redrawn_file(kind, form) if form.question.borders == Borders.DAY else _file(kind, form)
    report = _report(request, form)
    chosen = _chosen_counties(report, form)
    rows, totals = (chosen[0].rows, chosen[0].totals) if form.county else (report.rows, report.totals)
    address = _municipality_address(form)
    context = {
        "form": form,
        "report": report,
        "county": chosen[0] if form.county else None,
        "totals": totals,
        "summary": board.summary(totals),
        "cards": board.cards(totals, lambda state: _list_address(request, state)),
        "thin_cards": thin_board.cards(report, totals, lambda listed: _list_address(request, listed)),
        "map": tiles_board.shaded_map(report, address, form.county, form.shade),
        "shades": tiles_board.shade_choices(form.shade, lambda shade: _map_address(request, farge=shade)),
        "years": tiles_board.year_choices(form.day, form.today, lambda day: _day_address(request, form, day)),
        "redrawn_file": _map_address(request, grenser=Borders.DAY, fil="csv").partition("#")[0],
        "slider": tiles_board.day_slider(form.day, form.today),
        "boundaries": boundary_board(report, boundaries.current(), address, form.county, form.shade),
        "lists": board.county_lists(
            chosen, board.wanted(form.listed, form.definition), _own_counties(request, counties)
        ),
        "against": against_board.board(against_report.build(report.rows)),
        "list_title": board.list_title(form.listed, form.definition),
        "laws": _laws(),
        "definition_text": board.DEFINITIONS[form.definition],
        "table": _table(request, rows, address, exclude=("county",) if form.county else ()),
        "population_years": board.population_years(report.rows),
        "begins_on": _beginning(report),
        "downloads": downloads(request, export, AskedCoverage.plain(report)),
    }
    return render(request, "coverage/coverage.html", context)


@require_safe
def municipality(request: HttpRequest, code: str) -> HttpResponse:
    """One municipality on the day: what it has, since when, under which agreements, and its neighbours."""
    request.access.check(Permission.SEE_COVERAGE)
    form = DefinedForm(request.GET, today=today())
    report = _report(request, form)
    county, row = _found(report, code)
    place = coverage_place.read(request, report, county, row)
    if (kind := asked_for_file(request)) and form.is_valid():
        return answer(kind, f"dekning-{code}-{report.on.isoformat()}", place_export, place)
    address = _municipality_address(form)
    context = {
        "form": form,
        "report": report,
        "county": county,
        "row": row,
        "explanation": board.EXPLANATIONS[row.state],
        "agreements": _agreements(request, row, form, address),
        "official": _official(request, row, form),
        "laws": _laws(),
        "definition_text": board.DEFINITIONS[form.definition],
        "thin": thin_board.thin_board(thin.build(row.pk, form.day, request.access, form.definition)),
        "under": thin_board.under_sentence(report.least_fte) if row.is_under else "",
        "is_covered": report_of.is_covered(row.state, form.definition),
        "is_own": request.access.can(Permission.SEE_DASHBOARD, row.pk),
        "neighbours": _table(
            request, county.rows, address, caption=_neighbours_caption(county), exclude=("county",)
        ),
        "trail": _trail(form),
        "begins_on": _beginning(report),
        "downloads": downloads(request, place_export, place),
        **coverage_place.parts(request, place, address),
    }
    return render(request, "coverage/municipality.html", context)


@require_safe
def series(request: HttpRequest) -> HttpResponse:
    """How many municipalities were without since 2018, up to the day of the address, and which are new since a year."""
    request.access.check(Permission.SEE_COVERAGE)
    form = SeriesForm(request.GET, today=today())
    made = coverage_series.build(form.day, data_as_of=now(), question=form.question)
    recipes.keep(**made.recipe.as_kept())
    kind = asked_for_file(request)
    if kind and form.is_valid():
        name = file_name("dekning-utvikling", made.recipe.scope, made.on)
        return answer(kind, name, series_export, made)
    context = {
        "form": form,
        "series": made,
        "picture": series_board.over_time(made),
        "published": series_board.published(made),
        "staffed": series_board.staffed(made),
        "rows": series_board.rows(made),
        "years": series_board.year_names(made),
        "turned_over": series_board.turned_over(made.turnover),
        "lists": series_board.turnover_lists(made, _municipality_address(form)),
        "splits": series_board.splits(made),
        "borders_note": series_board.borders_note(made.question.borders),
        "laws": _laws(),
        "definition_text": board.DEFINITIONS[form.definition],
        "trail": _trail(form),
        "downloads": downloads(request, series_export, made),
    }
    return render(request, "coverage/series.html", context)


def _laws() -> list[LawReference]:
    """What the law asks for, and who may call themselves ergoterapeut."""
    return list(LawReference.objects.filter(code__in=BEHIND_COVERAGE))


def _report(request: HttpRequest, form: DefinedForm) -> CoverageReport:
    """The report of the day; staff see the true waits of their own municipality in it."""
    own = request.access.municipality_ids(Permission.SEE_DASHBOARD)
    return _kept(report_of.build(form.day, data_as_of=now(), own=own, definition=form.definition))


def _kept(report: CoverageReport) -> CoverageReport:
    recipes.keep(**report.recipe.as_kept())
    return report


def _file(kind: str, form: DefinedForm) -> HttpResponse:
    """All municipalities of the day, whichever are shown, and as outsiders see them, whoever asks: it is passed on."""
    report = _kept(report_of.build(form.day, data_as_of=now(), definition=form.definition))
    name = file_name("dekning", report.recipe.scope, report.on)
    return answer(kind, name, export, AskedCoverage.plain(report))


def _redrawn_file(kind: str, form: CoverageForm) -> HttpResponse:
    """The same in the borders of the day."""
    asked = coverage_redrawn.build(form.day, data_as_of=now(), question=form.question)
    recipes.keep(**asked.recipe.as_kept())
    return answer(kind, file_name("dekning-grenser", asked.recipe.scope, form.day), export, asked)


def _beginning(report: CoverageReport) -> date | None:
    """The first day that anything is known of, if the day shown is before it."""
    totals = report.totals
    if totals.unknown < totals.municipalities:
        return None
    first = first_known_workforce()
    return first if first and report.on < first else None


def _chosen_counties(report: CoverageReport, form: CoverageForm) -> tuple[CountyCoverage, ...]:
    """The county asked for, or all."""
    return tuple(county for county in report.counties if form.county in ("", county.code))


def _own_counties(request: HttpRequest, counties: list[County]) -> list[str]:
    """The codes of the counties whose reader the user is."""
    read = request.access.county_ids(Permission.SEE_AGGREGATES)
    return [county.code for county in counties if county.pk in read]


def _table(
    request: HttpRequest, rows: Sequence[MunicipalityCoverage], address: Callable[[str], str], **kwargs: Any
) -> CoverageTable:
    return paginate(CoverageTable(rows, address=address, **kwargs), request, per_page=EVERY_MUNICIPALITY)


def _list_address(request: HttpRequest, state: str) -> str:
    """This page with the list of municipalities in the state."""
    query = request.GET.copy()
    query["tilstand"] = state
    return f"?{query.urlencode()}#list"


def _map_address(request: HttpRequest, **changed: str) -> str:
    """This page with something changed; what is empty is left out."""
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}#map-choices"


def _slid_address(request: HttpRequest) -> str:
    """This page on the day that the slider was drawn to: the address of the day itself."""
    query = request.GET.copy()
    day = MonthForm(query).day(today())
    del query["maned"]
    if day:
        query["dato"] = f"{day:%d.%m.%Y}"
        if day == today():
            del query["dato"]
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _day_address(request: HttpRequest, form: CoverageForm, day: date) -> str:
    """This page on another day."""
    return _map_address(request, dato="" if day == form.today else f"{day:%d.%m.%Y}")


def _municipality_address(form: DefinedForm) -> Callable[[str], str]:
    """Makes the address of a municipality's page on the same day.

    One reverse for all: the map and the table ask for it 700 times.
    """
    pattern = reverse("coverage_municipality", kwargs={"code": "0000"}) + form.query
    return lambda code: pattern.replace("0000", code)


def _found(report: CoverageReport, code: str) -> tuple[CountyCoverage, MunicipalityCoverage]:
    """The municipality and its county. Raises Http404."""
    for county in report.counties:
        for row in county.rows:
            if row.code == code:
                return county, row
    raise Http404


def _agreements(
    request: HttpRequest, row: MunicipalityCoverage, form: DefinedForm, address: Callable[[str], str]
) -> list[Agreement]:
    """The agreements of the day, first those by which the municipality is served."""
    own = request.access.municipality_ids(Permission.SEE_STAFF)
    found = CoverageAgreement.objects.valid(form.day).of(row.pk).with_places()
    served = [(_("Served by"), one, one.provider) for one in found if one.recipient_id == row.pk]
    serves = [(_("Serves"), one, one.recipient) for one in found if one.provider_id == row.pk]
    return [
        Agreement(
            role,
            other.full_name,
            address(other.code),
            one.fte,
            one.valid_from,
            one.reference if own & {one.provider_id, one.recipient_id} else "",
        )
        for role, one, other in served + serves
    ]


def _official(request: HttpRequest, row: MunicipalityCoverage, form: DefinedForm) -> list[Beside]:
    """The newest official figures by the day, each beside the own register; persons for those who work there only."""
    with_persons = request.access.can(Permission.SEE_DASHBOARD, row.pk)
    found = official_figures.build(row.pk, form.day, population=row.population, with_persons=with_persons)
    return official_board.beside(found)


def _neighbours_caption(county: CountyCoverage) -> str:
    return _("The municipalities of %(county)s") % {"county": county.name}


def _trail(form: DefinedForm) -> tuple[Link, ...]:
    return (Link(reverse("coverage") + form.query, _("Coverage")),)
