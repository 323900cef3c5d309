"""Those who have waited over a year, and nearly; and where they are, counted."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals import waiting
from referrals.models import Referral
from referrals.norwegian import number
from referrals.reports.long_rows import Held, held_of, last_contact_of, next_step_of
from referrals.reports.long_waits import LongPlace
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, FigureColumn, NumberColumn
from referrals.tables.waitlist import NumberAndCitizen


class LongWaitsTable(NumberAndCitizen, ErgoTable):
    """Referrals of one municipality at the end of a day, over rows of `reports.long_rows`, longest wait first.

    The citizen is initials and birth year. What comes next is left out on days of which it is not known.
    """

    number = Column(_("Number"))
    citizen = Column(_("Citizen"), order_by=("citizen_key", "citizen_born"))
    gross_days = NumberColumn(_("Days waited (gross)"), initial_sort_descending=True)
    category = Column(_("Category"), order_by=("category__position", "category__code"))
    level = Column(_("Priority"), missing=_("Not assessed"))
    held_days = Column(_("Days on hold, and why"), initial_sort_descending=True)
    last_contact = Column(_("Last contact"), order_by=("last_contact_on",))
    next_step = Column(_("Next step"), orderable=False)
    half_a_year = Column(_("Over 183 days at month-end"), order_by=("received_on",))

    when_empty = _("Nobody has waited so long. Clear a filter to see all long waits.")

    class Meta:
        fields = (
            "number",
            "citizen",
            "gross_days",
            "category",
            "level",
            "held_days",
            "last_contact",
            "next_step",
            "half_a_year",
        )

    def __init__(
        self, data: Any, *, on: date, with_next_step: bool, with_history: bool, address: str, **kwargs: Any
    ) -> None:
        """`address` is what stands before the number in the address of a case. `with_history`: as rows were known."""
        super().__init__(data, exclude=() if with_next_step else ("next_step",), **kwargs)
        self.on, self.address = on, address
        self.no_contact = "–" if with_history else _("None registered")

    def cell_gross_days(self, referral: Referral) -> SafeString:
        day, days = cells.date(referral.received_on), cells.days(referral.gross_days)
        if referral.is_over_ten_years:
            return cells.with_note(days, _now("received %(date)s: over ten years") % {"date": day})
        return cells.with_note(days, _now("received %(date)s") % {"date": day})

    def cell_held_days(self, referral: Referral) -> str | SafeString:
        """All days on hold, and the days of each reason; of somebody shielded only how many."""
        if not referral.held_days and not referral.is_paused:
            return cells.subtle("–")
        reasons = held_of(referral, self.on)
        days = cells.days(referral.held_days)
        return cells.with_note(days, "; ".join(map(_reason, reasons))) if reasons else days

    def cell_last_contact(self, referral: Referral) -> str | SafeString:
        """The day, and what it was."""
        if referral.is_shielded:
            return cells.subtle(_("Protected"))
        last = last_contact_of(referral)
        return cells.with_note(cells.date(last.on), last.label) if last else cells.subtle(self.no_contact)

    def cell_next_step(self, referral: Referral) -> str:
        return str(next_step_of(referral, self.on))

    def cell_half_a_year(self, referral: Referral) -> str:
        return cells.date(waiting.first_month_end_over_half_a_year(referral.received_on))


class LongPlacesTable(ErgoTable):
    """One row a place. Small numbers stay hidden; a county leads to its municipalities, a municipality nowhere."""

    name = Column(_("Name"), order_by=("sort_key",))
    over_a_year = FigureColumn(_("Over a year"), accessor="over_a_year")
    near_a_year = FigureColumn(_("Near a year (274–365 days)"), accessor="near_a_year")
    waiting = FigureColumn(_("Waiting"), accessor="waiting")

    class Meta:
        fields = ("name", "over_a_year", "near_a_year", "waiting")

    def __init__(self, places: Sequence[LongPlace], *, address: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(places, **kwargs)
        self.address = address

    def cell_name(self, place: LongPlace) -> SafeString:
        return cells.link(self.address(place.code), place.name)


def _reason(held: Held) -> str:
    """A reason with its days, and whether it still runs."""
    words = {"reason": held.reason.label, "days": number(held.days)}
    if held.running:
        return _now("%(reason)s: %(days)s, still running") % words
    return _now("%(reason)s: %(days)s") % words
