"""The list of errors: its rules with their counts, and the cases that one of them names."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from referrals.models import Referral, RightAsItIs
from referrals.reports.data_quality import RuleCount
from referrals.reports.quality_rules import Rule
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, NumberColumn
from referrals.tables.waitlist import NumberAndCitizen, state
from referrals.waiting import oslo_date

Text = str | Promise


class RulesTable(ErgoTable):
    """One row a rule; `address` leads to the cases that it names."""

    rule = Column(_("What is looked for"), orderable=False, accessor="rule__title")
    wrong = NumberColumn(_("To look at"), orderable=False)
    right = NumberColumn(_("Right as they are"), orderable=False)

    class Meta:
        fields = ("rule", "wrong", "right")

    def __init__(
        self, counts: tuple[RuleCount, ...], *, address: Callable[[Rule], str], caption: Text
    ) -> None:
        super().__init__(counts, prefix="rules-", caption=caption)
        self.address = address

    def cell_rule(self, count: RuleCount) -> SafeString:
        return cells.link(self.address(count.rule), count.rule.title)


class NamedTable(NumberAndCitizen, ErgoTable):
    """The cases that a rule names, over rows with what it needs, `with_shield` and `for_list`.

    `mend` gives the address of the page that mends a case and what it is called, `decide` that on which somebody says
    that it is right as it is; `said`: what was said of it, by the id of the case.
    """

    number = Column(_("Number"))
    citizen = Column(_("Citizen"), order_by=("citizen_key", "citizen_born"))
    status = Column(_("Status"), order_by=("status_rank",))
    wrong = Column(_("What is wrong"), orderable=False, accessor="pk")
    mend = Column(_("Mend it"), orderable=False, accessor="pk")
    decide = Column(_("Or let it be"), orderable=False, accessor="pk")

    when_empty = _("Nothing to look at here.")

    class Meta:
        fields = ("number", "citizen", "status", "wrong", "mend", "decide")

    def __init__(
        self,
        rows: Any,
        *,
        rule: Rule,
        address: str,
        mend: Callable[[Referral], tuple[str, Text]],
        decide: Callable[[Referral], str],
        said: Mapping[int, RightAsItIs],
    ) -> None:
        super().__init__(rows, caption=str(rule.title))
        self.rule, self.address, self.mend, self.decide, self.said = rule, address, mend, decide, said

    def cell_status(self, row: Any) -> SafeString:
        return state(row.status, False, False)

    def cell_wrong(self, row: Any) -> str | SafeString:
        """Of somebody who is shielded nothing, since it may tell of another case of theirs."""
        return cells.subtle(_("Protected")) if row.is_shielded else self.rule.wrong(row)

    def cell_mend(self, row: Any) -> str | SafeString:
        if row.is_shielded:
            return cells.subtle("–")
        return cells.link_about(*self.mend(row), row.number)

    def cell_decide(self, row: Any) -> str | SafeString:
        """The way to say that it is right, or why it is so, who said it and when."""
        if row.is_shielded:
            return cells.subtle("–")
        said = self.said.get(row.pk)
        if said is None:
            return cells.link_about(self.decide(row), _("Right as it is"), row.number)
        back = cells.link_about(self.decide(row), _("Look at it again"), row.number)
        return cells.lines([cells.with_note(said.reason, _who(said.said_by.shown_name, said.said_at)), back])


def _who(name: str, at: datetime) -> str:
    return f"{name}, {cells.date(oslo_date(at))}"
