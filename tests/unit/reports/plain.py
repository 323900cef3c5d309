"""docs/definitions.md once more, in the plainest Python: day by day and case by case, with nothing from the product.

What the reports say is held against this.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from tests.unit.reports.worlds import Case, World

OUT_OF_ALL_COUNTS = {"duplicate", "entered_in_error"}
STOPS = {"hospital", "own_wish", "away"}
BANDS = {
    "0-14": (0, 14),
    "15-28": (15, 28),
    "29-56": (29, 56),
    "57-84": (57, 84),
    "85-182": (85, 182),
    "183-365": (183, 365),
    "366+": (366, 99_999),
}


def is_counted(case: Case) -> bool:
    return case.outcome not in OUT_OF_ALL_COUNTS


def end_of(case: Case) -> date | None:
    return case.started or case.closed


def known_from(cases: Iterable[Case], *, by_year: bool = False) -> date | None:
    """The first day that is known: of the first referral, for outsiders 1 January of its year."""
    first = min((case.received for case in cases if is_counted(case)), default=None)
    return first.replace(month=1, day=1) if first and by_year else first


def waits(case: Case, on: date) -> bool:
    end = end_of(case)
    return is_counted(case) and case.received <= on and (end is None or on < end)


def gross(case: Case, on: date) -> int:
    return (on - case.received).days


def paused(case: Case, on: date) -> int:
    days = set()
    for hold in case.holds:
        day = max(hold.first, case.received)
        while day < on and (hold.last is None or day < hold.last):
            if hold.reason in STOPS:
                days.add(day)
            day += timedelta(days=1)
    return len(days)


def is_on_hold(case: Case, on: date) -> bool:
    return any(hold.first <= on and (hold.last is None or on < hold.last) for hold in case.holds)


def target(world: World, case: Case) -> int | None:
    versions = [days for since, days in world.keys[case.municipality] if since <= case.received]
    return versions[-1].get((case.category, case.priority)) if case.priority else None


def is_assessed(case: Case, on: date) -> bool:
    return case.assessed is not None and case.assessed <= on


def level(case: Case, on: date) -> int | None:
    return case.priority if is_assessed(case, on) else None


def is_over(world: World, case: Case, on: date) -> bool:
    days = target(world, case) if is_assessed(case, on) else None
    return days is not None and gross(case, on) - paused(case, on) > days


def percentile(values: Iterable[int], share: float) -> float | None:
    """Between the ranks, as a straight line (R type 7)."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return round(ordered[below] + (place - below) * (ordered[above] - ordered[below]), 1)


def figures(world: World, cases: Sequence[Case], on: date) -> dict[str, float | int | None]:
    """The key figures of those who wait among the cases."""
    waiting = [case for case in cases if waits(case, on)]
    days = [gross(case, on) for case in waiting]
    return {
        "waiting": len(waiting),
        "median_days": percentile(days, 0.5),
        "p90_days": percentile(days, 0.9),
        "over_target": sum(is_over(world, case, on) for case in waiting),
        "not_assessed": sum(not is_assessed(case, on) for case in waiting),
        "over_a_year": sum(number > 365 for number in days),
        "paused": sum(is_on_hold(case, on) for case in waiting),
        "oldest_days": max(days, default=None),
        "persons": len({case.municipality for case in waiting}),  # the worlds have one citizen in each
    }


def bands(cases: Sequence[Case], on: date) -> dict[str, int]:
    days = [gross(case, on) for case in cases if waits(case, on)]
    return {code: sum(low <= n <= high for n in days) for code, (low, high) in BANDS.items()}


def flow(cases: Sequence[Case], start: date, end: date) -> dict[str, int]:
    """What happened from and with `start`, until but without `end`."""
    counted = [case for case in cases if is_counted(case)]

    def within(day: date | None) -> bool:
        return day is not None and start <= day < end

    return {
        "referred": sum(within(case.received) for case in counted),
        "started": sum(within(case.started) for case in counted),
        "other_ends": sum(within(case.closed) and case.started is None for case in counted),
        "finished": sum(within(case.closed) and case.started is not None for case in counted),
    }


def waited_at_start(cases: Sequence[Case], start: date, end: date) -> list[int]:
    """What those had waited who started from and with `start`, until but without `end`."""
    return [
        (case.started - case.received).days
        for case in cases
        if is_counted(case) and case.started is not None and start <= case.started < end
    ]


def life_table(cases: Sequence[Case], start: date, end: date) -> dict[int, dict[str, int]]:
    """Every wait on every day of the period: on how many of its days it was how old, and how it ended there."""
    rows: dict[int, dict[str, int]] = {}
    for case in filter(is_counted, cases):
        days = [start + timedelta(days=number) for number in range((end - start).days)]
        known = [
            day for day in days if case.received <= day and (end_of(case) is None or day <= end_of(case))
        ]
        if known:
            how = "censored" if end_of(case) != known[-1] else "served" if case.started else "other"
            for day, what in ((known[0], "entered"), (known[-1], how)):
                row = rows.setdefault(
                    gross(case, day), dict.fromkeys(("entered", "served", "other", "censored"), 0)
                )
                row[what] += 1
    return rows


def at_risk(cases: Sequence[Case], start: date, end: date, age: int) -> int:
    """How many waits were so old on some day of the period, and had not ended before that day."""
    days = ((case, case.received + timedelta(days=age)) for case in cases if is_counted(case))
    return sum(start <= day < end and (end_of(case) is None or day <= end_of(case)) for case, day in days)
