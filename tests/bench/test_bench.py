"""What a page costs against an empty one, and what seeding costs against a raw COPY of the same rows."""

import re
import time
from collections.abc import Callable, Iterator
from statistics import median

import pytest
from django.core.cache import cache
from pytest_django import DjangoDbBlocker

from referrals.demo.seed import Order, seed
from referrals.demo.users import MOSS
from referrals.models import Referral
from referrals.views.clock import today
from tests.bench import bars, tables
from tests.bench.pages import Browser, Page
from tests.bench.report import REPORT

pytestmark = [pytest.mark.bench, pytest.mark.usefixtures("transactional_db")]

DEFAULT_SIZE, SMALL_SIZE = 60_000, 20_000
SEEDING_ROUNDS = 3
PAGE_ROUNDS, REQUESTS_A_ROUND = 9, 15


@pytest.fixture(scope="module", autouse=True)
def own_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, committed to and emptied at the end."""
    with django_db_blocker.unblock():
        yield
        tables.start_afresh()


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def order(referrals: int) -> Order:
    return Order(referrals, seed=1, until=today())


def silent(_done: int) -> None:
    """Nobody watches."""


def test_seeding_against_raw_copy():
    """Each round empties the database, seeds it, and copies the same rows into twin tables."""
    print("\n\nSeeding against raw COPY of the same rows (twin tables: same indexes, keys and triggers)")
    print(f"{'referrals':>10} {'rows':>9} {'seeding':>9} {'raw COPY':>9} {'rows/s':>9} {'of COPY':>8}")
    with_ratio = [measured(SMALL_SIZE) for _round in range(SEEDING_ROUNDS)]
    print(f"{'median':>51} {median(with_ratio):>8.2f}")
    measured(DEFAULT_SIZE)


def measured(referrals: int) -> float:
    """Seed so many; print the row; the speed as a share of COPY's."""
    tables.start_afresh()
    seeding = timed(lambda: seed(order(referrals), silent))
    found = tables.dumps()
    rows = sum(dump.rows for dump in found)
    with tables.twins():
        copying = timed(lambda: tables.copy_into_twins(found))
    ratio = copying / seeding
    print(
        f"{referrals:>10,} {rows:>9,} {seeding:>7.1f} s {copying:>7.1f} s {rows / seeding:>9,.0f} {ratio:>8.2f}"
    )
    return ratio


@pytest.fixture
def demo() -> None:
    """The demo at its default size; what the other measurement left is used."""
    if Referral.objects.count() != DEFAULT_SIZE:
        tables.start_afresh()
        seed(order(DEFAULT_SIZE), silent)
    cache.clear()


def test_pages_against_a_constant_view(demo, as_served):
    """Medians over rounds in which every page has its turn."""
    floor = Page("constant view, nobody signed in", "/constant/")
    pages = [
        floor,
        Page.seen_by("koordinator", "constant view, signed in", "/constant/"),
        Page.seen_by("koordinator", "waitlist, Moss, 50 rows", f"/k/{MOSS}/venteliste/"),
        Page.seen_by("koordinator", "waitlist, over target", f"/k/{MOSS}/venteliste/?over_target=on"),
        Page.seen_by("terapeut", "own cases", "/mine/"),
        Page.seen_by("leder", "dashboard, Moss", f"/oversikt/{MOSS}/"),
        Page.seen_by("nasjonal", "dashboard, the nation", "/oversikt/landet/"),
        Page.seen_by("nasjonal", "coverage", "/dekning/"),
    ]
    times = _interleaved(pages)
    print(f"\n\nPages on {DEFAULT_SIZE:,} referrals, median of {PAGE_ROUNDS} interleaved rounds")
    print(f"{'page':<36} {'ms':>8} {'÷ constant':>11}")
    for page in pages:
        took = median(times[page.name])
        print(f"{page.name:<36} {took:>8.2f} {took / median(times[floor.name]):>11.1f}")
    REPORT.measured(bars.LIST_TO_CONSTANT, median(times[pages[2].name]) / median(times[floor.name]))


def test_the_list_against_the_libraries_own(demo, as_served):
    """The same rows, columns and filters; beside ours the read log is not written."""
    ours = Page.seen_by("koordinator", "our waitlist", f"/k/{MOSS}/venteliste/")
    others = {
        Page.seen_by("koordinator", "django-tables2 and FilterView", f"/stock/{MOSS}/"): bars.LIST_TO_STOCK,
        Page.seen_by("koordinator", "a plain template loop", f"/loop/{MOSS}/"): bars.LIST_TO_LOOP,
    }
    browser = Browser()
    for page in others:
        assert _cells(browser.read(page)) == _cells(browser.read(ours)), page.name
    times = _interleaved([ours, *others])
    print(f"\n\nThe list of Moss, 50 rows, median of {PAGE_ROUNDS} interleaved rounds")
    print(f"{'page':<36} {'ms':>8} {'÷ ours':>8} {'target':>8}")
    print(f"{ours.name:<36} {median(times[ours.name]):>8.2f}")
    for page, bar in others.items():
        took = median(times[page.name])
        ratio = took / median(times[ours.name])
        print(f"{page.name:<36} {took:>8.2f} {ratio:>8.2f} {bar.aim:>8}")
        REPORT.measured(bar, ratio)


def _cells(page: str) -> list[str]:
    """The texts of the table's body, cell by cell."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    found = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", body, re.DOTALL)
    return [re.sub(r"<[^>]*>|\s+", "", cell) for cell in found]


def _interleaved(pages: list[Page]) -> dict[str, list[float]]:
    """Milliseconds of each page by its name, a median a round; every page has its turn in each."""
    browser = Browser()
    times: dict[str, list[float]] = {page.name: [] for page in pages}
    for page in pages:
        browser.ask(page)  # templates are compiled, statements prepared
    for _round in range(PAGE_ROUNDS):
        for page in pages:
            times[page.name] += [median(browser.ask(page) for _request in range(REQUESTS_A_ROUND))]
    return times
