"""The coverage board: how many municipalities have an ergoterapeut, where they are, and which have none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from referrals.boards.figures import TONE_OF_ALARM, Card
from referrals.charts.tiles import COLUMNS, ROWS, LegendEntry, Tile, TileMap, tile_map
from referrals.choices import WITHOUT, CoverageState, Definition, states_in
from referrals.norwegian import number
from referrals.reports.coverage import CountyCoverage, CoverageReport, MunicipalityCoverage, Totals

Text = str | Promise

# What stands in a tile and beside the word, so that colour is never alone. Having its own is the calm dot of the
# many, a nought is nobody in every language.
SYMBOLS: dict[CoverageState, Text] = {
    CoverageState.OWN: "·",
    CoverageState.OTHER_POST: pgettext_lazy("symbol of own in another post", "O"),
    CoverageState.PURCHASED: pgettext_lazy("symbol of purchased", "P"),
    CoverageState.AGREEMENT: pgettext_lazy("symbol of agreement", "A"),
    CoverageState.NONE: "0",
    CoverageState.UNKNOWN: "?",
}

EXPLANATIONS: dict[CoverageState, Text] = {
    CoverageState.OWN: gettext_lazy("The municipality itself employs at least one occupational therapist."),
    CoverageState.OTHER_POST: gettext_lazy(
        "The municipality employs an authorised occupational therapist, but in a post of another kind."
    ),
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


# Those with a vacant post only, as addresses ask for their list.
VACANT_ONLY = "vacant_only"
# Those covered with so few årsverk that it is thin.
UNDER = "under"

# What it takes to be covered, in a sentence.
DEFINITIONS: dict[Definition, Text] = {
    Definition.EMPLOYED: gettext_lazy(
        "Covered: the municipality itself employs somebody authorised in one of the seven occupation codes of "
        "occupational therapists. A therapist in a post of another kind is not enough."
    ),
    Definition.AUTHORISED: gettext_lazy(
        "Covered: the municipality itself employs somebody authorised, in whatever post. This is how the published "
        "number of municipalities without an occupational therapist is counted."
    ),
    Definition.ATTACHED: gettext_lazy(
        "Covered: somebody authorised is attached to the municipality, as an employee, by purchase, or by an "
        "agreement with a municipality that has one. These are the words of the law."
    ),
}
WITHOUT_LABELS: dict[Definition, Text] = {
    Definition.EMPLOYED: gettext_lazy("Without own in such a post"),
    Definition.AUTHORISED: gettext_lazy("Without own"),
    Definition.ATTACHED: gettext_lazy("Without any attached"),
}
MADE_OF: dict[Definition, Text] = {
    Definition.EMPLOYED: gettext_lazy("in another post, purchased, by agreement or none"),
    Definition.AUTHORISED: gettext_lazy("purchased, by agreement or none"),
    Definition.ATTACHED: gettext_lazy("not by purchase or agreement either"),
}
LIST_TITLES: dict[Definition, Text] = {
    Definition.EMPLOYED: gettext_lazy("Without their own employee in a post as occupational therapist"),
    Definition.AUTHORISED: gettext_lazy("Without their own occupational therapist"),
    Definition.ATTACHED: gettext_lazy("Without an occupational therapist attached"),
}


@dataclass(frozen=True)
class CountyList:
    """Some of a county's municipalities under the county's name. `is_own`: the reader's own county."""

    county: CountyCoverage
    rows: tuple[MunicipalityCoverage, ...]
    is_own: bool


Wanted = Callable[[MunicipalityCoverage], bool]


def wanted(listed: str, definition: Definition) -> Wanted:
    """Who is in a list: with a vacant post only, under the limit, or in one state; those without where it is empty."""
    if listed == VACANT_ONLY:
        return lambda row: row.is_vacant_only
    if listed == UNDER:
        return lambda row: row.is_under
    states = (CoverageState(listed),) if listed else WITHOUT[definition]
    return lambda row: row.state in states


def list_title(listed: str, definition: Definition) -> str:
    """What the list is of."""
    if listed == VACANT_ONLY:
        return _("Municipalities with a vacant post only")
    if listed == UNDER:
        return _("Municipalities with thin coverage by full-time equivalents")
    if not listed:
        return str(LIST_TITLES[definition])
    return _("Municipalities in the state “%(state)s”") % {"state": CoverageState(listed).label}


def summary(totals: Totals) -> str:
    """The headline in one sentence, with what it is made of."""
    if totals.unknown == totals.municipalities:
        return _("Nothing is known about any of the %(count)s municipalities on this day.") % {
            "count": number(totals.municipalities)
        }
    text = _some_without(totals) if totals.without else _nobody_without(totals.definition)
    states = {state.value: number(count) for state, count in totals.states.items()}
    whole = {"without": number(totals.without), "municipalities": number(totals.municipalities)}
    return " ".join(filter(None, [text % (states | whole), _not_known(totals)]))


def _nobody_without(definition: Definition) -> str:
    if definition == Definition.EMPLOYED:
        return _(
            "None of the %(municipalities)s municipalities is known to be without its own employee in a post as "
            "occupational therapist."
        )
    if definition == Definition.AUTHORISED:
        return _(
            "None of the %(municipalities)s municipalities is known to be without its own occupational therapist."
        )
    return _(
        "None of the %(municipalities)s municipalities is known to be without an occupational therapist attached."
    )


def _some_without(totals: Totals) -> str:
    if totals.definition == Definition.EMPLOYED:
        return ngettext(
            "%(without)s of %(municipalities)s municipalities is without its own employee in a post as occupational "
            "therapist: %(other_post)s with one in another post, %(purchased)s by purchase, %(agreement)s by "
            "agreement, and %(none)s with nobody at all.",
            "%(without)s of %(municipalities)s municipalities are without their own employee in a post as "
            "occupational therapist: %(other_post)s with one in another post, %(purchased)s by purchase, "
            "%(agreement)s by agreement, and %(none)s with nobody at all.",
            totals.without,
        )
    if totals.definition == Definition.AUTHORISED:
        return ngettext(
            "%(without)s of %(municipalities)s municipalities is without its own occupational therapist: "
            "%(purchased)s by purchase, %(agreement)s by agreement, and %(none)s with nobody at all.",
            "%(without)s of %(municipalities)s municipalities are without their own occupational therapist: "
            "%(purchased)s by purchase, %(agreement)s by agreement, and %(none)s with nobody at all.",
            totals.without,
        )
    return ngettext(
        "%(without)s of %(municipalities)s municipalities has no occupational therapist attached to it, not by "
        "purchase or agreement either.",
        "%(without)s of %(municipalities)s municipalities have no occupational therapist attached to them, not by "
        "purchase or agreement either.",
        totals.without,
    )


def cards(totals: Totals, address: Callable[[str], str]) -> tuple[Card, ...]:
    """The totals; each links to its municipalities by `address` of what is listed: nothing for those without."""
    return (
        Card(
            str(WITHOUT_LABELS[totals.definition]),
            number(totals.without),
            note=str(MADE_OF[totals.definition]),
            href=address("") if totals.without else "",
            tone=TONE_OF_ALARM if totals.without else "",
        ),
        *(_state_card(state, totals.states[state], address) for state in _from_worst(totals.definition)),
        Card(
            _("A vacant post only"),
            number(totals.vacant_only),
            note=_("never counted as covered"),
            href=address(VACANT_ONLY) if totals.vacant_only else "",
        ),
        Card(
            _("Full-time equivalents per 10,000"),
            "–" if totals.fte_per_10000 is None else number(totals.fte_per_10000, 2),
            note=_("%(fte)s in all") % {"fte": number(totals.fte, 1)},
        ),
    )


@dataclass(frozen=True)
class Face:
    """What stands in a square, what it says in words, and its tone."""

    text: str
    label: str
    tone: str


def state_face(row: MunicipalityCoverage) -> Face:
    """By state."""
    return Face(str(SYMBOLS[row.state]), label(row), row.state.value)


def coverage_map(
    report: CoverageReport,
    address: Callable[[str], str],
    county: str = "",
    face: Callable[[MunicipalityCoverage], Face] = state_face,
    legend: Sequence[LegendEntry] = (),
) -> TileMap:
    """Norway, by state or by another `face` with its `legend`; those of the `county` get a frame.

    Each tile leads to its municipality's page by `address`. A municipality whose place lies outside the grid is only
    in the tables.
    """
    tiles = (_tile(row, face(row), address, county) for row in report.rows if _is_on_map(row))
    return tile_map(tiles, legend or state_legend(report))


def state_legend(report: CoverageReport) -> list[LegendEntry]:
    """The states with how many are in each."""
    return [
        LegendEntry(
            state.value,
            f"{state.label}: {number(report.totals.states[state])}",
            str(SYMBOLS[state]),
        )
        for state in states_in(report.definition)
    ]


def map_sentence(report: CoverageReport) -> str:
    """Where most of those without are, and by which definition."""
    counted = _("Counted as covered: %(definition)s") % {"definition": report.definition.label}
    return f"{_where(report)} {counted}."


def _where(report: CoverageReport) -> str:
    ranked = sorted(report.counties, key=lambda county: county.totals.without, reverse=True)
    without = report.totals.without
    if not without:
        return _("No municipality is known to be without.")
    if len(ranked) > 1 and ranked[0].totals.without == ranked[1].totals.without:
        return _("Where the %(count)s without are.") % {"count": number(without)}
    return _("Most of those without are in %(county)s: %(count)s of %(all)s.") % {
        "county": ranked[0].name,
        "count": number(ranked[0].totals.without),
        "all": number(without),
    }


def county_lists(
    counties: Sequence[CountyCoverage], is_wanted: Wanted, own: Iterable[str] = ()
) -> tuple[CountyList, ...]:
    """The municipalities that are wanted, by county; the counties whose codes are `own` come first."""
    mine = frozenset(own)
    lists = [
        CountyList(county, tuple(filter(is_wanted, county.rows)), county.code in mine) for county in counties
    ]
    return tuple(sorted((one for one in lists if one.rows), key=lambda one: not one.is_own))


def population_years(rows: Iterable[MunicipalityCoverage]) -> str:
    """Of which 1 January the populations are, as years: 2026, or 2025–2026."""
    years = sorted({row.population_year for row in rows if row.population_year})
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _from_worst(definition: Definition) -> tuple[CoverageState, ...]:
    """Those without before those with, unknown last. Where one state alone is without, the first card counts it."""
    lacking = WITHOUT[definition]
    enough = [state for state in states_in(definition) if state not in (*lacking, CoverageState.UNKNOWN)]
    apart = lacking if len(lacking) > 1 else ()
    return (*reversed(apart), *reversed(enough), CoverageState.UNKNOWN)


def _state_card(state: CoverageState, count: int, address: Callable[[str], str]) -> Card:
    return Card(str(state.label), number(count), href=address(state.value) if count else "")


def label(row: MunicipalityCoverage) -> str:
    """What a map says of a municipality: its name, its state and its årsverk."""
    text = f"{row.full_name}: {row.state.label}"
    if not row.fte:
        return text
    return _("%(place)s, %(fte)s full-time equivalents") % {"place": text, "fte": number(row.fte, 1)}


def _tile(row: MunicipalityCoverage, face: Face, address: Callable[[str], str], county: str) -> Tile:
    return Tile(
        row.tile_column,
        row.tile_row,
        face.text,
        face.label,
        face.tone,
        address(row.code),
        chosen=row.county_code == county,
    )


def _is_on_map(row: MunicipalityCoverage) -> bool:
    return 1 <= row.tile_column <= COLUMNS and 1 <= row.tile_row <= ROWS


def _not_known(totals: Totals) -> str:
    unknown = totals.unknown
    if not unknown:
        return ""
    return ngettext(
        "For %(count)s municipality nothing is known.",
        "For %(count)s municipalities nothing is known.",
        unknown,
    ) % {"count": number(unknown)}
