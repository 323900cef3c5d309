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
from referrals.waiting import oslo_date


def first_received(scope: Scope) -> date | None:
    """The day the earliest referral in the scope was received; None before the first.

    For outsiders 1 January of that year: the day itself is one citizen's.
    """
    if not scope.exact:
        year = counts.first_year(scope)
        return date(year, 1, 1) if year else None
    return _earliest(Referral.objects.all(), scope)


def own_first_received(scope: Scope, on: date, hindsight: Hindsight) -> date | None:
    """The same for own staff, as the day is looked at; None where nothing was known by its end."""
    with looking_back(hindsight, on):
        return _earliest(referrals_as(hindsight), scope)


def known_from(scope: Scope, on: date, hindsight: Hindsight) -> date | None:
    """The day the earliest referral in the scope was received, for own staff as the day `on` is looked at."""
    return own_first_received(scope, on, hindsight) if scope.exact else first_received(scope)


def own_beginning(scope: Scope, on: date, hindsight: Hindsight) -> date | None:
    """The first day of which anything is known to own staff, as the day `on` is looked at; None where nothing is.

    As it was known on a day before anything was registered, that is the day on which something first was.
    """
    first = own_first_received(scope, on, hindsight)
    return _first_registered(scope) if first is None and hindsight.reads_history else first


def _first_registered(scope: Scope) -> date | None:
    rows = Referral.objects.filter(municipality_id__in=scope.ids).order_by("registered_at", "pk")
    at = rows.values_list("registered_at", flat=True).first()
    return oslo_date(at) if at else None


def _earliest(referrals: ReferralQuerySet, scope: Scope) -> date | None:
    rows = referrals.counted().filter(municipality_id__in=scope.ids)
    return rows.order_by("received_on", "pk").values_list("received_on", flat=True).first()


def first_known_workforce() -> date | None:
    """The first day of which anything is known of any municipality's ergoterapeuter; None while nothing is."""
    periods = (model.objects.all() for model in (Employment, CoverageAgreement, CoverageStatement))
    days = [rows.aggregate(first=Min("valid_from"))["first"] for rows in periods]
    days.append(StaffingFigure.objects.telling().aggregate(first=Min("counted_on"))["first"])
    return min((day for day in days if day), default=None)
