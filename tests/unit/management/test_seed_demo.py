"""The command that makes the demo: what it refuses, in one line, and what it tells."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from referrals.demo import seed as seeding
from referrals.management.commands import seed_demo
from referrals.models import Installation, Membership, User
from tests.factories import (
    InstallationFactory,
    PersonFactory,
    PopulationFactory,
    TherapistFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("seed_demo", *arguments)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.fixture
def registers(db: None) -> None:
    """As much of the registers as it takes to see that they are loaded."""
    PopulationFactory()


def test_without_registers_it_says_which_command_comes_first():
    assert "load_registers" in refusal()


@pytest.mark.parametrize("factory", [PersonFactory, TherapistFactory, UserFactory])
def test_real_data_are_left_alone(registers, factory):
    factory()
    assert "holds real data" in refusal("--referrals", "400")
    assert not Installation.objects.exists()
    assert not Membership.objects.exists()


def test_an_installation_that_says_it_is_no_demo_is_left_alone(registers):
    InstallationFactory(is_demo=False)
    assert "holds real data (Installation)" in refusal()
    assert not Installation.objects.is_demo()


def test_a_demo_that_is_there_is_left_alone(registers):
    InstallationFactory(is_demo=True)
    assert "nothing was changed" in refusal()
    assert not User.objects.exists()


@pytest.mark.parametrize("number", ["0", "-1", "399"])
def test_fewer_referrals_than_every_municipality_needs_are_refused(registers, number):
    assert refusal("--referrals", number) == "--referrals must be at least 400, some for every municipality."


@pytest.mark.parametrize("until", ["2026-03-17", "2024-12-31", "1815-01-01"])
def test_a_day_in_the_future_or_before_the_figures_is_refused(until):
    assert "--until must lie between 2025-01-01 and today, 2026-03-16" in refusal("--until", until)


@pytest.mark.parametrize("until", ["2026-02-30", "today", "16.03.2026", ""])
def test_what_is_no_date_is_refused(until):
    assert "is not a date" in refusal("--until", until)


def test_an_installation_for_real_is_refused(settings):
    settings.FOR_REAL = True
    assert "installation for real" in refusal()


def test_it_tells_what_it_made_until_which_day(registers, monkeypatch, capsys):
    orders = []
    monkeypatch.setattr(seed_demo, "seed", lambda order, progress: orders.append(order))
    call_command("seed_demo", "--referrals", "500", "--seed", "3", "--until", "2026-01-31")
    assert orders == [seeding.Order(500, 3, date(2026, 1, 31))]
    assert capsys.readouterr().out == "500 fictitious referrals from 2020-12-28 to 2026-01-31.\n"
