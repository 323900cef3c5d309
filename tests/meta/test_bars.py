"""The report of `make bench`: what is judged and how, and whose figures are kept."""

from datetime import date
from pathlib import Path

import pytest

from tests.bench import bars
from tests.bench.bars import MILLISECONDS, Bar
from tests.bench.report import Report

ON = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("bar", "value", "verdict"),
    [
        (Bar("ratio", 1.5), 1.5, "met"),
        (Bar("ratio", 1.5), 1.501, "missed"),
        (Bar("ratio", 6, at_least=True), 6, "met"),
        (Bar("ratio", 6, at_least=True), 5.99, "missed"),
        (Bar("time", 20, MILLISECONDS), 20, "below"),
        (Bar("time", 20, MILLISECONDS), 20.1, "above"),
    ],
)
def test_ratios_are_judged_and_milliseconds_only_stand_beside_their_target(
    bar: Bar, value: float, verdict: str
) -> None:
    assert bar.verdict(value) == verdict


def measured(size: int) -> Report:
    report = Report()
    report.largest = size
    for bar in bars.ALL:
        report.measured(bar, bar.target)
    return report


def test_a_run_is_whole_when_every_bar_was_measured() -> None:
    report = Report()
    assert report.is_empty
    for bar in bars.ALL:
        assert not report.is_whole
        report.measured(bar, 1)
    assert report.is_whole and not report.is_empty


def test_the_page_has_every_bar_and_keeps_the_figures_of_the_larger_run(tmp_path: Path) -> None:
    page = tmp_path / "bench.md"
    assert measured(1_000_000).keep(page, ON)
    assert all(bar.name in page.read_text("utf-8") for bar in bars.ALL)
    assert measured(5_000_000).keep(page, ON)
    assert not measured(1_000_000).keep(page, ON)
    assert "up to 5 000 000 referrals" in page.read_text("utf-8")
    assert measured(5_000_000).keep(page, date(2026, 12, 1))
    assert "2026-12-01" in page.read_text("utf-8")


def test_the_page_names_no_folder_of_the_machine(tmp_path: Path) -> None:
    page = tmp_path / "bench.md"
    measured(1_000_000).keep(page, ON)
    assert str(tmp_path) not in page.read_text("utf-8")
    assert "/" not in page.read_text("utf-8").replace("docs/", "")
