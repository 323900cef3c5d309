"""A wait that is on hold for two reasons at once: each pause is begun and ended by itself, and a day is one day."""

from collections.abc import Callable

import pytest
from django.test import Client

from referrals.choices import PauseReason
from referrals.models import Category, Municipality, Referral, User
from tests.factories import TODAY, ReferralFactory, WaitPauseFactory, days_ago
from tests.pages.seen import markup
from tests.pages.test_moves import address, now, said, send

ClientFor = Callable[[User], Client]


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def waiting(municipality: Municipality, category: Category) -> Referral:
    """Somebody waiting with priority 2 since ten days."""
    return ReferralFactory(municipality=municipality, category=category, waiting=True)


@pytest.fixture
def held(waiting: Referral) -> Referral:
    """In hospital since eight days, while information is missing since four."""
    WaitPauseFactory(referral=waiting, reason=PauseReason.HOSPITAL, started_on=days_ago(8))
    WaitPauseFactory(referral=waiting, reason=PauseReason.INFORMATION, started_on=days_ago(4))
    return waiting


def test_a_wait_on_hold_is_put_on_hold_for_one_more_reason(office: Client, waiting: Referral) -> None:
    send(office, waiting, "pause", reason="information", on=f"{days_ago(4):%d%m%Y}")
    assert "Sett på vent av en grunn til" in markup(office.get(address(waiting)))
    assert "Sett på vent av en grunn til" in markup(office.get(address(waiting, "pause")))
    page = send(office, waiting, "pause", reason="hospital", on=f"{days_ago(8):%d%m%Y}")
    assert said(page) == ["Henvisningen er satt på vent."]
    assert waiting.pauses.filter(ended_on=None).count() == 2


def test_each_is_ended_by_itself(office: Client, held: Referral) -> None:
    page = markup(office.get(address(held, "gjenoppta")))
    assert "Hva er det slutt på?" in page
    assert f"På vent siden {days_ago(8):%d.%m.%Y}" in page
    page = send(office, held, "gjenoppta", hold="hospital", on=f"{days_ago(2):%d%m%Y}")
    assert said(page) == ["Pausen er avsluttet. Henvisningen er fortsatt satt på vent av en annen grunn."]
    assert "Ikke lenger på vent: Innlagt på sykehus eller institusjon." in markup(page)
    page = send(office, held, "gjenoppta", hold="information", on=f"{days_ago(1):%d%m%Y}")
    assert said(page) == ["Henvisningen er tilbake på listen."]
    assert [pause.ended_on for pause in held.pauses.order_by("pk")] == [days_ago(2), days_ago(1)]


def test_which_one_must_be_said(office: Client, held: Referral) -> None:
    page = send(office, held, "gjenoppta")
    assert list(page.context["form"].errors) == ["hold"] and now(held).version == held.version


def test_none_ends_before_it_began(office: Client, held: Referral) -> None:
    page = send(office, held, "gjenoppta", hold="information", on=f"{days_ago(5):%d%m%Y}")
    assert list(page.context["form"].errors) == ["on"] and now(held).version == held.version


def test_one_that_has_ended_meanwhile_is_not_taken_for_the_other(office: Client, held: Referral) -> None:
    held.pauses.filter(reason=PauseReason.HOSPITAL).update(ended_on=TODAY)
    page = send(office, held, "gjenoppta", hold="hospital")
    assert "Henvisningen er ikke satt på vent av denne grunnen." in markup(page)
    assert held.pauses.filter(ended_on=None).exists()


def test_the_page_tells_what_they_come_to_together(office: Client, held: Referral) -> None:
    page = markup(office.get(address(held)))
    assert "På vent i alt: 8 dager. Trekkes fra mot fristen: 8 dager." in page
    held.pauses.filter(reason=PauseReason.HOSPITAL).update(ended_on=days_ago(3))
    page = markup(office.get(address(held)))
    assert "På vent i alt: 8 dager. Trekkes fra mot fristen: 5 dager." in page
