"""The forms that log a referral, where the pages do not show it."""

import pytest

from referrals.choices import Protection
from referrals.forms.registration import DefaultingChoiceField, names_from


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Kari Nordmann", ("Kari", "Nordmann")),
        ("Nordmann, Kari", ("Kari", "Nordmann")),
        ("Máret Ánne Østby-Sara", ("Máret Ánne", "Østby-Sara")),
        ("Sara, Máret Ánne", ("Máret Ánne", "Sara")),
        ("  Kari   Nordmann ", ("Kari", "Nordmann")),
        ("Nordmann", ("", "Nordmann")),
        ("", ("", "")),
    ],
)
def test_given_and_family_name_are_told_apart(typed: str, names: tuple[str, str]) -> None:
    assert names_from(typed) == names


def test_a_question_nobody_answered_has_its_usual_answer() -> None:
    field = DefaultingChoiceField(default=Protection.NONE)
    assert field.clean("") == Protection.NONE
    assert field.clean("confidential") == "confidential"
