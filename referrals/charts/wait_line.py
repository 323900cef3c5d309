"""One wait as a line: what it was, stretch by stretch, and the days that count, each named.

Places from side to side are shares of the paper in per cent, so that the line is as wide as its place and its letters
are as large as the text around it, on a telephone too. Heights are pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from referrals.charts.scales import rounded, text_width

FIRST, LAST = 0.5, 99.5  # per cent: room for half a mark at either end
NARROWEST = 270  # pixels: names that stand clear of each other here do so on any wider paper
GAP = 10
ABOVE, BAND_HEIGHT, ROW_HEIGHT = 24, 26, 21
LEAST = 0.7  # per cent: a stretch of one day among many is seen


@dataclass(frozen=True)
class Piece:
    """Days [begun, ended) of one `tone`; `label` says them in words."""

    begun: date
    ended: date
    tone: str
    label: str


@dataclass(frozen=True)
class Mark:
    """A day with a name. `is_above`: it is named above the line, of which at most one is."""

    day: date
    tone: str
    text: str
    is_above: bool = False


@dataclass(frozen=True)
class Stroke:
    """A piece, drawn."""

    x: float
    width: float
    tone: str
    label: str


@dataclass(frozen=True)
class Flag:
    """A mark, drawn: a line across the band from `top` to `bottom`, and its name on `text_y`."""

    x: float
    top: float
    bottom: float
    text_y: float
    anchor: str
    tone: str
    text: str


@dataclass(frozen=True)
class WaitLine:
    """The chart, ready to draw. `rest_x`: where the last piece ends and the way to the last mark begins."""

    strokes: tuple[Stroke, ...]
    flags: tuple[Flag, ...]
    rest_x: float
    height: float
    band_top: float = ABOVE
    band_height: float = BAND_HEIGHT
    end_x: float = LAST

    @property
    def middle(self) -> float:
        """The height of the line behind the band."""
        return self.band_top + self.band_height / 2


def wait_line(pieces: Sequence[Piece], marks: Sequence[Mark]) -> WaitLine:
    """Lays pieces, in order of time, and marks out from the first day among them to the last; there is at least one."""
    days = [day for piece in pieces for day in (piece.begun, piece.ended)] + [mark.day for mark in marks]
    across = _Across(min(days), max(days))
    below = sorted((mark for mark in marks if not mark.is_above), key=lambda mark: mark.day)
    rows = _rows([_extent(mark, across) for mark in below])
    flags = [_flag(mark, across, row) for mark, row in zip(below, rows, strict=True)]
    flags += [_flag(mark, across, -1) for mark in marks if mark.is_above]
    return WaitLine(
        tuple(_stroke(piece, across) for piece in pieces),
        tuple(flags),
        across(max((piece.ended for piece in pieces), default=across.begin)),
        ABOVE + BAND_HEIGHT + ROW_HEIGHT * (1 + max(rows, default=0)) + 8,
    )


@dataclass(frozen=True)
class _Across:
    """The days from `begin` to `end` as places on the paper."""

    begin: date
    end: date

    def __call__(self, day: date) -> float:
        share = (day - self.begin).days / max(1, (self.end - self.begin).days)
        return rounded(FIRST + share * (LAST - FIRST))


def _stroke(piece: Piece, across: _Across) -> Stroke:
    x, until = across(piece.begun), across(piece.ended)
    width = max(LEAST, rounded(until - x))
    return Stroke(min(x, LAST - width), width, piece.tone, piece.label)


def _anchor(mark: Mark, across: _Across) -> str:
    """To which side of its day a name stands, so that it stays on the narrowest paper."""
    place, half = across(mark.day) / 100 * NARROWEST, text_width(mark.text) / 2
    if place < half:
        return "start"
    return "end" if place + half > NARROWEST else "middle"


def _extent(mark: Mark, across: _Across) -> tuple[float, float]:
    """From where to where a name reaches on the narrowest paper, in pixels."""
    place, width = across(mark.day) / 100 * NARROWEST, text_width(mark.text)
    left = place - {"start": 0, "middle": width / 2, "end": width}[_anchor(mark, across)]
    return left, left + width


def _rows(extents: Sequence[tuple[float, float]]) -> list[int]:
    """The first row below the band in which each name stands clear of those before it."""
    taken: list[list[tuple[float, float]]] = []
    rows = []
    for left, right in extents:
        row = next(
            (
                number
                for number, others in enumerate(taken)
                if all(left >= end + GAP or right + GAP <= begin for begin, end in others)
            ),
            len(taken),
        )
        if row == len(taken):
            taken.append([])
        taken[row].append((left, right))
        rows.append(row)
    return rows


def _flag(mark: Mark, across: _Across, row: int) -> Flag:
    """`row` -1: above."""
    bottom = ABOVE + BAND_HEIGHT
    if row < 0:
        top, end, text_y = 18.0, bottom + 4.0, 13.0
    else:
        top, end = ABOVE - 4.0, bottom + 5.0 + row * ROW_HEIGHT
        text_y = end + 14
    return Flag(across(mark.day), top, end, text_y, _anchor(mark, across), mark.tone, mark.text)
