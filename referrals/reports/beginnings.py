"""Where knowledge begins: a report of an earlier day is empty because nothing is known, not because nobody waited."""

from datetime import date

from django.db.models import Min

from referrals.models import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Referral,
    StaffingFigure,
)
from referrals.reports import counts
from referrals.reports.scopes import Scope


def first_received(scope: Scope) -> date | None:
    """The day the earliest referral in the scope was received; None before the first.

    For outsiders 1 January of that year: the day itself is one citizen's.
    """
    if not scope.exact:
        year = counts.first_year(scope)
        return date(year, 1, 1) if year else None
    rows = Referral.objects.counted().filter(municipality_id__in=scope.ids)
    return rows.order_by("received_on", "pk").values_list("received_on", flat=True).first()


def first_known_workforce() -> date | None:
    """The first day of which anything is known of any municipality's ergoterapeuter; None while nothing is."""
    kinds = ((Employment, "valid_from"), (CoverageAgreement, "valid_from"), (CoverageStatement, "valid_from"))
    days = [
        model.objects.aggregate(first=Min(field))["first"]
        for model, field in (*kinds, (StaffingFigure, "counted_on"))
    ]
    return min((day for day in days if day), default=None)
