"""The progress of long work, on a terminal and in a file."""

import io

import pytest

from referrals.management.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_terminal_shows_share_rate_and_what_is_left(clock):
    output = Terminal()
    bar = ProgressBar(output, 10_000, "referrals", clock)
    clock.seconds += 10
    bar(2_500)
    assert output.getvalue().startswith(
        "\r██████░░░░░░░░░░░░░░░░░░ 2,500 of 10,000 referrals, 250/s, about 30 s left"
    )
    assert "\n" not in output.getvalue()


def test_the_last_line_is_ended_and_says_how_long_it_took(clock):
    output = Terminal()
    bar = ProgressBar(output, 100, "referrals", clock)
    clock.seconds += 75
    bar(100)
    assert "100 of 100 referrals, 1/s, 1 min 15 s in all" in output.getvalue()
    assert output.getvalue().endswith("\n")


def test_a_file_gets_a_line_now_and_then(clock):
    output = io.StringIO()
    bar = ProgressBar(output, 1_000, "referrals", clock)
    for done in range(0, 1_000, 10):
        clock.seconds += 1
        bar(done)
    lines = output.getvalue().splitlines()
    assert len(lines) == 10
    assert not any("\r" in line for line in lines)


def test_nothing_done_yet_says_nothing(clock):
    output = Terminal()
    ProgressBar(output, 10, "referrals", clock)(0)
    assert output.getvalue() == ""
