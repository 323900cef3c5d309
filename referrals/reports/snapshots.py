"""The figures of one scope at the end of one day, as they may be shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from referrals.models import ALL_KNOWN, Hindsight
from referrals.reports import kept_or_counted
from referrals.reports.regions import Country, Look, OwnLook, Places
from referrals.reports.scopes import Scope
from referrals.reports.splits import SPLIT_KEYS, Counter, Split
from referrals.reports.suppression import WITHHELD, Cell, Figure
from referrals.reports.tallies import IN_SCOPE, Tally


@dataclass(frozen=True)
class Headlines:
    """The key figures of one day. Days are gross days; counts are of referrals, but `persons` of citizens."""

    waiting: Figure
    median_days: Figure
    p90_days: Figure
    over_target: Figure
    not_assessed: Figure
    over_a_year: Figure
    paused: Figure
    oldest_days: Figure
    persons: Figure


# Of a day of which nothing is known.
UNKNOWN = Headlines(*(Figure() for _field in fields(Headlines)))


@dataclass(frozen=True)
class PartFigures:
    """Those who wait in one category or priority: `value` is its id or level, None: no priority yet."""

    value: int | None
    waiting: Figure
    median_days: Figure
    p90_days: Figure
    over_target: Figure | None


class Snapshot:
    """The figures of a scope. `in_full`: also by band, category, priority and place, not only the headlines.

    Asked for at the instant `at`, true of the instant `as_of`.
    """

    def __init__(
        self,
        on: date,
        scope: Scope,
        places: Places,
        categories: Sequence[int] = (),
        *,
        in_full: bool,
        at: datetime,
        hindsight: Hindsight = ALL_KNOWN,
    ) -> None:
        self._scope = scope
        found = kept_or_counted.waiting(on, scope, in_full=in_full, at=at, hindsight=hindsight)
        self.as_of = found.as_of
        self._counter = Counter(found.tallies, categories)
        self._country = None if scope.exact else Country(self._counter, places, on)
        self._look = self._country.look_at(scope) if self._country else OwnLook(self._counter)

    def headlines(self) -> Headlines:
        """The key figures."""
        return _headlines(self._look, self._counter.tally(IN_SCOPE), is_own=self._scope.exact)

    def bands(self) -> list[Figure]:
        """Those who wait, by band."""
        return [cell.figure for cell in self._look.cells(Split.BAND)]

    def weeks(self) -> list[Tally]:
        """Those who wait, by week from received; only for own staff."""
        return self._counter.weeks(IN_SCOPE)

    def by(self, split: Split) -> Iterator[PartFigures]:
        """Those who wait, by category or by priority."""
        values = self._counter.values[split]
        for value, cell in zip(values, self._look.cells(split), strict=True):
            part = self._counter.tally(IN_SCOPE, (SPLIT_KEYS[split], value))
            yield PartFigures(
                value,
                cell.figure,
                cell.median(part.median_days),
                cell.p90(part.p90_days),
                Figure(part.over_target) if self._scope.exact else None,
            )

    def by_place(self) -> Iterator[tuple[int, Headlines]]:
        """The nation's counties, or the municipalities of the counties, by id; nothing for a municipality.

        Also former municipalities in which somebody still waits.
        """
        if self._country:
            for key, place, look in self._country.places_in(self._scope):
                yield place, _headlines(look, self._counter.tally((key, place)), is_own=False)


def _headlines(look: Look, tally: Tally, *, is_own: bool) -> Headlines:
    """Whose wait is the longest is one citizen's: only own staff see how long it is.

    Nor does anybody else see how many citizens there are: beside the referrals it would tell of those who have several.
    """
    waiting = look.waiting()
    is_told = is_own or waiting == Cell.shown(0)
    over_target, not_assessed, _rest = look.cells(Split.TARGET)
    over_a_year, _rest = look.cells(Split.YEAR)
    paused, _rest = look.cells(Split.PAUSE)
    return Headlines(
        waiting=waiting.figure,
        median_days=waiting.median(tally.median_days),
        p90_days=waiting.p90(tally.p90_days),
        over_target=over_target.figure,
        not_assessed=not_assessed.figure,
        over_a_year=over_a_year.figure,
        paused=paused.figure,
        oldest_days=Figure(tally.oldest_days) if is_told else WITHHELD,
        persons=Figure(tally.persons) if is_told else WITHHELD,
    )
