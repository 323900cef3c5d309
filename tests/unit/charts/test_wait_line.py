from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from referrals.charts.scales import text_width
from referrals.charts.wait_line import FIRST, LAST, LEAST, NARROWEST, Flag, Mark, Piece, wait_line

BEGIN = date(2026, 1, 1)
NAME = "Motteken 16.03.2026"  # the longest there is


def day(number: int) -> date:
    return BEGIN + timedelta(days=number)


def piece(first: int, last: int, tone: str = "waiting") -> Piece:
    return Piece(day(first), day(last), tone, tone)


def extent(flag: Flag) -> tuple[float, float]:
    """From where to where a name reaches on the narrowest paper."""
    place, width = flag.x / 100 * NARROWEST, text_width(flag.text)
    left = place - {"start": 0, "middle": width / 2, "end": width}[flag.anchor]
    return left, left + width


def test_stretches_are_as_long_as_their_days_and_leave_no_hole() -> None:
    drawn = wait_line([piece(0, 30), piece(30, 120, "held"), piece(120, 300)], [])
    assert drawn.strokes[0].x == FIRST
    for one, other in zip(drawn.strokes, drawn.strokes[1:], strict=False):
        assert abs(one.x + one.width - other.x) < 0.11
    assert abs(drawn.strokes[-1].x + drawn.strokes[-1].width - LAST) < 0.11
    assert abs(drawn.strokes[1].width / drawn.strokes[0].width - 3) < 0.05
    assert drawn.rest_x == LAST


def test_one_day_among_many_is_seen_and_stays_on_the_paper() -> None:
    drawn = wait_line([piece(0, 3000), piece(3000, 3001, "deducted")], [])
    assert drawn.strokes[1].width == LEAST
    assert drawn.strokes[1].x + drawn.strokes[1].width <= LAST


def test_a_target_ahead_makes_the_paper_longer_than_the_wait() -> None:
    drawn = wait_line([piece(0, 50)], [Mark(day(100), "target", "Frist", is_above=True)])
    assert drawn.strokes[0].width < 50 and drawn.rest_x < drawn.flags[0].x == LAST


def test_somebody_received_today_has_a_line_without_stretches() -> None:
    drawn = wait_line([], [Mark(day(0), "today", NAME)])
    assert not drawn.strokes and [flag.x for flag in drawn.flags] == [FIRST]


def test_the_target_is_named_above_and_the_other_days_below() -> None:
    marks = [Mark(day(0), "received", NAME), Mark(day(40), "target", "Frist", is_above=True)]
    target, received = sorted(wait_line([piece(0, 90)], marks).flags, key=lambda flag: flag.text_y)
    assert (target.tone, received.tone) == ("target", "received")
    assert target.text_y < 24 < received.text_y


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=4, unique=True))
def test_names_never_stand_upon_each_other_nor_leave_the_narrowest_paper(days: list[int]) -> None:
    drawn = wait_line([piece(min(days), max(days))], [Mark(day(one), "today", NAME) for one in days])
    for flag in drawn.flags:
        left, right = extent(flag)
        assert left >= -1 and right <= NARROWEST + 1
        assert flag.text_y < drawn.height
    for one, other in combinations(drawn.flags, 2):
        if one.text_y == other.text_y:
            (left, right), (begin, end) = sorted([extent(one), extent(other)])
            assert right <= begin and left < end
