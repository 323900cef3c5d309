"""How each municipality fares in the demo: how many referrals, how long a list, which priority key.

Two places are drawn after what has been published of them (WAITING: magnitudes), the others by chance.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from referrals.demo.users import MOSS, STRAND

# Priority keys as municipalities have published them, in days by priority.
KEYS = {
    MOSS: (14, 28, 42),
    STRAND: (7, 14, 30, 140),
    "4631": (7, 30, 90),  # Alver
    "4624": (14, 56, 84),  # Bjørnafjorden
}
OTHER_KEYS = ((7, 28, 84, 182), (14, 30, 90), (7, 14, 42, 90))
TEMPLATE_SHARE = 0.7

# Weeks of inflow that wait, between low and high: healthy places, ordinary ones, those with too few hands.
HEALTHY, ORDINARY, STRAINED = (2.5, 8.0), (15.0, 40.0), (40.0, 75.0)
STRAINED_SHARE = {1: 0.15, 2: 0.15, 3: 0.2, 4: 0.25, 5: 0.35, 6: 0.4}
HEALTHY_SHARE = 0.3


@dataclass(frozen=True)
class Municipal:
    """What the demo needs to know of a municipality."""

    pk: int
    code: str
    name: str
    county: str
    centrality: int
    population: int
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Fortune:
    """How a place fares. `list_weeks` of inflow wait now, `began_at` times as many three years before.

    `level_shares` is how often each priority is given; `assess_days` the mean working days until assessment.
    """

    list_weeks: float
    began_at: float
    assess_days: float
    key_days: tuple[int, ...]
    level_shares: tuple[float, ...]


# Moss: 163 waiting, 144 past their limit, priority 1 kept. Strand: about 150 waiting, 100 past it.
DRAWN = {
    MOSS: Fortune(44.0, 0.7, 2.0, KEYS[MOSS], (0.12, 0.4, 0.48)),
    STRAND: Fortune(22.0, 0.6, 4.0, KEYS[STRAND], (0.1, 0.2, 0.5, 0.2)),
}
# Of 100 000 referrals so many are theirs, whatever their population.
DRAWN_SHARE = {MOSS: 1_500, STRAND: 2_750}
SHARE_BASE = 100_000
LEAST_REFERRALS = 400


def fortune(place: Municipal, rng: Random, template: tuple[int, ...]) -> Fortune:
    """How the place fares, the same for the same stream of chance. `template`: days of those who have no own key."""
    if place.code in DRAWN:
        return DRAWN[place.code]
    low, high = _situation(place, rng)
    key_days = KEYS.get(place.code) or (template if rng.random() < TEMPLATE_SHARE else rng.choice(OTHER_KEYS))
    return Fortune(
        list_weeks=rng.uniform(low, high),
        began_at=rng.uniform(0.5, 1.5),
        assess_days=rng.choice((1.5, 3.0, 3.0, 5.0, 10.0)),
        key_days=key_days,
        level_shares=(0.12, 0.4, 0.48) if len(key_days) == 3 else (0.1, 0.3, 0.42, 0.18),
    )


def _situation(place: Municipal, rng: Random) -> tuple[float, float]:
    strained = STRAINED_SHARE[place.centrality]
    if place.population > 150_000:  # alone they would tip the whole country
        return ORDINARY
    chance = rng.random()
    if chance < strained:
        return STRAINED
    return HEALTHY if chance < strained + HEALTHY_SHARE else ORDINARY


def allocate(total: int, places: Iterable[Municipal]) -> dict[str, int]:
    """Referrals by municipality code: by population, at least one each, adding up to the total.

    Needs at least LEAST_REFERRALS, and no more places than there are municipalities.
    """
    places = list(places)
    fixed = {code: max(1, round(total * share / SHARE_BASE)) for code, share in DRAWN_SHARE.items()}
    counts = {place.code: fixed.get(place.code, 1) for place in places}
    others = [place for place in places if place.code not in DRAWN_SHARE]
    return counts | _by_population(total - sum(counts.values()), others, counts)


def _by_population(left: int, places: list[Municipal], counts: dict[str, int]) -> dict[str, int]:
    """The rest by largest remainder, on top of what each has."""
    people = sum(place.population for place in places)
    exact = {place.code: left * place.population / people for place in places}
    whole = {code: int(share) for code, share in exact.items()}
    by_remainder = sorted(exact, key=lambda code: (whole[code] - exact[code], code))
    for code in by_remainder[: left - sum(whole.values())]:
        whole[code] += 1
    return {code: counts[code] + number for code, number in whole.items()}
