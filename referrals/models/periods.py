"""Half-open periods [from, to) shared by models, and other SQL that Django has no words for."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any, Self

from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField
from django.db.models import Case, DateField, F, Func, IntegerField, Lookup, Q, QuerySet, When
from django.db.models.lookups import LessThan

from referrals.errors import DateAfter, DateTooOld, DomainError
from referrals.permissions import Access, Permission

# Older than anybody living: a slip of the keyboard.
EARLIEST = date(1900, 1, 1)
# A first day further ahead than this, or an end further ahead than that, is a slip in the year.
LONGEST_AHEAD, LONGEST_PERIOD_AHEAD = timedelta(days=2 * 366), timedelta(days=10 * 366)


class DateRange(Func):
    """PostgreSQL's `daterange(from, to)`: half-open, an empty end is open."""

    function = "daterange"
    output_field = DateRangeField()

    def get_expression_for_validation(self) -> "DateRange":
        """The range as a form asks whether it overlaps, before anybody has said that its end is after its beginning.

        PostgreSQL makes no range that ends before it begins: here it is empty, and the check constraint says why.
        """
        since, until = self.source_expressions
        return DateRange(since, Case(When(LessThan(until, since), then=since), default=until))


class IdRange(Func):
    """PostgreSQL's `int8range(from, to, '[]')`, for exclusion constraints: the same id twice is a range of one.

    Said so, an exclusion constraint keeps rows of one parent apart without offering its GiST index to every lookup of
    that parent's rows; the planner would take it, and it is several times slower than a btree.
    """

    function = "int8range"
    output_field = BigIntegerRangeField()


class OsloDate(Func):
    """The calendar date in Norway of an instant, whatever the connection's time zone.

    Immutable, so a check constraint may hold it.
    """

    template = "(%(expressions)s AT TIME ZONE 'Europe/Oslo')::date"
    output_field = DateField()


class FirstOfMonth(Func):
    """The first day of the month in which a date lies. Immutable, so a check constraint may hold it."""

    template = "(%(expressions)s - (EXTRACT(day FROM %(expressions)s)::integer - 1))"
    output_field = DateField()


@IntegerField.register_lookup
class FromNoughtTo(Lookup):
    """Whether a number is from 0 to another, both included. It is worked out once; BETWEEN would do it twice."""

    lookup_name = "from_nought_to"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        number, of_number = self.process_lhs(compiler, connection)
        last, of_last = self.process_rhs(compiler, connection)
        return f"int4range(0, COALESCE({last} + 1, 0)) @> ({number})", (*of_last, *of_number)


def valid_on(on: date, prefix: str = "") -> Q:
    """Rows whose period [valid_from, valid_to) holds the day."""
    open_end = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": on})
    return Q(**{f"{prefix}valid_from__lte": on}) & open_end


def to_after_from() -> Q:
    """Condition of a check constraint: the end is open or after the beginning."""
    return Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


def refusals_of_days(
    valid_from: date | None, valid_to: date | None, today: date, named: str = "valid_to"
) -> Iterator[DomainError]:
    """What nobody living can mean of a period's days, each by itself, so that a form tells of all. None: not known.

    `named`: what the input of the end is called.
    """
    if valid_from is not None and valid_from < EARLIEST:
        yield DateTooOld(field="valid_from")
    if valid_from is not None and valid_from > today + LONGEST_AHEAD:
        yield DateAfter(field="valid_from", latest=today + LONGEST_AHEAD)
    if valid_to is not None and valid_to > today + LONGEST_PERIOD_AHEAD:
        yield DateAfter(field=named, latest=today + LONGEST_PERIOD_AHEAD)


class PeriodQuerySet(QuerySet):
    """Rows of the workforce with a period. `places` are the fields that name the municipalities a row is of."""

    places: Sequence[str] = ("municipality",)

    def valid(self, on: date) -> Self:
        """Rows whose period [valid_from, valid_to) holds the day."""
        return self.filter(valid_on(on))

    def ended(self, on: date) -> Self:
        """Rows whose period is over on the day."""
        return self.filter(valid_to__lte=on)

    def running_from(self, on: date) -> Self:
        """Rows of which some is left on the day or after it: all but those that have ended."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))

    def visible_to(self, access: Access) -> Self:
        """Rows of the municipalities whose staff the user may see."""
        return self._in(access.municipality_ids(Permission.SEE_STAFF))

    def of(self, municipality_id: int) -> Self:
        """Rows of the municipality."""
        return self._in([municipality_id])

    def _in(self, municipality_ids: Iterable[int]) -> Self:
        found = (Q(**{f"{place}__in": municipality_ids}) for place in self.places)
        return self.filter(reduce(or_, found))
