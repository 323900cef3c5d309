"""What came in and went out: against a plain count of random worlds, and on the edges of the period."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.choices import Outcome, Status
from referrals.models import County, Municipality
from referrals.permissions import NO_ACCESS
from referrals.reports import flow
from referrals.reports.flow import FlowReport
from referrals.reports.periods import Beside, Period, last_weeks
from referrals.reports.scopes import Level, Scope
from referrals.reports.suppression import LEAST_SHOWN, Cell, Figure, protect_list, protect_table, total_of
from tests.factories import NOW, TODAY, ReferralFactory, days_ago
from tests.unit.reports import plain
from tests.unit.reports.attacker import Attacker, Published
from tests.unit.reports.own import own
from tests.unit.reports.worlds import Case, World

QUARTER = last_weeks(TODAY, 13)
PERIODS = [QUARTER, last_weeks(days_ago(200), 13), Period(date(2025, 1, 1), date(2026, 1, 1))]
KINDS = ("referred", "started", "other_ends", "finished")


def build(scope: Scope, period: Period = QUARTER) -> FlowReport:
    return flow.build(scope, period, data_as_of=NOW)


def cases_in(world: World, municipalities: Iterable[int]) -> list[Case]:
    return [case for case in world.cases if case.municipality in set(municipalities)]


def test_own_staff_see_the_plain_counts(world: World) -> None:
    for period in PERIODS:
        for place, municipality in enumerate(world.municipalities):
            report, cases = build(own(municipality), period), cases_in(world, [place])
            now = plain.flow(cases, period.start, period.end)
            before = plain.flow(cases, period.before().start, period.start)
            first = plain.known_from(cases)
            assert first is not None and first < period.end
            before = before if first <= period.before().start else dict.fromkeys(before)
            assert {kind: getattr(report, kind).figure.value for kind in KINDS} == now
            assert {kind: getattr(report, kind).before.value for kind in KINDS} == before
            assert report.closed.figure.value == now["finished"] + now["other_ends"]
            assert report.removals.figure.value == now["started"] + now["other_ends"]


def test_the_stock_changes_by_what_came_and_went(world: World) -> None:
    for place, municipality in enumerate(world.municipalities):
        report, cases = build(own(municipality)), cases_in(world, [place])
        before = sum(plain.waits(case, QUARTER.day_before) for case in cases)
        after = sum(plain.waits(case, TODAY) for case in cases)
        assert before + report.referred.figure.value - report.removals.figure.value == after


def test_what_outsiders_are_shown_is_true(world: World) -> None:
    scopes = [(Scope.nation(), range(len(world.municipalities)))]
    for county in County.objects.all():
        within = [p for p in range(len(world.municipalities)) if world.county_of(p) == county.pk]
        scopes.append((Scope.counties([county]), within))
    for place, municipality in enumerate(world.municipalities):
        scopes.append((Scope.municipality(municipality, NO_ACCESS), [place]))
    for scope, places in scopes:
        report, cases = build(scope), cases_in(world, places)
        now = plain.flow(cases, QUARTER.start, QUARTER.end)
        for kind in KINDS:
            figure = getattr(report, kind).figure
            if not figure.suppressed:
                assert figure.value == now[kind]
                assert now[kind] == 0 or now[kind] >= LEAST_SHOWN


def test_the_period_before_is_shown_as_when_it_is_asked_for_itself(world: World) -> None:
    scopes = [Scope.nation(), *(Scope.counties([county]) for county in County.objects.all())]
    scopes += [Scope.municipality(municipality, NO_ACCESS) for municipality in world.municipalities]
    for scope in scopes:
        now, before = build(scope), build(scope, QUARTER.before())
        for kind in KINDS:
            assert getattr(now, kind).before == getattr(before, kind).figure, (scope, kind)


def test_the_same_weeks_of_the_year_before_are_shown_as_when_they_are_asked_for_themselves(
    world: World,
) -> None:
    """Or not at all, where nothing is known of so long ago."""
    scopes = [Scope.nation(), *(Scope.counties([county]) for county in County.objects.all())]
    scopes += [Scope.municipality(municipality, NO_ACCESS) for municipality in world.municipalities]
    scopes += [own(municipality) for municipality in world.municipalities[:2]]
    known = 0
    for scope in scopes:
        report = flow.build(scope, QUARTER, data_as_of=NOW, beside=Beside.YEAR)
        now, before = build(scope), build(scope, QUARTER.earlier(52))
        assert report.before == before.period
        places = [p for p in range(len(world.municipalities)) if is_in(scope, world, p)]
        first = min((case.received for case in cases_in(world, places)), default=TODAY)
        is_known = (first if scope.exact else first.replace(month=1, day=1)) <= before.period.start
        known += is_known
        for kind in KINDS:
            assert getattr(report, kind).figure == getattr(now, kind).figure, (scope, kind)
            shown = getattr(before, kind).figure if is_known else Figure()
            assert getattr(report, kind).before == shown, (scope, kind)
    assert known > len(scopes) / 2


def is_in(scope: Scope, world: World, place: int) -> bool:
    """Whether the scope counts the municipality at this place of the world."""
    if scope.level == Level.NATION:
        return True
    id_of = world.county_of(place) if scope.level == Level.COUNTY else world.municipalities[place].pk
    return id_of in scope.ids


def test_a_year_beside_the_year_before_is_what_it_is_anyway(world: World) -> None:
    year = last_weeks(TODAY, 52)
    report = flow.build(Scope.nation(), year, data_as_of=NOW, beside=Beside.YEAR)
    assert report.before == year.before()
    assert report.referred == build(Scope.nation(), year).referred
    assert report.recipe.filters == (("period", str(year)), ("beside", "year"))


def test_nothing_stands_beside_weeks_of_which_not_all_is_known(municipality: Municipality) -> None:
    before = QUARTER.earlier(52)
    ReferralFactory(municipality=municipality, received_on=before.start + timedelta(days=1))
    ReferralFactory(municipality=municipality)
    report = flow.build(own(municipality), QUARTER, data_as_of=NOW, beside=Beside.YEAR)
    assert (report.referred.figure, report.referred.before, report.referred.change) == (
        Figure(1),
        Figure(),
        Figure(),
    )
    ReferralFactory(municipality=municipality, received_on=before.start)
    report = flow.build(own(municipality), QUARTER, data_as_of=NOW, beside=Beside.YEAR)
    assert report.referred.before == Figure(2)


def test_a_year_is_for_outsiders_the_sum_of_its_quarters_as_each_is_shown(world: World) -> None:
    scopes = [Scope.nation(), *(Scope.counties([county]) for county in County.objects.all())]
    scopes += [Scope.municipality(municipality, NO_ACCESS) for municipality in world.municipalities]
    year = last_weeks(TODAY, 52)
    for scope in scopes:
        report = build(scope, year)
        is_known = report.known_from is not None and report.known_from <= year.before().start
        quarters = [build(scope, quarter) for quarter in (*year.quarters(), *year.before().quarters())]
        for kind in KINDS:
            shown = [getattr(quarter, kind).figure for quarter in quarters]
            line, before = getattr(report, kind), total_of(shown[4:])
            assert line.figure == total_of(shown[:4]), (scope, kind)
            assert line.before == (before if is_known or before.suppressed else Figure()), (scope, kind)


def test_a_small_flow_before_is_not_what_is_left_between_two_stocks(municipality: Municipality) -> None:
    ReferralFactory.create_batch(20, municipality=municipality, received_on=days_ago(300))
    ReferralFactory.create_batch(
        3, municipality=municipality, started=True, received_on=days_ago(290), started_on=days_ago(120)
    )
    report = build(Scope.counties([municipality.county]))
    assert {report.referred.before, report.other_ends.before} != {Figure(0)}


def test_a_period_holds_its_first_and_its_last_day(municipality: Municipality) -> None:
    """One before both says that all of both is known."""
    for day in (QUARTER.before().day_before, QUARTER.day_before, QUARTER.start, QUARTER.last_day):
        ReferralFactory(municipality=municipality, received_on=day)
    report = build(own(municipality))
    assert report.referred.figure == Figure(2)
    assert report.referred.before == Figure(1)
    assert report.referred.change == Figure(1)
    assert report.referred.per_week == Figure(0.2)


def test_duplicates_and_errors_are_in_no_count(municipality: Municipality) -> None:
    for outcome in (Outcome.DUPLICATE, Outcome.ENTERED_IN_ERROR, Outcome.MOVED):
        ReferralFactory(municipality=municipality, withdrawn=True, outcome=outcome)
    report = build(own(municipality))
    assert report.referred.figure == report.other_ends.figure == Figure(1)


def test_who_starts_and_finishes_is_removed_once(municipality: Municipality) -> None:
    ReferralFactory(municipality=municipality, closed=True)
    report = build(own(municipality))
    assert (report.started.figure, report.finished.figure) == (Figure(1), Figure(1))
    assert report.other_ends.figure == Figure(0)
    assert report.removals.figure == Figure(1)


class TestLoadAndClearance:
    def test_load_is_referred_for_each_removal(self, municipality: Municipality) -> None:
        ReferralFactory.create_batch(3, municipality=municipality)
        ReferralFactory.create_batch(2, municipality=municipality, started=True)
        report = build(own(municipality))
        assert report.load == Figure(2.5)
        # 3 wait, and 2 were removed in 13 weeks.
        assert report.clearance_weeks == Figure(19.5)

    def test_without_removals_there_is_no_load_and_no_clearance(self, municipality: Municipality) -> None:
        ReferralFactory(municipality=municipality)
        report = build(own(municipality))
        assert report.no_removals
        assert report.load == report.clearance_weeks == Figure()

    def test_an_empty_list_is_cleared_at_once(self, municipality: Municipality) -> None:
        ReferralFactory(municipality=municipality, status=Status.CLOSED, withdrawn=True)
        assert build(own(municipality)).clearance_weeks == Figure(0)

    def test_both_are_withheld_where_a_part_of_them_is(self, municipality: Municipality) -> None:
        ReferralFactory.create_batch(20, municipality=municipality)
        ReferralFactory.create_batch(2, municipality=municipality, started=True)
        report = build(Scope.nation())
        assert report.load.suppressed
        assert report.clearance_weeks.suppressed


COUNTS = st.one_of(st.integers(0, 4), st.integers(0, 20))


@pytest.mark.parametrize("rows", [1, 2, 3])
@settings(max_examples=60)
@given(data=st.data())
def test_krav_11_no_small_flow_can_be_worked_out_from_the_stocks(rows: int, data: st.DataObject) -> None:
    """Who waited or was referred has started, ended otherwise or still waits: that sum tells no small number."""
    flows = [[data.draw(COUNTS) for _kind in range(3)] for _row in range(rows)]
    stocks = [max(0, row[1] + row[2] - row[0]) + data.draw(COUNTS) for row in flows]
    afters = [stock + row[0] - row[1] - row[2] for stock, row in zip(stocks, flows, strict=True)]
    lists = protect_list(stocks), protect_list(afters)
    hidden = [any(each.cells[i].hidden for each in lists) for i in range(rows)]
    balance = protect_table(
        flows,
        row_totals=[flow.HIDDEN_STOCK if is_hidden else flow.SHOWN_STOCK for is_hidden in hidden],
        total=flow.HIDDEN_STOCK if any(each.total.hidden for each in lists) else flow.SHOWN_STOCK,
        inflows=[0],
    )
    known, told = [], []
    for j, column in enumerate(balance):
        cells = [(frozenset({(i, j)}), cell) for i, cell in enumerate(column.cells)]
        told += [*cells, (frozenset((i, j) for i in range(rows)), column.total)]
    known += [Published(names, cell.least, _finite(cell)) for names, cell in told]
    # With both stocks shown: started + other ends + room left by those referred = before - after + 100.
    truth = {(i, j): flows[i][j] for i in range(rows) for j in range(3)}
    truth |= {(i, "room"): 100 - flows[i][0] for i in range(rows)}
    for i in range(rows):
        known.append(Published(frozenset({(i, 0), (i, "room")}), 100, 100))
        if not hidden[i]:
            change = stocks[i] - afters[i] + 100
            known.append(Published(frozenset({(i, 1), (i, 2), (i, "room")}), change, change))
    attacker = Attacker(truth, known, most=100)
    for names, cell in told:
        if cell.is_small:
            assert [n for n in range(1, LEAST_SHOWN) if attacker.can_be(names, n)] == [1, 2, 3, 4]


def _finite(cell: Cell) -> int:
    return int(min(cell.most, 300))
