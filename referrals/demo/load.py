"""Bulk writing: COPY into temporary tables, then INSERT … SELECT.

PostgreSQL refuses COPY into a table with row-level security; a temporary table has none, and the INSERT passes every
policy, constraint and trigger that a saved form passes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

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
    """Writes rows of several tables, within one transaction, which must be open."""

    def __init__(self, models: Mapping[type[NamedTuple], type[Model]]) -> None:
        self._models = models

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            # Checked at the end of each statement: a long transaction would keep them all in memory until its end.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for row_type, model in self._models.items():
                cursor.execute(
                    f"CREATE TEMPORARY TABLE {_stage(model)} AS"
                    f" SELECT {_columns(row_type)} FROM {model._meta.db_table} WITH NO DATA"
                )
        return self

    def __exit__(self, failure: type[BaseException] | None, *_details: object) -> None:
        """Drop the temporary tables; a failure takes them away with all else."""
        if failure is None:
            with connection.cursor() as cursor:
                for model in self._models.values():
                    cursor.execute(f"DROP TABLE {_stage(model)}")

    def write(self, batch: Mapping[type[NamedTuple], Rows]) -> None:
        """Write a batch, table by table in the order the models were given."""
        with connection.cursor() as cursor:
            for row_type, model in self._models.items():
                rows = batch.get(row_type)
                if not rows:
                    continue
                columns, stage = _columns(row_type), _stage(model)
                _copy(cursor, f"COPY {stage} ({columns}) FROM STDIN", rows)
                cursor.execute(
                    f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {columns} FROM {stage}"
                )
                cursor.execute(f"TRUNCATE {stage}")


def lock_for_loading() -> None:
    """Let nobody else fill this database until the transaction ends; who comes second waits and then sees our rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ergo: filling an empty database'))")


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
