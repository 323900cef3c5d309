"""Whose figures a report shows, and who may see them true."""

from datetime import date, timedelta

import pytest

from referrals.choices import Knowledge
from referrals.models import Municipality, User, access_of
from referrals.permissions import NO_ACCESS
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Level, Scope
from tests.factories import NOW, TODAY, CountyFactory


@pytest.mark.parametrize(
    ("role", "is_true"),
    [
        ("coordinator", True),
        ("therapist_user", True),
        ("manager", True),
        ("county_reader", False),
        ("national_reader", False),
        ("administrator", False),
    ],
)
def test_only_staff_of_the_municipality_see_its_true_numbers(
    municipality: Municipality, role: str, is_true: bool, request: pytest.FixtureRequest
) -> None:
    user: User = request.getfixturevalue(role)
    assert Scope.municipality(municipality, access_of(user, on=TODAY)).exact is is_true


def test_staff_of_another_municipality_do_not(other_municipality: Municipality, manager: User) -> None:
    assert not Scope.municipality(other_municipality, access_of(manager, on=TODAY)).exact


def test_counties_are_named_together_and_never_true(db: None) -> None:
    scope = Scope.counties([CountyFactory(code="61", name="Nord"), CountyFactory(code="62", name="Sør")])
    assert (scope.level, scope.name, scope.codes, scope.exact) == (
        Level.COUNTY,
        "Nord, Sør",
        ("61", "62"),
        False,
    )


def test_a_municipality_knows_its_county(municipality: Municipality) -> None:
    assert Scope.municipality(municipality, NO_ACCESS).county_ids == (municipality.county_id,)


class TestRecipe:
    def test_its_hash_is_the_same_for_the_same_question_for_ever(self) -> None:
        """The hash is written in files: a change here makes old recipes unreadable."""
        recipe = Recipe("waiting", date(2024, 12, 31), Scope.nation(), NOW, definition_version="1")
        assert recipe.hash == "76d53f2497bd55c2"

    @pytest.mark.parametrize(
        "other",
        [
            Recipe("flow", TODAY, Scope.nation(), NOW),
            Recipe("waiting", date(2024, 12, 31), Scope.nation(), NOW),
            Recipe("waiting", TODAY, Scope(Level.COUNTY, codes=("03",)), NOW),
            Recipe("waiting", TODAY, Scope.nation(), NOW, (("priority", "1"),)),
            Recipe("waiting", TODAY, Scope.nation(), NOW, knowledge=Knowledge.THEN),
            Recipe("waiting", TODAY, Scope.nation(), NOW, definition_version="0"),
            Recipe("waiting", TODAY, Scope.nation(), NOW + timedelta(seconds=1)),
        ],
        ids=["report", "day", "scope", "filter", "mode", "definitions", "data"],
    )
    def test_another_question_has_another_hash(self, other: Recipe) -> None:
        assert other.hash != Recipe("waiting", TODAY, Scope.nation(), NOW).hash

    def test_it_says_everything_that_is_needed(self) -> None:
        assert Recipe("waiting", TODAY, Scope.nation(), NOW).as_dict().keys() == {
            "report",
            "on",
            "mode",
            "scope",
            "filters",
            "definition_version",
            "data_as_of",
            "hash",
        }
