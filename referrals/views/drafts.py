"""Drafts of referrals: kept as they are typed, found again where one begins, and thrown away.

A script sends the form quietly while somebody types (`static/app/draft.js`), and a button does it without scripts. Both
send it to the page of the form, whose view keeps it; so a session that ends in between loses nothing (`views.unsent`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from referrals.actions import drafts as actions
from referrals.actions.auditing import record_view
from referrals.choices import ViewKind
from referrals.errors import DomainError, DraftChanged
from referrals.keyring import SealBroken
from referrals.models import Category, Draft, Municipality, Person
from referrals.models.draft import Typed
from referrals.norwegian import initials
from referrals.permissions import Permission
from referrals.views.access import municipality_or_404
from referrals.views.clock import now
from referrals.views.methods import post_only
from referrals.views.never_offered import row_id

SAVE, VERSION = "save_draft", "draft_version"


@dataclass(frozen=True)
class DraftRow:
    """A draft in a list. `who`: initials, as other lists have them, empty where no name is typed yet.

    `is_shielded`: the citizen has been shielded from the user since, and the draft can only be thrown away.
    """

    draft: Draft
    told: str
    who: str
    category: str
    is_new_citizen: bool
    is_shielded: bool


# ---------------------------------------------------------------- keeping


def keep_draft(
    request: HttpRequest,
    municipality: Municipality,
    token: UUID,
    *,
    person: Person | None,
    search: dict[str, str],
    names: Iterable[str],
) -> Draft:
    """Keep what is being sent under these names. Raises what `actions.drafts.save` raises."""
    sent = QueryDict(mutable=True)
    for name in names:
        if name in request.POST:
            sent.setlist(name, request.POST.getlist(name))
    return actions.save(
        municipality=municipality,
        key=token,
        person=person,
        typed=Typed(sent.urlencode(), search),
        version=version_in(request.POST),
        access=request.access,
        by=request.user,
        at=now(),
    )


def version_in(sent: QueryDict) -> int:
    """Of which draft what is sent was typed; 0: of none."""
    text = sent.get(VERSION, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def answer(draft: Draft) -> HttpResponse:
    """To the script: it is kept, since when, and what the next one is typed on."""
    return JsonResponse({"told": told(draft), "version": draft.version})


def not_kept(why: DomainError | str) -> HttpResponse:
    """To the script: it is not kept. 409 where it may be all the same, if whoever types wants so."""
    if isinstance(why, DraftChanged):
        return JsonResponse({"told": str(why), "version": why.current.version}, status=409)
    return JsonResponse({"told": str(why)}, status=422)


def told(draft: Draft) -> str:
    """When the draft was saved, in words: the time, and the day where it is not today."""
    at = timezone.localtime(draft.saved_at)
    words = {"time": f"{at:%H:%M}", "day": f"{at:%d.%m.%Y}"}
    if _is_today(at):
        return _("Draft saved at %(time)s") % words
    return _("Draft saved %(day)s at %(time)s") % words


def _is_today(at: datetime) -> bool:
    return at.date() == timezone.localtime(now()).date()


# ---------------------------------------------------------------- finding again


def draft_under(request: HttpRequest, municipality: Municipality, token: UUID) -> Draft | None:
    """The user's draft of this form, if there is one and it can be opened."""
    own = Draft.objects.visible_to(request.access).filter(municipality=municipality)
    draft = own.filter(key=token).first()
    return draft if draft and _opened(draft) else None


def count_of(request: HttpRequest, municipality: Municipality) -> int:
    """How many drafts the user has in the municipality."""
    return Draft.objects.visible_to(request.access).filter(municipality=municipality).count()


def drafts_here(request: HttpRequest, municipality: Municipality) -> list[DraftRow]:
    """The user's drafts in the municipality, the newest first. Whom they are about is written in the read log."""
    own = Draft.objects.visible_to(request.access).filter(municipality=municipality)
    drafts = [(draft, typed) for draft in own if (typed := _opened(draft))]
    about = [draft.person_id for draft, _typed in drafts if draft.person_id]
    shown = Person.objects.open_to(request.access).filter(municipality=municipality).in_bulk(about)
    if shown:
        record_view(ViewKind.REGISTRATION, list(shown.values()), access=request.access, query="kladder")
    categories = _categories(typed for _draft, typed in drafts)
    return [_row(draft, typed, shown, categories) for draft, typed in drafts]


def drafts_about(request: HttpRequest, person: Person, but: UUID) -> list[DraftRow]:
    """The user's drafts about a citizen who is open on the page, but for the one under the page's own key."""
    own = Draft.objects.visible_to(request.access).filter(municipality=person.municipality_id, person=person)
    drafts = [(draft, typed) for draft in own.exclude(key=but) if (typed := _opened(draft))]
    categories = _categories(typed for _draft, typed in drafts)
    return [_row(draft, typed, {person.pk: person}, categories) for draft, typed in drafts]


def _row(draft: Draft, typed: Typed, shown: dict[int, Person], categories: dict[str, str]) -> DraftRow:
    form = QueryDict(typed.form)
    person = shown.get(draft.person_id)
    who = person or initials(form.get("given_name", ""), form.get("family_name", ""))
    return DraftRow(
        draft,
        told(draft),
        str(who),
        categories.get(form.get("category", ""), ""),
        is_new_citizen=draft.person_id is None,
        is_shielded=draft.person_id is not None and person is None,
    )


def _categories(drafts: Iterable[Typed]) -> dict[str, str]:
    """The names of the categories that are chosen in the drafts, by what the form calls them."""
    chosen = {QueryDict(typed.form).get("category", "") for typed in drafts}
    ids = [row_id(value) for value in chosen if row_id(value)]
    return (
        {str(category.pk): str(category) for category in Category.objects.filter(pk__in=ids)} if ids else {}
    )


def _opened(draft: Draft) -> Typed | None:
    """What was typed; None where the key it is sealed with is no longer there."""
    try:
        return draft.typed
    except SealBroken:
        return None


# ---------------------------------------------------------------- throwing away


@post_only
def discard_draft(request: HttpRequest, code: str, token: UUID) -> HttpResponse:
    """Throw one's draft away, and back to where a referral begins. Pressed twice, it is gone once."""
    municipality = municipality_or_404(request, code, Permission.REGISTER)
    if actions.discard(municipality=municipality, key=token, by=request.user):
        messages.success(request, _("The draft is discarded."))
    else:
        messages.info(request, _("The draft is no longer there."))
    return redirect("referral_new", code=code)
