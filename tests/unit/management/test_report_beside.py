"""Any period and municipalities beside each other, from the shell: the pages' figures, and again by their recipe."""

from datetime import date, timedelta

import pytest

from referrals.models import KeptRecipe, Municipality
from tests.factories import NOW, TODAY, MunicipalityFactory, ReferralFactory, days_ago
from tests.unit.management.test_report import figures, refusal

pytestmark = pytest.mark.usefixtures("today")

LATER = NOW + timedelta(hours=1)


@pytest.mark.usefixtures("waits")
def test_a_period_beside_earlier_ones(staff: tuple[str, ...]) -> None:
    found = figures("period", "--from", days_ago(60).isoformat(), *staff)
    assert (found["now"]["referred"], found["now"]["on"]) == (3, TODAY.isoformat())
    assert found["before"]["referred"] is found["year_before"]["referred"] is None
    assert found["now"]["known_from"] == days_ago(60).isoformat()


def test_outside_the_municipality_a_period_is_of_whole_months(municipality: Municipality) -> None:
    ReferralFactory.create_batch(8, municipality=municipality, received_on=date(2023, 5, 4))
    months = ("--from", "2023-05-01", "--on", "2023-06-30")
    for place in ((), ("--municipality", municipality.code), ("--county", municipality.county.code)):
        found = figures("period", *months, *place)
        assert (found["now"]["referred"], found["before"]["referred"]) == (8, 0)
        assert figures("period", "--recipe", found["recipe"]["hash"]) == found
        told = refusal("period", "--from", "2023-05-02", "--on", "2023-06-10", *place)
        assert "--from 2023-05-01 --on 2023-05-31" in told
        assert "--mode" in refusal("period", *months, "--mode", "then", *place)


@pytest.mark.usefixtures("waits")
def test_a_municipality_beside_others(staff: tuple[str, ...], municipality: Municipality) -> None:
    other = MunicipalityFactory(county=municipality.county)
    ReferralFactory(municipality=other, waiting=True)
    own, outside = figures("comparison", "--with", other.code, *staff)["places"]
    assert (own["own"], own["now"]["waiting"]) == (True, 3)
    assert (outside["own"], outside["now"]["waiting"]) == (False, None)
    assert "waiting" in outside["now"]["suppressed"]
    both = figures("comparison", "--with", other.code, "--municipality", municipality.code)["places"]
    assert [place["now"]["waiting"] for place in both] == [None, None]


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("name", ["period", "comparison"])
def test_the_same_figures_come_again_by_their_recipe(
    staff: tuple[str, ...], municipality: Municipality, name: str
) -> None:
    other = MunicipalityFactory(county=municipality.county)
    ReferralFactory.create_batch(12, municipality=other, waiting=True, received_on=days_ago(400))
    beside = ("--with", other.code) if name == "comparison" else ()
    first = figures(name, *beside, *staff)
    recipe = first["recipe"]["hash"]
    assert KeptRecipe.objects.filter(hash=recipe).exists()
    for place, days in ((municipality, 400), (other, 60)):
        ReferralFactory(municipality=place, waiting=True, received_on=days_ago(days), registered_at=LATER)
    assert figures(name, "--recipe", recipe, *staff[2:]) == first


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("comparison",), "--municipality"),
        (("waiting", "--with", "6001"), "--with"),
        (("coverage", "--from", "2026-01-01"), "--from"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], words: str, db: None) -> None:
    assert words in refusal(*arguments)


def test_others_are_there_each_once_and_seven_at_most(
    staff: tuple[str, ...], municipality: Municipality
) -> None:
    many = [MunicipalityFactory().code for _number in range(8)]
    for codes in (municipality.code, f"{many[0]},{many[0]}", ",".join(many)):
        assert "--with" in refusal("comparison", "--with", codes, *staff)
    assert "0000" in refusal("comparison", "--with", "0000", *staff)
    assert len(figures("comparison", "--with", ",".join(many[:7]), *staff)["places"]) == 8


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("name", ["waiting", "flow"])
def test_beside_a_year_before_and_again_by_the_recipe(staff: tuple[str, ...], name: str) -> None:
    found = figures(name, "--beside", "year", *staff)
    assert found["recipe"]["filters"]["beside"] == "year"
    assert figures(name, "--recipe", found["recipe"]["hash"], *staff[2:]) == found
    assert found["recipe"]["hash"] != figures(name, *staff)["recipe"]["hash"]
    assert "--beside" in refusal("period", "--beside", "year", *staff)
