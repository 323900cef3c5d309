"""What a filter offers is that of its own page."""

import pytest
from django.http import QueryDict
from django.utils.translation import override

from referrals.filters import Offers, WaitlistFilter
from referrals.models import Referral
from tests.factories import TODAY

NAMES = {"nb": "Bad", "nn": "Bad", "en": "Bathroom"}


def offering(levels: list[int], query: str = "") -> WaitlistFilter:
    offers = Offers([{"code": "bath"} | NAMES], [{"id": 7, "name": "Ane Vik"}], levels)
    return WaitlistFilter(QueryDict(query), Referral.objects.all(), offers=offers, on=TODAY)


def choices(chosen: WaitlistFilter, name: str) -> list[str]:
    return [str(label) for code, label in chosen.form.fields[name].choices if code not in ("", "null")]


def test_each_list_offers_what_its_own_municipality_has():
    first, second = offering([1, 2]), offering([1, 2, 3, 4])
    assert (choices(first, "priority"), choices(second, "priority")) == (["1", "2"], ["1", "2", "3", "4"])
    assert choices(first, "therapist") == ["Ane Vik"]
    assert "choices" not in WaitlistFilter.base_filters["priority"].extra


@pytest.mark.parametrize(("language", "name"), [("nb", "Bad"), ("en", "Bathroom"), ("nn", "Bad")])
def test_a_category_is_offered_in_the_language_of_the_page(language: str, name: str) -> None:
    with override(language):
        assert choices(offering([1]), "category") == [name]


def test_a_method_is_asked_of_the_filter_that_it_stands_in():
    """The method of one list must not be asked with what another one knows."""
    first = offering([1], "dated=closed&dated_from=01.02.2026")
    second = offering([1], "dated_from=01.02.2026")
    conditions = [str(chosen.qs.query.where) for chosen in (first, second, first)]
    assert ["closed_on" in text for text in conditions] == [True, False, True]
