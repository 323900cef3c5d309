"""The map of the municipalities' boundaries, put in the place of the one that stood there: all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from referrals.actions.transactions import action, one_at_a_time
from referrals.models import BoundaryArea, BoundaryMap, Municipality, User


@dataclass(frozen=True)
class Area:
    """An area as it is drawn: of a municipality, or of a sea with a `name`. In the units of the drawing."""

    municipality: Municipality | None
    name: str
    path: str
    x: int
    y: int


@dataclass(frozen=True)
class Source:
    """A file of boundaries: its name and fingerprint, of which year, whose, under which licence, in which system."""

    file_name: str
    digest: str
    year: int
    publisher: str
    licence: str
    reference_system: str


@dataclass(frozen=True)
class Drawing:
    """All areas within a frame of `width` × `height` units. `with_sea`: the boundaries go out into the sea."""

    width: int
    height: int
    with_sea: bool
    areas: Sequence[Area]


def shown(source: Source) -> bool:
    """Whether the map that is shown is of this very file and year. One query."""
    newest = BoundaryMap.objects.newest_first().first()
    return newest is not None and (newest.digest, newest.year) == (source.digest, source.year)


@action
def record(*, source: Source, drawing: Drawing, by: User | None, at: datetime) -> BoundaryMap | None:
    """Show this map from now on; nothing and None where it is shown already. Of earlier ones the file's facts stay."""
    one_at_a_time("referrals_boundarymap")
    if shown(source):
        return None
    BoundaryArea.objects.all().delete()
    made = BoundaryMap.objects.create(
        **vars(source),
        width=drawing.width,
        height=drawing.height,
        with_sea=drawing.with_sea,
        imported_at=at,
        imported_by=by,
    )
    BoundaryArea.objects.bulk_create(BoundaryArea(map=made, **vars(area)) for area in drawing.areas)
    return made
