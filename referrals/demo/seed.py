"""Fills an empty installation with the demo, in one transaction: a run that is stopped leaves nothing behind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from django.db import transaction
from django.db.models import Model

from ergo.scope import scoped
from referrals.choices import CoverageState
from referrals.demo import coverage, errors, foundation, leaves, reported, rounds, thin, workforce
from referrals.demo.cases import Case, Cases
from referrals.demo.coverage import Span, Spans
from referrals.demo.load import Loader, analyze, lock_for_loading, reserve_ids
from referrals.demo.persons import Citizens, Numbers
from referrals.demo.places import LEAST_REFERRALS, Municipal, allocate, fortune
from referrals.demo.queue import Course, Inflow, Queue
from referrals.demo.rows import MODELS, PersonRow, ReferralRow
from referrals.demo.teams import Team, ordinal
from referrals.demo.town import Batch, Town
from referrals.demo.users import DEMO_USERS, MOSS
from referrals.demo.workdays import Workdays
from referrals.keyring import ring
from referrals.models import Category, Installation, NumberSeries, Person, Referral, Therapist, User
from referrals.permissions import Role

MONTHS = 61
BATCH = 2_000
IDS_AT_A_TIME = 1_000
HELPING = frozenset({CoverageState.OWN, CoverageState.PURCHASED, CoverageState.AGREEMENT})

Progress = Callable[[int], None]


class CannotSeed(Exception):
    """The database is not one to fill with a demo. The message is one line for whoever runs the command."""


@dataclass(frozen=True)
class Order:
    """What is asked for: so many referrals, received before the day `until`; the same for the same seed."""

    referrals: int
    seed: int
    until: date

    def stream(self, name: str) -> Random:
        """A stream of chance of its own, so that a change in one part leaves the others as they were."""
        return Random(f"{self.seed}:{name}")

    @property
    def since(self) -> date:
        """The first day of the data."""
        months = self.until.year * 12 + self.until.month - 1 - MONTHS
        return date(months // 12, months % 12 + 1, min(self.until.day, 28))


def seed(order: Order, on_progress: Progress) -> None:
    """Write the whole demo; `on_progress` is told how many referrals are written. Raises CannotSeed."""
    places = foundation.places()
    if not places:
        raise CannotSeed("There are no municipalities yet: run `manage.py load_registers` first.")
    if order.referrals < LEAST_REFERRALS:
        raise CannotSeed(f"--referrals must be at least {LEAST_REFERRALS}, some for every municipality.")
    with scoped(place.pk for place in places), transaction.atomic():
        lock_for_loading()
        _mark_as_demo()
        _Seeding(order, places, on_progress).run()
        analyze()


def _mark_as_demo() -> None:
    """Say that everything here is fictitious, which only an empty database can be told."""
    if Installation.objects.is_demo():
        raise CannotSeed(
            "The demo data are there already; nothing was changed. To start afresh, remove .data"
            " (or name a new database) and run `make demo`."
        )
    for model in (Installation, Referral, Person, Therapist, User):
        if model._default_manager.exists():
            raise CannotSeed(
                f"This database holds real data ({model.__name__}): the demo needs an empty one."
            )
    Installation.objects.create(id=1, is_demo=True)


class _Ids:
    """New primary keys, asked of the database some at a time."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        self._reserved: Iterator[int] = iter(())

    def __call__(self) -> int:
        pk = next(self._reserved, None)
        if pk is None:
            self._reserved = iter(reserve_ids(self._model, IDS_AT_A_TIME))
            pk = next(self._reserved)
        return pk


class _Seeding:
    """One run: what all municipalities share, then one after the other."""

    def __init__(self, order: Order, places: list[Municipal], on_progress: Progress) -> None:
        self.order, self.places, self.on_progress = order, places, on_progress
        self.workdays = Workdays(order.since, order.until)
        self.inflow = Inflow(self.workdays)
        template = foundation.template_days()
        self.fortunes = {
            place.code: fortune(place, order.stream(f"{place.code} fortune"), template) for place in places
        }
        self.category_ids = dict(Category.objects.values_list("code", "pk"))
        self.numbers, self.ring = Numbers(), ring()
        self.next_referral, self.next_person = _Ids(Referral), _Ids(Person)
        self.series: list[NumberSeries] = []
        self.written = 0

    def run(self) -> None:
        """Users, registers, workforce, then the referrals of each municipality."""
        order = self.order
        users = foundation.create_users(order.since)
        spans = coverage.plan(self.places, order.until, order.stream("coverage"))
        staff = workforce.staff(self.places, spans, order.until, order.stream("workforce"))
        leaves.add(staff, self.places, order.until, order.stream("leaves"))
        leaves.add_vacant(staff, spans, order.stream("vacant"))
        thin.add_other_posts(staff, spans, order.stream("other posts"))
        thin.add_thin(staff, order.until, order.stream("thin"))
        foundation.create_agreements_and_statements(
            self.places, spans, order.until, order.stream("agreements")
        )
        last_day = date.fromordinal(self.workdays.last())
        with Loader(MODELS) as loader:
            fortunes = {place.pk: self.fortunes[place.code] for place in self.places}
            foundation.create_priority_keys(loader, fortunes, order.since)
            teams = foundation.create_staff(loader, staff, self.places, users["terapeut"], MOSS, last_day)
            self._write_referrals(loader, spans, teams, users)
        rounds.play(users["koordinator"], MOSS, last_day)
        moss = next(place.pk for place in self.places if place.code == MOSS)
        errors.add(moss, users["koordinator"], last_day)
        reported.add(moss, users["koordinator"], last_day)

    def _write_referrals(
        self, loader: Loader, spans: Spans, teams: dict[str, Team], users: dict[str, User]
    ) -> None:
        counts = allocate(self.order.referrals, self.places)
        coordinators = {
            wanted.municipality: users[wanted.username].pk
            for wanted in DEMO_USERS
            if wanted.role == Role.COORDINATOR
        }
        batch = Batch.empty()
        for place in self.places:
            team, by_id = teams.get(place.code, Team(())), coordinators.get(place.code)
            for rows in self._played(place, spans[place.code], team, counts[place.code], by_id):
                batch.add(*rows)
                if batch.referrals == BATCH:
                    batch = self._written(loader, batch)
        self._written(loader, batch)
        NumberSeries.objects.bulk_create(self.series)

    def _played(
        self, place: Municipal, spans: list[Span], team: Team, count: int, by_id: int | None
    ) -> Iterator[tuple[ReferralRow, Case, PersonRow | None]]:
        """The referrals of one municipality, registered by the user `by_id`; keeps the last numbers given."""
        rng = self.order.stream(place.code)
        cases = Cases(place, team, self.workdays, rng, category_ids=self.category_ids, by_id=by_id)
        citizens = Citizens(place, rng, self.ring, self.numbers)
        town = Town(cases, citizens, rng, self.next_referral, self.next_person)
        yield from town.play(self._courses(place, spans, rng, count))
        self.series += [
            NumberSeries(municipality_id=place.pk, year=year, last=last)
            for year, last in cases.last_numbers.items()
        ]

    def _courses(self, place: Municipal, spans: list[Span], rng: Random, count: int) -> list[Course]:
        helped = [(ordinal(span.start), ordinal(span.end)) for span in spans if span.state in HELPING]
        queue = Queue(
            self.fortunes[place.code],
            self.workdays,
            rng,
            lambda day: any(start <= day < end for start, end in helped),
            self.inflow.weekly(count),
        )
        return queue.run(self.inflow.draw(rng, count))

    def _written(self, loader: Loader, batch: Batch) -> Batch:
        """Write a batch; returns an empty one for what comes next."""
        if batch.referrals:
            loader.write(batch.rows)
            if not self.written:
                analyze()  # foreign keys are checked by plans made once: not for tables that seem empty
            self.written += batch.referrals
            self.on_progress(self.written)
        return Batch.empty()
