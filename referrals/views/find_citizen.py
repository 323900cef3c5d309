"""Logging a referral, step 1: the citizen whom it is about, found by exact number or by name and birth date.

What was searched for is kept sealed in the session (`views.kept`).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referrals.actions.auditing import record_view, security_event
from referrals.choices import Protection, SecurityEventKind, ViewKind
from referrals.forms.registration import CitizenSearchForm
from referrals.identity import Identifier, parse
from referrals.models import Confidant, Municipality, Person, Referral
from referrals.permissions import Permission
from referrals.views.access import municipality_or_404
from referrals.views.clock import today
from referrals.views.demo import is_demo
from referrals.views.drafts import count_of, drafts_here
from referrals.views.kept import keep, kept
from referrals.views.methods import post_only
from referrals.views.never_offered import note_id, note_token
from referrals.views.unsent import brings_back, typed

SEARCH = "sok"
NEW_CITIZEN = "ny"


@dataclass(frozen=True)
class ShieldedCitizen:
    """Somebody who is registered and must not be shown to the user: whom to ask, by name.

    `person` is for the logs, never for the page: to learn that somebody is registered here is to see them.
    `referral`: through which a user who is named opens the citizen's cases; the others are not told which they are, but
    for somebody who `decides` who is named, as long as nobody is.
    """

    person: Person
    confidants: list[str] = field(default_factory=list)
    referral: Referral | None = None
    decides: bool = False


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def find_citizen(request: HttpRequest, code: str) -> HttpResponse:
    """The search, and under it what it found."""
    municipality = municipality_or_404(request, code, Permission.REGISTER)
    if request.method == "POST":
        return _search(request, municipality)
    token = request.GET.get(SEARCH, "")
    found = _kept_search(request, token)
    if token and found is None:
        note_token(request, token)
        messages.info(request, _("The search is no longer kept. Search again."))
        return redirect("referral_new", code=code)
    return _search_page(request, municipality, _search_form(found, typed(request)), token, found)


def _search(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    form = CitizenSearchForm(request.POST, on=today(), allow_synthetic=is_demo())
    if not form.is_valid():
        return _search_page(request, municipality, form)
    token = keep(request, {"search": form.typed})
    return redirect(f"{request.path}?{SEARCH}={token}")


def _kept_search(request: HttpRequest, token: str) -> dict[str, Any] | None:
    """What was searched for under the token; None where nothing is kept, or something else such as a list's search."""
    found = kept(request, token)
    return found if found and "search" in found else None


def _search_form(found: dict[str, Any] | None, waited: QueryDict | None) -> CitizenSearchForm:
    """Empty and ready to type in; under an answer, with what was searched for; or with what was not sent yet."""
    form = CitizenSearchForm(waited, initial=_shown(found), on=today(), allow_synthetic=is_demo())
    if found is None:
        form.fields["identifier"].widget.attrs["autofocus"] = True
    return form


def _shown(found: dict[str, Any] | None) -> dict[str, Any]:
    return found["search"] | {"birth_date": typed_birth_date(found["search"])} if found else {}


def _search_page(
    request: HttpRequest,
    municipality: Municipality,
    form: CitizenSearchForm,
    token: str = "",
    found: dict[str, Any] | None = None,
) -> HttpResponse:
    registered = _with_number(request, municipality, found["search"]) if found else []
    matches = registered or (_with_name(request, municipality, found["search"]) if found else [])
    shielded = shielded_with(request, municipality, _identifier(found["search"])) if found else None
    if found:
        record_view(
            ViewKind.FIND_CITIZEN,
            [*matches, *looked_up(request, shielded)],
            access=request.access,
            municipality_id=municipality.pk,
            query=_kind_of_search(found["search"]),
        )
    context = {
        "municipality": municipality,
        "form": form,
        "token": token,
        "searched": found is not None,
        "matches": matches,
        "is_registered": bool(registered),
        "shielded": shielded,
        "drafts": [] if found else drafts_here(request, municipality),
        "draft_count": count_of(request, municipality) if found else 0,
    }
    return render(request, "registration/find_citizen.html", context)


def _matches(request: HttpRequest, municipality: Municipality, search: dict[str, str]) -> list[Person]:
    """Citizens with exactly the number; where there is none, those with the name and birth date."""
    return _with_number(request, municipality, search) or _with_name(request, municipality, search)


def _with_number(request: HttpRequest, municipality: Municipality, search: dict[str, str]) -> list[Person]:
    """The citizen with exactly the number that was typed, if any: nobody else can be registered with it."""
    identifier = _identifier(search)
    here = Person.objects.open_to(request.access)
    return list(here.with_identifier(identifier, municipality.pk)) if identifier else []


def _with_name(request: HttpRequest, municipality: Municipality, search: dict[str, str]) -> list[Person]:
    """Citizens with the name and the birth date, if both were typed."""
    if not (search["name"] and search["birth_date"]):
        return []
    here = Person.objects.open_to(request.access).filter(municipality=municipality)
    return list(here.filter(birth_date=search["birth_date"]).named(search["name"]))


def _kind_of_search(search: dict[str, str]) -> str:
    """What a citizen was looked for by, never what was typed."""
    return urlencode({SEARCH: [name for name, typed in search.items() if typed]}, doseq=True)


def _identifier(search: dict[str, str]) -> Identifier | None:
    """The identity number that was searched for; it was checked when it was kept."""
    typed = search["identifier"]
    return parse(typed, on=today(), allow_synthetic=is_demo()) if typed else None


def shielded_with(
    request: HttpRequest, municipality: Municipality, identifier: Identifier | None
) -> ShieldedCitizen | None:
    """Whether the number belongs to somebody who is shielded from the user: it must not be registered once more."""
    if identifier is None:
        return None
    here = Person.objects.visible_to(request.access).with_shield(request.access)
    person = here.with_identifier(identifier, municipality.pk).filter(is_shielded=True).first()
    if person is None:
        return None
    if person.pk in request.access.shield.barred:
        return ShieldedCitizen(person)
    named = list(Confidant.objects.present().filter(person=person).select_related("user"))
    is_named = any(confidant.user_id == request.user.pk for confidant in named)
    newest = Referral.objects.within_units_of(request.access).filter(person=person).first()
    may_decide = newest is not None and request.access.can(Permission.SHIELD, municipality.pk)
    decides = may_decide and not named
    names = [row.user.shown_name for row in named]
    is_strict = person.protection == Protection.STRICTLY_CONFIDENTIAL
    return ShieldedCitizen(
        person, [] if is_strict else names, newest if is_named or decides else None, decides
    )


def looked_up(request: HttpRequest, shielded: ShieldedCitizen | None) -> list[Person]:
    """Whom the page gives away without showing them. Somebody strictly confidential concerns the security log too."""
    if shielded is None:
        return []
    if shielded.person.protection == Protection.STRICTLY_CONFIDENTIAL:
        detail = "strictly confidential citizen looked up by number"
        security_event(SecurityEventKind.REFUSED, request=request, detail=detail)
    return [shielded.person]


@post_only
def choose_citizen(request: HttpRequest, code: str) -> HttpResponse:
    """One of those found, or a new one: on to the form."""
    municipality = municipality_or_404(request, code, Permission.REGISTER)
    found = _kept_search(request, request.POST.get(SEARCH, ""))
    chosen = request.POST.get("person", "")
    matches = _matches(request, municipality, found["search"]) if found else []
    person = next((match for match in matches if str(match.pk) == chosen), None)
    if found is None or (person is None and chosen != NEW_CITIZEN):
        _note_not_found(request, found, chosen)
        messages.info(request, _("The search is no longer kept. Search again."))
        return redirect("referral_new", code=code)
    token = keep(request, {"search": found["search"], "person": person and person.pk})
    return redirect("referral_register", code=code, token=token)


def _note_not_found(request: HttpRequest, found: dict[str, Any] | None, chosen: str) -> None:
    """Somebody whom the search did not find was chosen, or a search that is not kept."""
    if found is None:
        note_token(request, request.POST.get(SEARCH, ""))
    else:
        note_id(request, chosen, "citizen")


def typed_birth_date(search: dict[str, str]) -> date | None:
    """The birth date that was searched for, if any."""
    return date.fromisoformat(search["birth_date"]) if search["birth_date"] else None
