"""The dashboards: of one municipality for its own staff, of municipalities, counties and the nation for readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.boards.dashboard import dashboard as board_of
from referrals.boards.links import Drilldown
from referrals.choices import Knowledge
from referrals.errors import NotAllowed
from referrals.forms.boards import LookBackForm
from referrals.models import County, Municipality
from referrals.permissions import Permission
from referrals.reports import flow, waiting_times
from referrals.reports.beginnings import first_received
from referrals.reports.periods import WEEKS_A_QUARTER, last_weeks
from referrals.reports.scopes import Level, Scope
from referrals.tables.base import paginate
from referrals.tables.places import PlacesTable
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.context import Link
from referrals.views.three_figures import three_figures_of

MOST_PLACES = 400  # the nation has 15 counties, a county at most some 40 municipalities: one page


@dataclass(frozen=True)
class Subject:
    """What a dashboard is about, as the page shows it. `above` leads up,
    `parts` down, `waitlist`, `coverage`, `long_waits` and `month_ends` across."""

    name: str
    scope: Scope
    above: tuple[Link, ...] = ()
    parts: tuple[Link, ...] = ()
    waitlist: str = ""
    coverage: str = ""
    long_waits: str = ""
    month_ends: str = ""


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Leads to the dashboard that the user's roles open; where there are several, they choose."""
    choices = _choices(request)
    if not choices:
        raise NotAllowed
    if len(choices) == 1:
        return redirect(f"{choices[0].url}?{request.GET.urlencode()}".rstrip("?"))
    return render(request, "dashboard/choose.html", {"choices": choices})


@require_safe
def municipality(request: HttpRequest, code: str) -> HttpResponse:
    """One municipality: exact for its own staff, with small numbers hidden for those who read from outside."""
    if not any(map(request.access.can, (Permission.SEE_DASHBOARD, Permission.SEE_AGGREGATES))):
        raise NotAllowed
    own = any(place.code == code for place in request.municipalities)
    place = (
        municipality_or_404(request, code, Permission.SEE_DASHBOARD) if own else _figures_of(request, code)
    )
    may_open = request.access.can(Permission.SEE_CASES, place.pk)
    subject = Subject(
        place.full_name,
        Scope.municipality(place, request.access),
        () if own else _above(request, "", place.county),
        waitlist=reverse("waitlist", kwargs={"code": code}) if may_open else "",
        coverage=reverse("coverage_municipality", kwargs={"code": code}),
        long_waits=reverse("long_waits", kwargs={"code": code}) if may_open else _long_waits(place.county),
        month_ends=reverse("month_ends", kwargs={"code": code}) if own else "",
    )
    return _page(request, subject)


@require_safe
def county(request: HttpRequest, code: str) -> HttpResponse:
    """One county, and its municipalities in a table."""
    request.access.check(Permission.SEE_AGGREGATES)
    found = _counties(request).filter(code=code).first()
    if found is None:
        raise Http404
    above = _above(request, _county_address(found))
    coverage = f"{reverse('coverage')}?fylke={code}"
    scope = Scope.counties([found])
    across = {
        "coverage": coverage,
        "long_waits": _long_waits(found),
        "month_ends": reverse("month_ends_county", kwargs={"code": code}),
    }
    return _page(request, Subject(found.full_name, scope, above, **across))


@require_safe
def counties(request: HttpRequest) -> HttpResponse:
    """All counties of a reader of counties together, and all their municipalities in a table."""
    found = [] if _reads_all(request) else list(_counties(request))
    if not found:
        raise NotAllowed
    parts = tuple(Link(_county_address(one), one.name) for one in found)
    together = reverse("long_waits_figures")
    return _page(
        request, Subject(_("Your counties"), Scope.counties(found), parts=parts, long_waits=together)
    )


@require_safe
def nation(request: HttpRequest) -> HttpResponse:
    """The whole country, and its counties in a table."""
    if not _reads_all(request):
        raise NotAllowed
    across = {
        "coverage": reverse("coverage"),
        "long_waits": reverse("long_waits_figures"),
        "month_ends": reverse("month_ends_nation"),
    }
    return _page(request, Subject(_("The whole country"), Scope.nation(), **across))


def _page(request: HttpRequest, subject: Subject) -> HttpResponse:
    """The dashboard of the subject, on the day of the address."""
    form = LookBackForm(request.GET, today=today())
    asked = {"data_as_of": now(), "hindsight": form.hindsight}
    report = waiting_times.build(subject.scope, form.day, **asked)
    movements = flow.build(subject.scope, last_weeks(form.day, WEEKS_A_QUARTER), **asked)
    for made in (report, movements):
        recipes.keep(**made.recipe.as_kept())
    context = {
        "subject": subject,
        "trail": _on_day(subject.above, form),
        "parts": _on_day(subject.parts, form),
        "form": form,
        "report": report,
        "flow": movements,
        "board": board_of(report, movements, _drilldown(subject, form)),
        "table": _places(request, report, form),
        "begins_on": _beginning(report, form),
        "three": three_figures_of(request, report, movements, form.hindsight),
    }
    return render(request, "dashboard/dashboard.html", context)


def _drilldown(subject: Subject, form: LookBackForm) -> Drilldown:
    """The rows behind the figures, of the same day and looked at in the same way."""
    of_day = subject.waitlist and form.query and f"{subject.waitlist}dag/{form.query}"
    return Drilldown(subject.waitlist, of_day, as_known=form.known == Knowledge.THEN)


def _beginning(report: waiting_times.WaitingReport, form: LookBackForm) -> date | None:
    """The first day that anything is known of, if an earlier one is asked for."""
    if not form.is_past or report.waiting.figure.value != 0:
        return None
    first = first_received(report.scope)
    return first if first and form.day < first else None


def _places(
    request: HttpRequest, report: waiting_times.WaitingReport, form: LookBackForm
) -> PlacesTable | None:
    """The places within the scope, which a municipality has none of."""
    if not report.places:
        return None
    of_counties = report.scope.level is Level.NATION
    page = "dashboard_county" if of_counties else "dashboard_municipality"
    table = PlacesTable(
        report.places,
        address=lambda code: reverse(page, kwargs={"code": code}) + form.query,
        caption=_("The counties") if of_counties else _("The municipalities"),
    )
    return paginate(table, request, per_page=MOST_PLACES)


def _on_day(links: Sequence[Link], form: LookBackForm) -> list[Link]:
    """The same links, to the day that is shown here."""
    return [Link(link.url + form.query, link.label) for link in links]


def _choices(request: HttpRequest) -> list[Link]:
    """The dashboards at which the user's roles begin: own municipalities, and the widest that a reader sees."""
    own = request.access.municipality_ids(Permission.SEE_DASHBOARD)
    choices = [
        Link(reverse("dashboard_municipality", kwargs={"code": place.code}), place.full_name)
        for place in request.municipalities
        if place.pk in own
    ]
    return [*choices, *_widest(request)]


def _widest(request: HttpRequest) -> list[Link]:
    """The one dashboard that holds all a reader may see; none for who reads nothing."""
    if _reads_all(request):
        return [Link(reverse("dashboard_nation"), _("The whole country"))]
    found = list(_counties(request))
    if len(found) > 1:
        return [Link(reverse("dashboard_counties"), _("Your counties"))]
    return [Link(_county_address(one), one.full_name) for one in found]


def _reads_all(request: HttpRequest) -> bool:
    """Whether the user is a reader of the whole country."""
    return request.access.is_national(Permission.SEE_AGGREGATES)


def _long_waits(found: County) -> str:
    """The long waits of a county, where those of its municipalities are counted."""
    return reverse("long_waits_county", kwargs={"code": found.code})


def _county_address(found: County) -> str:
    return reverse("dashboard_county", kwargs={"code": found.code})


def _counties(request: HttpRequest) -> QuerySet[County]:
    """The counties whose figures the user may see, in Norwegian order."""
    return County.objects.with_figures_for(request.access)


def _figures_of(request: HttpRequest, code: str) -> Municipality:
    """A municipality whose figures, never persons, the user may read. Raises Http404."""
    places = Municipality.objects.with_figures_for(request.access).present().select_related("county")
    place = places.filter(code=code).first()
    if place is None:
        raise Http404
    return place


def _above(request: HttpRequest, here: str, within: County | None = None) -> tuple[Link, ...]:
    """The way down to the page `here`, from the widest dashboard that the user may see."""
    steps = _widest(request)
    if within:
        steps.append(Link(_county_address(within), within.full_name))
    return tuple({step.url: step for step in steps if step.url != here}.values())
