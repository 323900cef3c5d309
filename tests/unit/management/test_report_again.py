"""Flow from the shell, both ways to look back, and figures that are made again by their recipe."""

from datetime import timedelta

import pytest

from referrals.choices import Move, Outcome
from referrals.management.reports.kinds import KINDS
from referrals.models import KeptRecipe, Municipality, Referral, User
from referrals.reports import priority_keys
from tests.factories import NOW, TODAY, ReferralFactory, days_ago, noon
from tests.unit.actions.acting import do
from tests.unit.management.test_report import figures, refusal

pytestmark = pytest.mark.usefixtures("today")

LATER = NOW + timedelta(hours=1)
DAY = days_ago(30).isoformat()


class TestFlow:
    def test_counts_of_the_period_with_its_days(
        self, municipality: Municipality, staff: tuple[str, ...], waits: list[Referral], coordinator: User
    ) -> None:
        do(Move.START, waits[0], coordinator, on=days_ago(5))
        do(Move.CLOSE, waits[1], coordinator, on=days_ago(4), outcome=Outcome.DECLINED)
        found = figures("flow", "--from", days_ago(60).isoformat(), "--on", TODAY.isoformat(), *staff)
        assert (found["from"], found["on"]) == (days_ago(60).isoformat(), TODAY.isoformat())
        assert (found["referred"], found["started"], found["other_ends"], found["removals"]) == (3, 1, 1, 2)
        assert (found["load"], found["suppressed"]) == (1.5, [])

    def test_beside_those_who_wait_as_well(self, staff: tuple[str, ...], waits: list[Referral]) -> None:
        asked = ("--from", days_ago(60).isoformat(), *staff)
        assert figures("waiting", *asked)["flow"] == figures("flow", *asked)

    def test_the_first_day_is_part_of_it(self, staff: tuple[str, ...], waits: list[Referral]) -> None:
        assert figures("flow", "--from", days_ago(60).isoformat(), *staff)["referred"] == 3
        assert figures("flow", "--from", days_ago(59).isoformat(), *staff)["referred"] == 0

    def test_without_first_day_13_weeks(self, staff: tuple[str, ...]) -> None:
        assert figures("flow", *staff)["from"] == days_ago(90).isoformat()

    @pytest.mark.usefixtures("municipality")
    @pytest.mark.parametrize("name", ["flow", "waiting"])
    def test_outside_the_municipality_only_the_periods_of_the_pages(self, name: str) -> None:
        """Two that overlap by all but a day would tell what came that day."""
        for days in (90, 363):
            assert name in figures(name, "--from", days_ago(days).isoformat())["recipe"]["report"]
        for days in (20, 89, 364):
            assert "13 eller 52" in refusal(name, "--from", days_ago(days).isoformat())

    def test_what_makes_no_sense_is_refused(self) -> None:
        assert "--from" in refusal("long", "--from", DAY)
        assert "--from" in refusal("flow", "--from", TODAY.isoformat(), "--on", DAY)
        assert "--from" in refusal("flow", "--from", "31.02.2026")
        assert "--mode" in refusal("coverage", "--mode", "then")


class TestModes:
    def test_then_leaves_out_what_was_registered_later(
        self, municipality: Municipality, staff: tuple[str, ...], waits: list[Referral], coordinator: User
    ) -> None:
        ReferralFactory(municipality=municipality, received_on=days_ago(60), registered_at=noon(days_ago(3)))
        do(Move.START, waits[0], coordinator, on=days_ago(40))
        now, then = (figures("waiting", "--on", DAY, "--mode", mode, *staff) for mode in ("now", "then"))
        assert (now["waiting"], then["waiting"]) == (3, 3)
        assert (now["not_assessed"], then["not_assessed"]) == (1, 0)
        assert (now["recipe"]["mode"], then["recipe"]["mode"]) == ("now", "then")
        flows = [figures("flow", "--on", DAY, "--mode", mode, *staff) for mode in ("now", "then")]
        assert [flow["referred"] for flow in flows] == [4, 3]
        assert [flow["started"] for flow in flows] == [1, 0]

    @pytest.mark.parametrize("mode", ["now", "then"])
    def test_the_rows_of_a_line_are_as_many_as_the_flow_counts(
        self, staff: tuple[str, ...], waits: list[Referral], coordinator: User, mode: str
    ) -> None:
        do(Move.START, waits[0], coordinator, on=days_ago(40))
        do(Move.START, waits[1], coordinator, at=noon(days_ago(35)), on=days_ago(41))
        asked = ("--on", DAY, "--mode", mode, *staff)
        flow = figures("flow", *asked)
        for line in ("referred", "started", "other_ends", "finished"):
            assert len(figures("moved", "--line", line, *asked)["rows"]) == flow[line]
        assert flow["started"] == (2 if mode == "now" else 1)

    @pytest.mark.django_db
    def test_rows_are_for_own_staff_and_a_line_for_no_other_report(self) -> None:
        assert "--as-staff" in refusal("moved", "--on", DAY)
        assert "--line" in refusal("flow", "--line", "started")

    def test_without_a_mode_it_is_as_we_now_know_it(self, staff: tuple[str, ...]) -> None:
        assert figures("waiting", *staff)["recipe"]["mode"] == "now"


class TestRecipes:
    @pytest.mark.parametrize("kind", ["waiting", "flow", "moved"])
    @pytest.mark.parametrize("mode", ["now", "then"])
    def test_the_same_figures_once_more_whatever_happened_since(
        self,
        municipality: Municipality,
        staff: tuple[str, ...],
        waits: list[Referral],
        coordinator: User,
        kind: str,
        mode: str,
    ) -> None:
        before = figures(kind, "--on", DAY, "--mode", mode, *staff)
        ReferralFactory(municipality=municipality, received_on=days_ago(60), registered_at=LATER)
        do(Move.START, waits[0], coordinator, at=LATER, on=days_ago(40))
        do(Move.CLOSE, waits[1], coordinator, at=LATER, outcome=Outcome.DUPLICATE)
        do(Move.PAUSE, waits[2], coordinator, at=LATER, on=days_ago(50))
        again = figures(kind, "--recipe", before["recipe"]["hash"], *staff[2:])
        assert again == before
        if mode == "now":
            assert figures(kind, "--on", DAY, *staff) != before

    def test_each_report_keeps_its_recipe_and_one_that_is_kept_is_not_kept_twice(
        self, staff: tuple[str, ...]
    ) -> None:
        found = figures("waiting", *staff)
        of_both = {found["recipe"]["hash"], found["three_figures_recipe"]["hash"]}
        for code in of_both:
            assert figures("waiting", "--recipe", code, *staff[2:]) == found
        beside = found["flow"]["recipe"]["hash"]
        assert figures("flow", "--recipe", beside, *staff[2:]) == found["flow"]
        assert {recipe.hash for recipe in KeptRecipe.objects.all()} == of_both | {beside}

    def test_true_numbers_need_somebody_who_works_there(
        self, staff: tuple[str, ...], county_reader: User
    ) -> None:
        code = figures("waiting", *staff)["recipe"]["hash"]
        assert "--as-staff" in refusal("waiting", "--recipe", code)
        assert county_reader.username in refusal(
            "waiting", "--recipe", code, "--as-staff", county_reader.username
        )

    def test_one_that_is_not_kept_or_of_another_report(self, staff: tuple[str, ...]) -> None:
        code = figures("waiting", *staff)["recipe"]["hash"]
        for arguments in (("waiting", "--recipe", "0" * 16), ("flow", "--recipe", code)):
            assert arguments[2] in refusal(*arguments)
        assert "--recipe" in refusal("waiting", "--recipe", code, "--on", DAY)

    def test_one_of_other_definitions_is_refused(self, staff: tuple[str, ...]) -> None:
        code = figures("waiting", *staff)["recipe"]["hash"]
        question = KeptRecipe.objects.get(hash=code).question | {"definition_version": "0"}
        KeptRecipe.objects.bulk_create([KeptRecipe(hash="a" * 16, question=question, data_as_of=NOW)])
        assert "versjon 0" in refusal("waiting", "--recipe", "a" * 16, *staff[2:])


@pytest.mark.parametrize("name", sorted(KINDS))
def test_what_is_kept_is_what_is_told(
    name: str, staff: tuple[str, ...], other_municipality: Municipality
) -> None:
    beside = ("--with", other_municipality.code) if name == priority_keys.NAME else ()
    found = figures(name, *(staff if KINDS[name].of_a_place else ()), *beside)
    parts = [found, *(part for part in found.values() if isinstance(part, dict) and "recipe" in part)]
    told = {value["hash"] for part in parts for key, value in part.items() if key.endswith("recipe")}
    assert told == {recipe.hash for recipe in KeptRecipe.objects.all()}
