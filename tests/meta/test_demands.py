"""Each of the 38 security demands has its tests, and the page in docs/ tells of them as they are."""

import pytest

from tests.demands import DEMANDS, PAGE, page, proofs


@pytest.mark.parametrize("number", DEMANDS)
def test_every_demand_is_shown_by_a_test_that_says_how(number: int) -> None:
    shown = proofs()[number]
    assert shown
    assert all(proof.shows for proof in shown)


def test_no_test_names_a_demand_that_is_not_there() -> None:
    assert set(proofs()) <= set(DEMANDS)


def test_the_page_is_as_the_tests_are() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `make fix`"
