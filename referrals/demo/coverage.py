"""Which municipalities are without an ergoterapeut of their own, when, and what they have instead.

The numbers at the ends of five years are the published ones; which municipalities they are is invented.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from referrals.choices import CoverageState
from referrals.demo.chance import Weighted
from referrals.demo.places import DRAWN, Municipal

# Municipalities without own at the end of the day (WAITING: magnitudes), within today's borders.
WITHOUT_OWN = {
    date(2018, 12, 31): 83,
    date(2021, 12, 31): 43,
    date(2022, 12, 31): 44,
    date(2023, 12, 31): 49,
    date(2024, 12, 31): 41,
}
LAST_KNOWN = date(2024, 12, 31)
# Since then, by guess: at each later year end and at the end of the data.
SINCE = (38, 45)
LEAST_DAYS_BETWEEN = 120

# Only these can be without: small ones, the remotest first.
LARGEST_WITHOUT = 12_000
CANDIDATES = 150
STAY_SHARE = 0.72
BEFORE_RECORDS = date(2012, 1, 1)

# Short gaps between two ends of year, for places where one person is all there is.
SHORT_GAP_SHARE, SHORT_GAP_DAYS = 0.06, (50, 190)
BRIDGE_SHARE, BRIDGE_DAYS = 0.12, (90, 250)

# What a municipality without own has: nothing for the whole gap, later or at once an agreement, or it buys the service.
INSTEAD = Weighted(
    {
        (CoverageState.NONE,): 50,
        (CoverageState.NONE, CoverageState.AGREEMENT): 22,
        (CoverageState.AGREEMENT,): 15,
        (CoverageState.PURCHASED,): 8,
        (CoverageState.NONE, CoverageState.PURCHASED): 5,
    }
)
ALONE_DAYS = (45, 200)
MOST_UNKNOWN = 3


OPEN = date.max
Gap = tuple[date, date]
"""A period [from, to) without own ergoterapeut; to OPEN: it goes on."""


@dataclass(frozen=True)
class Span:
    """A state of a municipality in [start, end); `end` None goes on."""

    state: CoverageState
    start: date
    end: date | None

    def holds(self, on: date) -> bool:
        """Whether the span holds at the end of the day."""
        return self.start <= on and (self.end is None or self.end > on)


Spans = dict[str, list[Span]]


def plan(places: Iterable[Municipal], until: date, rng: Random) -> Spans:
    """Each municipality's spans by code: they follow each other without holes from before 2018 to beyond `until`."""
    places = sorted(places, key=lambda place: place.code)
    stations = _stations(until)
    fragile = _fragile(places, rng)
    without = _without(fragile, stations, rng)
    spans = {}
    unknown_left = MOST_UNKNOWN
    for place in places:
        gaps = _gaps(place.code, without, rng, is_fragile=place.code in fragile)
        spans[place.code] = _filled(gaps, rng)
        if unknown_left and (unsaid := _unsaid(spans[place.code], until)):
            spans[place.code] = unsaid
            unknown_left -= 1
    return {code: _until(found, until) for code, found in spans.items()}


def _stations(until: date) -> list[date]:
    """The days whose numbers are settled: the published ones, later ends of year, the end of the data."""
    years = [date(year, 12, 31) for year in range(LAST_KNOWN.year + 1, until.year)]
    stations = [*WITHOUT_OWN, *years]
    return [*stations, until] if (until - stations[-1]).days >= LEAST_DAYS_BETWEEN else stations


def _fragile(places: list[Municipal], rng: Random) -> list[str]:
    """Municipalities that may be without, the most likely first: remote and small."""
    small = [place for place in places if place.population < LARGEST_WITHOUT and place.code not in DRAWN]
    likely = {
        place.code: -place.centrality * 2_000 + place.population * 0.8 + rng.gauss(0, 3_000)
        for place in small
    }
    return sorted(likely, key=lambda code: (likely[code], code))[:CANDIDATES]


def _without(fragile: list[str], stations: list[date], rng: Random) -> dict[date, set[str]]:
    """Who is without at each station: most of those before, and some new ones."""
    result: dict[date, set[str]] = {}
    before: list[str] = []
    for station in stations:
        wanted = WITHOUT_OWN.get(station) or rng.randint(*SINCE)
        staying = rng.sample(before, min(len(before), round(wanted * STAY_SHARE)))
        others = [code for code in fragile if code not in before]
        others = others if before else fragile[: round(wanted * 1.3)]
        before = sorted(staying + rng.sample(others, wanted - len(staying)))
        result[station] = set(before)
    return result


def _gaps(code: str, without: dict[date, set[str]], rng: Random, *, is_fragile: bool) -> list[Gap]:
    """The municipality's periods without own, in order; the last may be open."""
    stations = list(without)
    gaps: list[Gap] = []
    since = _day(rng, BEFORE_RECORDS, stations[0]) if code in without[stations[0]] else None
    for earlier, later in pairwise(stations):
        is_without = code in without[later]
        if since is None and is_without:
            since = _day(rng, earlier, later)
        elif since is None and is_fragile and rng.random() < SHORT_GAP_SHARE:
            gaps.append(_inside(rng, earlier, later, SHORT_GAP_DAYS))
        elif since and not is_without:
            gaps.append((since, _day(rng, earlier, later)))
            since = None
        elif since and rng.random() < BRIDGE_SHARE:
            covered, lost = _inside(rng, earlier, later, BRIDGE_DAYS)
            gaps.append((since, covered))
            since = lost
    return [*gaps, (since, OPEN)] if since else gaps


def _day(rng: Random, earlier: date, later: date) -> date:
    """A day after `earlier`, at the latest `later` itself."""
    return earlier + timedelta(days=rng.randint(1, (later - earlier).days))


def _inside(rng: Random, earlier: date, later: date, lengths: tuple[int, int]) -> tuple[date, date]:
    """A period that begins after one day and is over at the other."""
    room = (later - earlier).days - 2
    length = min(rng.randint(*lengths), room)
    start = earlier + timedelta(days=1 + rng.randint(0, room - length))
    return start, start + timedelta(days=length)


def _filled(gaps: list[Gap], rng: Random) -> list[Span]:
    """Own employees, and in each gap what the municipality has instead."""
    spans: list[Span] = []
    own_from = date.min
    for start, end in gaps:
        spans += [Span(CoverageState.OWN, own_from, start), *_instead(start, end, rng)]
        own_from = end
    return spans if own_from == OPEN else [*spans, Span(CoverageState.OWN, own_from, OPEN)]


def _instead(start: date, end: date, rng: Random) -> list[Span]:
    """What a municipality has in one gap."""
    first, *then = INSTEAD.pick(rng)
    change = start + timedelta(days=rng.randint(*ALONE_DAYS))
    if then and change < end:
        return [Span(first, start, change), Span(then[0], change, end)]
    return [Span(first, start, end)]


def _unsaid(spans: list[Span], until: date) -> list[Span]:
    """The same with nothing said about the last gap, if it is new and nothing has come instead; else nothing."""
    last = spans[-1]
    is_new = last.start > LAST_KNOWN + timedelta(days=1) and last.start <= until
    if last.state != CoverageState.NONE or not is_new:
        return []
    return [*spans[:-1], Span(CoverageState.UNKNOWN, last.start, last.end)]


def _until(spans: list[Span], until: date) -> list[Span]:
    """What is known on the last day: nothing begins later, and what ends later goes on."""
    return [
        Span(span.state, span.start, span.end if span.end and span.end <= until else None)
        for span in spans
        if span.start <= until
    ]
