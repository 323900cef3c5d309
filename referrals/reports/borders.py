"""Which municipalities there were on a day, by their numbers, and what of today's ones is known of each.

The registers follow today's municipalities back in time. One that only changed its number is the same; one that was
merged with others cannot be told from them afterwards; one that was split is seen as its parts together, where nobody
else is in these. Old numbers have no names here. All of it follows from the changes of numbers.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from referrals.choices import CoverageState
from referrals.models import Municipality, MunicipalityChange

# Who took others in and kept the number is in no list of changes: Stavanger and Trondheim.
KEPT = {(date(2020, 1, 1), "1103"), (date(2020, 1, 1), "5001")}


@dataclass(frozen=True)
class Place:
    """A municipality of the day. `name`: its number where no name is known.

    `parts`: ids of today's municipalities in which its inhabitants are. `is_whole`: these are nobody else's, so that
    what is known of them together is known of it.
    """

    code: str
    name: str
    parts: tuple[int, ...]
    is_whole: bool


@dataclass(frozen=True)
class Split:
    """A municipality that was divided between several, from the day on."""

    old_code: str
    new_codes: tuple[str, ...]
    on: date


def of_today(municipalities: Iterable[Municipality]) -> list[Place]:
    """Today's municipalities, each as itself."""
    return [Place(one.code, one.full_name, (one.pk,), True) for one in municipalities]


def of_day(
    on: date, municipalities: Sequence[Municipality], changes: Iterable[MunicipalityChange]
) -> list[Place]:
    """The municipalities of the day, in order of their numbers, from today's ones and all changes."""
    steps = _steps_back(on, changes)
    numbers = {one.pk: _numbers(one.code, steps) for one in municipalities}
    parts: dict[str, list[int]] = defaultdict(list)
    for pk, codes in numbers.items():
        for code in codes:
            parts[code].append(pk)
    names = {one.code: one.full_name for one in municipalities}
    return [
        Place(code, names.get(code, code), tuple(pks), all(numbers[pk] == {code} for pk in pks))
        for code, pks in sorted(parts.items())
    ]


def splits(changes: Iterable[MunicipalityChange]) -> tuple[Split, ...]:
    """The old municipalities whose inhabitants came to several new ones, in order of time."""
    became: dict[tuple[date, str], list[str]] = defaultdict(list)
    for change in changes:
        became[change.valid_from, change.old_code].append(change.new_code)
    divided = ((day, old, codes) for (day, old), codes in sorted(became.items()) if len(codes) > 1)
    return tuple(Split(old, tuple(sorted(codes)), day) for day, old, codes in divided)


def days_of_change(changes: Iterable[MunicipalityChange]) -> list[date]:
    """The first days of new numbers, in order: between two of them the borders are the same."""
    return sorted({change.valid_from for change in changes})


def state_of_place(place: Place, states: Collection[CoverageState]) -> CoverageState:
    """What a municipality of the day had, by the states of today's ones that it is part of.

    Of one that was merged only this can be said: if nobody in the whole had an ergoterapeut, it had none.
    """
    order = list(CoverageState)
    best = min(states, key=order.index)
    if best == CoverageState.NONE:
        return best if set(states) == {best} else CoverageState.UNKNOWN
    return best if place.is_whole else CoverageState.UNKNOWN


Steps = list[Mapping[str, set[str]]]


def _steps_back(on: date, changes: Iterable[MunicipalityChange]) -> Steps:
    """The changes after the day, the last first: the numbers that each new number came from."""
    origins: dict[date, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for change in changes:
        if change.valid_from > on:
            origins[change.valid_from][change.new_code].add(change.old_code)
    for day, code in KEPT:
        if code in origins.get(day, ()):
            origins[day][code].add(code)
    return [origins[day] for day in sorted(origins, reverse=True)]


def _numbers(code: str, steps: Steps) -> set[str]:
    """The numbers on the day of those who live in the municipality that has the number now."""
    codes = {code}
    for step in steps:
        codes = set(_origins(codes, step))
    return codes


def _origins(codes: Iterable[str], step: Mapping[str, set[str]]) -> Iterator[str]:
    for code in codes:
        yield from step.get(code, (code,))
