"""The figures of docs/definitions.md once more, in the plainest Python, from plain rows and nothing of the product.

Rows come as PostgreSQL has them. *Slik vi nå vet at det var* reads the rows as they stand. *Slik det var* reads no row:
it begins with nothing and adds line after line of the history until the end of the day, where the product goes the
other way and takes back what came later.

Days are calendar days in Norway; a day means the end of it; periods are half-open.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

NORWAY = ZoneInfo("Europe/Oslo")
OUT_OF_ALL_COUNTS = {"duplicate", "entered_in_error"}
STOPS_THE_CLOCK = {"hospital", "own_wish", "away"}
BANDS = {
    "0-14": range(0, 15),
    "15-28": range(15, 29),
    "29-56": range(29, 57),
    "57-84": range(57, 85),
    "85-182": range(85, 183),
    "183-365": range(183, 366),
    "366+": range(366, 100_000),
}
QUARTER_DAYS = 13 * 7

Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """Rows of the tables, by column; `details` of an event is what its JSON says, a category is its code."""

    referrals: list[Row]
    pauses: list[Row]
    events: list[Row]
    keys: list[Row]
    targets: list[Row]
    replies: list[Row]
    reply_rules: list[Row]
    categories: list[Row]


@dataclass(frozen=True)
class Wait:
    """One referral as it is looked at. `holds` are (reason, first day, first day after or None).

    `asked_reply`: whether a preliminary reply is due to it; `replied`: the day on which one was sent.
    """

    number: str
    municipality: int
    person: int
    category: str
    received: date
    priority: int | None
    assessed: date | None
    started: date | None
    closed: date | None
    outcome: str
    source: str
    therapist: int | None
    holds: tuple[tuple[str, date, date | None], ...]
    target: int | None
    asked_reply: bool
    replied: date | None


# ---------------------------------------------------------------- what is known


def as_now_known(rows: Rows) -> list[Wait]:
    """Every referral as its row stands."""
    holds = defaultdict(list)
    for pause in rows.pauses:
        holds[pause["referral"]].append((pause["reason"], pause["started_on"], pause["ended_on"]))
    keys = _Keys(rows, lambda key: key["replaced_at"] is None)
    replied = {reply["referral"]: reply["sent_on"] for reply in rows.replies}
    return [
        _wait(row | {"replied": replied.get(row["id"])}, row["municipality"], holds[row["id"]], keys)
        for row in rows.referrals
    ]


def as_known_then(rows: Rows, on: date) -> list[Wait]:
    """Every referral that the history had by the end of the day, as its lines until then tell of it."""
    end = datetime.combine(on + timedelta(days=1), time(), NORWAY)
    lines = defaultdict(list)
    for event in sorted(rows.events, key=lambda event: (event["registered_at"], event["id"])):
        if event["registered_at"] < end:
            lines[event["referral"]].append(event)

    def was_valid(key: Row) -> bool:
        return key["registered_at"] < end and (key["replaced_at"] is None or key["replaced_at"] >= end)

    keys = _Keys(rows, was_valid)
    # Which never change.
    always = {row["id"]: {name: row[name] for name in ("person", "number")} for row in rows.referrals}
    return [_told(events, always[referral], keys) for referral, events in lines.items()]


def _told(events: list[Row], always: Row, keys: "_Keys") -> Wait:
    facts: Row = dict(always)
    holds: dict[tuple[str, str], str | None] = {}
    for event in events:
        for name, (_before, after) in event["details"].get("changes", {}).items():
            facts[name] = after
        if event["kind"] == "replied":
            facts["replied"] = event["happened_on"]
        if "reply" in event["details"]:  # taken over from another
            facts["replied"] = _day(event["details"]["reply"])
        for pause in event["details"].get("pauses", []):
            holds[pause["reason"], pause["from"]] = pause["to"]
    for name in ("received_on", "prioritised_on", "started_on", "closed_on"):
        facts[name] = _day(facts.get(name))
    told = [(reason, date.fromisoformat(first), _day(last)) for (reason, first), last in holds.items()]
    return _wait(facts, events[0]["municipality"], told, keys)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _wait(facts: Row, municipality: int, holds: list[Any], keys: "_Keys") -> Wait:
    category, received, priority = facts["category"], facts["received_on"], facts.get("priority")
    return Wait(
        facts["number"],
        municipality,
        facts["person"],
        category,
        received,
        priority,
        facts.get("prioritised_on"),
        facts.get("started_on"),
        facts.get("closed_on"),
        facts.get("outcome") or "",
        facts["source"],
        facts.get("therapist"),
        tuple(holds),
        keys.days(municipality, received, category, priority),
        facts["handling"] == "application" and keys.asks_reply(municipality, received, category),
        facts.get("replied"),
    )


class _Keys:
    """The priority keys' versions that hold, and the days they give."""

    def __init__(self, rows: Rows, holds: Callable[[Row], bool]) -> None:
        self._versions: dict[int, list[tuple[date, int]]] = defaultdict(list)
        for key in rows.keys:
            if holds(key):
                self._versions[key["municipality"]].append((key["valid_from"], key["id"]))
        self._days = {(row["key"], row["category"], row["level"]): row["days"] for row in rows.targets}
        self._rules = {(row["key"], row["category"]): row["is_due"] for row in rows.reply_rules}
        self._usual = {row["code"]: row["is_vedtak"] for row in rows.categories}

    def days(self, municipality: int, received: date, category: str, priority: int | None) -> int | None:
        return self._days.get((self._version(municipality, received), category, priority))

    def asks_reply(self, municipality: int, received: date, category: str) -> bool:
        """What the version says of the category, else the category's own word."""
        return self._rules.get((self._version(municipality, received), category), self._usual[category])

    def _version(self, municipality: int, received: date) -> int | None:
        """The newest version that had begun on the day of receipt."""
        versions = [version for version in self._versions[municipality] if version[0] <= received]
        return max(versions)[1] if versions else None


# ---------------------------------------------------------------- one wait


def is_counted(wait: Wait) -> bool:
    return wait.outcome not in OUT_OF_ALL_COUNTS


def end_of(wait: Wait) -> date | None:
    ends = [day for day in (wait.started, wait.closed) if day]
    return min(ends) if ends else None


def waits(wait: Wait, on: date) -> bool:
    end = end_of(wait)
    return is_counted(wait) and wait.received <= on and (end is None or end > on)


def gross(wait: Wait, on: date) -> int:
    """Of one who waits, or has ended by the day."""
    return (min(on, end_of(wait) or on) - wait.received).days


def paused(wait: Wait, on: date) -> int:
    """Each day of the wait is asked whether the clock stood on it."""
    stops = [(first, last) for reason, first, last in wait.holds if reason in STOPS_THE_CLOCK]
    days = [wait.received + timedelta(days=number) for number in range(gross(wait, on) if stops else 0)]
    return sum(any(first <= day and (last is None or day < last) for first, last in stops) for day in days)


def is_on_hold(wait: Wait, on: date) -> bool:
    return any(first <= on and (last is None or on < last) for _reason, first, last in wait.holds)


def is_assessed(wait: Wait, on: date) -> bool:
    return wait.assessed is not None and wait.assessed <= on


def is_over_target(wait: Wait, on: date) -> bool:
    if wait.target is None or not is_assessed(wait, on):
        return False
    return gross(wait, on) - paused(wait, on) > wait.target


# ---------------------------------------------------------------- many waits


def percentile(days: Iterable[int], tenths: int) -> float | None:
    """So many tenths of the way through the days in order, as a straight line between two of them (R type 7)."""
    ordered = sorted(days)
    if not ordered:
        return None
    below, rest = divmod(tenths * (len(ordered) - 1), 10)
    above = min(below + 1, len(ordered) - 1)
    return (ordered[below] * 10 + rest * (ordered[above] - ordered[below])) / 10


def headlines(known: Iterable[Wait], on: date) -> dict[str, float | None]:
    """Who waits at the end of the day, and for how long."""
    waiting = [wait for wait in known if waits(wait, on)]
    days = [gross(wait, on) for wait in waiting]
    return {
        "waiting": len(waiting),
        "median_days": percentile(days, 5),
        "p90_days": percentile(days, 9),
        "over_target": sum(is_over_target(wait, on) for wait in waiting),
        "not_assessed": sum(not is_assessed(wait, on) for wait in waiting),
        "over_a_year": sum(number > 365 for number in days),
        "paused": sum(is_on_hold(wait, on) for wait in waiting),
        "oldest_days": max(days, default=None),
        "persons": len({wait.person for wait in waiting}),
    }


def known_from(known: Iterable[Wait]) -> date | None:
    """The first day of which there are figures: of the first referral."""
    return min((wait.received for wait in known if is_counted(wait)), default=None)


def bands(known: Iterable[Wait], on: date) -> dict[str, int]:
    days = [gross(wait, on) for wait in known if waits(wait, on)]
    return {code: sum(number in band for number in days) for code, band in BANDS.items()}


def within_target(known: Iterable[Wait], on: date) -> Fraction | None:
    """Of those who wait and are assessed, the share who are not over their target."""
    assessed = [wait for wait in known if waits(wait, on) and is_assessed(wait, on)]
    in_time = sum(not is_over_target(wait, on) for wait in assessed)
    return Fraction(in_time, len(assessed)) if assessed else None


def near_a_year(known: Iterable[Wait], on: date) -> int:
    return sum(274 <= gross(wait, on) <= 365 for wait in known if waits(wait, on))


def by_category(known: Iterable[Wait], on: date) -> dict[Any, dict[str, float | None]]:
    return _parts(known, on, lambda wait: wait.category)


def by_priority(known: Iterable[Wait], on: date) -> dict[Any, dict[str, float | None]]:
    """None: not assessed by the end of the day."""
    return _parts(known, on, lambda wait: level_of(wait, on))


def level_of(wait: Wait, on: date) -> int | None:
    return wait.priority if is_assessed(wait, on) else None


def divided(known: Iterable[Wait], part: Callable[[Wait], Any]) -> dict[Any, list[Wait]]:
    parts = defaultdict(list)
    for wait in known:
        parts[part(wait)].append(wait)
    return parts


def _parts(
    known: Iterable[Wait], on: date, part: Callable[[Wait], Any]
) -> dict[Any, dict[str, float | None]]:
    parts = divided((wait for wait in known if waits(wait, on)), part)
    return {value: _shown(headlines(found, on)) for value, found in parts.items()}


def _shown(figures: dict[str, float | None]) -> dict[str, float | None]:
    return {name: figures[name] for name in ("waiting", "median_days", "p90_days", "over_target")}


def flow(known: Iterable[Wait], on: date, days: int = QUARTER_DAYS) -> dict[str, int]:
    """What came and went in so many days, of which `on` is the last."""
    counted = [wait for wait in known if is_counted(wait)]

    def within(day: date | None) -> bool:
        return day is not None and on - timedelta(days=days) < day <= on

    return {
        "referred": sum(within(wait.received) for wait in counted),
        "started": sum(within(wait.started) for wait in counted),
        "other_ends": sum(within(wait.closed) and not wait.started for wait in counted),
        "finished": sum(within(wait.closed) and bool(wait.started) for wait in counted),
    }


def moved(known: Iterable[Wait], on: date, days: int = QUARTER_DAYS) -> dict[str, set[str]]:
    """The numbers of those that each count of the flow is of."""
    known = list(known)
    return {
        line: {wait.number for wait in known if flow([wait], on, days)[line]}
        for line in ("referred", "started", "other_ends", "finished")
    }


def reply_state(wait: Wait, on: date) -> str:
    """How the preliminary reply to one who waits stands at the end of the day."""
    if not wait.asked_reply:
        return "not_asked"
    last = _a_month_later(wait.received)
    if wait.replied and wait.replied <= on:
        return "sent" if wait.replied <= last else "sent_late"
    if on > last:
        return "late"
    return "due" if last - on <= timedelta(days=7) else "not_yet"


def _a_month_later(day: date) -> date:
    """The same date of the next month, or the last one that there is."""
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    while True:
        try:
            return first.replace(day=day.day)
        except ValueError:
            day -= timedelta(days=1)


def pace(known: Iterable[Wait], on: date, days: int = QUARTER_DAYS) -> dict[str, Fraction | None]:
    """Referred for each who started or left otherwise, and the weeks until the list is empty if nobody comes."""
    known = list(known)
    moved, waiting = flow(known, on, days), sum(waits(wait, on) for wait in known)
    removed = moved["started"] + moved["other_ends"]
    if not removed:
        return {"load": None, "clearance_weeks": None if waiting else Fraction(0)}
    return {
        "load": Fraction(moved["referred"], removed),
        "clearance_weeks": Fraction(waiting * days, 7 * removed),
    }


def rereferred(known: Iterable[Wait], first: date, last: date, known_to: date) -> dict[str, float | None]:
    """Of those closed after a start from `first` to `last` and followed for 90 days: who was referred anew in them."""
    counted = [wait for wait in known if is_counted(wait)]
    ninety = timedelta(days=90)
    finished = [
        wait
        for wait in counted
        if wait.started and wait.closed and first <= wait.closed <= last and wait.closed + ninety <= known_to
    ]
    came = defaultdict(list)
    for wait in counted:
        came[wait.person, wait.category].append(wait)
    again = sum(
        any(other is not wait and wait.closed <= other.received <= wait.closed + ninety for other in those)
        for wait in finished
        for those in [came[wait.person, wait.category]]
    )
    share = again / len(finished) if finished else None
    return {"followed": len(finished), "again": again, "share": share}


def started(known: Iterable[Wait], on: date, days: int = QUARTER_DAYS) -> dict[str, float | None]:
    """Those who started in so many days, of which `on` is the last, and what they had waited by then."""
    first = on - timedelta(days=days - 1)
    waited = [
        (wait.started - wait.received).days
        for wait in known
        if is_counted(wait) and wait.started and first <= wait.started <= on
    ]
    return {
        "count": len(waited),
        "median_days": percentile(waited, 5),
        "p90_days": percentile(waited, 9),
    }


# ---------------------------------------------------------------- one referred today

Answer = int | Fraction | str


def estimate(known: Iterable[Wait], on: date) -> dict[str, Answer]:
    """How long one referred on the day will wait, if all goes on as in the twelve months that end with it.

    Age by age: of those who were that old on a day of the year, which share starts on it and which leaves otherwise.
    A word says why there is no answer.
    """
    followed = _followed(known, on)
    starts = sum(how == "served" for _first, _last, how in followed)
    ages = range(max((last for _first, last, _how in followed), default=-1) + 1)
    at_risk = {age: sum(first <= age <= last for first, last, _how in followed) for age in ages}
    ends = {age: [how for _first, last, how in followed if last == age and how != "censored"] for age in ages}
    thin = any(
        ends[age] and at_risk[age] < 5 and any(at_risk[later] >= 5 for later in ages[age + 1 :])
        for age in ages
    )
    curve = _curve(at_risk, ends)
    why_not = "too_few" if starts < 20 else "thin" if thin else "" if curve else "beyond"
    return {"starts": starts} | _answers(curve, why_not)


def _followed(known: Iterable[Wait], on: date) -> list[tuple[int, int, str]]:
    """Of each wait its first and last age in the year, and how it ended there if it did."""
    day, month, year = on.day, on.month, on.year - 1
    first_day = date(year, month, 28 if (month, day) == (2, 29) else day) + timedelta(days=1)
    found = []
    for wait in known:
        end = end_of(wait)
        has_ended = end is not None and end <= on
        first, last = max(wait.received, first_day), end if has_ended else on
        if is_counted(wait) and first <= last:
            how = "censored" if not has_ended else "served" if wait.started else "other"
            found.append(((first - wait.received).days, (last - wait.received).days, how))
    return found


def _curve(at_risk: dict[int, int], ends: dict[int, list[str]]) -> list[dict[str, Fraction]]:
    """By age the shares that have started, left otherwise and wait still; until an age at which nobody was seen."""
    shares = {"served": Fraction(0), "other": Fraction(0), "waiting": Fraction(1)}
    curve: list[dict[str, Fraction]] = []
    for age, number in at_risk.items():
        if not number:
            break
        waiting = shares["waiting"]
        gone = {how: waiting * ends[age].count(how) / number for how in ("served", "other")}
        shares = {how: shares[how] + gone[how] for how in gone} | {"waiting": waiting - sum(gone.values())}
        curve.append(shares)
    return curve


def _answers(curve: list[dict[str, Fraction]], why_not: str) -> dict[str, Answer]:
    names = ("half_started", "most_started", "half_gone", "most_gone", "without_start")
    if why_not:
        return dict.fromkeys(names, why_not)

    def first(share: Fraction, enough: Callable[[dict[str, Fraction]], Fraction], other: str) -> Answer:
        return next((age for age, shares in enumerate(curve) if enough(shares) >= share), other)

    half, most, left = Fraction(1, 2), Fraction(4, 5), curve[-1]["other"]
    return {
        "half_started": first(half, lambda at: at["served"], "never" if 1 - left < half else "beyond"),
        "most_started": first(most, lambda at: at["served"], "never" if 1 - left < most else "beyond"),
        "half_gone": first(half, lambda at: 1 - at["waiting"], "beyond"),
        "most_gone": first(most, lambda at: 1 - at["waiting"], "beyond"),
        "without_start": left,
    }
