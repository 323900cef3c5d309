"""What nobody meant to ask: a day to come, one before anything was known, a clock set back, an open dashboard.

Each is said in words, and no number is of another day than it says. Versions of a key that would overlap, and targets
of 0 or 10 000 days, are in `test_priority_keys.py`; a refresh that is cut off in `unit/actions/test_rollups.py`.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from referrals.models import Category, Municipality, User
from tests.factories import NOW, TODAY, PersonFactory, ReferralFactory, days_ago
from tests.pages.seen import text
from tests.unit.management.test_report import figures
from tests.unit.situations.office import Office

ClientFor = Callable[[User], Client]
TOMORROW = TODAY + timedelta(days=1)
BOARDS = (
    "oversikt/{}/",
    "oversikt/{}/utvikling/",
    "oversikt/{}/fordeling/",
    "oversikt/{}/sammenlign/",
    "k/{}/lange-ventetider/",
)


def typed(day: date) -> str:
    return f"{day:%d.%m.%Y}"


@pytest.fixture
def manager_browser(client_for: ClientFor, manager: User) -> Client:
    return client_for(manager)


@pytest.fixture
def office(municipality: Municipality, category: Category, coordinator: User) -> Office:
    return Office(municipality, category, coordinator)


def waiting(page: HttpResponse) -> int | None:
    """How many wait by the dashboard; None: nothing is known of its day."""
    return page.context["report"].waiting.figure.value


@pytest.mark.parametrize("path", BOARDS)
@pytest.mark.parametrize("asked", [typed(TOMORROW), "31.12.2099", "31.02.2026", "x"])
def test_a_day_to_come_shows_today_and_says_so(
    path: str, asked: str, manager_browser: Client, municipality: Municipality
) -> None:
    ReferralFactory(municipality=municipality, waiting=True)
    page = manager_browser.get(f"/{path.format(municipality.code)}", {"dato": asked})
    assert "kan ikke vises. Dette er tallene for i dag." in text(page)
    assert page.context["report"].on == TODAY


@pytest.mark.parametrize("path", BOARDS)
def test_of_a_day_to_come_there_is_no_file(
    path: str, manager_browser: Client, municipality: Municipality
) -> None:
    ReferralFactory(municipality=municipality, waiting=True)
    asked = {"dato": typed(TOMORROW), "fil": "json"}
    page = manager_browser.get(f"/{path.format(municipality.code)}", asked)
    assert page["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", BOARDS[:3])
@pytest.mark.parametrize("known", ["now", "then"])
def test_a_day_before_the_first_referral_says_since_when_anything_is_known(
    path: str, known: str, manager_browser: Client, municipality: Municipality
) -> None:
    ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(10))
    asked = {"dato": typed(days_ago(40)), "kjent": known}
    page = manager_browser.get(f"/{path.format(municipality.code)}", asked)
    assert f"Det finnes ingen opplysninger her fra før {typed(days_ago(10))}." in text(page)


def test_a_clock_set_back_counts_no_day_that_has_not_come(
    manager_browser: Client, municipality: Municipality
) -> None:
    """Saved by a clock that was right, then looked at by one that is three days slow."""
    ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(10))
    ReferralFactory(municipality=municipality, received_on=TODAY)
    address = f"/oversikt/{municipality.code}/"
    assert waiting(manager_browser.get(address)) == 2
    with time_machine.travel(NOW - timedelta(days=3), tick=False):
        page = manager_browser.get(address)
        assert waiting(page) == 1
        assert page.context["report"].on == days_ago(3)
        assert page.context["report"].recipe.data_as_of == NOW - timedelta(days=3)
        rows = manager_browser.get(f"/k/{municipality.code}/venteliste/dag/", {"dato": typed(days_ago(3))})
        assert rows.status_code == 200


def test_a_referral_of_last_year_that_comes_in_behind_an_open_dashboard(
    manager_browser: Client, municipality: Municipality, manager: User, office: Office
) -> None:
    """The open page stays true of its time, and its recipe makes it again; the next one, and its lists, have it."""
    ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(20))
    address, last_year = f"/oversikt/{municipality.code}/", typed(date(2025, 12, 31))

    def then_and_now() -> tuple[int | None, ...]:
        asked = ({"dato": last_year, "kjent": known} for known in ("then", "now"))
        return tuple(waiting(manager_browser.get(address, one)) for one in asked)

    assert then_and_now() == (None, None)
    opened = manager_browser.get(address)
    recipe = opened.context["report"].recipe.hash
    later = NOW + timedelta(minutes=10)
    with time_machine.travel(later, tick=False):
        office.register(date(2025, 3, 3), at=later, person=PersonFactory(municipality=municipality))
        fresh = manager_browser.get(address)
        assert (waiting(opened), waiting(fresh)) == (1, 2)
        href = f"/k/{municipality.code}/venteliste/"
        assert manager_browser.get(href).context["table"].paginator.count == 2
        assert then_and_now() == (None, 1)
        staff = ("--as-staff", manager.username)
        assert figures("waiting", "--recipe", recipe, *staff)["waiting"] == 1
        assert figures("waiting", "--municipality", municipality.code, *staff)["waiting"] == 2
