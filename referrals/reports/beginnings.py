"""Where knowledge begins: a report of an earlier day is empty because nothing is known, not because nobody waited.

One rule for all reports: a place is known from the day of its first referral, of outsiders from 1 January of its year.
Before it there is no figure, and nothing is compared with it. Where no referral is known yet, only the day is known on
which one asks.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Self

from django.db.models import Min

from referrals.choices import Knowledge
from referrals.models import (
    ALL_KNOWN,
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Hindsight,
    Referral,
    StaffingFigure,
    looking_back,
    referrals_as,
)
from referrals.models.referral import ReferralQuerySet
from referrals.reports import counts
from referrals.reports.scopes import Level, Scope
from referrals.reports.suppression import Figure
from referrals.waiting import oslo_date


class Beginning:
    """From when on anything is known of a scope, as the end of the day `on` is looked at, asked at the instant `at`.

    The database is asked once, and only where a count is 0: where somebody waited, something is known.
    """

    def __init__(self, scope: Scope, on: date, hindsight: Hindsight, *, at: datetime) -> None:
        self._scope, self._on, self._hindsight, self._at = scope, on, hindsight, at

    def by(self, day: date) -> Self:
        """The same as the end of another day is looked at; only as it was known then, that may be different."""
        if self._hindsight.knowledge == Knowledge.NOW or not self._scope.exact:
            return self
        return type(self)(self._scope, day, self._hindsight, at=self._at)

    @cached_property
    def first(self) -> date | None:
        """The first day that is known; None where no referral was known by the end of the day."""
        return known_from(self._scope, self._on, self._hindsight)

    def knows(self, day: date) -> bool:
        """Whether the end of the day is known."""
        return day >= (self.first or oslo_date(self._at))

    def tells(self, day: date, waiting: Figure) -> bool:
        """Whether it says anything that so many waited at the end of the day; what is hidden is somebody."""
        return waiting.value != 0 or self.knows(day)

    @property
    def told(self) -> date | None:
        """The day from which on there are figures, for who asked for one before it."""
        if self.first or not self._scope.exact:
            return self.first
        return own_beginning(self._scope, self._on, self._hindsight)


class PlaceBeginnings:
    """From when on each place is known to outsiders: the counties of the nation, or municipalities, by id."""

    def __init__(self, level: Level, hindsight: Hindsight, *, at: datetime) -> None:
        self._level, self._hindsight, self._asked_on = level, hindsight, oslo_date(at)

    @cached_property
    def years(self) -> Mapping[int, int]:
        """Of the first referral of each place; without those before the first."""
        of = counts.first_years_of_counties if self._level is Level.NATION else counts.first_years
        return of(self._hindsight)

    def told(self, place: int) -> date | None:
        """The first day of which there are figures; None before the first referral."""
        year = self.years.get(place)
        return date(year, 1, 1) if year else None

    def tells(self, place: int, day: date, waiting: Figure) -> bool:
        """Whether it says anything that so many waited there at the end of the day."""
        return waiting.value != 0 or day.year >= self.years.get(place, day.year + (day < self._asked_on))


def first_received(scope: Scope, hindsight: Hindsight = ALL_KNOWN) -> date | None:
    """The day the earliest referral in the scope was received; None before the first.

    For outsiders 1 January of that year: the day itself is one citizen's.
    """
    if not scope.exact:
        year = counts.first_year(scope, hindsight)
        return date(year, 1, 1) if year else None
    return _earliest(Referral.objects.all(), scope)


def own_first_received(scope: Scope, on: date, hindsight: Hindsight) -> date | None:
    """The same for own staff, as the day is looked at; None where nothing was known by its end."""
    with looking_back(hindsight, on):
        return _earliest(referrals_as(hindsight), scope)


def known_from(scope: Scope, on: date, hindsight: Hindsight) -> date | None:
    """The day the earliest referral in the scope was received, for own staff as the day `on` is looked at."""
    return own_first_received(scope, on, hindsight) if scope.exact else first_received(scope, hindsight)


def own_beginning(scope: Scope, on: date, hindsight: Hindsight) -> date | None:
    """The first day of which anything is known to own staff, as the day `on` is looked at; None where nothing is.

    As it was known on a day before anything was registered, that is the day on which something first was.
    """
    first = own_first_received(scope, on, hindsight)
    return _first_registered(scope) if first is None and hindsight.reads_history else first


def _first_registered(scope: Scope) -> date | None:
    rows = Referral.objects.filter(municipality_id__in=scope.ids).order_by("registered_at", "pk")
    at = rows.values_list("registered_at", flat=True).first()
    return oslo_date(at) if at else None


def _earliest(referrals: ReferralQuerySet, scope: Scope) -> date | None:
    rows = referrals.counted().filter(municipality_id__in=scope.ids)
    return rows.order_by("received_on", "pk").values_list("received_on", flat=True).first()


def first_known_workforce() -> date | None:
    """The first day of which anything is known of any municipality's ergoterapeuter; None while nothing is."""
    periods = (model.objects.all() for model in (Employment, CoverageAgreement, CoverageStatement))
    days = [rows.aggregate(first=Min("valid_from"))["first"] for rows in periods]
    days.append(StaffingFigure.objects.telling().aggregate(first=Min("counted_on"))["first"])
    return min((day for day in days if day), default=None)
