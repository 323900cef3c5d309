"""The rules of the list of errors (feilliste): what a statistician would find wrong in what is registered.

What the database refuses has no rule, since it cannot be there: a case closed without a closing reason, a receipt after
the registration, a start, a closing or a pause that ends before it begins, a birth date that is missing, two pauses of
one reason at once. Nor has a test number as an identity number, which only the demo accepts (`identity`) and which lies
sealed, so that no query finds it. Duplicates and what was entered in error are out of every count, and so of this list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ergo.postgresql.days import Days
from referrals.choices import DataRule, EventKind, Move, Outcome, can_move
from referrals.models import Employment, PriorityKey, ReferralEvent, WaitPause
from referrals.models.periods import OsloDate
from referrals.models.priority import target_days_sql
from referrals.models.referral import ReferralQuerySet
from referrals.waiting import HALF_A_YEAR_DAYS, LATE_ENTRY_DAYS, TEN_YEARS_DAYS

Text = str | Promise

HALF_A_YEAR = timedelta(days=HALF_A_YEAR_DAYS)


@dataclass(frozen=True)
class Rule:
    """One kind of error. `among`: those of the referrals of a municipality that have it on a day, with what shows it.

    `why`: what goes wrong when it stands. `wrong`: what is wrong with a row, in words. `mends`: the moves that mend it;
    of a row the first that its status allows. `tells_of_citizen`: to stand on the list says something of the citizen,
    or of another case of theirs, so that a case is not on it for whom it is shielded from.
    """

    code: DataRule
    why: Text
    among: Callable[[ReferralQuerySet, date], ReferralQuerySet]
    wrong: Callable[[Any], str]
    mends: tuple[Move, ...]
    tells_of_citizen: bool = False

    @property
    def title(self) -> Text:
        """The rule in a few words."""
        return self.code.label

    def mend_of(self, row: Any) -> Move | None:
        """The move that mends the row; None: its status allows none of them, and it is looked at on its own page."""
        return next((move for move in self.mends if can_move(move, status=row.status, paused=True)), None)


# ---------------------------------------------------------------- what is looked for


def _started_unassessed(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    return rows.filter(started_on__isnull=False, priority__isnull=True)


def _started_first(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    return rows.filter(started_on__lt=F("prioritised_on"))


def _no_such_priority(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    """By the key version of the day of receipt, which judges it."""
    assessed = rows.filter(priority__isnull=False)
    return assessed.alias(target=target_days_sql(PriorityKey.objects.valid())).filter(target__isnull=True)


def _ten_years(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    return rows.open().filter(received_on__lt=on - timedelta(days=TEN_YEARS_DAYS))


def _registered_late(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    """Of which neither the line of its registration nor a correction of its receipt says why."""
    lines = ReferralEvent.objects.filter(referral=OuterRef("pk")).exclude(note="").order_by()
    told = Q(kind=EventKind.RECEIVED) | Q(kind=EventKind.CORRECTED, details__changes__has_key="received_on")
    late = rows.annotate(registered_on=OsloDate("registered_at")).alias(
        lag=Days(F("registered_on"), F("received_on"))
    )
    return late.filter(lag__gt=LATE_ENTRY_DAYS).exclude(Exists(lines.filter(told)))


def _before_birth(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    return rows.filter(received_on__lt=F("person__birth_date"))


def _two_open(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    twins = rows.open().filter(
        municipality=OuterRef("municipality"), person=OuterRef("person"), category=OuterRef("category")
    )
    others = twins.exclude(pk=OuterRef("pk")).order_by("received_on", "pk")
    return rows.open().annotate(twin=Subquery(others.values("number")[:1])).filter(twin__isnull=False)


def _long_pause(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    return _held_since(rows.open(), WaitPause.objects.filter(started_on__lt=on - HALF_A_YEAR))


def _always_on_hold(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    """For whatever reasons: every day of the gross wait is one on hold."""
    waits: Any = rows.waiting(on=on).with_gross_days(on=on).with_held_days(on=on)
    found: ReferralQuerySet = waits.filter(gross_days__gt=HALF_A_YEAR_DAYS, held_days=F("gross_days"))
    return found


def _therapist_gone(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    posts = Employment.objects.valid(on).filter(
        municipality=OuterRef("municipality"), therapist=OuterRef("therapist")
    )
    return rows.open().filter(therapist__isnull=False).exclude(Exists(posts))


def _citizen_gone(rows: ReferralQuerySet, on: date) -> ReferralQuerySet:
    """As another case of the citizen tells, closed since this one was received; nobody comes back from death."""
    closed = rows.filter(municipality=OuterRef("municipality"), person=OuterRef("person"))
    since = Q(outcome=Outcome.DEAD) | Q(outcome=Outcome.MOVED, closed_on__gte=OuterRef("received_on"))
    told = closed.filter(since).exclude(pk=OuterRef("pk")).order_by("-closed_on", "-pk")
    gone = rows.open().annotate(told_by=Subquery(told.values("number")[:1]))
    return gone.filter(told_by__isnull=False)


def _held_since(rows: ReferralQuerySet, pauses: QuerySet) -> ReferralQuerySet:
    """Those with such a pause that nobody has ended; `held_since`: the first day of the longest one."""
    without_end = pauses.filter(referral=OuterRef("pk"), ended_on__isnull=True).order_by("started_on", "pk")
    first = Subquery(without_end.values("started_on")[:1], output_field=DateField())
    return rows.annotate(held_since=first).filter(held_since__isnull=False)


# ---------------------------------------------------------------- what is wrong, in words


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _about_start(row: Any) -> str:
    return _now("Started %(day)s.") % {"day": _day(row.started_on)}


def _about_assessment(row: Any) -> str:
    days = {"started": _day(row.started_on), "assessed": _day(row.prioritised_on)}
    return _now("Started %(started)s, assessed %(assessed)s.") % days


def _about_priority(row: Any) -> str:
    words = {"level": row.priority, "category": row.category.name, "day": _day(row.received_on)}
    return _now("Priority %(level)s, %(category)s, received %(day)s.") % words


def _about_receipt(row: Any) -> str:
    return _now("Received %(day)s.") % {"day": _day(row.received_on)}


def _about_registration(row: Any) -> str:
    days = {"received": _day(row.received_on), "registered": _day(row.registered_on)}
    return _now("Received %(received)s, registered %(registered)s.") % days


def _about_birth(row: Any) -> str:
    days = {"received": _day(row.received_on), "born": row.person.birth_date.year}
    return _now("Received %(received)s, citizen born in %(born)s.") % days


def _about_twin(row: Any) -> str:
    return _now("The other one: %(number)s.") % {"number": row.twin}


def _about_pause(row: Any) -> str:
    return _now("On hold since %(day)s.") % {"day": _day(row.held_since)}


def _about_hold(row: Any) -> str:
    return _now("Received %(day)s, and on hold from then on.") % {"day": _day(row.received_on)}


def _about_therapist(row: Any) -> str:
    return _now("Assigned to %(name)s.") % {"name": row.therapist.name}


def _about_other(row: Any) -> str:
    return _now("So says the closing of %(number)s.") % {"number": row.told_by}


RULES: dict[str, Rule] = {
    rule.code.value: rule
    for rule in (
        Rule(
            DataRule.STARTED_UNASSESSED,
            _("Without a priority no target holds, so the start counts as neither in time nor late."),
            _started_unassessed,
            _about_start,
            (Move.CORRECT,),
        ),
        Rule(
            DataRule.STARTED_FIRST,
            _("One of the days is wrong: nobody is assessed for a wait that is over."),
            _started_first,
            _about_assessment,
            (Move.CORRECT,),
        ),
        Rule(
            DataRule.NO_SUCH_PRIORITY,
            _("The key in force on the day of receipt has no target for it, so it is never late."),
            _no_such_priority,
            _about_priority,
            (Move.PRIORITISE, Move.CORRECT),
        ),
        Rule(
            DataRule.TEN_YEARS,
            _("The year of receipt may be a slip, and one such wait moves every figure of the longest ones."),
            _ten_years,
            _about_receipt,
            (Move.CORRECT,),
        ),
        Rule(
            DataRule.REGISTERED_LATE,
            _("Figures of the days between were too low, and nobody knows why."),
            _registered_late,
            _about_registration,
            (Move.CORRECT,),
        ),
        Rule(
            DataRule.BEFORE_BIRTH,
            _("The day of receipt or the citizen’s birth date is wrong."),
            _before_birth,
            _about_birth,
            (Move.CORRECT,),
            tells_of_citizen=True,
        ),
        Rule(
            DataRule.TWO_OPEN,
            _("One need is counted twice, as two who wait."),
            _two_open,
            _about_twin,
            (Move.MERGE,),
            tells_of_citizen=True,
        ),
        Rule(
            DataRule.LONG_PAUSE,
            _("A pause that nobody ends keeps the case from being late, and from being started."),
            _long_pause,
            _about_pause,
            (Move.RESUME,),
        ),
        Rule(
            DataRule.ALWAYS_ON_HOLD,
            _("Somebody who has been on hold all the time has perhaps never waited for the service."),
            _always_on_hold,
            _about_hold,
            (Move.RESUME,),
        ),
        Rule(
            DataRule.THERAPIST_GONE,
            _("Nobody works with the case, though it seems to be assigned."),
            _therapist_gone,
            _about_therapist,
            (Move.ASSIGN,),
        ),
        Rule(
            DataRule.CITIZEN_GONE,
            _("Another case of the citizen was closed so: this wait ended on the same day."),
            _citizen_gone,
            _about_other,
            (Move.CLOSE,),
            tells_of_citizen=True,
        ),
    )
}
