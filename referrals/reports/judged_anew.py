"""Why a month-end has others over target, over a year or not assessed, as we now know it, than as it was known then.

Each referral is read in both ways and judged by the clock, for a municipality's own staff only.
"""

from collections import Counter as Counts
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from referrals import waiting
from referrals.choices import Knowledge
from referrals.models import Hindsight, looking_back, referrals_as
from referrals.reports.later import Reasons, Why, explained

FACTS = ("over_target", "over_a_year", "not_assessed")


@dataclass(frozen=True)
class Judged:
    """One who waited on the day, by what the clock goes by: whole days, and the target of the key that judges it."""

    assessed: bool
    received_on: date
    prioritised_on: date | None
    priority: int | None
    category: int
    on_hold: int
    target: int | None
    gross: int

    def of(self, fact: str) -> bool:
        """Whether a fact is true."""
        left = waiting.days_left(waiting.net_days(self.gross, self.on_hold), self.target)
        facts = (waiting.is_over_target(left), waiting.is_over_a_year(self.gross), not self.assessed)
        return bool(facts[FACTS.index(fact)])

    def changed(self, now: "Judged") -> Why:
        """Why the same referral is judged otherwise now: by what was registered of it, else by another target."""
        if self.received_on != now.received_on or self.category != now.category:
            return Why.CORRECTED
        if self.assessed != now.assessed:
            return Why.ASSESSED_LATER if now.assessed else Why.CORRECTED
        if self.assessed and self.priority != now.priority:
            return Why.CORRECTED
        return Why.ON_HOLD if self.on_hold != now.on_hold else Why.NEW_KEY


class JudgedAnew:
    """Those who waited at a month-end, both ways. `waited`: why some waited in one of the two only.

    `until`: as we now know it by what was registered before that instant, where it is told once more.
    """

    def __init__(self, place: int, on: date, waited: Mapping[int, Why], until: datetime | None) -> None:
        """Two queries."""
        self._then = _judged(place, on, Hindsight(Knowledge.THEN))
        self._now = _judged(place, on, Hindsight(until=until))
        self._waited = waited

    def reasons(self, fact: str, change: int) -> Reasons:
        """By how much each reason changed of how many the fact is true; together the change. None that is 0."""
        counts: Counts[Why] = Counts()
        for why, number in self._differing(fact):
            counts[why] += number
        return explained(counts, change)

    def _differing(self, fact: str) -> Iterator[tuple[Why, int]]:
        for pk in self._then.keys() | self._now.keys():
            then, now = self._then.get(pk), self._now.get(pk)
            before, after = bool(then and then.of(fact)), bool(now and now.of(fact))
            if before != after:
                both = then and now and then.changed(now)
                yield both or self._waited.get(pk, Why.OTHER), int(after) - int(before)


def _judged(place: int, on: date, hindsight: Hindsight) -> dict[int, Judged]:
    """Everybody who waited at the end of the day, looked at in one way."""
    rows = referrals_as(hindsight).filter(municipality_id=place).waiting(on=on).with_wait(on=on).order_by()
    read = (
        "received_on",
        "prioritised_on",
        "priority",
        "category_id",
        "paused_days",
        "target_days",
        "gross_days",
    )
    with looking_back(hindsight, on):
        found = list(rows.values_list(*read, "pk"))
    return {pk: Judged(waiting.is_assessed(facts[1], on), *facts) for *facts, pk in found}
