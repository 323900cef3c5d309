"""What was known at the end of a day: the same for own staff, row by row, and for others, counted by functions."""

from random import Random

import pytest
from django.db import transaction

from ergo.scope import scoped
from referrals.choices import Knowledge, Move, Outcome
from referrals.models import ALL_KNOWN, Hindsight, Municipality, PriorityKey, Referral, User
from referrals.permissions import NO_ACCESS
from referrals.reports import counts, kept_or_counted, own_rows, waiting_times
from referrals.reports.periods import last_weeks, month_ends
from referrals.reports.scopes import Level, Scope
from referrals.reports.tallies import IN_SCOPE, NOBODY, Key, Tallies
from referrals.waiting import Band
from tests.factories import NOW, TODAY, MembershipFactory, ReferralFactory, days_ago, noon
from tests.unit.actions.acting import do
from tests.unit.reports.worlds import World, make_world

THEN = Hindsight(Knowledge.THEN)
DAYS = [days_ago(days) for days in (20, 60, 100, 200)]
NATION = Scope.nation()


@pytest.fixture
def world(db: None, coordinator: User) -> World:
    """Six municipalities, in which much was registered long after it happened."""
    world = make_world(Random(5), 240)
    for place in world.municipalities:
        MembershipFactory(user=coordinator, role="coordinator", municipality=place)
    for number, referral in enumerate(Referral.objects.order_by("pk")[:90]):
        change(number, referral, coordinator)
    return world


def change(number: int, referral: Referral, by: User) -> None:
    """Something that is registered today and happened long ago, where the referral allows it."""
    if referral.status not in ("received", "waiting"):
        return
    on = max(referral.received_on, days_ago(150))
    match number % 3:
        case 0:
            do(Move.START, referral, by, on=on)
        case 1:
            do(Move.CLOSE, referral, by, outcome=Outcome.DUPLICATE, on=on)
        case _:
            do(Move.CLOSE, referral, by, outcome=Outcome.DECLINED, on=on)


def exact(place: Municipality) -> Scope:
    return Scope(Level.MUNICIPALITY, ids=(place.pk,), county_ids=(place.county_id,), exact=True)


def as_counted(place: Municipality, on, hindsight: Hindsight):
    """The municipality among all others, as the functions count it."""
    scope = Scope.municipality(place, NO_ACCESS)
    with scoped(), transaction.atomic():
        return counts.waiting(on, scope, in_full=True, hindsight=hindsight)


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_the_functions_count_what_the_rows_say(world: World, on) -> None:
    differing = 0
    for place in world.municipalities:
        own = own_rows.waiting(on, exact(place), in_full=True, hindsight=THEN)
        counted = as_counted(place, on, THEN)
        names = ("waiting", "over_target", "not_assessed", "over_a_year", "paused")
        for name in names:
            mine, theirs = getattr(own.of(IN_SCOPE), name), getattr(counted.of(IN_SCOPE), name)
            assert mine == theirs, (place, name)
        for key in (Key.BAND, Key.CATEGORY, Key.PRIORITY):
            for value in own.values(key):
                parts = [tallies.of(IN_SCOPE, (key, value)).waiting for tallies in (own, counted)]
                assert parts[0] == parts[1], (place, key, value)
        differing += own.of(IN_SCOPE) != own_rows.waiting(on, exact(place), in_full=True).of(IN_SCOPE)
    assert differing > 0  # or nothing was told apart


def test_flows_too(world: World) -> None:
    period = last_weeks(days_ago(100), 13)
    with scoped(), transaction.atomic():
        (then,) = kept_or_counted.flows([period], Scope.nation(), at=NOW, hindsight=THEN)
        (now,) = kept_or_counted.flows([period], Scope.nation(), at=NOW)
    assert sum(flow["started"] for flow in then.places.values()) < sum(
        flow["started"] for flow in now.places.values()
    )
    assert sum(flow["referred"] for flow in then.places.values()) > sum(
        flow["referred"] for flow in now.places.values()
    )


def test_month_by_month_the_functions_count_what_the_rows_say(world: World) -> None:
    on = days_ago(20)
    days, look = month_ends(on, 8), THEN.of_all_before(on)
    with scoped(), transaction.atomic():
        flows = counts.known_months((), days, NATION, look).places
    differing = 0
    for place in world.municipalities:
        scope = Scope.municipality(place, NO_ACCESS)
        with scoped(), transaction.atomic():
            counted = counts.known_months(days, (), scope, look).days
        own = own_rows.bands_each_day(days, exact(place), look)
        now = own_rows.bands_each_day(days, exact(place))
        trend = own_rows.waiting_each_day(days, exact(place), look)
        for day in days:
            told, mine = counted[day].of(IN_SCOPE), trend.get(day, NOBODY)
            assert told.waiting == mine.waiting, (place, day)
            assert told.median_days == (mine.median_days if mine.waiting >= 10 else None), (place, day)
            for group in [(), *((Key.BAND, band.code) for band in Band)]:
                told = [found[day].of(IN_SCOPE, *[group] * bool(group)).waiting for found in (own, counted)]
                assert told[0] == told[1], (place, day, group)
            differing += own[day].of(IN_SCOPE).waiting != now[day].of(IN_SCOPE).waiting
        assert own_rows.flow_between(days, exact(place), look) == flows.get(place.pk, {}), place
    assert differing > 0


def test_read_once_or_each_by_itself_months_are_the_same(world: World) -> None:
    """Of days and edges together, and of some of the edges, comes what each question by itself brings."""
    on = days_ago(20)
    days, look = month_ends(on, 8), THEN.of_all_before(on)
    quarters = kept_or_counted.edges_of([last_weeks(on, 13)])
    for scope in (NATION, Scope.counties([world.municipalities[0].county])):
        with scoped(), transaction.atomic():
            months = kept_or_counted.read_months(days, [*days, *quarters], scope, look)
            alone = counts.known_months(days, (), scope, look)
            for edges in (days, quarters):
                found = counts.known_months((), edges, scope, look)
                assert months.between(edges) == (found.counties, found.places) and found.places
            assert {day: months.found.days[day].of(IN_SCOPE) for day in days} == {
                day: alone.days[day].of(IN_SCOPE) for day in days
            }


def test_those_over_a_year_too(world: World) -> None:
    on = days_ago(20)
    with scoped(), transaction.atomic():
        told = {each.municipality: each for each in counts.over_a_year(on, THEN)}
    for place in world.municipalities:
        own = own_rows.waiting(on, exact(place), in_full=False, hindsight=THEN).of(IN_SCOPE)
        counted = told.get(place.pk)
        assert (own.waiting, own.over_a_year) == (
            (counted.waiting, counted.over_a_year) if counted else (0, 0)
        )


@pytest.mark.parametrize("on", [TODAY, *DAYS[:2]], ids=str)
def test_whoever_leaves_nothing_out_counts_what_is_known_now(world: World, on) -> None:
    everything = Hindsight(until=NOW.replace(year=NOW.year + 1))
    for place in world.municipalities[:3]:
        for hindsight in (ALL_KNOWN, everything):
            assert as_counted(place, on, hindsight).of(IN_SCOPE) == as_counted(place, on, ALL_KNOWN).of(
                IN_SCOPE
            )
    days = month_ends(on, 6)
    with scoped(), transaction.atomic():
        one = counts.waiting_each_day(days, NATION)
        other = counts.known_months(days, (), NATION, everything).days
    assert {day: in_all(tallies) for day, tallies in one.items()} == {
        day: in_all(tallies) for day, tallies in other.items()
    }


def in_all(tallies: Tallies) -> tuple[float | None, ...]:
    """How many wait in the scope, and the percentiles of their waits."""
    told = tallies.of(IN_SCOPE)
    return told.waiting, told.median_days, told.p90_days


@pytest.mark.django_db
def test_a_version_of_the_key_counts_from_when_it_was_saved(municipality: Municipality) -> None:
    waits = ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(100))
    scope, on = exact(municipality), days_ago(30)

    def report(hindsight: Hindsight) -> waiting_times.WaitingReport:
        return waiting_times.build(scope, on, data_as_of=NOW, hindsight=hindsight)

    def over() -> tuple[int, int]:
        return tuple(report(look).over_target.figure.value for look in (ALL_KNOWN, THEN))

    assert over() == (1, 1)
    targets = report(ALL_KNOWN).targets
    saved = noon(days_ago(10))
    key = PriorityKey.objects.get(municipality=municipality)
    PriorityKey.objects.filter(pk=key.pk).update(replaced_at=saved)
    new = PriorityKey.objects.create(
        municipality=municipality,
        valid_from=key.valid_from,
        registered_at=saved,
        replaces=key,
        reason="Feil frist ble lagt inn.",
    )
    new.targets.create(category=waits.category, level=2, days=365)
    assert over() == (0, 1)
    assert [target.most_days for target in report(ALL_KNOWN).targets] == [365]
    assert report(THEN).targets == targets


@pytest.mark.django_db
def test_before_any_key_was_saved_nothing_is_said_of_the_target(municipality: Municipality) -> None:
    ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(100))
    PriorityKey.objects.filter(municipality=municipality).update(replaced_at=noon(days_ago(60)))
    scope, on = exact(municipality), days_ago(30)
    for look in (ALL_KNOWN, THEN):
        then = waiting_times.build(scope, on, data_as_of=NOW, hindsight=look)
        assert then.targets == () and then.within_target.figure.value is None
    earlier = waiting_times.build(scope, days_ago(90), data_as_of=NOW, hindsight=THEN)
    assert earlier.targets and earlier.within_target.figure.value is not None
