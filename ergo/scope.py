"""Which municipalities a unit of work may touch, and on whose behalf. Nothing set: nothing seen.

The scope lives in a context variable and is sent to PostgreSQL when a transaction opens (`ergo.postgresql.base`), where
the policies of every table with persons or cases compare it with the row (`ergo.postgresql.policies`). A new thread
begins with an empty scope: whoever starts one passes it on, with `contextvars.copy_context`.
"""

from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connections

LONGEST_REQUEST_ID = 64


@dataclass(frozen=True)
class Scope:
    """`municipality_ids`: whose persons, cases and logs. `log_municipality_ids`: of whom only the logs.

    `user_id` and `request_id` are written beside every change; empty where nobody is signed in.
    """

    municipality_ids: Set[int] = frozenset()
    log_municipality_ids: Set[int] = frozenset()
    user_id: int | None = None
    request_id: str = ""

    def settings(self) -> tuple[str, str, str, str]:
        """The values of SET_SCOPE. Only digits and commas reach a policy, whatever was asked for."""
        return (
            _joined(self.municipality_ids),
            _joined(self.log_municipality_ids),
            "" if self.user_id is None else str(int(self.user_id)),
            self.request_id[:LONGEST_REQUEST_ID],
        )


NOTHING = Scope()

# `true`: the setting ends with the transaction, so that the next borrower of the connection begins with none.
SET_SCOPE = (
    "SELECT set_config('ergo.municipality_ids', %s, true), set_config('ergo.log_municipality_ids', %s, true),"
    " set_config('ergo.user_id', %s, true), set_config('ergo.request_id', %s, true)"
)

_current: ContextVar[Scope] = ContextVar("ergo_scope", default=NOTHING)


def current() -> Scope:
    """The scope of this unit of work."""
    return _current.get()


@contextmanager
def scoped(
    municipality_ids: Iterable[int] = (),
    *,
    log_municipality_ids: Iterable[int] = (),
    user_id: int | None = None,
    request_id: str = "",
) -> Iterator[None]:
    """Work within this scope, whatever was set before; transactions that are open already follow."""
    with entered(Scope(frozenset(municipality_ids), frozenset(log_municipality_ids), user_id, request_id)):
        yield


@contextmanager
def entered(scope: Scope) -> Iterator[None]:
    """Work within a scope that somebody else made."""
    token = _current.set(scope)
    try:
        _send()
        yield
    finally:
        _current.reset(token)
        _send()


def _send() -> None:
    """Tell the connections that are inside a transaction; the others are told when they open one."""
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None and connection.in_atomic_block and not connection.needs_rollback:
            connection.send_scope()  # type: ignore[attr-defined]  # our own wrapper


def _joined(ids: Iterable[int]) -> str:
    return ",".join(str(int(number)) for number in sorted(ids))
