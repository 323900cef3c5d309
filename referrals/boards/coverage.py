"""The coverage board: how many municipalities have an ergoterapeut, where they are, and which have none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from referrals.boards.figures import TONE_OF_ALARM, Card
from referrals.charts.tiles import COLUMNS, ROWS, LegendEntry, Tile, TileMap, tile_map
from referrals.choices import WITHOUT_OWN, CoverageState
from referrals.norwegian import number
from referrals.reports.coverage import CountyCoverage, CoverageReport, MunicipalityCoverage, Totals

Text = str | Promise

# What stands in a tile and beside the word, so that colour is never alone. Having its own is the calm dot of the
# many, a nought is nobody in every language.
SYMBOLS: dict[CoverageState, Text] = {
    CoverageState.OWN: "·",
    CoverageState.PURCHASED: pgettext_lazy("symbol of purchased", "P"),
    CoverageState.AGREEMENT: pgettext_lazy("symbol of agreement", "A"),
    CoverageState.NONE: "0",
    CoverageState.UNKNOWN: "?",
}

EXPLANATIONS: dict[CoverageState, Text] = {
    CoverageState.OWN: gettext_lazy("The municipality itself employs at least one occupational therapist."),
    CoverageState.PURCHASED: gettext_lazy("The municipality employs nobody itself, but buys the service."),
    CoverageState.AGREEMENT: gettext_lazy(
        "The municipality employs nobody itself, but is served by another municipality under an agreement."
    ),
    CoverageState.NONE: gettext_lazy(
        "The municipality has no occupational therapist, not by purchase or agreement either."
    ),
    CoverageState.UNKNOWN: gettext_lazy(
        "Nothing is known for this day. That is not the same as the municipality having nobody."
    ),
}


@dataclass(frozen=True)
class CountyList:
    """Some of a county's municipalities under the county's name. `is_own`: the reader's own county."""

    county: CountyCoverage
    rows: tuple[MunicipalityCoverage, ...]
    is_own: bool


def summary(totals: Totals) -> str:
    """The headline in one sentence, with what it is made of."""
    if totals.states[CoverageState.UNKNOWN] == totals.municipalities:
        return _("Nothing is known about any of the %(count)s municipalities on this day.") % {
            "count": number(totals.municipalities)
        }
    if not totals.without_own:
        text = _(
            "None of the %(municipalities)s municipalities is known to be without its own occupational therapist."
        )
    else:
        text = ngettext(
            "%(without)s of %(municipalities)s municipalities is without its own occupational therapist: "
            "%(purchased)s by purchase, %(agreement)s by agreement, and %(none)s with nobody at all.",
            "%(without)s of %(municipalities)s municipalities are without their own occupational therapist: "
            "%(purchased)s by purchase, %(agreement)s by agreement, and %(none)s with nobody at all.",
            totals.without_own,
        )
    states = {state.value: number(count) for state, count in totals.states.items()}
    whole = {"without": number(totals.without_own), "municipalities": number(totals.municipalities)}
    return " ".join(filter(None, [text % (states | whole), _not_known(totals)]))


def cards(totals: Totals, address: Callable[[str], str]) -> tuple[Card, ...]:
    """The totals; each links to its municipalities by `address`, which takes a state's code, none for without own."""
    return (
        Card(
            _("Without own"),
            number(totals.without_own),
            note=_("purchased, by agreement or none"),
            href=address("") if totals.without_own else "",
            tone=TONE_OF_ALARM if totals.without_own else "",
        ),
        *(_state_card(state, totals.states[state], address) for state in _from_worst()),
        Card(
            _("Full-time equivalents per 10,000"),
            "–" if totals.fte_per_10000 is None else number(totals.fte_per_10000, 2),
            note=_("%(fte)s in all") % {"fte": number(totals.fte, 1)},
        ),
    )


def coverage_map(report: CoverageReport, address: Callable[[str], str], county: str = "") -> TileMap:
    """Norway by state; each tile leads to its municipality's page by `address`. Those of the `county` get a frame.

    A municipality whose place lies outside the grid is only in the tables.
    """
    legend = [
        LegendEntry(
            state.value,
            f"{state.label}: {number(report.totals.states[state])}",
            str(SYMBOLS[state]),
        )
        for state in CoverageState
    ]
    return tile_map((_tile(row, address, county) for row in report.rows if _is_on_map(row)), legend)


def map_sentence(report: CoverageReport) -> str:
    """Where most of those without are."""
    ranked = sorted(report.counties, key=lambda county: county.totals.without_own, reverse=True)
    if not report.totals.without_own:
        return _("No municipality is known to be without its own.")
    if len(ranked) > 1 and ranked[0].totals.without_own == ranked[1].totals.without_own:
        return _("Where the %(count)s without their own are.") % {"count": number(report.totals.without_own)}
    return _("Most of those without their own are in %(county)s: %(count)s of %(all)s.") % {
        "county": ranked[0].name,
        "count": number(ranked[0].totals.without_own),
        "all": number(report.totals.without_own),
    }


def county_lists(
    counties: Sequence[CountyCoverage], states: Iterable[CoverageState], own: Iterable[str] = ()
) -> tuple[CountyList, ...]:
    """The municipalities in these states by county; the counties whose codes are `own` come first."""
    wanted, mine = frozenset(states), frozenset(own)
    lists = [
        CountyList(county, tuple(row for row in county.rows if row.state in wanted), county.code in mine)
        for county in counties
    ]
    return tuple(sorted((one for one in lists if one.rows), key=lambda one: not one.is_own))


def population_years(rows: Iterable[MunicipalityCoverage]) -> str:
    """Of which 1 January the populations are, as years: 2026, or 2025–2026."""
    years = sorted({row.population_year for row in rows if row.population_year})
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _from_worst() -> tuple[CoverageState, ...]:
    return (*reversed(WITHOUT_OWN), CoverageState.OWN, CoverageState.UNKNOWN)


def _state_card(state: CoverageState, count: int, address: Callable[[str], str]) -> Card:
    return Card(str(state.label), number(count), href=address(state.value) if count else "")


def label(row: MunicipalityCoverage) -> str:
    """What a map says of a municipality: its name, its state and its årsverk."""
    text = f"{row.full_name}: {row.state.label}"
    if not row.fte:
        return text
    return _("%(place)s, %(fte)s full-time equivalents") % {"place": text, "fte": number(row.fte, 1)}


def _tile(row: MunicipalityCoverage, address: Callable[[str], str], county: str) -> Tile:
    return Tile(
        row.tile_column,
        row.tile_row,
        str(SYMBOLS[row.state]),
        label(row),
        row.state.value,
        address(row.code),
        chosen=row.county_code == county,
    )


def _is_on_map(row: MunicipalityCoverage) -> bool:
    return 1 <= row.tile_column <= COLUMNS and 1 <= row.tile_row <= ROWS


def _not_known(totals: Totals) -> str:
    unknown = totals.states[CoverageState.UNKNOWN]
    if not unknown:
        return ""
    return ngettext(
        "For %(count)s municipality nothing is known.",
        "For %(count)s municipalities nothing is known.",
        unknown,
    ) % {"count": number(unknown)}
