"""Several referrals chosen in the list: looked over on a page that names how many, and changed with one form.

Which were chosen lies sealed in the session, the address holds a token. All of them are changed or none: what is in
the way is said, each with why, and the others can be gone on with.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referrals.actions import bulk
from referrals.actions.auditing import record_view
from referrals.choices import Move, ViewKind
from referrals.errors import DomainError, SomeRefused, TooManyChosen
from referrals.forms import worklist as forms
from referrals.models import BulkAction, Municipality, PriorityKey, PriorityTarget, Referral, Therapist
from referrals.tables.waitlist import CHOSEN_NAME, WaitlistTable
from referrals.views.access import municipality_or_404
from referrals.views.case import SLUGS
from referrals.views.clock import now, today
from referrals.views.kept import keep, kept
from referrals.views.many import BY_SLUG, MANY
from referrals.views.methods import post_only
from referrals.views.never_offered import note_choices, note_token
from referrals.views.undoing import InTheWay, note_done, reasons
from referrals.views.unsent import brings_back, typed
from referrals.views.waitlist import LONGEST_QUERY, before_the_number

BUTTON = "gjor"  # the button of the form under the list that was pressed
# On the page: the referrals that it is about and those that are in the way, each with the version that is shown, and
# the button that takes both.
SEEN, LEFT, ALL = "sett", "utelatt", "alle"
KEY = "nokkel"  # of one look at the page: whatever is sent under it twice, is done once
PICKED = re.compile(r"(\d{4}-\d{6})\.(\d{1,9})", re.ASCII)

Versions = dict[str, int]  # by number


@dataclass(frozen=True)
class Chosen:
    """What one page is about: the referrals as they stand, and the versions the user saw.

    `changed`: numbers of those that were changed after they were chosen in the list. `in_the_way` are not among the
    referrals; `left` are the versions of those of them that may be tried again.
    """

    move: Move
    token: UUID
    query: str
    referrals: list[Referral]
    changed: list[str] = field(default_factory=list)
    in_the_way: list[InTheWay] = field(default_factory=list)
    left: Versions = field(default_factory=dict)
    key: UUID = field(default_factory=uuid4)


@post_only
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """Keeps what was chosen in the list, and leads to the page where it is looked over."""
    municipality = municipality_or_404(request, code)
    query = QueryDict(request.POST.get("query", "")[:LONGEST_QUERY]).urlencode()
    picked, move = _read(request.POST.getlist(CHOSEN_NAME)), BY_SLUG.get(request.POST.get(BUTTON, ""))
    if not picked or move is None:
        messages.warning(request, _("Choose at least one referral in the list first."))
        return redirect(_list_address(code, query))
    if len(picked) > bulk.MOST_AT_ONCE:
        messages.error(request, str(TooManyChosen(most=bulk.MOST_AT_ONCE)))
        return redirect(_list_address(code, query))
    request.access.check_move(move, municipality.pk)
    token = keep(request, {"chosen": code, "versions": picked, "query": query})
    return redirect("chosen_move", code=code, slug=SLUGS[move], token=token)


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def chosen_move(request: HttpRequest, code: str, slug: str, token: UUID) -> HttpResponse:
    """The referrals that were chosen, and the one form for all of them."""
    municipality = municipality_or_404(request, code)
    move = BY_SLUG.get(slug)
    if move is None:
        raise Http404
    request.access.check_move(move, municipality.pk)
    what = kept(request, token)
    if what is None or what.get("chosen") != code:
        note_token(request, token)
        messages.info(request, _("What you had chosen is no longer kept. Choose again."))
        return redirect("waitlist", code=code)
    if request.method == "POST":
        return _post(request, municipality, move, token, what)
    referrals = _referrals(request, municipality, what["versions"])
    gone = len(what["versions"]) - len(referrals)
    chosen = Chosen(
        move,
        token,
        what["query"],
        referrals,
        changed=[one.number for one in referrals if one.version != what["versions"][one.number]],
        in_the_way=_gone(gone),
    )
    form = MANY[move].form(typed(request), group=_group(municipality, referrals))
    return _page(request, municipality, chosen, form)


def _post(
    request: HttpRequest, municipality: Municipality, move: Move, token: UUID, what: dict[str, Any]
) -> HttpResponse:
    key = _key(request)
    if done := BulkAction.objects.filter(municipality=municipality, key=key, done_by=request.user).first():
        note_done(request, municipality, done)
        return redirect(_list_address(municipality.code, what["query"]))
    names = (SEEN, LEFT) if ALL in request.POST else (SEEN,)
    asked = _read(" ".join(request.POST.get(name, "") for name in names).split())
    seen = {number_: version for number_, version in asked.items() if number_ in what["versions"]}
    referrals = _referrals(request, municipality, seen)
    chosen = Chosen(
        move,
        token,
        what["query"],
        referrals,
        changed=[one.number for one in referrals if one.version != seen[one.number]],
        in_the_way=_gone(len(seen) - len(referrals)),
    )
    form = MANY[move].form(request.POST, group=_group(municipality, referrals))
    if not referrals or chosen.in_the_way or not form.is_valid():
        return _page(request, municipality, chosen, form)
    try:
        done = bulk.do_to_many(
            move=move,
            municipality=municipality,
            chosen={one.pk: seen[one.number] for one in referrals},
            arguments=form.arguments,
            key=key,
            access=request.access,
            by=request.user,
            at=now(),
        )
    except SomeRefused as error:
        return _page(request, municipality, _without(request, municipality, chosen, error), form)
    except DomainError as error:
        form.refuse(error)
        return _page(request, municipality, chosen, form)
    note_done(request, municipality, done)
    return redirect(_list_address(municipality.code, what["query"]))


def _key(request: HttpRequest) -> UUID:
    """That of the page the form stood on, and of the button: to go on with some is not to try all once more."""
    try:
        key = UUID(request.POST.get(KEY, ""))
    except ValueError:
        key = uuid4()
    return uuid5(key, ALL) if ALL in request.POST else key


def _without(request: HttpRequest, municipality: Municipality, chosen: Chosen, error: SomeRefused) -> Chosen:
    """The page after none was changed: about the others, with what is in the way."""
    stand = Referral.objects.open_to(request.access).filter(pk__in=list(error.refused))
    return Chosen(
        chosen.move,
        chosen.token,
        chosen.query,
        [one for one in chosen.referrals if one.pk not in error.refused],
        in_the_way=reasons(request, municipality, error),
        left=dict(stand.values_list("number", "version")),
    )


def _page(
    request: HttpRequest, municipality: Municipality, chosen: Chosen, form: forms.ManyForm
) -> HttpResponse:
    page = MANY[chosen.move]
    left = Referral.objects.open_to(request.access).in_municipality(municipality)
    shown = [*chosen.referrals, *left.filter(number__in=list(chosen.left)).select_related("person")]
    record_view(ViewKind.MOVE, shown, access=request.access, municipality_id=municipality.pk)
    note_choices(request, form)
    count = len(chosen.referrals)
    context = {
        "municipality": municipality,
        "chosen": chosen,
        "form": form,
        "count": count,
        "title": page.title(count or len(chosen.left)),
        "lead": page.lead,
        "again": page.title(count + len(chosen.left)),
        "table": WaitlistTable(
            chosen.referrals,
            address=before_the_number(municipality.code),
            caption=_("Chosen referrals"),
            orderable=False,
        ),
        "seen": _written((one.number, one.version) for one in chosen.referrals),
        "left": _written(chosen.left.items()),
        "list_url": _list_address(municipality.code, chosen.query),
    }
    return render(request, "waitlist/chosen.html", context, status=409 if chosen.left else 200)


def _referrals(request: HttpRequest, municipality: Municipality, numbers: Collection[str]) -> list[Referral]:
    """Those of them that the user may change, as they stand now, in the order of the list."""
    own = Referral.objects.open_to(request.access).in_municipality(municipality)
    rows = own.filter(number__in=sorted(numbers)).as_listed(on=today(), municipality=municipality)
    return list(rows.for_list().with_shield(request.access).order_by_urgency())


def _group(municipality: Municipality, referrals: list[Referral]) -> forms.Group:
    on = today()
    return forms.Group(
        referrals, on, Therapist.objects.employed_in(municipality.pk, on), _levels(municipality, referrals)
    )


def _levels(municipality: Municipality, referrals: list[Referral]) -> Counter[int]:
    """In how many of the referrals' keys each priority stands: each is judged by the key of its day of receipt."""
    versions = PriorityKey.objects.valid().filter(municipality=municipality).order_by("-valid_from")
    begun = list(versions.values_list("valid_from", "pk"))
    offers: dict[tuple[int, int], list[int]] = {}
    for target in PriorityTarget.objects.filter(key__in=[pk for _day, pk in begun]):
        offers.setdefault((target.key_id, target.category_id), []).append(target.level)
    levels: Counter[int] = Counter()
    for one in referrals:
        key = next((pk for day, pk in begun if day <= one.received_on), None)
        levels.update(offers.get((key, one.category_id), ()) if key else ())
    return levels


def _gone(count: int) -> list[InTheWay]:
    """What is said of those that the user may not see any more."""
    return [InTheWay("", "", _("You can no longer open it."))] * count


def _read(values: Iterable[str]) -> Versions:
    """Numbers with the versions that were shown; what is written otherwise is passed over."""
    found = (PICKED.fullmatch(value) for value in values)
    return {match[1]: int(match[2]) for match in found if match}


def _written(versions: Iterable[tuple[str, int]]) -> str:
    return " ".join(f"{number_}.{version}" for number_, version in versions)


def _list_address(code: str, query: str) -> str:
    return f"{reverse('waitlist', kwargs={'code': code})}?{query}".rstrip("?")
