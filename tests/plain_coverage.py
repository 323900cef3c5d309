"""Who has an ergoterapeut once more, in the plainest Python, from plain rows: it imports nothing of the product.

Rows come as PostgreSQL has them. Every question is asked of every day by itself; nothing is remembered from one day to
another, where the product reads periods once and goes through them.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rows:
    """Rows of the tables, by column. An employment has its therapist's authorisation and its occupation's kind.

    A figure that another one has replaced is `replaced`.
    """

    municipalities: list[Row]
    employments: list[Row]
    agreements: list[Row]
    statements: list[Row]
    figures: list[Row]
    vacancies: list[Row]
    changes: list[Row]


def holds(row: Row, on: date, start: str = "valid_from", end: str = "valid_to") -> bool:
    return row[start] is not None and row[start] <= on and (row[end] is None or on < row[end])


def counts(post: Row, on: date) -> bool:
    authorised = holds(post, on, "authorised_from", "authorised_to")
    return post["kind"] != "support" and not post["is_student"] and holds(post, on) and authorised


def answers(rows: Rows, on: date) -> dict[int, str]:
    """What each municipality has on the day: the first that is true of code, post, purchased, agreement and none."""
    has = defaultdict(set)
    for post in rows.employments:
        if counts(post, on):
            own = "code" if post["kind"] == "therapist" else "post"
            has[post["municipality"]].add(own if post["engagement"] == "own" else "purchased")
    staffed = {place for place, found in has.items() if found}
    for agreement in rows.agreements:
        if holds(agreement, on) and agreement["provider"] in staffed:
            has[agreement["recipient"]].add("agreement")
    for statement in rows.statements:
        if holds(statement, on):
            has[statement["municipality"]].add("none")
    for place in official_zeros(rows, on):
        has[place].add("none")
    order = ("code", "post", "purchased", "agreement", "none")
    places = [row["id"] for row in rows.municipalities]
    return {place: next((word for word in order if word in has[place]), "unknown") for place in places}


def official_zeros(rows: Rows, on: date) -> set[int]:
    newest: dict[int, list[Row]] = {}
    for figure in sorted(filter(tells, rows.figures), key=lambda row: row["counted_on"]):
        counted = figure["counted_on"]
        day, month = (1, 3) if (counted.day, counted.month) == (29, 2) else (counted.day, counted.month)
        if counted <= on < date(counted.year + 1, month, day):
            before = newest.get(figure["municipality"], [])
            same_day = [row for row in before if row["counted_on"] == counted]
            newest[figure["municipality"]] = [*same_day, figure]
    return {place for place, figures in newest.items() if all(says_nobody(row) for row in figures)}


def tells(figure: Row) -> bool:
    """A share of inhabitants, a missing number and what was replaced tell nothing; a confidential one is somebody."""
    is_number = figure["measure"] in ("persons", "fte") and figure["status"] in ("value", "nil", "suppressed")
    return is_number and not figure["replaced"]


def says_nobody(figure: Row) -> bool:
    """A whole 0 of årsverk may be up to a half."""
    may_be_rounded = figure["measure"] == "fte" and figure["decimals"] == 0
    return figure["status"] == "nil" or (figure["value"] == 0 and not may_be_rounded)


def vacant_only(rows: Rows, on: date) -> set[int]:
    """Nobody by any definition, and a post that nobody has."""
    vacant = {row["municipality"] for row in rows.vacancies if holds(row, on)}
    return {place for place, answer in answers(rows, on).items() if answer in ("none", "unknown")} & vacant


ENOUGH = {
    "employed": {"code"},
    "authorised": {"code", "post"},
    "attached": {"code", "post", "purchased", "agreement"},
}


def without(rows: Rows, on: date, definition: str) -> set[int]:
    """Unknown is not without."""
    enough = ENOUGH[definition] | {"unknown"}
    return {place for place, answer in answers(rows, on).items() if answer not in enough}


def days_without(rows: Rows, place: int, on: date, definition: str, furthest: date) -> int | None:
    """Back from the day, one day at a time, to the last on which it was covered; None: none until the furthest."""
    day = on
    while day > furthest:
        day -= ONE_DAY
        if answers(rows, day)[place] in ENOUGH[definition]:
            return (on - day).days - 1
    return None


def fte(rows: Rows, on: date) -> Decimal:
    """All årsverk of the country: agreements move some, and make none."""
    return sum((post["fte"] for post in rows.employments if counts(post, on)), Decimal(0))


def codes_on(rows: Rows, on: date, kept: dict[date, set[str]]) -> dict[str, set[int]]:
    """The numbers of the day, each with the ids of today's municipalities that its inhabitants are in.

    Forward, as the reforms went: each number that there ever was is followed to those of today. `kept`: numbers of
    those who took others in and kept theirs, by the day.
    """
    by_code = {row["code"]: row["id"] for row in rows.municipalities}
    days = sorted({change["valid_from"] for change in rows.changes})
    started = {code for code in by_code} | {change["old_code"] for change in rows.changes}
    found = {}
    for code in started:
        if _exists(code, on, rows.changes, kept, by_code):
            reached = {code}
            for day in [day for day in days if day > on]:
                reached = {new for old in reached for new in _became(old, day, rows.changes)}
            found[code] = {by_code[reach] for reach in reached}
    return found


def _became(code: str, day: date, changes: list[Row]) -> set[str]:
    new = {row["new_code"] for row in changes if row["valid_from"] == day and row["old_code"] == code}
    return new or {code}


def _exists(
    code: str, on: date, changes: list[Row], kept: dict[date, set[str]], present: dict[str, int]
) -> bool:
    """From the day it was new, if it ever was, until it was another's, if it ever was."""
    begun = [row["valid_from"] for row in changes if row["new_code"] == code]
    begun = [day for day in begun if code not in kept.get(day, ())]
    ended = [row["valid_from"] for row in changes if row["old_code"] == code]
    return (not begun or min(begun) <= on) and (on < max(ended) if ended else code in present)
