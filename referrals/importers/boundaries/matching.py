"""Whether boundaries and registers are of the same municipalities: by number, by year, and by where they lie.

A number alone proves little: each municipality's point, which the registers know, must lie within its own boundaries.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from referrals.importers.boundaries import systems
from referrals.importers.boundaries.features import Feature
from referrals.importers.rows import Problem, raise_any
from referrals.models import Municipality, MunicipalityChange

# The points lie well inland; a coarse coast may still leave one a little way off, in nobody's area.
MOST_METRES_OFF = 2_000


@dataclass(frozen=True)
class Matched:
    """A municipality of today's, its area in the file, and its point, in metres."""

    municipality: Municipality
    area: shapely.MultiPolygon
    point: tuple[float, float]


def match(file: str, features: Sequence[Feature], year: int) -> list[Matched]:
    """The area of each of today's municipalities. Raises BrokenFiles with all that does not fit. Two queries."""
    places = {place.code: place for place in Municipality.objects.present()}
    by_code: dict[str, list[Feature]] = defaultdict(list)
    for feature in features:
        by_code[feature.code].append(feature)
    raise_any(
        [
            *_twice(file, by_code),
            *_unknown(file, by_code, places),
            *_missing(file, by_code, places),
            *_younger(file, places.values(), year),
        ]
    )
    matched = [Matched(place, by_code[code][0].area, _point(place)) for code, place in places.items()]
    raise_any(_misplaced(file, matched))
    return matched


def _twice(file: str, by_code: Mapping[str, Sequence[Feature]]) -> Iterator[Problem]:
    for first, *others in by_code.values():
        for other in others:
            text = _("the municipality has an area already: %(first)s.") % {"first": first.place}
            yield Problem(file, 0, text, other.place)


def _unknown(
    file: str, by_code: Mapping[str, Sequence[Feature]], places: Mapping[str, Municipality]
) -> Iterator[Problem]:
    followers = {
        change.old_code: change for change in MunicipalityChange.objects.order_by("valid_from", "new_code")
    }
    for code in by_code.keys() - places.keys():
        if change := followers.get(code):
            text = _("%(code)s is an old number: it became %(new)s on %(day)s. The boundaries are older.") % {
                "code": code,
                "new": change.new_code,
                "day": date_format(change.valid_from, "SHORT_DATE_FORMAT"),
            }
        else:
            text = _("%(code)s is no municipality that the registers know.") % {"code": code}
        yield from (Problem(file, 0, text, feature.place) for feature in by_code[code])


def _missing(
    file: str, by_code: Mapping[str, Sequence[Feature]], places: Mapping[str, Municipality]
) -> Iterator[Problem]:
    for code in sorted(places.keys() - by_code.keys()):
        yield Problem(file, 0, _("has no area of %(place)s.") % {"place": places[code]})


def _younger(file: str, places: Iterable[Municipality], year: int) -> Iterator[Problem]:
    for place in places:
        if place.valid_from.year > year:
            text = _("the boundaries are of %(year)s, but %(place)s exists only since %(day)s.")
            day = date_format(place.valid_from, "SHORT_DATE_FORMAT")
            yield Problem(file, 0, text % {"year": year, "place": place, "day": day})


def _point(place: Municipality) -> tuple[float, float]:
    """Where the registers say that the municipality lies, in metres."""
    position = np.array([[float(place.longitude), float(place.latitude)]])
    east, north = systems.to_drawn(systems.WGS84, position)[0]
    return float(east), float(north)


def _misplaced(file: str, matched: Sequence[Matched]) -> Iterator[Problem]:
    """Municipalities whose point lies in the area of another one, or in nobody's and far from their own."""
    areas = [one.area for one in matched]
    points = shapely.points([one.point for one in matched])
    shapely.prepare(areas)
    holders: dict[int, list[int]] = defaultdict(list)
    for point, area in zip(*shapely.STRtree(areas).query(points, predicate="within"), strict=True):
        holders[int(point)].append(int(area))
    for number, one in enumerate(matched):
        others = [matched[holder].municipality for holder in holders[number] if holder != number]
        if others:
            text = _(
                "the place of %(place)s lies in the area of %(other)s: boundaries and numbers do not match."
            )
            yield Problem(file, 0, text % {"place": one.municipality, "other": others[0]})
        elif number not in holders[number] and one.area.distance(points[number]) > MOST_METRES_OFF:
            text = _("the place of %(place)s does not lie in its area: boundaries and numbers do not match.")
            yield Problem(file, 0, text % {"place": one.municipality})
