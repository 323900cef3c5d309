"""Coverage on the map of boundaries: the same tones, words and links as on the tiles, on the areas as they are."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.boards.coverage_tiles import BY_STATE, Shading, shading
from referrals.charts.areas import Area, AreaMap, Sea, area_map
from referrals.charts.tiles import MOST_STEPS
from referrals.choices import CoverageState
from referrals.norwegian import number
from referrals.reports.boundaries import Boundaries, Outline
from referrals.reports.coverage import CoverageReport, MunicipalityCoverage

# More are not named one by one.
MOST_NAMED = 5
# The tones of numbers, which would not fit in so small areas; what is hidden or not known has q0 and its sign.
NUMBER_TONES = frozenset(f"q{place}" for place in range(1, MOST_STEPS + 1))


@dataclass(frozen=True)
class BoundaryBoard:
    """The map with what it says of where it is from; without a map, `problem` says what does not match."""

    map: AreaMap | None
    title: str
    year: int
    credit: str
    sentence: str
    problem: str


def boundary_board(
    report: CoverageReport,
    found: Boundaries | None,
    address: Callable[[str], str],
    county: str,
    shade: str = BY_STATE,
) -> BoundaryBoard | None:
    """The report's municipalities, coloured as the tiles, on the boundaries that are shown.

    None where no map was ever imported.
    """
    if found is None:
        return None
    problem, by = _mismatch(report, found), shading(report, shade)
    return BoundaryBoard(
        map=None if problem else _drawn(report, found, address, county, by),
        title=by.title_on_map,
        year=found.year,
        credit=f"{found.publisher}, {found.licence}",
        sentence=_sentence(found),
        problem=problem,
    )


def _drawn(
    report: CoverageReport, found: Boundaries, address: Callable[[str], str], county: str, by: Shading
) -> AreaMap:
    rows = {row.pk: row for row in report.rows}
    areas = (_area(rows[one.municipality_id], one, address, county, by) for one in _own(found))
    seas = (Sea(one.path, one.name) for one in found.outlines if one.municipality_id is None)
    return area_map((found.width, found.height), areas, seas, by.legend)


def _own(found: Boundaries) -> list[Outline]:
    return [one for one in found.outlines if one.municipality_id is not None]


def _area(
    row: MunicipalityCoverage, outline: Outline, address: Callable[[str], str], county: str, by: Shading
) -> Area:
    """Having its own is the calm colour of the many, and needs no sign among so many; nor do steps of a number."""
    face = by.face(row)
    is_calm = face.tone == CoverageState.OWN.value or face.tone in NUMBER_TONES
    return Area(
        outline.path,
        outline.x,
        outline.y,
        "" if is_calm else face.text,
        face.label,
        face.tone,
        address(row.code),
        chosen=row.county_code == county,
    )


def _sentence(found: Boundaries) -> str:
    """Of when the boundaries are, and what one should know of them."""
    text = _("Municipal boundaries of %(year)s, simplified.") % {"year": found.year}
    return " ".join([text, _("They go out into the sea.")]) if found.with_sea else text


def _mismatch(report: CoverageReport, found: Boundaries) -> str:
    """Which municipalities have no area in the map, or how many areas belong to none; empty where all match."""
    drawn = {one.municipality_id for one in _own(found)}
    missing = [row for row in report.rows if row.pk not in drawn]
    gone = len(drawn) - (len(report.rows) - len(missing))
    texts = []
    if missing:
        named = ", ".join(f"{row.code} {row.name}" for row in missing[:MOST_NAMED])
        more = " …" if len(missing) > MOST_NAMED else ""
        text = _("These municipalities have no area in the map: %(places)s.")
        texts.append(text % {"places": named + more})
    if gone:
        text = ngettext(
            "%(count)s area belongs to no municipality of today.",
            "%(count)s areas belong to no municipality of today.",
            gone,
        )
        texts.append(text % {"count": number(gone)})
    return " ".join(texts)
