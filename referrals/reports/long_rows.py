"""Those who have waited over a year, and nearly, one by one: why, what was last done, and what comes next.

For own staff only. How things stood is said of the end of a day, as we now know it or as it was known then. What comes
next follows from the status, whose days nobody keeps: it is told where the status of that day is what is read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields.json import KT
from django.db.models.functions import Greatest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals import waiting
from referrals.choices import STOPS_CLOCK, SUBSTANTIVE, ContactKind, EventKind, Knowledge, Move, PauseReason
from referrals.models import ALL_KNOWN, Contact, Hindsight, PreliminaryReply, ReferralEvent, RiskEvent
from referrals.models.known import told_replies
from referrals.models.next_move import label_for, next_move
from referrals.models.priority import KnownBefore
from referrals.models.referral import ReferralQuerySet
from referrals.permissions import Access
from referrals.reports.recipe import Filters
from referrals.reports.waiting_times import NO_PRIORITY
from referrals.waiting import NEAR_A_YEAR_DAYS, Pause, oslo_date

Text = str | Promise

REPLY = "preliminary_reply"
OVER_A_YEAR, NEAR_A_YEAR = "over", "near"
WAITED = {OVER_A_YEAR: waiting.over_a_year_q(), NEAR_A_YEAR: waiting.near_a_year_q()}


@dataclass(frozen=True)
class Listed:
    """Which of the long waits are listed: over a year or near it, of a category, of a priority. Empty: all of them.

    `priority` knows `null`: not assessed.
    """

    wait: str = ""
    category: str = ""
    priority: str = ""

    @classmethod
    def of(cls, filters: Mapping[str, str]) -> Self:
        """As the filters of a recipe say it."""
        return cls(*(filters.get(name, "") for name in ("wait", "category", "priority")))

    @property
    def filters(self) -> Filters:
        """The same for the recipe."""
        return tuple((name, value) for name, value in vars(self).items() if value)

    def among(self, rows: ReferralQuerySet) -> ReferralQuerySet:
        """Those of the rows of `long_rows`."""
        if self.wait:
            rows = rows.filter(WAITED[self.wait])
        if self.category:
            rows = rows.filter(category__code=self.category)
        if self.priority:
            is_none = self.priority == NO_PRIORITY
            rows = rows.filter(Q(level__isnull=True) if is_none else Q(level=self.priority))
        return rows


ALL_LISTED = Listed()


@dataclass(frozen=True)
class Held:
    """The days of a wait on hold for one reason. `deducted`: from the target; `running`: at the end of the day."""

    reason: PauseReason
    days: int
    deducted: bool
    running: bool


@dataclass(frozen=True)
class LastContact:
    """The latest thing that the service did with the citizen: a contact, or a preliminary reply sent."""

    code: str
    on: date

    @property
    def label(self) -> Text:
        """In words."""
        return _("Preliminary reply sent") if self.code == REPLY else ContactKind(self.code).label


@dataclass(frozen=True)
class LongWait:
    """One wait as the shell tells it, by the referral's number. `priority` None: not assessed by the day.

    `held` and `last_contact` are empty for somebody who is shielded, `next_step` None where it is not known of the day.
    """

    number: str
    received_on: date
    gross_days: int
    category: str
    priority: int | None
    held_days: int
    held: tuple[Held, ...]
    is_paused: bool
    last_contact: LastContact | None
    next_step: Move | None
    over_half_a_year_on: date


def long_rows(
    referrals: ReferralQuerySet, access: Access, *, on: date, hindsight: Hindsight = ALL_KNOWN
) -> Any:
    """Those of the referrals that waited at the end of the day and had waited 274 gross days or more.

    `referrals` are some of `referrals_as(hindsight)`, read within `looking_back`. With everything that is shown of
    them: `level`, the priority by then; `held_days`, on hold for whatever reason; `last_contact_on` and what it was,
    empty where the citizen is shielded.
    """
    rows: Any = referrals.waiting(on=on).with_wait(on=on).with_pause(on=on).with_shield(access)
    contacts, replies = _contacts(on, hindsight), _replies(on, hindsight)
    rows = (
        rows.filter(gross_days__gte=NEAR_A_YEAR_DAYS)
        .with_held_days(on=on)
        .annotate(
            level=Case(When(is_assessed=True, then=F("priority"))),
            contact_on=_of_open(contacts.values("day")),
            contact_kind=_of_open(contacts.values("code")),
            reply_on=_of_open(replies.values("day")),
            has_risk=Exists(_risks(on, hindsight)),
        )
        .annotate(last_contact_on=Greatest("contact_on", "reply_on"))  # GREATEST passes over NULL
        .with_reply()
        .for_list()
        .prefetch_related("pauses")
    )
    if hindsight.reads_history:
        return rows.annotate(is_replied=Exists(replies))
    return rows.select_related("preliminary_reply")


def tells_next_step(on: date, hindsight: Hindsight, data_as_of: datetime) -> bool:
    """Whether what is read says how the case stood on the day: as it was known then, or read on the day itself."""
    return hindsight.knowledge == Knowledge.THEN or on == oslo_date(data_as_of)


def held_of(row: Any, on: date) -> tuple[Held, ...]:
    """Why and how long the wait was on hold, the longest first; nothing of somebody who is shielded."""
    if row.is_shielded:
        return ()
    by_reason: dict[str, list[Pause]] = {}
    for pause in row.pauses.all():
        if pause.started_on <= on:
            by_reason.setdefault(pause.reason, []).append(
                Pause(pause.started_on, pause.ended_on, pause.reason)
            )
    found = (_held(row, PauseReason(reason), pauses, on) for reason, pauses in by_reason.items())
    return tuple(sorted(found, key=lambda held: (-held.days, held.reason)))


def last_contact_of(row: Any) -> LastContact | None:
    """What was last done with the citizen by the day; on the same day a contact says more than a letter."""
    if row.last_contact_on is None:
        return None
    code = row.contact_kind if row.contact_on == row.last_contact_on else REPLY
    return LastContact(code, row.last_contact_on)


def next_step_of(row: Any, on: date) -> Text:
    """What brings the case on, in the words of its own page; nothing for a case that is closed."""
    move = next_move(row, on=on)
    return label_for(move, row) if move else ""


def told(rows: Iterable[Any], on: date, *, with_next_step: bool) -> tuple[LongWait, ...]:
    """The rows of `long_rows` in their order, read now. Two queries."""
    return tuple(_told(row, on, with_next_step) for row in rows)


def _told(row: Any, on: date, with_next_step: bool) -> LongWait:
    return LongWait(
        row.number,
        row.received_on,
        row.gross_days,
        row.category.code,
        row.level,
        row.held_days,
        held_of(row, on),
        row.is_paused,
        last_contact_of(row),
        next_move(row, on=on) if with_next_step else None,
        waiting.first_month_end_over_half_a_year(row.received_on),
    )


def _risks(on: date, hindsight: Hindsight) -> QuerySet:
    """The risk events of the row after which the need was not assessed anew by the end of the day."""
    happened = RiskEvent.objects.filter(referral=OuterRef("pk")).happened_by(on)
    pending = happened.filter(Q(reassessed_on__isnull=True) | Q(reassessed_on__gt=on))
    if not hindsight.reads_history:
        return pending.standing()
    held = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=KnownBefore())
    return pending.filter(held, registered_at__lt=KnownBefore())


def _contacts(on: date, hindsight: Hindsight) -> QuerySet:
    """The contacts with the citizen of the row by the end of the day, the latest first: `day`, and `code` of its kind.

    Who did not attend was not met. The start is none of them: who waits has not started, and a start that was put on a
    later day moves with it.
    """
    if hindsight.reads_history:
        found: QuerySet = _contact_lines(on).annotate(code=KT("details__contact__kind"))
    else:
        held = Contact.objects.filter(referral=OuterRef("pk"), held_on__lte=on)
        found = held.annotate(day=F("held_on"), code=F("kind"))
    return found.filter(code__in=SUBSTANTIVE).order_by("-day", "-pk")


def _replies(on: date, hindsight: Hindsight) -> QuerySet:
    """The preliminary reply to the citizen of the row, by the end of the day."""
    if hindsight.reads_history:
        return told_replies().filter(day__lte=on)
    sent = PreliminaryReply.objects.filter(referral=OuterRef("pk"), sent_on__lte=on)
    return sent.annotate(day=F("sent_on")).order_by("pk")


def _contact_lines(on: date) -> QuerySet:
    """What the history told of contacts by the instant that is looked back to; the table does not know when."""
    lines = ReferralEvent.objects.filter(
        referral=OuterRef("pk"),
        kind=EventKind.CONTACT,
        happened_on__lte=on,
        registered_at__lt=KnownBefore(),
    )
    return lines.annotate(day=F("happened_on"))


def _of_open(values: QuerySet) -> Case:
    """Of shielded citizens the place in a sorted list would tell what the row does not."""
    return Case(When(is_shielded=False, then=Subquery(values[:1])))


def _held(row: Any, reason: PauseReason, pauses: list[Pause], on: date) -> Held:
    return Held(
        reason,
        waiting.held_days(pauses, received_on=row.received_on, ended_on=row.wait_end, on=on),
        reason in STOPS_CLOCK,
        any(pause.ended_on is None or pause.ended_on > on for pause in pauses),
    )
