from dataclasses import replace
from datetime import date

import pytest

from referrals.boards.dashboard import dashboard
from referrals.boards.links import Drilldown
from referrals.reports.flow import FlowLine
from referrals.reports.suppression import SMALL, WITHHELD, Figure
from referrals.reports.waiting_times import Headline, Target
from tests.unit.boards.reports import OUTSIDE, bands, flow, group, headline, report, trend, weeks

LIST = "/k/6001/venteliste/"
NOWHERE = Drilldown()


def board(waiting=None, moved=None, drilldown=None):
    return dashboard(waiting or report(), moved or flow(), drilldown or Drilldown(LIST))


def picture(page, id):
    return next(one for one in (*page.over_time, *page.by_group) if one.id == id)


def test_each_headline_count_leads_to_its_rows():
    addresses = {card.label: card.href for card in board().now}
    assert addresses == {
        "Venter": LIST,
        "Median ventetid": "",
        "9 av 10 har ventet kortere enn (P90)": "",
        "Over frist": f"{LIST}?only=over_target",
        "Innenfor frist": f"{LIST}?only=within_target",
        "Over ett år": f"{LIST}?only=over_a_year",
        "Ikke vurdert": "",
        "Satt på vent": f"{LIST}?only=paused",
        "Lengste ventetid": f"{LIST}?band=400-400",
    }


def test_the_flow_leads_to_what_happened_in_the_period():
    dates = "dated_from=16.12.2025&dated_to=16.03.2026"
    assert [card.href for card in board().recent] == [
        f"{LIST}?status=all&{dates}",
        f"{LIST}?status=all&dated=started&{dates}",
        f"{LIST}?status=left&dated=closed&{dates}",
        "",
        "",
    ]


def test_the_figures_of_an_earlier_day_lead_to_the_list_of_that_day():
    of_day = f"{LIST}dag/?dato=01.02.2026"
    earlier = board(drilldown=Drilldown(LIST, of_day))
    assert [card.href for card in earlier.now if card.href] == [
        of_day,
        *(f"{of_day}&only={fact}" for fact in ("over_target", "within_target", "over_a_year", "paused")),
        f"{of_day}&band=400-400",
    ]
    assert all(card.href for card in earlier.recent[:3])


def test_what_was_known_of_a_period_is_in_the_list_of_what_came_and_went():
    of_day = f"{LIST}dag/?dato=01.02.2026&kjent=then"
    as_known = board(drilldown=Drilldown(LIST, of_day, as_known=True, on=date(2026, 2, 1)))
    assert any(card.href for card in as_known.now)
    period = flow().period
    days = f"fra={period.start:%d.%m.%Y}&til={period.last_day:%d.%m.%Y}"
    assert [card.href for card in as_known.recent[:3]] == [
        f"{LIST}kom-og-gikk/?dato=01.02.2026&kjent=then&hendt={line}&{days}"
        for line in ("referred", "started", "other_ends")
    ]


def test_without_a_day_a_period_is_known_by_its_end():
    period = flow().period
    href = Drilldown(LIST, as_known=True).happened("started", period, category="aids")
    assert href.startswith(f"{LIST}kom-og-gikk/?dato={period.last_day:%d.%m.%Y}&kjent=then&hendt=started")
    assert href.endswith("&category=aids")


def test_by_the_priority_of_an_earlier_day_as_we_now_know_it():
    earlier = Drilldown(LIST, f"{LIST}dag/?dato=01.02.2026", on=date(2026, 2, 1))
    href = earlier.happened("started", flow().period, priority="2")
    assert href.startswith(f"{LIST}kom-og-gikk/?dato=01.02.2026&kjent=now&hendt=started")
    assert href.endswith("&priority=2")
    assert Drilldown(LIST).happened("started", flow().period, priority="2").startswith(f"{LIST}?status=all")


def test_who_may_not_open_the_list_gets_no_links_at_all():
    outside = board(report(OUTSIDE), flow(OUTSIDE), NOWHERE)
    assert not any(card.href for card in (*outside.now, *outside.recent))
    assert not any(
        picture(outside, id).chart.has_links for id in ("distribution", "priorities", "categories")
    )


def test_an_unknown_line_is_a_fault_in_the_code():
    with pytest.raises(KeyError):
        Drilldown(LIST).happened("nonsense", flow().period)


def test_only_who_is_too_late_is_alarming_and_only_if_somebody_is():
    assert [card.label for card in board().now if card.tone] == ["Over frist", "Over ett år"]
    fine = board(report(over_target=headline(0, 2), over_a_year=headline(0, 0)))
    assert not any(card.tone for card in fine.now)


def test_a_hidden_figure_says_why_and_nothing_of_its_change():
    hidden = board(report(OUTSIDE, paused=Headline(SMALL, Figure(9))), drilldown=NOWHERE)
    card = next(card for card in hidden.now if card.label == "Satt på vent")
    assert (card.value, card.note, card.is_hidden) == ("<5", "", True)


def test_the_longest_wait_is_one_persons_and_only_for_own_staff():
    assert "Lengste ventetid" not in [card.label for card in board(report(OUTSIDE), drilldown=NOWHERE).now]


def test_the_distribution_shows_who_is_over_target_and_links_each_week():
    chart = picture(board(), "distribution").chart
    assert [(column.of.count, column.of.over) for column in chart.columns] == [(10, 0), (10, 2), (10, 10)]
    assert [column.of.href for column in chart.columns] == [
        f"{LIST}?band={week}" for week in ("0-6", "7-13", "14-20")
    ]


def test_each_week_leads_to_those_over_target_too():
    chart = picture(board(), "distribution").chart
    assert [column.of.over_href for column in chart.columns] == [
        "",
        f"{LIST}?band=7-13&only=over_target",
        f"{LIST}?band=14-20&only=over_target",
    ]


def test_each_part_of_a_bar_leads_to_its_rows_and_the_label_to_all():
    (first, _second) = picture(board(), "categories").chart.bars
    assert first.href == f"{LIST}?category=aids"
    assert [segment.href for segment in first.segments] == [
        f"{LIST}?category=aids&only=over_target",
        f"{LIST}?category=aids&only=not_over_target",
    ]
    nobody_over = report(by_category=(group("Hjelpemidler", Figure(20), 0, "aids"),))
    (bar,) = picture(board(nobody_over), "categories").chart.bars
    assert [segment.href for segment in bar.segments] == ["", f"{LIST}?category=aids&only=not_over_target"]


@pytest.mark.parametrize("id", ["distribution", "priorities"])
def test_where_targets_are_shown_it_is_said_by_which_each_referral_is_judged(id):
    told = "hver henvisning vurderes etter nøkkelen som gjaldt da den ble mottatt."
    assert told in picture(board(), id).sentence
    assert told not in picture(board(report(targets=())), id).sentence
    assert told not in picture(board(report(OUTSIDE), drilldown=NOWHERE), id).sentence


def test_long_waits_are_put_together_until_the_columns_have_room():
    many = weeks(*[(2, 1)] * 61)
    chart = picture(board(report(distribution=many)), "distribution").chart
    assert len(chart.columns) == 16
    assert sum(column.of.count for column in chart.columns) == 122
    assert sum(column.of.over for column in chart.columns) == 61
    assert [column.of.days for column in chart.columns[:2]] == ["0–27", "28–55"]


def test_a_target_line_stands_at_the_longest_of_its_categories():
    chart = picture(board(), "distribution").chart
    words = {mark.label: mark.words for mark in chart.marks}
    assert words == {
        "P1": "Frist for prioritet 1: 14 dager",
        "P3": "Frist for prioritet 3: 30–84 dager",
    }


def test_the_year_has_its_line_where_somebody_has_waited_so_long():
    short = picture(board(report(distribution=weeks(*[(1, 0)] * 52), targets=())), "distribution").chart
    long = picture(board(report(distribution=weeks(*[(1, 0)] * 60), targets=())), "distribution").chart
    assert [[mark.label for mark in chart.marks] for chart in (short, long)] == [[], ["1 år"]]


def test_outsiders_see_bands_with_the_year_and_no_targets():
    seen = report(OUTSIDE, distribution=bands(5, SMALL, WITHHELD, 5, 5, 5, 5))
    chart = picture(board(seen, drilldown=NOWHERE), "distribution").chart
    assert [column.of.hidden for column in chart.columns[1:3]] == ["<5", "Skjermet"]
    assert not chart.has_targets and not chart.has_over


def test_priorities_are_parted_into_over_target_and_the_others():
    chart = picture(board(), "priorities").chart
    assert [part.label for part in chart.parts] == ["Over frist", "Andre som venter"]
    assert [[segment.value for segment in bar.segments] for bar in chart.bars] == [[2, 8], [10, 10]]
    assert [bar.label for bar in chart.bars] == ["Prioritet 1 (14 dager)", "Prioritet 3 (30–84 dager)"]
    assert chart.bars[0].more == ("40 dager", "90 dager")


def test_groups_seen_from_outside_are_whole_and_may_be_hidden():
    groups = (group("Hjelpemidler", Figure(8)), group("Annet", WITHHELD))
    chart = picture(board(report(OUTSIDE, by_category=groups), drilldown=NOWHERE), "categories").chart
    assert [part.label for part in chart.parts] == ["Venter"]
    assert [(bar.shown_total, bar.hidden) for bar in chart.bars] == [(8, "–"), (None, "Skjermet")]


def test_the_trend_keeps_hidden_months_as_gaps_that_say_why():
    chart = picture(board(report(trend=trend([Figure(20), SMALL, Figure(30)]))), "list-size").chart
    assert chart.rows[1] == ("jan 26", [(None, "<5", "")])


def test_on_the_first_day_there_is_nothing_to_draw():
    nobody = report(waiting=headline(0, 0, ""), trend=trend([Figure(0), Figure(0)]), targets=())
    page = board(nobody)
    assert page.is_empty and not page.has_pictures


def test_an_emptied_list_still_shows_how_it_got_there():
    emptied = board(report(waiting=headline(0, 5, ""), trend=trend([Figure(9), Figure(0)])))
    assert emptied.is_empty
    assert [one.id for one in emptied.over_time] == ["list-size", "waits"]
    assert emptied.by_group == ()


def test_a_hidden_list_is_not_an_empty_one():
    assert not board(report(OUTSIDE, waiting=Headline(SMALL, SMALL, "")), drilldown=NOWHERE).is_empty


@pytest.mark.parametrize(
    ("weeks_left", "no_removals", "value"),
    [
        (Figure(30.4), False, "30 uker"),
        (Figure(1.0), False, "1 uke"),
        (Figure(0.5), False, "1 uke"),
        (Figure(), True, "–"),
        (SMALL, False, "<5"),
    ],
)
def test_how_long_the_list_would_last_is_said_or_why_not(weeks_left, no_removals, value):
    card = board(moved=flow(clearance_weeks=weeks_left, no_removals=no_removals)).recent[-1]
    assert card.value == value
    assert ("Ingen gikk ut" in card.note) == no_removals


def test_more_targets_than_the_chart_has_room_for_are_left_out():
    many = tuple(Target(level, 10 * level, 10 * level) for level in range(1, 10))
    chart = picture(board(report(targets=many)), "distribution").chart
    assert len([mark for mark in chart.marks if mark.kind == "target"]) == 4


def test_the_board_counts_nothing_itself():
    doubled = replace(report(), waiting=headline(99, 1, ""))
    assert board(doubled).now[0].value == "99"


@pytest.mark.parametrize(
    ("load", "no_removals", "referred", "value"),
    [
        (Figure(1.234), False, 13, "1,23"),
        (Figure(), True, 13, "∞"),
        (Figure(), True, 0, "–"),
        (WITHHELD, False, None, "Skjermet"),
    ],
)
def test_the_load_is_said_or_why_not(load, no_removals, referred, value):
    line = FlowLine(Figure(referred), Figure(5), Figure())
    card = board(moved=flow(load=load, no_removals=no_removals, referred=line)).recent[-2]
    assert (card.label, card.value, card.href) == ("Belastning", value, "")


@pytest.mark.parametrize(
    ("waiting", "over", "not_assessed", "value", "of"),
    [
        (Figure(30), Figure(12), Figure(6), "50 %", "12 av 24"),
        (Figure(30), Figure(0), Figure(0), "100 %", "30 av 30"),
        (Figure(6), Figure(0), Figure(6), "–", ""),
        (Figure(30), SMALL, Figure(6), "Skjermet", ""),
        (Figure(30), Figure(12), WITHHELD, "Skjermet", ""),
        (WITHHELD, Figure(12), Figure(6), "Skjermet", ""),
    ],
)
def test_the_share_within_target_is_of_those_assessed_and_told_where_all_parts_are(
    waiting, over, not_assessed, value, of
):
    parts = (("waiting", waiting), ("over_target", over), ("not_assessed", not_assessed))
    shown = board(report(**{name: Headline(figure, figure) for name, figure in parts}))
    card = next(card for card in shown.now if card.label == "Innenfor frist")
    assert (card.value.replace("\xa0", " "), card.aside) == (value, of)
    assert card.href == (f"{LIST}?only=within_target" if of else "")


def test_without_a_key_there_is_no_share():
    card = next(card for card in board(report(targets=())).now if card.label == "Innenfor frist")
    assert (card.value, card.note) == ("–", "Ingen prioriteringsnøkkel gjelder denne dagen")
