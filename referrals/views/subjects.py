"""What the boards are about, and who may see them: a municipality, a county, a reader's counties, or the nation.

The dashboards and all that is told beside them open by these rules and no others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from referrals.boards.links import Drilldown
from referrals.choices import Knowledge
from referrals.errors import NotAllowed
from referrals.forms.boards import AboutADay, DayForm, LookBackForm
from referrals.models import County, Municipality
from referrals.permissions import Permission
from referrals.reports.reached import EVERY_CASE, Reached
from referrals.reports.scopes import Level, Scope
from referrals.tables.base import paginate
from referrals.tables.long_waits import LongPlacesTable
from referrals.tables.places import PlacesTable
from referrals.views.access import municipality_or_404
from referrals.views.context import Link

MOST_PLACES = 400  # the nation has 15 counties, a county at most some 40 municipalities: one page

OfPlaces = TypeVar("OfPlaces", PlacesTable, LongPlacesTable)


@dataclass(frozen=True)
class Subject:
    """What a board is about, as the page shows it. `above` leads up, `parts` down, the other addresses across.

    Empty: there is no such page of it for the user. `home` is its dashboard. `reached`: which of its cases the
    waitlist holds for the user; the figures are of all.
    """

    name: str
    scope: Scope
    home: str
    development: str
    above: tuple[Link, ...] = ()
    parts: tuple[Link, ...] = ()
    waitlist: str = ""
    coverage: str = ""
    long_waits: str = ""
    distribution: str = ""
    month_ends: str = ""
    period: str = ""
    comparison: str = ""
    reached: Reached = EVERY_CASE

    @property
    def in_units(self) -> bool:
        """Whether the user's waitlist holds only some units' cases."""
        return self.reached.units is not None

    @property
    def rows(self) -> str:
        """The waitlist, where it holds every case that is counted; empty where a number would open only some."""
        return "" if self.in_units else self.waitlist


def municipality(request: HttpRequest, code: str) -> Subject:
    """One municipality: exact for its own staff, with small numbers hidden for those who read from outside.

    Raises NotAllowed, or Http404 where the user reads no figures.
    """
    if not any(map(request.access.can, (Permission.SEE_DASHBOARD, Permission.SEE_AGGREGATES))):
        raise NotAllowed
    own = code in {place.code for place in _own(request)}
    place = (
        municipality_or_404(request, code, Permission.SEE_DASHBOARD) if own else _figures_of(request, code)
    )
    may_open = request.access.can(Permission.SEE_CASES, place.pk)
    values = {"code": code}
    return Subject(
        place.full_name,
        Scope.municipality(place, request.access),
        reverse("dashboard_municipality", kwargs=values),
        reverse("development_municipality", kwargs=values),
        () if own else _above(request, "", place.county),
        waitlist=reverse("waitlist", kwargs=values) if may_open else "",
        coverage=reverse("coverage_municipality", kwargs=values),
        long_waits=reverse("long_waits", kwargs=values) if may_open else _long_waits(place.county),
        distribution=reverse("distribution", kwargs=values) if may_open else "",
        month_ends=reverse("month_ends", kwargs=values) if own else "",
        period=reverse("period", kwargs=values),
        comparison=reverse("comparison_municipality", kwargs=values) if own else reverse("comparison"),
        reached=Reached.by(request.access, place.pk),
    )


def county(request: HttpRequest, code: str) -> Subject:
    """One county. Raises NotAllowed, or Http404 where the user does not read its figures."""
    request.access.check(Permission.SEE_AGGREGATES)
    found = _counties(request).filter(code=code).first()
    if found is None:
        raise Http404
    home = _county_address(found)
    return Subject(
        found.full_name,
        Scope.counties([found]),
        home,
        reverse("development_county", kwargs={"code": code}),
        _above(request, home),
        coverage=f"{reverse('coverage')}?fylke={code}",
        long_waits=_long_waits(found),
        distribution=reverse("distribution_county", kwargs={"code": code}),
        period=reverse("period_county", kwargs={"code": code}),
        month_ends=reverse("month_ends_county", kwargs={"code": code}),
        comparison=reverse("comparison"),
    )


def counties(request: HttpRequest) -> Subject:
    """All counties of a reader of counties together. Raises NotAllowed for everybody else."""
    found = [] if _reads_all(request) else list(_counties(request))
    if not found:
        raise NotAllowed
    return Subject(
        _("Your counties"),
        Scope.counties(found),
        reverse("dashboard_counties"),
        reverse("development_counties"),
        parts=tuple(Link(_county_address(one), one.name) for one in found),
        long_waits=reverse("long_waits_figures"),
        distribution=reverse("distribution_counties"),
        period=reverse("period_counties"),
        comparison=reverse("comparison"),
    )


def nation(request: HttpRequest) -> Subject:
    """The whole country. Raises NotAllowed for who does not read all of it."""
    if not _reads_all(request):
        raise NotAllowed
    return Subject(
        _("The whole country"),
        Scope.nation(),
        reverse("dashboard_nation"),
        reverse("development_nation"),
        coverage=reverse("coverage"),
        long_waits=reverse("long_waits_figures"),
        distribution=reverse("distribution_nation"),
        period=reverse("period_nation"),
        month_ends=reverse("month_ends_nation"),
        comparison=reverse("comparison"),
    )


def widest(request: HttpRequest) -> Subject:
    """All that a reader may see together. Raises NotAllowed for who reads no figures of others."""
    request.access.check(Permission.SEE_AGGREGATES)
    if _reads_all(request):
        return nation(request)
    found = list(_counties(request))
    return county(request, found[0].code) if len(found) == 1 else counties(request)


def choices(request: HttpRequest) -> list[Link]:
    """The dashboards at which the user's roles begin: own municipalities, and the widest that a reader sees."""
    found = [
        Link(reverse("dashboard_municipality", kwargs={"code": place.code}), place.full_name)
        for place in _own(request)
    ]
    return [*found, *_widest(request)]


def on_same_day(address: str, form: AboutADay) -> str:
    """The address, to the day that is shown here; it may ask for something already."""
    day = urlencode(form.values)
    return f"{address}{'&' if '?' in address else '?'}{day}" if address and day else address


def on_day(links: Sequence[Link], form: AboutADay) -> list[Link]:
    """The same links, to the day that is shown here."""
    return [Link(on_same_day(link.url, form), link.label) for link in links]


def trail_below(subject: Subject, form: AboutADay) -> list[Link]:
    """The way to a page beside the dashboard: down to the dashboard, and from there."""
    return on_day(way_to(subject), form)


def way_to(subject: Subject) -> list[Link]:
    """The same of today."""
    return [*subject.above, Link(subject.home, subject.name)]


def drilldown(waitlist: str, form: LookBackForm) -> Drilldown:
    """The rows behind the figures, of the same day and looked at in the same way; `waitlist`: empty, or its address."""
    of_day = waitlist and form.query and f"{waitlist}dag/{form.query}"
    return Drilldown(waitlist, of_day, as_known=form.known == Knowledge.THEN, on=form.day)


def places_table(
    request: HttpRequest, table: type[OfPlaces], report: Any, form: DayForm, *, county_page: str
) -> OfPlaces:
    """The counties of the nation, each with the way to its `county_page`, or the municipalities of the counties."""
    of_counties = report.scope.level is Level.NATION
    page = county_page if of_counties else "dashboard_municipality"
    made = table(
        report.places,
        address=lambda code: reverse(page, kwargs={"code": code}) + form.query,
        caption=_("The counties") if of_counties else _("The municipalities"),
    )
    return paginate(made, request, per_page=MOST_PLACES)


def _own(request: HttpRequest) -> list[Municipality]:
    """The municipalities whose true numbers the user sees; a role there that reads only logs is none of them."""
    own = request.access.municipality_ids(Permission.SEE_DASHBOARD)
    return [place for place in request.municipalities if place.pk in own]


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
