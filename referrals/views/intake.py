"""The intake meeting: those to be assessed, or assessed anew, one after the other, each decided where it stands.

Where the meeting has come to stands in the address: which referral is in focus, and how many have been decided. So it
can be left and taken up again, and two who sit with it side by side do not disturb each other.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referrals.actions import intake, referrals
from referrals.actions.auditing import record_view
from referrals.choices import EventKind, Move, Status, ViewKind
from referrals.errors import DomainError, StaleVersion
from referrals.forms.case import MoveForm, Situation
from referrals.forms.intake import CategoryForm, DecisionForm
from referrals.models import Municipality, Referral
from referrals.norwegian import number
from referrals.permissions import Permission
from referrals.views.access import municipality_or_404
from referrals.views.case import others_of, referral_or_404, told_others
from referrals.views.clock import now, today
from referrals.views.lacking import asked_for
from referrals.views.moves import conflict, situation_of
from referrals.views.never_offered import note_choices
from referrals.views.risks import risks_of
from referrals.views.unsent import brings_back, typed

FOCUS, DECIDED = "nr", "avgjort"
A_NUMBER = re.compile(r"[0-9]{4}-[0-9]{6}", re.ASCII)
A_COUNT = re.compile(r"[0-9]{1,4}", re.ASCII)
# So many stand beside the one in focus: each is written in the read log whenever it is shown.
MOST_LISTED = 12


@dataclass(frozen=True)
class Entry:
    """One of those that stand beside the one in focus: its place in the meeting, its address, and days waited."""

    place: int
    referral: Referral
    url: str
    waited: int
    current: bool


@dataclass(frozen=True)
class Meeting:
    """Those to be assessed, in the order of the meeting, the one in focus, and how many were decided before."""

    path: str
    rows: list[Referral]
    focus: Referral | None
    decided: int
    on: date

    @property
    def place(self) -> int:
        """The how manieth the one in focus is, counted from the beginning of the meeting."""
        return self.decided + self._at + 1

    @property
    def total(self) -> int:
        """How many the meeting has: decided, and still to be."""
        return self.decided + len(self.rows)

    @property
    def counter(self) -> str:
        """How far the meeting has come: 3 of 20."""
        return _("%(place)s of %(total)s") % {"place": number(self.place), "total": number(self.total)}

    @property
    def here(self) -> str:
        """The address of the one in focus."""
        return self._address(self.focus)

    @property
    def next_url(self) -> str:
        """Past the one in focus, which comes back at the end; empty where it is the only one."""
        return self._address(self.rows[(self._at + 1) % len(self.rows)]) if len(self.rows) > 1 else ""

    @property
    def previous_url(self) -> str:
        """Back to the one before; before the first comes the last."""
        return self._address(self.rows[self._at - 1]) if len(self.rows) > 1 else ""

    @property
    def listed(self) -> list[Entry]:
        """The one in focus with those around it."""
        first = max(0, min(self._at - MOST_LISTED // 3, len(self.rows) - MOST_LISTED))
        rows = list(enumerate(self.rows))[first : first + MOST_LISTED]
        return [
            Entry(
                self.decided + at + 1,
                row,
                self._address(row),
                (self.on - row.received_on).days,
                row is self.focus,
            )
            for at, row in rows
        ]

    def after(self, case: Referral) -> str:
        """Where the meeting goes on when the case is decided, whoever decided it."""
        others = [row for row in self.rows if row.pk != case.pk]
        following = next((row for row in others if _order(row) > _order(case)), others[0] if others else None)
        return self._address(following, self.decided + 1)

    def at(self, case: Referral) -> str:
        """The address at which the case is in focus."""
        return self._address(case)

    @cached_property
    def _at(self) -> int:
        return self.rows.index(self.focus) if self.focus else 0

    def _address(self, row: Referral | None, decided: int | None = None) -> str:
        asked = {FOCUS: row.number} if row else {}
        count = self.decided if decided is None else decided
        asked |= {DECIDED: str(count)} if count else {}
        return f"{self.path}?{urlencode(asked)}" if asked else self.path


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def intake_meeting(request: HttpRequest, code: str) -> HttpResponse:
    """The referral in focus with what the meeting needs to know of it, and the form of its decision."""
    municipality = municipality_or_404(request, code, Permission.TRIAGE)
    meeting = _meeting(request, municipality)
    asked = _asked_number(request)
    if request.method == "POST":
        if not asked:
            return redirect(meeting.here)
        return _sent(request, municipality, meeting, referral_or_404(request, municipality, asked))
    if asked and not any(row.number == asked for row in meeting.rows):
        messages.info(request, _("That referral is no longer among those to be assessed."))
    if meeting.focus is None:
        return render(request, "intake/over.html", {"municipality": municipality, "meeting": meeting})
    if meeting.focus.is_shielded:
        return _shielded_page(request, municipality, meeting)
    case = referral_or_404(request, municipality, meeting.focus.number)
    situation, waited = situation_of(request, municipality, case), typed(request)
    form: MoveForm = DecisionForm(situation=situation)
    if waited:
        form = _form_of(waited)(waited, situation=situation)
    return _page(request, municipality, meeting, form)


def _meeting(request: HttpRequest, municipality: Municipality) -> Meeting:
    rows = list(_to_assess(request, municipality))
    asked = _asked_number(request)
    focus = next((row for row in rows if row.number == asked), rows[0] if rows else None)
    count = request.GET.get(DECIDED, "")
    return Meeting(request.path, rows, focus, int(count) if A_COUNT.fullmatch(count) else 0, today())


def _to_assess(request: HttpRequest, municipality: Municipality) -> Any:
    """Those of the user's units, in the order of the meeting, with no more of each than the list beside it shows.

    What emergency access has opened in other units is not theirs to decide on.
    """
    here = Referral.objects.within_units_of(request.access).in_municipality(municipality)
    rows = here.to_assess(municipality=municipality).with_risk_told()
    rows = rows.with_shield(request.access).with_missing(municipality=municipality).order_by_intake()
    names = ("code", "name_nb", "name_nn", "name_en")
    return rows.select_related("category").only(
        *("number", "municipality", "person", "received_on", "urgency", "category"),
        *(f"category__{name}" for name in names),
    )


def _asked_number(request: HttpRequest) -> str:
    asked = request.GET.get(FOCUS, "")
    return asked if A_NUMBER.fullmatch(asked) else ""


def _order(row: Referral) -> tuple[bool, date, int]:
    """As `order_by_intake` says it."""
    return not (row.urgency or row.is_at_risk), row.received_on, row.pk


def _form_of(sent: Any) -> type[MoveForm]:
    return CategoryForm if sent.get("step") == CategoryForm.STEP else DecisionForm


def _sent(request: HttpRequest, municipality: Municipality, meeting: Meeting, case: Referral) -> HttpResponse:
    """What was decided, or the category put right. Sent twice it is done once."""
    situation = situation_of(request, municipality, case)
    kind = _form_of(request.POST)
    form = kind(request.POST, situation=situation)
    if form.is_stale:
        if kind is DecisionForm and _is_decided_so(request, case):
            return redirect(meeting.after(case))
        if kind is CategoryForm and str(case.category_id) == request.POST.get("category"):
            return redirect(meeting.at(case))
        return _conflict(request, municipality, meeting, situation, kind)
    if form.is_valid():
        try:
            return redirect(_saved(request, meeting, form))
        except StaleVersion:
            fresh = referral_or_404(request, municipality, case.number)
            return _conflict(request, municipality, meeting, situation_of(request, municipality, fresh), kind)
        except DomainError as error:
            form.refuse(error)
    return _page(request, municipality, meeting, form)


def _saved(request: HttpRequest, meeting: Meeting, form: MoveForm) -> str:
    """Do what the form says, and give the address at which the meeting goes on."""
    case = form.situation.referral
    act = referrals.correct if isinstance(form, CategoryForm) else intake.decide
    saved = act(
        referral_id=case.pk,
        version=form.cleaned_data["version"],
        access=request.access,
        by=request.user,
        at=now(),
        **form.arguments,
    )
    if isinstance(form, CategoryForm):
        messages.success(request, _("The category is corrected. The priorities are those of the new one."))
        return meeting.at(case)
    words = {"number": saved.number, "priority": saved.priority}
    messages.success(request, _("%(number)s has priority %(priority)s.") % words)
    return meeting.after(case)


def _is_decided_so(request: HttpRequest, case: Referral) -> bool:
    """Whether the user has just decided the same in the same words: the form was sent twice."""
    newest = case.events.filter(kind=EventKind.PRIORITISED).order_by("-registered_at", "-pk").first()
    return (
        newest is not None
        and newest.registered_by_id == request.user.pk
        and str(case.priority) == request.POST.get("priority")
        and request.POST.get("therapist", "") in ("", str(case.therapist_id or ""))
        and newest.note == request.POST.get("note", "").replace("\r\n", "\n").strip()
    )


def _conflict(
    request: HttpRequest,
    municipality: Municipality,
    meeting: Meeting,
    situation: Situation,
    kind: type[MoveForm],
) -> HttpResponse:
    """Somebody else was first: both are shown, and the user decides."""
    move = Move.CORRECT if kind is CategoryForm else Move.PRIORITISE
    is_decided = situation.referral.status != Status.RECEIVED and not situation.referral.is_at_risk
    onward = meeting.after(situation.referral) if is_decided else meeting.at(situation.referral)
    return conflict(request, municipality, move, situation, page=kind, discard_url=onward)


def _shielded_page(request: HttpRequest, municipality: Municipality, meeting: Meeting) -> HttpResponse:
    """The one in focus is shielded from the user: its turn is passed by."""
    _record(request, municipality, meeting)
    return render(request, "intake/shielded.html", {"municipality": municipality, "meeting": meeting})


def _page(request: HttpRequest, municipality: Municipality, meeting: Meeting, form: MoveForm) -> HttpResponse:
    """The page with a form as it was sent or is to be filled in; the other of the two is empty."""
    situation, by_key = form.situation, request.user.single_keys
    case, on = situation.referral, situation.today
    others = list(others_of(request.access, case))
    _record(request, municipality, meeting, case, *others)
    note_choices(request, form)
    is_decision = isinstance(form, DecisionForm)
    decision = form if isinstance(form, DecisionForm) else DecisionForm(situation=situation)
    if by_key:
        decision.choose_by_key()
    context = {
        "municipality": municipality,
        "meeting": meeting,
        "referral": case,
        "person": case.person,
        "age": case.person.age(on),
        "former": None,
        "correct": None,
        "asked_for": asked_for(case, on=on),
        "risks": risks_of(case),
        "others": told_others(case, others),
        "form": form,
        "action": meeting.at(case),
        "decision": decision,
        "category_form": CategoryForm(situation=situation) if is_decision else form,
        "category_is_open": not is_decision,
        "key_is_missing": not situation.targets,
        "levels": [target.level for target in situation.targets],
        "by_key": by_key,
    }
    return render(request, "intake/meeting.html", context)


def _record(request: HttpRequest, municipality: Municipality, meeting: Meeting, *shown: Referral) -> None:
    """Write down whom the page shows, those beside the one in focus too."""
    seen = {row.pk: row for row in (*(entry.referral for entry in meeting.listed), *shown)}
    record_view(ViewKind.INTAKE, seen.values(), access=request.access, municipality_id=municipality.pk)
