"""The line of a wait: its stretches are those of the clock, and it says in words and as a table what it draws."""

from collections.abc import Callable

import pytest

from referrals.boards.wait_line import ClockLine, wait_line_of
from referrals.choices import PauseReason
from referrals.models import Category, Municipality, Referral
from tests.factories import TODAY, ReferralFactory, WaitPauseFactory, days_ago

Line = Callable[..., ClockLine]


@pytest.fixture
def line(municipality: Municipality, category: Category) -> Line:
    """Draws a referral received a hundred days ago. Each pause: reason, first day, day after the last, as days ago."""

    def draw(*pauses: tuple[str, int, int | None], **traits: object) -> ClockLine:
        given = {"municipality": municipality, "category": category, "received_on": days_ago(100)}
        made = ReferralFactory(**given | traits)
        for reason, first, after in pauses:
            WaitPauseFactory(
                referral=made,
                reason=reason,
                started_on=days_ago(first),
                ended_on=None if after is None else days_ago(after),
            )
        case = Referral.objects.with_wait(on=TODAY).get(pk=made.pk)
        drawn = wait_line_of(case, case.pauses.all(), on=TODAY)
        days = [int(row.days.split()[0]) for row in drawn.rows if row.what != "Startet"]
        assert sum(days) == case.gross_days
        return drawn

    return draw


def tones(drawn: ClockLine) -> list[str]:
    return [stroke.tone for stroke in drawn.chart.strokes]


def test_a_wait_that_just_runs(line: Line) -> None:
    drawn = line()
    assert tones(drawn) == ["waiting"]
    assert drawn.sentence == "100 dager brutto fra 06.12.2025 til 16.03.2026."
    assert [flag.text for flag in drawn.chart.flags] == ["Mottatt 06.12.2025", "I dag 16.03.2026"]


def test_pauses_that_overlap_are_counted_once_and_told_together(line: Line) -> None:
    drawn = line(
        (PauseReason.HOSPITAL, 60, 40), (PauseReason.NAV, 50, 20), waiting=True, prioritised_on=days_ago(99)
    )
    assert tones(drawn) == ["waiting", "deducted", "deducted", "held", "waiting"]
    assert "Satt på vent i 40 dager av dem; 20 dager trekkes fra mot fristen." in drawn.sentence
    assert [row.what for row in drawn.rows] == [
        "Venter",
        "Satt på vent: Innlagt på sykehus eller institusjon (trekkes fra)",
        "Satt på vent: Innlagt på sykehus eller institusjon, Venter på NAV hjelpemiddelsentral (trekkes fra)",
        "Satt på vent: Venter på NAV hjelpemiddelsentral (teller)",
        "Venter",
    ]
    # 56 days and the 20 on hold after the sixth of December.
    assert "Fristen er 20.02.2026." in drawn.sentence
    assert drawn.chart.flags[-1].text == "Frist 20.02.2026"


def test_an_open_pause_runs_until_today_and_none_before_receipt_counts(line: Line) -> None:
    drawn = line((PauseReason.OWN_WISH, 10, None))
    assert tones(drawn) == ["waiting", "deducted"]
    assert drawn.rows[-1].days == "10 dager" and drawn.rows[-1].ended == "16.03.2026"


def test_after_the_start_the_clock_stands_still(line: Line) -> None:
    drawn = line(started=True, started_on=days_ago(30))
    assert tones(drawn) == ["waiting", "started"]
    assert drawn.sentence.startswith("70 dager brutto fra 06.12.2025 til 14.02.2026.")
    assert "Startet 14.02.2026" in [flag.text for flag in drawn.chart.flags]


def test_a_closed_case_has_no_today(line: Line) -> None:
    drawn = line(withdrawn=True)
    texts = " ".join(flag.text for flag in drawn.chart.flags)
    assert "Avsluttet" in texts and "I dag" not in texts and tones(drawn) == ["waiting"]


def test_received_today_has_no_stretch_and_says_so(line: Line) -> None:
    drawn = line(received_on=TODAY)
    assert not drawn.rows and not drawn.chart.strokes
    assert drawn.sentence == "0 dager brutto fra 16.03.2026 til 16.03.2026."
