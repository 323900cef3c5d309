"""A band over years, in one colour after another, and below it the stretches that are marked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from referrals.charts.scales import Frame, Tick, rounded, text_width, thinned

LEFT, RIGHT = 28, 28
BAND_TOP, BAND_HEIGHT = 8, 34
MARK_Y = 54


@dataclass(frozen=True)
class Stretch:
    """Days [begun, ended): `tone` is one of the map's, `text` stands in the band where it has room."""

    begun: date
    ended: date
    tone: str
    text: str
    label: str


@dataclass(frozen=True)
class Band:
    """A stretch, drawn. `text` is empty where it has no room."""

    x: float
    width: float
    text_x: float
    tone: str
    text: str
    label: str


@dataclass(frozen=True)
class Timeline:
    """The chart, ready to draw. The `marks` are lines below the band."""

    frame: Frame
    bands: tuple[Band, ...]
    marks: tuple[Band, ...]
    years: tuple[Tick, ...]
    band_top: float = BAND_TOP
    band_height: float = BAND_HEIGHT
    mark_y: float = MARK_Y

    @property
    def is_empty(self) -> bool:
        """Whether there is no day to show."""
        return not self.bands

    @property
    def text_y(self) -> float:
        """The base line of the texts in the band."""
        return self.band_top + self.band_height / 2 + 5


def timeline(stretches: Sequence[Stretch], marked: Sequence[Stretch]) -> Timeline:
    """Lays the stretches, which are in order of time and leave no hole, out from side to side.

    What is `marked` outside of them is cut off, and has no text then: it would tell of more than is drawn.
    """
    frame = Frame(left=LEFT, right=RIGHT, top=BAND_TOP, bottom=24, height=106)
    if not stretches:
        return Timeline(frame, (), (), ())
    across = _Across(frame, stretches[0].begun, stretches[-1].ended)
    inside = (one for one in marked if one.begun < across.end and one.ended > across.begin)
    return Timeline(
        frame,
        tuple(across.band(one) for one in stretches),
        tuple(across.band(one if across.begin <= one.begun else replace(one, text="")) for one in inside),
        thinned(across.years()),
    )


@dataclass(frozen=True)
class _Across:
    """The days from `begin` to `end` as places on the paper."""

    frame: Frame
    begin: date
    end: date

    def __call__(self, day: date) -> float:
        share = (day - self.begin).days / (self.end - self.begin).days
        return rounded(self.frame.left + min(max(share, 0), 1) * self.frame.plot_width)

    def band(self, stretch: Stretch) -> Band:
        """A stretch, cut off at both ends of the paper."""
        x, until = self(stretch.begun), self(stretch.ended)
        width = rounded(until - x)
        text = stretch.text if width >= text_width(stretch.text) + 4 else ""
        return Band(x, width, rounded(x + width / 2), stretch.tone, text, stretch.label)

    def years(self) -> list[Tick]:
        """Where the years begin."""
        firsts = (date(year, 1, 1) for year in range(self.begin.year, self.end.year + 1))
        return [Tick(self(day), str(day.year)) for day in firsts if self.begin <= day < self.end]
