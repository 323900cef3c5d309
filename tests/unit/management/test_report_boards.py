"""Development, distribution and month-ends from the shell, both ways where there are two, and again by their recipe."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from referrals.actions import rollups
from referrals.choices import Move, Outcome
from referrals.models import KeptRecipe, Membership, Municipality, Referral, Unit, User, end_of
from tests.factories import NOW, TODAY, MunicipalityFactory, ReferralFactory, UnitFactory, days_ago, noon
from tests.unit.actions.acting import do
from tests.unit.management.test_report import figures, refusal, report

LATER = NOW + timedelta(hours=1)
DAY = days_ago(30).isoformat()


@pytest.fixture
def waits(municipality: Municipality) -> list[Referral]:
    """Four who wait, received 60 days ago."""
    return [
        ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(60))
        for _number in range(4)
    ]


def rows(*arguments: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(report(*arguments, "--format", "csv")), delimiter=";"))[1:]


def change_all(waits: list[Referral], by: User) -> None:
    """What is registered after the figures were made, and changes them."""
    place = waits[0].municipality
    ReferralFactory(municipality=place, waiting=True, received_on=days_ago(60), registered_at=LATER)
    do(Move.START, waits[0], by, at=LATER, on=days_ago(50))
    do(Move.CLOSE, waits[1], by, at=LATER, outcome=Outcome.DUPLICATE)
    do(Move.CORRECT, waits[2], by, at=LATER, changes={"received_on": days_ago(120)}, reason="Feil lest")


@pytest.mark.usefixtures("today")
class TestDevelopment:
    def test_the_months_with_their_lists_bands_and_flows(
        self, staff: tuple[str, ...], waits: list[Referral]
    ) -> None:
        found = figures("development", *staff)
        assert len(found["months"]) == 60
        last = found["months"][-1]
        assert (last["on"], last["waiting"], last["referred"], last["suppressed"]) == ("2026-02-28", 4, 0, [])
        assert last["bands"]["29-56"] == 4 and sum(list(last["bands"].values())[:-1]) == 4
        assert found["months"][-2]["referred"] == 4
        assert ["month", "2026-02-28", "", "waiting", "4"] in rows("development", *staff)
        assert ["bands", "2026-02-28", "", "29-56", "4"] in rows("development", *staff)

    def test_others_get_small_numbers_as_null(
        self, municipality: Municipality, waits: list[Referral]
    ) -> None:
        for place in (("--municipality", municipality.code), ("--county", municipality.county.code), ()):
            last = figures("development", *place)["months"][-1]
            assert last["waiting"] is None and "waiting" in last["suppressed"]
            assert last["bands"]["29-56"] is None and "29-56" in last["bands"]["suppressed"]

    def test_then_is_what_was_known_at_the_end_of_the_day(
        self, municipality: Municipality, staff: tuple[str, ...], waits: list[Referral], coordinator: User
    ) -> None:
        ReferralFactory(
            municipality=municipality, waiting=True, received_on=days_ago(60), registered_at=noon(days_ago(9))
        )
        do(Move.START, waits[0], coordinator, on=days_ago(45))
        for on, known in ((days_ago(10), 4), (days_ago(9), 5), (TODAY, 4)):
            asked = ("development", "--on", on.isoformat(), "--mode", "then", *staff)
            assert figures(*asked)["months"][-1]["waiting"] == known, on
        now = figures("development", "--on", days_ago(10).isoformat(), *staff)["months"][-1]
        assert (now["waiting"], now["started"]) == (4, 0)

    @pytest.mark.parametrize("mode", ["now", "then"])
    @pytest.mark.parametrize("is_staff", [True, False])
    def test_again_whatever_was_registered_since(
        self,
        municipality: Municipality,
        staff: tuple[str, ...],
        waits: list[Referral],
        coordinator: User,
        mode: str,
        is_staff: bool,
    ) -> None:
        ReferralFactory.create_batch(
            7, municipality=municipality, waiting=True, received_on=days_ago(90)
        )  # enough to be shown to others, too
        place = staff if is_staff else staff[:2]
        before = figures("development", "--mode", mode, *place)
        change_all(waits, coordinator)
        again = figures("development", "--recipe", before["recipe"]["hash"], *place[2:])
        assert again == before
        if mode == "now":
            assert figures("development", *place)["months"] != before["months"]


@pytest.mark.usefixtures("today")
class TestDistribution:
    def test_each_way_of_dividing(self, staff: tuple[str, ...], waits: list[Referral]) -> None:
        found = figures("distribution", *staff)
        assert found["waiting"] == 4
        for name in ("by_category", "by_priority", "by_category_and_priority", "by_source", "by_therapist"):
            assert sum(one["waiting"] for one in found[name]) == 4, name
        assert found["by_therapist"][-1]["code"] is None
        told = rows("distribution", *staff)
        assert ["all", "2026-03-16", "", "waiting", "4"] in told
        assert ["all", "2025-12-16/2026-03-17", "", "referred", "4"] in told
        assert ["recipe", "distribution", "", "hash", found["recipe"]["hash"]] in told

    def test_what_came_and_went_since_a_day_and_again_by_the_recipe(
        self, municipality: Municipality, staff: tuple[str, ...], waits: list[Referral]
    ) -> None:
        ReferralFactory(
            municipality=municipality, closed=True, received_on=days_ago(300), started_on=days_ago(91)
        )
        quarter = figures("distribution", *staff)
        names = ("referred", "started", "other_ends", "load", "clearance_weeks")
        assert [quarter[name] for name in names] == [4, 0, 0, None, None]
        asked = (*staff, "--from", days_ago(52 * 7 - 1).isoformat())
        year = figures("distribution", *asked)
        assert [year[name] for name in names] == [5, 1, 0, 5, 4 * 52]
        assert year["recipe"]["filters"] == {"period": year["period"]} == {"period": "2025-03-18/2026-03-17"}
        for name in ("by_category", "by_priority", "by_category_and_priority", "by_source"):
            assert sum(one["referred"] for one in year[name]) == 5, name
        assert sum(one["started"] for one in year["by_therapist"]) == 1
        assert "referred" not in year["by_therapist"][0]
        for one in (quarter, year):
            assert figures("distribution", "--recipe", one["recipe"]["hash"], *staff[2:]) == one

    def test_the_share_over_target_is_of_all_who_wait_in_the_part(
        self, municipality: Municipality, staff: tuple[str, ...]
    ) -> None:
        ReferralFactory(municipality=municipality, overdue=True)
        ReferralFactory(municipality=municipality)
        found = figures("distribution", *staff)
        assert (found["over_target"], found["over_target_share"]) == (1, 0.5)
        by_priority = {one["code"]: one["over_target_share"] for one in found["by_priority"]}
        assert by_priority["null"] is None and 1 in by_priority.values()

    def test_of_a_municipality_it_is_for_own_staff(self, municipality: Municipality) -> None:
        assert "--as-staff" in refusal("distribution", "--municipality", municipality.code)

    def test_of_counties_and_the_nation_by_what_may_be_shown(self, municipality: Municipality) -> None:
        ReferralFactory.create_batch(12, municipality=municipality, waiting=True, source="gp")
        ReferralFactory.create_batch(3, municipality=municipality, waiting=True, source="nav")
        for place, of_nav in (((), "<5"), (("--county", municipality.county.code), "Skjermet")):
            found = figures("distribution", *place)
            assert found["waiting"] == 15 and found["by_category_and_priority"] is None
            assert [(one["code"], one["waiting"], one["suppressed"]) for one in found["by_source"]] == [
                ("gp", None, ["waiting", "median_days", "p90_days"]),
                ("nav", None, ["waiting", "median_days", "p90_days"]),
            ]
            told = rows("distribution", *place)
            assert {row[1]: row[4] for row in told if row[0] == "source" and row[3] == "waiting"} == {
                "gp": "Skjermet",
                "nav": of_nav,
            }
            assert ["source", "gp", "Fastlege", "p90_days", "Skjermet"] in told
            assert figures("distribution", "--recipe", found["recipe"]["hash"]) == found
            assert "--from" in refusal("distribution", *place, "--from", days_ago(20).isoformat())

    @pytest.mark.parametrize("mode", ["now", "then"])
    def test_of_the_nation_again_whatever_was_registered_since(
        self, waits: list[Referral], coordinator: User, mode: str
    ) -> None:
        before = figures("distribution", "--mode", mode)
        change_all(waits, coordinator)
        assert figures("distribution", "--recipe", before["recipe"]["hash"]) == before

    @pytest.mark.parametrize("mode", ["now", "then"])
    def test_again_whatever_was_registered_since(
        self, staff: tuple[str, ...], waits: list[Referral], coordinator: User, mode: str
    ) -> None:
        before = figures("distribution", "--mode", mode, *staff)
        change_all(waits, coordinator)
        assert figures("distribution", "--recipe", before["recipe"]["hash"], *staff[2:]) == before
        if mode == "now":
            assert figures("distribution", *staff)["waiting"] != before["waiting"]


@pytest.fixture
def unit(municipality: Municipality) -> Unit:
    return UnitFactory(municipality=municipality)


@pytest.mark.usefixtures("today")
class TestUnits:
    def test_the_cases_of_a_unit_are_counted_again_for_whoever_reaches_them(
        self,
        municipality: Municipality,
        waits: list[Referral],
        unit: Unit,
        therapist_user: User,
        staff: tuple[str, ...],
    ) -> None:
        Membership.objects.filter(user=therapist_user).update(unit=unit)
        ReferralFactory(municipality=municipality, waiting=True, unit=unit)
        of_unit = (*staff[:3], therapist_user.username)
        own, everybodys = figures("distribution", *of_unit), figures("distribution", *staff)
        assert (own["waiting"], everybodys["waiting"]) == (1, 5)
        assert own["recipe"]["filters"] == {"units": str(unit.pk)}
        assert everybodys["recipe"]["filters"] == {}
        again = ("distribution", "--recipe", own["recipe"]["hash"])
        assert figures(*again, *of_unit[2:]) == figures(*again, *staff[2:]) == own
        assert therapist_user.username != staff[3] and "--as-staff" in refusal(*again)
        assert "ikke når" in refusal("distribution", "--recipe", everybodys["recipe"]["hash"], *of_unit[2:])

    def test_whoever_triages_counts_also_what_is_in_no_unit(
        self, waits: list[Referral], unit: Unit, coordinator: User, manager: User, staff: tuple[str, ...]
    ) -> None:
        Membership.objects.filter(user=coordinator).update(unit=unit)
        found = figures("distribution", *staff[:3], coordinator.username)
        assert found["waiting"] == 4
        assert found["recipe"]["filters"] == {"units": str(unit.pk), "in_no_unit": "yes"}
        code = found["recipe"]["hash"]
        assert figures("distribution", "--recipe", code, "--as-staff", coordinator.username) == found
        Membership.objects.filter(user=manager).update(unit=unit)
        assert "ikke når" in refusal("distribution", "--recipe", code, *staff[2:])

    def test_where_a_case_has_moved_since_they_are_refused(
        self,
        municipality: Municipality,
        unit: Unit,
        therapist_user: User,
        coordinator: User,
        staff: tuple[str, ...],
    ) -> None:
        Membership.objects.filter(user=therapist_user).update(unit=unit)
        case = ReferralFactory(municipality=municipality, waiting=True, unit=unit)
        of_unit = (*staff[:3], therapist_user.username)
        own, everybodys = figures("distribution", *of_unit), figures("distribution", *staff)
        other = UnitFactory(municipality=municipality, name="Sør")
        do(Move.CORRECT, case, coordinator, at=LATER, changes={"unit": other}, reason="Flyttet")
        assert "skiftet enhet" in refusal("distribution", "--recipe", own["recipe"]["hash"], *of_unit[2:])
        again = figures("distribution", "--recipe", everybodys["recipe"]["hash"], *staff[2:])
        assert again == everybodys


# Freezing is stamped by the clock of the database, so these tests happen now.
DATE = timezone.localdate()
END = DATE.replace(day=1) - timedelta(days=1)


@pytest.fixture
def six(municipality: Municipality) -> list[Referral]:
    """Six wait from the first day of the last month that has ended, and it is frozen."""
    made = [
        ReferralFactory(
            municipality=municipality,
            waiting=True,
            received_on=END.replace(day=1),
            registered_at=noon(END.replace(day=1)),
            changed_at=noon(END),
        )
        for _number in range(6)
    ]
    rollups.freeze(today=DATE)
    return made


class TestMonthEnds:
    def test_each_figure_then_and_now_and_why(
        self, staff: tuple[str, ...], six: list[Referral], coordinator: User
    ) -> None:
        do(Move.START, six[0], coordinator, at=end_of(END), on=END)
        found = figures("month_ends", "--year", str(END.year), *staff)
        assert found["year"] == END.year and found["month_ends"][0]["on"] == END.isoformat()
        month = found["month_ends"][0]
        assert [month[side]["waiting"] for side in ("then", "now", "change")] == [6, 5, -1]
        assert (month["reasons"], month["then"]["suppressed"]) == ({"ended_later": -1}, [])
        told = rows("month_ends", *staff)
        assert ["then", END.isoformat(), month["standing"], "waiting", "6"] in told
        assert ["reasons", END.isoformat(), month["standing"], "ended_later", "-1"] in told

    @pytest.mark.usefixtures("six")
    def test_others_get_no_reason(self, municipality: Municipality, coordinator: User) -> None:
        do(Move.START, Referral.objects.first(), coordinator, at=end_of(END), on=END)
        for place in (("--municipality", municipality.code), ("--county", municipality.county.code), ()):
            month = figures("month_ends", *place)["month_ends"][0]
            assert (month["then"]["waiting"], month["now"]["waiting"], month["reasons"]) == (6, 5, {})

    @pytest.mark.usefixtures("six")
    def test_what_makes_no_sense_is_refused(self, staff: tuple[str, ...]) -> None:
        assert "1999" in refusal("month_ends", "--year", "1999", *staff)
        assert "--year" in refusal("waiting", "--year", "2026")
        assert "--mode" in refusal("month_ends", "--mode", "then")

    @pytest.mark.parametrize("is_staff", [True, False])
    def test_again_whatever_was_registered_or_frozen_since(
        self, staff: tuple[str, ...], six: list[Referral], coordinator: User, is_staff: bool
    ) -> None:
        place, year = (staff if is_staff else staff[:2]), ("--year", str(END.year))
        do(Move.START, six[0], coordinator, at=end_of(END), on=END)
        before = figures("month_ends", *year, *place)
        at = timezone.now()
        do(Move.START, six[1], coordinator, at=at, on=END)
        do(
            Move.CORRECT,
            six[2],
            coordinator,
            at=at,
            changes={"received_on": END.replace(day=1) - timedelta(days=30)},
            reason="Feil lest",
        )
        late = ReferralFactory(municipality=six[0].municipality, received_on=END, registered_at=at)
        do(Move.PRIORITISE, late, coordinator, at=at, on=END, priority=1)
        rollups.freeze(today=(DATE.replace(day=1) + timedelta(days=31)).replace(day=2))
        again = figures("month_ends", "--recipe", before["recipe"]["hash"], *place[2:])
        assert again == before
        assert figures("month_ends", *year, *place)["month_ends"] != before["month_ends"]


@pytest.mark.usefixtures("today")
class TestRefusals:
    @pytest.fixture(params=["development", "distribution", "month_ends"])
    def kind(self, request: pytest.FixtureRequest) -> str:
        return request.param

    def test_one_that_is_not_kept_or_of_another_report(self, kind: str, staff: tuple[str, ...]) -> None:
        code = figures(kind, *staff)["recipe"]["hash"]
        assert "0" * 16 in refusal(kind, "--recipe", "0" * 16)
        assert code in refusal("waiting", "--recipe", code, *staff[2:])
        assert "--recipe" in refusal(kind, "--recipe", code, "--on", DAY)

    def test_one_of_other_definitions(self, kind: str, staff: tuple[str, ...]) -> None:
        code = figures(kind, *staff)["recipe"]["hash"]
        question = KeptRecipe.objects.get(hash=code).question | {"definition_version": "0"}
        KeptRecipe.objects.bulk_create([KeptRecipe(hash="a" * 16, question=question, data_as_of=NOW)])
        assert "versjon 0" in refusal(kind, "--recipe", "a" * 16, *staff[2:])

    def test_true_numbers_need_somebody_who_works_there(
        self, kind: str, staff: tuple[str, ...], county_reader: User
    ) -> None:
        code = figures(kind, *staff)["recipe"]["hash"]
        assert "--as-staff" in refusal(kind, "--recipe", code)
        reader = county_reader.username
        assert reader in refusal(kind, "--recipe", code, "--as-staff", reader)

    def test_one_that_asks_for_what_is_not_made(self, kind: str, staff: tuple[str, ...]) -> None:
        """Figures of another question never come in its place."""
        kept = KeptRecipe.objects.get(hash=figures(kind, *staff)["recipe"]["hash"])
        filters = dict(kept.question["filters"]) | {"months": "36"}
        KeptRecipe.objects.bulk_create(
            [KeptRecipe(hash="b" * 16, question=kept.question | {"filters": filters}, data_as_of=NOW)]
        )
        assert "b" * 16 in refusal(kind, "--recipe", "b" * 16, *staff[2:])


@pytest.mark.usefixtures("today")
def test_a_recipe_made_again_for_a_municipality_that_is_no_more_is_refused(db: None) -> None:
    place = MunicipalityFactory()
    found = figures("development", "--municipality", place.code)
    Municipality.objects.filter(pk=place.pk).update(valid_to=TODAY)
    assert place.code in refusal("development", "--recipe", found["recipe"]["hash"])
