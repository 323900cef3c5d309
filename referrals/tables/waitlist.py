"""The municipality's list of referrals."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from referrals import waiting
from referrals.choices import ON_WAITLIST, OPEN, PresentFact, Reply, Status
from referrals.filters import REPLIES
from referrals.models import Referral
from referrals.reports.moved_rows import status_on
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, DateColumn, NumberColumn
from referrals.templatetags.ergo import status_colour

REPLY_COLOURS = {
    Reply.LATE: "danger",
    Reply.DUE: "warning",
    Reply.NOT_YET: "neutral",
    Reply.SENT: "success",
    Reply.SENT_LATE: "danger",
}


CHOSEN_FORM, CHOSEN_NAME = "chosen", "valgt"  # the form under the list, and what its boxes are called

COLUMNS = (
    "number",
    "citizen",
    "received_on",
    "category",
    "priority",
    "due_on",
    "gross_days",
    "status",
    "therapist",
)


Cell = str | SafeString | cells.Filled


class PickColumn(Column):
    """The boxes by which rows are chosen."""

    css_class = "pick"


@dataclass(frozen=True)
class RowPowers:
    """What whoever reads a list may do in its rows: choose them, and change facts of theirs.

    `priority`, `therapist` and `next_step` are what stands behind the number in the address of the move; empty where
    the user may not.
    """

    may_choose: bool = False
    priority: str = ""
    therapist: str = ""
    next_step: str = ""


ONLY_READ = RowPowers()


class NumberAndCitizen:
    """The first two cells of a list of referrals: the number leads to the case, at the table's `address`."""

    address: str

    def cell_number(self, referral: Referral) -> cells.Filled:
        return cells.link_in_row(f"{self.address}{referral.number}/", referral.number)

    def cell_citizen(self, referral: Referral) -> str | SafeString:
        """Nothing that could lead to somebody who is shielded from the user; nor does the place in a sorted list."""
        return cells.subtle(_("Protected")) if referral.is_shielded else str(referral.person)


class WaitTable(NumberAndCitizen, ErgoTable):
    """Those who wait, over rows with `with_wait`, `with_pause`, `with_shield` and `for_list`.

    The citizen is initials and birth year. The wait is gross; the target is judged by the net one.
    """

    caption = _("Referrals")

    number = Column(_("Number"))
    citizen = Column(_("Citizen"), order_by=("citizen_key", "citizen_born"))
    received_on = DateColumn(_("Received"))
    category = Column(_("Category"), order_by=("category__position", "category__code"))
    priority = Column(_("Priority"), missing=_("Not assessed"))
    due_on = DateColumn(_("Target date"))
    gross_days = NumberColumn(_("Days waited (gross)"), initial_sort_descending=True)

    def __init__(self, data: Any, *, address: str, **kwargs: Any) -> None:
        """`address` is what stands before the number in the address of a case."""
        super().__init__(data, **kwargs)
        self.address = address

    def cell_category(self, referral: Referral) -> str:
        return referral.category.name_in(cells.language())

    def cell_due_on(self, referral: Referral) -> str | SafeString:
        """The target date, and how far it is broken or, while somebody waits, how near it is."""
        if (due_on := referral.due_on) is None:
            return cells.subtle("–")
        left = referral.days_left
        if waiting.is_over_target(left):
            return broken_target(due_on, -left)
        return (
            near_target(due_on, left) if referral.is_due_soon and self.waits(referral) else cells.date(due_on)
        )

    def cell_gross_days(self, referral: Referral) -> SafeString:
        """The days, and a remark where they are so many that the date of receipt may be wrong."""
        days = cells.days(referral.gross_days)
        return cells.with_note(days, _("over ten years")) if referral.is_over_ten_years else days

    def waits(self, referral: Referral) -> bool:
        """Whether the wait of the row still runs."""
        return True


class PastWaitTable(WaitTable):
    """The same at the end of the day `on`, which has been."""

    def __init__(self, data: Any, *, on: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.on = on

    def cell_priority(self, referral: Referral) -> str | SafeString:
        """The priority, if it was set by the end of the day."""
        is_assessed = waiting.is_assessed(referral.prioritised_on, self.on)
        return str(referral.priority) if is_assessed else cells.subtle(_("Not assessed"))


class PastTable(PastWaitTable):
    """Those who waited at the end of an earlier day, over rows that also have `with_reply_state`."""

    on_hold = Column(_("On hold"), orderable=False)
    reply = Column(_("Preliminary reply"), orderable=False)

    class Meta:
        fields = (
            "number",
            "citizen",
            "received_on",
            "category",
            "priority",
            "due_on",
            "gross_days",
            "on_hold",
            "reply",
        )

    def cell_reply(self, referral: Referral) -> SafeString:
        """How the preliminary reply stood at the end of the day; a dash where none was to be sent."""
        return reply_tag(referral.reply_state)

    def cell_on_hold(self, referral: Referral) -> str | SafeString:
        return cells.tag(_("On hold"), "neutral") if referral.is_paused else cells.subtle("–")


class WaitlistTable(WaitTable):
    """Referrals of one municipality, in whatever state they are; over rows `as_listed`, with `with_shield`.

    Whoever may, chooses rows for the form under the list, and changes facts in the row; never of a shielded or a
    closed case.
    """

    pick = PickColumn(_("Choose"), orderable=False)
    status = Column(_("Status"), order_by=("status_rank",))
    therapist = Column(_("Therapist"), order_by=("therapist__sort_key",), missing=_("Not assigned"))

    row_header = "number"
    all_ticked = False

    class Meta:
        fields = ("pick", *COLUMNS)

    def __init__(
        self, data: Any, *, powers: RowPowers = ONLY_READ, hidden: Collection[str] = (), **kwargs: Any
    ) -> None:
        """`hidden`: names of columns that whoever reads does not want."""
        left_out = tuple(name for name in hidden if name != self.row_header)
        super().__init__(data, exclude=left_out if powers.may_choose else ("pick", *left_out), **kwargs)
        self.powers = powers
        # Asked for once, not once a row.
        self.choose = _now("Choose %(number)s")
        self.change_priority, self.change_therapist = _now("change priority"), _now("change therapist")
        self.change_step, self.add_step = _now("change next step"), _now("Add next step")

    @classmethod
    def optional_columns(cls) -> list[tuple[str, str]]:
        """The columns that may be left out, by name, with what they are called: all but the number and the boxes."""
        return [(name, cls.base_columns[name].verbose_name) for name in COLUMNS if name != cls.row_header]

    def waits(self, referral: Referral) -> bool:
        return referral.is_on_waitlist

    def cell_pick(self, referral: Referral) -> str | cells.Filled:
        """A box with the number and the version that is shown, so that a later change is noticed."""
        if referral.is_shielded or referral.status not in OPEN:
            return ""
        value, label = f"{referral.number}.{referral.version}", self.choose % {"number": referral.number}
        return cells.box(CHOSEN_FORM, CHOSEN_NAME, value, label, is_ticked=self.all_ticked)

    def cell_priority(self, referral: Referral) -> Cell:
        text = cells.subtle(_("Not assessed")) if referral.priority is None else str(referral.priority)
        if not self.powers.priority or referral.is_shielded or referral.status not in ON_WAITLIST:
            return text
        return cells.editable(self._move(referral, self.powers.priority), text, self.change_priority)

    def cell_therapist(self, referral: Referral) -> Cell:
        """The therapist, and the next step of a case that is open."""
        text = str(referral.therapist) if referral.therapist_id else cells.subtle(_("Not assigned"))
        if referral.is_shielded or referral.status not in OPEN:
            return text
        name: Cell = text
        if self.powers.therapist:
            name = cells.editable(self._move(referral, self.powers.therapist), text, self.change_therapist)
        return self._with_step(referral, name)

    def cell_status(self, referral: Referral) -> SafeString:
        """The status, and the facts beside it while somebody waits; what is missing also after the start."""
        is_assigned = referral.is_on_waitlist and referral.therapist_id is not None
        is_incomplete = referral.is_incomplete and referral.status in OPEN
        return state(referral.status, referral.is_paused, is_assigned, is_incomplete, referral.has_risk)

    def _with_step(self, referral: Referral, name: Cell) -> Cell:
        step, address = next_step(referral.next_step, referral.follow_up_on), self.powers.next_step
        if not step:
            return (
                cells.with_addition(name, self._move(referral, address), self.add_step) if address else name
            )
        if not address:
            return cells.noted(name, step)
        return cells.noted(name, cells.editable(self._move(referral, address), step, self.change_step))

    def _move(self, referral: Referral, slug: str) -> str:
        return f"{self.address}{referral.number}/{slug}/"


class MovedTable(PastWaitTable):
    """What came and went by the end of a day, each as the case stood then; the columns are those of the waitlist."""

    status = Column(_("Status"), orderable=False)
    therapist = Column(_("Therapist"), order_by=("therapist__sort_key",), missing=_("Not assigned"))

    class Meta:
        fields = COLUMNS

    def waits(self, referral: Referral) -> bool:
        return referral.wait_end is None or referral.wait_end > self.on

    def cell_status(self, referral: Referral) -> SafeString:
        """The status at the end of the day, and the facts beside it while somebody waited."""
        is_assigned = self.waits(referral) and referral.therapist_id is not None
        return state(status_on(referral, self.on), referral.is_paused, is_assigned)


def next_step(text: str, until: date | None) -> str:
    """What is to be done next, and until when it is put off; empty where nothing is set."""
    if until is None:
        return text
    put_off = _now("put off until %(day)s") % {"day": cells.date(until)}
    return f"{text}, {put_off}" if text else put_off


@cells.remembered
def state(
    status: str,
    is_paused: bool,
    is_assigned: bool,
    is_incomplete: bool = False,
    is_at_risk: bool = False,
) -> SafeString:
    """The status as a label, and the labels beside it."""
    tags = [cells.tag(Status(status).label, status_colour(status))]
    if is_paused:
        tags.append(cells.tag(_("On hold"), "neutral"))
    if is_assigned:
        tags.append(cells.tag(_("Assigned"), "success"))
    if is_incomplete:
        tags.append(cells.tag(PresentFact.INCOMPLETE.label, "warning"))
    if is_at_risk:
        tags.append(cells.tag(PresentFact.AT_RISK.label, "danger"))
    return cells.together(tags)


@cells.remembered
def reply_tag(reply: str) -> SafeString:
    """The state of a preliminary reply as a label."""
    if reply not in REPLIES:
        return cells.subtle("–")
    return cells.tag(REPLIES[Reply(reply)], REPLY_COLOURS[Reply(reply)])


@cells.remembered
def broken_target(due_on: date, over: int) -> SafeString:
    """A target date that has passed, and so many days ago."""
    return cells.with_note(cells.date(due_on), days_over(over), tone="danger")


@cells.remembered
def near_target(due_on: date, left: int) -> SafeString:
    """A target date, and how near it is."""
    return cells.with_note(cells.date(due_on), days_left(left))


def days_over(days: int) -> str:
    """How far a target is broken."""
    return ngettext("%(days)s day over", "%(days)s days over", days) % {"days": cells.number(days)}


def days_left(days: int) -> str:
    """How near a target is."""
    if days == 0:
        return _now("today is the last day")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": cells.number(days)}
