"""What the tile map of coverage can be coloured by, and the ways to its other colours and years."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.boards.coverage import Face, Text, coverage_map, map_sentence, state_face, state_legend
from referrals.boards.figures import count
from referrals.charts.tiles import MISSING, LegendEntry, TileMap, step
from referrals.choices import CoverageState
from referrals.norwegian import number
from referrals.reports.coverage import CoverageReport, MunicipalityCoverage
from referrals.reports.coverage_series import month_ends_until, year_ends_until
from referrals.templatetags.ergo import day_month_year

# As addresses ask for it; state where nothing is asked for.
BY_STATE, BY_FTE, BY_WAITS = "", "arsverk", "venter"
SHADES: dict[str, Text] = {
    BY_STATE: gettext_lazy("State"),
    BY_FTE: gettext_lazy("Full-time equivalents per 10,000"),
    BY_WAITS: gettext_lazy("Waiting over a year"),
}
FTE_BREAKS = (1, 3, 5, 7)
WAIT_BREAKS = (5, 10, 25, 50)
SMALL_SIGN, WITHHELD_SIGN = "<", ":"
MOST_WRITTEN = 1000
DECEMBER = 12


@dataclass(frozen=True)
class Choice:
    """A way to the same page with another colour or on another day."""

    label: str
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class Shading:
    """By what a map is coloured: what each municipality shows, what the tones mean, and what the map says of itself.

    `title_on_map` is the title of the map of boundaries, beside the tiles with the other one.
    """

    face: Callable[[MunicipalityCoverage], Face]
    legend: Sequence[LegendEntry]
    title: str
    title_on_map: str
    sentence: str


@dataclass(frozen=True)
class ShadedMap:
    """The map with what it says of itself."""

    chart: TileMap
    title: str
    sentence: str


def shaded_map(
    report: CoverageReport, address: Callable[[str], str], county: str = "", shade: str = BY_STATE
) -> ShadedMap:
    """Norway coloured as asked; the tiles lead to the same pages whatever their colour."""
    by = shading(report, shade)
    chart = coverage_map(report, address, county, by.face, by.legend)
    return ShadedMap(chart, by.title, by.sentence)


def shading(report: CoverageReport, shade: str) -> Shading:
    """By what maps are coloured where the shade is asked for."""
    if shade == BY_FTE:
        title = _("Norway by full-time equivalents")
        on_map = _("Norway by full-time equivalents, on the map")
        return Shading(_fte_face, _fte_legend(), title, on_map, _fte_sentence())
    if shade == BY_WAITS:
        title, on_map = _("Norway by long waits"), _("Norway by long waits, on the map")
        return Shading(_waits_face, _waits_legend(), title, on_map, _waits_sentence())
    title, on_map = _("Norway by coverage"), _("Norway by coverage, on the map")
    return Shading(state_face, state_legend(report), title, on_map, map_sentence(report))


def shade_choices(shade: str, address: Callable[[str], str]) -> tuple[Choice, ...]:
    """The colours; `address` makes the page's with another one."""
    return tuple(Choice(str(label), address(name), name == shade) for name, label in SHADES.items())


def year_choices(on: date, today: date, address: Callable[[date], str]) -> tuple[Choice, ...]:
    """The ends of the years since 2018, and last today; `address` makes the page's on another day."""
    *ends, last = year_ends_until(today)
    choices = (Choice(str(end.year), address(end), end == on) for end in ends)
    return (*choices, Choice(_("Today"), address(last), last == on))


@dataclass(frozen=True)
class Slider:
    """A slider over the ends of the months since January 2018, which are counted from 1; the last is today.

    `shown` is the day of the page, in words; `year_ends`: which numbers end the years, and the years.
    """

    value: int
    last: int
    shown: str
    year_ends: tuple[tuple[int, int], ...]


def day_slider(on: date, today: date) -> Slider:
    """Where the day is: in the middle of a month at its end."""
    ends = month_ends_until(today)
    value = next(number for number, end in enumerate(ends, start=1) if on <= end)
    year_ends = ((number, end.year) for number, end in enumerate(ends, start=1) if end.month == DECEMBER)
    return Slider(value, len(ends), day_month_year(on), tuple(year_ends))


def _fte_face(row: MunicipalityCoverage) -> Face:
    value = None if row.state == CoverageState.UNKNOWN else row.fte_per_10000
    if value is None:
        return _not_known(row)
    # By what is written in the square, so that the two never disagree.
    written = round(float(value) + 1e-9, 1)
    words = {"place": row.full_name, "fte": number(value, 2)}
    label = _("%(place)s: %(fte)s full-time equivalents per 10,000 inhabitants") % words
    return Face(number(value, 1 if written < 10 else 0), label, step(written, FTE_BREAKS))


def _not_known(row: MunicipalityCoverage) -> Face:
    return Face(MISSING, _("%(place)s: not known") % {"place": row.full_name}, "q0")


def _waits_face(row: MunicipalityCoverage) -> Face:
    figure = row.over_a_year
    words = {"place": row.full_name, "count": count(figure)}
    label = _("%(place)s: waiting over a year: %(count)s") % words
    if figure.suppressed:
        return Face(figure.in_place if figure.in_place.startswith(SMALL_SIGN) else WITHHELD_SIGN, label, "q0")
    if figure.value is None:
        return _not_known(row)
    text = str(figure.value) if figure.value < MOST_WRITTEN else f"{int(figure.value) // MOST_WRITTEN}k"
    return Face(text, label, step(figure.value, WAIT_BREAKS))


def _fte_legend() -> tuple[LegendEntry, ...]:
    steps = [_("under %(limit)s") % {"limit": number(FTE_BREAKS[0], 1)}]
    pairs = zip(FTE_BREAKS, FTE_BREAKS[1:], strict=False)
    steps += [f"{number(low, 1)}–{number(high - 0.1, 1)}" for low, high in pairs]
    steps.append(_("%(limit)s or more") % {"limit": number(FTE_BREAKS[-1], 1)})
    return _legend(steps, LegendEntry("q0", _("not known"), MISSING))


def _waits_legend() -> tuple[LegendEntry, ...]:
    steps = [_("under %(limit)s") % {"limit": WAIT_BREAKS[0]}]
    pairs = zip(WAIT_BREAKS, WAIT_BREAKS[1:], strict=False)
    steps += [f"{low}–{high - 1}" for low, high in pairs]
    steps.append(_("%(limit)s or more") % {"limit": WAIT_BREAKS[-1]})
    return _legend(
        steps,
        LegendEntry("q0", _("small (<) or withheld (:)"), SMALL_SIGN),
        LegendEntry("q0", _("not known"), MISSING),
    )


def _legend(steps: list[str], *missing: LegendEntry) -> tuple[LegendEntry, ...]:
    return (*(LegendEntry(f"q{place}", text) for place, text in enumerate(steps, start=1)), *missing)


def _fte_sentence() -> str:
    return _("Per 10,000 inhabitants, after what agreements move.")


def _waits_sentence() -> str:
    return _("How many have waited more than 365 days.")
