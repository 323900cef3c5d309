"""The preview of a version: what it says is what happens when the version is saved, and it writes nothing."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals.actions.key_preview import Change, Preview, State, preview
from referrals.actions.priority_keys import KeyData, Target, state_of
from referrals.errors import KeyVersionExists, NotAllowed
from referrals.filters import STILL_WAITING, fact_counts
from referrals.models import AuditEvent, Category, Municipality, PriorityKey, Referral, User
from referrals.permissions import Role
from tests.factories import (
    TODAY,
    MembershipFactory,
    ReferralFactory,
    UnitFactory,
    UserFactory,
    days_ago,
)
from tests.unit.actions.acting import acting
from tests.unit.actions.test_priority_keys import WHY, key_data, save
from tests.unit.reports.worlds import make_world


def look(municipality: Municipality, by: User, data: KeyData, **arguments: Any) -> Preview:
    return preview(**({"municipality": municipality, "data": data, "reason": WHY} | acting(by) | arguments))


def numbers(found: Preview, change: Change) -> list[str]:
    return [one.number for one in found.changed.get(change, [])]


@pytest.fixture
def case(municipality: Municipality, category: Category) -> Any:
    def make(received: int, priority: int | None = 2, **more: Any) -> Referral:
        waits = {"waiting": True, "priority": priority} if priority else {}
        return ReferralFactory(
            municipality=municipality, category=category, received_on=days_ago(received), **waits, **more
        )

    return make


def test_each_change_is_told_with_its_referrals(
    municipality: Municipality, category: Category, manager: User, case: Any
) -> None:
    """The template gives priority 2 56 days, 3 84 days and 4 182; now it is 30, 90 and none."""
    within, over = case(30), case(31)
    loosened, gone, unassessed = case(85, priority=3), case(10, priority=4), case(20, priority=None)
    stays, started = case(57), case(31, started=True)
    found = look(municipality, manager, key_data(days_ago(100)))
    assert numbers(found, Change.MOVED) == sorted([within.number, stays.number])
    assert numbers(found, Change.TO_OVER) == [over.number]
    assert numbers(found, Change.TO_WITHIN) == [loosened.number]
    assert numbers(found, Change.LOSES) == [gone.number]
    listed = {one.number for changed in found.changed.values() for one in changed}
    assert not listed & {unassessed.number, started.number}
    assert found.waiting == 6
    assert found.before == Counter({State.WITHIN: 3, State.OVER: 2, State.NONE: 1})
    assert found.after == Counter({State.WITHIN: 2, State.OVER: 2, State.NONE: 2})


def test_a_target_is_gained_where_the_key_had_none(
    municipality: Municipality, manager: User, case: Any
) -> None:
    referral = case(10, priority=5)
    found = look(municipality, manager, key_data(days_ago(100), days=(1, 2, 3, 4, 5)))
    assert numbers(found, Change.GAINS) == [referral.number]
    assert found.changed[Change.GAINS][0].after.state == State.OVER


def test_a_reply_becomes_due_or_is_no_longer_due(
    municipality: Municipality, category: Category, other_category: Category, manager: User, case: Any
) -> None:
    application = case(10, application=True)
    Category.objects.filter(pk=other_category.pk).update(is_vedtak=False)
    other = ReferralFactory(municipality=municipality, category=other_category, application=True)
    replies = {category.pk: False, other_category.pk: True}
    found = look(municipality, manager, key_data(days_ago(100), days=(14, 56, 84, 182), replies=replies))
    assert numbers(found, Change.REPLY_NOT_DUE) == [application.number]
    assert numbers(found, Change.REPLY_DUE) == [other.number]
    assert found.before == found.after


def test_who_becomes_due_soon_is_told(municipality: Municipality, manager: User, case: Any) -> None:
    """Nine days are left of 56: more than a week, fewer than ten. Those received before are told of as well."""
    nine, _ten = case(47), case(45)
    found = look(municipality, manager, key_data(TODAY, days=[14, 56, 84, 182], due_soon_days=10))
    assert numbers(found, Change.SOON) == [nine.number]
    found = look(municipality, manager, key_data(TODAY, days=[14, 56, 84, 182], due_soon_days=0))
    assert found.is_empty
    case(50)
    found = look(municipality, manager, key_data(TODAY, days=[14, 56, 84, 182], due_soon_days=0))
    assert found.counts == {Change.NOT_SOON: 1}


@pytest.mark.parametrize("first_day", [TODAY + timedelta(days=1), days_ago(9)])
def test_nothing_changes_for_those_received_before(
    first_day: Any, municipality: Municipality, manager: User, case: Any
) -> None:
    case(10)
    assert look(municipality, manager, key_data(first_day, days=[1, 1])).is_empty


def test_another_municipality_changes_nothing_here(
    municipality: Municipality, other_municipality: Municipality, category: Category, manager: User
) -> None:
    ReferralFactory(municipality=other_municipality, category=category, waiting=True)
    found = look(municipality, manager, key_data(days_ago(100), days=[1, 1]))
    assert (found.waiting, found.is_empty) == (0, True)


def test_nothing_is_written(municipality: Municipality, manager: User, case: Any) -> None:
    case(31)
    state, lines = state_of(municipality), AuditEvent.objects.count()
    assert not look(municipality, manager, key_data(days_ago(100))).is_empty
    assert (state_of(municipality), AuditEvent.objects.count()) == (state, lines)
    assert municipality.priority_keys.get().replaced_at is None


def test_what_could_not_be_saved_is_not_previewed(
    municipality: Municipality, coordinator: User, manager: User
) -> None:
    with pytest.raises(NotAllowed):
        look(municipality, coordinator, key_data())
    with pytest.raises(KeyVersionExists):
        look(municipality, manager, key_data(municipality.priority_keys.get().valid_from))


def test_cases_of_other_units_are_counted_and_not_listed(municipality: Municipality, case: Any) -> None:
    ours, theirs = UnitFactory(municipality=municipality), UnitFactory(municipality=municipality)
    bound = UserFactory()
    MembershipFactory(user=bound, role=Role.MANAGER, municipality=municipality, unit=ours)
    mine, _other = case(31, unit=ours), case(32, unit=theirs)
    found = look(municipality, bound, key_data(days_ago(100)))
    assert found.counts == Counter({Change.TO_OVER: 2})
    assert (numbers(found, Change.TO_OVER), found.elsewhere) == ([mine.number], 1)


# ---------------------------------------------------------------- the promise


def rows(municipality: Municipality) -> dict[str, tuple[Any, ...]]:
    """What the list shows of everybody who waits, read row by row in Python from the columns of the list."""
    waiting = Referral.objects.in_municipality(municipality).waiting(on=TODAY).with_wait(on=TODAY)
    return {
        row.number: (row.is_over_target, row.due_on, row.needs_preliminary_reply)
        for row in waiting.select_related("category")
    }


def random_key(rng: Random, first_days: list[Any]) -> KeyData:
    targets, replies = [], {}
    for category in Category.objects.all():
        for level in range(1, rng.randint(1, 6) + 1):
            targets.append(Target(category.pk, level, rng.choice([1, 7, 14, 56, 84, 182, 730])))
        replies[category.pk] = rng.random() < 0.5
    return KeyData(valid_from=rng.choice(first_days), targets=targets, replies=replies)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_the_preview_is_what_the_list_shows_afterwards(db: None, seed: int) -> None:
    """Random lists and keys, new versions and corrections: the same referrals, states and counts as after saving."""
    with transaction.atomic():
        rng = Random(seed)
        municipality = make_world(rng, 40, counties=(1,)).municipalities[0]
        applications = list(Referral.objects.order_by("pk").values_list("pk", flat=True))[::3]
        Referral.objects.filter(pk__in=applications).update(handling="application")
        assert_as_promised(rng, municipality)
        transaction.set_rollback(True)


def assert_as_promised(rng: Random, municipality: Municipality) -> None:
    """Preview a random version, save it, and hold every row that waits against what was said."""
    manager = UserFactory()
    MembershipFactory(user=manager, role=Role.MANAGER, municipality=municipality)
    corrects = rng.choice([None, *PriorityKey.objects.of(municipality.pk).valid()])
    data = random_key(rng, [days_ago(rng.randint(1, 40) * 10 + 301), TODAY, TODAY + timedelta(days=9)])
    data = replace(data, valid_from=corrects.valid_from) if corrects else data
    before = rows(municipality)
    found = look(municipality, manager, data, corrects=corrects)
    assert rows(municipality) == before
    save(municipality, manager, data, corrects=corrects, reason=WHY)
    after = rows(municipality)
    changed = {one.number: one for listed in found.changed.values() for one in listed}
    assert set(changed) == {number for number in before if before[number] != after[number]}
    for number, one in changed.items():
        assert (one.before.due_on, one.after.due_on) == (before[number][1], after[number][1])
    shown = Referral.objects.in_municipality(municipality).with_wait(on=TODAY).with_pause(on=TODAY)
    counts = fact_counts(shown.filter(STILL_WAITING))
    assert (counts["waiting"], counts["over_target"]) == (found.waiting, found.after[State.OVER])
    assert found.before[State.OVER] == sum(1 for over, _due, _reply in before.values() if over)


def test_the_preview_asks_as_often_for_many_as_for_few(
    municipality: Municipality, manager: User, case: Any
) -> None:
    def asked() -> int:
        start = len(connection.queries_log)
        connection.force_debug_cursor = True
        look(municipality, manager, key_data(days_ago(100)))
        connection.force_debug_cursor = False
        return len(connection.queries_log) - start

    case(31)
    few = asked()
    for received in range(40):
        case(received)
    assert asked() == few
