"""Up to ten years of the nation: what pages and figures cost as history grows, beside a column engine, and with sixty
people at work.

0.1 and 1 million referrals; with FULL=1 also 5 million. One country, which grows from size to size.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from statistics import median

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from ergo import scope
from ergo.database import Purpose
from referrals.actions import rollups
from referrals.choices import Status
from referrals.models import Employment, Municipality, Referral
from referrals.permissions import Access, Grant, Role
from referrals.reports import flow, own_rows, waiting_times
from referrals.reports.periods import WEEKS_A_QUARTER, last_weeks
from referrals.reports.scopes import Scope
from referrals.views.clock import now, today
from tests.bench import asked, bars, crowd, duck, staff, tables
from tests.bench.asked import Measured
from tests.bench.growth import Country
from tests.bench.pages import Browser
from tests.bench.report import REPORT
from tests.harness.app_role import as_the_counting_role, connected_for

pytestmark = [pytest.mark.bench, pytest.mark.usefixtures("transactional_db")]

SIZES = [100_000, 1_000_000, *([5_000_000] if os.environ.get("FULL") else [])]
ROUNDS = 9
DAYS_SHOWN = 64  # today, 13 weeks and a year before, and the month-ends of the trend
DAYS_CHECKED = 5
DAYS_BACK = (400, 1_200, 2_500)
INSERTS = 100
WRITES_A_MINUTE = 40
"""What the whole country writes in one minute of a working day, in as many municipalities."""
MOST_SHOWN = 10
NATION = "dashboard of the nation"
COPY_OF_ONE = """
INSERT INTO referrals_referral (
    municipality_id, number, person_id, category_id, received_on, seniority_on, registered_at, source, channel,
    handling, urgency, reason, what_matters, referrer_name, referrer_phone, external_reference, status, outcome,
    changed_at, version)
SELECT municipality_id, %s, person_id, category_id, received_on, seniority_on, registered_at, source, channel, handling,
    '', '', '', '', '', '', 'received', '', changed_at, 1
FROM referrals_referral WHERE id = %s
"""


@pytest.fixture(scope="module")
def country(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Country]:
    """In the test database, committed to and emptied at the end. It is empty at first."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            REPORT.fact("PostgreSQL", cursor.connection.info.parameter_status("server_version"))
        yield Country(today())
        tables.start_afresh()


def grown(country: Country, size: int) -> None:
    """The country at this size, with its figures worked out."""
    if country.size >= size:
        return
    began = time.monotonic()
    country.grow(size)
    made = time.monotonic() - began
    rollups.refresh(today=today(), at_most=DAYS_SHOWN)
    country.analyze()
    REPORT.largest = size
    REPORT.fact(
        f"made {size:,} referrals", f"{made:.0f} s, their figures {time.monotonic() - began - made:.0f} s"
    )


# ---------------------------------------------------------------- figures and pages, size by size


def test_figures_and_pages_as_history_grows(country: Country, as_served: None) -> None:
    figures, nations, measured = [], [], []
    for size in SIZES:
        grown(country, size)
        figures.append(_figures())
        nations.append(_national_dashboard())
        measured.append(asked.measure(staff.pages(staff.places_by_size()[0])))
    _report_figures(figures, nations)
    _report_pages(measured)


def _figures() -> dict[str, float]:
    """Milliseconds of the figures, and how many of those that are kept differ from a count."""
    place = staff.places_by_size()[0]
    marked, unmarked = _inserts()
    found = {
        "refresh": min(_refreshes()),
        "today anew": _fastest(lambda: rollups.roll(today()), ROUNDS),
        "municipality": _times(lambda: _live(place), [place.pk]),
        "differing": len(rollups.check(at_most=DAYS_CHECKED).differences),
        "insert": marked,
        "unmarked": unmarked,
    }
    assert found["differing"] == 0
    return found


def _report_figures(figures: list[dict[str, float]], nations: list[Measured]) -> None:
    """Of the nation's dashboard growth is judged by the queries that return as many rows at every size."""
    as_many = asked.comparable(nations[0], nations[-1])
    for found, nation in zip(figures, nations, strict=True):
        found["nation"] = nation.of(NATION, nation.answers)
        found["as many rows"] = nation.of(NATION, as_many)
    first, last = figures[0], figures[-1]
    REPORT.measured(bars.NATION, last["nation"])
    REPORT.measured(bars.NATION_GROWTH, last["as many rows"] / first["as many rows"])
    REPORT.measured(bars.REFRESH, last["refresh"])
    REPORT.measured(bars.ANEW, last["today anew"])
    REPORT.measured(bars.LIVE_PLACE, last["municipality"])
    REPORT.measured(bars.EXACTNESS, sum(found["differing"] for found in figures))
    named = {
        "dashboard of the nation, database time": "nation",
        f"{len(as_many)} of its {len(nations[-1].answers)} queries, which return as many rows": "as many rows",
        f"refresh of today, all scopes, after {WRITES_A_MINUTE} writes": "refresh",
        "figures of today anew, all scopes": "today anew",
        "live statistics of the largest municipality": "municipality",
        "insert of one referral": "insert",
        "the same without the triggers that mark": "unmarked",
    }
    rows = [
        (name, *(f"{found[key]:.2f}" for found in figures), f"{last[key] / first[key]:.2f}×")
        for name, key in named.items()
    ]
    note = (
        "The fastest of several rounds, but for the inserts: medians of rounds that take turns. The smallest has fewer"
        " month-ends in the nation's trend."
    )
    REPORT.table("Figures as history grows", ("milliseconds", *_sizes(), "largest ÷ smallest"), rows, note)


def _report_pages(measured: list[Measured]) -> None:
    """Each page by what its queries are for, then the queries that grow most."""
    first, last = measured[0], measured[-1]
    same = asked.comparable(first, last)
    rows = []
    for page, part in product(last.pages, ("rows", "counts", "rest")):
        queries = [query for query in same if (query.page, query.part) == (page, part)]
        if queries:
            times = [found.of(page, queries) for found in measured]
            shown = (f"{time:.2f}" for time in times)
            rows.append((f"{page}: {part}", f"{len(queries)}", *shown, f"{times[-1] / times[0]:.2f}×"))
    note = (
        "Milliseconds of the database for queries that return as many rows at every size. The smallest is two months of"
        " history: what counts those who started in a year counts more at the others."
    )
    REPORT.table("Queries of pages", ("page", "queries", *_sizes(), "largest ÷ smallest"), rows, note)
    _report_slowest(measured)
    worst = sorted(same, key=lambda query: -asked.growth(query, first, last))
    REPORT.measured(bars.QUERY_GROWTH, asked.growth(worst[0], first, last))
    rows = [
        (
            str(query),
            *(f"{found.answers[query].milliseconds:.3f}" for found in (first, last)),
            f"{asked.growth(query, first, last):.2f}×",
        )
        for query in worst[:MOST_SHOWN]
    ]
    head = ("page, part, first table; milliseconds", "smallest", "largest", "largest ÷ smallest")
    REPORT.table("The queries that grow most", head, rows)


def _report_slowest(measured: list[Measured]) -> None:
    """Server time of whole pages, sign-in and logs included."""
    pages = measured[-1].pages
    narrow = [took for name, took in pages.items() if not name.startswith("search")]
    REPORT.measured(bars.SERVER_TIME, max(narrow))
    REPORT.measured(bars.ANY_SERVER_TIME, max(pages.values()))
    rows = [(page, *(f"{found.pages[page]:.1f}" for found in measured)) for page in pages]
    REPORT.table("Server time of whole pages", ("milliseconds", *_sizes()), rows)


def _sizes() -> list[str]:
    return [f"{size / 1_000_000:g} M" for size in SIZES]


def _national_dashboard() -> Measured:
    """What its two reports ask of the database, by query."""
    with scope.scoped([]), transaction.atomic():
        with CaptureQueriesContext(connection) as captured:
            waiting_times.build(Scope.nation(), today(), data_as_of=now())
            flow.build(Scope.nation(), last_weeks(today(), WEEKS_A_QUARTER), data_as_of=now())
        statements = (query["sql"] for query in captured.captured_queries)
        return Measured(asked.answered(NATION, statements), {})


def _live(place: Municipality) -> None:
    """Counted from the rows, as for own staff whose kept figures are outdated."""
    access = Access(grants=(Grant(Role.MANAGER, place.pk),))
    own_rows.waiting(today(), Scope.municipality(place, access), in_full=True)


def _times(ask: Callable[[], None], reach: list[int]) -> float:
    """Milliseconds of the statements that this becomes."""

    def again() -> None:
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()

    with scope.scoped(reach), transaction.atomic(), connection.cursor() as cursor:
        with CaptureQueriesContext(connection) as captured:
            ask()
        statements = [query["sql"] for query in captured.captured_queries]
        again()
        return _fastest(again, 3 * ROUNDS)


def _fastest(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds; whatever else the machine does only makes it slower, and each size has its own moment."""
    return min(_milliseconds(work) for _round in range(rounds))


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _refreshes() -> Iterator[float]:
    """Milliseconds to bring all figures of today up to date after what is written in a minute, time and again."""
    for _round in range(ROUNDS):
        _assess_in_many_places()
        yield _milliseconds(lambda: rollups.refresh(today=today(), at_most=1))


def _assess_in_many_places() -> None:
    """One of those who wait unassessed in each of some municipalities is given a priority today."""
    with scope.scoped(Municipality.objects.values_list("pk", flat=True)), transaction.atomic():
        unassessed = Referral.objects.filter(wait_end=None, priority=None).order_by("municipality_id", "pk")
        chosen = unassessed.distinct("municipality_id").values_list("pk", flat=True)[:WRITES_A_MINUTE]
        changed = Referral.objects.filter(pk__in=list(chosen)).update(
            priority=2, prioritised_on=today(), status=Status.WAITING
        )
    assert changed == WRITES_A_MINUTE


def _inserts() -> tuple[float, float]:
    """Milliseconds for one referral with the triggers that mark, and without; rounds that take turns."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for _round in range(ROUNDS):
        times[True].append(_insert_many())
        with _unmarked():
            times[False].append(_insert_many())
    return median(times[True]), median(times[False])


def _insert_many() -> float:
    """Everything is taken back."""
    with scope.scoped(Municipality.objects.values_list("pk", flat=True)), transaction.atomic():
        pattern = Referral.objects.order_by("-pk").values_list("pk", flat=True)[0]
        with connection.cursor() as cursor:
            took = _milliseconds(
                lambda: [cursor.execute(COPY_OF_ONE, [f"1999-{n:06}", pattern]) for n in range(INSERTS)]
            )
        transaction.set_rollback(True)
    return took / INSERTS


@contextmanager
def _unmarked() -> Iterator[None]:
    _switch_marks("DISABLE")
    try:
        yield
    finally:
        _switch_marks("ENABLE")
        connection.ensure_connection()  # in the scope of all, before anybody narrows it


def _switch_marks(verb: str) -> None:
    with connected_for(Purpose.OWN), connection.cursor() as cursor:
        for trigger in ("mark_added", "mark_end_added"):
            cursor.execute(f"ALTER TABLE referrals_referral {verb} TRIGGER {trigger}")


# ---------------------------------------------------------------- at the largest size


def test_pages_of_coverage(country: Country, as_served: None) -> None:
    """The whole country with ten years of posts, agreements and statements; alone, at the smallest size."""
    grown(country, SIZES[0])
    browser, rows = Browser(), []
    for page in staff.pages_of_coverage(staff.places_by_size()[0]):
        browser.ask(page)
        with CaptureQueriesContext(connection) as captured:
            browser.ask(page)
        queries = [float(query["time"]) for query in captured.captured_queries]
        took = asked.server_time(browser, page)
        own = asked.processor_time(browser, page)
        rows.append((page.name, f"{len(queries)}", f"{sum(queries) * 1000:.0f}", f"{own:.0f}", took))
    REPORT.measured(bars.COVERAGE_SERVER_TIME, max(took for *_others, took in rows))
    REPORT.table(
        "Pages of coverage",
        ("page", "queries", "ms in the database", "ms of our processor", "ms"),
        [(*others, f"{took:.1f}") for *others, took in rows],
        f"All municipalities with the {Employment.objects.count()} posts of ten years; {country.size:,} referrals.",
    )


def test_figures_against_duckdb(country: Country, tmp_path: Path) -> None:
    """First the same figures, then how long each takes for them, in rounds that take turns."""
    grown(country, SIZES[-1])
    past = [(f"{back} days ago", today() - timedelta(days=back)) for back in DAYS_BACK]
    questions = [("live, nation and counties", duck.OUR_LIVE, duck.LIVE, today())]
    questions += [(f"{name}, municipality × priority", duck.OUR_PAST, duck.PAST, day) for name, day in past]
    rows, ratios = [], []
    with as_the_counting_role():
        other = duck.Duck(tmp_path)
        for name, ours, theirs, day in questions:
            assert duck.comparable(duck.ours(ours, day)) == duck.comparable(other.ask(theirs, day))
            mine, its = _side_by_side(ours, theirs, day, other)
            ratios.append(mine / its)
            rows.append((name, f"{mine:.1f}", f"{its:.1f}", f"{mine / its:.2f}×"))
    REPORT.measured(bars.LIVE_TO_DUCKDB, ratios[0])
    REPORT.measured(bars.PAST_TO_DUCKDB, max(ratios[1:]))
    note = f"On {country.size:,} referrals, with the same figures from both; the slowest of the past days is judged."
    REPORT.table("Against DuckDB", ("milliseconds", "PostgreSQL", "DuckDB", "ratio"), rows, note)


def _side_by_side(ours: str, theirs: str, day: date, other: duck.Duck) -> tuple[float, float]:
    mine, its = [], []
    for _round in range(ROUNDS):
        mine.append(_milliseconds(lambda: duck.ours(ours, day)))
        its.append(_milliseconds(lambda: other.ask(theirs, day)))
    return median(mine), median(its)


def test_many_at_work(country: Country, as_served: None, tmp_path: Path) -> None:
    """50 coordinators and 10 managers, each in a browser of their own, on the app as the demo is served."""
    grown(country, SIZES[-1])
    rollups.refresh(today=today())  # all that is due, as it is where a worker has run for some hours
    found = crowd.at_work(staff.places_by_size(), tmp_path)
    REPORT.measured(bars.LIST_P95, found.percentile("list", 95))
    REPORT.measured(bars.WRITE_P95, found.percentile("write", 95))
    REPORT.measured(bars.ERRORS, len(found.errors))
    rows = [
        (kind, f"{len(found.times[kind])}", *(f"{found.percentile(kind, nth):.0f}" for nth in (50, 95, 99)))
        for kind in sorted(found.times)
    ]
    REPORT.table(
        "Sixty people at work", ("milliseconds", "requests", "p50", "p95", "p99"), rows, found.summary
    )
    for error in found.errors[:MOST_SHOWN]:
        print(error)
