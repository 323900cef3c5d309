"""One municipality's queue, week by week: who comes in, who is served, who leaves, who still waits.

Each week as many leave the list as keeps it near the length the place is drawn with; the most urgent first. So the
length of the list at the end is given, and waits, breaches and the tail follow from it. Days are ordinals.
"""

import heapq
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from referrals.choices import Outcome
from referrals.demo.places import Fortune
from referrals.demo.workdays import Workdays

WEEK = 7
URGENT = 1

# How much earlier or later than the place's average wait each priority is served, in average waits.
DELAYS = {3: (0.0, -0.35, 0.3), 4: (0.0, -0.6, 0.0, 0.9)}
SPREAD = 0.15
SPREAD_DAYS = 5

# Shares of what comes in: never a case at all, and of those who leave the list those who are not served.
REJECTED_SHARE, DUPLICATE_SHARE, ERROR_SHARE = 0.03, 0.01, 0.004
EXIT_SHARE = 0.14
EXITS = {
    Outcome.NOT_NEEDED: 30,
    Outcome.DECLINED: 16,
    Outcome.DEAD: 18,
    Outcome.MOVED: 10,
    Outcome.REFERRED_ON: 10,
    Outcome.UNREACHABLE: 9,
    Outcome.TRANSFERRED: 5,
    Outcome.OTHER: 2,
}
EXIT_OUTCOMES, EXIT_WEIGHTS = tuple(EXITS), tuple(EXITS.values())

# Even where the list may grow, so much of an average week is served; and never more than this.
LEAST_SERVED, MOST_SERVED = 0.35, 2.2
# The list grows in July and August, when few work.
SUMMER_DAYS, SUMMER_GROWTH = range(182, 240), 0.08
GROWTH_DAYS = 3 * 365


class Category(NamedTuple):
    """How a category behaves: how often it comes, how urgent it tends to be, whether as an application."""

    code: str
    weight: int
    urgency: float
    application: float


CATEGORIES = (
    Category("assistive_devices", 30, 1.0, 0.5),
    Category("home_adaptation", 13, 0.8, 0.5),
    Category("reablement", 10, 1.6, 0.2),
    Category("rehabilitation", 12, 1.3, 0.15),
    Category("child_habilitation", 9, 0.9, 0.1),
    Category("cognitive_assessment", 8, 0.9, 0.1),
    Category("welfare_technology", 6, 0.7, 0.6),
    Category("preventive_visit", 4, 0.4, 0.05),
    Category("work_mental_health", 2, 1.0, 0.05),
    Category("driving", 1, 0.6, 0.0),
    Category("sight_hearing", 4, 0.6, 0.4),
    Category("other", 1, 0.5, 0.1),
)
CATEGORY_WEIGHTS = tuple(category.weight for category in CATEGORIES)


@dataclass(slots=True)
class Course:
    """How one referral went: days as ordinals, None for what has not happened by the end.

    `ended` is the day it started, or the day it left the list with `outcome` without a start.
    """

    received: int
    category: Category
    assessed: int | None = None
    priority: int | None = None
    ended: int | None = None
    outcome: str = ""

    @property
    def started(self) -> int | None:
        """The day of the first contact."""
        return None if self.outcome else self.ended


class Inflow:
    """When referrals come: mostly on working days, fewer in July and at Christmas, a little more each year."""

    def __init__(self, workdays: Workdays) -> None:
        self._days = list(range(workdays.first, workdays.until))
        self._weights: list[float] = []
        total = 0.0
        for day in self._days:
            total += _inflow_weight(day, workdays)
            self._weights.append(total)

    def draw(self, rng: Random, count: int) -> list[int]:
        """That many days of receipt in order."""
        return sorted(rng.choices(self._days, cum_weights=self._weights, k=count))

    def weekly(self, count: int) -> float:
        """Of so many referrals, how many come in an average week of the last year."""
        year = min(len(self._days), 365)
        share = (self._weights[-1] - self._weights[-year]) / self._weights[-1]
        return count * share * WEEK / year


def _inflow_weight(day: int, workdays: Workdays) -> float:
    growth = 1 + 0.06 * (day - workdays.first) / 365
    day_of_year = day % 365.25
    season = 0.6 if 185 <= day_of_year < 215 else 0.75 if day_of_year > 352 else 1.0
    if day in workdays:
        return growth * season
    # What comes in on a weekend is registered on the next working day, which must be over by the end.
    return 0.03 * growth * season if day < workdays.last() else 0.0


class Queue:
    """The waiting list of one municipality while it is played through."""

    def __init__(
        self,
        fortune: Fortune,
        workdays: Workdays,
        rng: Random,
        is_staffed: Callable[[int], bool],
        weekly_inflow: float,
    ) -> None:
        self.fortune, self.workdays, self.rng = fortune, workdays, rng
        self.is_staffed, self.weekly_inflow = is_staffed, weekly_inflow
        self._heap: list[tuple[float, int]] = []
        self._courses: list[Course] = []
        self._waiting = 0
        self._fraction = rng.random()

    def run(self, arrivals: list[int]) -> list[Course]:
        """The course of each arrival, in the same order."""
        first, until = self.workdays.first, self.workdays.until
        for monday in range(first - (first - 1) % WEEK, until, WEEK):
            before = min(monday + WEEK, until)
            low, high = (bisect_left(arrivals, day) for day in (monday, before))
            for received in arrivals[low:high]:
                self._arrive(received)
            self._serve(monday, before)
        return self._courses

    def _arrive(self, received: int) -> None:
        rng = self.rng
        course = Course(received, rng.choices(CATEGORIES, CATEGORY_WEIGHTS)[0])
        self._courses.append(course)
        assessed = self.workdays.on_or_after(received, int(rng.expovariate(1 / self.fortune.assess_days)))
        level = self._level(course.category)
        if level == URGENT:
            assessed = self.workdays.on_or_after(received, rng.choice((0, 0, 1)))
        if assessed is None:
            self._waiting += 1
        elif outcome := self._never_a_case():
            course.ended, course.outcome = assessed, outcome
        else:
            course.assessed, course.priority = assessed, level
            self._enter(course)

    def _level(self, category: Category) -> int:
        first, *others = self.fortune.level_shares
        chance = self.rng.random()
        if chance < first * category.urgency:
            return URGENT
        return self.rng.choices(range(2, len(others) + 2), others)[0]

    def _never_a_case(self) -> str:
        chance = self.rng.random()
        if chance < REJECTED_SHARE:
            return Outcome.REJECTED
        if chance < REJECTED_SHARE + DUPLICATE_SHARE:
            return Outcome.DUPLICATE
        return Outcome.ENTERED_IN_ERROR if chance < REJECTED_SHARE + DUPLICATE_SHARE + ERROR_SHARE else ""

    def _enter(self, course: Course) -> None:
        """Put an assessed referral on the list; the urgent are seen to at once where there is anybody to do it."""
        if course.priority == URGENT and self.is_staffed(course.assessed):
            course.ended = self.workdays.on_or_after(course.assessed, self.rng.choice((1, 2, 2, 3, 4, 5, 7)))
            self._waiting += course.ended is None
            return
        average = self.fortune.list_weeks * WEEK
        delay = DELAYS[len(self.fortune.key_days)][course.priority - 1] * average
        noise = self.rng.gauss(0, SPREAD * average + SPREAD_DAYS)
        heapq.heappush(self._heap, (course.assessed + delay + noise, len(self._courses) - 1))
        self._waiting += 1

    def _serve(self, monday: int, before: int) -> None:
        """One week's work: starts, and those who leave for other reasons."""
        staffed = self.is_staffed(monday)
        for _turn in range(self._leaving(monday, staffed)):
            if self.rng.random() < EXIT_SHARE or not staffed:
                self._leave(before)
            else:
                self._start(monday, before)

    def _leaving(self, monday: int, staffed: bool) -> int:
        """How many leave the list this week."""
        if not staffed:
            return self._rounded(self.weekly_inflow * EXIT_SHARE)
        surplus = self._waiting - int(self._wanted(monday) + self._fraction)
        least = self._rounded(self.weekly_inflow * LEAST_SERVED)
        most = int(self.weekly_inflow * MOST_SERVED) + 1
        return max(least, min(surplus, most))

    def _wanted(self, monday: int) -> float:
        """The length of the list that the place is drawn with, in that week."""
        years_left = min(GROWTH_DAYS, self.workdays.until - monday) / GROWTH_DAYS
        now = self.fortune.list_weeks * self.weekly_inflow
        course = now * (1 + (self.fortune.began_at - 1) * years_left)
        return course * (1 + SUMMER_GROWTH) if int(monday % 365.25) in SUMMER_DAYS else course

    def _rounded(self, expected: float) -> int:
        """A whole number that is the expected one on average."""
        return int(expected + self.rng.random())

    def _start(self, monday: int, before: int) -> None:
        """The next in line has the first contact this week, if a working day is left for it."""
        held = []
        while self._heap:
            entry = heapq.heappop(self._heap)
            course = self._courses[entry[1]]
            if course.ended is not None:
                continue
            day = self.workdays.pick(self.rng, max(monday, course.assessed + 1), before)
            if day is None:
                held.append(entry)
                continue
            course.ended = day
            self._waiting -= 1
            break
        for entry in held:
            heapq.heappush(self._heap, entry)

    def _leave(self, before: int) -> None:
        """Somebody on the list no longer waits for another reason than a start."""
        if not self._heap:
            return
        course = self._courses[self.rng.choice(self._heap)[1]]
        day = self.workdays.pick(self.rng, max(before - WEEK, course.assessed + 1), before)
        if course.ended is None and day is not None:
            course.ended = day
            course.outcome = self.rng.choices(EXIT_OUTCOMES, EXIT_WEIGHTS)[0]
            self._waiting -= 1
