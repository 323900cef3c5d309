"""Who was started before somebody with a higher priority and a longer wait, one line a start."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from referrals.choices import Urgency
from referrals.reports.overtaken import Overtaken, Overtaking
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, DateColumn, NumberColumn
from referrals.tables.waitlist import NumberAndCitizen

SHOWN = 3  # of those who were overtaken, in a line


class OvertakenTable(NumberAndCitizen, ErgoTable):
    """Over `Overtaking`s. Who started is initials and birth year, who was overtaken a number alone."""

    number = Column(_("Number"))
    citizen = Column(_("Citizen"), orderable=False, accessor="referral")
    category = Column(_("Category"), orderable=False, accessor="referral__category")
    priority = NumberColumn(_("Priority"))
    received_on = DateColumn(_("Received"), accessor="referral__received_on")
    started_on = DateColumn(_("Started"), accessor="referral__started_on")
    therapist = Column(_("Therapist"), accessor="referral__therapist__name", missing=_("Not assigned"))
    count = NumberColumn(_("Overtook"), initial_sort_descending=True)
    passed = Column(_("Who still waited"), orderable=False)
    reason = Column(_("Reason for urgency"))

    caption = _("Started before somebody with a higher priority and a longer wait")
    when_empty = _("Nobody was overtaken in this period.")

    class Meta:
        fields = (
            "number",
            "citizen",
            "category",
            "priority",
            "received_on",
            "started_on",
            "therapist",
            "count",
            "reason",
            "passed",
        )

    def __init__(self, rows: Sequence[Overtaking], *, address: str) -> None:
        super().__init__(rows)
        self.address = address

    def cell_number(self, row: Overtaking) -> cells.Filled:
        return super().cell_number(row.referral)

    def cell_citizen(self, row: Overtaking) -> str | SafeString:
        return super().cell_citizen(row.referral)

    def cell_category(self, row: Overtaking) -> str:
        return str(row.referral.category.name_in(cells.language()))

    def cell_count(self, row: Overtaking) -> SafeString:
        words = _now("%(count)s in the same category") % {"count": cells.number(row.same)}
        return cells.with_note(cells.number(row.count), words)

    def cell_passed(self, row: Overtaking) -> SafeString:
        """The first few, and how many there are beside them: a file has them all."""
        told = [self._told(one) for one in row.passed[:SHOWN]]
        if left := row.count - len(told):
            told.append(cells.subtle(_now("and %(count)s more") % {"count": cells.number(left)}))
        return cells.lines(told)

    def cell_reason(self, row: Overtaking) -> str | SafeString:
        if row.referral.is_shielded:
            return cells.subtle("–")
        return str(Urgency(row.reason).label) if row.reason else cells.subtle(_("Not stated"))

    def _told(self, one: Overtaken) -> SafeString:
        words = ngettext(
            "priority %(level)s, %(days)s day longer", "priority %(level)s, %(days)s days longer", one.days
        ) % {"level": one.level, "days": cells.number(one.days)}
        return cells.together([cells.link(f"{self.address}{one.number}/", one.number), words])
