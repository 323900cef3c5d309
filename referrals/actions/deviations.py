"""Marking cases past their target as reported in the quality system (avvik), and taking a mark back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from referrals.actions.checks import check_reason, check_values
from referrals.actions.transactions import action
from referrals.errors import FutureDate, NotReported
from referrals.models import DeviationReport, Municipality, Referral, User
from referrals.models.deviation import breach_of, newly_late
from referrals.models.referral import ReferralQuerySet
from referrals.permissions import Access, Permission
from referrals.waiting import last_of_month, oslo_date


@dataclass(frozen=True)
class Marked:
    """What came of it: those marked now, those that stood as reported already, and how many are not of the month."""

    new: tuple[DeviationReport, ...]
    before: tuple[DeviationReport, ...]
    others: int


@action
def report(
    *,
    municipality: Municipality,
    month: date,
    numbers: Collection[str],
    reference: str = "",
    reason: str = "",
    access: Access,
    by: User,
    at: datetime,
) -> Marked:
    """Mark the cases with these numbers as reported in the month whose first day is `month`, each once for all time.

    What stands as reported already, in whatever month and by whomever, stays as it is, so that the same form sent
    twice, or by two persons, marks nothing twice: the second is told. A case of which the target was not broken first
    in the month, or that the user may not open, is left out. Raises NotAllowed, FutureDate or InvalidValue.
    """
    access.check(Permission.REPORT_DEVIATIONS, municipality.pk)
    today = oslo_date(at)
    if month > today:
        raise FutureDate(field="month")
    cases = _locked(municipality, numbers, access)
    before = DeviationReport.objects.standing().filter(referral__in=cases).select_related("reported_by")
    standing = list(before.select_related("referral").order_by("pk"))
    told = {report.referral_id for report in standing}
    rows = Referral.objects.filter(pk__in=[case.pk for case in cases if case.pk not in told])
    new = _lines(rows, month, min(last_of_month(month), today))
    for line in new:
        line.reference, line.reason = reference.strip(), reason.strip()
        line.reported_at, line.reported_by = at, by
        check_values(line, ["reference", "reason"])
    DeviationReport.objects.bulk_create(new)
    return Marked(tuple(new), tuple(standing), len(set(numbers)) - len(new) - len(standing))


@action
def withdraw(
    *, municipality: Municipality, number: str, reason: str, access: Access, by: User, at: datetime
) -> DeviationReport:
    """Take back that a case was reported, which was an error; `reason` says why, and is kept with who and when.

    Raises Referral.DoesNotExist, NotAllowed, NotReported, ReasonRequired or ReasonTooShort.
    """
    access.check(Permission.REPORT_DEVIATIONS, municipality.pk)
    own = Referral.objects.open_to(access).in_municipality(municipality)
    case = own.select_for_update(of=("self",)).get(number=number)
    reason = check_reason(reason, field="reason")
    standing = DeviationReport.objects.standing().filter(referral=case).first()
    if standing is None:
        raise NotReported
    standing.withdrawn_at, standing.withdrawn_by, standing.withdrawn_because = at, by, reason
    check_values(standing, ["withdrawn_because"])
    standing.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    return standing


def _locked(municipality: Municipality, numbers: Collection[str], access: Access) -> list[Referral]:
    """The cases that the user may open, locked in one order: of two who mark the same ones the second waits."""
    own = Referral.objects.open_to(access).in_municipality(municipality).filter(number__in=numbers)
    return list(own.select_for_update(of=("self",)).order_by("pk"))


def _lines(rows: ReferralQuerySet, month: date, last: date) -> list[DeviationReport]:
    """Those of the rows that belong to the month, each as it stands at the end of the day `last`."""
    late = newly_late(rows, month, last).order_by("pk").prefetch_related("pauses")
    found = ((row, breach_of(row)) for row in late)
    return [
        DeviationReport(
            municipality_id=row.municipality_id,
            referral_id=row.pk,
            month=month,
            received_on=breach.received_on,
            category_id=breach.category_id,
            priority=breach.priority,
            due_on=breach.due_on,
            late_on=breach.late_on,
            days_late=breach.days_late,
        )
        for row, breach in found
        if breach
    ]
