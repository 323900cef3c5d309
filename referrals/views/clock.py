"""What time it is. Only views and commands ask; everything below them takes the day or the instant as an argument."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """This instant, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """The calendar date in Norway, whatever time zone the server runs in."""
    return timezone.localdate(timezone=timezone.get_default_timezone())
