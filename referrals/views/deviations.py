"""Deviations (avvik): the cases that went past their target in a month, and which of them are reported."""

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referrals.actions import deviations as actions
from referrals.actions import recipes
from referrals.actions.auditing import record_view
from referrals.choices import ViewKind
from referrals.errors import DomainError
from referrals.exporters import deviations as export
from referrals.forms.deviations import MarkForm, MonthForm, WithdrawForm, month_value
from referrals.models import DeviationReport, Municipality, Referral
from referrals.permissions import Permission
from referrals.reports import deviations as reports
from referrals.reports.deviations import DeviationsReport, Row
from referrals.tables.base import paginate
from referrals.tables.deviations import NUMBER, DeviationsTable
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.case import address_of, referral_or_404
from referrals.views.clock import now, today
from referrals.views.files import PARAMETER, answer, asked_for_file, downloads, file_name
from referrals.views.subjects import Subject
from referrals.views.unsent import brings_back, typed
from referrals.views.waitlist import before_the_number, offers

A_NUMBER = re.compile(r"[0-9]{4}-[0-9]{6}", re.ASCII)
ALL = "all"
# A month's report is one list, on the screen as on paper; a form has no more fields than 500.
MOST_ROWS = 400
MOST_TAKEN_BACK = 50


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def deviations(request: HttpRequest, code: str) -> HttpResponse:
    """The report of the month of the address; by POST cases of it are marked as reported."""
    municipality, subject = municipality_or_404(request, code), subjects.municipality(request, code)
    form, mark = MonthForm(request.GET, today=today()), MarkForm(typed(request))
    if request.method == "POST" and (done := _marked(request, municipality, form, mark)):
        return done
    kind = asked_for_file(request) if form.is_valid() and request.method != "POST" else ""
    withdrawn = [] if kind else _withdrawn(request, municipality, form)
    rows, report = _read(request, municipality, subject, form, withdrawn, kind)
    if kind:
        return answer(kind, file_name("avvik", report.scope, report.on), export, report)
    context = {
        "municipality": municipality,
        "subject": subject,
        "form": form,
        "mark": mark,
        "report": report,
        "month_name": month_name(form.month.start),
        "left": [(f"?maned={month_value(month)}", month_name(month), count) for month, count in report.left],
        "table": _table(request, municipality, form, rows),
        "withdrawn": withdrawn,
        "downloads": downloads(request, export, report),
    }
    return render(request, "deviations/list.html", context | _rights(request, municipality, rows))


def month_name(month: date) -> str:
    """oktober 2026."""
    return date_format(month, "F Y")


def _read(
    request: HttpRequest,
    municipality: Municipality,
    subject: Subject,
    form: MonthForm,
    withdrawn: list[DeviationReport],
    kind: str,
) -> tuple[tuple[Row, ...], DeviationsReport]:
    """The rows of the month and the report that they make; `kind` of a file.

    Whoever is shown is written down as seen, those whose mark was taken back too.
    """
    data_as_of, month = now(), form.month
    visible = Referral.objects.visible_to(request.access).in_municipality(municipality)
    rows = reports.rows_of(visible, request.access, month, today=today())
    shown = {row.referral.pk: row.referral for row in rows}
    shown |= {mark.referral_id: mark.referral for mark in withdrawn}
    asked = {"maned": month_value(month.start)} | ({PARAMETER: kind} if kind else {})
    record_view(
        ViewKind.DEVIATIONS,
        list(shown.values()),
        access=request.access,
        municipality_id=municipality.pk,
        query=urlencode(asked),
    )
    left = reports.left_before(visible, month, today=today())
    told: Any = {"today": today(), "data_as_of": data_as_of, "reached": subject.reached}
    report = reports.build(subject.scope, month, rows, left, **told)
    recipes.keep(**report.recipe.as_kept())
    return rows, report


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Takes back that a case was marked as reported, with the reason."""
    municipality = municipality_or_404(request, code, Permission.REPORT_DEVIATIONS)
    case = referral_or_404(request, municipality, number)
    mark = DeviationReport.objects.standing().filter(referral=case).select_related("reported_by").first()
    if mark is None:
        messages.info(request, _("The case does not stand as reported."))
        return redirect("deviations", code=code)
    back = f"{reverse('deviations', kwargs={'code': code})}?maned={month_value(mark.month)}"
    form = WithdrawForm(typed(request))
    if request.method == "POST" and _taken_back(request, municipality, number, form):
        return redirect(back)
    record_view(ViewKind.DEVIATIONS, [case], access=request.access)
    context = {
        "municipality": municipality,
        "referral": case,
        "person": case.person,
        "mark": mark,
        "month_name": month_name(mark.month),
        "form": form,
        "list_url": back,
        "case_url": address_of(case, municipality),
    }
    return render(request, "deviations/withdraw.html", context)


def _taken_back(request: HttpRequest, municipality: Municipality, number: str, form: WithdrawForm) -> bool:
    """Whether it is; otherwise the form says why not."""
    if not form.is_valid():
        return False
    who = {"access": request.access, "by": request.user, "at": now()}
    try:
        actions.withdraw(municipality=municipality, number=number, reason=form.cleaned_data["reason"], **who)
    except DomainError as error:
        form.refuse(error)
        return False
    messages.success(request, _("%(number)s no longer stands as reported.") % {"number": number})
    return True


def _marked(
    request: HttpRequest, municipality: Municipality, form: MonthForm, mark: MarkForm
) -> HttpResponse | None:
    """Back to the list, which says what was marked; None when it was refused, and the form says why."""
    request.access.check(Permission.REPORT_DEVIATIONS, municipality.pk)
    sent = request.POST[ALL].split() if ALL in request.POST else request.POST.getlist(NUMBER)
    numbers = {number for number in sent if A_NUMBER.fullmatch(number)}
    if not mark.is_valid():
        return None
    if not numbers:
        mark.add_error(None, _("Choose at least one case."))
        return None
    who = {"access": request.access, "by": request.user, "at": now()}
    try:
        done = actions.report(
            municipality=municipality, month=form.month.start, numbers=numbers, **mark.cleaned_data, **who
        )
    except DomainError as error:
        mark.refuse(error)
        return None
    _say(request, done)
    return redirect(f"{request.path}?maned={month_value(form.month.start)}")


def _say(request: HttpRequest, done: actions.Marked) -> None:
    """What was marked, what somebody had marked already, and what is not of the month any more."""
    if done.new:
        text = ngettext(
            "%(count)s case is marked as reported.", "%(count)s cases are marked as reported.", len(done.new)
        )
        messages.success(request, text % {"count": len(done.new)})
    if done.before:
        last = max(done.before, key=lambda mark: (mark.reported_at, mark.pk))
        text = ngettext(
            "%(count)s case stood as reported already, since %(day)s by %(name)s. It stays as it was.",
            "%(count)s cases stood as reported already, the last since %(day)s by %(name)s. They stay as they were.",
            len(done.before),
        )
        day = date_format(timezone.localtime(last.reported_at), "d.m.Y H:i")
        words = {"count": len(done.before), "day": day, "name": last.reported_by.shown_name}
        messages.info(request, text % words)
    if done.others:
        text = ngettext(
            "%(count)s of those chosen does not belong to this month. Look through the list again.",
            "%(count)s of those chosen do not belong to this month. Look through the list again.",
            done.others,
        )
        messages.warning(request, text % {"count": done.others})


def _table(
    request: HttpRequest, municipality: Municipality, form: MonthForm, rows: tuple[Row, ...]
) -> DeviationsTable:
    language = get_language()
    table = DeviationsTable(
        rows,
        address=before_the_number(municipality.code),
        withdraw=lambda number: reverse(
            "deviation_withdraw", kwargs={"code": municipality.code, "number": number}
        ),
        may_report=request.access.can(Permission.REPORT_DEVIATIONS, municipality.pk),
        categories={row["code"]: row[language] for row in offers(municipality).categories},
        caption=_("Deviations of %(month)s") % {"month": month_name(form.month.start)},
    )
    return paginate(table, request, per_page=MOST_ROWS)


def _rights(request: HttpRequest, municipality: Municipality, rows: tuple[Row, ...]) -> dict[str, Any]:
    """Whether the user may mark cases, and the numbers of all that can be marked; and read the list of errors."""
    access = request.access
    open_rows = (row for row in rows if not row.referral.is_shielded)
    return {
        "may_report": access.can(Permission.REPORT_DEVIATIONS, municipality.pk),
        "may_mend": access.can(Permission.MEND_DATA, municipality.pk),
        "all_numbers": [row.line.number for row in open_rows if row.line.reported_on is None],
    }


def _withdrawn(request: HttpRequest, municipality: Municipality, form: MonthForm) -> list[DeviationReport]:
    """Marks of the month that were taken back, of cases that the user may open; the latest first, fifty at most."""
    own = Referral.objects.open_to(request.access).in_municipality(municipality)
    gone = DeviationReport.objects.filter(month=form.month.start, withdrawn_at__isnull=False)
    gone = gone.filter(referral__in=own.values("pk")).select_related(
        "referral", "reported_by", "withdrawn_by"
    )
    return list(gone.order_by("-withdrawn_at", "-pk")[:MOST_TAKEN_BACK])
