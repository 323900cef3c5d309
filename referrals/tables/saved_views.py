"""The saved views of a waitlist."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.models import SavedView
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, NumberColumn


@dataclass(frozen=True)
class CountedView:
    """A saved view as it stands now: its `url`, its choices in words, and how many it lists.

    `number` is None where something that was chosen is no longer to be had, such as a therapist who has left.
    """

    view: SavedView
    url: str
    chosen: str
    number: int | None


class SavedViewsTable(ErgoTable):
    """One row a view; `address` leads to the page on which it is changed, or is empty."""

    name = Column(_("View"), orderable=False, accessor="view__name")
    chosen = Column(_("Chosen"), orderable=False)
    number = NumberColumn(_("Number now"), orderable=False, missing=_("Cannot be counted"))
    shared = Column(_("Offered to"), orderable=False, accessor="view__owner")
    change = Column(_("Change"), orderable=False, accessor="view__pk")

    caption = _("Yours, and those that are shared")
    when_empty = _("No view is saved yet. Narrow the list, come back here, and give it a name.")

    class Meta:
        fields = ("name", "chosen", "number", "shared", "change")

    def __init__(self, views: Iterable[CountedView], *, address: Callable[[SavedView], str]) -> None:
        super().__init__(views, prefix="views-")
        self.address = address

    def cell_name(self, row: CountedView) -> SafeString:
        return cells.link(row.url, row.view.name)

    def cell_shared(self, row: CountedView) -> str:
        """You alone, or all in the municipality and by whom."""
        if not row.view.is_shared:
            return _now("You")
        return _now("Everybody; saved by %(name)s") % {"name": row.view.owner.shown_name}

    def cell_change(self, row: CountedView) -> str | SafeString:
        address = self.address(row.view)
        return cells.link_about(address, _now("Change"), row.view.name) if address else cells.subtle("–")
