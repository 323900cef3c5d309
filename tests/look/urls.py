"""The product's addresses, and beside them the pages of components."""

from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path

from referrals.tables.base import paginate
from tests.look import awkward, months, outlines

TEMPLATES = Path(__file__).parent / "templates"


def drawn(request: HttpRequest, name: str, **context: object) -> HttpResponse:
    """A page of this folder, in the frame of a user who works in several municipalities."""
    links = [
        SimpleNamespace(url=f"?{name}", label=name, current=name == awkward.LONG)
        for name in awkward.NAMES[1:4]
    ]
    context |= {"navigation": links, "municipalities": links, "role_label": "Koordinator"}
    return HttpResponse(
        engines["django"].from_string((TEMPLATES / name).read_text()).render(context, request)
    )


@login_not_required
def list_page(request: HttpRequest, count: int = 437) -> HttpResponse:
    """A list; `?status=` narrows it. As for the product's own lists, htmx gets only the list."""
    form = awkward.NarrowingForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data.get("status")
    rows = [row for row in awkward.rows(count) if not wanted or row["status"] == wanted]
    table = paginate(awkward.AwkwardTable(rows), request)
    if request.htmx:
        swap = engines["django"].get_template("tables/swap.html")
        return HttpResponse(swap.render({"table": table}, request))
    return drawn(request, "list.html", table=table, form=form)


@login_not_required
def form_page(request: HttpRequest) -> HttpResponse:
    """A form that, when it is in order, leads to the messages."""
    form = awkward.EverythingForm(
        request.POST or None, initial={"submission": UUID(int=1), "received_on": awkward.TODAY}
    )
    if request.method == "POST" and form.is_valid():
        for level in ("success", "warning", "error", "info"):
            getattr(messages, level)(request, f"{level} {awkward.HOSTILE}")
        return redirect("/look/charts/")
    return drawn(request, "form.html", form=form)


@login_not_required
def chart_page(request: HttpRequest) -> HttpResponse:
    """Every chart."""
    return drawn(
        request,
        "charts.html",
        distribution=awkward.distribution(),
        bands=awkward.withheld_bands(),
        trend=months.trend(),
        categories=awkward.by_category(),
        counties=awkward.by_county(),
        waits=awkward.waits_map(),
        coverage=awkward.coverage_map(),
        by_state=outlines.by_state(),
        by_step=outlines.by_step(),
    )


@login_not_required
def months_page(request: HttpRequest) -> HttpResponse:
    """Every chart over time, from one month to sixty, and its kin."""
    hidden_stack, hidden_flows = months.nothing_but_hidden()
    ageings = {f"ageing-{count}": months.ageing(count) for count in months.LENGTHS}
    movements = {f"flows-{count}": months.movement(count) for count in months.LENGTHS}
    ageings |= {
        "ageing-large": months.ageing(12, times=500, href="?ageing"),
        "ageing-partly": months.ageing_with_hidden(),
        "ageing-hidden": hidden_stack,
    }
    movements |= {
        "flows-large": months.movement(12, times=100, href="?flows"),
        "flows-partly": months.movement_with_hidden(),
        "flows-hidden": hidden_flows,
    }
    return drawn(
        request,
        "months.html",
        ageings=ageings.items(),
        movements=movements.items(),
        trends=[(f"trend-{count}", months.long_trend(count)) for count in months.LENGTHS],
        heats=[
            ("heat", months.by_category_and_priority()),
            ("heat-small", months.small_heat()),
            ("heat-hidden", months.hidden_heat()),
        ],
        comparisons=[("compare", months.municipalities()), ("compare-one", months.one_comparison())],
    )


@login_not_required
def empty_page(request: HttpRequest) -> HttpResponse:
    """Every list and chart with nothing in it."""
    return drawn(
        request,
        "empty.html",
        form=awkward.NarrowingForm(request.GET),
        table=paginate(awkward.AwkwardTable([]), request),
        distribution=awkward.histogram([]),
        trend=months.lines([], []),
        categories=awkward.bars([], [awkward.Part("Venter")]),
        waits=awkward.tile_map([], []),
        ageing=months.stack([], months.BANDS),
        movement=months.flows([]),
        priorities=months.heat([], [], [], months.Count(0)),
        comparison=months.compare([]),
    )


@login_not_required
def missing_page(request: HttpRequest) -> HttpResponse:
    """A page that is not there."""
    raise Http404


urlpatterns = [
    path("look/list/", list_page),
    path("look/form/", form_page),
    path("look/charts/", chart_page),
    path("look/months/", months_page),
    path("look/empty/", empty_page),
    path("look/missing/", missing_page),
    path("", include("referrals.urls")),
]
