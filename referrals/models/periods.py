"""Half-open periods [from, to) shared by models: the filter, and the expression for exclusion constraints."""

from datetime import date

from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField
from django.db.models import DateField, F, Func, Q


class DateRange(Func):
    """PostgreSQL's `daterange(from, to)`: half-open, an empty end is open."""

    function = "daterange"
    output_field = DateRangeField()


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


def valid_on(on: date, prefix: str = "") -> Q:
    """Rows whose period [valid_from, valid_to) holds the day."""
    open_end = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": on})
    return Q(**{f"{prefix}valid_from__lte": on}) & open_end


def to_after_from() -> Q:
    """Condition of a check constraint: the end is open or after the beginning."""
    return Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
