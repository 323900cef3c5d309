"""Fields that several aggregates share."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from referrals.norwegian import BETWEEN_WORDS, sort_key

OF_EVERY_WORD = {"expression", "output_field", "db_persist"}


class TransactionIdField(models.Field):
    """PostgreSQL's xid8: which transaction wrote the row, counted up for as long as the cluster lives."""

    description = "id of a transaction"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"


class SortKeyField(models.CharField):
    """Norwegian alphabetical key of other fields of the row, kept with every save and bulk insert.

    Stored under COLLATE "C", so that SQL orders it byte for byte and a prefix search can use its index.
    `QuerySet.update` does not pass here: names are changed by saving the row.
    """

    def __init__(self, *sources: str, **options: Any) -> None:
        self.sources = sources
        super().__init__(
            **{"max_length": 250, "editable": False, "blank": True, "db_collation": "C", **options}
        )

    def deconstruct(self) -> tuple[str, str, list, dict]:
        name, path, _args, options = super().deconstruct()
        return name, path, list(self.sources), options

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = " ".join(str(getattr(model_instance, source)) for source in self.sources)
        key = sort_key(text)[: self.max_length]  # a ligature or ß is longer in the key than in the name
        setattr(model_instance, self.attname, key)
        return key


class WordOf(models.Func):
    """The n-th word of a sort key, from 1; NULL when there are not so many."""

    function = "regexp_split_to_array"
    template = "(%(function)s(%(expressions)s))[%(nth)s]"

    def __init__(self, key: str, *, nth: int) -> None:
        super().__init__(key, models.Value(BETWEEN_WORDS.pattern), nth=nth, output_field=_word())


class WordField(models.GeneratedField):
    """The n-th word, from 1, of a sort key of the row, as the database itself splits it; NULL: there are fewer.

    A column of its own, since under row-level security only comparisons (=, <, >=) reach an index.
    """

    def __init__(self, key: str, nth: int, **options: Any) -> None:
        self.key, self.nth = key, nth
        super().__init__(expression=WordOf(key, nth=nth), output_field=_word(), db_persist=True, **options)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        name, path, _args, options = super().deconstruct()
        own = {key: value for key, value in options.items() if key not in OF_EVERY_WORD}
        return name, path, [self.key, self.nth], own


def _word() -> models.CharField:
    return models.CharField(max_length=250, null=True, db_collation="C")
