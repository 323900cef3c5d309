"""The map of boundaries that is shown, whoever asks: it is published, and says nothing of anybody."""

from dataclasses import dataclass

from referrals.models import BoundaryArea, BoundaryMap


@dataclass(frozen=True)
class Outline:
    """An area: of a municipality by its id, or of a sea by its name. `path` as SVG has it, the sign at `x`, `y`."""

    municipality_id: int | None
    name: str
    path: str
    x: int
    y: int


@dataclass(frozen=True)
class Boundaries:
    """The map, in units of its own, with what has to be said of where it is from."""

    year: int
    publisher: str
    licence: str
    with_sea: bool
    width: int
    height: int
    outlines: tuple[Outline, ...]


def current() -> Boundaries | None:
    """The newest map, None where none was ever imported. Two queries, one where there is none."""
    found = BoundaryMap.objects.newest_first().first()
    if found is None:
        return None
    rows = BoundaryArea.objects.filter(map=found).order_by("pk")
    columns = rows.values_list("municipality_id", "name", "path", "x", "y")
    return Boundaries(
        year=found.year,
        publisher=found.publisher,
        licence=found.licence,
        with_sea=found.with_sea,
        width=found.width,
        height=found.height,
        outlines=tuple(Outline(*row) for row in columns),
    )
