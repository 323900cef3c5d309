"""The deviations of a month, one line a case."""

from collections.abc import Callable, Mapping, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.reports.deviations import CATEGORY, OUTCOME, Deviation, Row
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, DateColumn, NumberColumn
from referrals.tables.waitlist import NumberAndCitizen

# The form that the ticks of the rows belong to, and what each of them sends.
MARK_FORM, NUMBER = "mark", "number"


class DeviationsTable(NumberAndCitizen, ErgoTable):
    """Over `Row`s of the report. The citizen is initials and birth year, and never sorted by.

    `address` is what stands before the number in the address of a case, `withdraw` gives that of the page on which a
    mark is taken back; `may_report`: rows can be ticked, and marks taken back.
    """

    number = Column(_("Number"), accessor="line__number")
    citizen = Column(_("Citizen"), orderable=False, accessor="referral")
    category = Column(_("Category"), accessor="line__category")
    priority = NumberColumn(_("Priority"), accessor="line__priority")
    received_on = DateColumn(_("Received"), accessor="line__received_on")
    due_on = DateColumn(_("Target date"), accessor="line__due_on")
    late_on = DateColumn(_("First day late"), accessor="line__late_on")
    days_late = NumberColumn(_("Days late"), accessor="line__days_late", initial_sort_descending=True)
    therapist = Column(_("Therapist"), accessor="line__therapist", missing=_("Not assigned"))
    reason = Column(_("Reason for the delay"), accessor="line__reason", orderable=False)
    reported = Column(_("Reported"), accessor="line__reported_on")

    when_empty = _("No case went past its target in this month.")

    class Meta:
        fields = (
            "number",
            "reported",
            "citizen",
            "category",
            "priority",
            "received_on",
            "due_on",
            "late_on",
            "days_late",
            "therapist",
            "reason",
        )

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        address: str,
        withdraw: Callable[[str], str],
        may_report: bool,
        categories: Mapping[str, str],
        caption: str,
    ) -> None:
        super().__init__(rows, caption=caption)
        self.address, self.withdraw, self.may_report = address, withdraw, may_report
        self.categories = categories

    def cell_number(self, row: Row) -> SafeString:
        return super().cell_number(row.referral)

    def cell_citizen(self, row: Row) -> str | SafeString:
        return super().cell_citizen(row.referral)

    def cell_category(self, row: Row) -> str:
        return self.categories.get(row.line.category, row.line.category)

    def cell_reported(self, row: Row) -> SafeString:
        """Whether it is reported, when and by whom, and what has been corrected since; or the tick to choose it."""
        line, may_change = row.line, self.may_report and not row.referral.is_shielded
        if line.reported_on is None:
            state = cells.subtle(_("Not reported"))
            return cells.together([state, self._tick(line)]) if may_change else state
        parts = [cells.with_note(cells.date(line.reported_on), _by_whom(line))]
        if line.corrected:
            parts.append(cells.with_note(cells.tag(_("Later corrected"), "warning"), corrections(row)))
        if may_change:
            parts.append(cells.link_about(self.withdraw(line.number), _("Take back the report"), line.number))
        return cells.lines(parts)

    def _tick(self, line: Deviation) -> SafeString:
        return cells.tick(MARK_FORM, NUMBER, line.number, _now("Choose %(number)s") % {"number": line.number})


def corrections(row: Row) -> str:
    """What is another by now than was reported, in words."""
    referral, words = row.referral, []
    for name in row.line.corrected:
        if name == "received_on":
            words.append(_now("received %(date)s") % {"date": cells.date(referral.received_on)})
        elif name == "priority" and referral.priority is None:
            words.append(_now("not assessed"))
        elif name == "priority":
            words.append(_now("priority %(level)s") % {"level": referral.priority})
        elif name == CATEGORY:
            words.append(referral.category.name_in(cells.language()))
        elif name == OUTCOME:
            words.append(_now("out of every count"))
        elif row.late_on_now is None:
            words.append(_now("not past its target"))
        else:
            words.append(_now("first late %(date)s") % {"date": cells.date(row.late_on_now)})
    return ", ".join(words)


def _by_whom(line: Deviation) -> str:
    if line.reference:
        return f"{line.reported_by}, {line.reference}"
    return line.reported_by
