"""A year of deviations that are reported in one municipality, each month's early in the next, as routine has it."""

from datetime import date, datetime, time, timedelta

from referrals.actions import deviations
from referrals.models import Municipality, Referral, User, access_of
from referrals.models.deviation import newly_late
from referrals.reports.deviations import MONTHS_BEFORE, month_of
from referrals.waiting import OSLO

MARKED, DAYS_AFTER = time(9, 20, tzinfo=OSLO), 3


def add(municipality_id: int, by: User, last_day: date) -> None:
    """All months of the year but the latest whole one, and but one case of the month before that."""
    municipality = Municipality.objects.get(pk=municipality_id)
    access = access_of(by, on=last_day)
    own = Referral.objects.open_to(access).in_municipality(municipality)
    month = month_of(month_of(last_day + timedelta(days=1)).day_before)
    for number in range(MONTHS_BEFORE):
        month = month_of(month.day_before)
        late = newly_late(own, month.start, month.last_day).order_by("number")
        numbers = list(late.values_list("number", flat=True))
        deviations.report(
            municipality=municipality,
            month=month.start,
            numbers=numbers[1:] if number == 0 else numbers,
            reference=f"AV {month.start:%Y}/{month.start.month}",
            access=access,
            by=by,
            at=datetime.combine(month.end + timedelta(days=DAYS_AFTER), MARKED),
        )
