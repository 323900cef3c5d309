"""Municipalities with what they have of ergoterapeuter on a day."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from referrals.boards.coverage import SYMBOLS
from referrals.choices import CoverageState
from referrals.reports.coverage import MunicipalityCoverage
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, FigureColumn, NumberColumn


class CoverageTable(ErgoTable):
    """All municipalities of a place, whatever they have. What is not known is a dash, never 0."""

    caption = _("All municipalities")

    name = Column(_("Municipality"), accessor="full_name", order_by=("sort_key", "code"))
    county = Column(_("County"), accessor="county_name", order_by=("county_name", "sort_key"))
    state = Column(_("State"), order_by=("state_rank", "sort_key"))
    fte = NumberColumn(_("Full-time equivalents"), decimals=1, initial_sort_descending=True)
    fte_per_10000 = NumberColumn(_("Per 10,000 inhabitants"), decimals=2, initial_sort_descending=True)
    population = NumberColumn(_("Inhabitants"), initial_sort_descending=True)
    over_a_year = FigureColumn(_("Waiting over a year"), accessor="over_a_year")
    days_without = NumberColumn(_("Days without"), initial_sort_descending=True)

    class Meta:
        fields = (
            "name",
            "county",
            "state",
            "fte",
            "fte_per_10000",
            "population",
            "over_a_year",
            "days_without",
        )

    def __init__(
        self, rows: Sequence[MunicipalityCoverage], *, address: Callable[[str], str], **kwargs: Any
    ) -> None:
        super().__init__(rows, **kwargs)
        self.address = address
        # The words are the same in every row; 357 times through the catalogue is time that somebody waits.
        self.states = {
            state: cells.swatch(f"tile-{state.value}", SYMBOLS[state], state.label) for state in CoverageState
        }
        self.vacant = gettext("a vacant post only")

    def cell_name(self, row: MunicipalityCoverage) -> SafeString:
        return cells.link(self.address(row.code), row.full_name)

    def cell_state(self, row: MunicipalityCoverage) -> SafeString:
        state = self.states[row.state]
        return cells.with_note(state, self.vacant) if row.is_vacant_only else state

    def cell_fte(self, row: MunicipalityCoverage) -> str | SafeString:
        return cells.subtle("–") if row.state is CoverageState.UNKNOWN else cells.number(row.fte, 1)

    def cell_fte_per_10000(self, row: MunicipalityCoverage) -> str | SafeString:
        if row.state is CoverageState.UNKNOWN or row.fte_per_10000 is None:
            return cells.subtle("–")
        return cells.number(row.fte_per_10000, 2)
