"""The municipality's waitlist: what is counted above it, the filter, the free search, and the list itself."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from referrals.actions.auditing import recording_view
from referrals.actions.bulk import MOST_AT_ONCE
from referrals.choices import PresentFact, ViewKind, WaitFact
from referrals.filters import LISTED, STILL_WAITING, Offers, WaitlistFilter, fact_counts, find, offers_of
from referrals.forms.search import LONGEST_SEARCH, SearchForm
from referrals.models import Municipality, Referral
from referrals.models.referral import ReferralQuerySet
from referrals.models.written import Written
from referrals.permissions import Permission
from referrals.tables.base import PAGE_SIZE, paginate
from referrals.tables.pages import list_response
from referrals.tables.waitlist import WaitlistTable
from referrals.views.access import municipality_or_404
from referrals.views.clock import today
from referrals.views.demo import is_demo
from referrals.views.kept import keep, kept
from referrals.views.many import buttons_for_many
from referrals.views.methods import post_only
from referrals.views.never_offered import note_choices, note_token
from referrals.views.row_powers import powers_in
from referrals.views.undoing import offered

SEARCH = "sok"
TICKED = "velg"  # the page with the boxes of all rows ticked
# The same of a page that has room for as many as can be changed at once.
AS_MANY_AS_CAN_BE = "flest"
LONGEST_QUERY = 1000
ANY_NUMBER = "2026-000001"
# A search looks among all referrals unless the filter says otherwise: one also asks for those that have started.
EVERYWHERE = "all"
ALARMING = frozenset({WaitFact.OVER_TARGET, WaitFact.OVER_A_YEAR, PresentFact.AT_RISK})

# A therapist who begins today can be chosen within a minute; the list itself is always fresh.
OFFERS_CACHE_SECONDS = 60


@dataclass(frozen=True)
class FactCount:
    """A number above the list. Its address lists exactly the referrals it counts."""

    label: str | Promise
    number: int
    url: str
    current: bool
    alarming: bool = False


@dataclass(frozen=True)
class Search:
    """A free search that is on: its token in the address, and the form as it was typed."""

    token: str
    form: SearchForm


@require_safe
def waitlist(request: HttpRequest, code: str) -> HttpResponse:
    """The list as the address narrows, sorts and pages it."""
    municipality = municipality_or_404(request, code)
    search = _search(request, municipality)
    if search is None and (token := request.GET.get(SEARCH)):
        note_token(request, token)
        messages.info(request, _("The search is no longer kept. Search again."))
        return redirect(f"{request.path}?{_query(request, without=(SEARCH, 'page'))}")
    rows = rows_in(request, municipality)
    chosen = filter_of(request, municipality, rows, request.GET)
    if request.htmx and chosen.errors:
        return HttpResponseClientRedirect(request.get_full_path())  # the whole page, to say what is wrong
    if chosen.is_asked:
        note_choices(request, chosen.form)
    counts = fact_counts(rows.filter(STILL_WAITING), present=PresentFact)
    is_whole = not chosen.chosen and search is None
    table = _table(request, municipality, _matching(request, chosen, search, municipality))
    room = MOST_AT_ONCE if request.GET.get(TICKED) == AS_MANY_AS_CAN_BE else PAGE_SIZE
    paginate(table, request, per_page=room, count=counts["waiting"] if is_whole else None)
    table.query = _without_ticks(request)
    context = {
        "municipality": municipality,
        "may_register": request.access.can(Permission.REGISTER, municipality.pk),
        "may_assign": request.access.can(Permission.ASSIGN, municipality.pk),
        "may_triage": request.access.can(Permission.TRIAGE, municipality.pk),
        "counts": _counts(code, counts, chosen, search),
        "waiting": counts["waiting"],
        "persons": counts["persons"],
        "filter": chosen,
        "more_is_open": chosen.has_seldom,
        "table": table,
        "search": search,
        "search_form": search.form if search else _search_form,  # called where it is drawn
        "present_query": _query(request, without=("page", TICKED)),
        "chosen_query": _query(request, without=(TICKED,)),
        "many": buttons_for_many(request.access, municipality) if table.powers.may_choose else [],
        "choose_more": _choose_more(table),
        "undo": offered(request, municipality),
        "query_without_search": _query(request, without=(SEARCH, "page")),
    }
    if not table.paginator.count:
        is_first_day = is_whole and not _referrals(request, municipality).exists()
        table.when_empty = _why_empty(context, is_whole=is_whole, is_first_day=is_first_day)
    with _recording(request, municipality, chosen, search, table):
        return list_response(request, "waitlist/list.html", context, swap_template="waitlist/_swap.html")


@post_only
def search(request: HttpRequest, code: str) -> HttpResponse:
    """Keeps what was typed, sealed in the session, and leads to the list with the token of it; filters are kept."""
    municipality_or_404(request, code)
    query = QueryDict(request.POST.get("query", "")[:LONGEST_QUERY], mutable=True)
    typed = request.POST.get("q", "").strip()[: LONGEST_SEARCH + 1]
    if typed:
        query[SEARCH] = str(keep(request, {"waitlist": code, "q": typed}))
        query["status"] = query.get("status") or EVERYWHERE
    return redirect(f"{reverse('waitlist', kwargs={'code': code})}?{query.urlencode()}".rstrip("?"))


def _recording(
    request: HttpRequest,
    municipality: Municipality,
    chosen: WaitlistFilter,
    search: Search | None,
    table: WaitlistTable,
) -> AbstractContextManager[None]:
    """Write down who is on this page of the list, and what the list was narrowed to."""
    asked = {name: value if isinstance(value, list) else str(value) for name, value in chosen.chosen.items()}
    if search:
        asked[SEARCH] = search.form.meant
    return recording_view(
        ViewKind.WAITLIST_SEARCH if search else ViewKind.WAITLIST,
        table.records,
        access=request.access,
        municipality_id=municipality.pk,
        query=urlencode(asked | table.page_values, doseq=True),
    )


def _table(
    request: HttpRequest, municipality: Municipality, rows: Written | ReferralQuerySet
) -> WaitlistTable:
    """The list, with what the user may do in its rows; without scripts a link leads to it with all boxes ticked."""
    powers = powers_in(municipality, request.access)
    sorted_by = {
        wish.removeprefix("-") for wish in request.GET.getlist("sort")
    }  # is never hidden: the order is its
    table = WaitlistTable(
        rows,
        address=before_the_number(municipality.code),
        powers=powers,
        hidden=[name for name in request.user.hidden_columns if name not in sorted_by],
    )
    table.all_ticked = TICKED in request.GET
    return table


def _without_ticks(request: HttpRequest) -> QueryDict:
    """The query that leads on to other pages of the list: what is ticked on this one is not ticked on those.

    But for pages that have room for more: each is as long, and ticked as a whole.
    """
    if request.GET.get(TICKED, AS_MANY_AS_CAN_BE) == AS_MANY_AS_CAN_BE:
        return request.GET
    return QueryDict(_query(request, without=(TICKED,)))


def _choose_more(table: WaitlistTable) -> int:
    """How many are ticked on the page that has room for more than this one; 0 where there is no more to tick."""
    room = table.paginator.per_page
    return min(table.paginator.count, MOST_AT_ONCE) if room < min(table.paginator.count, MOST_AT_ONCE) else 0


def _referrals(request: HttpRequest, municipality: Municipality) -> ReferralQuerySet:
    return Referral.objects.visible_to(request.access).in_municipality(municipality)


def filter_of(
    request: HttpRequest, municipality: Municipality, rows: Written, query: QueryDict
) -> WaitlistFilter:
    """The filter of the list as a query fills it in, over all rows of the municipality."""
    return WaitlistFilter(
        query, rows, offers=offers(municipality), on=today(), therapist_id=request.access.therapist_id
    )


def rows_in(request: HttpRequest, municipality: Municipality) -> Written:
    """All referrals that the user may see here, with what the clock says today."""
    rows = Written(Referral.objects).visible_to(request.access).in_municipality(municipality)
    return rows.as_listed(on=today(), municipality=municipality)


def _matching(
    request: HttpRequest, chosen: WaitlistFilter, search: Search | None, municipality: Municipality
) -> Written | ReferralQuerySet:
    """The rows of the list, in the order it has before anybody sorts it."""
    found = chosen.qs.for_list().with_shield(request.access)
    if search:
        form, rows = search.form, found.queryset()  # what was searched for is not kept
        found = find(rows, form, municipality, request.access) if form.is_valid() else rows.none()
    return found.order_by_urgency() if chosen.listed.by_urgency else found.order_by("-received_on", "-pk")


def before_the_number(code: str) -> str:
    """What the addresses of all cases of the municipality begin with."""
    return reverse("referral", kwargs={"code": code, "number": ANY_NUMBER}).removesuffix(f"{ANY_NUMBER}/")


def _why_empty(context: dict[str, Any], **why: bool) -> SafeString:
    """What stands in place of the rows when there are none: the reason, and what to do."""
    return render_to_string("waitlist/_empty.html", context | why)


def offers(municipality: Municipality) -> Offers:
    """What the filter offers in the municipality today."""
    key = f"waitlist-offers:{municipality.pk}"
    return caches["process"].get_or_set(
        key, lambda: offers_of(municipality, on=today()), OFFERS_CACHE_SECONDS
    )


def _search(request: HttpRequest, municipality: Municipality) -> Search | None:
    """The search that the address names, if this session still keeps it, for this municipality."""
    token = request.GET.get(SEARCH, "")
    what = kept(request, token) if token else None
    if what is None or what.get("waitlist") != municipality.code:
        return None
    return Search(token, _search_form({"q": what["q"]}))


def _search_form(data: dict[str, str] | None = None) -> SearchForm:
    return SearchForm(data, on=today(), allow_synthetic=is_demo())


def _counts(
    code: str, counts: dict[str, int], chosen: WaitlistFilter, search: Search | None
) -> list[FactCount]:
    """The numbers above the list; the one that is listed just now is marked."""
    path = reverse("waitlist", kwargs={"code": code})
    listed = None if search else chosen.chosen
    whole = FactCount(LISTED[""].label, counts["waiting"], path, listed == {})
    return [whole] + [
        FactCount(
            fact.label, counts[fact], f"{path}?only={fact}", listed == {"only": [fact]}, fact in ALARMING
        )
        for fact in (*WaitFact, *PresentFact)
    ]


def _query(request: HttpRequest, *, without: Iterable[str]) -> str:
    """What stands behind the question mark, with some of it left out."""
    query = request.GET.copy()
    for name in without:
        query.pop(name, None)
    return query.urlencode()
