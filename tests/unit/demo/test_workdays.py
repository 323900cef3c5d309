"""Norwegian working days, by ordinal."""

from datetime import date
from random import Random

import pytest

from referrals.demo.workdays import Workdays, easter, holidays

YEAR = Workdays(date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    "sunday",
    [
        date(2018, 4, 1),
        date(2019, 4, 21),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2038, 4, 25),
    ],
    ids=str,
)
def test_easter_falls_on_the_day_of_the_calendar(sunday):
    assert easter(sunday.year) == sunday


def test_the_holidays_of_2026():
    assert sorted(holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 2),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2026, 5, 17),
        date(2026, 5, 25),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]


def test_weekends_and_holidays_are_no_working_days():
    days = [date.fromordinal(day) for day in YEAR.days]
    assert len(days) == 253
    assert not any(day.weekday() >= 5 or day in set(holidays(2026)) for day in days)
    assert date(2026, 5, 14).toordinal() not in YEAR
    assert date(2026, 5, 15).toordinal() in YEAR


def test_the_next_working_day_passes_over_easter():
    wednesday = date(2026, 4, 1).toordinal()
    assert YEAR.on_or_after(wednesday) == wednesday
    assert YEAR.on_or_after(wednesday + 1) == date(2026, 4, 7).toordinal()
    assert YEAR.on_or_after(wednesday, plus=2) == date(2026, 4, 8).toordinal()


def test_there_is_no_working_day_after_the_last():
    assert date.fromordinal(YEAR.last()) == date(2026, 12, 31)
    assert YEAR.on_or_after(YEAR.last(), plus=1) is None
    assert YEAR.on_or_after(date(2027, 1, 4).toordinal()) is None


def test_a_day_is_picked_within_the_span_and_nowhere_else():
    friday, monday = date(2026, 3, 6).toordinal(), date(2026, 3, 9).toordinal()
    rng = Random(1)
    assert {YEAR.pick(rng, friday, monday + 1) for _turn in range(50)} == {friday, monday}
    assert YEAR.pick(rng, friday + 1, monday) is None
    assert not YEAR.has_any(friday + 1, monday)
    assert YEAR.has_any(friday + 1, monday + 1)


def test_a_period_without_a_working_day_is_refused():
    with pytest.raises(ValueError, match="no working day"):
        Workdays(date(2026, 3, 7), date(2026, 3, 9))
