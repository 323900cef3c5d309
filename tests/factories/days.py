"""The days on which everything in the tests happens, counted back from TODAY."""

from datetime import UTC, date, datetime, time, timedelta

TODAY = date(2026, 3, 16)
NOW = datetime.combine(TODAY, time(9), tzinfo=UTC)
LONG_AGO = date(2000, 1, 1)


def days_ago(days: int) -> date:
    """The day so many days before TODAY."""
    return TODAY - timedelta(days=days)


def noon(day: date) -> datetime:
    """An instant in the middle of the day."""
    return datetime.combine(day, time(11), tzinfo=UTC)
