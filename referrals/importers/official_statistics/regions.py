"""Which of today's municipalities a figure is of: old and new numbers, numbers on today's borders, names.

What belongs together is known from the registers: municipalities, counties, and how numbers changed.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.importers.official_statistics.table import Category
from referrals.models import County, Municipality, MunicipalityChange


class Kind(Enum):
    """What a region of a table is."""

    BORDERS_OF_THE_DAY = "a municipality's number"
    BORDERS_OF_TODAY = "a municipality's number with K in front: a series on today's borders"
    PASSED_OVER = "no municipality, or none that can be told"
    AMBIGUOUS = "a name that several municipalities have"
    UNKNOWN = "nothing that the registers know"


@dataclass(frozen=True)
class Region:
    """A region as it was understood. `code` is a municipality's number, `reason` why it is passed over."""

    kind: Kind
    code: str = ""
    reason: str | Promise = ""


COUNTRY = _("the whole country, or the country without Oslo")
COUNTY = _("a county")
GROUP = _("a KOSTRA group or another group of municipalities")
DISTRICT = _("a part of a municipality")
NOT_MAINLAND = _("Svalbard, the sea, or no stated municipality")
OLD_NAME = _("a former municipality by its name: download the table with codes to have it read")

_CODE = re.compile(r"(K[-.]\d{4}|F[-.]\d{2}|\d{6}|\d{4}|\d{2}|0|E[A-Z]{2,4}\d{0,2})(?= - |\s|$)", re.ASCII)
_FORMER = re.compile(r"\((?:\d{4})?\s?-\s?\d{4}\)")
_GROUPED = re.compile(r"kostra-?gruppe|restgruppe|gjennomsnitt", re.IGNORECASE)
_COUNTRY = re.compile(r"(?:hele )?landet\b|heile landet\b|norge$|noreg$|the whole country", re.IGNORECASE)
# KLASS 131 and 104: numbers that no municipality of the mainland has.
ELSEWHERE = {"21", "22", "23", "24", "25", "26", "66", "99"}


def code_of(category: Category) -> str:
    """The code of a region, wherever the file writes it; empty where there is a name only."""
    found = _CODE.match(category.code) or _CODE.match(category.label.strip())
    return found[1] if found else ""


@dataclass(frozen=True)
class Parts:
    """Of what a municipality consisted on a day, by a file: the numbers that are there, missing, and divided later."""

    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    divided: tuple[str, ...] = ()

    def and_these(self, other: "Parts") -> "Parts":
        """Both together."""
        return Parts(self.found + other.found, self.missing + other.missing, self.divided + other.divided)


class Map:
    """The registers' municipalities, counties and changes of numbers. Numbers are never used twice."""

    def __init__(
        self,
        municipalities: Sequence[Municipality],
        counties: Sequence[County],
        changes: Sequence[MunicipalityChange],
    ) -> None:
        self.present = {place.code: place for place in municipalities}
        self._counties = {_folded(name) for county in counties for name in (county.name, county.full_name)}
        self._became: dict[str, list[MunicipalityChange]] = defaultdict(list)
        self._came_from: dict[str, list[MunicipalityChange]] = defaultdict(list)
        for change in changes:
            self._became[change.old_code].append(change)
            self._came_from[change.new_code].append(change)
        self._counties_by_day: dict[date, set[str]] = {}
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for place in municipalities:
            for name in (place.name, place.full_name):
                self._by_name[_folded(name)].add(place.code)

    @classmethod
    def read(cls) -> Self:
        """As the registers are now. 3 queries."""
        return cls(
            list(Municipality.objects.present()),
            list(County.objects.all()),
            list(MunicipalityChange.objects.all()),
        )

    def region(self, category: Category) -> Region:
        """What a region of a table is."""
        code = code_of(category)
        return self._of_code(code) if code else self._of_name(category.label.strip())

    def _of_code(self, code: str) -> Region:
        if code[0] == "K":
            return self._of_today(code[2:])
        number = code[:4]
        known = number in self.present or number in self._became or number in self._came_from
        if reason := DISTRICT if _is_district(code) else "" if known else _reason(code):
            return Region(Kind.PASSED_OVER, code, reason)
        return Region(Kind.BORDERS_OF_THE_DAY if known else Kind.UNKNOWN, number)

    def _of_today(self, number: str) -> Region:
        """A series on the borders of the year it was made: of today's, also under an earlier number of the same."""
        if number not in self.present and number not in self._became:
            return Region(Kind.UNKNOWN, number)
        while number not in self.present:
            steps = self._became.get(number, ())
            if len(steps) != 1 or len(self._came_from[steps[0].new_code]) != 1:
                return Region(Kind.PASSED_OVER, number, _("on borders that are no longer today’s"))
            number = steps[0].new_code
        return Region(Kind.BORDERS_OF_TODAY, number)

    def _of_name(self, name: str) -> Region:
        """A municipality's name goes before a county's: Oslo is both, and the same."""
        if _FORMER.search(name):
            return Region(Kind.PASSED_OVER, name, OLD_NAME)
        plain = _folded(name)
        codes = self._by_name.get(plain) or self._by_name.get(plain.partition(" - ")[0]) or set()
        if len(codes) > 1:
            return Region(Kind.AMBIGUOUS, name)
        if codes:
            return Region(Kind.BORDERS_OF_THE_DAY, min(codes))
        if _COUNTRY.match(name):
            return Region(Kind.PASSED_OVER, name, COUNTRY)
        if _GROUPED.search(name):
            return Region(Kind.PASSED_OVER, name, GROUP)
        if plain in self._counties or plain.partition(" - ")[0] in self._counties:
            return Region(Kind.PASSED_OVER, name, COUNTY)
        return Region(Kind.UNKNOWN, name)

    def targets(self, code: str, on: date) -> set[str]:
        """Today's municipalities that a number of the day went into, those that existed then; several of a divided."""
        ends: set[str] = set()
        ahead = [code]
        while ahead:
            one = ahead.pop()
            if one in self.present:
                ends.add(one)
            else:
                ahead += [change.new_code for change in self._became.get(one, ())]
        existing = {end for end in ends if self.present[end].valid_from <= on}
        return existing or ends

    def parts(self, code: str, on: date, in_file: Mapping[str, bool]) -> Parts:
        """The numbers of the day that a number is made of. `in_file`: those of the file, and whether with a figure.

        A number that was not in use on the day is on its own borders, whatever the day. One that was may have taken
        others in since: where they are not in the file they are said to be missing.
        """
        own = Parts(found=(code,)) if in_file.get(code) else Parts()
        olds = [change.old_code for change in self._came_from.get(code, ()) if change.valid_from > on]
        if not olds:
            return own if code in in_file else Parts(missing=(code,))
        if own.found and code[:2] not in self._counties_on(on):
            return own
        earlier = Parts()
        for old in sorted(olds):
            divided = len(self.targets(old, on)) > 1
            earlier = earlier.and_these(Parts(divided=(old,)) if divided else self.parts(old, on, in_file))
        return own.and_these(earlier)

    def _counties_on(self, day: date) -> set[str]:
        """The county numbers that municipalities' numbers began with on the day."""
        if day not in self._counties_by_day:
            known = {*self.present, *self._became, *self._came_from}
            first = {code: [c.valid_from for c in self._came_from.get(code, ())] for code in known}
            used = {code[:2] for code, days in first.items() if not days or min(days) <= day}
            self._counties_by_day[day] = used
        return self._counties_by_day[day]

    def has_ended(self, code: str, on: date) -> bool:
        """Whether a number had become others by the day."""
        changes = self._became.get(code, ())
        return code not in self.present and bool(changes) and all(one.valid_from <= on for one in changes)

    def has_parts(self, code: str, on: date) -> bool:
        """Whether other numbers of the day have become a part of it since."""
        return any(change.valid_from > on for change in self._came_from.get(code, ()))


def _reason(code: str) -> str | Promise:
    """Why a code that the registers do not know is passed over; empty where there is no reason to."""
    if code == "0" or code in ("EAK", "EAKUO"):
        return COUNTRY
    if len(code) == 2 or code.startswith(("F", "EKA")):
        return COUNTY
    if code.startswith("E"):
        return GROUP
    return NOT_MAINLAND if code[:2] in ELSEWHERE else ""


def _is_district(code: str) -> bool:
    """Six digits: the municipality's number and a part of it, 00 for the whole."""
    return len(code) == 6 and not code.endswith("00")


def _folded(name: str) -> str:
    """A name for comparing: one kind of dash, one case."""
    return " ".join(name.replace("–", "-").split()).casefold()
