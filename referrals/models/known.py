"""Referrals and pauses as they were known at the end of an earlier day (*slik den var*), read from the history.

What was registered later is taken back: a fact has the value from before the first later event that changed it, and a
referral or pause that was registered later is not there. The views of migration 0014 do it, by row-level security of
whoever asks; here they look like the tables, so that the clock and the lists read both the same way.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.db import DatabaseError, connection, models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from referrals.choices import EventKind, Handling, Knowledge, Outcome, PauseReason, Source, Status
from referrals.models.case_file import ReferralEvent
from referrals.models.clock import OnTheClock
from referrals.models.geography import Municipality
from referrals.models.lean import Lean
from referrals.models.pause import WaitPauseQuerySet
from referrals.models.person import Person
from referrals.models.priority import Category, KnownBefore, PriorityKey, PriorityKeyQuerySet
from referrals.models.referral import Referral, ReferralQuerySet
from referrals.models.units import Unit
from referrals.models.workforce import Therapist
from referrals.waiting import OSLO

SET_KNOWN_BEFORE = "SELECT set_config('ergo.known_before', %s, true)"


@dataclass(frozen=True)
class Hindsight:
    """How an earlier day is looked at. `until`: nothing that was registered from this instant on is known.

    A report is made again by the instant at which it was made first.
    """

    knowledge: Knowledge = Knowledge.NOW
    until: datetime | None = None

    def known_before(self, on: date) -> datetime | None:
        """The instant before which everything known about the day was registered; None: all that is registered."""
        ends = [self.until] if self.until else []
        if self.knowledge == Knowledge.THEN:
            ends.append(end_of(on))
        return min(ends, default=None)

    def of_all_before(self, on: date) -> "Hindsight":
        """How days up to `on` are looked at together: with what is known of that day, not each by its own end."""
        return Hindsight(until=self.known_before(on))

    @property
    def reads_history(self) -> bool:
        """Whether rows are read as they were known, rather than as they are."""
        return self.knowledge == Knowledge.THEN or self.until is not None


ALL_KNOWN = Hindsight()


def as_known_by(on: date) -> AbstractContextManager[None]:
    """Within it, the models below show what was registered by the end of the day `on`, in Norway."""
    return _as_known_before(end_of(on))


def looking_back(hindsight: Hindsight, on: date) -> AbstractContextManager[None]:
    """Within it, `referrals_as(hindsight)` is of the end of the day `on`."""
    instant = hindsight.known_before(on)
    return _as_known_before(instant) if instant else nullcontext()


def end_of(on: date) -> datetime:
    """The first instant after the day: what is registered from then on was not known by its end."""
    return datetime.combine(on + timedelta(days=1), time.min, tzinfo=OSLO)


@contextmanager
def _as_known_before(instant: datetime) -> Iterator[None]:
    """Inside one transaction. Whoever reads the models outside gets an error and never another day's figures."""
    if not connection.in_atomic_block:
        raise RuntimeError("what was known is read within one transaction")
    _tell(instant.isoformat())
    try:
        yield
    except DatabaseError:
        raise  # the transaction takes no more statements, and the setting ends with it
    except BaseException:
        _tell("")
        raise
    _tell("")


def _tell(instant: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SET_KNOWN_BEFORE, [instant])


class KnownReferral(OnTheClock, Lean):
    """A referral as it was known. The citizen and the unit are those of now: they decide who may see it.

    Has no free text: the history does not keep what it was.
    """

    municipality = models.ForeignKey(Municipality, models.DO_NOTHING, related_name="+")
    number = models.CharField(max_length=11)
    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="+")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, null=True, related_name="+")
    category = models.ForeignKey(Category, models.DO_NOTHING, related_name="+")
    registered_at = models.DateTimeField()
    received_on = models.DateField()
    source = models.CharField(max_length=20, choices=Source)
    status = models.CharField(max_length=10, choices=Status)
    priority = models.PositiveSmallIntegerField(null=True)
    prioritised_on = models.DateField(null=True)
    therapist = models.ForeignKey(Therapist, models.DO_NOTHING, null=True, related_name="+")
    started_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome)
    wait_end = models.DateField(null=True)
    handling = models.CharField(max_length=20, choices=Handling)
    needs_reply: bool
    is_replied: bool
    has_risk: bool

    objects = ReferralQuerySet.as_manager()
    is_history = True
    unlisted = ("registered_at", "source")

    class Meta:
        managed = False
        db_table = "referrals_referral_as_known"
        ordering = ["-received_on", "-pk"]

    def __str__(self) -> str:
        return self.number

    @staticmethod
    def reply_sent_on_sql() -> Subquery:
        """The day on which the preliminary reply was sent, by what the history last told of it."""
        return Subquery(told_replies().values("day")[:1])

    @property
    def takes_preliminary_reply(self) -> bool:
        """Whether a preliminary reply applied and none was registered; of a row read `with_reply` and `is_replied`."""
        return self.needs_reply and not self.is_replied

    @property
    def is_at_risk(self) -> bool:
        """Whether the need was to be assessed anew after a risk event; of a row read with `has_risk`."""
        return self.has_risk


class KnownPause(models.Model):
    """A pause as it was known."""

    municipality = models.ForeignKey(Municipality, models.DO_NOTHING, related_name="+")
    referral = models.ForeignKey(KnownReferral, models.DO_NOTHING, related_name="pauses")
    reason = models.CharField(max_length=20, choices=PauseReason)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)

    objects = WaitPauseQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "referrals_waitpause_as_known"
        ordering = ["referral", "started_on", "pk"]

    def __str__(self) -> str:
        return f"{self.referral}: {self.get_reason_display()}"


def told_replies() -> models.QuerySet[Any]:
    """The lines that told of the preliminary reply of the row by the instant that is looked back to, the last first.

    `day`: on which it was sent. The line of a merging tells of the one that was taken over; the table does not know
    when it learnt of any.
    """
    lines = ReferralEvent.objects.filter(
        Q(kind=EventKind.REPLIED) | Q(details__has_key="reply"),
        referral=OuterRef("pk"),
        registered_at__lt=KnownBefore(),
    )
    taken_over = Cast(KT("details__reply"), models.DateField())
    return lines.annotate(day=Coalesce(taken_over, F("happened_on"))).order_by("-registered_at", "-pk")


def referrals_as(hindsight: Hindsight) -> ReferralQuerySet:
    """All referrals as they are to be looked at; read within `looking_back` of the same day."""
    model: Any = KnownReferral if hindsight.reads_history else Referral
    return cast(ReferralQuerySet, model.objects.all())


def keys_as(hindsight: Hindsight) -> PriorityKeyQuerySet:
    """The versions of priority keys that count; read within `looking_back` of the same day."""
    keys = PriorityKey.objects
    return keys.as_known() if hindsight.reads_history else keys.valid()
