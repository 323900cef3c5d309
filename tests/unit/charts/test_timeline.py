from datetime import date, timedelta

from referrals.charts.timeline import LEFT, Stretch, timeline

FIRST = date(2018, 1, 1)


def stretch(first: int, last: int, text: str = "A", tone: str = "own") -> Stretch:
    """From the one day to the other after the first."""
    return Stretch(FIRST + timedelta(days=first), FIRST + timedelta(days=last), tone, text, text)


def test_the_band_leaves_no_hole_and_is_as_long_as_its_days() -> None:
    drawn = timeline([stretch(0, 100), stretch(100, 400), stretch(400, 1000)], [])
    assert drawn.bands[0].x == LEFT
    for earlier, later in zip(drawn.bands, drawn.bands[1:], strict=False):
        assert abs(earlier.x + earlier.width - later.x) < 0.1
    assert abs(drawn.bands[-1].x + drawn.bands[-1].width - drawn.frame.plot_right) < 0.1
    assert abs(drawn.bands[1].width / drawn.bands[0].width - 3) < 0.02


def test_a_text_without_room_is_left_out() -> None:
    drawn = timeline([stretch(0, 1), stretch(1, 3000)], [])
    assert [band.text for band in drawn.bands] == ["", "A"]


def test_what_is_marked_is_cut_at_the_ends_and_left_out_outside() -> None:
    marked = [stretch(-50, 10), stretch(90, 200), stretch(-50, 0), stretch(100, 120)]
    drawn = timeline([stretch(0, 100)], marked)
    assert len(drawn.marks) == 2
    assert drawn.marks[0].x == LEFT
    assert abs(drawn.marks[1].x + drawn.marks[1].width - drawn.frame.plot_right) < 0.1


def test_what_began_earlier_has_no_text_that_would_tell_of_more_than_is_drawn() -> None:
    drawn = timeline([stretch(0, 1000)], [stretch(-50, 500, "550 dager"), stretch(600, 1000, "400 dager")])
    assert [(mark.text, mark.label) for mark in drawn.marks] == [
        ("", "550 dager"),
        ("400 dager", "400 dager"),
    ]


def test_years_are_named_where_they_begin() -> None:
    drawn = timeline([stretch(0, 800)], [])
    assert [tick.value for tick in drawn.years] == ["2018", "2019", "2020"]
    assert drawn.years[0].position == LEFT


def test_nothing_is_an_empty_line() -> None:
    assert timeline([], [stretch(0, 1)]).is_empty
