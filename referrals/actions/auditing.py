"""What is written when somebody looks, comes in or is refused. Changes are written by the database itself.

An opening is written in the transaction that reads it: what cannot be logged is not shown.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from ergo import scope
from referrals.choices import USUAL_REASONS, OpeningKind, SecurityEventKind, ViewKind, ViewReason
from referrals.errors import NotAllowed
from referrals.models import Opening, Person, Referral, User
from referrals.permissions import Access, Permission

log = logging.getLogger(__name__)

LONGEST_QUERY = LONGEST_NOTE = 500

# One statement, whose plan is kept. Who, when and in which request is filled in by the database: the app has no right
# to say it.
INSERT_VIEW = """
WITH opening AS (
    INSERT INTO referrals_viewlog (municipality_id, role, kind, reason, query, note)
    VALUES (%(municipality)s, %(role)s, %(kind)s, %(reason)s, %(query)s, %(note)s)
    RETURNING municipality_id, id
)
INSERT INTO referrals_viewlogperson (municipality_id, view_id, person_id, number)
SELECT opening.municipality_id, opening.id, shown.person_id, shown.number
FROM opening, unnest(%(persons)s::bigint[], %(numbers)s::text[]) AS shown (person_id, number)
"""


class Why(NamedTuple):
    """What a line says of why the citizens were seen: a code, and what somebody wrote."""

    reason: ViewReason
    note: str


class Shown(NamedTuple):
    """A citizen on a page, where neither the citizen's row nor the referral's is at hand."""

    municipality_id: int
    person_id: int
    number: str = ""


def record_view(
    kind: ViewKind,
    shown: Iterable[Person | Referral | Shown],
    *,
    access: Access,
    municipality_id: int | None = None,
    permission: Permission = Permission.SEE_CASES,
    reason: ViewReason | None = None,
    query: str = "",
    note: str = "",
) -> None:
    """Write down that the user sees these citizens, on this kind of page. Call it in the transaction that reads them.

    `shown` are persons, or referrals for the citizens behind them. `municipality_id`: where a list or a search was
    made that may have found nobody; without it only municipalities of those shown get a line. `query` says what was
    asked for in codes and kinds, never in words that somebody typed. `reason`: as is usual for the page, but for
    citizens whom the user has opened for a while: they get a line of their own, with the reason written then.

    Raises NotAllowed for a municipality in which the user does not hold the permission, and DatabaseError where the
    database refuses the line.
    """
    usual = Why(reason or USUAL_REASONS[kind], note)
    placed = [(row.municipality_id, _who(row)) for row in shown]
    opened = _opened({who[0] for _place, who in placed}, access, usual) if reason is None else {}
    lines: dict[tuple[int, Why], list[tuple[int, str]]] = defaultdict(list)
    for place, who in placed:
        lines[place, opened.get(who[0], usual)].append(who)
    if municipality_id is not None and municipality_id not in {place for place, _why in lines}:
        lines[municipality_id, usual] = []
    for (place, why), citizens in lines.items():
        role = access.role_with(permission, place)
        if role is None:
            raise NotAllowed
        with connection.keeping_cursor() as cursor:  # type: ignore[attr-defined]  # our own wrapper
            cursor.execute(
                INSERT_VIEW,
                {
                    "municipality": place,
                    "role": role,
                    "kind": kind,
                    "reason": why.reason,
                    "query": query[:LONGEST_QUERY],
                    "note": why.note[:LONGEST_NOTE],
                    "persons": [person_id for person_id, _number in citizens],
                    "numbers": [number for _person_id, number in citizens],
                },
            )


@contextmanager
def recording_view(kind: ViewKind, shown: Iterable[Person | Referral | Shown], **what: Any) -> Iterator[None]:
    """As `record_view`, whose arguments it takes, while the page is made: the database writes meanwhile.

    Raises at the end what the database refuses, so that a page that could not be logged is thrown away.
    """
    with connection.unanswered():  # type: ignore[attr-defined]  # our own wrapper
        record_view(kind, shown, **what)
        yield


def _opened(person_ids: set[int], access: Access, usual: Why) -> dict[int, Why]:
    """Why those of the citizens are open to the user who are so only for a while, by the opening that lasts longest."""
    theirs = person_ids & access.shield.opened
    if access.user_id is None or not theirs:  # as a rule
        return {}
    openings = Opening.objects.filter(user_id=access.user_id, person__in=theirs, ended_at__isnull=True)
    return {
        opening.person_id: Why(
            ViewReason.EMERGENCY if opening.kind == OpeningKind.EMERGENCY else usual.reason, opening.reason
        )
        for opening in openings.order_by("expires_at", "pk")
    }


def _who(row: Person | Referral | Shown) -> tuple[int, str]:
    """The citizen, and the number of the referral that is shown, if it is one."""
    return (row.pk, "") if isinstance(row, Person) else (row.person_id, row.number)


INSERT_SECURITY_EVENT = """
INSERT INTO referrals_securityevent (kind, user_id, typed, method, route, request_id, detail)
VALUES (%(kind)s, %(user)s, %(typed)s, %(method)s, %(route)s, %(request_id)s, %(detail)s)
"""
FINGERPRINT_LENGTH = 32
LONGEST_METHOD, LONGEST_DETAIL = 10, 200

_noted: ContextVar[list[dict[str, Any]] | None] = ContextVar("ergo_security_events", default=None)


def security_event(
    kind: SecurityEventKind,
    *,
    user: User | None = None,
    typed: str = "",
    detail: str = "",
    request: HttpRequest | None = None,
) -> None:
    """Write down that somebody came in, was refused, or met a fault.

    `user`: who, where it is not the user of the request. `typed` is the name that somebody signed in with; a known
    user is written by id, any other name as a keyed hash, for it may be a password or an identity number. `detail` is
    a few words of ours, never of theirs. Of the address only the pattern is kept.

    In a request it is written after the response, in a transaction of its own, whatever becomes of the request's;
    elsewhere at once.
    """
    typed = typed.replace("\0", "")
    known = user or (User.objects.filter(username=typed).first() if typed else None)
    event = {
        "kind": kind,
        "user": known.pk if known else _user_of(request),
        "typed": fingerprint(typed) if typed and not known else "",
        "method": (request.method or "")[:LONGEST_METHOD] if request else "",
        "route": _route_of(request)[:LONGEST_DETAIL],
        "request_id": getattr(request, "request_id", "") or scope.current().request_id,
        "detail": detail[:LONGEST_DETAIL],
    }
    noted = _noted.get()
    if noted is None:
        _write([event])
    else:
        noted.append(event)


@contextmanager
def security_events_kept() -> Iterator[list[dict[str, Any]]]:
    """Events noted in here are written when it ends, after the transactions inside, whatever became of those."""
    noted: list[dict[str, Any]] = []
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)
        try:
            _write(noted)
        except DatabaseError:
            log.error("%s security events could not be written", len(noted))


def fingerprint(typed: str) -> str:
    """The same for the same name, and readable by nobody: for a name that no user has."""
    name = typed.strip().casefold()
    return salted_hmac("referrals.security_event", name, algorithm="sha256").hexdigest()[:FINGERPRINT_LENGTH]


def _write(events: list[dict[str, Any]]) -> None:
    if events:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(INSERT_SECURITY_EVENT, events)


def _user_of(request: HttpRequest | None) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def _route_of(request: HttpRequest | None) -> str:
    match = request.resolver_match if request else None
    return match.route if match else ""
