"""One municipality's queue, week by week: who comes in, who is served, who leaves, who still waits.

Each week as many leave the list as keeps it near the length the place is drawn with; the most urgent first. So the
length of the list at the end is given, and waits, breaches and the tail follow from it. Days are ordinals.
"""

import heapq
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import NamedTuple

from referrals.choices import Outcome
from referrals.demo.chance import Weighted
from referrals.demo.places import Fortune
from referrals.demo.workdays import Workdays

WEEK = 7
URGENT = 1

# How much earlier or later than the place's average wait each priority is served, in average waits.
DELAYS = {3: (0.0, -0.35, 0.3), 4: (0.0, -0.6, 0.0, 0.9)}
SPREAD = 0.15
SPREAD_DAYS = 5

# What turns out, at the assessment, never to have been a case.
NEVER_A_CASE = Weighted({
    "": 956, Outcome.REJECTED: 30, Outcome.DUPLICATE: 10, Outcome.ENTERED_IN_ERROR: 4,
})  # fmt: skip
# Of those who leave the list, those who are not served.
EXIT_SHARE = 0.14
EXITS = Weighted({
    Outcome.NOT_NEEDED: 30, Outcome.DECLINED: 16, Outcome.DEAD: 18, Outcome.MOVED: 10, Outcome.REFERRED_ON: 10,
    Outcome.UNREACHABLE: 9, Outcome.TRANSFERRED: 5, Outcome.OTHER: 2,
})  # fmt: skip

# Even where the list may grow, so much of an average week is served; and never more than this.
LEAST_SERVED, MOST_SERVED = 0.35, 2.2
# Few work in July and August: the list grows.
SUMMER, SUMMER_GROWTH = (7, 8), 0.08
GROWTH_DAYS = 3 * 365
URGENT_DAYS = (1, 2, 2, 3, 4, 5, 7)

YEARLY_GROWTH, FREE_DAY_SHARE = 0.06, 0.03
INFLOW_BY_MONTH = {7: 0.6, 12: 0.85}


class Category(NamedTuple):
    """How a category behaves: how urgent it tends to be, and how often it is treated as an application."""

    code: str
    urgency: float
    application: float


CATEGORIES = Weighted({
    Category("assistive_devices", 1.0, 0.5): 30,
    Category("home_adaptation", 0.8, 0.5): 13,
    Category("rehabilitation", 1.3, 0.15): 12,
    Category("reablement", 1.6, 0.2): 10,
    Category("child_habilitation", 0.9, 0.1): 9,
    Category("cognitive_assessment", 0.9, 0.1): 8,
    Category("welfare_technology", 0.7, 0.6): 6,
    Category("preventive_visit", 0.4, 0.05): 4,
    Category("sight_hearing", 0.6, 0.4): 4,
    Category("work_mental_health", 1.0, 0.05): 2,
    Category("driving", 0.6, 0.0): 1,
    Category("other", 0.5, 0.1): 1,
})  # fmt: skip


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


class Place(NamedTuple):
    """A place in the line: when its turn comes, which referral it is, and the day it was assessed."""

    turn: float
    number: int
    assessed: int


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
    growth = 1 + YEARLY_GROWTH * (day - workdays.first) / 365
    usual = growth * INFLOW_BY_MONTH.get(date.fromordinal(day).month, 1.0)
    if day in workdays:
        return usual
    # What comes in on a free day is registered on the next working day, which must lie within the data.
    return usual * FREE_DAY_SHARE if day < workdays.last() else 0.0


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
        self._heap: list[Place] = []
        self._courses: list[Course] = []
        self._waiting = 0
        self._fraction = rng.random()
        self._urgent_share, *others = fortune.level_shares
        self._levels = Weighted(dict(enumerate(others, start=URGENT + 1)))

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
        course = Course(received, CATEGORIES.pick(rng))
        self._courses.append(course)
        assessed = self.workdays.on_or_after(received, int(rng.expovariate(1 / self.fortune.assess_days)))
        level = self._level(course.category)
        if level == URGENT:
            assessed = self.workdays.on_or_after(received, rng.choice((0, 0, 1)))
        if assessed is None:
            self._waiting += 1
        elif outcome := NEVER_A_CASE.pick(rng):
            course.ended, course.outcome = assessed, outcome
        else:
            course.assessed, course.priority = assessed, level
            self._enter(course, assessed, level)

    def _level(self, category: Category) -> int:
        if self.rng.random() < self._urgent_share * category.urgency:
            return URGENT
        return self._levels.pick(self.rng)

    def _enter(self, course: Course, assessed: int, level: int) -> None:
        """Put an assessed referral on the list; the urgent are seen to at once where there is anybody to do it."""
        if level == URGENT and self.is_staffed(assessed):
            course.ended = self.workdays.on_or_after(assessed, self.rng.choice(URGENT_DAYS))
            self._waiting += course.ended is None
            return
        average = self.fortune.list_weeks * WEEK
        delay = DELAYS[len(self.fortune.key_days)][level - 1] * average
        turn = assessed + delay + self.rng.gauss(0, SPREAD * average + SPREAD_DAYS)
        heapq.heappush(self._heap, Place(turn, len(self._courses) - 1, assessed))
        self._waiting += 1

    def _serve(self, monday: int, before: int) -> None:
        """One week's work: starts, and those who leave for other reasons."""
        if not self.workdays.has_any(monday, before):
            return
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
        usual = now * (1 + (self.fortune.began_at - 1) * years_left)
        return usual * (1 + SUMMER_GROWTH) if date.fromordinal(monday).month in SUMMER else usual

    def _rounded(self, expected: float) -> int:
        """A whole number that is the expected one on average."""
        return int(expected + self.rng.random())

    def _start(self, monday: int, before: int) -> None:
        """The next in line has the first contact this week; who was assessed at the end of it comes later."""
        too_new: list[Place] = []
        while self._heap:
            place = heapq.heappop(self._heap)
            if self._courses[place.number].ended is not None:
                continue  # left the list for another reason
            day = self.workdays.pick(self.rng, max(monday, place.assessed + 1), before)
            if day is not None:
                self._courses[place.number].ended = day
                self._waiting -= 1
                break
            too_new.append(place)
        for place in too_new:
            heapq.heappush(self._heap, place)

    def _leave(self, before: int) -> None:
        """Somebody on the list no longer waits for another reason than a start."""
        if not self._heap:
            return
        place = self.rng.choice(self._heap)
        course = self._courses[place.number]
        day = self.workdays.pick(self.rng, max(before - WEEK, place.assessed + 1), before)
        if course.ended is None and day is not None:
            course.ended, course.outcome = day, EXITS.pick(self.rng)
            self._waiting -= 1
