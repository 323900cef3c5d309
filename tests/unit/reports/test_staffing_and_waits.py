"""Årsverk against long waits: who is in, who is left out, and Spearman's correlation against its plain definition."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.boards.staffing_and_waits import board
from referrals.choices import CoverageState
from referrals.reports.staffing_and_waits import LEAST_MUNICIPALITIES, build, spearman
from referrals.reports.suppression import SMALL, WITHHELD, Figure
from tests.unit.boards.test_coverage import row

SHORT = st.lists(st.integers(0, 5), min_size=2, max_size=12)


def places(count, waits):
    """Municipalities with one årsverk more each, and the waits that belong to their number."""
    made = (row(number, CoverageState.OWN) for number in range(1, count + 1))
    return [replace(one, fte=Decimal(one.pk), over_a_year=Figure(waits(one.pk))) for one in made]


@pytest.mark.parametrize(
    ("waits", "correlation", "said"),
    [
        (lambda number: 100 - number, -1, "Tynn dekning henger sammen med lang ventetid (Spearmans"),
        (lambda number: number, 1, "snarere tvert om"),
        (lambda number: 5 + 7 * number % 4, None, "Det er ingen klar sammenheng"),
    ],
)
def test_a_sentence_says_whether_the_two_go_together(waits, correlation, said):
    result = build(places(40, waits))
    if correlation is not None:
        assert result.correlation == pytest.approx(correlation)
    assert said in board(result).sentence
    assert "n = 40" in board(result).sentence


def test_of_few_or_of_equals_nothing_is_said():
    few = build(places(LEAST_MUNICIPALITIES - 1, lambda number: number))
    assert board(few).sentence == "Ikke mulig å si: Begge deler vises for bare 19 kommuner."
    assert board(build([])).sentence == "Ikke mulig å si: Begge deler vises ikke for noen kommune."
    assert build(places(LEAST_MUNICIPALITIES, lambda number: number)).is_enough
    equal = build(places(40, lambda number: 3))
    assert equal.correlation is None
    same = "Ikke mulig å si: Det ene av de to er likt i alle de 40 kommunene der begge deler vises."
    assert board(equal).sentence == same
    nobody = "Ikke mulig å si: Ingen har ventet over ett år i noen av de 40 kommunene der begge deler vises."
    assert board(build(places(40, lambda number: 0))).sentence == nobody


def test_who_is_left_out_is_counted():
    shown, small, withheld, unknown, empty, new = places(6, lambda number: number)
    rows = [
        shown,
        replace(small, over_a_year=SMALL),
        replace(withheld, over_a_year=WITHHELD),
        replace(unknown, state=CoverageState.UNKNOWN),
        replace(empty, population=None),
        replace(new, over_a_year=Figure()),
    ]
    result = build(rows)
    assert ([pair.name for pair in result.pairs], result.hidden, result.unknown) == (["Vik 1"], 2, 3)
    assert board(result).left_out.startswith("2 kommuner er utelatt")
    assert board(build(rows[:1])).left_out == ""
    assert (
        board(build(rows[:2])).left_out
        == "1 kommune er utelatt fordi tallet er for lite til å vises eller skjermet."
    )
    unknown = "3 kommuner er utelatt fordi årsverk, folketall eller henvisninger er ukjent."
    assert board(build(rows[3:])).left_out == unknown


@given(st.data())
def test_it_is_pearsons_of_the_ranks(data):
    first = data.draw(SHORT)
    second = data.draw(st.lists(st.integers(0, 5), min_size=len(first), max_size=len(first)))
    result = spearman(first, second)
    ranks = [
        [sum(o < one for o in each) + (each.count(one) + 1) / 2 for one in each] for each in (first, second)
    ]
    means = [sum(each) / len(each) for each in ranks]
    away = [[one - mean for one in each] for each, mean in zip(ranks, means, strict=True)]
    sizes = [sum(one**2 for one in each) for each in away]
    if not all(sizes):
        assert result is None
    else:
        plain = sum(a * b for a, b in zip(*away, strict=True)) / (sizes[0] * sizes[1]) ** 0.5
        assert result == pytest.approx(plain)
        assert result == pytest.approx(spearman(second, first))
