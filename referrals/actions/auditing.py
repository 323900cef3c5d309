"""What is written when somebody looks, comes in or is refused. Changes are written by the database itself.

An opening is written in the transaction that reads it: what cannot be logged is not shown.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from referrals.choices import USUAL_REASONS, ViewKind, ViewReason
from referrals.errors import NotAllowed
from referrals.models import Person, Referral, ViewLog
from referrals.permissions import Access, Permission

LONGEST_QUERY = ViewLog._meta.get_field("query").max_length
LONGEST_NOTE = ViewLog._meta.get_field("note").max_length

# One statement. Who, when and in which request is filled in by the database: the app has no right to say it.
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


def record_view(
    kind: ViewKind,
    shown: Iterable[Person | Referral],
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
    asked for in codes and kinds, never in words that somebody typed. `reason`: as is usual for the page.

    Raises NotAllowed for a municipality in which the user does not hold the permission, and DatabaseError where the
    database refuses the line.
    """
    by_place: dict[int, list[tuple[int, str]]] = defaultdict(list)
    if municipality_id is not None:
        by_place[municipality_id] = []
    for row in shown:
        by_place[row.municipality_id].append(_who(row))
    for place, citizens in by_place.items():
        role = access.role_with(permission, place)
        if role is None:
            raise NotAllowed
        with connection.cursor() as cursor:
            cursor.execute(
                INSERT_VIEW,
                {
                    "municipality": place,
                    "role": role,
                    "kind": kind,
                    "reason": reason or USUAL_REASONS[kind],
                    "query": query[:LONGEST_QUERY],
                    "note": note[:LONGEST_NOTE],
                    "persons": [person_id for person_id, _number in citizens],
                    "numbers": [number for _person_id, number in citizens],
                },
            )


def _who(row: Person | Referral) -> tuple[int, str]:
    """The citizen, and the number of the referral that is shown, if it is one."""
    return (row.person_id, row.number) if isinstance(row, Referral) else (row.pk, "")
