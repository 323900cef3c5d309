"""Thin coverage once more, in the plainest Python, from plain rows: it imports nothing of the product."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.plain_coverage import ENOUGH, ONE_DAY, Row, Rows, answers, counts, holds

WITHIN = 90
MOST_OF_ONE = Decimal("1.5")


@dataclass(frozen=True)
class Register(Rows):
    """And leaves by post, and inhabitants by year. A post has its own and its therapist's id and name."""

    leaves: list[Row]
    populations: list[Row]


def posts_of(rows: Register, place: int, on: date) -> list[Row]:
    return [post for post in rows.employments if post["municipality"] == place and counts(post, on)]


def people_of(rows: Register, place: int, on: date) -> set[int]:
    return {post["therapist"] for post in posts_of(rows, place, on)}


def is_covered(rows: Register, place: int, on: date, definition: str) -> bool:
    return answers(rows, on)[place] in ENOUGH[definition]


def fte_per_10000(rows: Register, place: int, on: date) -> Decimal | None:
    """After agreements, the oldest first, none of which gives more than is there."""
    has: dict[int, Decimal] = defaultdict(Decimal)
    for post in rows.employments:
        if counts(post, on):
            has[post["municipality"]] += post["fte"]
    for agreement in sorted(rows.agreements, key=lambda row: (row["valid_from"], row["id"])):
        if holds(agreement, on) and agreement["fte"]:
            given = min(agreement["fte"], has[agreement["provider"]])
            has[agreement["provider"]] -= given
            has[agreement["recipient"]] += given
    counted = [row for row in rows.populations if row["municipality"] == place]
    begun = [row for row in counted if row["year"] <= on.year]
    if not counted:
        return None
    year = max(row["year"] for row in begun) if begun else min(row["year"] for row in counted)
    (persons,) = [row["persons"] for row in counted if row["year"] == year]
    return (has[place] * 10_000 / persons).quantize(Decimal("0.01"), ROUND_HALF_UP)


def is_under(rows: Register, place: int, on: date, definition: str, least: Decimal) -> bool:
    found = fte_per_10000(rows, place, on)
    return is_covered(rows, place, on, definition) and found is not None and found < least


def facts(rows: Register, place: int, on: date, definition: str, least: Decimal) -> dict[str, bool]:
    """Of a municipality's own."""
    covered = is_covered(rows, place, on, definition)
    people = people_of(rows, place, on)
    lone = covered and len(people) == 1
    return {
        "is_covered": covered,
        "is_lone": lone,
        "is_shared": lone and serves_another(rows, place, people, on),
        "is_under": is_under(rows, place, on, definition, least),
        "is_away": covered
        and bool(people)
        and not is_served(rows, place, on)
        and not at_work(rows, place, on),
    }


def serves_another(rows: Register, place: int, people: set[int], on: date) -> bool:
    lends = any(row["provider"] == place and holds(row, on) for row in rows.agreements)
    others = {row["id"] for row in rows.municipalities} - {place}
    return lends or any(people & people_of(rows, other, on) for other in others)


def is_served(rows: Register, place: int, on: date) -> bool:
    received = [row for row in rows.agreements if row["recipient"] == place and holds(row, on)]
    return any(posts_of(rows, row["provider"], on) for row in received)


def at_work(rows: Register, place: int, on: date) -> set[int]:
    """Whoever has a post here from which nobody is away."""
    away = {leave["employment"] for leave in rows.leaves if holds(leave, on)}
    return {post["therapist"] for post in posts_of(rows, place, on) if post["id"] not in away}


def endings(rows: Register, place: int, on: date) -> set[tuple[str, str, date]]:
    """The days after the day one at a time: the first without it."""
    found = set()
    for post in posts_of(rows, place, on):
        days = [on + timedelta(days=number) for number in range(1, WITHIN + 1)]
        first = next((day for day in days if not holds(post, day, "authorised_from", "authorised_to")), None)
        if first:
            found.add(("licence" if post["is_licence"] else "authorisation", post["name"], first))
    names = {row["id"]: row["name"] for row in rows.municipalities}
    for provider in {row["provider"] for row in rows.agreements}:
        between = [row for row in rows.agreements if (row["provider"], row["recipient"]) == (provider, place)]
        day = on
        while any(holds(row, day) for row in between) and (day - on).days <= WITHIN:
            day += ONE_DAY
        if on < day <= on + timedelta(days=WITHIN):
            found.add(("agreement", names[provider], day))
    return found


def lone(rows: Register, on: date, least: int) -> int | None:
    """At the end of the newest year; not told of few, nor where too few of those with little have several."""
    while (on.month, on.day) != (12, 31):
        on -= ONE_DAY
    alone, several = set(), 0
    for place in [row["id"] for row in rows.municipalities]:
        people = people_of(rows, place, on)
        if len(people) == 1:
            alone |= people
        elif people and sum(post["fte"] for post in posts_of(rows, place, on)) <= MOST_OF_ONE:
            several += 1
    return len(alone) if len(alone) >= least and several >= least else None
