"""Which passwords are refused, and how the others are kept."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from ergo.passwords import NorwegianCommonPasswordValidator
from referrals.models import User


@pytest.mark.parametrize(
    "password",
    ["Sommer2026!!", "passordpassord", "P@ssord12345", "velkommen-til-ergo", "Hemmelig.123", "ErgoterapiOslo1",
     "VINTER2026vår", "Liverpool1892", "2026-11-22-22", "!!!!!!!!!!!!", "s0mm3rs0mm3r"],
)  # fmt: skip
def test_krav_28_words_that_are_tried_first_are_refused(password: str) -> None:
    """Seasons, months, clubs and the workplace are no passwords, however they are dressed up."""
    with pytest.raises(ValidationError):
        NorwegianCommonPasswordValidator().validate(password)


@pytest.mark.parametrize(
    "password", ["riktig-hest-batteri", "fire-ulike-ord-om-regn", "ventelista-i-moss", "xK9#vQ2!mR7$"]
)
def test_others_are_not(password: str) -> None:
    NorwegianCommonPasswordValidator().validate(password)


@pytest.mark.parametrize(
    "password",
    ["kort-passor", "123456789012", "qwerty123456", "kari.nordmann1"],
    ids=["11 characters", "figures only", "of Django's list", "like the name"],
)
def test_krav_28_short_common_and_obvious_passwords_are_refused(password: str) -> None:
    """At least 12 characters, not a common one, not figures alone, not one's own name."""
    with pytest.raises(ValidationError):
        validate_password(password, User(username="kari.nordmann"))
