"""Norwegian working days as ordinals: when referrals come in and when people work."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

SATURDAY = 5
FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))
# Days from Easter Sunday: Maundy Thursday, Good Friday, Easter Monday, Ascension Day, Whit Monday.
MOVING_HOLIDAYS = (-3, -2, 1, 39, 50)


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous computus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    month, day = divmod(moon + weekday - 7 * ((golden + 11 * moon + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> Iterator[date]:
    """Public holidays that may fall on a weekday."""
    yield from (date(year, month, day) for month, day in FIXED_HOLIDAYS)
    yield from (easter(year) + timedelta(days=offset) for offset in MOVING_HOLIDAYS)


class Workdays:
    """The working days of a period [first, until), by ordinal (`date.toordinal`)."""

    def __init__(self, first: date, until: date) -> None:
        """Raises ValueError when the period holds no working day."""
        self.first, self.until = first.toordinal(), until.toordinal()
        free = {day.toordinal() for year in range(first.year, until.year + 1) for day in holidays(year)}
        span = range(self.first, self.until)
        self.days = [day for day in span if day not in free and date.fromordinal(day).weekday() < SATURDAY]
        if not self.days:
            raise ValueError("no working day in the period")
        self._work = set(self.days)
        self._place = self._places()

    def __contains__(self, day: int) -> bool:
        return day in self._work

    def on_or_after(self, day: int, plus: int = 0) -> int | None:
        """The working day on or after the day, `plus` working days later; None beyond the period."""
        if day >= self.until:
            return None
        place = self._place[max(day, self.first) - self.first] + plus
        return self.days[place] if place < len(self.days) else None

    def last(self) -> int:
        """The last working day of the period."""
        return self.days[-1]

    def has_any(self, earliest: int, before: int) -> bool:
        """Whether a working day lies in [earliest, before)."""
        return self._place_of(earliest) < self._place_of(before)

    def pick(self, rng: Random, earliest: int, before: int) -> int | None:
        """Any working day in [earliest, before); None when there is none."""
        low = self._place_of(earliest)
        high = self._place_of(before)
        return self.days[rng.randrange(low, high)] if low < high else None

    def _places(self) -> list[int]:
        """For each day of the period, how many working days lie before it."""
        places, count = [], 0
        for day in range(self.first, self.until):
            places.append(count)
            count += day in self._work
        return places

    def _place_of(self, day: int) -> int:
        if day >= self.until:
            return len(self.days)
        return self._place[max(day, self.first) - self.first]
