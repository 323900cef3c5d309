"""The change log, as an operation for migrations: from here on every change of a table is written down by triggers.

The functions that the triggers call belong to the owner of the tables (migration 0007 of `referrals`), so that a change
is logged whoever makes it and however, and nobody but they can write the log.
"""

from collections.abc import Sequence
from typing import Any

from django.db import migrations

OF_A_MUNICIPALITY, REGISTER = "of a municipality", "register"


class LoggedTable(migrations.RunSQL):
    """Log what is added to, changed in and removed from a table with an `id`.

    `register`: the rows concern no citizen, and their changes are no municipality's own. Rows that are added together
    are logged together, which makes a bulk load several times faster; changes and removals are logged one by one.
    `without`: columns that the log never holds; a change of these alone is not logged.
    """

    def __init__(self, table: str, *, register: bool = False, without: Sequence[str] = ()) -> None:
        self.table, self.options = table, {"register": register, "without": tuple(without)}
        kind = REGISTER if register else OF_A_MUNICIPALITY
        arguments = ", ".join(f"'{word}'" for word in (kind, *without))
        super().__init__(
            [
                f"CREATE TRIGGER log_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS added"
                f" FOR EACH STATEMENT EXECUTE FUNCTION ergo_log_added({arguments})",
                f"CREATE TRIGGER log_changed AFTER UPDATE ON {table} FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)"
                f" EXECUTE FUNCTION ergo_log_changed({arguments})",
                f"CREATE TRIGGER log_removed AFTER DELETE ON {table} FOR EACH ROW"
                f" EXECUTE FUNCTION ergo_log_removed({arguments})",
            ],
            [f"DROP TRIGGER log_{name} ON {table}" for name in ("added", "changed", "removed")],
        )

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [self.table], self.options

    def describe(self) -> str:
        return f"Log every change of {self.table}"
