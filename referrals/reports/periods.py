"""Periods of calendar days, half-open [start, end), and the days a report is made for. Knows no model."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from referrals.errors import DateTooOld, FutureDate, UnreadableDate

DAYS_A_WEEK = 7
WEEKS_A_QUARTER = 13
WEEKS_A_YEAR = 52
LONGEST_YEARS = 10  # of a period that is asked for
LEAP_DAY = (2, 29)
EARLIEST = date(1900, 1, 1)
WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Beside(StrEnum):
    """What a dashboard's figures are compared with.

    WEEKS: the day 13 weeks before, and the period of the same length before it. YEAR: the same date of the year before,
    and the same weeks 52 weeks before: those of whole quarters, which outsiders are told of anyway.
    """

    WEEKS = "weeks"
    YEAR = "year"

    def day(self, on: date) -> date:
        """The day beside the day `on`."""
        return year_before(on) if self is Beside.YEAR else last_weeks(on, WEEKS_A_QUARTER).day_before

    def period(self, period: "Period") -> "Period":
        """The period beside a period."""
        return period.earlier(WEEKS_A_YEAR) if self is Beside.YEAR else period.before()

    @property
    def filters(self) -> tuple[tuple[str, str], ...]:
        """For a recipe; nothing where nothing else was asked for."""
        return (("beside", self.value),) if self is Beside.YEAR else ()


@dataclass(frozen=True)
class Period:
    """Calendar days from and with `start`, until but without `end`. Raises ValueError when no day is in it."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("a period has at least one day")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return f"{self.start}/{self.end}"

    @classmethod
    def read(cls, text: str) -> "Period":
        """The period of what `str` writes, 2026-01-01/2026-04-01. Raises ValueError for anything else."""
        start, end = text.split("/")
        return cls(date.fromisoformat(start), date.fromisoformat(end))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def weeks(self) -> float:
        """How many weeks it has; not always whole."""
        return self.days / DAYS_A_WEEK

    @property
    def last_day(self) -> date:
        """The last day in it, which is what people write."""
        return self.end - timedelta(days=1)

    @property
    def day_before(self) -> date:
        """The day whose end is the beginning of the period: where the stock stood before its first day."""
        return self.start - timedelta(days=1)

    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        return Period(self.start - (self.end - self.start), self.start)

    def earlier(self, weeks: int) -> "Period":
        """The period of the same length so many weeks before."""
        return Period(self.start - timedelta(weeks=weeks), self.end - timedelta(weeks=weeks))

    def quarters(self) -> "tuple[Period, ...]":
        """The quarters of 13 weeks that it is made of, the latest first; itself where it is not made of such."""
        length = timedelta(weeks=WEEKS_A_QUARTER)
        number, rest = divmod(self.end - self.start, length)
        if rest:
            return (self,)
        return tuple(Period(self.end - (n + 1) * length, self.end - n * length) for n in range(number))

    def months(self) -> "tuple[Period, ...]":
        """The calendar months that it is made of, oldest first; none where it is not made of whole ones."""
        first, after = _month_number(self.start), _month_number(self.end)
        if self.start.day != 1 or self.end.day != 1:
            return ()
        return tuple(Period(_first_of(month), _first_of(month + 1)) for month in range(first, after))

    def months_before(self) -> "Period":
        """As many whole months, which end where this one begins. For one that is made of whole months."""
        first = _month_number(self.start)
        return Period(_first_of(2 * first - _month_number(self.end)), self.start)

    def year_before(self) -> "Period":
        """The same dates of the year before. 29 February begins there as the 28th, and ends as the 28th.

        So all of February is all of February, and the year is the whole year, leap days or not.
        """
        leap_end = (self.end.month, self.end.day) == LEAP_DAY
        end = date(self.end.year - 1, 3, 1) if leap_end else year_before(self.end)
        return Period(year_before(self.start), end)

    @property
    def is_within_ten_years(self) -> bool:
        """Whether it ends no later than the same date ten years after it began."""
        return year_before(self.end, LONGEST_YEARS) <= self.start


def last_weeks(on: date, weeks: int) -> Period:
    """The weeks that end with the end of the day `on`: 7 × weeks days, `on` the last of them."""
    end = on + timedelta(days=1)
    return Period(end - timedelta(days=DAYS_A_WEEK * weeks), end)


def until_day(first: date, last: date) -> Period:
    """The days from and with `first` to and with `last`. Raises ValueError when none is in it."""
    return Period(first, last + timedelta(days=1))


def last_year(on: date) -> Period:
    """The twelve months that end with the end of the day `on`, leap days and all.

    They begin on the day after the same date of the year before: 17 March 2025 for 16 March 2026, and 1 March 2023 for
    29 February 2024.
    """
    return Period(year_before(on) + timedelta(days=1), on + timedelta(days=1))


def year_before(day: date, years: int = 1) -> date:
    """The same date so many years before; of 29 February the 28th, where that year has no such day."""
    year = day.year - years
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def month_ends(on: date, count: int) -> tuple[date, ...]:
    """The last days of `count` months, oldest first; the latest is `on` itself or the month-end before it."""
    first_after = (on + timedelta(days=1)).replace(day=1)
    months = range(_month_number(first_after) - count + 1, _month_number(first_after) + 1)
    return tuple(_first_of(month) - timedelta(days=1) for month in months)


def nearest_months(period: Period, on: date) -> Period | None:
    """The whole months nearest to a period: those that it has the most of; none of them ends after the day `on`.

    A month of which it has less than half is left out, as long as there is another. None where no month has ended yet.
    """
    last = _month_number(on + timedelta(days=1)) - 1
    first, after = _nearest_first(period.start), _nearest_first(period.end)
    if after <= first:
        first = _month_number(period.start)
        after = first + 1
    after = min(after, last + 1)
    first = min(first, after - 1)
    return Period(_first_of(first), _first_of(after)) if _first_of(first) >= EARLIEST else None


def _nearest_first(day: date) -> int:
    """The month whose first day is nearest to a day, by its number."""
    month = _month_number(day)
    length = (_first_of(month + 1) - _first_of(month)).days
    return month + (day.day - 1 > length / 2)


def parse_day(text: str, *, today: date) -> date:
    """A day as addresses and commands write it, 2024-12-31, not after `today`.

    Raises UnreadableDate, FutureDate or DateTooOld (before 1900): what has not happened cannot be counted.
    """
    try:
        day = date.fromisoformat(text if WRITTEN_DAY.fullmatch(text) else "")
    except ValueError:
        raise UnreadableDate(value=text) from None
    if day > today:
        raise FutureDate
    if day < EARLIEST:
        raise DateTooOld
    return day


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(month_number: int) -> date:
    return date(month_number // 12, month_number % 12 + 1, 1)
