"""Month-ends twice: as they were known when they were frozen (slik den var), and as they are now known to have been."""

from collections import Counter as Counts
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from referrals.choices import NOT_COUNTED
from referrals.models import Referral, ReferralEvent
from referrals.reports import kept, known
from referrals.reports.periods import month_ends
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places, look_at
from referrals.reports.scopes import Level, Scope
from referrals.reports.splits import Counter
from referrals.reports.suppression import Figure
from referrals.reports.tallies import IN_SCOPE, Tallies
from referrals.waiting import is_waiting, oslo_date, wait_end

NAME = "frozen"
MONTHS = 60


class Why(StrEnum):
    """Why somebody waits on the day as we now know it and did not as it was known then, or the other way.

    REGISTERED_LATER: received by the day, written down after the freezing. ENDED_LATER: started or closed by the day,
    written down after. NOT_COUNTED: closed after as a duplicate or entered in error. CORRECTED: by a correction or a
    reopening. OTHER: what the history does not tell.
    """

    REGISTERED_LATER = "registered_later"
    ENDED_LATER = "ended_later"
    NOT_COUNTED = "not_counted"
    CORRECTED = "corrected"
    OTHER = "other"


@dataclass(frozen=True)
class TwoFigures:
    """The same figure then and now."""

    then: Figure
    now: Figure

    @property
    def change(self) -> Figure:
        """Now minus then; hidden where one of the two is."""
        return self.now.minus(self.then)


@dataclass(frozen=True)
class FrozenLine:
    """A month-end. `is_late`: it was frozen later than the night after. `reasons`: by how much each changed how many
    wait, adding up to the change of `waiting`; only for own staff, else empty.
    """

    on: date
    frozen_at: datetime
    is_late: bool
    waiting: TwoFigures
    median_days: TwoFigures
    p90_days: TwoFigures
    reasons: tuple[tuple[Why, int], ...] = ()


@dataclass(frozen=True)
class FrozenReport:
    """The frozen ones of the last 60 month-ends, newest first."""

    on: date
    scope: Scope
    lines: tuple[FrozenLine, ...]
    recipe: Recipe


@dataclass(frozen=True)
class _State:
    """What a referral's place among those who wait follows from."""

    received_on: date
    ended_on: date | None
    is_counted: bool

    def waits(self, on: date) -> bool:
        return self.is_counted and is_waiting(received_on=self.received_on, ended_on=self.ended_on, on=on)


def build(scope: Scope, on: date, *, data_as_of: datetime) -> FrozenReport:
    """The report, asked for at the instant `data_as_of`. At most 6 queries.

    Percentiles of several counties together were not frozen: they are undefined then.
    """
    found = kept.frozen(month_ends(on, MONTHS), scope)
    days, places = sorted(found), Places.about(scope)
    now = known.waiting_each_day(days, scope, at=data_as_of)
    history = _History(scope, min((each.as_of for each in found.values()), default=data_as_of))
    lines = [
        _line(scope, day, found[day], now.on(day), places, history if scope.exact else None)
        for day in reversed(days)
    ]
    return FrozenReport(on, scope, tuple(lines), Recipe(NAME, on, scope, now.as_of))


def _line(
    scope: Scope, day: date, then: kept.Kept, now: Tallies, places: Places, history: "_History | None"
) -> FrozenLine:
    before, after = _shown(scope, then.tallies, places), _shown(scope, now, places)
    waiting, median, p90 = (TwoFigures(*pair) for pair in zip(before, after, strict=True))
    change = now.of(IN_SCOPE).waiting - then.tallies.of(IN_SCOPE).waiting
    return FrozenLine(
        day,
        then.as_of,
        oslo_date(then.as_of) > day + timedelta(days=1),
        waiting,
        median,
        p90,
        history.reasons(day, then.as_of, change) if history else (),
    )


def _shown(scope: Scope, tallies: Tallies, places: Places) -> tuple[Figure, Figure, Figure]:
    counter = Counter(tallies)
    waiting, tally = look_at(scope, counter, places).waiting(), counter.tally(IN_SCOPE)
    if scope.level == Level.COUNTY and len(scope.ids) > 1:
        return waiting.figure, Figure(), Figure()
    return waiting.figure, waiting.median(tally.median_days), waiting.p90(tally.p90_days)


class _History:
    """What became of the municipality's referrals since an instant, read from their history."""

    def __init__(self, scope: Scope, since: datetime) -> None:
        events = ReferralEvent.objects.filter(municipality_id__in=scope.ids, registered_at__gt=since)
        self._events: dict[int, list[ReferralEvent]] = {}
        for event in events.order_by("-registered_at", "-pk") if scope.exact else ():
            self._events.setdefault(event.referral_id, []).append(event)
        self._referrals = list(Referral.objects.filter(pk__in=self._events))

    def reasons(self, on: date, frozen_at: datetime, change: int) -> tuple[tuple[Why, int], ...]:
        """By how much each reason changed how many wait; together the change. None that is 0."""
        counts: Counts[Why] = Counts()
        for why, number in self._differing(on, frozen_at):
            counts[why] += number
        counts[Why.OTHER] = change - sum(counts.values())
        return tuple((why, counts[why]) for why in Why if counts[why])

    def _differing(self, on: date, frozen_at: datetime) -> Iterator[tuple[Why, int]]:
        for referral in self._referrals:
            later = [event for event in self._events[referral.pk] if event.registered_at > frozen_at]
            now = _state(referral.received_on, referral.started_on, referral.closed_on, referral.outcome)
            then = None if referral.registered_at > frozen_at else _rewound(referral, later)
            before, after = bool(then and then.waits(on)), now.waits(on)
            if before != after:
                yield _why(then, now, on), int(after) - int(before)


def _rewound(referral: Referral, later: Sequence[ReferralEvent]) -> _State:
    """The referral with what was registered later undone, the newest first."""
    days = {name: getattr(referral, name) for name in ("received_on", "started_on", "closed_on")}
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
