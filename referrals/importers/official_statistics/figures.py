"""From a table to figures of today's municipalities; what is not read, and why; what is wrong, and where."""

import calendar
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from referrals.actions.official_statistics import Figure
from referrals.choices import WITH_VALUE, FigureStatus, StaffingMeasure
from referrals.importers.official_statistics import contents
from referrals.importers.official_statistics.regions import Kind, Map, Region
from referrals.importers.official_statistics.table import Amount, Cell, Table
from referrals.importers.rows import Problem, place_in_words, raise_any

# KOSTRA counts in the third week of November (days 15 to 21), whatever the year's table calls it.
OF_NOVEMBER = {"11924", "11994", "12191", "13533"}
NOVEMBER_DAY = (11, 16)
# The registers know borders from here on.
FIRST_DAY = date(2018, 1, 1)
HIGHEST = Decimal("999999.99")
HUNDREDTH = Decimal("0.01")

_YEAR = re.compile(r"([12][0-9]{3})")
_PART = re.compile(r"([12][0-9]{3})([KM])([0-9]{1,2})")
_QUARTER = re.compile(r"([1-4])\. kvartal ([12][0-9]{3})")


@dataclass(frozen=True)
class Skip:
    """Something of the file that is not read: what, why, and where it stands first."""

    what: str
    reason: str
    place: str


@dataclass(frozen=True)
class Reading:
    """What a table gives: figures in order, and what of it is passed over."""

    figures: tuple[Figure, ...]
    skips: tuple[Skip, ...]

    @property
    def reasons(self) -> list[tuple[str, list[Skip]]]:
        """What is passed over by reason, the most frequent first."""
        by_reason: dict[str, list[Skip]] = defaultdict(list)
        for skip in self.skips:
            by_reason[skip.reason].append(skip)
        return sorted(by_reason.items(), key=lambda pair: -len(pair[1]))


def counted_on(time: str, table: str) -> date | None:
    """The day that a figure of a year, quarter or month is of: the last, in KOSTRA's tables the one of its count."""
    if found := _YEAR.fullmatch(time):
        month, day = NOVEMBER_DAY if table in OF_NOVEMBER else (12, 31)
        return date(int(found[1]), month, day)
    if found := _PART.fullmatch(time):
        return _last_day(int(found[1]), int(found[3]) * (3 if found[2] == "K" else 1))
    found = _QUARTER.fullmatch(time)
    return _last_day(int(found[2]), int(found[1]) * 3) if found else None


def _last_day(year: int, month: int) -> date | None:
    return date(year, month, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 else None


@dataclass(frozen=True)
class Told:
    """A cell whose day, measure and region are understood."""

    cell: Cell
    on: date
    measure: StaffingMeasure
    contents: str
    region: Region


@dataclass(frozen=True)
class Series:
    """One day and one content: figures of it are of the same kind and can stand for different places."""

    on: date
    contents: str
    measure: StaffingMeasure


def interpret(table: Table, number: str, places: Map, *, latest: date) -> Reading:
    """The figures in a table of this number, on today's borders. Raises BrokenFiles with everything that is wrong.

    `latest`: the last day that a figure can be of.
    """
    return _Interpreter(table, number, places, latest).reading()


class _Interpreter:
    def __init__(self, table: Table, number: str, places: Map, latest: date) -> None:
        self.table, self.number, self.places, self.latest = table, number, places, latest
        self.problems = list(table.problems)
        self.skips: dict[tuple[str, str], Skip] = {}
        self.decimals: Counter[str] = Counter()

    def reading(self) -> Reading:
        told = list(self._told())
        self._refuse_wrong_table(told)
        raise_any(sorted(self.problems, key=lambda problem: problem.line))
        by_series: dict[Series, list[Told]] = defaultdict(list)
        for one in told:
            by_series[Series(one.on, one.contents, one.measure)].append(one)
        figures = [figure for series, some in by_series.items() for figure in self._figures(series, some)]
        raise_any(self.problems)
        figures.sort(key=lambda figure: (figure.counted_on, figure.contents, figure.municipality.code))
        return Reading(tuple(figures), tuple(self.skips.values()))

    def _refuse_wrong_table(self, told: Sequence[Told]) -> None:
        if told or self.problems:
            return
        if any(skip.reason == _not_about() for skip in self.skips.values()) and not self._is_about():
            text = _("“%(title)s” has no figures of occupational therapists: is it the right table?")
            if any(contents.is_in_english(skip.what) for skip in self.skips.values()):
                text = _("“%(title)s” is in English: download it in Norwegian, as what was read before.")
            title = self.table.title or self.number
            self.problems.append(Problem(self.table.file, 0, text % {"title": title}))

    def _is_about(self) -> bool:
        return any(contents.told(c.contents, c.others, self.table.units) for c in self.table.cells)

    # ------------------------------------------------------------ cell by cell

    def _told(self) -> Iterator[Told]:
        regions: dict[object, Region] = {}
        known: dict[object, tuple[StaffingMeasure, str] | None] = {}
        for cell in self.table.cells:
            named = (cell.contents, cell.others)
            if named not in known:
                known[named] = contents.told(*named, self.table.units)
            about = known[named]
            if about is None:
                name = " · ".join(map(contents.name_of, (cell.contents, *cell.others)))
                self._skip(cell, name, _not_about())
                continue
            on = self._day(cell)
            if on is None:
                continue
            if cell.region not in regions:
                regions[cell.region] = self.places.region(cell.region)
            region = regions[cell.region]
            if self._is_read(cell, region):
                self._notice(cell, about[1])
                yield Told(cell, on, *about, region)

    def _day(self, cell: Cell) -> date | None:
        time = cell.time.code or cell.time.label
        on = counted_on(time, self.number) or counted_on(cell.time.label, self.number)
        if on is None:
            self._wrong(cell, _("“%(value)s” is no year, quarter or month.") % {"value": time})
        elif on < FIRST_DAY:
            reason = _("before %(year)s: the registers know no borders") % {"year": FIRST_DAY.year}
            self._skip(cell, time, reason)
        elif on > self.latest:
            self._wrong(cell, _("“%(value)s” is not over yet.") % {"value": time})
        return on if on and FIRST_DAY <= on <= self.latest else None

    def _is_read(self, cell: Cell, region: Region) -> bool:
        name = cell.region.text if not cell.region.code else f"{cell.region.code} {cell.region.label}".strip()
        if region.kind == Kind.PASSED_OVER:
            self._skip(cell, name, str(region.reason))
        elif region.kind == Kind.AMBIGUOUS:
            text = _("“%(name)s” is the name of several municipalities: download the table with codes.")
            self._wrong(cell, text % {"name": name})
        elif region.kind == Kind.UNKNOWN and cell.amount.status == FigureStatus.NOT_APPLICABLE:
            self._skip(cell, name, _("a number that was not in use"))
        elif region.kind == Kind.UNKNOWN:
            self._wrong(cell, _("“%(name)s” is no municipality that the registers know.") % {"name": name})
        elif cell.amount.value is not None and cell.amount.value > HIGHEST:
            self._wrong(cell, _("%(value)s is more than can be.") % {"value": cell.amount.value})
        else:
            return True
        return False

    def _notice(self, cell: Cell, name: str) -> None:
        """How many decimals the contents are shown with: what the file says, or the most that any cell has."""
        said = self.table.decimals.get(cell.contents.code, 0)
        self.decimals[name] = max(self.decimals[name], said, cell.amount.decimals)

    def _skip(self, cell: Cell, what: str, reason: str) -> None:
        if (what, reason) not in self.skips:
            self.skips[what, reason] = Skip(what, reason, place_in_words(cell.row, cell.column))

    def _wrong(self, cell: Cell, text: str) -> None:
        self.problems.append(self.table.problem(cell, text))

    # ------------------------------------------------------------ on today's borders

    def _figures(self, series: Series, told: Sequence[Told]) -> Iterator[Figure]:
        """One figure a municipality of today, of what the file has of it on the day."""
        today = self._once([one for one in told if one.region.kind == Kind.BORDERS_OF_TODAY])
        day = self._once([one for one in told if one.region.kind == Kind.BORDERS_OF_THE_DAY])
        with_figure = {code: one.amount.status != FigureStatus.NOT_APPLICABLE for code, one in day.items()}
        done = {}
        for code in sorted(self._targets(day, with_figure, series.on)):
            if cell := self._whole(code, series, day, with_figure):
                done[code] = cell
        for code, cell in today.items():
            if code not in done:
                done[code] = cell
            elif _differ(done[code], cell):
                self._conflict(cell, done[code])
        for code, cell in done.items():
            place = self.places.present[code]
            if place.valid_from <= series.on:
                yield self._figure(series, code, cell)
            else:
                self._skip(cell, code, _("a municipality that was not there on the day"))

    def _once(self, told: Sequence[Told]) -> dict[str, Cell]:
        """The cells by number. One number twice must say the same."""
        found: dict[str, Cell] = {}
        for one in told:
            earlier = found.setdefault(one.region.code, one.cell)
            if _differ(earlier, one.cell):
                self._conflict(one.cell, earlier)
        return found

    def _targets(self, day: dict[str, Cell], with_figure: dict[str, bool], on: date) -> set[str]:
        """Today's municipalities that the file has something of."""
        found = set()
        for code, is_figure in with_figure.items():
            targets = self.places.targets(code, on)
            if self.places.has_ended(code, on):
                if is_figure:
                    self._skip(day[code], code, _("a number that was no longer in use on the day"))
            elif is_figure and len(targets) > 1:
                text = _("divided later between municipalities: %(codes)s")
                self._skip(day[code], code, text % {"codes": ", ".join(sorted(targets))})
            elif is_figure or (code in targets and not self.places.has_parts(code, on)):
                found |= targets
        return found

    def _whole(
        self, code: str, series: Series, day: dict[str, Cell], with_figure: dict[str, bool]
    ) -> Cell | None:
        """What the parts of a municipality make together; nothing, with the reason, where that cannot be told."""
        parts = self.places.parts(code, series.on, with_figure)
        cells = [day[part] for part in parts.found]
        shown = next(iter(cells), None) or day.get(code)
        if shown is None:
            return None
        if parts.divided:
            text = _("a part of it was divided later: %(codes)s")
            self._skip(shown, code, text % {"codes": ", ".join(parts.divided)})
        elif parts.missing:
            text = _("parts of it are not in the file: %(codes)s")
            self._skip(shown, code, text % {"codes": ", ".join(parts.missing)})
        elif len(cells) > 1 and series.measure == StaffingMeasure.PER_10000:
            self._skip(shown, code, _("made of several municipalities: shares cannot be added"))
        else:
            return _together(cells) if cells else shown
        return None

    def _figure(self, series: Series, code: str, cell: Cell) -> Figure:
        amount = cell.amount
        return Figure(
            municipality=self.places.present[code],
            counted_on=series.on,
            measure=series.measure,
            contents=series.contents,
            status=amount.status,
            value=None if amount.value is None else amount.value.quantize(HUNDREDTH, ROUND_HALF_UP),
            decimals=min(self.decimals[series.contents], 2),
            is_provisional=amount.is_provisional,
            row=cell.row,
            column=cell.column,
        )

    def _conflict(self, cell: Cell, earlier: Cell) -> None:
        place = place_in_words(earlier.row, earlier.column)
        self._wrong(cell, _("says something else of the same than %(place)s.") % {"place": place})


def _not_about() -> str:
    return str(_("not about occupational therapists, or in a measure that is not known"))


def _differ(one: Cell, other: Cell) -> bool:
    return (one.amount.status, one.amount.value) != (other.amount.status, other.amount.value)


def _together(cells: Sequence[Cell]) -> Cell:
    """Several parts as one: what is suppressed or missing in one of them is so in the whole."""
    if len(cells) == 1:
        return cells[0]
    statuses = {cell.amount.status for cell in cells}
    first = cells[0]
    for status in (FigureStatus.SUPPRESSED, FigureStatus.MISSING, FigureStatus.NOT_YET):
        if status in statuses:
            return replace(first, amount=Amount(status))
    values = [cell.amount.value for cell in cells if cell.amount.value is not None]
    status = FigureStatus.NIL if statuses == {FigureStatus.NIL} else FigureStatus.VALUE
    assert len(values) == len(cells) and statuses <= WITH_VALUE
    is_provisional = any(cell.amount.is_provisional for cell in cells)
    return replace(first, amount=Amount(status, sum(values, Decimal(0)), 0, is_provisional))
