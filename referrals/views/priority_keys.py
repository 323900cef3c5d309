"""The municipality's priority key: its versions, a new one or a correction through a preview, and two side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from referrals.actions import key_preview, recipes
from referrals.actions import priority_keys as actions
from referrals.actions.priority_keys import KeyData, Target
from referrals.boards import priority_keys as board
from referrals.errors import DomainError, KeyChanged, KeyVersionExists
from referrals.exporters import priority_keys as export
from referrals.forms.priority_keys import (
    LEAST_LEVELS,
    OTHER_PLACE,
    PRESENT_KEY,
    TEMPLATE,
    CompareForm,
    KeyForm,
    StartForm,
    copied_to_all,
    named_apart,
)
from referrals.models import Category, LawReference, Municipality, PriorityKey, PriorityTemplate
from referrals.models.law import PRELIMINARY_REPLY
from referrals.models.priority import HIGHEST_LEVEL
from referrals.permissions import Permission
from referrals.reports import priority_keys as report_of
from referrals.reports.priority_keys import KeysReport
from referrals.templatetags.ergo import day_month_year
from referrals.views.access import municipality_or_404, present_municipality
from referrals.views.clock import now, today
from referrals.views.context import Link
from referrals.views.files import answer, asked_for_file, downloads, file_name
from referrals.views.never_offered import row_id

# What the buttons send as `step`.
PREVIEW, SAVE, CHANGE, ONE_LEVEL_MORE, COPY = "preview", "save", "change", "level", "copy"
OWN_FIELDS = frozenset({"csrfmiddlewaretoken", "step", "seen"})


@dataclass(frozen=True)
class Version:
    """A version in the list. `until`: the first day that the next one judges; None where none follows."""

    key: PriorityKey
    status: str | Promise
    until: date | None
    is_shown: bool


# ---------------------------------------------------------------- reading


@require_safe
def priority_key(request: HttpRequest, code: str) -> HttpResponse:
    """The versions of the municipality's key; the one in force, or the one asked for, in full."""
    municipality = municipality_or_404(request, code, Permission.SEE_PRIORITY_KEY)
    rows = list(_keys(municipality).select_related("registered_by").order_by("-valid_from", "-pk"))
    present = next((key for key in rows if key.replaced_at is None and key.valid_from <= today()), None)
    shown = _asked_for(request, rows) or present
    may_edit = request.access.can(Permission.EDIT_PRIORITY_KEY, municipality.pk)
    valid = [key for key in rows if key.replaced_at is None]
    context = {
        "municipality": municipality,
        "versions": [_version(key, valid, present, shown) for key in valid],
        "replaced": [_version(key, rows, present, shown) for key in rows if key.replaced_at is not None],
        "shown": shown,
        "is_present": shown == present,
        "matrix": report_of.matrix(shown, _categories()) if shown else None,
        "may_edit": may_edit,
        "may_withdraw": may_edit and shown in valid[:-1] and not actions.is_judged_by(shown),
        "law": LawReference.objects.filter(code=PRELIMINARY_REPLY).first(),
    }
    return render(request, "priority_keys/key.html", context)


def _keys(municipality: Municipality) -> Any:
    return PriorityKey.objects.of(municipality.pk)


def _categories() -> list[Category]:
    return list(Category.objects.all())


def _asked_for(request: HttpRequest, rows: Sequence[PriorityKey]) -> PriorityKey | None:
    """The municipality's version that the address names. Raises Http404 for any other."""
    asked = request.GET.get("versjon", "")
    if not asked:
        return None
    found = next((key for key in rows if key.pk == row_id(asked)), None)
    if found is None:
        raise Http404
    return found


def _version(
    key: PriorityKey, rows: Sequence[PriorityKey], present: PriorityKey | None, shown: PriorityKey | None
) -> Version:
    later = [row.valid_from for row in rows if row.replaced_at is None and row.valid_from > key.valid_from]
    return Version(key, _status(key, rows, present), min(later, default=None), key == shown)


def _status(key: PriorityKey, rows: Sequence[PriorityKey], present: PriorityKey | None) -> str | Promise:
    if key.replaced_at is not None:
        corrected = any(row.replaces_id == key.pk for row in rows)
        return _("Corrected") if corrected else _("Withdrawn")
    if key == present:
        return _("In force")
    return _("To come") if key.valid_from > today() else _("Earlier")


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Any two municipalities' keys in force on a day, with what differs in words."""
    request.access.check(Permission.COMPARE_KEYS)
    places = {place.code: place for place in Municipality.objects.present().select_related("county")}
    form = CompareForm(_with_own_place(request), today=today(), places=named_apart(places.values()))
    chosen = [places.get(form.chosen(name)) for name in ("a", "b")]
    keys = [place and _in_force(place, form.day) for place in chosen]
    report = _report(chosen, form.day) if all(keys) else None
    kind = asked_for_file(request)
    if kind and report and form.is_valid():
        return answer(kind, file_name("nokler", report.scope, report.on), export, report)
    groups = board.side_by_side(*report.sides) if report else []
    context = {
        "form": form,
        "sides": list(zip(chosen, keys, strict=True)),
        "groups": groups,
        "differences": board.differences(groups),
        "alone": report_of.matrix(keys[0], _categories()) if keys[0] and not chosen[1] else None,
        "report": report,
        "downloads": downloads(request, export, report) if report else None,
    }
    return render(request, "priority_keys/compare.html", context)


def _in_force(place: Municipality, on: date) -> PriorityKey | None:
    return PriorityKey.objects.in_force(place.pk, on).select_related("registered_by").first()


def _with_own_place(request: HttpRequest) -> Any:
    """What is asked for; whoever works in a municipality begins with that one."""
    query, own = request.GET.copy(), present_municipality(request)
    if own and "a" not in query:
        query["a"] = own.code
    return query


def _report(places: Sequence[Any], on: date) -> KeysReport | None:
    report = report_of.build(places, on, data_as_of=now())
    if report:
        recipes.keep(**report.recipe.as_kept())
    return report


# ---------------------------------------------------------------- a new version, and a correction


@require_http_methods(["GET", "HEAD", "POST"])
def new_version(request: HttpRequest, code: str) -> HttpResponse:
    """A new version: first what it begins from, then its text, then what it changes, then it is saved."""
    municipality = municipality_or_404(request, code, Permission.EDIT_PRIORITY_KEY)
    editing = Editing(request, municipality)
    if request.method == "POST":
        return editing.answer()
    start = _start_form(request, municipality)
    if "fra" not in request.GET or not start.is_valid():
        context = {"municipality": municipality, "form": start, "trail": _trail(municipality)}
        return render(request, "priority_keys/start.html", context)
    return editing.begin(_begun(start, municipality))


@require_http_methods(["GET", "HEAD", "POST"])
def correct_version(request: HttpRequest, code: str, day: date) -> HttpResponse:
    """A correction of the version from the day: a row of its own, with its reason, that takes its place."""
    municipality = municipality_or_404(request, code, Permission.EDIT_PRIORITY_KEY)
    key = _valid_or_404(municipality, day)
    editing = Editing(request, municipality, corrects=key)
    return editing.answer() if request.method == "POST" else editing.begin(_initial(KeyData.of(key)))


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_version(request: HttpRequest, code: str, day: date) -> HttpResponse:
    """Takes a version back by which nobody is judged yet, after asking once."""
    municipality = municipality_or_404(request, code, Permission.EDIT_PRIORITY_KEY)
    key = _valid_or_404(municipality, day)
    if request.method == "POST":
        try:
            actions.withdraw_version(
                municipality=municipality, key_id=key.pk, access=request.access, by=request.user, at=now()
            )
        except DomainError as error:
            messages.error(request, str(error))
        else:
            text = _("The version from %(day)s is withdrawn.") % {"day": day_month_year(day)}
            messages.success(request, text)
        return redirect("priority_key", code=code)
    context = {"municipality": municipality, "key": key, "trail": _trail(municipality)}
    return render(request, "priority_keys/withdraw.html", context)


def _valid_or_404(municipality: Municipality, day: date) -> PriorityKey:
    key = _keys(municipality).valid().filter(valid_from=day).first()
    if key is None:
        raise Http404
    return key


def _start_form(request: HttpRequest, municipality: Municipality) -> StartForm:
    others = Municipality.objects.present().exclude(pk=municipality.pk).select_related("county")
    return StartForm(
        request.GET if "fra" in request.GET else None,
        has_key=PriorityKey.objects.in_force(municipality.pk, today()).exists(),
        templates=list(PriorityTemplate.objects.all()),
        places=named_apart(others),
    )


def _begun(start: StartForm, municipality: Municipality) -> dict[str, Any]:
    """The form's first values: of a template, or of a key in force, without its day and note."""
    chosen = start.cleaned_data["fra"]
    if chosen not in (PRESENT_KEY, OTHER_PLACE):
        template = PriorityTemplate.objects.all().get(code=chosen.removeprefix(TEMPLATE))
        return _of_template(template)
    code = municipality.code if chosen == PRESENT_KEY else start.cleaned_data["kommune"]
    place = Municipality.objects.present().get(code=code)
    key = PriorityKey.objects.in_force(place.pk, today()).first()
    if key is None:
        return {}
    initial = _initial(KeyData.of(key))
    return {name: value for name, value in initial.items() if name not in ("valid_from", "note")}


def _of_template(template: PriorityTemplate) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for category in _categories():
        values[f"reply_{category.pk}"] = category.is_vedtak
        for level, days in enumerate(category.within_longest_start(template.days), start=1):
            values[f"days_{category.pk}_{level}"] = days
    return values


def _initial(data: KeyData) -> dict[str, Any]:
    """A version as the form's values."""
    values: dict[str, Any] = {name: getattr(data, name) for name in ("valid_from", "note", "due_soon_days")}
    for target in data.targets:
        values[f"days_{target.category_id}_{target.level}"] = target.days
        values[f"criteria_{target.category_id}_{target.level}"] = target.criteria
    return values | {f"reply_{category}": is_due for category, is_due in data.replies.items()}


def _levels_in(values: dict[str, Any]) -> int:
    levels = [int(name.rpartition("_")[2]) for name in values if name.startswith("days_")]
    return max(levels, default=LEAST_LEVELS)


def _trail(municipality: Municipality) -> tuple[Link, ...]:
    return (Link(reverse("priority_key", kwargs={"code": municipality.code}), _("Priority key")),)


class Editing:
    """One round of writing a version. Nothing is kept between the pages but what the page itself sends."""

    def __init__(
        self, request: HttpRequest, municipality: Municipality, corrects: PriorityKey | None = None
    ) -> None:
        self.request, self.municipality, self.corrects = request, municipality, corrects
        self.categories = _categories()

    def begin(self, values: dict[str, Any]) -> HttpResponse:
        """The form as it is first seen, with a key of its own against being saved twice."""
        initial = values | {"submission": uuid4()}
        return self._page(self._form(initial=initial, levels=_levels_in(values)))

    def answer(self) -> HttpResponse:
        """What the pressed button asks for."""
        step, levels = self.request.POST.get("step"), self._sent_levels()
        if step in (CHANGE, ONE_LEVEL_MORE, COPY):
            typed = self.request.POST.dict()
            if step == COPY:
                typed = copied_to_all(typed, self.categories, levels)
            levels = min(levels + (step == ONE_LEVEL_MORE), HIGHEST_LEVEL)
            return self._page(self._form(initial=typed | {"levels": levels}, levels=levels))
        form = self._form(self.request.POST, levels=levels)
        if not form.is_valid():
            return self._page(form)
        earlier = actions.saved_before(self.municipality, form.cleaned_data["submission"])
        if step == SAVE:
            return self._saved(form)
        return self._already_saved() if earlier else self._preview(form)

    def _form(self, *args: Any, **kwargs: Any) -> KeyForm:
        corrects = self.corrects is not None
        return KeyForm(*args, categories=self.categories, corrects=corrects, **kwargs)

    def _sent_levels(self) -> int:
        """How many priorities the form showed; the first number where it says something that no form of ours does."""
        offered = {str(level): level for level in range(1, HIGHEST_LEVEL + 1)}
        return offered.get(self.request.POST.get("levels", ""), LEAST_LEVELS)

    def _data(self, form: KeyForm) -> dict[str, Any]:
        """What both the preview and the saving are told."""
        typed = form.cleaned_data
        valid_from = self.corrects.valid_from if self.corrects else typed["valid_from"]
        return {
            "municipality": self.municipality,
            "data": KeyData(
                valid_from=valid_from,
                note=typed["note"],
                due_soon_days=typed["due_soon_days"],
                targets=[Target(*target) for target in form.targets],
                replies=form.replies,
            ),
            "corrects": self.corrects,
            "reason": typed["reason"],
            "access": self.request.access,
            "by": self.request.user,
            "at": now(),
        }

    def _preview(self, form: KeyForm, problem: str = "") -> HttpResponse:
        """Whose case would change; from here it is saved, or changed again."""
        seen, told = actions.state_of(self.municipality), self._data(form)
        try:
            found = key_preview.preview(**told)
        except DomainError as error:
            return self._refused(form, error, told["data"].valid_from)
        sent = self.request.POST.items()
        context = {
            "municipality": self.municipality,
            "corrects": self.corrects,
            "valid_from": told["data"].valid_from,
            "is_to_come": told["data"].valid_from > today(),
            "preview": found,
            "standings": [
                (state.value, found.before[state], found.after[state]) for state in key_preview.State
            ],
            "changes": [
                (change.value, found.counts[change], found.changed.get(change, []))
                for change in key_preview.Change
                if found.counts[change]
            ],
            "sent": [(name, value) for name, value in sent if name not in OWN_FIELDS],
            "seen": seen,
            "problem": problem,
            "late_starts": form.late_starts,
            "trail": _trail(self.municipality),
        }
        return render(self.request, "priority_keys/preview.html", context)

    def _saved(self, form: KeyForm) -> HttpResponse:
        """On to the key; or back to the form, or to a new preview, with the reason."""
        told = self._data(form)
        typed = form.cleaned_data
        try:
            key = actions.save_version(seen=typed["seen"], submission=typed["submission"], **told)
        except KeyChanged as error:
            return self._preview(form, str(error))
        except DomainError as error:
            return self._refused(form, error, told["data"].valid_from)
        text = _("Saved. The version is valid from %(day)s.") % {"day": day_month_year(key.valid_from)}
        messages.success(self.request, text)
        return redirect("priority_key", code=self.municipality.code)

    def _already_saved(self) -> HttpResponse:
        messages.info(
            self.request, _("This form has been saved already. Begin a new version to change more.")
        )
        return redirect("priority_key", code=self.municipality.code)

    def _refused(self, form: KeyForm, error: DomainError, day: date) -> HttpResponse:
        """The form with what was refused, and the way to the version that has its day already."""
        form.refuse(error)
        exists = isinstance(error, KeyVersionExists)
        return self._page(form, _keys(self.municipality).valid().get(valid_from=day) if exists else None)

    def _page(self, form: KeyForm, taken: PriorityKey | None = None) -> HttpResponse:
        context = {
            "municipality": self.municipality,
            "form": form,
            "corrects": self.corrects,
            "taken": taken,
            "may_add_level": len(form.shown_levels) < HIGHEST_LEVEL,
            "law": LawReference.objects.filter(code=PRELIMINARY_REPLY).first(),
            "trail": _trail(self.municipality),
        }
        return render(self.request, "priority_keys/edit.html", context)
