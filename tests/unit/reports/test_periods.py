"""Days, weeks and months as half-open periods."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.errors import DateTooOld, FutureDate, UnreadableDate
from referrals.reports.periods import (
    Period,
    last_weeks,
    last_year,
    month_ends,
    nearest_months,
    parse_day,
    until_day,
    year_before,
)

TODAY = date(2026, 3, 16)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def test_a_period_has_its_first_day_and_not_its_end() -> None:
    period = Period(date(2026, 3, 1), date(2026, 3, 3))
    assert [day in period for day in map(date(2026, 3, 1).replace, [2026] * 3, [3] * 3, [1, 2, 3])] == [
        True,
        True,
        False,
    ]
    assert (period.days, period.last_day, period.day_before) == (2, date(2026, 3, 2), date(2026, 2, 28))


@pytest.mark.parametrize("end", [date(2026, 3, 1), date(2026, 2, 28)])
def test_a_period_without_days_is_refused(end: date) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Period(date(2026, 3, 1), end)


@given(on=DAYS, weeks=st.integers(1, 60))
def test_last_weeks_are_whole_and_end_with_the_day(on: date, weeks: int) -> None:
    period = last_weeks(on, weeks)
    assert period.last_day == on
    assert period.days == 7 * weeks
    assert period.weeks == weeks


@given(on=DAYS, weeks=st.integers(1, 60))
def test_the_period_before_is_as_long_and_ends_where_this_begins(on: date, weeks: int) -> None:
    period = last_weeks(on, weeks)
    assert period.before().end == period.start
    assert period.before().days == period.days


@pytest.mark.parametrize(
    ("first", "last", "earlier_first", "earlier_last"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), date(2025, 1, 1), date(2025, 12, 31)),
        (date(2025, 2, 1), date(2025, 2, 28), date(2024, 2, 1), date(2024, 2, 29)),
        (date(2024, 2, 1), date(2024, 2, 29), date(2023, 2, 1), date(2023, 2, 28)),
        (date(2024, 2, 1), date(2024, 2, 28), date(2023, 2, 1), date(2023, 2, 28)),
        (date(2024, 2, 29), date(2024, 2, 29), date(2023, 2, 28), date(2023, 2, 28)),
        (date(2024, 2, 29), date(2024, 3, 5), date(2023, 2, 28), date(2023, 3, 5)),
    ],
)
def test_the_same_dates_a_year_before(
    first: date, last: date, earlier_first: date, earlier_last: date
) -> None:
    assert until_day(first, last).year_before() == until_day(earlier_first, earlier_last)


@given(start=DAYS, days=st.integers(1, 4000))
def test_a_year_before_has_as_many_days_but_for_a_leap_day(start: date, days: int) -> None:
    period = Period(start, start + timedelta(days=days))
    earlier = period.year_before()
    assert abs(earlier.days - period.days) <= 1
    assert 364 <= (period.start - earlier.start).days <= 366


@pytest.mark.parametrize(
    ("end", "is_within"),
    [(date(2026, 3, 15), True), (date(2026, 3, 16), True), (date(2026, 3, 17), False)],
)
def test_ten_years_end_on_the_same_date(end: date, is_within: bool) -> None:
    assert Period(date(2016, 3, 16), end).is_within_ten_years is is_within


def test_a_period_is_read_as_it_is_written() -> None:
    written = "2026-01-01/2026-04-01"
    assert Period.read(written) == Period(date(2026, 1, 1), date(2026, 4, 1))
    assert str(Period.read(written)) == written


@pytest.mark.parametrize(
    "text", ["", "2026-01-01", "2026-04-01/2026-01-01", "2026-01-01/2026-04-01/2026-07-01"]
)
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(ValueError):
        Period.read(text)


def test_29_february_is_the_28th_in_other_years() -> None:
    assert year_before(date(2024, 2, 29)) == date(2023, 2, 28)
    assert year_before(date(2024, 2, 29), 4) == date(2020, 2, 29)


@given(on=DAYS, count=st.integers(1, 40))
def test_month_ends_are_the_last_days_of_months_in_a_row(on: date, count: int) -> None:
    ends = month_ends(on, count)
    assert len(ends) == count
    assert ends[-1] <= on < (ends[-1] + timedelta(days=32))
    assert all((day + timedelta(days=1)).day == 1 for day in ends)
    months = [day.year * 12 + day.month for day in ends]
    assert months == list(range(months[0], months[0] + count))


@pytest.mark.parametrize(
    ("on", "last"),
    [
        (date(2024, 2, 28), date(2024, 1, 31)),
        (date(2024, 2, 29), date(2024, 2, 29)),
        (date(2024, 12, 31), date(2024, 12, 31)),
        (date(2025, 1, 1), date(2024, 12, 31)),
    ],
    ids=str,
)
def test_the_last_month_end_is_the_day_itself_or_before_it(on: date, last: date) -> None:
    assert month_ends(on, 1) == (last,)


def test_a_day_is_written_year_first() -> None:
    assert parse_day("2024-02-29", today=TODAY) == date(2024, 2, 29)
    assert parse_day("2026-03-16", today=TODAY) == TODAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "i går",
        "31.12.2024",
        "2024-1-1",
        "20241231",
        "2024-W01-1",
        "2023-02-29",
        "2024-12-31T00:00",
        "२०२४-१२-३१",
    ],
)
def test_anything_else_is_not_a_day(text: str) -> None:
    with pytest.raises(UnreadableDate) as raised:
        parse_day(text, today=TODAY)
    assert text in str(raised.value)


def test_what_has_not_happened_cannot_be_counted() -> None:
    with pytest.raises(FutureDate):
        parse_day("2026-03-17", today=TODAY)


def test_a_day_before_anybody_lived_is_a_slip() -> None:
    with pytest.raises(DateTooOld):
        parse_day("1899-12-31", today=TODAY)


@pytest.mark.parametrize(
    ("on", "first", "days"),
    [
        (TODAY, date(2025, 3, 17), 365),
        (date(2024, 2, 28), date(2023, 3, 1), 365),
        (date(2024, 2, 29), date(2023, 3, 1), 366),
        (date(2025, 2, 28), date(2024, 2, 29), 366),
        (date(2025, 3, 1), date(2024, 3, 2), 365),
        (date(2025, 12, 31), date(2025, 1, 1), 365),
    ],
)
def test_the_last_twelve_months(on: date, first: date, days: int) -> None:
    year = last_year(on)
    assert (year.start, year.last_day, year.days) == (first, on, days)


@given(DAYS)
def test_the_last_twelve_months_are_a_year(on: date) -> None:
    assert last_year(on).last_day == on
    assert last_year(on).days in (365, 366)


@given(on=DAYS, number=st.integers(1, 12))
def test_whole_quarters_are_told_apart_the_latest_first(on: date, number: int) -> None:
    period = last_weeks(on, 13 * number)
    quarters = period.quarters()
    assert quarters[0] == last_weeks(on, 13) and len(quarters) == number
    assert all(later.before() == earlier for later, earlier in pairwise(quarters))
    assert quarters[-1].start == period.start


@pytest.mark.parametrize("days", [1, 90, 92, 365])
def test_what_is_no_whole_quarters_is_one_period(days: int) -> None:
    period = until_day(TODAY - timedelta(days=days - 1), TODAY)
    assert period.quarters() == (period,)


class TestWholeMonths:
    def test_a_period_of_whole_months_knows_them(self) -> None:
        months = Period(date(2023, 12, 1), date(2024, 3, 1)).months()
        assert [str(month) for month in months] == [
            "2023-12-01/2024-01-01",
            "2024-01-01/2024-02-01",
            "2024-02-01/2024-03-01",
        ]

    @pytest.mark.parametrize(("start", "end"), [((2024, 1, 2), (2024, 3, 1)), ((2024, 1, 1), (2024, 2, 29))])
    def test_another_has_none(self, start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
        assert Period(date(*start), date(*end)).months() == ()

    def test_as_many_months_before_it(self) -> None:
        asked = Period(date(2024, 1, 1), date(2024, 4, 1))
        assert asked.months_before() == Period(date(2023, 10, 1), date(2024, 1, 1))
        assert asked.year_before().months()[-1] == Period(date(2023, 3, 1), date(2023, 4, 1))

    @pytest.mark.parametrize(
        ("start", "last", "nearest"),
        [
            ((2024, 1, 1), (2024, 3, 31), "2024-01-01/2024-04-01"),
            ((2024, 1, 10), (2024, 3, 20), "2024-01-01/2024-04-01"),
            ((2024, 1, 20), (2024, 3, 10), "2024-02-01/2024-03-01"),
            ((2024, 1, 16), (2024, 2, 15), "2024-01-01/2024-03-01"),
            ((2024, 1, 17), (2024, 1, 20), "2024-01-01/2024-02-01"),
            ((2026, 1, 10), (2026, 3, 16), "2026-01-01/2026-03-01"),
            ((2026, 3, 1), (2026, 3, 16), "2026-02-01/2026-03-01"),
        ],
    )
    def test_the_nearest_are_named_and_none_that_is_not_over(
        self, start: tuple[int, int, int], last: tuple[int, int, int], nearest: str
    ) -> None:
        asked = until_day(date(*start), date(*last))
        assert str(nearest_months(asked, date(2026, 3, 16))) == nearest

    def test_nothing_lies_near_the_beginning_of_time(self) -> None:
        assert nearest_months(until_day(date(1899, 12, 1), date(1899, 12, 2)), date(2026, 3, 16)) is None
