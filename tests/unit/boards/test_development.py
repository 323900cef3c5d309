"""What is said over 60 months: true of the figures shown, and never more than they tell."""

from dataclasses import replace
from datetime import date

import pytest

from referrals.boards.development import development
from referrals.boards.links import Drilldown
from referrals.reports.ageing import AgeingPoint, AgeingReport
from referrals.reports.development import DevelopmentReport
from referrals.reports.flow_months import FlowMonth, FlowMonthsReport
from referrals.reports.periods import month_ends, until_day
from referrals.reports.recipe import Recipe
from referrals.reports.suppression import WITHHELD, Figure
from referrals.waiting import Band
from tests.unit.boards.reports import ON, OUTSIDE, READ_AT, trend

DAYS = month_ends(ON, 14)
RECIPE = Recipe("development", ON, OUTSIDE, READ_AT)
SEVEN = Figure(7)
NO_NUMBER = "Ingen tall kan vises: De er for små til å vises utenfor kommunen."


def month(last_day: date, referred: Figure, started: Figure, ended: Figure) -> FlowMonth:
    period = until_day(last_day.replace(day=1), last_day)
    return FlowMonth(period, referred, started, ended, Figure(0), Figure(20))


def report(
    flow: tuple[Figure, Figure, Figure] = (Figure(3), Figure(2), Figure(1)), oldest: Figure = SEVEN
) -> DevelopmentReport:
    """14 months of 20 who wait; `flow` came, started and left otherwise in each, `oldest` at last over a year."""
    points = [AgeingPoint(day, Figure(20), (*[Figure(2)] * 6, Figure(5))) for day in DAYS]
    points[-1] = replace(points[-1], bands=(*[Figure(2)] * 6, oldest))
    return DevelopmentReport(
        ON,
        OUTSIDE,
        trend([Figure(20)] * 14),
        AgeingReport(ON, OUTSIDE, tuple(Band), tuple(points), RECIPE),
        FlowMonthsReport(ON, OUTSIDE, tuple(month(day, *flow) for day in DAYS), RECIPE),
        RECIPE,
    )


def said(of: DevelopmentReport) -> dict[str, str]:
    return {picture.id: picture.sentence for picture in development(of, Drilldown())}


@pytest.mark.parametrize(
    ("flow", "sentence"),
    [
        ((3, 2, 0), "kom det flere enn det gikk: 36 mot 24. Av dem som gikk, hadde 24 startet."),
        ((3, 2, 1), "kom det like mange som det gikk: 36. Av dem som gikk, hadde 24 startet."),
        ((1, 2, 1), "kom det færre enn det gikk: 12 mot 36. Av dem som gikk, hadde 24 startet."),
        ((3, 0, 0), "kom det flere enn det gikk: 36 mot 0."),
    ],
)
def test_the_last_twelve_months_are_added_up(flow: tuple[int, int, int], sentence: str) -> None:
    referred, started, ended = map(Figure, flow)
    assert said(report((referred, started, ended)))["flow"] == f"De siste 12 hele månedene {sentence}"


def test_nobody_moved() -> None:
    told = said(report((Figure(0), Figure(0), Figure(0))))["flow"]
    assert told == "Ingen kom og ingen gikk de siste 12 hele månedene."


def test_one_hidden_movement_of_twelve_months_leaves_no_sum() -> None:
    whole = report()
    months = list(whole.flow.months)
    months[-12] = replace(months[-12], started=WITHHELD)
    told = said(replace(whole, flow=replace(whole.flow, months=tuple(months))))["flow"]
    assert (
        told.startswith("Hvor mange som kom og gikk i hver måned") and "I 1 av 14 måneder er et tall" in told
    )


def test_a_hidden_movement_before_them_leaves_the_sum() -> None:
    whole = report()
    months = list(whole.flow.months)
    months[-13] = replace(months[-13], started=WITHHELD)
    told = said(replace(whole, flow=replace(whole.flow, months=tuple(months))))["flow"]
    assert told.startswith("De siste 12") and "I 1 av 14 måneder er et tall" in told


@pytest.mark.parametrize(
    ("oldest", "sentence"),
    [
        (Figure(7), "Over ett år: opp fra 5 ved utgangen av januar 2025 til 7 ved utgangen av februar 2026."),
        (Figure(5), "Like mange hadde ventet over ett år"),
        (WITHHELD, "Hvor lenge de på ventelisten hadde ventet ved slutten av hver måned. I 1 av 14 måneder"),
    ],
)
def test_the_oldest_are_told_of_where_they_may_be(oldest: Figure, sentence: str) -> None:
    assert said(report(oldest=oldest))["ageing"].startswith(sentence)


def test_where_all_is_hidden_it_is_said_and_drawn() -> None:
    hidden = replace(report((WITHHELD,) * 3), trend=trend([WITHHELD] * 14))
    pictures = development(hidden, Drilldown())
    assert len(pictures) == 4 and not any(picture.chart.is_empty for picture in pictures)
    assert said(hidden)["list-size"].endswith(NO_NUMBER)


def test_every_number_leads_from_the_table_and_those_of_twelve_months_from_the_drawing() -> None:
    pictures = development(report(oldest=Figure(0)), Drilldown("/liste/"))
    ageing, flow = (picture.chart for picture in pictures[-2:])
    links = [[layer.of for layer in column.layers] for column in ageing.columns]
    assert not any(of.mark_href for column in links[:2] for of in column)
    assert all(of.mark_href for column in links[2:-1] for of in column)
    assert all(of.href for column in links[:-1] for of in column)
    day = "/liste/dag/?dato=28.02.2026"
    assert [of.href for of in links[-1]] == [*(f"{day}&band={band.code}" for band in list(Band)[:-1]), ""]
    assert ageing.columns[-1].href == day
    counts = [flow.counts for flow in flow.flows]
    assert all(count.href for month in counts for count in month)
    assert [bool(month[0].mark_href) for month in counts] == [False] * 2 + [True] * 12


@pytest.mark.parametrize(("as_known", "leads"), [(False, [True] * 14), (True, [False] * 13 + [True])])
def test_as_it_was_known_then_of_the_lists_only_that_of_the_day_itself_can_be_opened(
    as_known: bool, leads: list[bool]
) -> None:
    day = Drilldown("/liste/", "/liste/dag/?dato=28.02.2026&kjent=then", as_known=as_known, on=DAYS[-1])
    size, _waits, ageing, flow = (picture.chart for picture in development(report(), day))
    assert [bool(href) for href in size.lines[0].hrefs] == leads
    assert [bool(column.href) for column in ageing.columns] == leads
    assert [bool(month.stock.href) for month in flow.flows] == leads
    assert all(("/kom-og-gikk/" in month.referred.href) is as_known for month in flow.flows)
