"""What pages ask of the database: every query of each, how many rows it returns and how long it takes."""

import re
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.core.cache import caches
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext

from ergo import scope
from tests.bench.pages import Browser, Page

ROUNDS, REPEATS = 12, 4
PAGE_ROUNDS = 9
# What writes is not repeated, and the scope is sent anew before the queries are.
QUERY = re.compile(
    r"\s*(?:SELECT|WITH)\b(?!.*(?:set_config\(|\bINSERT INTO\b|\bFOR UPDATE\b))", re.IGNORECASE | re.DOTALL
)
VALUE = re.compile(r"'[^']*'|\b\d+\b")
TABLE = re.compile(r"FROM \(?(?:SELECT .*? FROM )?\"?(?:public\.)?(\w+)", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """A query of a page. `shape`: without its values; `nth`: of those of one shape on the page."""

    page: str
    shape: str
    nth: int

    @property
    def part(self) -> str:
        """Whether it reads the rows of a list, counts, or does something beside."""
        if "LIMIT ?" in self.shape and "referrals_person" in self.shape:
            return "rows"
        return "counts" if "COUNT(" in self.shape.upper() else "rest"

    def __str__(self) -> str:
        table = TABLE.search(self.shape)
        return f"{self.page}, {self.part}: {table[1] if table else self.shape[:40]}"


@dataclass(frozen=True)
class Answer:
    """How many rows came back, and after how many milliseconds: the fastest of the rounds."""

    rows: int
    milliseconds: float


@dataclass(frozen=True)
class Measured:
    """What was found of pages at one size: each query, and the median milliseconds of each whole page."""

    answers: dict[Asked, Answer]
    pages: dict[str, float]

    def of(self, page: str, queries: Collection[Asked]) -> float:
        """Milliseconds of the page's queries among these, together."""
        return sum(self.answers[query].milliseconds for query in queries if query.page == page)


def measure(pages: Sequence[tuple[Page, Collection[int]]]) -> Measured:
    """Ask for each page, then repeat its queries within the municipalities that its reader has in scope."""
    browser, answers, whole = Browser(), {}, {}
    for page, reach in pages:
        browser.ask(page)
        statements = _statements(browser, page)
        whole[page.name] = server_time(browser, page)
        with scope.scoped(reach), transaction.atomic():
            answers |= answered(page.name, statements)
    return Measured(answers, whole)


def answered(page: str, statements: Iterable[str]) -> dict[Asked, Answer]:
    """What the queries among the statements answer, in the transaction and the scope that there are."""
    seen: Counter[str] = Counter()
    found = {}
    with connection.cursor() as cursor:
        for statement in filter(QUERY.match, statements):
            shape = VALUE.sub("?", statement)
            found[Asked(page, shape, seen[shape])] = _answer(cursor, statement)
            seen[shape] += 1
    return found


def server_time(browser: Browser, page: Page) -> float:
    """The median milliseconds of a page that was asked for before."""
    return sorted(browser.ask(page) for _round in range(PAGE_ROUNDS))[PAGE_ROUNDS // 2]


def processor_time(browser: Browser, page: Page) -> float:
    """The fewest milliseconds that this process itself works for a page, whatever the database and others do."""

    def worked() -> float:
        began = time.process_time()
        browser.ask(page)
        return (time.process_time() - began) * 1000

    return min(worked() for _round in range(PAGE_ROUNDS))


def _statements(browser: Browser, page: Page) -> list[str]:
    """Those of a page for which nothing is remembered from the last."""
    for cache in caches.all():
        cache.clear()
    with CaptureQueriesContext(connection) as captured:
        browser.ask(page)
    return [query["sql"] for query in captured.captured_queries]


def _answer(cursor: CursorWrapper, statement: str) -> Answer:
    """The fastest of the rounds: whatever else the machine does only makes it slower."""
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        for _repeat in range(REPEATS):
            cursor.execute(statement)
            rows = cursor.fetchall()
        times.append((time.perf_counter() - began) * 1000 / REPEATS)
    return Answer(len(rows), min(times))


def comparable(first: Measured, last: Measured) -> list[Asked]:
    """The queries that are asked at both sizes and return as many rows at each."""
    return [
        asked
        for asked, answer in first.answers.items()
        if asked in last.answers and last.answers[asked].rows == answer.rows
    ]


def growth(asked: Asked, first: Measured, last: Measured) -> float:
    """How much slower the query is at the last size than at the first."""
    return last.answers[asked].milliseconds / first.answers[asked].milliseconds
