"""Figures that are kept: the same as those counted anew, in every group and report, whatever is changed and when."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ergo.scope import scoped
from referrals.actions import rollups
from referrals.models import PriorityKey, PriorityTarget, Referral, WaitPause
from referrals.permissions import NO_ACCESS
from referrals.reports import (
    ageing,
    counts,
    flow,
    flow_months,
    kept,
    kept_or_counted,
    own_rows,
    waiting_times,
)
from referrals.reports.periods import last_weeks, month_ends
from referrals.reports.regions import Places
from referrals.reports.scopes import Scope
from referrals.reports.tallies import IN_SCOPE, Key
from tests.factories import NOW, TODAY, days_ago
from tests.unit.reports.own import own
from tests.unit.reports.worlds import World, make_world

LEAP_DAY, SPRING, AUTUMN = date(2024, 2, 29), date(2024, 3, 31), date(2025, 10, 26)
DAYS = [TODAY, days_ago(91), LEAP_DAY, SPRING, AUTUMN, date(2025, 12, 31), date(2026, 1, 1)]
REPORTS = {
    "waiting": lambda scope, at: waiting_times.build(scope, TODAY, data_as_of=at),
    "flow": lambda scope, at: flow.build(scope, last_weeks(TODAY, 13), data_as_of=at),
    "ageing": lambda scope, at: ageing.build(scope, TODAY, Places.about(scope), data_as_of=at),
    "months": lambda scope, at: flow_months.build(scope, TODAY, Places.about(scope), data_as_of=at),
}


def scopes(world: World) -> Iterator[Scope]:
    """Every kind of scope, of its own staff and of outsiders."""
    one, other = world.municipalities[0], world.municipalities[-1]
    yield Scope.nation()
    yield Scope.counties([one.county])
    yield Scope.counties([one.county, other.county])
    yield Scope.municipality(one, NO_ACCESS)
    yield Scope.municipality(other, NO_ACCESS)
    yield own(one)


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Everything is counted from the rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "waiting", lambda *args, **kwargs: {})
        patch.setattr(kept, "flow", lambda *args, **kwargs: None)
        yield


@contextmanager
def nothing_counted() -> Iterator[None]:
    """Whoever counts from the rows of everybody fails."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("waiting", "waiting_each_day", "bands_each_day", "flow_between"):
            patch.setattr(counts, name, refuse)
        for name in ("waiting_each_day", "bands_each_day", "flow_between"):
            patch.setattr(own_rows, name, refuse)
        yield


def refuse(*_args: Any, **_kwargs: Any) -> None:
    pytest.fail("counted although it is kept")


def everything(world: World) -> dict[tuple[str, Scope], Any]:
    found = {}
    for scope in scopes(world):
        with scoped(scope.ids if scope.exact else ()):
            for name, build in REPORTS.items():
                found[name, scope] = build(scope, NOW)
    return found


def test_every_report_says_the_same_kept_and_counted(world: World) -> None:
    with nothing_kept():
        counted = everything(world)
    assert rollups.refresh(today=TODAY).left == 0
    assert everything(world) == counted
    assert not rollups.check().differences


def test_what_is_kept_is_not_counted_again(world: World) -> None:
    rollups.refresh(today=TODAY)
    with nothing_counted():
        for scope in scopes(world):
            if len(scope.ids) < 2:  # percentiles of several counties together are counted
                with scoped(scope.ids if scope.exact else ()):
                    for build in REPORTS.values():
                        build(scope, NOW)


def test_every_group_of_a_day_is_the_same(world: World) -> None:
    for day in DAYS:
        rollups.roll(day)
        for scope in scopes(world):
            if scope.exact or len(scope.ids) > 1:
                continue
            with scoped():
                found = kept_or_counted.waiting(day, scope, in_full=True, at=NOW).tallies
                counted = counts.waiting(day, scope, in_full=True)
            assert {group: tally for group, tally in found._groups.items()} == counted._groups, (day, scope)


def test_own_staff_have_every_percentile_and_others_those_of_many(world: World) -> None:
    """As the functions that count: the median of one is that one's wait."""
    place = world.municipalities[-1]
    days = [day for day in month_ends(TODAY, 24)]
    rollups.refresh(today=TODAY)
    scope = own(place)
    with scoped([place.pk]):
        true = own_rows.waiting_each_day(days, scope)
        found = kept.waiting(days, scope, at=NOW)
    assert any(0 < tally.waiting < 10 for tally in true.values())
    for day, tally in true.items():
        mine = found[day].tallies.of(IN_SCOPE)
        assert (mine.waiting, mine.median_days, mine.p90_days) == (
            tally.waiting,
            tally.median_days,
            tally.p90_days,
        )
    with scoped():
        assert kept.waiting(days, scope, at=NOW) == {}
        outside = kept.waiting(days, Scope.municipality(place, NO_ACCESS), at=NOW)
    for each in outside.values():
        tally = each.tallies.of((Key.PLACE, place.pk))
        assert tally.waiting >= 10 or tally.median_days is None
        assert tally.waiting >= 20 or tally.p90_days is None


def by_place(found: Iterable[counts.LongWaitCount]) -> dict[int, counts.LongWaitCount]:
    return {one.municipality: one for one in found}


def test_those_over_a_year_are_the_same_kept_and_counted_and_after_a_change(world: World) -> None:
    for day in DAYS:
        rollups.roll(day)
    with scoped():
        for day in (*DAYS, days_ago(5_000)):  # of the last one nothing is kept, and nobody waited
            assert by_place(kept_or_counted.over_a_year(day)) == by_place(counts.over_a_year(day)), day
    import_for_last_year(world)
    with scoped():
        for day in DAYS:
            assert by_place(kept_or_counted.over_a_year(day)) == by_place(counts.over_a_year(day)), day


def test_those_over_a_year_are_only_counted_where_something_has_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = "SELECT * FROM ergo_count_waiting_over_a_year(%(on)s)"
    assert count in kept.OVER_A_YEAR
    monkeypatch.setattr(kept, "OVER_A_YEAR", kept.OVER_A_YEAR.replace(count, "SELECT 1, 1, 1, 77"))
    counted = [counts.LongWaitCount(1, 1, 1, 77)]
    rollups.refresh(today=TODAY)
    with scoped():
        assert by_place(kept_or_counted.over_a_year(TODAY)) == by_place(counts.over_a_year(TODAY))
        assert kept_or_counted.over_a_year(days_ago(2)) == counted  # of which nothing is kept
    import_for_last_year(world)
    with scoped():
        assert kept_or_counted.over_a_year(TODAY) == counted


# ---------------------------------------------------------------- whatever is changed


def change(rng: Random, world: World) -> None:
    """Something that staff, an import or an administrator may do, today or about long ago."""
    referral = rng.choice(list(Referral.objects.order_by("pk")))
    way = rng.randrange(7)
    if way == 0:
        Referral.objects.filter(pk=referral.pk).delete() if not referral.pauses.exists() else None
    elif way == 1:
        moved = referral.received_on - timedelta(days=rng.choice([0, 1, 40, 400]))
        Referral.objects.filter(pk=referral.pk).update(received_on=moved, seniority_on=moved)
    elif way == 2 and referral.closed_on:
        outcome = rng.choice(["duplicate", "entered_in_error", "declined", "finished"])
        Referral.objects.filter(pk=referral.pk).update(outcome=outcome)
    elif way == 3 and not referral.started_on and not referral.closed_on:
        day = referral.received_on + timedelta(days=rng.randint(0, (TODAY - referral.received_on).days))
        Referral.objects.filter(pk=referral.pk).update(started_on=day, status="started")
    elif way == 4 and referral.prioritised_on:
        Referral.objects.filter(pk=referral.pk).update(priority=rng.choice([1, 2, 3, 4, 9]))
    elif way == 5:
        change_reason(rng, referral)
    else:
        correct_key(rng, referral.municipality_id)


def change_reason(rng: Random, referral: Referral) -> None:
    """The pauses are of another reason, all but those that would overlap one of the same."""
    reason, changed = rng.choice(["nav", "away"]), []
    for pause in referral.pauses.order_by("pk"):
        same = referral.pauses.filter(Q(reason=reason) | Q(pk__in=changed)).exclude(pk=pause.pk)
        if not same.overlapping(pause.started_on, pause.ended_on).exists():
            changed.append(pause.pk)
    WaitPause.objects.filter(pk__in=changed).update(reason=reason)


def correct_key(rng: Random, municipality_id: int) -> None:
    """A version is replaced by one from the same day with other targets."""
    key = rng.choice(list(PriorityKey.objects.valid().filter(municipality=municipality_id).order_by("pk")))
    PriorityKey.objects.filter(pk=key.pk).update(replaced_at=NOW)
    new = PriorityKey.objects.create(
        municipality_id=municipality_id,
        valid_from=key.valid_from,
        registered_at=NOW,
        replaces=key,
        reason="Feil i en frist.",
    )
    PriorityTarget.objects.bulk_create(
        PriorityTarget(key=new, category_id=old.category_id, level=old.level, days=rng.choice([7, 70, 180]))
        for old in key.targets.order_by("pk")
    )


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_no_change_is_missed(db: None, seed: int) -> None:
    """After each change what is kept is either marked or still true; after a refresh it is true."""
    rng = Random(seed)
    with transaction.atomic():
        world = make_world(rng, 60)
        rollups.refresh(today=TODAY)
        for _number in range(3):
            change(rng, world)
            assert rollups.check().differences == ()
            with nothing_kept():
                counted = waiting_times.build(Scope.nation(), TODAY, data_as_of=NOW)
            assert waiting_times.build(Scope.nation(), TODAY, data_as_of=NOW) == counted
            rollups.refresh(today=TODAY)
            found = rollups.check()
            assert (found.differences, found.outdated) == ((), 0)
        transaction.set_rollback(True)


# ---------------------------------------------------------------- as of when


def import_for_last_year(world: World) -> None:
    """While dashboards are open, a referral of last year comes in."""
    referral = Referral.objects.filter(started_on=None, closed_on=None).first()
    old = days_ago(430)
    Referral.objects.filter(pk=referral.pk).update(received_on=old, seniority_on=old)


def test_outsiders_are_told_as_of_when_it_was_until_it_is_refreshed(world: World) -> None:
    rollups.refresh(today=TODAY)
    before = waiting_times.build(Scope.nation(), TODAY, data_as_of=timezone.now())
    import_for_last_year(world)
    asked_at = timezone.now()
    open_page = waiting_times.build(Scope.nation(), TODAY, data_as_of=asked_at)
    assert replace(open_page, recipe=before.recipe) == before
    assert open_page.recipe.data_as_of < asked_at
    assert open_page.recipe.data_as_of <= max(day.as_of for day in rollups.kept_days())
    rollups.refresh(today=TODAY)
    later = timezone.now()
    fresh = waiting_times.build(Scope.nation(), TODAY, data_as_of=later)
    assert fresh.recipe.data_as_of == later
    with nothing_kept():
        assert fresh == waiting_times.build(Scope.nation(), TODAY, data_as_of=later)


def test_what_is_outdated_for_long_is_counted_anew(world: World) -> None:
    rollups.refresh(today=TODAY)
    import_for_last_year(world)
    later = timezone.now() + kept.LONGEST_OUTDATED + timedelta(seconds=1)
    with nothing_kept():
        counted = [waiting_times.build(Scope.nation(), TODAY, data_as_of=later)]
    assert [waiting_times.build(Scope.nation(), TODAY, data_as_of=later)] == counted
    assert counted[0].recipe.data_as_of == later


def test_a_clock_set_back_makes_no_figure_older_or_newer_than_it_is(world: World) -> None:
    """What is outdated and from later than now has no known age: it is counted. What has not changed is true of now."""
    rollups.refresh(today=TODAY)
    back = timezone.now() - timedelta(hours=1)
    with nothing_counted():
        assert flow.build(Scope.nation(), last_weeks(TODAY, 13), data_as_of=back).recipe.data_as_of == back
    import_for_last_year(world)
    with nothing_kept():
        counted = waiting_times.build(Scope.nation(), TODAY, data_as_of=back)
    assert waiting_times.build(Scope.nation(), TODAY, data_as_of=back) == counted
    assert rollups.refresh(today=days_ago(1)).left == 0
    assert rollups.check().differences == ()


def test_own_staff_see_their_own_change_at_once(world: World) -> None:
    place = world.municipalities[0]
    scope = own(place)
    rollups.refresh(today=TODAY)
    earlier = F("received_on") - timedelta(days=430)
    Referral.objects.filter(municipality=place, wait_end=None).update(
        received_on=earlier, seniority_on=earlier
    )
    now = timezone.now()
    with nothing_kept():
        counted = [build(scope, now) for build in REPORTS.values()]
    assert [build(scope, now) for build in REPORTS.values()] == counted
    assert all(report.recipe.data_as_of == now for report in counted)
