"""A letter of a case: read as it will be, kept as sent, and opened again as it was sent."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from referrals.actions import letters as actions
from referrals.actions.auditing import record_view
from referrals.actions.letters import Draft, Written, draft_of, kinds_for, labels_of, suggested_detail
from referrals.choices import LetterChannel, LetterField, LetterKind, LetterTo, ViewKind
from referrals.errors import DomainError, LetterChanged, LetterNotFitting, StaleVersion
from referrals.forms.letters import LetterForm
from referrals.letters.fields import fields_in
from referrals.models import Municipality, Referral, SentLetter
from referrals.permissions import Permission
from referrals.views.access import municipality_or_404
from referrals.views.case import address_of, referral_or_404
from referrals.views.clock import now, today
from referrals.views.letter_texts import KINDS, SHOW, SLUGS, shown
from referrals.views.unsent import brings_back, typed


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, code: str, number: str, slug: str) -> HttpResponse:
    """A letter of the kind as it would be sent today; by POST it is shown with what was added, or kept as sent."""
    municipality = municipality_or_404(request, code)
    case = referral_or_404(request, municipality, number)
    request.access.check(Permission.WORK_CASES, municipality.pk)
    if slug not in KINDS:
        raise Http404
    kind = KINDS[slug]
    if earlier := _sent_already(request, case):
        return redirect(_address(municipality, earlier))
    if kind not in kinds_for(case):
        messages.error(request, str(LetterNotFitting()))
        return redirect(address_of(case, municipality))
    draft = draft_of(case, kind, by=request.user, on=today())
    form = _form(typed(request), case, draft)
    if request.method == "POST" and form.is_valid() and SHOW not in request.POST:
        try:
            sent = _send(request, case, kind, form)
            messages.success(request, _("The letter is kept as sent. It can be printed now."))
            return redirect(_address(municipality, sent))
        except (StaleVersion, LetterChanged) as error:
            case = referral_or_404(request, municipality, number)
            draft = draft_of(case, kind, by=request.user, on=today())
            now_seen = request.POST.copy()
            now_seen.setlist("version", [str(case.version)])
            now_seen.setlist("seen", [draft.mark])
            form = _form(now_seen, case, draft)
            form.refuse(error)
        except DomainError as error:
            form.refuse(error)
    record_view(ViewKind.LETTER, [case], access=request.access)
    return render(request, "letters/write.html", _context(request, municipality, case, draft, form))


@require_safe
def sent_letter(request: HttpRequest, code: str, number: str, pk: int) -> HttpResponse:
    """A letter as it was sent, on a page that prints as the letter alone."""
    municipality = municipality_or_404(request, code)
    case = referral_or_404(request, municipality, number)
    sent = case.letters.newest_first().filter(pk=pk).first()
    if sent is None:
        messages.info(request, _("There is no such letter in this case."))
        return redirect(address_of(case, municipality))
    if case.person.is_address_protected and sent.recipient != LetterTo.REFERRER:
        sent.addressee = sent.addressee.partition("\n")[
            0
        ]  # the name; where they lived is nobody's to see any more
    record_view(ViewKind.LETTER, [case], access=request.access)
    context = {
        "municipality": municipality,
        "referral": case,
        "case_url": address_of(case, municipality),
        "letter": sent,
    }
    return render(request, "letters/sent.html", context)


def _address(municipality: Municipality, sent: SentLetter) -> str:
    place = {"code": municipality.code, "number": sent.referral.number, "pk": sent.pk}
    return reverse("sent_letter", kwargs=place)


def _sent_already(request: HttpRequest, case: Referral) -> SentLetter | None:
    """What the same form led to before: a double click comes to the letter of the first one."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        return None
    return case.letters.filter(key=key).first()


def _form(data: Any, case: Referral, draft: Draft) -> LetterForm:
    suggested = actions.suggested_addressee(case, draft.kind)
    initial = {
        "version": case.version,
        "seen": draft.mark,
        "key": uuid4(),
        "recipient": LetterTo.CITIZEN,
        "addressee": suggested,
        "channel": LetterChannel.POST,
        "detail": suggested_detail(draft, on=today()),
    }
    return LetterForm(data, initial=initial, kind=draft.kind, detail=draft.detail, citizens_address=suggested)


def _send(request: HttpRequest, case: Referral, kind: LetterKind, form: LetterForm) -> SentLetter:
    return actions.send(
        referral_id=case.pk,
        version=form.cleaned_data["version"],
        kind=kind,
        written=Written(**form.words),
        seen=form.cleaned_data["seen"],
        key=form.cleaned_data["key"],
        access=request.access,
        by=request.user,
        at=now(),
    )


def _context(
    request: HttpRequest, municipality: Municipality, case: Referral, draft: Draft, form: LetterForm
) -> dict[str, Any]:
    words = {
        name: form[name].value() or "" for name in ("addressee", "detail", "closing") if name in form.fields
    }
    told = fields_in(f"{draft.subject} {draft.body}")
    is_past = draft.target_on is not None and draft.target_on < today()
    return {
        "municipality": municipality,
        "referral": case,
        "person": case.person,
        "case_url": address_of(case, municipality),
        "kind": draft.kind,
        "written": case.person.get_written_form_display().lower(),
        "form": form,
        "letter": shown(draft, words["addressee"], detail=words.get("detail", ""), closing=words["closing"]),
        "lacks": labels_of(draft.lacks),
        "target_is_past": is_past and LetterField.TARGET in told,
        "may_edit": request.access.can(Permission.EDIT_LETTERS, municipality.pk),
        "text_slug": SLUGS[draft.kind],
        "language": draft.language,
    }
