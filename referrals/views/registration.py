"""Logging a referral: find the citizen, then write down what came in.

What was searched for is kept sealed in the session (`views.kept`). The token of the chosen citizen is also the key of
the form: whatever is sent under it twice, is saved once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referrals.actions import persons, referrals
from referrals.actions.auditing import record_view, security_event
from referrals.actions.persons import PersonData
from referrals.actions.referrals import ReferralData
from referrals.choices import Protection, SecurityEventKind, ViewKind
from referrals.errors import DomainError, DuplicateOpenReferral, DuplicatePerson, RegisteredLate
from referrals.forms.registration import (
    CONTACT,
    CitizenSearchForm,
    NewCitizenRegistrationForm,
    RegistrationForm,
    names_from,
)
from referrals.identity import Identifier, parse
from referrals.models import Confidant, Municipality, Person, Referral
from referrals.permissions import Permission
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.demo import is_demo
from referrals.views.kept import keep, kept
from referrals.views.methods import post_only
from referrals.views.never_offered import note_choices, note_id, note_token
from referrals.views.unsent import brings_back, typed

SEARCH = "sok"
NEW_CITIZEN = "ny"
# Contact details that the form answers itself for a new citizen: what is known of a registered one goes before them.
ANSWERED_ALREADY = ("written_form", "protection")


@dataclass(frozen=True)
class Intake:
    """A referral about to be logged: where, for whom, and what was typed to find the citizen.

    `person` None: a citizen who is not registered here before.
    """

    municipality: Municipality
    token: UUID
    search: dict[str, str]
    person: Person | None


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


# ---------------------------------------------------------------- step 1: the citizen


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
    return found["search"] | {"birth_date": _typed_birth_date(found["search"])} if found else {}


def _search_page(
    request: HttpRequest,
    municipality: Municipality,
    form: CitizenSearchForm,
    token: str = "",
    found: dict[str, Any] | None = None,
) -> HttpResponse:
    registered = _with_number(request, municipality, found["search"]) if found else []
    matches = registered or (_with_name(request, municipality, found["search"]) if found else [])
    shielded = _shielded_with(request, municipality, _identifier(found["search"])) if found else None
    if found:
        record_view(
            ViewKind.FIND_CITIZEN,
            [*matches, *_looked_up(request, shielded)],
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


def _shielded_with(
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


def _looked_up(request: HttpRequest, shielded: ShieldedCitizen | None) -> list[Person]:
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


# ---------------------------------------------------------------- step 2: what came in


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, code: str, token: UUID) -> HttpResponse:
    """The form of one referral, for the citizen who was chosen."""
    municipality = municipality_or_404(request, code, Permission.REGISTER)
    if saved := _saved_already(request, municipality, token):
        if request.method != "POST":
            messages.info(request, _("Referral %(number)s is registered already.") % {"number": saved.number})
        return redirect("referral", code=code, number=saved.number)
    intake = _intake(request, municipality, token)
    if intake is None:
        note_token(request, token)
        messages.info(request, _("The search is no longer kept. Search again."))
        return redirect("referral_new", code=code)
    if request.method != "POST":
        waited = typed(request)
        return _form_page(request, intake, _form(intake, waited) if waited else _empty_form(intake))
    if "use_registered" in request.POST:
        return _use_registered(request, intake)
    return _submitted(request, intake)


def _saved_already(request: HttpRequest, municipality: Municipality, token: UUID) -> Referral | None:
    here = Referral.objects.visible_to(request.access).in_municipality(municipality)
    return here.filter(submission__key=token).first()


def _intake(request: HttpRequest, municipality: Municipality, token: UUID) -> Intake | None:
    """What was kept under the token; None when it is gone, or the citizen is."""
    found = kept(request, token)
    if found is None or "person" not in found:
        return None
    open_here = Person.objects.open_to(request.access).filter(municipality=municipality)
    person = open_here.filter(pk=found["person"]).first() if found["person"] is not None else None
    if found["person"] is not None and person is None:
        return None
    return Intake(municipality, token, found["search"], person)


def _submitted(request: HttpRequest, intake: Intake) -> HttpResponse:
    form = _form(intake, request.POST)
    if form.is_valid():
        try:
            referral = _save(request, intake, form)
        except DuplicateOpenReferral as error:
            form.ask_why("another_because")
            form.add_error("another_because", str(error))
            return _form_page(request, intake, form, already_open=error.referrals)
        except RegisteredLate as error:
            form.ask_why("late_because")
            form.refuse(error)
        except DuplicatePerson as error:
            number = form.cleaned_data.get("identifier")
            registered = _registered_with(request, intake, form)
            form.refuse(error)
            hidden = _shielded_with(request, intake.municipality, number)
            return _form_page(request, intake, form, registered=registered, shielded=hidden)
        except DomainError as error:
            form.refuse(error)
        else:
            return _registered(request, intake, referral)
    return _form_page(request, intake, form)


def _save(request: HttpRequest, intake: Intake, form: RegistrationForm) -> Referral:
    """The referral, with a new citizen or the known one's contact details: all of it or nothing."""
    who = {"access": request.access, "by": request.user, "at": now()}
    with transaction.atomic():
        referral = referrals.register(
            municipality=intake.municipality,
            person=intake.person or PersonData(**form.citizen),
            data=ReferralData(**form.referral),
            submission=intake.token,
            accept_duplicate=bool(form.because),
            note=form.because,
            late_because=form.why_late,
            **who,
        )
        if intake.person and form.contact:  # last: they may say that the address is protected from now on
            persons.update_contact(person_id=intake.person.pk, contact=form.contact, **who)
    return referral


def _registered(request: HttpRequest, intake: Intake, referral: Referral) -> HttpResponse:
    messages.success(request, _("Referral %(number)s is registered.") % {"number": referral.number})
    if "and_another" in request.POST:
        return redirect("referral_new", code=intake.municipality.code)
    return redirect("referral", code=intake.municipality.code, number=referral.number)


def _use_registered(request: HttpRequest, intake: Intake) -> HttpResponse:
    """The number typed for a new citizen belongs to a known one: the same form for that one, nothing lost."""
    form = _form(intake, request.POST)
    form.is_valid()
    person = _registered_with(request, intake, form)
    if person is None:
        hidden = _shielded_with(request, intake.municipality, form.cleaned_data.get("identifier"))
        return _form_page(request, intake, form, shielded=hidden)
    keep(request, {"search": intake.search, "person": person.pk}, token=intake.token)
    data = request.POST.copy()
    for name in CONTACT:
        known = getattr(person, name)
        data[f"initial-{name}"] = known
        if not data.get(name) or name in ANSWERED_ALREADY:
            data[name] = known
    intake = replace(intake, person=person)
    return _form_page(request, intake, _form(intake, data))


def _registered_with(request: HttpRequest, intake: Intake, form: RegistrationForm) -> Person | None:
    """The citizen of this municipality who has the number typed in the form."""
    identifier = form.cleaned_data.get("identifier")
    if identifier is None:
        return None
    here = Person.objects.open_to(request.access)
    return here.with_identifier(identifier, intake.municipality.pk).first()


def _form(intake: Intake, data: Any = None, initial: dict[str, Any] | None = None) -> RegistrationForm:
    rules = {"on": today(), "allow_synthetic": is_demo(), "initial": initial or {}}
    if intake.person is None:
        return NewCitizenRegistrationForm(data, **rules)
    return RegistrationForm(data, person=intake.person, **rules)


def _empty_form(intake: Intake) -> RegistrationForm:
    """The form with what is known already: the citizen's contact details, or what was typed in the search."""
    if intake.person is not None:
        known = {name: getattr(intake.person, name) for name in CONTACT}
    else:
        given_name, family_name = names_from(intake.search["name"])
        known = intake.search | {"given_name": given_name, "family_name": family_name}
        known["birth_date"] = _birth_date(intake.search)
        known["identifier_unknown"] = not intake.search["identifier"]
    return _form(intake, initial=known)


def _typed_birth_date(search: dict[str, str]) -> date | None:
    return date.fromisoformat(search["birth_date"]) if search["birth_date"] else None


def _birth_date(search: dict[str, str]) -> date | None:
    """The birth date typed in the search, else the one the number tells."""
    if typed := _typed_birth_date(search):
        return typed
    if search["identifier"]:
        return parse(search["identifier"], on=today(), allow_synthetic=is_demo()).birth_date
    return None


def _form_page(
    request: HttpRequest,
    intake: Intake,
    form: RegistrationForm,
    *,
    already_open: Sequence[Referral] = (),
    registered: Person | None = None,
    shielded: ShieldedCitizen | None = None,
) -> HttpResponse:
    """`already_open`: open referrals in the category just typed; `registered` or `shielded`: whose the number is."""
    here = Referral.objects.open_to(request.access).in_municipality(intake.municipality)
    open_referrals = list(here.filter(person=intake.person).open().for_list()) if intake.person else []
    shown = [person for person in (intake.person, registered, *_looked_up(request, shielded)) if person]
    record_view(ViewKind.REGISTRATION, [*shown, *(already_open or open_referrals)], access=request.access)
    note_choices(request, form)
    context = {
        "municipality": intake.municipality,
        "person": intake.person,
        "form": form,
        "open_referrals": already_open or open_referrals,
        "registered": registered,
        "shielded": shielded,
    }
    return render(request, "registration/register.html", context)
