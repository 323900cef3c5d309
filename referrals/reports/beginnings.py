"""Where knowledge begins: a report of an earlier day is empty because nothing is known, not because nobody waited."""

from datetime import date

from django.db.models import Min

from referrals.models import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Hindsight,
    Referral,
    StaffingFigure,
    looking_back,
    referrals_as,
)
from referrals.models.referral import ReferralQuerySet
from referrals.reports import counts
from referrals.reports.scopes import Scope


def first_received(scope: Scope) -> date | None:
    """The day the earliest referral in the scope was received; None before the first.

    For outsiders 1 January of that year: the day itself is one citizen's.
    """
    if not scope.exact:
        year = counts.first_year(scope)
        return date(year, 1, 1) if year else None
    return _earliest(Referral.objects.all(), scope)


def own_first_received(scope: Scope, on: date, hindsight: Hindsight) -> date | None:
    """The same for own staff, as the day is looked at."""
    with looking_back(hindsight, on):
        return _earliest(referrals_as(hindsight), scope)


def _earliest(referrals: ReferralQuerySet, scope: Scope) -> date | None:
    rows = referrals.counted().filter(municipality_id__in=scope.ids)
    return rows.order_by("received_on", "pk").values_list("received_on", flat=True).first()


def first_known_workforce() -> date | None:
    """The first day of which anything is known of any municipality's ergoterapeuter; None while nothing is."""
    kinds = ((Employment, "valid_from"), (CoverageAgreement, "valid_from"), (CoverageStatement, "valid_from"))
    days = [
        model.objects.aggregate(first=Min(field))["first"]
        for model, field in (*kinds, (StaffingFigure, "counted_on"))
    ]
    return min((day for day in days if day), default=None)
