"""The dashboards: of one municipality for its own staff, of municipalities, counties and the nation for readers."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.boards.dashboard import dashboard as board_of
from referrals.errors import NotAllowed
from referrals.exporters import dashboard as dashboard_export
from referrals.forms.boards import ComparedForm, LookBackForm
from referrals.reports import flow, waiting_times
from referrals.reports.periods import WEEKS_A_QUARTER, Beside, Period, last_weeks
from referrals.tables.places import PlacesTable
from referrals.views import subjects, three_figures
from referrals.views.clock import now, today
from referrals.views.context import Link
from referrals.views.files import answer, asked_for_file, downloads, file_name
from referrals.views.subjects import Subject
from referrals.views.three_figures import three_board, three_figures_of
from referrals.views.weeks import FLOW_CHOICES, FLOW_PERIOD, asked_weeks, chosen_weeks, flow_choices

BESIDE = "mot"
PERIODS = {FLOW_PERIOD: FLOW_CHOICES, three_figures.PERIOD: three_figures.CHOICES}


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Leads to the dashboard that the user's roles open; where there are several, they choose."""
    choices = subjects.choices(request)
    if not choices:
        raise NotAllowed
    if len(choices) == 1:
        return redirect(f"{choices[0].url}?{request.GET.urlencode()}".rstrip("?"))
    return render(request, "dashboard/choose.html", {"choices": choices})


@require_safe
def municipality(request: HttpRequest, code: str) -> HttpResponse:
    """One municipality: exact for its own staff, with small numbers hidden for those who read from outside."""
    return _page(request, subjects.municipality(request, code))


@require_safe
def county(request: HttpRequest, code: str) -> HttpResponse:
    """One county, and its municipalities in a table."""
    return _page(request, subjects.county(request, code))


@require_safe
def counties(request: HttpRequest) -> HttpResponse:
    """All counties of a reader of counties together, and all their municipalities in a table."""
    return _page(request, subjects.counties(request))


@require_safe
def nation(request: HttpRequest) -> HttpResponse:
    """The whole country, and its counties in a table."""
    return _page(request, subjects.nation(request))


def _page(request: HttpRequest, subject: Subject) -> HttpResponse:
    """The dashboard of the subject, on the day of the address."""
    form = ComparedForm(request.GET, today=today(), periods=_periods(request, subject))
    asked = {"data_as_of": now(), "hindsight": form.hindsight}
    weeks = asked_weeks(request, FLOW_PERIOD, FLOW_CHOICES)
    report = waiting_times.build(subject.scope, form.day, beside=form.beside, **asked)
    quarter = flow.build(subject.scope, last_weeks(form.day, WEEKS_A_QUARTER), **asked)
    movements = quarter
    if weeks != WEEKS_A_QUARTER or form.beside is not Beside.WEEKS:
        movements = flow.build(subject.scope, last_weeks(form.day, weeks), beside=form.beside, **asked)
    for made in (report, movements):
        recipes.keep(**made.recipe.as_kept())
    three = three_figures_of(request, report, quarter, form.hindsight)
    kind = asked_for_file(request)
    if kind and form.is_valid():
        name = file_name("oversikt", report.scope, report.on)
        return answer(kind, name, dashboard_export, report, three, movements)
    drilldown = subjects.drilldown(subject.rows, form)
    context = {
        "subject": subject,
        "trail": subjects.on_day(subject.above, form),
        "parts": subjects.on_day(subject.parts, form),
        "coverage": subjects.on_same_day(subject.coverage, form),
        "form": form,
        "report": report,
        "flow": movements,
        "board": board_of(report, movements, drilldown),
        "table": _places(request, report, form),
        "begins_on": report.begins_on,
        "three": three_board(request, report, three, drilldown),
        "three_recipe": three.recipe,
        "flow_title": _("The last %(weeks)s weeks") % {"weeks": weeks},
        "flow_choices": flow_choices(request, weeks),
        "beside_choices": _beside_choices(request, form.beside),
        "downloads": downloads(request, dashboard_export, report, three, movements),
        "period_query": _period_query(movements.period, form) if subject.scope.exact else "",
    }
    return render(request, "dashboard/dashboard.html", context)


def _periods(request: HttpRequest, subject: Subject) -> dict[str, int]:
    """What is chosen of what is offered: only own staff choose the period of the starts."""
    return chosen_weeks(request, PERIODS if subject.scope.exact else {FLOW_PERIOD: FLOW_CHOICES})


def _beside_choices(request: HttpRequest, chosen: Beside) -> list[Link]:
    """The two things that the figures can be compared with, on the same page."""
    query = request.GET.copy()
    query.pop(BESIDE, None)
    weeks = f"?{query.urlencode()}"
    query[BESIDE] = Beside.YEAR.value
    return [
        Link(weeks, _("13 weeks before"), current=chosen is Beside.WEEKS),
        Link(f"?{query.urlencode()}", _("A year before"), current=chosen is Beside.YEAR),
    ]


def _period_query(period: Period, form: LookBackForm) -> str:
    """What the page of any period needs to begin with the period shown here."""
    days = {"fra": f"{period.start:%d.%m.%Y}", "til": f"{period.last_day:%d.%m.%Y}"}
    return "?" + urlencode(days | {"kjent": form.known.value})


def _places(
    request: HttpRequest, report: waiting_times.WaitingReport, form: LookBackForm
) -> PlacesTable | None:
    """The places within the scope, which a municipality has none of."""
    if not report.places:
        return None
    return subjects.places_table(request, PlacesTable, report, form, county_page="dashboard_county")
