"""When a target is due soon: so many days before it as the municipality says, by the day that is looked at."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from referrals.choices import Knowledge, WaitFact
from referrals.filters import FACTS, fact_counts
from referrals.models import Category, Hindsight, Municipality, Referral, looking_back, referrals_as
from tests.factories import (
    NOW,
    TARGET_DAYS,
    TODAY,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    days_ago,
    noon,
)

LATER = NOW + timedelta(hours=1)
TARGET = TARGET_DAYS[2]


def key(municipality: Municipality, category: Category, valid_from: date, days: int, **more: object) -> None:
    made = PriorityKeyFactory(municipality=municipality, valid_from=valid_from, due_soon_days=days, **more)
    for level in TARGET_DAYS:
        PriorityTargetFactory(key=made, category=category, level=level)


@pytest.fixture
def nine_left(municipality: Municipality, category: Category) -> Referral:
    """Nine days are left today, ten yesterday."""
    return ReferralFactory(
        municipality=municipality, category=category, waiting=True, received_on=days_ago(TARGET - 9)
    )


def soon(referral: Referral, on: date, hindsight: Hindsight | None = None) -> bool:
    """By the row and by the filter, which say the same, also where the municipality of all rows is told."""
    look, said = hindsight or Hindsight(), set()
    with looking_back(look, on):
        for place in (referral.municipality, None):
            rows = referrals_as(look).filter(pk=referral.pk).with_wait(on=on, municipality=place)
            said.add(rows.get().is_due_soon)
            said.add(rows.filter(FACTS[WaitFact.DUE_SOON]).exists())
    [is_soon] = said
    return is_soon


@pytest.mark.django_db
def test_without_a_word_of_the_municipality_it_is_a_week(nine_left: Referral) -> None:
    assert not soon(nine_left, TODAY)
    assert soon(nine_left, TODAY + timedelta(days=2))


@pytest.mark.django_db
def test_the_version_in_force_on_the_day_tells_it_whenever_the_referral_was_received(
    nine_left: Referral, municipality: Municipality, category: Category
) -> None:
    key(municipality, category, TODAY, 10)
    assert soon(nine_left, TODAY)
    assert not soon(nine_left, days_ago(1)), "an earlier day is told by the version of that day"
    counts = Referral.objects.with_wait(on=TODAY).with_pause(on=TODAY)
    assert fact_counts(counts)["due_soon"] == 1


@pytest.mark.django_db
def test_a_correction_does_not_change_what_was_known_or_a_list_made_once_more(
    nine_left: Referral, municipality: Municipality, category: Category
) -> None:
    day = days_ago(1)
    key(municipality, category, day, 10, registered_at=LATER)
    assert soon(nine_left, day)
    assert not soon(nine_left, day, Hindsight(Knowledge.THEN)), "registered after the end of that day"
    assert not soon(nine_left, day, Hindsight(until=NOW)), "a recipe of before is made by what was there"
    assert soon(nine_left, day, Hindsight(until=LATER + timedelta(seconds=1)))


@pytest.mark.django_db
def test_another_municipalitys_number_is_not_asked(
    nine_left: Referral, other_municipality: Municipality, category: Category
) -> None:
    key(other_municipality, category, TODAY, 60)
    assert not soon(nine_left, TODAY)


@pytest.mark.django_db
@pytest.mark.parametrize("days", [61, -1])
def test_the_database_refuses_what_makes_no_sense(municipality: Municipality, days: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PriorityKeyFactory(
            municipality=municipality, valid_from=TODAY, due_soon_days=days, registered_at=noon(TODAY)
        )
