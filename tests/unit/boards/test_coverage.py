from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from referrals.boards import coverage as board
from referrals.choices import WITHOUT, CoverageState, Definition, states_in
from referrals.reports.coverage import CountyCoverage, CoverageReport, MunicipalityCoverage, Totals
from referrals.reports.lone import LoneTherapists
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Figure

ON = date(2026, 3, 16)
STATES = states_in(Definition.AUTHORISED)


def row(number, state, county="60"):
    return MunicipalityCoverage(
        pk=number,
        code=f"{county}{number:02}",
        name=f"Vik {number}",
        full_name=f"Vik {number}",
        county_code=county,
        county_name=f"Fylke {county}",
        tile_column=number,
        tile_row=int(county) - 59,
        state=state,
        source="Prøve",
        fte=Decimal("1.25") if state is CoverageState.OWN else Decimal(0),
        population=5_000,
        population_year=2026,
        without_since=None,
        days_without=None,
        is_vacant_only=False,
        is_under=False,
        therapists=1,
        licensed=0,
        over_a_year=Figure(0),
    )


def totals(rows, definition=Definition.AUTHORISED):
    return Totals(
        len(rows),
        {state: sum(one.state is state for one in rows) for state in states_in(definition)},
        sum(one.is_vacant_only for one in rows),
        sum(one.is_under for one in rows),
        sum((one.fte for one in rows), Decimal(0)),
        sum(one.population for one in rows),
        definition,
    )


def report(*counties, definition=Definition.AUTHORISED):
    """A report of counties, each given as the states of its municipalities."""
    made = []
    for number, states in enumerate(counties):
        code = str(60 + number)
        rows = tuple(row(place, state, code) for place, state in enumerate(states, start=1))
        made.append(CountyCoverage(code, f"Fylke {code}", totals(rows, definition), rows, Figure(0)))
    rows = tuple(one for county in made for one in county.rows)
    recipe = Recipe("coverage", ON, Scope.nation(), datetime(2026, 3, 16, tzinfo=UTC))
    return CoverageReport(
        on=ON,
        definition=definition,
        totals=totals(rows, definition),
        rows=rows,
        counties=tuple(made),
        over_a_year=Figure(0),
        least_fte=Decimal("2.00"),
        lone=LoneTherapists(date(2025, 12, 31), None),
        recipe=recipe,
    )


def address(code):
    return f"/dekning/{code}/"


def test_the_summary_says_what_without_own_is_made_of():
    said = board.summary(report(STATES[:4]).totals)
    assert said == (
        "3 av 4 kommuner er uten egen ergoterapeut: "
        "1 kjøper tjenesten, 1 har avtale med en annen kommune, og 1 har ingen."
    )


def test_the_summary_tells_of_those_of_whom_nothing_is_known():
    assert board.summary(report(STATES).totals).endswith("For 1 kommune mangler opplysninger.")


def test_full_coverage_is_only_what_is_known():
    said = board.summary(report([CoverageState.OWN, CoverageState.UNKNOWN]).totals)
    assert said.startswith("Ingen av de 2 kommunene er kjent å være uten egen ergoterapeut.")


EMPLOYED = states_in(Definition.EMPLOYED)


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (
            Definition.EMPLOYED,
            "4 av 6 kommuner er uten egen ansatt i stilling som ergoterapeut: 1 har en i en annen stilling, "
            "1 kjøper tjenesten, 1 har avtale med en annen kommune, og 1 har ingen. "
            "For 1 kommune mangler opplysninger.",
        ),
        (
            Definition.ATTACHED,
            "1 av 5 kommuner har ingen ergoterapeut knyttet til seg, heller ikke ved kjøp eller avtale. "
            "For 1 kommune mangler opplysninger.",
        ),
    ],
)
def test_the_summary_says_by_which_definition(definition, said):
    assert board.summary(report(states_in(definition), definition=definition).totals) == said


@pytest.mark.parametrize("definition", Definition)
def test_the_first_card_counts_those_without_and_the_states_are_told_once(definition):
    made = report(states_in(definition), definition=definition)
    first, *others = board.cards(made.totals, lambda state: f"?tilstand={state}")
    assert (first.label, first.value) == (
        str(board.WITHOUT_LABELS[definition]),
        str(len(WITHOUT[definition])),
    )
    told = {card.href.removeprefix("?tilstand=") for card in others[:-2]}
    alone = set(WITHOUT[definition]) if len(WITHOUT[definition]) == 1 else set()
    assert told == set(states_in(definition)) - alone
    assert len(board.county_lists(made.counties, board.wanted("", definition))[0].rows) == int(first.value)


def test_own_in_another_post_has_a_sign_of_its_own_where_it_is_told_apart():
    drawn = board.coverage_map(report(EMPLOYED, definition=Definition.EMPLOYED), address)
    assert [tile.text for tile in drawn.tiles] == ["·", "S", "K", "A", "0", "?"]
    assert [entry.tone for entry in drawn.legend] == [state.value for state in EMPLOYED]


def test_a_day_before_anything_is_known_says_so():
    said = board.summary(report([CoverageState.UNKNOWN] * 3).totals)
    assert said == "Vi har ingen opplysninger om noen av de 3 kommunene på denne datoen."


def test_the_cards_hold_every_state_and_link_to_those_that_have_somebody():
    cards = board.cards(report(STATES[:4]).totals, lambda state: f"?tilstand={state}")
    assert [(card.label, card.value, card.href) for card in cards[:-1]] == [
        ("Uten egen", "3", "?tilstand="),
        ("Ingen", "1", "?tilstand=none"),
        ("Avtale", "1", "?tilstand=agreement"),
        ("Kjøpt", "1", "?tilstand=purchased"),
        ("Egen", "1", "?tilstand=own"),
        ("Ukjent", "0", ""),
        ("Bare ledig stilling", "0", ""),
    ]
    assert cards[-1].value == "0,63"


def test_those_with_a_vacant_post_only_have_a_card_and_a_list():
    made = report(STATES)
    rows = tuple(replace(one, is_vacant_only=one.state is CoverageState.UNKNOWN) for one in made.rows)
    counties = [replace(made.counties[0], rows=rows, totals=totals(rows))]
    card = board.cards(counties[0].totals, lambda listed: f"?tilstand={listed}")[-2]
    assert (card.label, card.value, card.href) == ("Bare ledig stilling", "1", "?tilstand=vacant_only")
    (listed,) = board.county_lists(counties, board.wanted("vacant_only", Definition.AUTHORISED))
    assert [one.state for one in listed.rows] == [CoverageState.UNKNOWN]


def test_each_tile_says_its_state_in_colour_sign_and_words():
    drawn = board.coverage_map(report(STATES), address)
    assert [(tile.tone, tile.text) for tile in drawn.tiles] == [
        ("own", "·"),
        ("purchased", "K"),
        ("agreement", "A"),
        ("none", "0"),
        ("unknown", "?"),
    ]
    assert drawn.tiles[0].label == "Vik 1: Egen, 1,3 årsverk"
    assert drawn.tiles[3].href == "/dekning/6004/"
    assert len({entry.symbol for entry in drawn.legend}) == len(STATES)


def test_the_legend_counts():
    drawn = board.coverage_map(report([CoverageState.OWN, CoverageState.OWN, CoverageState.NONE]), address)
    assert [entry.label for entry in drawn.legend] == [
        "Egen: 2",
        "Kjøpt: 0",
        "Avtale: 0",
        "Ingen: 1",
        "Ukjent: 0",
    ]


def test_a_chosen_county_is_framed():
    drawn = board.coverage_map(report(STATES, STATES), address, "61")
    assert [tile.chosen for tile in drawn.tiles] == [False] * 5 + [True] * 5


def test_a_municipality_without_a_place_on_the_map_does_not_break_it():
    whole = report(STATES)
    outside = replace(whole.rows[0], tile_row=104)
    drawn = board.coverage_map(replace(whole, rows=(outside, *whole.rows[1:])), address)
    assert len(drawn.tiles) == 4


@pytest.mark.parametrize(
    ("counties", "sentence"),
    [
        (
            ([CoverageState.NONE] * 2, [CoverageState.NONE]),
            "Flest av dem som er uten, er i Fylke 60: 2 av 3.",
        ),
        (([CoverageState.NONE], [CoverageState.AGREEMENT]), "Hvor de 2 uten ligger."),
        (([CoverageState.OWN], [CoverageState.UNKNOWN]), "Ingen kommune er kjent å være uten."),
    ],
    ids=["one county leads", "two share the lead", "nobody"],
)
def test_the_map_says_where_most_are(counties, sentence):
    counted = "Regnes som dekket: Ansatt med autorisasjon, uansett stilling."
    assert board.map_sentence(report(*counties)) == f"{sentence} {counted}"


def test_lists_leave_out_counties_with_nobody_and_put_ones_own_first():
    three = report([CoverageState.NONE], [CoverageState.OWN], [CoverageState.PURCHASED, CoverageState.OWN])
    lists = board.county_lists(three.counties, board.wanted("", Definition.AUTHORISED), own=["62"])
    assert [(one.county.code, len(one.rows), one.is_own) for one in lists] == [
        ("62", 1, True),
        ("60", 1, False),
    ]


def test_the_population_is_of_one_year_or_of_several():
    rows = report(STATES).rows
    assert board.population_years(rows) == "2026"
    assert board.population_years((replace(rows[0], population_year=2024), *rows)) == "2024–2026"
    assert board.population_years([replace(rows[0], population_year=None)]) == ""
