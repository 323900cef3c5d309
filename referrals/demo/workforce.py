"""Therapists and their employments: posts that people hold, leave and take over, in step with the plan of coverage.

In a municipality with own ergoterapeut one post is never vacant and its holder always authorised, so that the state is
exactly the planned one. Others may be vacant for a while, and among their holders some never count.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from heapq import heapify, heappop, heappush
from random import Random

from referrals.choices import CoverageState, Engagement
from referrals.demo import names
from referrals.demo.coverage import Span, Spans
from referrals.demo.places import Municipal

POSTS = 3_370
# Turnover is played from here on; whoever holds a post then has held it for up to so many years.
RECORDS_BEGIN, YEARS_BEFORE = date(2017, 6, 1), 14
NEW_POST_SHARE, NEW_POSTS_FROM = 0.13, date(2019, 1, 1)

LEAVING_A_YEAR = 0.09
VACANT_SHARE, VACANT_DAYS = 0.5, (30, 150)
RETIRING_SHARE = 0.3
BETWEEN_POSTS_DAYS = 20
PASSED_OVER = 3
LEAST_DAYS = 60
YEAR_DAYS = 365.25

FTE_CHOICES = ("1.00", "0.80", "0.75", "0.60", "0.50", "0.40", "0.30", "0.20")
FTE_WEIGHTS = (60, 14, 3, 7, 9, 3, 1, 3)
LONE_FTE_WEIGHTS = (34, 12, 2, 10, 20, 8, 4, 10)

THERAPIST, MUNICIPAL, LEADING, SPECIALIST, MENTAL_HEALTH = (
    "3226101",
    "3226104",
    "3226106",
    "3226117",
    "3226119",
)
OCCUPATIONS = (THERAPIST, MUNICIPAL, LEADING, SPECIALIST, MENTAL_HEALTH)
OCCUPATION_WEIGHTS = (58, 26, 4, 8, 4)
ACTIVITY_WORKER = "5139117"
OTHER_POST = "0000000"
ACTIVITY_WORKERS = 12

EXPIRED_SHARE, LICENCE_SHARE = 0.008, 0.012
# Above any HPR number given so far, so that nobody's number is in the demo.
FIRST_HPR, LAST_HPR = 90_000_000, 999_999_999


@dataclass
class Worker:
    """A therapist, or somebody employed as an aktivitør: `authorised_from` None has no authorisation.

    A student has a licence and never counts.
    """

    hpr_number: str
    name: str
    authorised_from: date | None
    authorised_to: date | None = None
    is_licence: bool = False
    is_student: bool = False

    def is_authorised(self, on: date) -> bool:
        """Whether the authorisation [from, to) holds the day; a student's licence is none."""
        if self.is_student or self.authorised_from is None or self.authorised_from > on:
            return False
        return self.authorised_to is None or self.authorised_to > on


@dataclass(frozen=True)
class Job:
    """An employment [start, end) of a worker."""

    worker: Worker
    code: str
    occupation: str
    engagement: Engagement
    fte: Decimal
    start: date
    end: date | None
    is_temporary: bool = False


@dataclass(frozen=True)
class Vacant:
    """A post that nobody has in [start, end)."""

    code: str
    occupation: str
    fte: Decimal
    start: date
    end: date | None


@dataclass(frozen=True)
class Away:
    """A leave [start, end) from the job with this number in the list."""

    job: int
    start: date
    end: date | None


@dataclass(frozen=True)
class Post:
    """A post in a municipality in [start, end). A `steady` one is never vacant and never held without authorisation."""

    place: Municipal
    start: date
    end: date | None
    fte: Decimal
    occupation: str
    steady: bool
    engagement: Engagement = Engagement.OWN


@dataclass
class Staff:
    """Everybody, where they worked when, when they were away from it, and which posts nobody had."""

    workers: list[Worker] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    vacant: list[Vacant] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)


def staff(places: list[Municipal], spans: Spans, until: date, rng: Random) -> Staff:
    """Fill all posts of the country from the beginning of the records until the day."""
    office = _Office(until, rng, rng.randrange(FIRST_HPR, FIRST_HPR + 5_000_000))
    posts = list(_posts(places, spans, until, rng))
    office.fill(posts)
    office.add_activity_workers(places)
    return office.staff


def _posts(places: list[Municipal], spans: Spans, until: date, rng: Random) -> Iterator[Post]:
    """Posts by municipality and span: own ones as large as the population asks, one where the service is bought."""
    people = sum(place.population for place in places)
    for place in places:
        size = max(1, round(POSTS * place.population / people * rng.uniform(0.8, 1.2)))
        for span in spans[place.code]:
            if span.state == CoverageState.OWN:
                count = size if span.holds(until) else min(size, 2)
                yield from _own_posts(place, _opened(span), span.end, count, rng)
            elif span.state == CoverageState.PURCHASED:
                fte = Decimal(rng.choice(("0.20", "0.30", "0.40")))
                yield Post(place, span.start, span.end, fte, THERAPIST, True, Engagement.PURCHASED)


def _opened(span: Span) -> date:
    """When the posts of a span of own were opened, as far back as is remembered."""
    remembered = min(RECORDS_BEGIN, span.end - timedelta(days=1000)) if span.end else RECORDS_BEGIN
    return max(span.start, remembered)


def _own_posts(place: Municipal, start: date, end: date | None, count: int, rng: Random) -> Iterator[Post]:
    weights = LONE_FTE_WEIGHTS if count == 1 else FTE_WEIGHTS
    for number in range(count):
        fte = Decimal(rng.choices(FTE_CHOICES, weights)[0])
        occupation = rng.choices(OCCUPATIONS, OCCUPATION_WEIGHTS)[0]
        is_new = number > 0 and end is None and rng.random() < NEW_POST_SHARE
        opened = NEW_POSTS_FROM + timedelta(days=rng.randrange(7 * 365)) if is_new else start
        yield Post(place, max(opened, start), end, fte, occupation, steady=number == 0)


class _Office:
    """Fills posts in the order they fall vacant, from those who are between two posts, else with somebody new."""

    def __init__(self, until: date, rng: Random, first_hpr: int) -> None:
        self.until, self.rng = until, rng
        self.staff = Staff()
        self._next_hpr = first_hpr
        self._free: list[tuple[date, str]] = []
        self._by_hpr: dict[str, Worker] = {}
        self._last_job: dict[str, str] = {}

    def fill(self, posts: list[Post]) -> None:
        """All holders of all posts until the end."""
        queue = [(post.start, number) for number, post in enumerate(posts) if post.start <= self.until]
        heapify(queue)
        while queue:
            day, number = heappop(queue)
            left_on = self._hold(posts[number], day)
            if left_on is not None:
                heappush(queue, (left_on, number))

    def _hold(self, post: Post, day: date) -> date | None:
        """Somebody holds the post from the day; the day its next holder begins, None when there is none."""
        left_on = day + timedelta(days=LEAST_DAYS + int(self.rng.expovariate(LEAVING_A_YEAR / YEAR_DAYS)))
        left_on = min(left_on, post.end or date.max)
        years_before = YEARS_BEFORE if day == RECORDS_BEGIN else 0
        since = day - timedelta(days=int(self.rng.random() * years_before * YEAR_DAYS))
        worker = self._worker(post, since)
        end = left_on if left_on <= self.until else None
        self.staff.jobs.append(
            Job(worker, post.place.code, post.occupation, post.engagement, post.fte, since, end)
        )
        self._last_job[worker.hpr_number] = post.place.code
        if end is None:
            return None
        if self.rng.random() > RETIRING_SHARE:
            heappush(self._free, (end + timedelta(days=BETWEEN_POSTS_DAYS), worker.hpr_number))
        next_day = end if post.steady else self._after_vacancy(end)
        self._stands_empty(post, end, next_day)
        goes_on = next_day <= self.until and (post.end is None or next_day < post.end)
        return next_day if goes_on else None

    def _stands_empty(self, post: Post, day: date, next_day: date) -> None:
        """Write down the days on which the post is there and nobody has it."""
        filled = min(next_day, post.end or date.max)
        if day < filled:
            end = filled if filled <= self.until else None
            self.staff.vacant.append(Vacant(post.place.code, post.occupation, post.fte, day, end))

    def _after_vacancy(self, day: date) -> date:
        if self.rng.random() > VACANT_SHARE:
            return day
        return day + timedelta(days=self.rng.randint(*VACANT_DAYS))

    def _worker(self, post: Post, day: date) -> Worker:
        """Whoever has been between posts the longest and fits, else somebody new."""
        passed_over: list[tuple[date, str]] = []
        found = None
        while found is None and self._free and self._free[0][0] <= day and len(passed_over) < PASSED_OVER:
            entry = heappop(self._free)
            worker = self._by_hpr[entry[1]]
            may_hold = worker.authorised_to is None or not post.steady
            if may_hold and self._last_job[worker.hpr_number] != post.place.code:
                found = worker
            else:
                passed_over.append(entry)
        for entry in passed_over:
            heappush(self._free, entry)
        return found or self._new_worker(post, day)

    def _new_worker(self, post: Post, day: date) -> Worker:
        rng = self.rng
        years = rng.choice((0, 0, 1, 2, 4, 6, 9, 13, 18, 24, 30))
        before = rng.randint(5, 200) + int(years * YEAR_DAYS)
        authorised_from = day - timedelta(days=before)
        worker = self._somebody(post.place.county, authorised_from)
        chance = rng.random()
        if not post.steady and chance < EXPIRED_SHARE:
            worker.authorised_to = day + timedelta(days=rng.randint(60, 1500))
        elif not post.steady and chance < EXPIRED_SHARE + LICENCE_SHARE:
            worker.is_licence, worker.authorised_to = True, day + timedelta(days=rng.randint(200, 730))
        return worker

    def _somebody(self, county: str, authorised_from: date | None) -> Worker:
        name = names.pick(self.rng, age=self.rng.randint(25, 66), county=county, woman_share=0.9)
        self._next_hpr += self.rng.randint(1, 200_000)
        worker = Worker(str(self._next_hpr), f"{name.given} {name.family}", authorised_from)
        self.staff.workers.append(worker)
        self._by_hpr[worker.hpr_number] = worker
        return worker

    def add_activity_workers(self, places: list[Municipal]) -> None:
        """Aktivitører support ergoterapi and never count: also in places that have nobody else."""
        for place in self.rng.sample(places, ACTIVITY_WORKERS):
            worker = self._somebody(place.county, None)
            start = date(2019, 8, 1) + timedelta(days=self.rng.randrange(1000))
            if start <= self.until:
                fte = Decimal(self.rng.choice(("0.50", "0.80", "1.00")))
                job = Job(worker, place.code, ACTIVITY_WORKER, Engagement.OWN, fte, start, None)
                self.staff.jobs.append(job)
