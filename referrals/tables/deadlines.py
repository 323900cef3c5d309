"""One group of the page of deadlines: who, what, by which day, and the move that settles it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.choices import PauseReason, RiskKind, Task, ValidationChannel
from referrals.models import Referral
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, DateColumn
from referrals.tables.waitlist import NumberAndCitizen, days_left, days_over

# The label and the address of the move that settles a row; None where the user may not make it.
Settling = Callable[[Referral], tuple[Any, str] | None]

# What is to be done, where the row has no more to say of it.
PLAIN = {
    Task.REPLY: _("Send a preliminary reply"),
    Task.REVIEW: _("Review the hold"),
    Task.REASSESS: _("Assess anew"),
    Task.ASK: _("Ask whether they still wait"),
    Task.ANSWER: _("Get the answer"),
}


class DeadlineTable(NumberAndCitizen, ErgoTable):
    """Rows of `reports.deadlines` with `for_list` and `with_shield`, in the order of their last days."""

    number = Column(_("Number"), orderable=False)
    citizen = Column(_("Citizen"), orderable=False)
    category = Column(_("Category"), orderable=False)
    task = Column(_("What"), orderable=False, accessor="number")
    last_day = DateColumn(_("By"), orderable=False)
    days = Column(_("Days"), orderable=False, accessor="last_day")
    therapist = Column(_("Therapist"), orderable=False, missing=_("Not assigned"))
    settle = Column(_("Next step"), orderable=False, accessor="number")

    class Meta:
        fields = ("number", "citizen", "category", "task", "last_day", "days", "therapist", "settle")

    def __init__(
        self,
        data: Any,
        *,
        what: Task,
        on: date,
        address: str,
        settling: Settling,
        letter: Callable[[Referral], str],
        **kwargs: Any,
    ) -> None:
        """`address` is what stands before the number in the address of a case; `settling` names the move of a row.

        `letter` leads to the letter that settles it, and is empty while none is ready.
        """
        super().__init__(data, prefix=f"{what}-", caption=what.label, **kwargs)
        self.what, self.on, self.address, self.settling = what, on, address, settling
        self.letter = letter

    def cell_category(self, referral: Referral) -> str:
        return referral.category.name_in(cells.language())

    def cell_task(self, referral: Referral) -> str | SafeString:
        """What is to be done. Of somebody shielded not why the wait is on hold, nor how they were asked."""
        if self.what in (Task.OVER_TARGET, Task.DUE_SOON):
            return _now("Start, priority %(level)s") % {"level": referral.priority}
        plain = str(PLAIN[self.what])
        if url := self.letter(referral):
            return cells.with_note(plain, cells.link_about(url, _now("The letter is ready"), referral.number))
        return plain if referral.is_shielded else self._told(plain, referral)

    def cell_days(self, referral: Referral) -> str | SafeString:
        """How far it is past its last day, or how near."""
        left = (referral.last_day - self.on).days
        return cells.tag(days_over(-left), "danger") if left < 0 else days_left(left)

    def cell_settle(self, referral: Referral) -> str | SafeString:
        """The one move that settles it; a dash where the user may not make it."""
        settled = self.settling(referral)
        if settled is None:
            return cells.subtle("–")
        label, url = settled
        return cells.link_about(url, label, referral.number)

    def _told(self, plain: str, referral: Referral) -> str | SafeString:
        """The same with what the row says of it."""
        if self.what == Task.REVIEW:
            since = _now("%(reason)s since %(day)s") % {
                "reason": PauseReason(referral.review_reason).label,
                "day": cells.date(referral.review_since),
            }
            return cells.with_note(plain, since)
        if self.what == Task.REASSESS and referral.risk_kind:
            happened = f"{RiskKind(referral.risk_kind).label} {cells.date(referral.risk_on)}"
            return cells.with_note(plain, happened)
        if self.what == Task.ANSWER:
            asked = _now("Asked %(day)s: %(channel)s") % {
                "day": cells.date(referral.asked_on),
                "channel": ValidationChannel(referral.asked_by).label,
            }
            return cells.with_note(plain, asked)
        return plain
