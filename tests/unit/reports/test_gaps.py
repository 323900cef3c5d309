"""When municipalities had nobody: boundaries by hand, then any periods against a count of single days."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.choices import WITHOUT, CoverageState, Definition
from referrals.models import Municipality
from referrals.reports import coverage, coverage_history, coverage_periods, gaps
from referrals.reports.coverage_periods import Deal, Periods, Posts
from referrals.reports.coverage_sweep import LADDER, Sweep
from referrals.reports.intervals import OPEN, between, union, within
from tests.factories import (
    NOW,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    MunicipalityFactory,
    TherapistFactory,
)

FIRST = date(2024, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(60)]
PLACE, NEIGHBOUR = 1, 2
OWN, OTHER_POST, PURCHASED, AGREEMENT, NONE, UNKNOWN = CoverageState

day_numbers = st.integers(0, 59)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[date, date]:
    """At least one day, maybe without end; often touching or overlapping another."""
    first = draw(day_numbers)
    length = draw(st.one_of(st.none(), st.integers(1, 30)))
    return FIRST + timedelta(days=first), OPEN if length is None else FIRST + timedelta(days=first + length)


class Post(NamedTuple):
    kind: CoverageState
    hundredths: int
    counted: tuple[date, date]


def together(posts: list[Post]) -> list[Posts]:
    """As the database lists them: those of one kind."""
    return [
        Posts(
            kind,
            *zip(*((*post.counted, post.hundredths) for post in posts if post.kind == kind), strict=True),
        )
        for kind in dict.fromkeys(post.kind for post in posts)
    ]


kinds = st.sampled_from([OWN, OTHER_POST, PURCHASED])
posts = st.lists(st.builds(Post, kinds, st.sampled_from([20, 100]), intervals()), max_size=5).map(together)
deals = st.lists(
    st.builds(
        Deal,
        st.just(NEIGHBOUR),
        st.just(PLACE),
        st.sampled_from([None, Decimal("0.30"), Decimal("2.00")]),
        intervals(),
    ),
    max_size=3,
)
worlds = st.builds(
    lambda here, there, made, said: Periods(
        {PLACE: here, NEIGHBOUR: there}, tuple(made), {PLACE: union(said)}
    ),
    posts,
    posts,
    deals,
    st.lists(intervals(), max_size=3),
)


def holds(interval: tuple[date, date], day: date) -> bool:
    return interval[0] <= day < interval[1]


def posts_on(world: Periods, place: int, day: date) -> list[tuple[CoverageState, int]]:
    """The kind and the hundredths of each post on the day."""
    return [
        (posts.kind, hundredths)
        for posts in world.posts[place]
        for counted, hundredths in zip(posts.counted, posts.hundredths, strict=True)
        if holds(counted, day)
    ]


def state_on(world: Periods, day: date) -> CoverageState:
    """Of the one day, asked of every row."""
    held = {kind for kind, _hundredths in posts_on(world, PLACE, day)}
    for kind in (OWN, OTHER_POST, PURCHASED):
        if kind in held:
            return kind
    can_lend = posts_on(world, NEIGHBOUR, day)
    if can_lend and any(holds(deal.valid, day) for deal in world.deals):
        return AGREEMENT
    return NONE if any(holds(said, day) for said in world.absent[PLACE]) else UNKNOWN


def is_covered(world: Periods, day: date, definition: Definition) -> bool:
    state = state_on(world, day)
    return state not in WITHOUT[definition] and state != UNKNOWN


@given(world=worlds, definition=st.sampled_from(Definition), last=day_numbers)
def test_gaps_are_the_days_without_that_somebody_knows_of(
    world: Periods, definition: Definition, last: int
) -> None:
    on = DAYS[last]
    found = gaps.gaps(world, PLACE, definition, on)
    in_a_gap = {
        day
        for day in DAYS[: last + 1]
        if any((gap.began or FIRST) <= day and (gap.ended is None or day < gap.ended) for gap in found)
    }
    assert not {day for day in in_a_gap if is_covered(world, day, definition)}
    without = {day for day in DAYS[: last + 1] if state_on(world, day) in WITHOUT[definition]}
    assert without <= in_a_gap
    for day in in_a_gap - without:  # unknown days only in a gap that is known of on another day
        assert state_on(world, day) == UNKNOWN
    for gap in found:
        days = [
            day for day in without if (gap.began or FIRST) <= day and (gap.ended is None or day < gap.ended)
        ]
        assert days, "a gap that nobody knows of"


@given(world=worlds, definition=st.sampled_from(Definition), last=day_numbers)
def test_gaps_begin_and_end_with_coverage_and_never_touch(
    world: Periods, definition: Definition, last: int
) -> None:
    on = DAYS[last]
    found = gaps.gaps(world, PLACE, definition, on)
    for gap in found:
        if gap.began:
            assert is_covered(world, gap.began - timedelta(days=1), definition)
        if gap.ended:
            assert is_covered(world, gap.ended, definition)
            assert gap.days == (gap.began and (gap.ended - gap.began).days)
    for newer, older in zip(found, found[1:], strict=False):
        assert older.ended and newer.began and older.ended < newer.began


@given(world=worlds, definition=st.sampled_from(Definition), last=day_numbers)
def test_a_history_says_of_every_day_what_the_day_says(
    world: Periods, definition: Definition, last: int
) -> None:
    found = coverage_history.spans(world, PLACE, definition, DAYS[last])
    assert (found[0].begun, found[-1].ended) == (coverage_history.BEGIN, DAYS[last] + timedelta(days=1))
    for earlier, later in zip(found, found[1:], strict=False):
        assert earlier.ended == later.begun and earlier.state != later.state
    for day in DAYS[: last + 1]:
        state = state_on(world, day)
        expected = OWN if state == OTHER_POST and definition != Definition.EMPLOYED else state
        assert [one.state for one in found if holds((one.begun, one.ended), day)] == [expected]


@given(world=worlds)
def test_many_days_at_once_are_each_day_by_itself(world: Periods) -> None:
    sweep = Sweep(world, [PLACE, NEIGHBOUR], DAYS)
    for number, day in enumerate(DAYS):
        assert LADDER[sweep.states[PLACE][number]] == state_on(world, day)
        everybody = [*posts_on(world, PLACE, day), *posts_on(world, NEIGHBOUR, day)]
        whole = sum(hundredths for _kind, hundredths in everybody)
        assert sum(of[number] for of in sweep.fte.values()) == whole
        assert min(of[number] for of in sweep.fte.values()) >= 0


@given(first=st.lists(intervals()), second=st.lists(intervals()), whole=intervals())
def test_intervals_are_sets_of_days(first: Any, second: Any, whole: tuple[date, date]) -> None:
    both = union(first, second)
    assert both == sorted(both)
    assert all(earlier[1] < later[0] for earlier, later in zip(both, both[1:], strict=False))
    for day in DAYS:
        inside = any(holds(each, day) for each in [*first, *second])
        assert any(holds(each, day) for each in both) == inside
        assert any(holds(each, day) for each in between(both)) == (not inside)
        assert any(holds(each, day) for each in within(both, whole)) == (inside and holds(whole, day))


def test_before_2018_there_is_no_history() -> None:
    nothing = Periods({}, (), {})
    assert coverage_history.spans(nothing, PLACE, Definition.AUTHORISED, date(2017, 12, 31)) == ()
    (first,) = coverage_history.spans(nothing, PLACE, Definition.AUTHORISED, date(2018, 1, 1))
    assert (first.state, first.begun, first.ended) == (UNKNOWN, date(2018, 1, 1), date(2018, 1, 2))


# ---------------------------------------------------------------- boundaries, from rows


@pytest.fixture
def place(db: None) -> Municipality:
    return MunicipalityFactory()


ON = date(2025, 6, 2)
BEFORE, AFTER = ON - timedelta(days=1), ON + timedelta(days=1)


def states(place: Municipality, definition: Definition = Definition.AUTHORISED) -> list[CoverageState]:
    """On the day before, the day and the day after, as the report of a day and as the sweep say, which agree."""
    days = [BEFORE, ON, AFTER]
    reports = [coverage.build(day, data_as_of=NOW, definition=definition) for day in days]
    found = [next(row.state for row in report.rows if row.pk == place.pk) for report in reports]
    swept = Sweep(coverage_periods.read(), [place.pk], days).states[place.pk]
    assert [state in WITHOUT[definition] for state in found] == [
        LADDER[state] in WITHOUT[definition] for state in swept
    ]
    return found


def test_an_authorisation_that_ends_on_the_day(place: Municipality) -> None:
    EmploymentFactory(municipality=place, therapist=TherapistFactory(authorised_to=ON))
    CoverageStatementFactory(municipality=place)
    assert states(place) == [OWN, NONE, NONE]
    (gap,) = coverage_history.of_municipality(place.pk, Definition.AUTHORISED, ON).gaps
    assert (gap.began, gap.ended, gap.days) == (ON, None, 0)


def test_an_employment_that_begins_on_the_day(place: Municipality) -> None:
    EmploymentFactory(municipality=place, valid_to=date(2025, 1, 1))
    EmploymentFactory(municipality=place, valid_from=ON)
    CoverageStatementFactory(municipality=place)
    assert states(place) == [NONE, OWN, OWN]
    (gap,) = coverage_history.of_municipality(place.pk, Definition.AUTHORISED, AFTER).gaps
    assert (gap.began, gap.ended, gap.days) == (date(2025, 1, 1), ON, 152)
    (gap,) = coverage_history.of_municipality(place.pk, Definition.AUTHORISED, BEFORE).gaps
    assert (gap.ended, gap.days) == (None, 151)


def test_an_agreement_of_one_day(place: Municipality) -> None:
    neighbour = EmploymentFactory().municipality
    CoverageAgreementFactory(provider=neighbour, recipient=place, valid_from=ON, valid_to=AFTER)
    CoverageStatementFactory(municipality=place)
    assert states(place, Definition.ATTACHED) == [NONE, AGREEMENT, NONE]
    newest, oldest = coverage_history.of_municipality(place.pk, Definition.ATTACHED, AFTER).gaps
    assert (newest.began, newest.days, oldest.began, oldest.ended) == (AFTER, 0, None, ON)
    (whole,) = coverage_history.of_municipality(place.pk, Definition.AUTHORISED, AFTER).gaps
    assert (whole.began, whole.ended) == (None, None)


def test_an_agreement_ends_with_whoever_could_be_lent(place: Municipality) -> None:
    lent = EmploymentFactory(valid_to=ON)
    CoverageAgreementFactory(provider=lent.municipality, recipient=place)
    CoverageStatementFactory(municipality=place)
    assert states(place, Definition.ATTACHED) == [AGREEMENT, NONE, NONE]
    report = coverage.build(AFTER, data_as_of=NOW, definition=Definition.ATTACHED)
    row = next(row for row in report.rows if row.pk == place.pk)
    assert (row.without_since, row.days_without) == (ON, 1)


def test_touching_employments_leave_no_gap(place: Municipality) -> None:
    EmploymentFactory(municipality=place, valid_to=ON)
    EmploymentFactory(municipality=place, valid_from=ON, valid_to=AFTER)
    EmploymentFactory(municipality=place, valid_from=AFTER)
    CoverageStatementFactory(municipality=place)
    assert states(place) == [OWN, OWN, OWN]
    assert coverage_history.of_municipality(place.pk, Definition.AUTHORISED, AFTER).gaps == ()


def test_what_nobody_says_any_more_goes_on_without_a_number(place: Municipality) -> None:
    EmploymentFactory(municipality=place, valid_to=date(2025, 1, 1))
    CoverageStatementFactory(municipality=place, valid_to=ON)
    assert states(place) == [NONE, UNKNOWN, UNKNOWN]
    (gap,) = coverage_history.of_municipality(place.pk, Definition.AUTHORISED, ON).gaps
    assert (gap.is_known, gap.days, gap.ended) == (False, None, None)
