"""Whole days and periods in SQL: what a clock needs of dates, and Django has no expression for."""

from django.contrib.postgres.fields import DateRangeField
from django.db.models import Aggregate, DateField, Expression, Func, IntegerField
from django.db.models.functions import Greatest


class Days(Func):
    """Whole days between two dates: the first argument minus the second, as PostgreSQL counts dates."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


class AddDays(Func):
    """A date moved by whole days."""

    template = "(%(expressions)s)"
    arg_joiner = " + "
    output_field = DateField()


class Span(Func):
    """The days from the first date up to, but not including, the second; none where that one comes first."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, first: Expression, after: Expression) -> None:
        super().__init__(first, Greatest(first, after))


class Union(Aggregate):
    """The days that lie in any of some spans, each once: as spans with days between them, a row for each."""

    template = "unnest(range_agg(%(expressions)s))"
    output_field = DateRangeField()


class CountDays(Func):
    """How many days there are in all the spans that a subquery returns; NULL where it returns none."""

    template = "(SELECT sum(upper(span) - lower(span))::integer FROM %(expressions)s AS found (span))"
    output_field = IntegerField()
