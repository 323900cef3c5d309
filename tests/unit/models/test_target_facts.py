"""How a wait stands to its target: over it, within it and not assessed are all who wait, and each only once."""

import pytest

from referrals.choices import TargetFact, WaitFact
from referrals.filters import NARROWING
from referrals.models import Category, Municipality, Referral
from tests.factories import (
    TARGET_DAYS,
    TODAY,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    days_ago,
)

TARGET = TARGET_DAYS[2]


def facts(referral: Referral) -> set[str]:
    """Those that are true of it."""
    rows = Referral.objects.filter(pk=referral.pk).with_wait(on=TODAY).with_pause(on=TODAY)
    told = (WaitFact.OVER_TARGET, WaitFact.NOT_ASSESSED, *TargetFact)
    return {fact for fact in told if rows.filter(NARROWING[fact]).exists()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, {TargetFact.WITHIN_TARGET, TargetFact.NOT_OVER_TARGET}),
        (TARGET, {TargetFact.WITHIN_TARGET, TargetFact.NOT_OVER_TARGET}),
        (TARGET + 1, {WaitFact.OVER_TARGET}),
    ],
)
def test_on_the_due_date_itself_it_is_within(
    days: int, expected: set[str], municipality: Municipality, category: Category
) -> None:
    make = {"municipality": municipality, "category": category, "received_on": days_ago(days)}
    assert facts(ReferralFactory(**make, waiting=True)) == expected


@pytest.mark.django_db
def test_who_is_not_assessed_is_neither_within_nor_over(
    municipality: Municipality, category: Category
) -> None:
    referral = ReferralFactory(municipality=municipality, category=category, received_on=days_ago(500))
    assert facts(referral) == {WaitFact.NOT_ASSESSED, TargetFact.NOT_OVER_TARGET}


@pytest.mark.django_db
def test_a_priority_without_a_target_is_never_over_it(municipality: Municipality, category: Category) -> None:
    """Where the key of the day has targets for the other priorities only; and one day earlier it is over."""
    key = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(500))
    for level in TARGET_DAYS.keys() - {2}:
        PriorityTargetFactory(key=key, category=category, level=level)
    make = {"municipality": municipality, "category": category, "waiting": True}
    without = ReferralFactory(**make, received_on=days_ago(500))
    assert facts(without) == {TargetFact.WITHIN_TARGET, TargetFact.NOT_OVER_TARGET}
    assert facts(ReferralFactory(**make, received_on=days_ago(501))) == {WaitFact.OVER_TARGET}


@pytest.mark.django_db
def test_without_a_key_nobody_is_over_target(category: Category) -> None:
    referral = ReferralFactory(category=category, waiting=True, received_on=days_ago(500), key=False)
    assert facts(referral) == {TargetFact.WITHIN_TARGET, TargetFact.NOT_OVER_TARGET}
