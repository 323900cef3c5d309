"""The board of coverage since 2018: how many were without by each definition, and in each group at year-ends."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from referrals.boards.coverage import Text
from referrals.boards.pictures import Picture, months
from referrals.charts.bars import Part, Row, bars
from referrals.charts.lines import Series, lines
from referrals.choices import Borders, Definition
from referrals.norwegian import listed, number, sort_key
from referrals.reports.borders import Split
from referrals.reports.coverage_series import CoverageSeries, Point
from referrals.reports.gaps import Turnover
from referrals.templatetags.ergo import day_month_year

# Municipalities without as Norsk Ergoterapeutforbund has told them, counted in the fourth quarter of the year.
PUBLISHED_WITHOUT = {2018: 83, 2021: 43, 2022: 44, 2023: 49, 2024: 41}


@dataclass(frozen=True)
class YearCell:
    """A group at the end of one year; `without` by the definition that was asked for."""

    point: Point
    without: int

    @property
    def counted(self) -> str:
        """How many are without, of how many."""
        words = {"without": number(self.without), "all": number(self.point.municipalities)}
        return _("%(without)s of %(all)s") % words

    @property
    def unknown(self) -> str:
        """Of how many nothing is known; empty where of all something is."""
        unknown = self.point.unknown
        return _("%(count)s unknown") % {"count": number(unknown)} if unknown else ""

    @property
    def staffed(self) -> str:
        """Årsverk, and in brackets per 10 000 where the population is known."""
        fte, per_10000 = number(self.point.fte, 1), self.point.fte_per_10000
        return fte if per_10000 is None else f"{fte} ({number(per_10000, 2)})"


@dataclass(frozen=True)
class YearRow:
    """A group, or the nation, at the ends of years; a cell is None where it had no municipality then."""

    name: Text
    cells: tuple[YearCell | None, ...]


def over_time(series: CoverageSeries) -> Picture:
    """How many municipalities were without at each month-end, by each definition."""
    points = series.months
    return Picture(
        kind="lines",
        id="without",
        title=_("Municipalities without an occupational therapist, by three definitions"),
        sentence=_over_time(series),
        chart=lines(
            months([point.on for point in points]),
            [
                Series(_short(definition), [point.without[definition] for point in points])
                for definition in Definition
            ]
            + _published_line(points),
            has_legend=True,
        ),
        heading=_("Month"),
        unit=_("municipalities"),
    )


def published(series: CoverageSeries) -> tuple[tuple[int, int], ...]:
    """What was published of the years that are shown, by year."""
    ended = {point.on.year for point in series.months if _is_year_end(point)}
    return tuple((year, count) for year, count in PUBLISHED_WITHOUT.items() if year in ended)


def staffed(series: CoverageSeries) -> Picture:
    """Årsverk per 10 000 of the groups and of the country on the day; of the ends of years before it in the table."""
    named = [*((str(group.name), group.points) for group in series.groups), (_("The country"), series.years)]
    *earlier, _last = year_names(series)
    return Picture(
        kind="bars",
        id="staffed",
        title=_("Full-time equivalents per 10,000"),
        sentence=_("Own and bought, after what agreements move; the same under every definition."),
        chart=bars(
            [_bar(name, points) for name, points in named],
            [Part(day_month_year(series.years[-1].on))],
            decimals=2,
        ),
        heading=str(series.question.by.label) if series.question.by else "",
        more_headings=tuple(reversed(earlier)),
    )


def rows(series: CoverageSeries) -> tuple[YearRow, ...]:
    """The groups, and last the nation."""
    definition = series.question.definition
    named = [*((group.name, group.points) for group in series.groups), (_("The country"), series.years)]
    return tuple(YearRow(name, _cells(points, definition)) for name, points in named)


def year_names(series: CoverageSeries) -> tuple[str, ...]:
    """The columns: the years, and last the day where it is not the end of one."""
    return tuple(
        str(point.on.year) if _is_year_end(point) else day_month_year(point.on) for point in series.years
    )


def turned_over(turnover: Turnover) -> str:
    """Who is new and who is gone since a year ago, in one sentence."""
    new = ngettext(
        "Since a year ago %(count)s municipality is newly without",
        "Since a year ago %(count)s municipalities are newly without",
        len(turnover.new),
    ) % {"count": number(len(turnover.new))}
    closed = _("%(count)s covered again") % {"count": number(len(turnover.closed))}
    lost = _("of %(count)s nothing is known any more") % {"count": number(len(turnover.lost))}
    return ", ".join([new, closed, lost] if turnover.lost else [new, closed]) + "."


@dataclass(frozen=True)
class TurnoverList:
    """Municipalities that became others since a year ago: (name, address), in Norwegian order."""

    title: Text
    places: tuple[tuple[str, str], ...]


def turnover_lists(series: CoverageSeries, address: Callable[[str], str]) -> tuple[TurnoverList, ...]:
    """Who is new, who is covered again, and of whom nothing is known any more; those that somebody is in."""
    turnover = series.turnover
    titled = (
        (_("Newly without"), turnover.new),
        (_("Covered again"), turnover.closed),
        (_("Nothing known any more"), turnover.lost),
    )
    return tuple(TurnoverList(title, _places(series, found, address)) for title, found in titled if found)


def _places(
    series: CoverageSeries, found: Iterable[int], address: Callable[[str], str]
) -> tuple[tuple[str, str], ...]:
    named = sorted((series.named[pk] for pk in found), key=lambda place: (sort_key(place[1]), place[0]))
    return tuple((name, address(code)) for code, name in named)


def splits(series: CoverageSeries) -> tuple[str, ...]:
    """The municipalities that were divided, each in a sentence, by their numbers."""
    return tuple(_split(split) for split in series.splits)


def borders_note(borders: Borders) -> str:
    """What the borders that are shown mean for earlier days."""
    if borders == Borders.TODAY:
        return _(
            "In today’s borders: what is registered of a municipality is counted where it is today, on every date. "
            "The parts of a municipality that was divided are counted each by itself, also before."
        )
    return _(
        "In the borders of the day: old numbers have no names here. A municipality that was later merged with others "
        "cannot be told from them afterwards, and is unknown unless the whole had nobody; one that was divided is "
        "its parts together, unless these took in others too: then nor can it be told from them. Centrality and "
        "offices are those of today."
    )


def _over_time(series: CoverageSeries) -> str:
    definition = series.question.definition
    first, last = series.months[0], series.months[-1]
    return _("By the definition chosen: %(first)s without on %(begin)s, %(last)s of %(all)s on %(end)s.") % {
        "first": number(first.without[definition]),
        "begin": day_month_year(first.on),
        "last": number(last.without[definition]),
        "all": number(last.municipalities),
        "end": day_month_year(last.on),
    }


def _published_line(points: Sequence[Point]) -> list[Series]:
    """A dot at the end of each year of which a number was published; no line where there is none."""
    values = [PUBLISHED_WITHOUT.get(point.on.year) if _is_year_end(point) else None for point in points]
    return [Series(_("Published"), values)] if any(values) else []


def _is_year_end(point: Point) -> bool:
    return (point.on.month, point.on.day) == (12, 31)


def _bar(name: str, points: Sequence[Point | None]) -> Row:
    """A group on the day; what it had before stands in the table, the newest first."""
    *earlier, last = points
    value = last.fte_per_10000 if last else None
    more = tuple(_per_10000(point) for point in reversed(earlier))
    return Row(name, [None if value is None else float(value)], hidden="–", more=more)


def _per_10000(point: Point | None) -> str:
    value = point.fte_per_10000 if point else None
    return "–" if value is None else number(value, 2)


def _short(definition: Definition) -> str:
    """A definition as a line's name."""
    if definition == Definition.EMPLOYED:
        return _("Employed in post")
    return _("Employed") if definition == Definition.AUTHORISED else _("Attached")


def _cells(points: Iterable[Point | None], definition: Definition) -> tuple[YearCell | None, ...]:
    return tuple(point and YearCell(point, point.without[definition]) for point in points)


def _split(split: Split) -> str:
    words = {
        "old": split.old_code,
        "new": listed(split.new_codes, last=pgettext("between names", "and")),
        "day": day_month_year(split.on),
    }
    return _("%(old)s was divided between %(new)s on %(day)s.") % words
