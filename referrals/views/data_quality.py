"""The list of errors (feilliste): what is wrong in what is registered, rule by rule, and the way to mend it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from referrals.actions import data_quality as actions
from referrals.actions.auditing import record_view
from referrals.choices import ViewKind
from referrals.errors import DomainError
from referrals.exporters import data_quality as export
from referrals.forms.data_quality import RightForm
from referrals.models import Municipality, Referral, RightAsItIs
from referrals.models.referral import ReferralQuerySet
from referrals.permissions import Permission
from referrals.reports import data_quality as reports
from referrals.reports.data_quality import Finding
from referrals.reports.quality_rules import RULES, Rule
from referrals.tables.base import paginate
from referrals.tables.data_quality import NamedTable, RulesTable
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.case import address_of, referral_or_404
from referrals.views.clock import now, today
from referrals.views.files import CSV, PARAMETER, answer, asked_for_file, file_name
from referrals.views.unsent import brings_back, typed
from referrals.views.waitlist import before_the_number

RULE, SHOWN, RIGHT = "regel", "vis", "riktige"


@require_safe
def data_quality(request: HttpRequest, code: str) -> HttpResponse:
    """All rules with their counts, and the cases that the rule of the address names, or the first that names any."""
    municipality = municipality_or_404(request, code, Permission.MEND_DATA)
    if asked_for_file(request) == CSV:
        return _file(request, municipality)
    report = reports.build(_visible(request, municipality), today(), access=request.access)
    to_look_at = (count.rule for count in report.counts if count.wrong)
    rule = RULES.get(request.GET.get(RULE, "")) or next(to_look_at, None)
    of_right = request.GET.get(SHOWN) == RIGHT
    context: dict[str, Any] = {
        "municipality": municipality,
        "subject": subjects.municipality(request, code),
        "report": report,
        "rules": RulesTable(
            report.counts,
            address=lambda rule: f"?{urlencode({RULE: rule.code})}#cases",
            caption=_("The rules, and how many cases each of them names"),
        ),
        "rule": rule,
        "count": next((count for count in report.counts if count.rule is rule), None),
        "of_right": of_right,
        "file_address": f"?{PARAMETER}={CSV}",
        "table": _table(request, municipality, rule, of_right=of_right) if rule else None,
    }
    shown = context["table"].records if rule else ()
    _record(request, municipality, shown, {RULE: rule.code.value} if rule else {})
    return render(request, "data_quality/list.html", context)


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, code: str, slug: str, number: str) -> HttpResponse:
    """Says that a case is right as it is, with the reason; or puts it back on the list, where somebody has said so."""
    municipality = municipality_or_404(request, code, Permission.MEND_DATA)
    rule = RULES.get(slug)
    if rule is None:
        raise Http404
    case = referral_or_404(request, municipality, number)
    back = f"{reverse('data_quality', kwargs={'code': code})}?{urlencode({RULE: slug})}"
    named = reports.named_by(rule, _visible(request, municipality), today(), request.access)
    row = named.select_related("person", "category", "therapist").filter(pk=case.pk).first()
    if row is None:
        messages.info(request, _("The rule does not name the case any more."))
        return redirect(back)
    said = RightAsItIs.objects.standing().filter(referral=case, rule=slug).select_related("said_by").first()
    form = RightForm(typed(request))
    if request.method == "POST" and _decided(request, municipality, number, slug, form):
        return redirect(back)
    record_view(ViewKind.DATA_QUALITY, [case], access=request.access)
    context = {"municipality": municipality, "referral": case, "person": case.person, "rule": rule}
    decision = {"wrong": rule.wrong(row), "said": said, "form": form, "list_url": back}
    return render(request, "data_quality/decide.html", context | decision)


def _visible(request: HttpRequest, municipality: Municipality) -> ReferralQuerySet:
    return Referral.objects.visible_to(request.access).in_municipality(municipality)


def _decided(
    request: HttpRequest, municipality: Municipality, number: str, slug: str, form: RightForm
) -> bool:
    """Whether what the button asks for has been done; otherwise the form says why not."""
    what: dict[str, Any] = {"municipality": municipality, "number": number, "rule": slug}
    who: dict[str, Any] = {"access": request.access, "by": request.user, "at": now()}
    try:
        if "back" in request.POST:
            actions.take_back(**what, **who)
            messages.success(request, _("%(number)s is on the list again.") % {"number": number})
            return True
        if not form.is_valid():
            return False
        said = actions.say_right(**what, reason=form.cleaned_data["reason"], **who)
    except DomainError as error:
        form.refuse(error)
        return False
    if said.said_by_id == request.user.pk:
        messages.success(request, _("%(number)s is off this list, with your reason.") % {"number": number})
    else:
        words = {"number": number, "name": said.said_by.shown_name}
        messages.info(
            request, _("%(name)s has said already that %(number)s is right. That stays as it is.") % words
        )
    return True


def _table(request: HttpRequest, municipality: Municipality, rule: Rule, *, of_right: bool) -> NamedTable:
    """The cases that the rule names, as the address sorts and pages them; those received last come first."""
    named = reports.named_by(rule, _visible(request, municipality), today(), request.access).filter(
        is_right=of_right
    )
    rows = named.for_list().with_shield(request.access).order_by("-received_on", "-pk")
    said = RightAsItIs.objects.standing().filter(municipality=municipality, rule=rule.code)
    place = {"code": municipality.code, "slug": rule.code.value}
    table = NamedTable(
        rows,
        rule=rule,
        address=before_the_number(municipality.code),
        mend=lambda row: _mend(request, municipality, rule, row),
        decide=lambda row: reverse("data_quality_decide", kwargs=place | {"number": row.number}),
        said={one.referral_id: one for one in said.select_related("said_by")} if of_right else {},
    )
    return paginate(table, request)


def _mend(
    request: HttpRequest, municipality: Municipality, rule: Rule, row: Referral
) -> tuple[str, str | Promise]:
    """The page of the move that mends the case; its own page for whoever may not make the move."""
    move = rule.mend_of(row)
    if move is None or not request.access.can_move(move, municipality.pk):
        return address_of(row, municipality), _("Open the case")
    return address_of(row, municipality, move), move.label


def _file(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """All cases of all rules, those that are right as they are among them."""
    visible, on = _visible(request, municipality), today()
    findings: list[Finding] = []
    shown: list[Referral] = []
    for rule in RULES.values():
        named = reports.named_by(rule, visible, on, request.access).for_list().with_shield(request.access)
        rows = list(named.order_by("-received_on", "-pk"))
        findings += reports.told(rows, rule)
        shown += rows
    _record(request, municipality, {row.pk: row for row in shown}.values(), {PARAMETER: CSV})
    scope = subjects.municipality(request, municipality.code).scope
    report = reports.build(visible, on, tuple(findings), access=request.access)
    return answer(CSV, file_name("datakvalitet", scope, on), export, report)


def _record(
    request: HttpRequest, municipality: Municipality, shown: Iterable[Referral], asked: dict[str, str]
) -> None:
    """Write down who is on the page of the list, or in the file."""
    record_view(
        ViewKind.DATA_QUALITY,
        shown,
        access=request.access,
        municipality_id=municipality.pk,
        query=urlencode(asked),
    )
