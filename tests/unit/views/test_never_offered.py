"""The ids that a browser sends: only what we could have written is read as one."""

import pytest

from referrals.views.never_offered import row_id


@pytest.mark.parametrize(("text", "meant"), [("1", 1), ("42", 42), ("9" * 18, 10**18 - 1)])
def test_digits_are_an_id(text: str, meant: int) -> None:
    assert row_id(text) == meant


@pytest.mark.parametrize(
    "text", ["", "0", "007", "-1", "+1", " 1", "1\n", "1.0", "x", "\0", "٤٢", "²", "9" * 19, "9" * 5000]
)
def test_anything_else_is_none(text: str) -> None:
    assert row_id(text) is None
