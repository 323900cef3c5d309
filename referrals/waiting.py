"""The clock: how long somebody has waited, what was paused, when the target is due and whether it was broken.

Calendar dates in Europe/Oslo. Every date `on` means the end of that day. Periods are half-open [from, to).
Each rule stands twice, in Python for one referral and in SQL for many, side by side; a parity test holds them
together. The SQL forms expect the columns of the referral table (`received_on`, `wait_end`, `priority`, ...).
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least
from django.db.models.lookups import LessThan, LessThanOrEqual

from ergo.postgresql.days import AddDays, CountDays, Days, Span, Union
from referrals.choices import STOPS_CLOCK, Reply

# Part of every figure's recipe: raised whenever a definition below changes its meaning.
DEFINITION_VERSION = "1"

OSLO = ZoneInfo("Europe/Oslo")
YEAR_DAYS = 365
# From so many days on somebody is near a year; the month-end after half a year is when a list is gone through.
NEAR_A_YEAR_DAYS = 274
HALF_A_YEAR_DAYS = 183
# No ten years have more days. Who seems to have waited longer was perhaps registered with a slip in the date.
TEN_YEARS_DAYS = 3653
# Where a municipality's key does not say otherwise. Each version of a key has its own number.
DUE_SOON_DAYS = 7
# Within so many days of its last day, so from day 21 to 24 on, the preliminary reply is the next thing to do.
REPLY_SOON_DAYS = 7
# From so many days after receipt its letter is ready, a week and more before the last day in every month.
REPLY_LETTER_DAYS = 21
# A hold asks for a word of review when it has lasted so many days, and again so many after each review.
PAUSE_REVIEW_DAYS = 42
PAUSE_REVIEW_AGAIN_DAYS = 84
# So many days after receipt, and after each answer, the citizen is asked whether they still wait. England's NHS asks
# its lists every twelve weeks; no Norwegian authority has set a number.
VALIDATION_DAYS = 90
# Who was asked and has not answered within so many days is asked once more or called. Our own number.
ANSWER_DAYS = 28
REOPEN_DAYS = 30
# Who is referred anew within so many days of closing was perhaps not finished.
REREFERRED_DAYS = 90
# Who registers later than so many days after receipt is asked why: it may be a slip in the date.
LATE_ENTRY_DAYS = 30


class Band(IntEnum):
    """Bands of gross days waited; the value is the last day of the band, and the last band has no end."""

    UP_TO_14 = 14
    UP_TO_28 = 28
    UP_TO_56 = 56
    UP_TO_84 = 84
    UP_TO_182 = 182
    UP_TO_365 = 365
    OVER_365 = 1_000_000

    @property
    def first_day(self) -> int:
        """The first day of the band; the bands have no holes and no overlaps."""
        before = [band for band in Band if band < self]
        return before[-1] + 1 if before else 0

    @property
    def code(self) -> str:
        """The band as written in files and addresses: 0-14 … 366+."""
        return f"{self.first_day}+" if self is Band.OVER_365 else f"{self.first_day}-{self.value}"


# The SQL forms take one day for all rows, or an expression where each row has its own.
Day = date | Expression


@dataclass(frozen=True)
class Pause:
    """A period [started_on, ended_on) on hold; `ended_on` None is still running."""

    started_on: date
    ended_on: date | None
    reason: str


@dataclass(frozen=True)
class Spell:
    """Days [begun, ended) of a wait in which nothing changes: for which reasons it is on hold; none: it just runs."""

    begun: date
    ended: date
    reasons: frozenset[str]

    @property
    def days(self) -> int:
        """How many."""
        return (self.ended - self.begun).days

    @property
    def is_deducted(self) -> bool:
        """Whether they are days on hold for a reason that stops the clock."""
        return bool(self.reasons & STOPS_CLOCK)


def oslo_date(instant: datetime) -> date:
    """The calendar date in Norway of an aware instant: 2024-03-30T23:30Z is 31 March.

    In SQL this is `models.periods.OsloDate`.
    """
    return instant.astimezone(OSLO).date()


# ---------------------------------------------------------------- the wait


def wait_end(started_on: date | None, closed_on: date | None) -> date | None:
    """The day the wait ended, by start or by any other end, whichever came first; None while it runs.

    In SQL this is the stored column `wait_end`.
    """
    return min((day for day in (started_on, closed_on) if day is not None), default=None)


def keeps_start(started_on: date | None, other: date | None) -> bool:
    """Whether the start of a wait stands when it and another are one: nobody was met before it."""
    return other is None or (started_on is not None and started_on <= other)


def is_waiting(*, received_on: date, ended_on: date | None, on: date) -> bool:
    """Whether somebody waited at the end of the day `on`; who was received or ended later or earlier did not."""
    return received_on <= on and (ended_on is None or ended_on > on)


def waiting_q(on: Day) -> Q:
    """SQL form of `is_waiting`."""
    return Q(received_on__lte=on) & (Q(wait_end__isnull=True) | Q(wait_end__gt=on))


def gross_days(*, received_on: date, ended_on: date | None, on: date) -> int:
    """Gross wait in days: from received until the wait ended, or until `on` while it runs.

    The same day is 0 and counts. Raises ValueError before the day of receipt: there is no wait yet.
    """
    if received_on > on:
        raise ValueError("no wait before the day of receipt")
    return (_clip(ended_on, on) - received_on).days


def gross_days_sql(on: Day) -> Expression:
    """SQL form of `gross_days`, for rows received on or before `on`."""
    return Days(_clip_sql(on), F("received_on"))


def paused_days(pauses: Iterable[Pause], *, received_on: date, ended_on: date | None, on: date) -> int:
    """Days on hold for a reason that stops the clock, within the wait; overlapping days count once."""
    deducted = [pause for pause in pauses if pause.reason in STOPS_CLOCK]
    return held_days(deducted, received_on=received_on, ended_on=ended_on, on=on)


def paused_days_sql(pauses: QuerySet, on: date) -> Expression:
    """SQL form of `paused_days`. `pauses` are all pauses."""
    return held_days_sql(pauses.filter(reason__in=STOPS_CLOCK), on)


def held_days(pauses: Iterable[Pause], *, received_on: date, ended_on: date | None, on: date) -> int:
    """Days on hold for whatever reason, within the wait; overlapping days count once."""
    end = _clip(ended_on, on)
    days: set[int] = set()
    for pause in pauses:
        first = max(pause.started_on, received_on)
        last = min(pause.ended_on or end, end)
        days.update(range(first.toordinal(), last.toordinal()))
    return len(days)


def held_days_sql(pauses: QuerySet, on: date) -> Expression:
    """SQL form of `held_days`."""
    end = Least(OuterRef("wait_end"), Value(on, DateField()))  # LEAST passes over NULL
    within = Span(Greatest(F("started_on"), OuterRef("received_on")), Least(F("ended_on"), end))
    held = pauses.filter(referral=OuterRef("pk")).order_by().values("referral")
    spans = held.annotate(span=Union(within)).values("span")
    return Coalesce(CountDays(Subquery(spans)), 0)


def spells(pauses: Iterable[Pause], *, received_on: date, ended_on: date | None, on: date) -> list[Spell]:
    """The wait until the end of the day `on`, cut where it goes on hold or off it, in order and without holes.

    The days of all are the gross wait, of those with reasons `held_days`, of those deducted `paused_days`. A wait of no
    day has none. Only in Python: for one referral at a time.
    """
    end = _clip(ended_on, on)
    held = [(max(one.started_on, received_on), min(one.ended_on or end, end), one.reason) for one in pauses]
    within = [(first, last, reason) for first, last, reason in held if first < last]
    cuts = sorted({received_on, end} | {day for first, last, _reason in within for day in (first, last)})
    return [
        Spell(begun, ended, frozenset(reason for first, last, reason in within if first <= begun < last))
        for begun, ended in pairwise(cuts)
    ]


def net_days(gross: int, paused: int) -> int:
    """Net wait in days: serves only to judge the target, never shown as "the wait"."""
    return gross - paused


def net_days_sql() -> Expression:
    """SQL form of `net_days`, over `gross_days` and `paused_days`."""
    return Days(F("gross_days"), F("paused_days"))


# ---------------------------------------------------------------- the target


def is_assessed(prioritised_on: date | None, on: date) -> bool:
    """Whether a professional had set a priority (vurdert) by the end of the day. Before that no target holds."""
    return prioritised_on is not None and prioritised_on <= on


def assessed_sql(on: date) -> Expression:
    """SQL form of `is_assessed` as a value, never NULL."""
    return ExpressionWrapper(Q(prioritised_on__isnull=False, prioritised_on__lte=on), BooleanField())


def not_assessed_q() -> Q:
    """Those not assessed, over `is_assessed`."""
    return Q(is_assessed=False)


def due_on(received_on: date, target_days: int, paused: int) -> date:
    """The last day on which a start meets the target: received + target + days on hold."""
    return date.fromordinal(received_on.toordinal() + target_days + paused)


def due_on_sql() -> Expression:
    """SQL form of `due_on`, over the annotations `target_days` and `paused_days`; NULL without a target."""
    return AddDays(F("received_on"), F("target_days"), F("paused_days"))


def days_left(net: int, target_days: int | None) -> int | None:
    """Days until the target is broken: 0 on its last day, negative once it is. None: not assessed."""
    return None if target_days is None else target_days - net


def days_left_sql() -> Expression:
    """SQL form of `days_left`, over `target_days` and `net_days`; NULL without a target."""
    return Days(F("target_days"), F("net_days"))


def is_over_target(left: int | None) -> bool | None:
    """Breach of the target (fristbrudd): more net days than the target. None: not assessed, never "ok"."""
    return None if left is None else left < 0


def over_target_q() -> Q:
    """SQL form of `is_over_target`, over `days_left`: those of whom it is true, so not the ones not assessed."""
    return Q(days_left__lt=0)


def not_over_target_q() -> Q:
    """The rest: within the target, without one, or not assessed."""
    return Q(days_left__gte=0) | Q(days_left__isnull=True)


def within_target_q() -> Q:
    """Those assessed who are not over target, over `is_assessed` and `days_left`."""
    return Q(is_assessed=True) & not_over_target_q()


def over_target_sql() -> Expression:
    """SQL form of `is_over_target` as a value; NULL: not assessed."""
    return ExpressionWrapper(over_target_q(), BooleanField(null=True))


def first_day_over(
    pauses: Iterable[Pause],
    *,
    received_on: date,
    ended_on: date | None,
    prioritised_on: date | None,
    target_days: int | None,
) -> date | None:
    """The first day at whose end the target was broken: over target that day, and on no day before it.

    Whoever is assessed after the days have run out is over target from that day on. None: there is no target, the wait
    ended within it, or a pause that still runs stops the clock before it. Only in Python: whom SQL finds over target at
    the end of one day and not of another, the target was broken for in between (`models.deviation.newly_late`).
    """
    if target_days is None or prioritised_on is None:
        return None
    broken = _day_of_net(target_days + 1, pauses, received_on)
    if broken is None or (ended_on is not None and broken > ended_on):
        return None
    return max(broken, prioritised_on)


def _day_of_net(net: int, pauses: Iterable[Pause], received_on: date) -> date | None:
    """The first day at whose end the net wait has so many days, if it lasts; None: a pause that runs comes before."""
    day, passed = received_on.toordinal() + net, received_on.toordinal()
    for pause in sorted(pauses, key=lambda pause: pause.started_on):
        first = max(pause.started_on.toordinal(), passed)
        if pause.reason not in STOPS_CLOCK or first >= day:
            continue
        if pause.ended_on is None:
            return None
        passed = max(passed, pause.ended_on.toordinal())
        day += max(0, pause.ended_on.toordinal() - first)
    return date.fromordinal(day)


def is_due_soon(left: int | None, soon: int | None) -> bool:
    """Whether the target falls due within `soon` days and is not yet broken: 0 ≤ target − net ≤ soon.

    `soon` is the number of the municipality's key in force on the day that is looked at; None: it has none.
    """
    return left is not None and soon is not None and 0 <= left <= soon


def due_soon_q() -> Q:
    """SQL form of `is_due_soon`, over `days_left` and `due_soon_days`; the lookup is `models.periods.FromNoughtTo`."""
    return Q(days_left__from_nought_to=F("due_soon_days"))


def due_soon_sql() -> Expression:
    """SQL form of `is_due_soon` as a value."""
    return Coalesce(ExpressionWrapper(due_soon_q(), BooleanField(null=True)), Value(False))


# ---------------------------------------------------------------- the preliminary reply


def preliminary_reply_due(received_on: date) -> date:
    """One calendar month after receipt, clamped to the end of the month (forvaltningsloven § 11 a).

    31 January gives 28 or 29 February. Neither pauses nor weekends move it.
    """
    year, month = (
        (received_on.year, received_on.month + 1) if received_on.month < 12 else (received_on.year + 1, 1)
    )
    return date(year, month, min(received_on.day, calendar.monthrange(year, month)[1]))


def preliminary_reply_due_sql() -> Expression:
    """SQL form of `preliminary_reply_due`: PostgreSQL clamps month arithmetic the same way."""
    return Func(
        F("received_on"),
        template="(%(expressions)s + interval '1 month')::date",
        output_field=DateField(),
    )


def reply_state(
    *, received_on: date, is_asked: bool, sent_on: date | None, closed_on: date | None, on: date
) -> Reply:
    """How the preliminary reply stands at the end of the day `on`; what was sent or closed later is not known yet."""
    if not is_asked:
        return Reply.NOT_ASKED
    due = preliminary_reply_due(received_on)
    in_time = min(due, on)
    if sent_on is not None and sent_on <= in_time:
        return Reply.SENT
    if closed_on is not None and closed_on <= in_time:
        return Reply.CLOSED
    if sent_on is not None and sent_on <= on:
        return Reply.SENT_LATE
    if on > due:
        return Reply.LATE
    return Reply.DUE if (due - on).days <= REPLY_SOON_DAYS else Reply.NOT_YET


def reply_state_sql(on: date) -> Expression:
    """SQL form of `reply_state`, over the annotations `needs_reply` and `reply_sent_on`; as the state's value."""
    due, day = preliminary_reply_due_sql(), Value(on, DateField())
    in_time, soon = Least(due, day), AddDays(day, Value(REPLY_SOON_DAYS))
    return Case(
        When(needs_reply=False, then=Value(Reply.NOT_ASKED)),
        When(reply_sent_on__lte=in_time, then=Value(Reply.SENT)),
        When(closed_on__lte=in_time, then=Value(Reply.CLOSED)),
        When(reply_sent_on__lte=on, then=Value(Reply.SENT_LATE)),
        When(LessThan(due, day), then=Value(Reply.LATE)),
        When(LessThanOrEqual(due, soon), then=Value(Reply.DUE)),
        default=Value(Reply.NOT_YET),
        output_field=CharField(),
    )


# ---------------------------------------------------------------- the hold, and whether somebody still waits


def pause_review_due(started_on: date, reviewed_on: date | None) -> date:
    """The last day on which a pause that runs needs no word of review; `reviewed_on` is the latest one's day.

    42 days after it began, and 84 after each review. On that day itself it is not late.
    """
    if reviewed_on is None:
        return date.fromordinal(started_on.toordinal() + PAUSE_REVIEW_DAYS)
    return date.fromordinal(reviewed_on.toordinal() + PAUSE_REVIEW_AGAIN_DAYS)


def pause_review_due_sql() -> Expression:
    """SQL form of `pause_review_due`, over a pause's `started_on` and the annotation `reviewed_on`."""
    again = AddDays(F("reviewed_on"), Value(PAUSE_REVIEW_AGAIN_DAYS))
    return Coalesce(again, AddDays(F("started_on"), Value(PAUSE_REVIEW_DAYS)))


def validation_due(received_on: date, answered_on: date | None) -> date:
    """The day by which the citizen is to be asked whether they still wait; `answered_on`: the latest answer's day.

    90 days after receipt, and 90 after each answer. To ask moves no clock.
    """
    return date.fromordinal((answered_on or received_on).toordinal() + VALIDATION_DAYS)


def validation_due_sql() -> Expression:
    """SQL form of `validation_due`, over the annotation `answered_on`."""
    return AddDays(Coalesce(F("answered_on"), F("received_on")), Value(VALIDATION_DAYS))


def answer_due(asked_on: date) -> date:
    """The last day on which one waits for the answer of somebody who was asked."""
    return date.fromordinal(asked_on.toordinal() + ANSWER_DAYS)


def answer_due_sql() -> Expression:
    """SQL form of `answer_due`, over the annotation `asked_on`."""
    return AddDays(F("asked_on"), Value(ANSWER_DAYS))


# ---------------------------------------------------------------- bands and the year


def band(gross: int) -> Band:
    """The band of a gross wait."""
    return next(band for band in Band if gross <= band)


def band_sql() -> Expression:
    """SQL form of `band`, as the band's code, over the annotation `gross_days`."""
    whens = [When(gross_days__lte=band.value, then=Value(band.code)) for band in Band]
    return Case(*whens, output_field=CharField())


def is_over_a_year(gross: int) -> bool:
    """More than 365 gross days; 365 is not, and 29 February is a day as any other."""
    return gross > YEAR_DAYS


def over_a_year_q() -> Q:
    """SQL form of `is_over_a_year`, over the annotation `gross_days`."""
    return Q(gross_days__gt=YEAR_DAYS)


def is_near_a_year(gross: int) -> bool:
    """From 274 to 365 gross days: over a year within 92 days if nobody starts."""
    return NEAR_A_YEAR_DAYS <= gross <= YEAR_DAYS


def near_a_year_q() -> Q:
    """SQL form of `is_near_a_year`, over the annotation `gross_days`."""
    return Q(gross_days__range=(NEAR_A_YEAR_DAYS, YEAR_DAYS))


def is_over_ten_years(gross: int) -> bool:
    """More than 3653 gross days: over ten years, whatever leap days lie in them. Flagged, and counted to the day."""
    return gross > TEN_YEARS_DAYS


def over_ten_years_q() -> Q:
    """SQL form of `is_over_ten_years`, over the annotation `gross_days`."""
    return Q(gross_days__gt=TEN_YEARS_DAYS)


def first_month_end_over_half_a_year(received_on: date) -> date:
    """The first last day of a month on which a wait that still ran was over 183 gross days; on day 183 it is not.

    Only in Python: it follows from the day of receipt, and comes in the same order.
    """
    return last_of_month(date.fromordinal(received_on.toordinal() + HALF_A_YEAR_DAYS + 1))


def last_of_month(day: date) -> date:
    """The last day of the month in which a day lies."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _clip(ended_on: date | None, on: date) -> date:
    return on if ended_on is None else min(ended_on, on)


def _clip_sql(on: Day) -> Expression:
    day = Value(on, DateField()) if isinstance(on, date) else on
    return Least(F("wait_end"), day)  # LEAST passes over NULL
