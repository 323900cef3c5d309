"""Month-ends as they were known then, and what is known otherwise now: one row a month."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.boards.figures import UNDEFINED, as_written, count
from referrals.choices import Knowledge, WaitFact
from referrals.norwegian import MINUS, number
from referrals.reports.frozen import FrozenLine, Standing, TwoFigures
from referrals.reports.later import Why
from referrals.reports.suppression import Figure
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, NumberColumn
from referrals.waiting import oslo_date

# Leads to the list of a day, looked at in one of the two ways, and of a fact only where it is true.
Address = Callable[[date, Knowledge, str], str]

REASONS: dict[Why, str | Promise] = {
    Why.REGISTERED_LATER: _("registered later"),
    Why.ENDED_LATER: _("started or closed, registered later"),
    Why.NOT_COUNTED: _("turned out to be a duplicate or entered in error"),
    Why.CORRECTED: _("corrected or reopened"),
    Why.ASSESSED_LATER: _("assessed, registered later"),
    Why.ON_HOLD: _("other days on hold, registered later"),
    Why.NEW_KEY: _("judged by a new version of the priority key"),
    Why.OTHER: _("other, which the history does not tell"),
}


class ThenAndNowColumn(NumberColumn):
    """The figure then; below it what it is now, if it is known to differ or may not be compared."""

    def written(self, value: TwoFigures, record: FrozenLine) -> SafeString:
        return cells.with_note(count(value.then), _since(value, count(value.now)))


class MonthEndsTable(ErgoTable):
    """Each figure as it was, with what it is now below it; why, for own staff; and the lists of the day, both ways.

    `tells_why`: to own staff. `address` leads to the list of a day; without one there are no lists.
    """

    month = Column(_("Month-end"), orderable=False)
    waiting = ThenAndNowColumn(_("Waiting"), orderable=False)
    median_days = ThenAndNowColumn(_("Median, days"), orderable=False)
    p90_days = ThenAndNowColumn(_("9 of 10 shorter than (P90), days"), orderable=False)
    over_target = ThenAndNowColumn(_("Over target"), orderable=False)
    over_a_year = ThenAndNowColumn(_("Over a year"), orderable=False)
    not_assessed = ThenAndNowColumn(_("Not assessed"), orderable=False)
    reasons = Column(_("What changed the numbers"), orderable=False)
    rows = Column(_("The list of the day"), orderable=False)

    class Meta:
        fields = (
            "month",
            "waiting",
            "median_days",
            "p90_days",
            "over_target",
            "over_a_year",
            "not_assessed",
            "reasons",
            "rows",
        )

    def __init__(
        self, lines: Sequence[FrozenLine], *, address: Address | None, tells_why: bool, **kwargs: Any
    ) -> None:
        shown = {"reasons": tells_why, "rows": address is not None}
        super().__init__(lines, exclude=[name for name, is_shown in shown.items() if not is_shown], **kwargs)
        self.address = address

    def cell_month(self, line: FrozenLine) -> SafeString:
        """The last day of the month, and when it was frozen."""
        return cells.with_note(date_format(line.on, "j. F Y"), _standing(line))

    def cell_waiting(self, line: FrozenLine) -> SafeString:
        """Those who waited, and of whom a fact was true, lead to their rows, then and now."""
        return self._counted(line, line.waiting, "")

    def cell_over_target(self, line: FrozenLine) -> SafeString:
        return self._counted(line, line.over_target, WaitFact.OVER_TARGET)

    def cell_over_a_year(self, line: FrozenLine) -> SafeString:
        return self._counted(line, line.over_a_year, WaitFact.OVER_A_YEAR)

    def cell_not_assessed(self, line: FrozenLine) -> SafeString:
        return self._counted(line, line.not_assessed, WaitFact.NOT_ASSESSED)

    def _counted(self, line: FrozenLine, pair: TwoFigures, fact: str) -> SafeString:
        then, now = (
            self._leading(figure, line.on, known, fact)
            for figure, known in ((pair.then, Knowledge.THEN), (pair.now, Knowledge.NOW))
        )
        return cells.with_note(then, _since(pair, now))

    def _leading(self, figure: Figure, on: date, known: Knowledge, fact: str) -> str | SafeString:
        written = count(figure)
        if not figure.value or self.address is None:
            return written
        return cells.link(self.address(on, known, fact), written)

    def cell_reasons(self, line: FrozenLine) -> str | SafeString:
        """By how much each reason changed each of the numbers."""
        if not line.reasons:
            return cells.subtle(UNDEFINED)
        return cells.lines(
            f"{self.columns[name].header}: "
            + "; ".join(f"{_signed(change)} {REASONS[why]}" for why, change in reasons)
            for name, reasons in line.reasons.items()
        )

    def cell_rows(self, line: FrozenLine) -> SafeString:
        """Both ways to look at the day; only as we now know it where nothing was registered yet."""
        if self.address is None:
            return cells.subtle(UNDEFINED)
        ways = {Knowledge.THEN: _now("As it was"), Knowledge.NOW: _now("As we now know it")}
        if line.standing is Standing.BEFORE:
            del ways[Knowledge.THEN]
        day = date_format(line.on, "j. F Y")
        return cells.together(
            cells.link_about(self.address(line.on, way, ""), words, day) for way, words in ways.items()
        )


def _standing(line: FrozenLine) -> str:
    if line.standing is Standing.BEFORE:
        return _now("Not frozen: from before anything was registered in Ergo")
    if line.frozen_at is None:
        return _now("Not frozen yet")
    words = {"day": cells.date(oslo_date(line.frozen_at))}
    if line.standing is Standing.LATE:
        return _now("Frozen late, %(day)s") % words
    return _now("Frozen %(day)s") % words


def _since(pair: TwoFigures, now: str | SafeString) -> str | SafeString:
    """What has changed since, by how much the two that are shown differ; `now` is the figure of now, written out."""
    change = as_written(pair.now).minus(as_written(pair.then))
    if change.value == 0:
        return _now("unchanged") if pair.change.value == 0 else _now("changed by less than one day")
    if change.value is None:
        return cells.told(_now("now {figure}"), figure=now)
    return cells.told(_now("now {figure} ({change})"), figure=now, change=_signed(change.value))


def _signed(change: int | float) -> str:
    return f"{MINUS if change < 0 else '+'}{number(abs(change))}"
