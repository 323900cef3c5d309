"""Keeping figures: what makes them outdated, refreshing twice, at once and half, and whether a wrong one is found."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date, timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ergo.database import Purpose
from referrals.actions import rollups
from referrals.actions.referrals import register
from referrals.choices import Move
from referrals.models import (
    Category,
    Municipality,
    PriorityKey,
    PriorityTarget,
    Referral,
    User,
)
from referrals.reports.periods import month_ends, year_before
from tests.factories import (
    NOW,
    TODAY,
    CategoryFactory,
    PersonFactory,
    ReferralFactory,
    WaitPauseFactory,
    days_ago,
    noon,
)
from tests.harness.app_role import connected_for
from tests.unit.actions.acting import acting, data, do

ENDS = month_ends(TODAY, 36)


@pytest.fixture
def referral(municipality: Municipality, category: Category) -> Referral:
    """Received 100 days ago, waiting, on hold for three days."""
    return ReferralFactory(
        municipality=municipality, category=category, paused=True, received_on=days_ago(100)
    )


def outdated() -> date | None:
    """The first of the kept days of which it is known that it has to be worked out again."""
    return min((kept.day for kept in rollups.kept_days() if not kept.is_current), default=None)


def first_kept(since: date) -> date:
    return min(kept.day for kept in rollups.kept_days() if kept.day >= since)


WRITES: dict[str, tuple[int, Callable[[Referral], Any]]] = {
    "a start": (5, lambda r: update(r, started_on=days_ago(5), status="started")),
    "a closing": (8, lambda r: update(r, closed_on=days_ago(8), outcome="declined", status="closed")),
    "an earlier receipt": (500, lambda r: update(r, received_on=days_ago(500), seniority_on=days_ago(500))),
    "a later receipt": (100, lambda r: move_to_later(r)),
    "another category": (100, lambda r: update(r, category=CategoryFactory(code="another"))),
    "another priority": (100, lambda r: update(r, priority=1)),
    "a later assessment": (100, lambda r: update(r, prioritised_on=days_ago(50))),
    "removal": (100, lambda r: (r.pauses.all().delete(), Referral.objects.filter(pk=r.pk).delete())),
    "the pause ends": (1, lambda r: r.pauses.update(ended_on=days_ago(1))),
    "the pause began before": (60, lambda r: r.pauses.update(started_on=days_ago(60))),
    "another reason for the pause": (3, lambda r: r.pauses.update(reason="nav")),
    "the pause is removed": (3, lambda r: r.pauses.all().delete()),
    "an earlier pause": (
        80,
        lambda r: WaitPauseFactory(referral=r, started_on=days_ago(80), ended_on=days_ago(70)),
    ),
}  # fmt: skip


def update(referral: Referral, **values: Any) -> None:
    Referral.objects.filter(pk=referral.pk).update(**values)


def move_to_later(referral: Referral) -> None:
    later = days_ago(20)
    update(referral, received_on=later, seniority_on=later, prioritised_on=later, registered_at=noon(later))


@pytest.mark.django_db
@pytest.mark.parametrize("name", WRITES)
def test_every_way_to_write_marks_the_days_that_it_concerns(name: str, referral: Referral) -> None:
    days, write = WRITES[name]
    rollups.refresh(today=TODAY)
    for day in (days_ago(n) for n in (1, 3, 5, 8, 60, 80)):
        rollups.roll(day)
    assert outdated() is None
    write(referral)
    assert outdated() == first_kept(days_ago(days))
    rollups.refresh(today=TODAY)
    rollups.tidy(today=TODAY)
    assert (outdated(), rollups.check().differences) == (None, ())


@pytest.mark.django_db
def test_a_version_that_is_replaced_or_withdrawn_marks_all_that_it_judges(referral: Referral) -> None:
    key = PriorityKey.objects.get(municipality=referral.municipality)
    rollups.refresh(today=TODAY)
    PriorityKey.objects.filter(pk=key.pk).update(replaced_at=NOW)
    assert outdated() == first_kept(key.valid_from)
    rollups.refresh(today=TODAY)
    assert rollups.check().differences == ()


@pytest.mark.django_db
def test_a_new_version_of_a_key_marks_from_its_own_day(referral: Referral) -> None:
    rollups.refresh(today=TODAY)
    key = PriorityKey.objects.create(
        municipality=referral.municipality, valid_from=days_ago(40), registered_at=NOW
    )
    PriorityTarget.objects.create(key=key, category=referral.category, level=2, days=1)
    assert outdated() == first_kept(days_ago(40))


@pytest.mark.django_db
def test_what_no_figure_depends_on_marks_nothing(referral: Referral) -> None:
    rollups.refresh(today=TODAY)
    update(referral, reason="Noe annet", referrer_name="Ola", version=7)
    assert outdated() is None


@pytest.mark.django_db
def test_a_municipality_that_moves_to_another_county_counts_there(
    referral: Referral, other_municipality: Municipality
) -> None:
    rollups.refresh(today=TODAY)
    Municipality.objects.filter(pk=referral.municipality_id).update(county=other_municipality.county)
    rollups.refresh(today=TODAY)
    found = rollups.check()
    assert (found.differences, found.outdated) == ((), 0)


@pytest.mark.django_db
def test_the_actions_of_a_day_are_taken_up(coordinator: User, referral: Referral) -> None:
    rollups.refresh(today=TODAY)
    person = PersonFactory(municipality=referral.municipality)
    register(
        municipality=referral.municipality, person=person, data=data(referral.category), **acting(coordinator)
    )
    do(Move.START, referral, coordinator)
    assert rollups.refresh(today=TODAY).marks >= 2
    assert rollups.check().differences == ()


@pytest.mark.django_db
def test_refreshing_twice_changes_nothing_the_second_time(referral: Referral) -> None:
    rollups.refresh(today=TODAY)
    assert rollups.refresh(today=TODAY) == rollups.Refreshed(marks=0, days=0, left=0)
    assert rollups.roll(TODAY) == 0


@pytest.mark.django_db
def test_the_newest_days_come_first_and_the_rest_stays_due(referral: Referral) -> None:
    done = rollups.refresh(today=TODAY, at_most=2)
    assert done.days == 2 and done.left > 0
    assert [kept.day for kept in rollups.kept_days()] == [ENDS[-1], TODAY]
    assert rollups.refresh(today=TODAY).days == done.left


@pytest.mark.django_db
def test_the_days_that_today_is_compared_with_are_kept_at_once(referral: Referral) -> None:
    rollups.refresh(today=TODAY)
    kept = {kept.day for kept in rollups.kept_days() if kept.is_current}
    assert kept >= {TODAY, days_ago(91), year_before(TODAY)}


@pytest.mark.django_db
def test_days_of_long_ago_are_forgotten_but_month_ends(referral: Referral) -> None:
    old, end = TODAY - rollups.KEEP_DAILY - timedelta(days=1), date(2024, 2, 29)
    for day in (old, end, days_ago(10)):
        rollups.roll(day)
    rollups.tidy(today=TODAY)
    assert {kept.day for kept in rollups.kept_days()} == {end, days_ago(10)}


# ---------------------------------------------------------------- at once, half, and wrong


@pytest.mark.django_db(transaction=True)
def test_two_refreshes_at_once_and_people_who_write_meanwhile(referral: Referral) -> None:
    start = Barrier(3)

    def run(deed: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=30)
            return deed()
        finally:
            connection.close()

    deeds = [lambda: rollups.refresh(today=TODAY)] * 2
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(copy_context().run, run, deed) for deed in deeds]
        start.wait(timeout=30)
        for number in range(20):
            ReferralFactory(
                municipality=referral.municipality, category=referral.category, number=f"2026-1{number:05}"
            )
        for each in running:
            each.result()
    rollups.refresh(today=TODAY)
    found = rollups.check()
    assert (found.differences, found.outdated) == ((), 0)


@pytest.mark.django_db(transaction=True)
def test_a_refresh_that_is_cut_off_leaves_what_is_due(
    referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is killed after the marks were taken up and within the first day; the next refresh does it all."""
    rollups.refresh(today=TODAY)
    update(referral, received_on=days_ago(500), seniority_on=days_ago(500))

    def cut_off(day: date) -> int:
        with rollups._long_transaction():
            rollups._rows("SELECT ergo_roll_day(%s)", day)
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(rollups, "roll", cut_off)
        rollups.refresh(today=TODAY)
    assert outdated() == first_kept(days_ago(500))
    assert rollups.check().differences == ()
    assert rollups.refresh(today=TODAY).left == 0
    found = rollups.check()
    assert (found.differences, found.outdated) == ((), 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE {stats} SET waiting = 7 WHERE split = 'band' AND rank = 0", "waiting: kept 7, true 1"),
        ("DELETE FROM {stats} WHERE split = 'all' AND rank = 1", "kept nothing, true 1"),
        (
            "UPDATE {stats} SET median_days = 3 WHERE split = 'all' AND rank = 2",
            "median_days: differs (of too few",
        ),
        (
            "UPDATE {flows} SET referred = 9 WHERE is_month AND rank = 1",
            "flow month, referred: kept 9, true 1",
        ),
    ],
    ids=["a count", "a missing cell", "a percentile of a few", "a flow"],
)
def test_the_check_names_a_figure_that_was_tampered_with(
    tampering: str, told: str, referral: Referral
) -> None:
    rollups.refresh(today=TODAY)
    out = StringIO()
    call_command("rollups", "check", stdout=out)
    assert "All figures of" in out.getvalue()
    with connected_for(Purpose.OWN), connection.cursor() as cursor:
        cursor.execute(tampering.format(stats="referrals_waitstat", flows="referrals_flowstat"))
    with pytest.raises(CommandError, match="figures are not what the rows say") as stopped:
        call_command("rollups", "check", stdout=out)
    assert stopped.value.returncode == 1
    assert told in out.getvalue()


@pytest.mark.django_db
def test_the_command_does_all_that_is_due(referral: Referral) -> None:
    out = StringIO()
    call_command("rollups", "refresh", stdout=out)
    assert "days worked out" in out.getvalue()
    assert all(kept.is_current for kept in rollups.kept_days())
