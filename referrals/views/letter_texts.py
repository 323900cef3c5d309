"""The texts of the municipality's letters: what each says now, and writing it anew beside what it becomes."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from referrals.actions import letter_texts as actions
from referrals.actions.letter_texts import TextInUse, head_in_use, text_in_use
from referrals.actions.letters import Draft, example_of
from referrals.choices import TO_REFERRER, LetterKind, WrittenForm
from referrals.errors import DomainError, TemplateChanged
from referrals.forms.letters import HeadForm, TextForm
from referrals.letters.fields import fields_for
from referrals.letters.ready import ready_text
from referrals.models import LetterHead, Municipality, Referral
from referrals.permissions import Permission
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.unsent import brings_back, typed

SLUGS = {
    LetterKind.RECEIVED: "mottatt",
    LetterKind.PRELIMINARY: "forelopig-svar",
    LetterKind.WAITLIST: "venteliste",
    LetterKind.APPOINTMENT: "time",
    LetterKind.CLOSED: "avsluttet",
    LetterKind.TRANSFERRED: "overfort",
    LetterKind.REFERRER_RECEIVED: "henviser-mottatt",
    LetterKind.REFERRER_WAITLIST: "henviser-vurdert",
    LetterKind.REFERRER_CLOSED: "henviser-avsluttet",
}
KINDS = {slug: kind for kind, slug in SLUGS.items()}
SHOW = "vis"  # the button that shows what a text becomes, and saves nothing
READY = "ferdig"  # in the address: begin with the text that Ergo comes with


@dataclass(frozen=True)
class Shown:
    """A letter as the page draws it, before it is sent; a SentLetter has the same names."""

    language: str
    head_lines: list[str]
    addressee: str
    sent_on: Any
    about: str
    subject: str
    body: str
    signature: str


@dataclass(frozen=True)
class Row:
    """A kind of letter, with what it says in each written form and the address where that is changed."""

    kind: LetterKind
    texts: list[tuple[WrittenForm, TextInUse, str]]


@require_safe
def letter_texts(request: HttpRequest, code: str) -> HttpResponse:
    """Every kind of letter in both written forms, and the letterhead."""
    municipality = _opened(request, code)
    rows = [Row(kind, [_cell(municipality, kind, form) for form in WrittenForm]) for kind in LetterKind]
    context = {
        "municipality": municipality,
        "rows": rows,
        "forms": [form.label for form in WrittenForm],
        "head": head_in_use(municipality.pk),
    }
    return render(request, "letters/texts.html", context)


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def letter_text(request: HttpRequest, code: str, slug: str, language: str) -> HttpResponse:
    """One text, to be written anew. What it becomes on an invented case stands beside it."""
    municipality = _opened(request, code)
    if slug not in KINDS or language not in WrittenForm:
        raise Http404
    kind, written = KINDS[slug], WrittenForm(language)
    current = text_in_use(municipality.pk, kind, written)
    form = TextForm(typed(request), initial=_initial(request, current, kind, written), kind=kind)
    theirs = None
    if request.method == "POST" and form.is_valid() and SHOW not in request.POST:
        try:
            _save(request, municipality, kind, written, form)
            return redirect(reverse("letter_texts", kwargs={"code": code}))
        except TemplateChanged as error:
            theirs = text_in_use(municipality.pk, kind, written)
            form = TextForm(_seen(request, theirs.version), kind=kind)
            form.refuse(error)
        except DomainError as error:
            form.refuse(error)
    context = {
        "municipality": municipality,
        "kind": kind,
        "written": written,
        "form": form,
        "current": current,
        "theirs": theirs,
        "fields": fields_for(kind),
        "letter": _example(request, municipality, kind, written, form, current),
        "list_url": reverse("letter_texts", kwargs={"code": code}),
    }
    return render(request, "letters/text.html", context)


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def letter_head(request: HttpRequest, code: str) -> HttpResponse:
    """What stands on top of the letters below the municipality's name."""
    municipality = _opened(request, code)
    current = head_in_use(municipality.pk)
    form, theirs = HeadForm(typed(request), initial=_head_words(current)), None
    if request.method == "POST" and form.is_valid():
        try:
            by_whom = {"access": request.access, "by": request.user, "at": now()}
            actions.save_head(municipality=municipality, **form.cleaned_data, **by_whom)
            messages.success(request, _("The letterhead is saved."))
            return redirect(reverse("letter_texts", kwargs={"code": code}))
        except TemplateChanged as error:
            theirs = head_in_use(municipality.pk)
            form = HeadForm(_seen(request, theirs.version if theirs else 0))
            form.refuse(error)
        except DomainError as error:
            form.refuse(error)
    list_url = reverse("letter_texts", kwargs={"code": code})
    context = {"municipality": municipality, "form": form, "theirs": theirs, "list_url": list_url}
    return render(request, "letters/head.html", context)


def shown(draft: Draft, addressee: str, *, detail: str = "", closing: str = "") -> Shown:
    """A draft as it will be when it is sent today."""
    return Shown(
        language=draft.language,
        head_lines=draft.head.splitlines(),
        addressee=addressee,
        sent_on=today(),
        about=draft.about,
        subject=draft.heading(detail),
        body=draft.text(detail, closing),
        signature=draft.signature,
    )


def address_to_write(case: Referral, municipality: Municipality, kind: LetterKind) -> str:
    """The page on which a letter of the kind is written."""
    place = {"code": municipality.code, "number": case.number, "slug": SLUGS[kind]}
    return reverse("letter", kwargs=place)


def _opened(request: HttpRequest, code: str) -> Municipality:
    municipality = municipality_or_404(request, code)
    request.access.check(Permission.EDIT_LETTERS, municipality.pk)
    return municipality


def _cell(
    municipality: Municipality, kind: LetterKind, language: WrittenForm
) -> tuple[WrittenForm, TextInUse, str]:
    place = {"code": municipality.code, "slug": SLUGS[kind], "language": str(language)}
    return language, text_in_use(municipality.pk, kind, language), reverse("letter_text", kwargs=place)


def _initial(
    request: HttpRequest, current: TextInUse, kind: LetterKind, language: WrittenForm
) -> dict[str, Any]:
    """The text in use, or Ergo's own where the address asks for it; saved it is the next version of the present one."""
    text = ready_text(kind, language) if READY in request.GET else current
    return {"subject": text.subject, "body": text.body, "seen": current.version}


def _save(
    request: HttpRequest, municipality: Municipality, kind: LetterKind, language: WrittenForm, form: TextForm
) -> None:
    by_whom = {"access": request.access, "by": request.user, "at": now()}
    words = form.cleaned_data
    actions.save_text(municipality=municipality, kind=kind, language=language, **words, **by_whom)
    told = {"letter": kind.label, "form": language.label}
    messages.success(request, _("The text is saved: %(letter)s, %(form)s.") % told)


def _seen(request: HttpRequest, version: int) -> QueryDict:
    """What was sent, as by somebody who has now seen what others saved."""
    data = request.POST.copy()
    data["seen"] = str(version)
    return data


def _example(
    request: HttpRequest,
    municipality: Municipality,
    kind: LetterKind,
    language: WrittenForm,
    form: TextForm,
    current: TextInUse,
) -> Shown:
    """What the text of the form becomes; of one with faults, what the text in use does."""
    faulty = form.is_bound and form.errors.keys() & {"subject", "body"}
    words = form.data if form.is_bound and not faulty else form.initial
    text = TextInUse(words.get("subject", current.subject), words.get("body", current.body))
    draft = example_of(municipality, kind, language, text, by=request.user, on=today())
    to = _("The referrer") if kind in TO_REFERRER else "Kari Nordmann"
    return shown(draft, f"{to}\nStorgata 1\n0001 Oslo")


def _head_words(head: LetterHead | None) -> dict[str, Any]:
    if head is None:
        return {"seen": 0}
    return {"service": head.service, "address": head.address, "phone": head.phone, "seen": head.version}
