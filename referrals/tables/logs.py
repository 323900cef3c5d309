"""The logs of a municipality, page by page: never a citizen's name, never a value."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from referrals.models import ChangeByName, ViewLog
from referrals.reports.logs import Seen, facts_of, record_of
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column


class OfLog:
    """What tables of logs share: lines, newest first, with who and when.

    `address` leads from a number to the citizen's access log, `narrowed` says what the list was narrowed to, and
    `names` are those of the users on the page, by id.
    """

    caption: Any
    names: Mapping[int, str] = {}

    def __init__(self, rows: Any, *, address: Callable[[str], str], narrowed: str, **kwargs: Any) -> None:
        super().__init__(rows, **kwargs)
        self.address = address
        if narrowed:
            self.caption = f"{self.caption}. {narrowed}"

    def cell_at(self, line: ViewLog | ChangeByName) -> str:
        return f"{timezone.localtime(line.at):%d.%m.%Y %H:%M:%S}"

    def cell_who(self, line: ViewLog | ChangeByName) -> str | SafeString:
        if line.user_id is None:
            return cells.subtle(_now("a command"))
        return self.names.get(line.user_id, f"#{line.user_id}")

    def numbered(self, number: str) -> SafeString:
        """A referral by its number, leading to who has seen its citizen."""
        return cells.link(self.address(number), number)


class ReadLogTable(OfLog, ErgoTable):
    """Who saw what. `seen`: whom each page showed, by its id."""

    caption = _("Read log")
    when_empty = _("Nobody has seen anything that matches. Clear a filter and try again.")
    seen: Mapping[int, Seen] = {}

    at = Column(_("Time"), orderable=False)
    who = Column(_("Who"), orderable=False)
    role = Column(_("Role"), accessor="get_role_display", orderable=False)
    kind = Column(_("What was seen"), accessor="get_kind_display", orderable=False)
    numbers = Column(_("Referrals"), orderable=False)
    reason = Column(_("Reason"), accessor="get_reason_display", orderable=False)

    class Meta:
        fields = ("at", "who", "role", "kind", "numbers", "reason")

    def cell_numbers(self, view: ViewLog) -> SafeString:
        seen = self.seen.get(view.pk, Seen())
        parts: list[Any] = [self.numbered(row.number) for row in seen.named]
        if seen.more and parts:
            parts.append(cells.subtle(_now("and %(count)d more") % {"count": seen.more}))
        elif seen.more:
            words = ngettext("%(count)d citizen", "%(count)d citizens", seen.more)
            parts.append(cells.subtle(words % {"count": seen.more}))
        return cells.together(parts) if parts else cells.subtle("–")


class ChangeLogTable(OfLog, ErgoTable):
    """Who changed which facts, by name only."""

    caption = _("Change log")
    when_empty = _("No change matches. Clear a filter and try again.")

    at = Column(_("Time"), orderable=False)
    who = Column(_("Who"), orderable=False)
    what = Column(_("What"), orderable=False)
    number = Column(_("Referral"), orderable=False)
    facts = Column(_("Facts that were changed"), orderable=False)

    class Meta:
        fields = ("at", "who", "what", "number", "facts")

    def cell_what(self, change: ChangeByName) -> str:
        return f"{record_of(change.table_name)}: {change.get_operation_display().lower()}"

    def cell_number(self, change: ChangeByName) -> SafeString:
        return self.numbered(change.number) if change.number else cells.subtle("–")

    def cell_facts(self, change: ChangeByName) -> str | SafeString:
        return ", ".join(facts_of(change)) or cells.subtle("–")
