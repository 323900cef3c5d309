"""Rows whose key is among those that another query finds."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Func, QuerySet


class IsAmong(Func):
    """Whether the field holds one of the keys found, which are read first and once.

    For few keys and a field with an index. Of `IN` the planner makes a join, which may begin at all other rows or start
    more processes for a few hundred of them.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()

    def __init__(self, field: str, keys: QuerySet) -> None:
        super().__init__(field, ArraySubquery(keys))
