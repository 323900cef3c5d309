"""The rows of a municipality's own staff, whatever their kind: added, changed, ended, each by the same few pages."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from referrals.actions import workforce as actions
from referrals.actions.workforce import Record, Seen, state_of
from referrals.forms import workforce as forms
from referrals.models import CoverageAgreement, CoverageStatement, Employment, Leave, Municipality, Vacancy
from referrals.permissions import Permission
from referrals.views.access import municipality_or_404
from referrals.views.clock import today
from referrals.views.staffing_page import FormPage, by_whom, not_here, occupations
from referrals.views.unsent import brings_back, typed

Text = str | Promise


@dataclass(frozen=True)
class Kind:
    """One kind of row: its model and form, and its words. `ends`: what the day of the end means."""

    model: type[Record]
    form: type[forms.RecordForm]
    new: Text
    change: Text
    end: Text
    ends: Text


KINDS: dict[str, Kind] = {
    "ansettelse": Kind(
        Employment,
        forms.EmploymentForm,
        new=_("New employment"),
        change=_("Change the employment"),
        end=_("End the employment"),
        ends=_(
            "The first day not employed: for somebody whose last day is 31.07., 01.08. Leaves end with the employment."
        ),
    ),
    "permisjon": Kind(
        Leave,
        forms.LeaveForm,
        new=_("New leave"),
        change=_("Change the leave"),
        end=_("End the leave"),
        ends=_("The first day back at work."),
    ),
    "ledig-stilling": Kind(
        Vacancy,
        forms.VacancyForm,
        new=_("New vacant post"),
        change=_("Change the vacant post"),
        end=_("End the vacant post"),
        ends=_("The first day that it is filled, or is no post any more."),
    ),
    "avtale": Kind(
        CoverageAgreement,
        forms.AgreementForm,
        new=_("New agreement"),
        change=_("Change the agreement"),
        end=_("End the agreement"),
        ends=_("The first day without the agreement."),
    ),
    "erklaring": Kind(
        CoverageStatement,
        forms.StatementForm,
        new=_("New statement of no coverage"),
        change=_("Change the statement of no coverage"),
        end=_("End the statement of no coverage"),
        ends=_("The first day it no longer holds."),
    ),
}
# A post begins with the therapist, and a leave with the post.
ADDED_ALONE = frozenset({"ledig-stilling", "avtale", "erklaring"})


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """A vacant post, an agreement or a statement."""
    if slug not in ADDED_ALONE:
        raise Http404
    municipality = municipality_or_404(request, code, Permission.EDIT_STAFF)
    kind = KINDS[slug]
    form = kind.form(
        typed(request), initial={"submission": uuid4()}, today=today(), **_offered(kind, municipality)
    )

    def save() -> object:
        if kind.model is CoverageAgreement:
            row = form.agreement(municipality.pk, form.values)
        else:
            row = kind.model(municipality=municipality, **form.values)
        return _add(request, municipality, row, form)

    return FormPage(municipality, form, kind.new, _("Save")).answer(request, save)


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def new_leave(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A leave from one of the posts."""
    municipality = municipality_or_404(request, code, Permission.EDIT_STAFF)
    employment = _row(request, Employment, municipality, pk)
    if employment is None:
        return not_here(request, code, pk, "employment")
    form = forms.LeaveForm(typed(request), initial={"submission": uuid4()}, today=today())

    def save() -> object:
        return _add(request, municipality, Leave(employment=employment, **form.values), form)

    page = FormPage(municipality, form, KINDS["permisjon"].new, _("Save"), _about(employment))
    return page.answer(request, save)


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, code: str, slug: str, pk: int) -> HttpResponse:
    """A row put right, or changed from a day on."""
    municipality, kind = _place_and_kind(request, code, slug)
    row = _row(request, kind.model, municipality, pk)
    if row is None:
        return not_here(request, code, pk, slug)

    def form_of(shown: Record, filled: QueryDict | None) -> forms.RecordForm:
        initial = kind.form.values_of(shown) | {"seen": state_of(shown)}
        offered = _offered(kind, municipality)
        return kind.form(filled, initial=initial, today=today(), changes=True, **offered)

    form = form_of(row, typed(request))

    def save() -> object:
        seen = Seen(pk, form.cleaned_data["seen"])
        told = {"values": form.values, "since": form.since}
        return actions.change(
            municipality=municipality, model=kind.model, seen=seen, **told, **by_whom(request)
        )

    page = FormPage(municipality, form, kind.change, _("Save"), _about(row), ends=_end_of(row, slug, code))
    return page.answer(request, save, form_of)


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, code: str, slug: str, pk: int) -> HttpResponse:
    """The first day on which a row no longer holds."""
    municipality, kind = _place_and_kind(request, code, slug)
    row = _row(request, kind.model, municipality, pk)
    if row is None:
        return not_here(request, code, pk, slug)

    def form_of(shown: Record, filled: QueryDict | None) -> forms.RecordForm:
        initial = {"on": shown.valid_to or today(), "seen": state_of(shown)}
        return forms.EndForm(filled, initial=initial, today=today(), words=kind.ends)

    form = form_of(row, typed(request))

    def save() -> object:
        told = {"seen": Seen(pk, form.cleaned_data["seen"]), "on": form.cleaned_data["on"]}
        return actions.end(municipality=municipality, model=kind.model, **told, **by_whom(request))

    return FormPage(municipality, form, kind.end, kind.end, _about(row)).answer(request, save, form_of)


def _place_and_kind(request: HttpRequest, code: str, slug: str) -> tuple[Municipality, Kind]:
    municipality = municipality_or_404(request, code, Permission.EDIT_STAFF)
    if slug not in KINDS:
        raise Http404
    return municipality, KINDS[slug]


def _row(request: HttpRequest, model: type[Record], municipality: Municipality, pk: int) -> Any:
    """The municipality's row, with all that its words name; None for any other."""
    related = {
        Employment: ("therapist", "municipality"),
        Leave: ("employment__therapist", "employment__municipality"),
        CoverageAgreement: ("provider", "recipient"),
        Vacancy: ("occupation",),
        CoverageStatement: ("municipality",),
    }
    own = model.objects.visible_to(request.access).of(municipality.pk)
    return own.select_related(*related[model]).filter(pk=pk).first()


def _add(request: HttpRequest, municipality: Municipality, row: Record, form: forms.RecordForm) -> object:
    key = form.cleaned_data["submission"] or uuid4()
    return actions.add(municipality=municipality, row=row, submission=key, **by_whom(request))


def _offered(kind: Kind, municipality: Municipality) -> dict[str, Any]:
    """What there is to choose between in the form."""
    if kind.model in (Employment, Vacancy):
        return {"occupations": occupations()}
    if kind.model is CoverageAgreement:
        others = Municipality.objects.present().exclude(pk=municipality.pk)
        return {"places": [(place.pk, place.full_name) for place in others]}
    return {}


def _end_of(row: Record, slug: str, code: str) -> str:
    """Where the row is ended; nowhere once it has ended."""
    if row.valid_to is not None and row.valid_to <= today():
        return ""
    return reverse("staffing_end", kwargs={"code": code, "slug": slug, "pk": row.pk})


def _about(row: Record) -> str:
    """Which row it is, in its own words."""
    if isinstance(row, Leave):
        return str(row.employment.therapist)
    if isinstance(row, Employment):
        return str(row.therapist)
    return str(row.occupation) if isinstance(row, Vacancy) else str(row)
