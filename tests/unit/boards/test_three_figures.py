"""What stands in the three cards: every figure, or why there is none."""

from dataclasses import replace
from datetime import date

import pytest

from referrals.boards.links import Drilldown
from referrals.boards.three_figures import ThreeBoard, three_figures
from referrals.reports.estimate import Lack
from referrals.reports.periods import last_weeks, last_year
from referrals.reports.recipe import Recipe
from referrals.reports.suppression import SMALL, WITHHELD, Figure
from referrals.reports.three_figures import Answer, Estimate, Part, Started, ThreeFigures
from tests.unit.boards.reports import ON, OUTSIDE, OWN, READ_AT, group, report

ADDRESSES = {52: "?uker=52", 13: "?uker=13"}
STARTED = Started(last_weeks(ON, 52), Figure(1234), Figure(30.5), Figure(84.0), Figure(35.4))
ESTIMATE = Estimate(
    last_year(ON),
    Figure(1234),
    Answer(Figure(48)),
    Answer(Figure(200)),
    Answer(Figure(40)),
    Answer(Figure(180)),
    Answer(Figure(0.125)),
    Figure(700),
)
NO_TIMES = ("half_started", "most_started", "half_gone", "most_gone")


def board(scope=OWN, started=STARTED, estimate=ESTIMATE, **changes) -> ThreeBoard:
    usual = ThreeFigures(ON, scope, started, estimate, (), (), Recipe("three_figures", ON, scope, READ_AT))
    return three_figures(report(scope), replace(usual, **changes), ADDRESSES, 13, Drilldown())


def values(facts) -> list[str]:
    return [f"{fact.value} {fact.aside}".strip() for fact in facts]


def test_every_figure_is_written_with_its_longer_unit() -> None:
    shown = board()
    assert values(shown.waiting) == ["49 dager", "219 dager 7 måneder", "30"]
    assert values(shown.started) == ["31 dager", "84 dager 12 uker", "1\N{NO-BREAK SPACE}234", "35 dager"]
    assert values(shown.estimated) == [
        "48 dager",
        "200 dager 6 måneder",
        "40 dager",
        "180 dager 25 uker",
        "13\N{NO-BREAK SPACE}%",
    ]
    assert "1\N{NO-BREAK SPACE}234" in shown.basis
    assert "700 dager" in shown.basis
    assert not shown.reasons


def test_the_mean_stands_last_and_is_named() -> None:
    assert board().started[-1].label.startswith("Gjennomsnitt")


def test_one_figure_of_each_card_is_read_first() -> None:
    shown = board()
    for facts in (shown.waiting, shown.started, shown.estimated):
        assert [fact.is_main for fact in facts] == [True] + [False] * (len(facts) - 1)


@pytest.mark.parametrize(
    ("lack", "word", "reason"),
    [
        (Lack.TOO_FEW, "For få", "minst 20"),
        (Lack.THIN, "For få", "For få ble henvist"),
        (Lack.BEYOND, "Kan ikke beregnes", "lengste ventetiden"),
        (Lack.NEVER, "Nås aldri", "slutter uten å starte"),
    ],
)
def test_a_missing_time_says_why_once(lack: Lack, word: str, reason: str) -> None:
    shown = board(estimate=replace(ESTIMATE, **dict.fromkeys(NO_TIMES, Answer(Figure(), lack))))
    assert values(shown.estimated)[:4] == [word] * 4
    assert all(fact.is_hidden for fact in shown.estimated[:4])
    (text,) = shown.reasons
    assert reason in text


def test_different_reasons_are_each_said() -> None:
    estimate = replace(
        ESTIMATE, most_started=Answer(Figure(), Lack.NEVER), most_gone=Answer(Figure(), Lack.BEYOND)
    )
    assert len(board(estimate=estimate).reasons) == 2


def test_what_is_hidden_says_so_and_the_mean_is_left_out() -> None:
    hidden = Answer(WITHHELD)
    shown = board(
        OUTSIDE,
        replace(STARTED, count=SMALL, median_days=WITHHELD, p90_days=WITHHELD, mean_days=WITHHELD),
        Estimate(ESTIMATE.period, WITHHELD, *[hidden] * 5, WITHHELD),
    )
    assert values(shown.started) == ["Skjermet", "Skjermet", "<5"]
    assert values(shown.estimated) == ["Skjermet"] * 5
    assert shown.basis.startswith(
        "Hvor mange oppstarter den bygger på, vises bare for kommunens egne ansatte"
    )
    assert "1\N{NO-BREAK SPACE}234" not in shown.basis and "700" not in shown.basis


def test_without_a_curve_only_the_starts_are_told() -> None:
    shown = board(estimate=replace(ESTIMATE, starts=Figure(7), longest_day=Figure()))
    assert shown.basis.endswith(": 7.")


def test_the_period_that_is_shown_is_marked() -> None:
    assert [(choice.label, choice.url, choice.is_chosen) for choice in board().choices] == [
        ("52 uker", "?uker=52", False),
        ("13 uker", "?uker=13", True),
    ]
    assert board().started_in.start == date(2025, 3, 18)


def test_a_part_stands_beside_those_of_it_who_wait() -> None:
    none = Started(STARTED.period, Figure(0), Figure(), Figure(), Figure())
    few = Estimate(ESTIMATE.period, Figure(0), *[Answer(Figure(), Lack.TOO_FEW)] * 5, Figure())
    parts = (
        Part("aids", "Hjelpemidler", STARTED, ESTIMATE),
        Part("new", "Startet bare", STARTED, few),
        Part("empty", "Ingen", none, few),
    )
    (table,) = three_figures(
        report(OWN, by_category=(group("Hjelpemidler", Figure(20), 10, "aids"),)),
        ThreeFigures(ON, OWN, STARTED, ESTIMATE, parts, (), Recipe("three_figures", ON, OWN, READ_AT)),
        ADDRESSES,
        52,
        Drilldown(),
    ).parts
    assert [(row.name, tuple(cell.value for cell in row.cells)) for row in table.rows] == [
        (
            "Hjelpemidler",
            ("20", "40 dager", "1\N{NO-BREAK SPACE}234", "31 dager", "84 dager", "48 dager", "200 dager"),
        ),
        ("Startet bare", ("0", "–", "1\N{NO-BREAK SPACE}234", "31 dager", "84 dager", "For få", "For få")),
    ]
