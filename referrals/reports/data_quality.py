"""The list of errors of a municipality (feilliste): of each rule how many cases it names, and how many are right.

For whoever works in the municipality, of the cases that they reach; a list of work, and no figure of the service.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from referrals.choices import DataRule
from referrals.models import RightAsItIs
from referrals.models.referral import ReferralQuerySet
from referrals.permissions import Access
from referrals.reports.quality_rules import RULES, Rule


@dataclass(frozen=True)
class RuleCount:
    """How many cases a rule names that nobody has said are right as they are (`wrong`), and how many are (`right`)."""

    rule: Rule
    wrong: int
    right: int


@dataclass(frozen=True)
class Finding:
    """One case on the list of one rule, by its number. `wrong`: in words, empty for somebody who is shielded."""

    rule: DataRule
    number: str
    category: str
    status: str
    received_on: date
    wrong: str
    is_right: bool


@dataclass(frozen=True)
class DataQuality:
    """All rules at the end of the day `on`, in the order of the list; `findings` only where a file tells them."""

    on: date
    counts: tuple[RuleCount, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def wrong(self) -> int:
        """How many rows all lists together have; a case that two rules name is in two."""
        return sum(count.wrong for count in self.counts)


def build(
    referrals: ReferralQuerySet, on: date, findings: tuple[Finding, ...] = (), *, access: Access
) -> DataQuality:
    """The report of those of the referrals that the user sees in a municipality. One query a rule."""
    return DataQuality(on, tuple(_count(rule, referrals, on, access) for rule in RULES.values()), findings)


def named_by(rule: Rule, referrals: ReferralQuerySet, on: date, access: Access) -> ReferralQuerySet:
    """The referrals that the rule names. `is_right`: somebody has said that it is right as it is."""
    if rule.tells_of_citizen:
        referrals = referrals.open_to(access)
    said = RightAsItIs.objects.standing().filter(referral=OuterRef("pk"), rule=rule.code)
    return rule.among(referrals.counted(), on).annotate(is_right=Exists(said))


def told(rows: Iterable[Any], rule: Rule) -> Iterator[Finding]:
    """The rows of `named_by`, read `for_list` and `with_shield`, as files have them."""
    for row in rows:
        what = "" if row.is_shielded else rule.wrong(row)
        yield Finding(
            rule.code, row.number, row.category.code, row.status, row.received_on, what, row.is_right
        )


def _count(rule: Rule, referrals: ReferralQuerySet, on: date, access: Access) -> RuleCount:
    named = named_by(rule, referrals, on, access).order_by()
    counts = named.aggregate(
        wrong=Count("pk", filter=Q(is_right=False)), right=Count("pk", filter=Q(is_right=True))
    )
    return RuleCount(rule, counts["wrong"], counts["right"])
