"""What a run has measured: printed while it runs, all bars at its end, and kept in docs/bench.md by a whole run."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from tests.bench import bars
from tests.bench.bars import Bar

PAGE = settings.BASE_DIR / "docs" / "bench.md"
LARGEST = re.compile(r"up to ([\d ]+) referrals")
PACKAGES = ("Django", "psycopg", "django-tables2", "gunicorn", "duckdb")
KIB_PER_GIB = 1024 * 1024

INTRODUCTION = """\
# What was measured

A whole run of `make bench` writes this page; `make bench FULL=1` goes on to 5 million referrals, and a shorter run
leaves the figures of a longer one here. Measured is the product with row-level security, sign-in and logs on, on data
made for it: half a million a year in all municipalities, up to {size} referrals, of which 40 000 wait
at every size.

Ratios are judged, since both halves are of the same run. Milliseconds are of this machine and of what else it did, and
only stand below or above their target.
"""


@dataclass(frozen=True)
class Table:
    """`head` and `rows` have as many cells; the first column is words, the others are numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def as_text(self) -> str:
        """For the terminal."""
        lines = [self.head, *self.rows]
        widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
        shown = [
            "  ".join([first.ljust(widths[0]), *map(str.rjust, others, widths[1:])])
            for first, *others in lines
        ]
        return "\n".join([f"\n\n{self.title}", *filter(None, [self.note]), *shown])

    def as_markdown(self) -> str:
        """For the page."""
        lines = [self.head, ["---", *["---:"] * (len(self.head) - 1)], *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return "\n\n".join([f"## {self.title}", *filter(None, [self.note]), table])


class Report:
    """One run."""

    def __init__(self) -> None:
        self.largest = 0
        self._measured: dict[Bar, float] = {}
        self._tables: list[Table] = []
        self._facts = [
            (
                "load when it began, over 1, 5 and 15 minutes",
                "{:.1f}, {:.1f}, {:.1f}".format(*os.getloadavg()),
            )
        ]

    def measured(self, bar: Bar, value: float) -> None:
        """The last word about a bar."""
        self._measured[bar] = value

    def table(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> None:
        """Print a table at once, and keep it for the page."""
        self._tables.append(Table(title, head, rows, note))
        print(self._tables[-1].as_text(), flush=True)

    def fact(self, name: str, value: str) -> None:
        """Something about the run or the machine that belongs beside the figures."""
        self._facts.append((name, value))

    @property
    def is_empty(self) -> bool:
        """Nothing was measured: the run was of other tests."""
        return not self._measured

    @property
    def is_whole(self) -> bool:
        """Every bar was measured."""
        return set(self._measured) == set(bars.ALL)

    def bars(self) -> Table:
        """Every bar that was measured, in their order."""
        rows = [
            (bar.name, bar.aim, bar.shown(self._measured[bar]), bar.verdict(self._measured[bar]))
            for bar in bars.ALL
            if bar in self._measured
        ]
        return Table("Bars", ("bar", "target", "measured", ""), rows)

    def keep(self, page: Path, on: date) -> bool:
        """Write the page, unless the one that is there tells of more referrals; says whether it did."""
        known = LARGEST.search(page.read_text("utf-8")) if page.exists() else None
        if known and int(known[1].replace(" ", "")) > self.largest:
            return False
        facts = Table("The run", ("", ""), [("date", f"{on}"), *self._facts, *machine()])
        parts = [INTRODUCTION.format(size=f"{self.largest:,}".replace(",", " ")).strip()]
        parts += [table.as_markdown() for table in (self.bars(), facts, *self._tables)]
        page.write_text("\n\n".join(parts) + "\n", "utf-8")
        return True


def machine() -> list[tuple[str, str]]:
    """What the figures depend on; nothing that tells whose machine it is."""
    kib = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1])
    return [
        ("cores", f"{os.cpu_count()}"),
        ("memory", f"{kib / KIB_PER_GIB:.0f} GiB"),
        ("Python", platform.python_version()),
        *((name, version(name)) for name in PACKAGES),
    ]


REPORT = Report()
