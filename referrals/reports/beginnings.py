"""Where knowledge begins: a report of an earlier day is empty because nothing is known, not because nobody waited."""

from datetime import date

from django.db.models import Min, OuterRef, QuerySet, Subquery

from referrals.models import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Municipality,
    Referral,
    StaffingFigure,
)
from referrals.reports.scopes import Level, Scope


def first_received(scope: Scope) -> date | None:
    """The day the earliest referral in the scope was received; None before the first.

    For outsiders 1 January of that year: the day itself is one citizen's. One look into an index for each municipality,
    however many referrals there are.
    """
    earliest = Referral.objects.counted().filter(municipality=OuterRef("pk")).order_by("received_on")
    places = _places(scope).annotate(first=Subquery(earliest.values("received_on")[:1]))
    first: date | None = places.aggregate(earliest=Min("first"))["earliest"]
    return first if scope.exact or first is None else first.replace(month=1, day=1)


def first_known_workforce() -> date | None:
    """The first day of which anything is known of any municipality's ergoterapeuter; None while nothing is."""
    kinds = ((Employment, "valid_from"), (CoverageAgreement, "valid_from"), (CoverageStatement, "valid_from"))
    days = [
        model.objects.aggregate(first=Min(field))["first"]
        for model, field in (*kinds, (StaffingFigure, "counted_on"))
    ]
    return min((day for day in days if day), default=None)


def _places(scope: Scope) -> QuerySet[Municipality]:
    if scope.level == Level.MUNICIPALITY:
        return Municipality.objects.filter(pk__in=scope.ids)
    if scope.level == Level.COUNTY:
        return Municipality.objects.filter(county_id__in=scope.ids)
    return Municipality.objects.all()
