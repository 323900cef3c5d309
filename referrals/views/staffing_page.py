"""The page with one form of the staff pages: shown, saved, refused, or saved by somebody else first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.actions.workforce import state_of
from referrals.admin.saving import who_changed
from referrals.errors import DomainError, ForeignRecord, RecordChanged
from referrals.models import AuditEvent, Municipality, Occupation
from referrals.views.clock import now
from referrals.views.context import Link
from referrals.views.never_offered import note_choices, note_id

Text = str | Promise


@dataclass(frozen=True)
class FormPage:
    """A page with one form. `ends`: the address where the row is ended instead."""

    municipality: Municipality
    form: Any
    title: Text
    save: Text
    lead: Text = ""
    ends: str = ""

    def answer(
        self, request: HttpRequest, save: Callable[[], object], form_of: Callable[..., Any] | None = None
    ) -> HttpResponse:
        """The form; once it is saved, the list. `save` gives nothing where the form was saved before.

        `form_of` makes the form of a row that somebody else saved first.
        """
        if request.method == "POST" and self.form.is_valid():
            try:
                saved = save()
            except RecordChanged as error:
                return self._stale(request, error, form_of)
            except ForeignRecord:
                return not_here(request, self.municipality.code, 0, "")
            except DomainError as error:
                self.form.refuse(error)
            else:
                _tell(request, bool(saved))
                return redirect("staffing", code=self.municipality.code)
        return self.show(request)

    def show(self, request: HttpRequest, status: int = 200) -> HttpResponse:
        """The form as it stands."""
        note_choices(request, self.form)
        list_url = reverse("staffing", kwargs={"code": self.municipality.code})
        context = {
            "municipality": self.municipality,
            "form": self.form,
            "title": self.title,
            "save": self.save,
            "lead": self.lead,
            "ends": self.ends,
            "list_url": list_url,
            "trail": (Link(list_url, _("Staff")),),
        }
        return render(request, "staffing/form.html", context, status=status)

    def _stale(
        self, request: HttpRequest, error: RecordChanged, form_of: Callable[..., Any] | None
    ) -> HttpResponse:
        """What was typed, now on the row as it stands, with what differs beside each field. Nothing is saved."""
        row, typed = error.current, request.POST.copy()
        typed["seen"] = state_of(row)
        form = form_of(row, typed)
        form.is_valid()
        lines = AuditEvent.objects.of_registers().filter(table_name=row._meta.db_table, row_id=row.pk)
        form.add_error(None, [who_changed(lines.select_related("user").first()), str(error)])
        form.say_what_stands_now()
        return replace(self, form=form).show(request, 409)


def _tell(request: HttpRequest, is_saved: bool) -> None:
    if is_saved:
        messages.success(request, _("Saved."))
    else:
        messages.warning(request, _("This form is saved already, and nothing was added once more."))


def not_here(request: HttpRequest, code: str, pk: int, what: str) -> HttpResponse:
    """Back to the list: the row is another municipality's, or never was. Somebody who asks for it is on record."""
    if pk:
        note_id(request, str(pk), what)
    messages.error(
        request, _("This is not in the municipality’s list, or was changed meanwhile. Begin again.")
    )
    return redirect("staffing", code=code)


def by_whom(request: HttpRequest) -> dict[str, Any]:
    """What every action is told of who asks, and when."""
    return {"access": request.access, "by": request.user, "at": now()}


def occupations() -> list[Occupation]:
    """All there is to choose between."""
    return list(Occupation.objects.all())
