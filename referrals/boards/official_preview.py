"""What a file of official figures would bring, counted for whoever looks at it before it is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from referrals.actions.official_statistics import Comparison, Figure
from referrals.boards.figures import Card
from referrals.choices import FigureStatus
from referrals.importers.official_statistics.figures import Reading, Skip
from referrals.importers.official_statistics.reading import said
from referrals.importers.rows import place_in_words
from referrals.norwegian import number
from referrals.templatetags.ergo import day_month_year

# Longer lists say how many more there are; the shell's JSON has all.
MOST_LISTED = 100
MOST_NAMED = 20


@dataclass(frozen=True)
class Day:
    """A content on one day: of how many municipalities, and of those by what stands in the cell."""

    counted_on: date
    count: int
    by_status: tuple[int, ...]


@dataclass(frozen=True)
class Content:
    """One content of the table, and its days, the newest first."""

    name: str
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Replaced:
    """A figure that the file replaces."""

    municipality: str
    counted_on: date
    before: str
    after: str
    place: str


@dataclass(frozen=True)
class Reason:
    """Why some of the file is passed over: how much, what of it first, and how much more."""

    text: str
    count: int
    shown: Sequence[Skip]

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.shown)


def cards(comparison: Comparison, reading: Reading) -> tuple[Card, ...]:
    """The four numbers of an import."""
    numbers = (
        (_("New figures"), len(comparison.created)),
        (_("Replace others"), len(comparison.replaced)),
        (_("Same as before"), comparison.same + comparison.kept),
        (_("Skipped"), len(reading.skips)),
    )
    return tuple(Card(label, number(count)) for label, count in numbers)


def contents(figures: Sequence[Figure]) -> list[Content]:
    """By content and day."""
    counted: dict[str, dict[date, Counter[FigureStatus]]] = {}
    for figure in figures:
        days = counted.setdefault(figure.contents, {})
        days.setdefault(figure.counted_on, Counter())[figure.status] += 1
    return [
        Content(name, tuple(_day(on, days[on]) for on in sorted(days, reverse=True)))
        for name, days in sorted(counted.items())
    ]


def _day(on: date, found: Counter[FigureStatus]) -> Day:
    return Day(on, found.total(), tuple(found[status] for status in FigureStatus))


def replaced(comparison: Comparison) -> list[Replaced]:
    """The first of those that are replaced, with before and after."""
    return [
        Replaced(
            str(one.figure.municipality),
            one.figure.counted_on,
            said(one.stored),
            said(one.figure),
            place_in_words(one.figure.row, one.figure.column),
        )
        for one in comparison.replaced[:MOST_LISTED]
    ]


def reasons(reading: Reading) -> list[Reason]:
    """What is passed over, by reason."""
    return [Reason(text, len(some), some[:MOST_NAMED]) for text, some in reading.reasons]


def before(comparison: Comparison) -> str:
    """That the very file has been imported already, and when; empty where it has not."""
    earlier = comparison.before
    if earlier is None:
        return ""
    return _("This very file was imported on %(day)s.") % {"day": day_month_year(earlier.imported_at)}
