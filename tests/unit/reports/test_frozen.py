"""Month-ends put down for good: once, late where they are late, and what has changed since explained."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone

from ergo.database import Purpose
from ergo.scope import scoped
from referrals.actions import rollups
from referrals.choices import EventKind, Knowledge
from referrals.models import Category, Hindsight, Municipality, Referral, end_of
from referrals.permissions import NO_ACCESS
from referrals.reports import frozen, waiting_times
from referrals.reports.frozen import FrozenLine, Standing
from referrals.reports.later import Why
from referrals.reports.periods import month_ends
from referrals.reports.scopes import Scope
from tests.factories import (
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralEventFactory,
    ReferralFactory,
    WaitPauseFactory,
    noon,
)
from tests.harness.app_role import connected_for
from tests.unit.reports.own import own
from tests.unit.reports.worlds import World

# Freezing is stamped by the clock of the database, so these tests happen now.
TODAY = timezone.localdate()
END = TODAY.replace(day=1) - timedelta(days=1)
LATER = timedelta(hours=1)
FIGURES = ("waiting", "median_days", "p90_days", "over_target", "over_a_year", "not_assessed")


def logged(referral: Referral, at: datetime, kind: EventKind, **values: object) -> None:
    """Change a referral as an action does, with its line of history."""
    changes = {}
    for name, value in values.items():
        before = getattr(referral, name)
        changes[name] = [str(before) if before else None, str(value) if value else None]
        setattr(referral, name, value)
    referral.changed_at = at
    referral.save()
    ReferralEventFactory(referral=referral, kind=kind, registered_at=at, details={"changes": changes})


def line_of(scope: Scope, on: date, at: datetime) -> FrozenLine:
    """What the report that is made at the instant says of the month-end."""
    report = frozen.build(scope, TODAY, data_as_of=at, year=on.year)
    [line] = [line for line in report.lines if line.on == on]
    return line


@pytest.fixture
def place(municipality: Municipality, category: Category) -> Municipality:
    """Five wait at the month-end, all of them since its first day."""
    for _number in range(5):
        ReferralFactory(
            municipality=municipality, category=category, waiting=True, received_on=END.replace(day=1),
            changed_at=noon(END),
        )  # fmt: skip
    return municipality


@pytest.mark.django_db
def test_what_was_frozen_stays_and_every_difference_is_explained(
    place: Municipality, category: Category
) -> None:
    one, two, three, four, _five = Referral.objects.order_by("pk")
    Referral.objects.filter(pk=three.pk).update(started_on=END - timedelta(days=9), status="started")
    three.refresh_from_db()
    assert rollups.freeze(today=TODAY) == [END]
    assert rollups.freeze(today=TODAY) == []
    at = timezone.now() + LATER
    logged(one, at, EventKind.STARTED, started_on=END, status="started")
    logged(two, at, EventKind.CLOSED, closed_on=END + timedelta(days=1), outcome="duplicate", status="closed")
    logged(three, at, EventKind.CORRECTED, started_on=None, status="waiting")
    late = ReferralFactory(
        municipality=place, category=category, received_on=END, registered_at=at, changed_at=at
    )
    ReferralEventFactory(referral=late, registered_at=at)
    Referral.objects.filter(pk=four.pk).update(started_on=END - timedelta(days=1), status="started")
    line = line_of(own(place), END, at)
    assert (line.waiting.then.value, line.waiting.now.value, line.waiting.change.value) == (4, 3, -1)
    assert dict(line.reasons["waiting"]) == {
        Why.REGISTERED_LATER: 1,
        Why.ENDED_LATER: -1,
        Why.NOT_COUNTED: -1,
        Why.CORRECTED: 1,
        Why.OTHER: -1,
    }
    assert all(name == "waiting" or getattr(line, name).change.value for name in line.reasons)
    assert line.standing is (Standing.LATE if TODAY.day > 1 else Standing.IN_TIME)


@pytest.mark.django_db
def test_a_new_version_of_the_key_is_the_reason_that_others_are_over_target(
    place: Municipality, category: Category
) -> None:
    """Nothing of who waits has changed: what stands between 56 and 1 days judges them otherwise."""
    rollups.freeze(today=TODAY)
    at = timezone.now() + LATER
    key = PriorityKeyFactory(municipality=place, valid_from=END.replace(day=1), registered_at=at)
    PriorityTargetFactory(key=key, category=category, level=2, days=1)
    line = line_of(own(place), END, at + LATER)
    assert (line.over_target.then.value, line.over_target.now.value) == (0, 5)
    assert line.reasons == {"over_target": ((Why.NEW_KEY, 5),)}


@pytest.mark.django_db
def test_every_change_of_over_target_over_a_year_and_not_assessed_is_explained(
    place: Municipality, category: Category
) -> None:
    long_ago = END - timedelta(days=400)
    make = {"municipality": place, "category": category, "received_on": long_ago}
    make |= {"registered_at": noon(END), "changed_at": noon(END)}
    unassessed, received, started, held = (
        ReferralFactory(**make),
        *(ReferralFactory(**make, waiting=True) for _number in range(3)),
    )
    rollups.freeze(today=TODAY)
    at = timezone.now() + LATER
    logged(unassessed, at, EventKind.PRIORITISED, prioritised_on=END, priority=2, status="waiting")
    day = END - timedelta(days=10)
    logged(received, at, EventKind.CORRECTED, received_on=day, prioritised_on=day)
    logged(started, at, EventKind.STARTED, started_on=END, status="started")
    pause = WaitPauseFactory(referral=held, started_on=long_ago, ended_on=END)
    told = {"reason": pause.reason, "from": long_ago.isoformat(), "to": END.isoformat()}
    ReferralEventFactory(referral=held, kind=EventKind.PAUSED, registered_at=at, details={"pauses": [told]})
    late = ReferralFactory(**make | {"registered_at": at, "changed_at": at})
    ReferralEventFactory(referral=late, registered_at=at)
    line = line_of(own(place), END, at + LATER)
    assert line.over_target.change.value == -2 and line.over_a_year.change.value == -1
    assert line.reasons == {
        "waiting": ((Why.REGISTERED_LATER, 1), (Why.ENDED_LATER, -1)),
        "over_target": (
            (Why.ENDED_LATER, -1), (Why.CORRECTED, -1), (Why.ASSESSED_LATER, 1), (Why.ON_HOLD, -1)
        ),
        "over_a_year": ((Why.REGISTERED_LATER, 1), (Why.ENDED_LATER, -1), (Why.CORRECTED, -1)),
        "not_assessed": ((Why.REGISTERED_LATER, 1), (Why.ASSESSED_LATER, -1)),
    }  # fmt: skip
    for name, reasons in line.reasons.items():
        assert sum(change for _why, change in reasons) == getattr(line, name).change.value


@pytest.mark.django_db
def test_others_see_a_difference_only_where_both_sides_may_be_shown(place: Municipality) -> None:
    rollups.freeze(today=TODAY)
    first = Referral.objects.order_by("pk").first()
    logged(first, timezone.now(), EventKind.STARTED, started_on=END, status="started")
    for scope in (Scope.nation(), Scope.counties([place.county]), Scope.municipality(place, NO_ACCESS)):
        with scoped():
            line = line_of(scope, END, timezone.now())
        assert line.waiting.then.value == 5
        assert line.waiting.now.suppressed and line.waiting.change.suppressed
        assert line.reasons == {}
    with scoped():
        assert line_of(own(place), END, timezone.now()).waiting.then.value is None


@pytest.mark.django_db
def test_missed_months_are_made_up_for_and_say_so(place: Municipality) -> None:
    three_months_on = (END + timedelta(days=100)).replace(day=2)
    assert rollups.freeze(today=TODAY) == [END]
    caught_up = rollups.freeze(today=three_months_on)
    assert len(caught_up) == 3 and caught_up == sorted(caught_up)
    assert rollups.freeze(today=three_months_on) == []


@pytest.mark.django_db
def test_a_month_frozen_late_is_as_it_was_known_at_its_end(place: Municipality, category: Category) -> None:
    """Also where all of it was registered, ended and corrected since, and months after."""
    long_ago = month_ends(END, 3)[0]
    first_day = long_ago.replace(day=1)
    for number, later in enumerate(
        (noon(long_ago), end_of(long_ago) - timedelta(seconds=1), end_of(long_ago))
    ):
        case = ReferralFactory(
            municipality=place,
            category=category,
            waiting=True,
            received_on=first_day,
            changed_at=noon(first_day),
        )
        logged(
            case, later, EventKind.STARTED, started_on=first_day + timedelta(days=number), status="started"
        )
    unknown = ReferralFactory(
        municipality=place, category=category, received_on=first_day, registered_at=end_of(long_ago),
        changed_at=end_of(long_ago),
    )  # fmt: skip
    ReferralEventFactory(referral=unknown, registered_at=end_of(long_ago))
    assert rollups.freeze(today=TODAY) == [*month_ends(END, 3)]
    line = line_of(own(place), long_ago, timezone.now())
    assert line.standing is Standing.LATE
    assert (line.waiting.then.value, line.waiting.now.value) == (1, 1)
    assert dict(line.reasons["waiting"]) == {Why.REGISTERED_LATER: 1, Why.ENDED_LATER: -1}
    then = waiting_times.build(
        own(place), long_ago, data_as_of=timezone.now(), hindsight=Hindsight(Knowledge.THEN)
    )
    for two, headline in (
        (line.waiting, then.waiting),
        (line.median_days, then.median_days),
        (line.p90_days, then.p90_days),
        (line.over_target, then.over_target),
        (line.over_a_year, then.over_a_year),
        (line.not_assessed, then.not_assessed),
    ):
        assert two.then == headline.figure


@pytest.mark.django_db
def test_months_before_anything_was_registered_are_not_frozen(place: Municipality) -> None:
    assert frozen.build(own(place), TODAY, data_as_of=timezone.now()).lines == ()
    rollups.freeze(today=TODAY)
    report = frozen.build(own(place), TODAY, data_as_of=timezone.now(), year=END.year)
    assert report.years == (END.year,)
    for line in report.lines:
        if line.on < END:
            assert (line.standing, line.frozen_at, line.waiting.then.value) == (Standing.BEFORE, None, None)


@pytest.mark.django_db
def test_nothing_is_frozen_while_nothing_is_registered() -> None:
    assert rollups.freeze(today=TODAY) == []


@pytest.mark.django_db
def test_nobody_changes_what_is_frozen(place: Municipality) -> None:
    rollups.freeze(today=TODAY)
    for statement in ("UPDATE {} SET day = day", "DELETE FROM {}", "SELECT * FROM {}"):
        for table in ("referrals_frozenmonth", "referrals_frozenstat"):
            with pytest.raises(ProgrammingError, match="permission"), transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(statement.format(table))


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_changes_it_by_mistake(place: Municipality) -> None:
    rollups.freeze(today=TODAY)
    for statement in ("UPDATE referrals_frozenstat SET waiting = 0", "DELETE FROM referrals_frozenmonth"):
        with connected_for(Purpose.OWN), connection.cursor() as cursor:
            with pytest.raises(DatabaseError, match="never changed"):
                cursor.execute(statement)


def test_a_world_that_did_not_change_is_as_it_was(world: World) -> None:
    """All six figures, for its own staff and for all others, by all the clocks there are."""
    rollups.freeze(today=date(2026, 3, 16))
    day, at = date(2026, 2, 28), timezone.now()
    scopes = [own(place) for place in world.municipalities]
    scopes += [Scope.municipality(place, NO_ACCESS) for place in world.municipalities]
    scopes += [Scope.nation(), Scope.counties([world.municipalities[0].county])]
    for scope in scopes:
        report = frozen.build(scope, date(2026, 3, 16), data_as_of=at)
        [line] = [line for line in report.lines if line.on == day]
        for name in FIGURES:
            pair = getattr(line, name)
            assert pair.then == pair.now, (scope, name)
        assert line.reasons == {} and line.standing is Standing.LATE
