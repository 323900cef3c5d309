"""Sealing the logs, and looking whether anybody has touched them since.

What the chain cannot show by itself is a tail that was cut off together with its seals: for that the last seals are
kept outside the installation, and compared.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from referrals.models import AuditEvent, LogSeal, SecurityEvent, ViewLog, ViewLogPerson

LOGS = tuple(model._meta.db_table for model in (AuditEvent, ViewLog, ViewLogPerson, SecurityEvent))

GAP, ADDED, REMOVED, CHANGED = "gap", "added", "removed", "changed"
GONE, OTHER = "gone", "other"


@dataclass(frozen=True)
class SealCopy:
    """A seal as it is kept outside: which one of which log, when it was made, and its hash in hexadecimal."""

    log: str
    seal: int
    at: str
    lines: int
    hash: str


@dataclass(frozen=True)
class Fault:
    """A seal that does not hold. `problem`: lines were ADDED, REMOVED or CHANGED, or seals before it form a GAP.

    Against copies from outside: the seal is GONE, with all that it sealed, or an OTHER stands in its place.
    """

    log: str
    seal: int
    problem: str


def seal() -> dict[str, int]:
    """Seal what has been written to each log since it was sealed last; says how many lines that was.

    Each log in a transaction of its own: call it outside of any.
    """
    sealed = {}
    for log in LOGS:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT ergo_seal_log(%s)", [log])
            (sealed[log],) = cursor.fetchone()
    return sealed


def last_seals() -> list[SealCopy]:
    """The last seal of each log: what is to be kept outside the installation."""
    found = (LogSeal.objects.filter(log=log).order_by("-id").first() for log in LOGS)
    return [
        SealCopy(row.log, row.pk, row.at.isoformat(), row.lines, bytes(row.hash).hex())
        for row in found
        if row
    ]


def verify(against: Iterable[SealCopy] = ()) -> list[Fault]:
    """Every seal that does not hold, by log; with copies from outside also those that are gone."""
    return [*_broken(), *_missing(against)]


def _broken() -> Iterator[Fault]:
    for log in LOGS:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seal_id, problem FROM ergo_verify_log(%s) WHERE problem IS NOT NULL", [log]
            )
            yield from (Fault(log, seal_id, problem) for seal_id, problem in cursor.fetchall())


def _missing(copies: Iterable[SealCopy]) -> Iterator[Fault]:
    for copy in copies:
        row = LogSeal.objects.filter(log=copy.log, pk=copy.seal).first()
        if row is None:
            yield Fault(copy.log, copy.seal, GONE)
        elif bytes(row.hash).hex() != copy.hash:
            yield Fault(copy.log, copy.seal, OTHER)
