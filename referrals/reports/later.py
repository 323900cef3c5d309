"""What is registered after a month-end, and by how much each reason has changed how many waited then.

Read from the history of a municipality's referrals, for its own staff only: what was registered later is undone again.
"""

from collections import Counter as Counts
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Q

from referrals.choices import NOT_COUNTED
from referrals.models import Referral, ReferralEvent, end_of
from referrals.reports.scopes import Scope
from referrals.waiting import is_waiting, wait_end

DATES = ("received_on", "started_on", "closed_on")

# Whoever waits at a month-end otherwise than was known then has a date of that month or before it, as it was or as it
# became, registered in a later month; or was or became one that is not counted. Nearly all else is registered at once.
CANDIDATES = """
SELECT id FROM referrals_referral
WHERE municipality_id = %(place)s AND registered_at >= %(since)s
    AND to_char(received_on, 'YYYY-MM') < to_char(registered_at AT TIME ZONE 'Europe/Oslo', 'YYYY-MM')
UNION
SELECT event.referral_id
FROM referrals_referralevent AS event
CROSS JOIN LATERAL jsonb_each(event.details->'changes') AS change
CROSS JOIN LATERAL (VALUES (change.value->>0), (change.value->>1)) AS side (value)
WHERE event.municipality_id = %(place)s AND event.registered_at >= %(since)s AND (
    change.key = ANY (%(dates)s)
        AND left(side.value, 7) < to_char(event.registered_at AT TIME ZONE 'Europe/Oslo', 'YYYY-MM')
    OR change.key = 'outcome' AND side.value = ANY (%(not_counted)s)
)
"""


class Why(StrEnum):
    """Why somebody waits on the day as we now know it and did not as it was known then, or the other way.

    REGISTERED_LATER: received by the day, written down after it. ENDED_LATER: started or closed by the day, written
    down after. NOT_COUNTED: closed after as a duplicate or entered in error. CORRECTED: by a correction or a
    reopening. Or why somebody who waits in both is judged otherwise. ASSESSED_LATER: assessed by the day, written down
    after. ON_HOLD: by other days on hold. NEW_KEY: by another version of the priority key, registered after. OTHER:
    what the history does not tell.
    """

    REGISTERED_LATER = "registered_later"
    ENDED_LATER = "ended_later"
    NOT_COUNTED = "not_counted"
    CORRECTED = "corrected"
    ASSESSED_LATER = "assessed_later"
    ON_HOLD = "on_hold"
    NEW_KEY = "new_key"
    OTHER = "other"


# By how much each reason changed a number; none that is 0.
Reasons = tuple[tuple[Why, int], ...]


def explained(counts: Mapping[Why, int], change: int) -> Reasons:
    """The reasons of a change, and how much of it none of them explains."""
    told = dict(counts)
    told[Why.OTHER] = told.get(Why.OTHER, 0) + change - sum(counts.values())
    return tuple((why, told[why]) for why in Why if told.get(why))


@dataclass(frozen=True)
class _State:
    """What a referral's place among those who wait follows from."""

    received_on: date
    ended_on: date | None
    is_counted: bool

    def waits(self, on: date) -> bool:
        return self.is_counted and is_waiting(received_on=self.received_on, ended_on=self.ended_on, on=on)


class Later:
    """What became of the municipality's referrals since the end of the day `since`, the earliest that is asked for.

    `until`: by what was registered before that instant, where it is told once more.
    """

    def __init__(self, scope: Scope, since: date, until: datetime | None = None) -> None:
        """At most 3 queries."""
        self._until = until
        found = _candidates(scope.ids[0], end_of(since))
        events = ReferralEvent.objects.filter(referral_id__in=found, registered_at__gte=end_of(since))
        self._events: dict[int, list[ReferralEvent]] = {pk: [] for pk in found}
        for event in events.order_by("-registered_at", "-pk"):
            self._events[event.referral_id].append(event)
        known = Q() if until is None else Q(registered_at__lt=until)
        self._referrals = list(Referral.objects.filter(known, pk__in=found))

    def reasons(self, on: date, change: int) -> Reasons:
        """By how much each reason changed how many wait; together the change. None that is 0."""
        counts: Counts[Why] = Counts()
        for _pk, why, number in self._differing(on):
            counts[why] += number
        return explained(counts, change)

    def waited(self, on: date) -> dict[int, Why]:
        """Why each of those waited on the day who did so in one of the two ways only, by the referral."""
        return {pk: why for pk, why, _number in self._differing(on)}

    def _differing(self, on: date) -> Iterator[tuple[int, Why, int]]:
        known_by = end_of(on)
        for referral in self._referrals:
            now = self._at(referral, self._until)
            then = None if referral.registered_at >= known_by else self._at(referral, known_by)
            before, after = bool(then and then.waits(on)), now.waits(on)
            if before != after:
                yield referral.pk, _why(then, now, on), int(after) - int(before)

    def _at(self, referral: Referral, instant: datetime | None) -> _State:
        """What was known of the referral before the instant; None: what is known."""
        events = self._events[referral.pk] if instant else []
        return _rewound(referral, [event for event in events if instant and event.registered_at >= instant])


def _candidates(place: int, since: datetime) -> list[int]:
    asked: dict[str, Any] = {
        "place": place,
        "since": since,
        "dates": list(DATES),
        "not_counted": list(NOT_COUNTED),
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, asked)
        return [pk for (pk,) in cursor]


def _rewound(referral: Referral, later: Sequence[ReferralEvent]) -> _State:
    """The referral with what was registered later undone, the newest first."""
    days = {name: getattr(referral, name) for name in DATES}
    outcome = referral.outcome
    for event in later:
        for name, (before, _after) in event.details.get("changes", {}).items():
            if name in days:
                days[name] = date.fromisoformat(before) if before else None
            if name == "outcome":
                outcome = before or ""
    return _state(days["received_on"], days["started_on"], days["closed_on"], outcome)


def _state(received_on: date, started_on: date | None, closed_on: date | None, outcome: str) -> _State:
    return _State(received_on, wait_end(started_on, closed_on), outcome not in NOT_COUNTED)


def _why(then: _State | None, now: _State, on: date) -> Why:
    if then is None:
        return Why.REGISTERED_LATER
    if then.is_counted and not now.is_counted:
        return Why.NOT_COUNTED
    has_ended = now.ended_on is not None and now.ended_on <= on
    if then.ended_on is None and has_ended and then.received_on == now.received_on:
        return Why.ENDED_LATER
    return Why.CORRECTED
