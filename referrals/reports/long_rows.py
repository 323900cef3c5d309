"""Those who have waited over a year, and nearly, one by one: why, what was last done, and what comes next.

For own staff only. How things stood is said of the end of a day, as we now know it; what comes next is of today, since
only the present status is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Greatest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals import waiting
from referrals.choices import STOPS_CLOCK, ContactKind, PauseReason
from referrals.models import Contact, PreliminaryReply, Referral, WaitPause
from referrals.models.next_move import label_for, next_move
from referrals.models.referral import ReferralQuerySet
from referrals.permissions import Access
from referrals.waiting import NEAR_A_YEAR_DAYS, Pause

Text = str | Promise

REPLY = "preliminary_reply"


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

    `held` and `last_contact` are empty for somebody who is shielded, `next_step` on an earlier day.
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
    next_step: Text
    over_half_a_year_on: date


def long_rows(referrals: ReferralQuerySet, access: Access, *, on: date) -> Any:
    """Those of the referrals that waited at the end of the day and had waited 274 gross days or more.

    With everything that is shown of them: `level`, the priority by then; `held_days`, on hold for whatever reason;
    `last_contact_on` and what it was, empty where the citizen is shielded.
    """
    rows: Any = referrals.waiting(on=on).with_wait(on=on).with_pause(on=on).with_shield(access)
    return (
        rows.filter(gross_days__gte=NEAR_A_YEAR_DAYS)
        .annotate(
            level=Case(When(is_assessed=True, then=F("priority"))),
            held_days=waiting.held_days_sql(WaitPause.objects.all(), on),
            contact_on=_of_open(_contacts(on).values("held_on")),
            contact_kind=_of_open(_contacts(on).values("kind")),
            reply_on=_of_open(_replies(on).values("sent_on")),
        )
        .annotate(last_contact_on=Greatest("contact_on", "reply_on"))  # GREATEST passes over NULL
        .with_reply()
        .for_list()
        .select_related("preliminary_reply")
        .prefetch_related("pauses")
    )


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


def next_step_of(row: Referral, today: date) -> Text:
    """What brings the case on, in the words of its own page; nothing for a case that is closed by now."""
    move = next_move(row, on=today)
    return label_for(move, row) if move else ""


def told(rows: QuerySet, on: date, *, today: date) -> Iterator[LongWait]:
    """The rows, longest wait first. Two queries."""
    for row in rows.order_by("received_on", "pk"):
        yield LongWait(
            row.number,
            row.received_on,
            row.gross_days,
            row.category.code,
            row.level,
            row.held_days,
            held_of(row, on),
            row.is_paused,
            last_contact_of(row),
            next_step_of(row, today) if on == today else "",
            waiting.first_month_end_over_half_a_year(row.received_on),
        )


def _contacts(on: date) -> QuerySet[Contact]:
    """The latest contact with the citizen of the row, by the end of the day."""
    held = Contact.objects.filter(referral=OuterRef("pk"), held_on__lte=on)
    return held.order_by("-held_on", "-pk")


def _replies(on: date) -> QuerySet[PreliminaryReply]:
    return PreliminaryReply.objects.filter(referral=OuterRef("pk"), sent_on__lte=on).order_by("pk")


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
