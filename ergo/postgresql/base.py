"""The database wrapper; settings name it as ENGINE = "ergo.postgresql"."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.features import DatabaseFeatures as DjangoFeatures
from django.db.backends.postgresql.operations import DatabaseOperations as DjangoOperations
from django.db.backends.utils import CursorWrapper
from django.db.utils import DatabaseError
from psycopg.pq import ExecStatus, TransactionStatus

from ergo import scope
from ergo.embedded import shared_server
from ergo.postgresql.rights import DatabaseValidation, refuse_too_much

OLDEST_MAJOR = 16
# After the last request began; what lies between may have dropped the connection without a word.
ASK_AFTER_SECONDS = 5


class CannotConnect(psycopg.OperationalError):
    """No connection came about; tells a wrong DATABASE_URL from a statement that failed."""


class KeepingCursor(base.CursorMixin, psycopg.Cursor[Any]):
    """For statements whose text comes again as it is: PostgreSQL keeps their plans with the connection.

    Parameters go beside the text and are not kept. Only these statements: where psycopg may prepare anything it
    remembers the text of everything, also what people searched for.
    """

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Self:
        """Send it; it is planned where this connection has not sent it before, or not for long."""
        self.connection.prepare_threshold = 0
        try:
            return super().execute(query, params, prepare=True)
        finally:
            self.connection.prepare_threshold = None


class DatabaseOperations(DjangoOperations):
    """For the log of queries, which asks psycopg: of a statement whose plan is kept it knows no text."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """The statement with its values in place, so that whoever reads it can send it again."""
        if isinstance(cursor, KeepingCursor):
            composed: str = self.compose_sql(sql, params)
            return composed
        text: str = super().last_executed_query(cursor, sql, params)
        return text


class DatabaseFeatures(DjangoFeatures):
    """One engine, one version floor."""

    minimum_database_version = (OLDEST_MAJOR,)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper for PostgreSQL, with an embedded server behind it where settings say so.

    Every transaction begins by telling its scope; outside a transaction there is none, and no person is seen.
    """

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    validation_class = DatabaseValidation
    health_check_enabled: bool  # Django has these two, its stubs have not
    health_check_done: bool
    _checked_at = float("-inf")  # when a request last asked for the connection

    def get_connection_params(self) -> dict[str, Any]:
        """How to connect. Starts the embedded server, also when it died since the last connection."""
        if data_dir := self.settings_dict.get("EMBEDDED"):
            login = shared_server(Path(data_dir)).login(self.settings_dict["USER"])
            self.settings_dict.update(HOST=login.host, PORT=login.port, PASSWORD=login.password)
        return super().get_connection_params()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A new connection. Raises CannotConnect, which Django makes an OperationalError.

        Raises ConfigurationError when it would serve in a role that no policy holds.
        """
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            raise CannotConnect(*error.args) from error
        if self.settings_dict.get("IS_HELD_BY_POLICIES"):
            self._refuse_too_much(connection)
        return connection

    def _refuse_too_much(self, connection: psycopg.Connection) -> None:
        try:
            with connection.cursor() as cursor:
                refuse_too_much(cursor)
            connection.rollback()
        except BaseException:
            connection.close()
            raise

    def keeping_cursor(self) -> CursorWrapper:
        """As `cursor`, for statements whose plans are worth keeping."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            wrapped: CursorWrapper = self._prepare_cursor(KeepingCursor(self.connection))  # type: ignore[attr-defined]
        return wrapped

    @contextmanager
    def unanswered(self) -> Iterator[None]:
        """Statements within are sent and not waited for, until one is asked for its rows; at the end, for all.

        What the database refuses is raised there at the latest, also where somebody has passed it over meanwhile. For
        reading and inserting: how many rows an update has found is not known before the end.
        """
        self.ensure_connection()
        with self.wrap_database_errors, self.connection.pipeline():
            yield
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            raise DatabaseError("A statement that nobody waited for was refused.")

    def close_if_health_check_failed(self) -> None:
        """Before a request uses a connection that was kept: is there still somebody at the other end?

        Where it served a moment ago nobody need ask: a server that ends it says so, and that would lie here unread.
        """
        if self.connection is not None and self.health_check_enabled and not self.health_check_done:
            idle, self._checked_at = time.monotonic() - self._checked_at, time.monotonic()
            self.health_check_done = idle < ASK_AFTER_SECONDS and _is_quiet(self.connection)
        super().close_if_health_check_failed()

    def send_scope(self) -> None:
        """Tell PostgreSQL whose rows this transaction may touch; it forgets when the transaction ends.

        A transaction that has not begun begins with it: two statements, one wait.
        """
        sql = psycopg.ClientCursor(self.connection).mogrify(scope.SET_SCOPE, scope.current().settings())
        if self.connection.info.transaction_status != TransactionStatus.IDLE:
            with self.connection.cursor() as cursor:  # psycopg's own: no query of the ORM's log, no wrapper
                cursor.execute(sql)
            return
        answer = self.connection.pgconn.exec_(f"BEGIN; {sql}".encode())
        if answer.status != ExecStatus.TUPLES_OK:
            raise psycopg.errors.error_from_result(answer)

    def _set_autocommit(self, autocommit: bool) -> None:
        """Where Django opens a transaction, whoever asked for it: request, command, thread or test."""
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # Django has it, its stubs have not
        if not autocommit:
            self._begin()

    def _begin(self) -> None:
        """A connection on which that fails is half in a transaction, and of no use to the next request."""
        with self.wrap_database_errors:
            try:
                self.send_scope()
            except BaseException:
                self.close()
                raise


def _is_quiet(connection: psycopg.Connection) -> bool:
    """Whether no transaction is left over, and nothing has come that nobody asked for, as the server's farewell."""
    if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
        return False
    listening = select.poll()
    listening.register(connection.fileno(), select.POLLIN)
    return not listening.poll(0)
