"""What is known on a date of every municipality's ergoterapeuter: staff, agreements, what has been said of it.

Each function is one query for the whole country and gives what it finds by the id of the municipality. With a
`hindsight` that reads history it is called within `looking_back`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, Count, Q, Sum, When

from referrals.choices import Engagement, OccupationKind
from referrals.models import (
    ALL_KNOWN,
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Hindsight,
    Population,
    StaffingFigure,
    Vacancy,
    register_as,
)
from referrals.reports.periods import year_before

NO_FTE = Decimal("0.00")
# By the id of a municipality: its inhabitants, and the year in which they were counted.
Counts = dict[int, tuple[int, int]]


@dataclass(frozen=True)
class Staff:
    """Those who count in one municipality: how many people, and their årsverk together.

    `own` are the posts of own employees, `in_code` those of them with an ergoterapeut's occupation code.
    """

    own: int = 0
    in_code: int = 0
    purchased: int = 0
    people: int = 0
    licensed: int = 0
    fte: Decimal = NO_FTE


@dataclass(frozen=True)
class Agreement:
    """A neighbour's promise to serve a municipality. `fte` None: on demand, which moves nothing."""

    provider: int
    provider_name: str
    recipient: int
    fte: Decimal | None
    since: date


@dataclass(frozen=True)
class Absence:
    """Somebody's word that a municipality has nobody, and since when or of which day it is."""

    source: str
    dated: date


def staff(on: date, hindsight: Hindsight = ALL_KNOWN) -> dict[int, Staff]:
    """Authorised or licensed people in posts that can count, on the day."""
    counted = register_as(Employment.objects, hindsight).counting(on).order_by().values("municipality")
    is_own = Q(engagement=Engagement.OWN)
    rows = counted.annotate(
        own=Count("pk", filter=is_own),
        in_code=Count("pk", filter=is_own & Q(occupation__kind=OccupationKind.THERAPIST)),
        purchased=Count("pk", filter=Q(engagement=Engagement.PURCHASED)),
        people=Count("therapist", distinct=True),
        licensed=Count("therapist", distinct=True, filter=Q(therapist__is_licence=True)),
        fte=Sum("fte"),
    )
    fields = ("municipality", "own", "in_code", "purchased", "people", "licensed", "fte")
    return {municipality: Staff(*counts) for municipality, *counts in rows.values_list(*fields)}


def agreements(on: date, hindsight: Hindsight = ALL_KNOWN) -> list[Agreement]:
    """Agreements that are valid on the day, the oldest first."""
    rows = register_as(CoverageAgreement.objects, hindsight).valid(on).order_by("valid_from", "pk")
    fields = ("provider", "provider__full_name", "recipient", "fte", "valid_from")
    return [Agreement(*row) for row in rows.values_list(*fields)]


def absences(on: date, hindsight: Hindsight = ALL_KNOWN) -> dict[int, Absence]:
    """Municipalities that have nobody by a statement valid on the day, or else by an official figure of 0."""
    valid = register_as(CoverageStatement.objects, hindsight).valid(on)
    rows = valid.values_list("municipality", "source", "valid_from")
    stated = {municipality: Absence(source, since) for municipality, source, since in rows}
    return _official_zeros(on, hindsight) | stated


def vacant(on: date, hindsight: Hindsight = ALL_KNOWN) -> set[int]:
    """Municipalities with a post for an ergoterapeut that nobody has on the day. It is never coverage."""
    valid = register_as(Vacancy.objects, hindsight).valid(on).order_by()
    return set(valid.values_list("municipality", flat=True))


def _official_zeros(on: date, hindsight: Hindsight) -> dict[int, Absence]:
    """Municipalities whose newest official figures all say nobody. A figure holds from its day for one year.

    A newer figure replaces the ones before it; a suppressed one is not 0, and a missing one says nothing.
    """
    figures_of = register_as(StaffingFigure.objects, hindsight).telling()
    valid = figures_of.filter(counted_on__lte=on, counted_on__gt=year_before(on))
    newest: dict[int, list[StaffingFigure]] = {}
    for figure in valid.order_by("-counted_on", "source", "pk"):
        figures = newest.setdefault(figure.municipality_id, [figure])
        if figures[0] != figure and figures[0].counted_on == figure.counted_on:
            figures.append(figure)
    return {
        municipality: Absence(figures[0].source, figures[0].counted_on)
        for municipality, figures in newest.items()
        if all(figure.is_nobody for figure in figures)
    }


def populations(on: date, hindsight: Hindsight = ALL_KNOWN, places: Collection[int] | None = None) -> Counts:
    """Of these municipalities, or of all, the inhabitants of the newest year not after the day, else the oldest."""
    is_later = Case(When(year__gt=on.year, then="year"), default=0)
    counted = register_as(Population.objects, hindsight)
    wanted = counted.all() if places is None else counted.filter(municipality_id__in=places)
    nearest_first = wanted.order_by("municipality_id", is_later, "-year")
    rows = nearest_first.distinct("municipality_id").values_list("municipality_id", "persons", "year")
    return {municipality: (persons, year) for municipality, persons, year in rows}


def all_populations(hindsight: Hindsight = ALL_KNOWN) -> dict[int, Counts]:
    """Those of each year."""
    counted: dict[int, Counts] = {}
    rows = register_as(Population.objects, hindsight).order_by()
    for municipality, persons, year in rows.values_list("municipality", "persons", "year"):
        counted.setdefault(year, {})[municipality] = persons, year
    return counted


def nearest(counted: Mapping[int, Counts], on: date) -> Counts:
    """Of each municipality the newest year not after the day, else the oldest."""
    found: Counts = {}
    for year in sorted(counted, key=lambda year: -year if year > on.year else year):
        found |= counted[year]  # nearer than those before
    return found


def fte_after(people: Mapping[int, Staff], made: Iterable[Agreement]) -> dict[int, Decimal]:
    """Årsverk after agreements: what the recipient gets the provider gives, and never more than it has."""
    fte = {municipality: staff.fte for municipality, staff in people.items()}
    for agreement in made:
        given = min(agreement.fte or NO_FTE, fte.get(agreement.provider, NO_FTE))
        if given:
            fte[agreement.provider] -= given
            fte[agreement.recipient] = fte.get(agreement.recipient, NO_FTE) + given
    return fte
