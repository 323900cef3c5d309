"""Forms, lists and charts with long, hostile, missing, single and very large values."""

from datetime import date, timedelta

from django import forms

from referrals.charts.bars import BarChart, Part, Row, bars
from referrals.charts.histogram import Class, Histogram, Mark, histogram
from referrals.charts.tiles import COLUMNS, ROWS, LegendEntry, Tile, TileMap, step, step_legend, tile_map
from referrals.forms.base import ErgoForm, FilterForm, Section
from referrals.forms.fields import LongTextField, NorwegianDateField
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, DateColumn, LinkColumn, NumberColumn, TagColumn

TODAY = date(2026, 11, 22)
HOSTILE = "<script>alert('x')</script>"
LONG = "Forebyggende hjemmebesøk og boligrådgivning i Guovdageaidnu–Kautokeino"
SAMI = "Máret Ánne Čáhppe Ŋuorra Đ. Ŧ."
NAMES = [HOSTILE, LONG, SAMI, "Å", "👩‍🦽 Kari", "x" * 60]
STATUSES = {"received": "Mottatt", "waiting": "På venteliste", "closed": "Avsluttet"}


class EverythingForm(ErgoForm):
    """Every shape of field, in sections."""

    sections = [
        Section("Henvisningen", ["received_on", "source", "category"], "Det som står på henvisningen."),
        Section("Innbyggeren", ["identifier", "name", "born_on", "notify"]),
        Section("Behovet", ["reason", "short", "urgency", "consent"]),
    ]

    received_on = NorwegianDateField(label="Mottatt dato", not_after=TODAY)
    source = forms.ChoiceField(
        label="Hvem henviser?",
        widget=forms.RadioSelect,
        choices=[
            (str(number), name) for number, name in enumerate([*NAMES[1:5], "Fastlege", "Sykehus", "NAV"])
        ],
    )
    category = forms.ChoiceField(
        label="Kategori", choices=[("", "Velg kategori"), ("a", LONG), ("b", HOSTILE)]
    )
    identifier = forms.CharField(
        label="Fødselsnummer", required=False, widget=forms.TextInput({"size": "14"})
    )
    name = forms.CharField(label="Navn", max_length=100, help_text=HOSTILE)
    born_on = NorwegianDateField(label="Fødselsdato", required=False, latest_year=TODAY.year)
    notify = forms.BooleanField(label="Varsle innbyggeren", required=False)
    reason = LongTextField(label="Henvisningsårsak")
    short = LongTextField(label="Hva er viktig?", required=False, max_length=200)
    urgency = forms.MultipleChoiceField(
        label="Hast",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("a", "Trykksår"), ("b", LONG), ("c", HOSTILE)],
    )
    consent = forms.BooleanField(label="Innbyggeren har samtykket")
    submission = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)


class NarrowingForm(FilterForm):
    """A filter with each kind of field that filters use."""

    status = forms.ChoiceField(label="Status", required=False, choices=[("", "Alle"), *STATUSES.items()])
    received_from = NorwegianDateField(label="Mottatt fra og med", required=False, help_text="")
    only = forms.MultipleChoiceField(
        label="Bare",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("over", "Over frist"), ("x", LONG)],
    )


class AwkwardTable(ErgoTable):
    """Each kind of column."""

    caption = "Venteliste"
    when_empty = "Ingen treff. Fjern et filter og prøv igjen."

    number = LinkColumn("Nummer", url=lambda record: f"?number={record['number']}")
    name = Column("Innbygger")
    received_on = DateColumn("Mottatt")
    category = Column("Kategori")
    due_on = DateColumn("Frist")
    waited = NumberColumn("Dager ventet", initial_sort_descending=True)
    fte = NumberColumn("Årsverk", decimals=1, orderable=False)
    status = TagColumn("Status", colours={"waiting": "warning", "received": "info"}, labels=STATUSES)
    therapist = Column("Ergoterapeut", missing="Ikke fordelt")

    class Meta:
        fields = (
            "number",
            "name",
            "received_on",
            "category",
            "due_on",
            "waited",
            "fte",
            "status",
            "therapist",
        )


def rows(count: int = 437) -> list[dict]:
    """So many rows for the table."""
    return [_row(number) for number in range(count)]


def _row(number: int) -> dict:
    waited = number * 37 % 4001
    return {
        "number": f"2026-{number:06}",
        "name": NAMES[number % len(NAMES)],
        "received_on": TODAY - timedelta(days=waited),
        "category": [LONG, "Hjelpemidler", HOSTILE][number % 3],
        "due_on": TODAY - timedelta(days=waited - 84) if number % 4 else None,
        "waited": waited,
        "fte": number / 7 if number % 5 else None,
        "status": list(STATUSES)[number % 3],
        "therapist": SAMI if number % 3 else None,
    }


def distribution() -> Histogram:
    """A long tail, columns that lead somewhere, four lines close together."""
    ends = range(28, 588, 28)
    made = [Class(end - 28, end, max(1, 400 - end), f"?from={end - 28}") for end in ends]
    made.append(Class(560, None, 114, "?from=560"))
    return histogram(
        made,
        [
            Mark(90, "9 av 10 under 1 234", "p90"),
            Mark(84, "Frist 84", "target"),
            Mark(80, "Median 80", "median"),
            Mark(366, "Ett år", "year"),
        ],
    )


def withheld_bands() -> Histogram:
    """Bands, one of them not to be shown."""
    edges = [0, 15, 29, 57, 85, 183, 366, None]
    counts = [30, None, 12, 0, 20, 9, 3]
    return histogram([Class(*one) for one in zip(edges, edges[1:], counts, strict=False)])


def by_category() -> BarChart:
    """Single bars with long and hostile labels, one withheld."""
    return bars(
        [Row(name, [number * 1000], f"?category={number}") for number, name in enumerate(NAMES)]
        + [Row("Syn", [None])],
        [Part("Venter")],
    )


def by_county() -> BarChart:
    """Shares, with parts too narrow for their text."""
    parts = [
        Part("Innen frist"),
        Part("Snart", "near"),
        Part("Over frist", "over"),
        Part("Ikke vurdert", "muted"),
    ]
    return bars(
        [Row("Oslo", [80, 1, 18, 1]), Row(LONG, [0, 0, 0, 0]), Row("Troms", [1, 1, 1, 97])], parts, share=True
    )


def waits_map() -> TileMap:
    """Places all over the grid, to its edges, with each step and no figure."""
    tiles = [
        _tile(column, row, None if column % 7 == 0 else column * row % 140)
        for column in range(1, COLUMNS + 1)
        for row in range(1, ROWS + 1)
        if (column + 3 * row) % 14 == 0
    ]
    return tile_map(tiles, step_legend([28, 56, 84, 112], "ingen tall"))


def _tile(column: int, row: int, days: int | None) -> Tile:
    text = "–" if days is None else str(days)
    tone = step(days, [28, 56, 84, 112])
    return Tile(column, row, text, f"{HOSTILE} {column}.{row}: {text} dager", tone, f"?tile={column}.{row}")


def coverage_map() -> TileMap:
    """One municipality of each state of coverage."""
    states = {"own": "", "purchased": "K", "agreement": "A", "none": "0", "unknown": "?"}
    legend = [LegendEntry(state, state.capitalize(), symbol) for state, symbol in states.items()]
    tiles = [
        Tile(column, 1, symbol, f"{state} {column}", state, f"?state={state}")
        for column, (state, symbol) in enumerate(states.items(), start=1)
    ]
    return tile_map(tiles, legend)
