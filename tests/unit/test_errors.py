"""Every refusal has a code for programs and a sentence for people."""

import inspect
from datetime import date

import pytest
from django.utils.translation import override

from referrals import errors
from referrals.errors import DateBefore, DomainError, DuplicateOpenReferral, InvalidValue, StaleVersion

KINDS = [
    kind
    for _name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, DomainError) and kind is not DomainError
]


def test_every_kind_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes) and DomainError.code not in codes


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_says_something_of_its_own(kind: type[DomainError]) -> None:
    assert str(kind.message) and kind.message is not DomainError.message


def test_the_field_names_the_input() -> None:
    assert DateBefore(field="on", earliest=date(2026, 3, 1)).field == "on"


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_dates_are_written_as_norwegians_write_them(language: str) -> None:
    with override(language):
        assert "01.03.2026" in str(DateBefore(earliest=date(2026, 3, 1)))


def test_values_that_the_sentence_does_not_need_stay_out_of_it() -> None:
    error = DuplicateOpenReferral(number="2026-000001", referrals=["a", "b"])
    assert error.referrals == ["a", "b"] and str(error).endswith("2026-000001.")


def test_per_cent_signs_of_a_reason_are_left_alone() -> None:
    assert str(InvalidValue(reason="100 %")) == "100 %"


def test_a_stale_version_carries_the_present_one() -> None:
    assert StaleVersion(current="now").current == "now"


def test_the_code_is_what_a_log_line_shows() -> None:
    assert DateBefore(earliest=date(2026, 3, 1)).args == ("date_before",)
