"""One row by its primary key, as every request reads its session and its user: one statement for the keys of all."""

from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def by_key(model: type[Row], key: Any) -> Row | None:
    """The row, read afresh by a statement whose plan the connection keeps; None where there is none."""
    statement, names = _select(model)
    with connection.keeping_cursor() as cursor:  # type: ignore[attr-defined]  # our own wrapper
        cursor.execute(statement, [key])
        found = cursor.fetchone()
    return model.from_db(connection.alias, names, found) if found else None


@cache
def _select(model: type[Model]) -> tuple[str, list[str]]:
    """The statement, and what its columns are called in a row. For fields that are read as they lie."""
    quoted, meta = connection.ops.quote_name, model._meta
    columns = ", ".join(quoted(str(field.column)) for field in meta.concrete_fields)
    where = f"{quoted(str(meta.pk.column))} = %s"
    statement = f"SELECT {columns} FROM {quoted(meta.db_table)} WHERE {where}"  # noqa: S608  # names of ours
    return statement, [field.attname for field in meta.concrete_fields]
