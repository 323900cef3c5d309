"""Official figures, written from a file: all of them or none, and what a newer file says instead keeps its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from referrals.actions.transactions import action, one_at_a_time
from referrals.choices import FigureStatus, StaffingMeasure
from referrals.errors import FiguresChanged
from referrals.models import Municipality, StaffingDraft, StaffingFigure, StaffingImport, User

ROWS_AT_A_TIME = 5_000


@dataclass(frozen=True)
class Figure:
    """A figure of one of today's municipalities, and where in the file it stands."""

    municipality: Municipality
    counted_on: date
    measure: StaffingMeasure
    contents: str
    status: FigureStatus
    value: Decimal | None
    decimals: int
    is_provisional: bool
    row: int = 0
    column: str = ""

    @property
    def key(self) -> tuple[int, date, str]:
        """What there is one of in a source."""
        return self.municipality.pk, self.counted_on, self.contents

    def says_the_same_as(self, stored: StaffingFigure) -> bool:
        """Whether a stored figure needs no change."""
        return (self.status, self.value, self.measure, self.is_provisional) == (
            stored.status,
            stored.value,
            stored.measure,
            stored.is_provisional,
        )


@dataclass(frozen=True)
class Source:
    """A file: its name and fingerprint, and which table of whose it is, changed when, under which licence."""

    file_name: str
    digest: str
    table: str
    title: str
    publisher: str
    licence: str
    updated_at: datetime | None

    @property
    def name(self) -> str:
        """What figures from it name as their source, in Norwegian as its publisher writes it."""
        return f"{self.publisher}, {'tabell ' if self.table.isdigit() else ''}{self.table}"


@dataclass(frozen=True)
class Replacement:
    """A stored figure and what the file says instead."""

    stored: StaffingFigure
    figure: Figure


@dataclass(frozen=True)
class Comparison:
    """What a file would do to what is stored.

    `older`: the file is older than what it contradicts; `undated`: nobody can tell which of the two is newer. `kept`
    contradict the file, too, but it has been imported before: a newer one has replaced them since.
    """

    created: tuple[Figure, ...]
    replaced: tuple[Replacement, ...]
    older: tuple[Replacement, ...]
    undated: tuple[Replacement, ...]
    same: int
    kept: int
    before: StaffingImport | None

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.created or self.replaced)

    @property
    def state(self) -> str:
        """A short text that is another one when the same file would do something else."""
        counts = (len(self.created), len(self.replaced), len(self.older), len(self.undated), self.same)
        return "-".join(map(str, counts))


def compare(source: Source, figures: Sequence[Figure]) -> Comparison:
    """What the figures of a file would do. Reads only. 2 queries."""
    rows = StaffingFigure.objects.current().filter(source=source.name).select_related("batch", "municipality")
    stored = {(row.municipality_id, row.counted_on, row.contents): row for row in rows}
    before = StaffingImport.objects.filter(digest=source.digest).first()
    created = tuple(figure for figure in figures if figure.key not in stored)
    known = [Replacement(stored[figure.key], figure) for figure in figures if figure.key in stored]
    differing = [one for one in known if not one.figure.says_the_same_as(one.stored)]
    found: dict[str, list[Replacement]] = {"replaced": [], "older": [], "undated": []}
    for one in differing if before is None else ():
        found[_standing(source, one.stored)].append(one)
    return Comparison(
        created=created,
        **{name: tuple(some) for name, some in found.items()},
        same=len(known) - len(differing),
        kept=len(differing) if before else 0,
        before=before,
    )


def _standing(source: Source, stored: StaffingFigure) -> str:
    """Which of the two is newer, by the publisher's own word."""
    updated = stored.batch.updated_at if stored.batch else None
    if source.updated_at is None or updated is None or source.updated_at == updated:
        return "undated"
    return "replaced" if source.updated_at > updated else "older"


@action
def record(
    *, source: Source, figures: Sequence[Figure], skipped: int, seen: str = "", by: User | None, at: datetime
) -> StaffingImport | None:
    """Write what is new, and replace what the file says otherwise; nothing and None where nothing is new.

    `seen` is `Comparison.state` when somebody looked at what would happen, empty where nobody did. `skipped` is how
    much of the file is passed over. Raises FiguresChanged.
    """
    one_at_a_time("referrals_staffingfigure")
    found = compare(source, figures)
    if (seen and seen != found.state) or found.older or found.undated:
        raise FiguresChanged
    if not found.changes_anything:
        return None
    batch = StaffingImport.objects.create(
        **vars(source),
        imported_at=at,
        imported_by=by,
        created_count=len(found.created),
        replaced_count=len(found.replaced),
        same_count=found.same,
        skipped_count=skipped,
    )
    _write(batch, source, found)
    return batch


def _write(batch: StaffingImport, source: Source, found: Comparison) -> None:
    replaced = [one.stored.pk for one in found.replaced]
    StaffingFigure.objects.filter(pk__in=replaced).update(replaced_by=batch)
    figures = [*found.created, *(one.figure for one in found.replaced)]
    rows = [StaffingFigure(batch=batch, source=source.name, **_values(figure)) for figure in figures]
    StaffingFigure.objects.bulk_create(rows, batch_size=ROWS_AT_A_TIME)


def _values(figure: Figure) -> dict[str, Any]:
    return {name: value for name, value in vars(figure).items() if name not in ("row", "column")}


@action
def keep_draft(
    *, file_name: str, content: bytes, table: str, updated_on: date | None, by: User, at: datetime
) -> StaffingDraft:
    """Keep a file that is looked at before it is imported, in place of the user's earlier one."""
    values = {
        "file_name": file_name,
        "content": content,
        "table": table,
        "updated_on": updated_on,
        "sent_at": at,
    }
    return StaffingDraft.objects.update_or_create(user=by, defaults=values)[0]


@action
def drop_draft(*, by: User) -> None:
    """Throw away the user's file: it is imported, or not to be."""
    StaffingDraft.objects.filter(user=by).delete()
