"""Since when and until when every municipality has had what it has: all periods of the workforce, read once.

Where `workforce` asks the database for one day, here the periods themselves are read, so that many days can be gone
through without asking again. With a `hindsight` that reads history, `read` is called within `looking_back`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise
from operator import attrgetter

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Cast, Coalesce

from referrals.choices import WITHOUT, CoverageState, Definition, Engagement, OccupationKind
from referrals.models import (
    ALL_KNOWN,
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Hindsight,
    StaffingFigure,
    register_as,
)
from referrals.reports.intervals import OPEN, Interval, union, within

# The states that posts give, and which of them a post gives: a number, by which the database is quickest to sort.
STAFFED = (CoverageState.OWN, CoverageState.OTHER_POST, CoverageState.PURCHASED)
KIND = Case(
    When(engagement=Engagement.PURCHASED, then=STAFFED.index(CoverageState.PURCHASED)),
    When(occupation__kind=OccupationKind.THERAPIST, then=STAFFED.index(CoverageState.OWN)),
    default=STAFFED.index(CoverageState.OTHER_POST),
    output_field=IntegerField(),
)
# What the database lists of posts of one kind, in the order of `Posts`.
COLUMNS = {
    "begun": ArrayAgg("counted_from"),
    "ended": ArrayAgg(Coalesce("counted_to", Value(OPEN))),
    "hundredths": ArrayAgg(Cast(F("fte") * 100, IntegerField())),
}


@dataclass(frozen=True)
class Posts:
    """Employments of one municipality that count. `kind`: the state that each of them alone would give it.

    Of each `begun` has the first day that it counts, `ended` the first day after, `hundredths` its årsverk. No objects
    of their own: for one page there are all those of ten years.
    """

    kind: CoverageState
    begun: Sequence[date]
    ended: Sequence[date]
    hundredths: Sequence[int]

    @property
    def counted(self) -> Iterator[Interval]:
        """When each of them counts."""
        return zip(self.begun, self.ended, strict=True)


@dataclass(frozen=True)
class Deal:
    """An agreement, while it is valid. `fte` None: on demand."""

    provider: int
    recipient: int
    fte: Decimal | None
    valid: Interval


@dataclass(frozen=True)
class Periods:
    """Of every municipality, by its id: the posts that count, the agreements in order of age, the words of nobody."""

    posts: Mapping[int, Sequence[Posts]]
    deals: tuple[Deal, ...]
    absent: Mapping[int, list[Interval]]

    def of_state(self, municipality: int, state: CoverageState) -> list[Interval]:
        """When the municipality had what the state says, whatever else it had. Not for unknown."""
        if state == CoverageState.NONE:
            return self.absent.get(municipality, [])
        if state == CoverageState.AGREEMENT:
            return self._served(municipality)
        return union(*(posts.counted for posts in self.posts.get(municipality, ()) if posts.kind == state))

    def covered(self, municipality: int, definition: Definition) -> list[Interval]:
        """When the municipality had an ergoterapeut by the definition."""
        lacking = (*WITHOUT[definition], CoverageState.UNKNOWN)
        enough = (state for state in CoverageState if state not in lacking)
        return union(*(self.of_state(municipality, state) for state in enough))

    def known_without(self, municipality: int, definition: Definition) -> list[Interval]:
        """When something was known of it that is not enough; it may have had more than that as well."""
        return union(*(self.of_state(municipality, state) for state in WITHOUT[definition]))

    def _served(self, municipality: int) -> list[Interval]:
        """Under agreements, as long as the other has somebody to lend."""
        served = (
            within(self._staffed(deal.provider), deal.valid)
            for deal in self.deals
            if deal.recipient == municipality
        )
        return union(*served)

    def _staffed(self, municipality: int) -> list[Interval]:
        return union(*(posts.counted for posts in self.posts.get(municipality, ())))


def read(
    hindsight: Hindsight = ALL_KNOWN, places: Collection[int] | None = None, since: date = date.min
) -> Periods:
    """The periods of these municipalities and of whoever serves them; of all: None. 4 queries.

    Without the posts that counted on no day from `since` on: there are many more of them than of all else.
    """
    deals = _deals(hindsight, places)
    wanted = None if places is None else {*places, *(deal.provider for deal in deals)}
    return Periods(_posts(hindsight, wanted, since), deals, _absent(hindsight, places))


def _of(places: Collection[int] | None, field: str = "municipality") -> Q:
    return Q() if places is None else Q(**{f"{field}__in": places})


def _posts(hindsight: Hindsight, places: Collection[int] | None, since: date) -> dict[int, list[Posts]]:
    employments = register_as(Employment.objects, hindsight).with_counted_period().filter(_of(places))
    lasting = employments.filter(Q(counted_to__isnull=True) | Q(counted_to__gt=since)).order_by()
    found: dict[int, list[Posts]] = defaultdict(list)
    by_kind = lasting.annotate(kind=KIND).values_list("municipality", "kind").annotate(**COLUMNS)
    for municipality, kind, *columns in by_kind:
        found[municipality].append(Posts(STAFFED[kind], *columns))
    return dict(found)


def _deals(hindsight: Hindsight, places: Collection[int] | None) -> tuple[Deal, ...]:
    rows = register_as(CoverageAgreement.objects, hindsight).filter(_of(places, "recipient"))
    fields = ("provider", "recipient", "fte", "valid_from", "valid_to")
    return tuple(
        Deal(provider, recipient, fte, (begun, ended or OPEN))
        for provider, recipient, fte, begun, ended in rows.order_by("valid_from", "pk").values_list(*fields)
    )


def _absent(hindsight: Hindsight, places: Collection[int] | None) -> dict[int, list[Interval]]:
    """When somebody's word says that there is none: a statement, or an official figure of 0."""
    said: dict[int, list[Interval]] = defaultdict(list)
    statements = register_as(CoverageStatement.objects, hindsight).filter(_of(places)).order_by()
    for municipality, begun, ended in statements.values_list("municipality", "valid_from", "valid_to"):
        said[municipality].append((begun, ended or OPEN))
    figures = register_as(StaffingFigure.objects, hindsight).telling().filter(_of(places))
    ordered = figures.order_by("municipality", "counted_on", "pk")
    for municipality, rows in groupby(ordered, key=attrgetter("municipality_id")):
        said[municipality] += _official_zeros(rows)
    return {municipality: union(intervals) for municipality, intervals in said.items()}


def _official_zeros(figures: Iterable[StaffingFigure]) -> list[Interval]:
    """When one municipality's newest figures, given in order of time, all said nobody; each holds for one year."""
    days = [
        (day, all(figure.is_nobody for figure in of_day))
        for day, of_day in groupby(figures, key=attrgetter("counted_on"))
    ]
    return [
        (day, min(_year_after(day), next_day))
        for (day, is_nobody), (next_day, _nobody) in pairwise([*days, (OPEN, False)])
        if is_nobody
    ]


def _year_after(day: date) -> date:
    """The same day a year later; 1 March for 29 February."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 3, 1)
    return day.replace(year=day.year + 1)
