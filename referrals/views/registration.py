"""Logging a referral, step 2: what came in.

The token of the chosen citizen (`views.find_citizen`) is also the key of the form: whatever is sent under it twice, is
saved once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referrals.actions import persons, referrals
from referrals.actions.auditing import record_view
from referrals.actions.persons import PersonData
from referrals.actions.referrals import ReferralData
from referrals.choices import ViewKind
from referrals.errors import DomainError, DuplicateOpenReferral, DuplicatePerson, RegisteredLate
from referrals.forms.registration import (
    CONTACT,
    NewCitizenRegistrationForm,
    RegistrationForm,
    names_from,
)
from referrals.identity import parse
from referrals.models import Municipality, Person, Referral
from referrals.permissions import Permission
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.demo import is_demo
from referrals.views.find_citizen import ShieldedCitizen, looked_up, shielded_with, typed_birth_date
from referrals.views.kept import keep, kept
from referrals.views.never_offered import note_choices, note_token
from referrals.views.unsent import brings_back, typed

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
            hidden = shielded_with(request, intake.municipality, number)
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
        hidden = shielded_with(request, intake.municipality, form.cleaned_data.get("identifier"))
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


def _birth_date(search: dict[str, str]) -> date | None:
    """The birth date typed in the search, else the one the number tells."""
    if typed := typed_birth_date(search):
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
    shown = [person for person in (intake.person, registered, *looked_up(request, shielded)) if person]
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
