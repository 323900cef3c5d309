"""Bulk writing: COPY into temporary tables, then INSERT … SELECT.

PostgreSQL refuses COPY into a table with row-level security; a temporary table has none, and the INSERT passes every
policy, constraint and trigger that a saved form passes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model

Rows = Sequence[NamedTuple]


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """So many new primary keys of the table, which nobody else will get."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


class Loader:
    """Writes rows of several tables in one transaction, which must be open."""

    def __init__(self, models: dict[type[NamedTuple], type[Model]]) -> None:
        self._models = models
        with connection.cursor() as cursor:
            # Checked at the end of each statement: a long transaction would keep them all in memory until its end.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for row_type, model in models.items():
                cursor.execute(
                    f"CREATE TEMPORARY TABLE {_stage(model)} ON COMMIT DROP AS"
                    f" SELECT {_columns(row_type)} FROM {model._meta.db_table} WITH NO DATA"
                )

    def write(self, batch: Mapping[type[NamedTuple], Rows]) -> None:
        """Write a batch, table by table in the order the models were given."""
        with connection.cursor() as cursor:
            for row_type, model in self._models.items():
                columns, stage = _columns(row_type), _stage(model)
                _copy(cursor, f"COPY {stage} ({columns}) FROM STDIN", batch.get(row_type, ()))
                cursor.execute(
                    f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {columns} FROM {stage}"
                )
                cursor.execute(f"TRUNCATE {stage}")


def analyze() -> None:
    """Let the planner know the new tables; the app's role may not do it itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ergo_analyze()")


def _copy(cursor: Any, statement: str, rows: Iterable[NamedTuple]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _stage(model: type[Model]) -> str:
    return f"stage_{model._meta.model_name}"


def _columns(row_type: type[NamedTuple]) -> str:
    return ", ".join(row_type._fields)
