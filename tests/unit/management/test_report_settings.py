"""Figures made once more by their recipe after a setting was changed, and two keys from the shell."""

from datetime import timedelta

import pytest

from referrals.models import Category, Municipality, Referral
from tests.factories import (
    NOW,
    MunicipalityFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    SmallNumberLimitFactory,
    days_ago,
)
from tests.unit.management.test_report import figures, refusal, report

pytestmark = pytest.mark.usefixtures("today")

LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize("kind", ["waiting", "flow", "development", "long"])
def test_the_same_figures_come_after_the_limit_was_changed(
    kind: str, municipality: Municipality, waits: list[Referral]
) -> None:
    place = ("--municipality", municipality.code)
    before = figures(kind, *place)
    SmallNumberLimitFactory(registered_at=LATER)
    assert figures(kind, "--recipe", before["recipe"]["hash"]) == before


@pytest.fixture
def keys(municipality: Municipality, category: Category) -> tuple[str, ...]:
    """Of the municipality, whose key is the template's, and of another with shorter targets."""
    ReferralFactory(municipality=municipality, category=category)  # so that the key has the category
    other = MunicipalityFactory()
    theirs = PriorityKeyFactory(municipality=other, valid_from=days_ago(9), due_soon_days=14)
    PriorityTargetFactory(key=theirs, category=category, level=1, days=7, criteria="Fare for liv; =1+1")
    return ("--municipality", municipality.code, "--with", other.code)


class TestKeys:
    def test_both_keys_and_what_differs(self, keys: tuple[str, ...], category: Category) -> None:
        found = figures("keys", *keys)
        own, other = found["keys"]
        assert (own["due_soon_days"], other["due_soon_days"]) == (7, 14)
        targets = {one["code"]: one["targets"] for one in other["categories"]}
        assert targets[category.code] == [{"level": 1, "days": 7, "criteria": "Fare for liv; =1+1"}]
        differs = {(one["code"], one["of"]): one["days"] for one in found["differences"]}
        assert differs[("", "due_soon_days")] == 7
        assert differs[(category.code, "days_1")] == -7
        assert differs[(category.code, "days_2")] is None, "only one of them has the priority"
        assert found["recipe"]["filters"] == {"with": keys[3]}

    def test_rows_hold_the_same_and_the_recipe(self, keys: tuple[str, ...], category: Category) -> None:
        lines = report("keys", *keys, "--format", "csv").splitlines()
        assert f"{keys[3]};{category.code};{category.name};days_1;7" in lines
        assert any(line.startswith(f"difference;{category.code};") and line.endswith(";-7") for line in lines)
        assert any(line.startswith("recipe;keys;;hash;") for line in lines)

    def test_they_come_again_after_a_version_was_withdrawn(
        self, keys: tuple[str, ...], category: Category
    ) -> None:
        before = figures("keys", *keys)
        other = Municipality.objects.get(code=keys[3])
        old = other.priority_keys.get()
        old.replaced_at = LATER
        old.save(update_fields=["replaced_at"])
        assert "nøkkel" in refusal("keys", *keys), "it is withdrawn"
        assert figures("keys", "--recipe", before["recipe"]["hash"]) == before

    def test_two_with_a_key_are_named(self, keys: tuple[str, ...]) -> None:
        assert "--with" in refusal("keys", *keys[:2])
        assert "--municipality" in refusal("keys")
        assert "nøkkel" in refusal("keys", *keys, "--on", days_ago(10).isoformat())
