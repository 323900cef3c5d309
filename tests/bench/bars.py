"""The bars: what is measured in one run of `make bench`, and how good it shall be.

Ratios are judged, since both halves come from the same run. Milliseconds are this machine's, and only stand beside
their target. A bar that is missed is printed as missed; nothing fails.
"""

from dataclasses import dataclass

RATIO, MILLISECONDS, COUNT = "×", "ms", ""


@dataclass(frozen=True)
class Bar:
    """`target`: at most so much; `at_least`: or more."""

    name: str
    target: float
    unit: str = RATIO
    at_least: bool = False

    @property
    def aim(self) -> str:
        """The target as it is printed."""
        return f"{'≥' if self.at_least else '≤'} {self.shown(self.target)}"

    def shown(self, value: float) -> str:
        """A value with its unit: 1.20×, 20.0 ms, 0."""
        if self.unit == MILLISECONDS:
            return f"{value:.1f} ms"
        return f"{value:.2f}×" if self.unit == RATIO else f"{value:.0f}"

    def verdict(self, value: float) -> str:
        """Whether it is met; of milliseconds only on which side they are."""
        is_met = value >= self.target if self.at_least else value <= self.target
        if self.unit == MILLISECONDS:
            return "below" if is_met else "above"
        return "met" if is_met else "missed"


LIST_TO_STOCK = Bar("stock django-tables2 and FilterView ÷ our list page", 6, at_least=True)
LIST_TO_LOOP = Bar("a plain template loop ÷ our list page", 1.5, at_least=True)
LIST_TO_CONSTANT = Bar("our list page ÷ a constant view", 25)
NATION = Bar("dashboard of the nation, database time", 20, MILLISECONDS)
NATION_GROWTH = Bar("dashboard of the nation, queries with as many rows: largest ÷ smallest size", 1.2)
EXACTNESS = Bar("kept figures that differ from a count of the rows", 0, COUNT)
REFRESH = Bar("refresh of today, all scopes, after a minute's writes", 100, MILLISECONDS)
ANEW = Bar("the figures of today all worked out anew", 100, MILLISECONDS)
LIVE_PLACE = Bar("live statistics of the largest municipality", 3, MILLISECONDS)
LIVE_TO_DUCKDB = Bar("live statistics of the nation ÷ DuckDB", 1.5)
PAST_TO_DUCKDB = Bar("any past day, municipality × priority, with pauses ÷ DuckDB", 1.5)
QUERY_GROWTH = Bar("the query that grows most of all pages: largest ÷ smallest size", 1.5)
SERVER_TIME = Bar("server time of the list, a case and a dashboard, the slowest", 60, MILLISECONDS)
ANY_SERVER_TIME = Bar("server time of any page measured, the slowest", 150, MILLISECONDS)
COVERAGE_SERVER_TIME = Bar(
    "server time of the pages of coverage with ten years of history, the slowest", 150, MILLISECONDS
)
LIST_P95 = Bar("60 people at work: list, p95", 150, MILLISECONDS)
WRITE_P95 = Bar("60 people at work: write, p95", 150, MILLISECONDS)
ERRORS = Bar("60 people at work: errors", 0, COUNT)

ALL = (
    LIST_TO_STOCK, LIST_TO_LOOP, LIST_TO_CONSTANT, NATION, NATION_GROWTH, EXACTNESS, REFRESH, ANEW,
    LIVE_PLACE, LIVE_TO_DUCKDB, PAST_TO_DUCKDB, QUERY_GROWTH, SERVER_TIME, ANY_SERVER_TIME, COVERAGE_SERVER_TIME,
    LIST_P95, WRITE_P95, ERRORS,
)  # fmt: skip
