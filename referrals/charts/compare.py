"""Now against a year ago, one row a municipality or a measure: two bars on one scale, the newer one the heavier."""

from collections.abc import Sequence
from dataclasses import dataclass

from referrals.charts.scales import Scale, rounded

MOST_ROWS = 8
PAPER_WIDTH = 100  # the bars of a row stretch with the page, so they are drawn as shares of it
LEAST_WIDTH = 0.8  # of a bar of what is not nothing


@dataclass(frozen=True)
class Amount:
    """A value with its text as it is written: 48 days, 62 %, <5. Without a value nothing can be drawn.

    `is_hidden`: there is a value which may not be shown, and the text says why.
    """

    value: float | None
    text: str
    is_hidden: bool = False
    href: str = ""


@dataclass(frozen=True)
class Compared:
    """What is compared. `words` say the difference ("12 days shorter"). `is_own`: the one the page is about."""

    label: str
    now: Amount
    before: Amount
    words: str
    is_own: bool = False


@dataclass(frozen=True)
class DrawnBar:
    """A bar from the left edge; hidden: a mark of fixed width instead."""

    width: float
    of: Amount


@dataclass(frozen=True)
class ComparedRow:
    """A row, drawn."""

    of: Compared
    now: DrawnBar
    before: DrawnBar


@dataclass(frozen=True)
class Comparison:
    """The rows in the order given, ready to draw."""

    rows: tuple[ComparedRow, ...]
    paper_width: float = PAPER_WIDTH

    @property
    def is_empty(self) -> bool:
        """Whether there is no row, or nothing known in any."""
        amounts = [amount for row in self.rows for amount in (row.of.now, row.of.before)]
        return all(amount.value is None and not amount.is_hidden for amount in amounts)


def compare(rows: Sequence[Compared]) -> Comparison:
    """Draws all rows on one scale from zero. Raises ValueError for more rows than one takes in at a glance."""
    if len(rows) > MOST_ROWS:
        raise ValueError(f"{len(rows)} rows: no more than {MOST_ROWS} can be compared.")
    values = [amount.value or 0 for row in rows for amount in (row.now, row.before)]
    scale = Scale(max(values, default=0), 0, PAPER_WIDTH)
    return Comparison(tuple(ComparedRow(row, _bar(row.now, scale), _bar(row.before, scale)) for row in rows))


def _bar(amount: Amount, scale: Scale) -> DrawnBar:
    width = max(scale(amount.value), LEAST_WIDTH) if amount.value else 0
    return DrawnBar(rounded(width), amount)
