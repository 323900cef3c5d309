"""Logging a referral, step 2: what came in.

The token of the chosen citizen (`views.find_citizen`) is also the key of the form: whatever is sent under it twice, is
saved once. What is typed is kept as a draft under it (`views.drafts`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referrals.actions import persons, referrals
from referrals.actions.auditing import record_view
from referrals.actions.drafts import discard
from referrals.actions.persons import PersonData
from referrals.actions.referrals import ReferralData
from referrals.choices import ViewKind
from referrals.errors import DomainError, DraftChanged, DuplicateOpenReferral, DuplicatePerson, RegisteredLate
from referrals.forms.registration import (
    CONTACT,
    NewCitizenRegistrationForm,
    RegistrationForm,
    names_from,
)
from referrals.identity import parse
from referrals.models import Municipality, Person, Referral
from referrals.permissions import Permission
from referrals.views import drafts
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.demo import is_demo
from referrals.views.find_citizen import ShieldedCitizen, looked_up, shielded_with, typed_birth_date
from referrals.views.kept import keep, kept
from referrals.views.never_offered import note_choices, note_token
from referrals.views.unsent import brings_back, forget, is_quiet, typed

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
        text = _("Referral %(number)s is registered already.") % {"number": saved.number}
        if is_quiet(request):
            return drafts.not_kept(text)
        if request.method != "POST":
            messages.info(request, text)
        return redirect("referral", code=code, number=saved.number)
    intake = _intake(request, municipality, token)
    if intake is None:
        note_token(request, token)
        text = _("The search is no longer kept. Search again.")
        if is_quiet(request):
            return drafts.not_kept(text)
        messages.info(request, text)
        return redirect("referral_new", code=code)
    if request.method != "POST":
        return _form_to_fill_in(request, intake)
    if drafts.SAVE in request.POST:
        return _save_draft(request, intake)
    if "use_registered" in request.POST:
        return _use_registered(request, intake)
    return _submitted(request, intake)


def _saved_already(request: HttpRequest, municipality: Municipality, token: UUID) -> Referral | None:
    here = Referral.objects.visible_to(request.access).in_municipality(municipality)
    return here.filter(submission__key=token).first()


def _intake(request: HttpRequest, municipality: Municipality, token: UUID) -> Intake | None:
    """What was kept under the token in the session, or in a draft; None when it is gone, or the citizen is."""
    found = kept(request, token)
    if found is not None and "person" in found:
        search, person_id = found["search"], found["person"]
    elif draft := drafts.draft_under(request, municipality, token):
        search, person_id = draft.typed.search, draft.person_id
    else:
        return None
    open_here = Person.objects.open_to(request.access).filter(municipality=municipality)
    person = open_here.filter(pk=person_id).first() if person_id is not None else None
    if person_id is not None and person is None:
        return None
    return Intake(municipality, token, search, person)


def _form_to_fill_in(request: HttpRequest, intake: Intake) -> HttpResponse:
    """The form with what was not sent before the session ended; else with the draft; else with what is known."""
    waited = typed(request)
    if waited is not None:
        form = _form(intake, waited)
        if drafts.SAVE in waited:
            form.as_typed()
        return _form_page(request, intake, form, sent=waited)
    if draft := drafts.draft_under(request, intake.municipality, intake.token):
        form = _form(intake, _with_present_contact(intake, QueryDict(draft.typed.form))).as_typed()
        return _form_page(request, intake, form, is_draft=True)
    return _form_page(request, intake, _empty_form(intake))


def _with_present_contact(intake: Intake, data: QueryDict) -> QueryDict:
    """A draft may be old: of a known citizen's details, those that were not changed in it are as they stand now."""
    data = data.copy()
    for name in CONTACT if intake.person else ():
        known, shown_with = str(getattr(intake.person, name)), f"initial-{name}"
        if data.get(name) == data.get(shown_with):
            data[name] = known
        data[shown_with] = known
    return data


def _save_draft(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Keep the form as it is typed so far: told to the script that sent it, or by the page that comes back."""
    form = _form(intake, request.POST)
    try:
        draft = drafts.keep_draft(
            request,
            intake.municipality,
            intake.token,
            person=intake.person,
            search=intake.search,
            names=form.names_sent,
        )
    except DomainError as error:
        if is_quiet(request):
            return drafts.not_kept(error)
        return _draft_refused(request, intake, form.as_typed(), error)
    forget(request)
    return drafts.answer(draft) if is_quiet(request) else redirect(request.get_full_path())


def _draft_refused(
    request: HttpRequest, intake: Intake, form: RegistrationForm, error: DomainError
) -> HttpResponse:
    """The form as it was typed, and why it is not kept. Where another window was first, the next press keeps it."""
    messages.warning(request, str(error))
    sent = request.POST.copy()
    if isinstance(error, DraftChanged):
        messages.info(request, _("To keep what is written here instead, press “Save draft” once more."))
        sent[drafts.VERSION] = str(error.current.version)
    return _form_page(request, intake, form, sent=sent)


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
        discard(municipality=intake.municipality, key=intake.token, by=request.user)
    forget(request)
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
    sent: QueryDict | None = None,
    is_draft: bool = False,
) -> HttpResponse:
    """`already_open`: open referrals in the category just typed; `registered` or `shielded`: whose the number is.

    `sent`: what the form is filled in with, unless it is just being sent; `is_draft`: it is filled in with the draft.
    """
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
    context |= _about_drafts(request, intake, sent or (request.POST or None), is_draft)
    return render(request, "registration/register.html", context)


def _about_drafts(
    request: HttpRequest, intake: Intake, sent: QueryDict | None, is_draft: bool
) -> dict[str, Any]:
    """What the page says of drafts: this form's, and the user's others about the citizen before anything is typed."""
    draft = drafts.draft_under(request, intake.municipality, intake.token)
    begins = intake.person is not None and draft is None and sent is None
    return {
        "draft": draft,
        "draft_told": drafts.told(draft) if draft else "",
        "draft_version": drafts.version_in(sent) if sent is not None else draft.version if draft else 0,
        "is_draft": is_draft,
        "is_unsaved": sent is not None,
        "drafts": drafts.drafts_about(request, intake.person, intake.token) if begins else [],
    }
