"""Who was started in a period before somebody with a higher priority and a longer wait (forbigått), and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F

from referrals.models.overtaken import started_within, with_overtaken
from referrals.models.referral import ReferralQuerySet
from referrals.permissions import Access
from referrals.reports.periods import Period, until_day


@dataclass(frozen=True)
class Overtaken:
    """One who still waited: by number, with the priority then, and how many days longer the wait had lasted."""

    pk: int
    number: str
    level: int
    days: int
    same: bool


@dataclass(frozen=True)
class Overtaking:
    """A case that was started before others, the longest wait first; `priority` is the one it had on that day.

    `reason`: the coded reason for urgency that is kept with the case; empty: none, or not for whoever asks.
    """

    referral: Any
    priority: int
    reason: str
    passed: tuple[Overtaken, ...]

    @property
    def number(self) -> str:
        """The case's own."""
        return str(self.referral.number)

    @property
    def count(self) -> int:
        """How many were passed over."""
        return len(self.passed)

    @property
    def same(self) -> int:
        """How many of them in the same category."""
        return sum(one.same for one in self.passed)


@dataclass(frozen=True)
class OvertakenReport:
    """The cases started in the period that overtook somebody, the latest first.

    `started` are all that were, `unassessed` those of them without a priority on the day: of them nothing can be said.
    """

    period: Period
    started: int
    unassessed: int
    rows: tuple[Overtaking, ...]


def build(visible: ReferralQuerySet, access: Access, period: Period) -> OvertakenReport:
    """The report of a municipality's referrals that the user may see; those who were overtaken are among them too."""
    started = started_within(visible, period.start, period.last_day)
    rows = with_overtaken(started, visible, period.start).for_list().with_shield(access)
    # No list shows it, and this one tells why somebody was first.
    found = list(rows.annotate(told_urgency=F("urgency")).order_by("-started_on", "-pk"))
    unassessed = sum(row.priority_then is None for row in found)
    return OvertakenReport(period, len(found), unassessed, tuple(_rows(found)))


def _rows(found: list[Any]) -> Iterator[Overtaking]:
    for row in found:
        if row.overtaken:
            passed = tuple(Overtaken(**one) for one in row.overtaken)
            yield Overtaking(row, row.priority_then, "" if row.is_shielded else row.told_urgency, passed)


def last_days(today: date, days: int) -> Period:
    """So many days, the last of which is today."""
    return until_day(today - timedelta(days=days - 1), today)
