"""A county's municipalities, or the nation's counties, by who waits there. Small numbers stay hidden."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from referrals.reports.waiting_times import Place
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, FigureColumn


class PlacesTable(ErgoTable):
    """One row a place, each with the way down to its own dashboard."""

    name = Column(_("Name"), order_by=("sort_key",))
    waiting = FigureColumn(_("Waiting"), accessor="waiting")
    median_days = FigureColumn(_("Median, days"), accessor="median_days")
    p90_days = FigureColumn(_("9 of 10 shorter than (P90), days"), accessor="p90_days")
    over_target = FigureColumn(_("Over target"), accessor="over_target")
    not_assessed = FigureColumn(_("Not assessed"), accessor="not_assessed")
    over_a_year = FigureColumn(_("Over a year"), accessor="over_a_year")

    class Meta:
        fields = (
            "name",
            "waiting",
            "median_days",
            "p90_days",
            "over_target",
            "not_assessed",
            "over_a_year",
        )

    def __init__(self, places: Sequence[Place], *, address: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(places, **kwargs)
        self.address = address

    def cell_name(self, place: Place) -> SafeString:
        return cells.link(self.address(place.code), place.name)
