"""A manager by keyboard: what somebody left behind is divided anew and undone, and who was overtaken is looked at."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from referrals.models import Category, Municipality, Referral, Therapist, User
from referrals.views.clock import now
from tests.factories import EmploymentFactory, LeaveFactory, ReferralFactory, TherapistFactory
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import before_now

pytestmark = pytest.mark.django_db(transaction=True)

CASES = 52  # more than a page of the list


@pytest.fixture
def gone(municipality: Municipality, category: Category) -> Therapist:
    """Somebody who has left with open cases; two others, one of whom is on leave."""
    gone, kari, ola = (TherapistFactory(name=f"{name} Ergo") for name in ("Berit", "Kari", "Ola"))
    long_ago = before_now(900)
    EmploymentFactory(therapist=gone, municipality=municipality, valid_from=long_ago, valid_to=before_now(3))
    EmploymentFactory(therapist=kari, municipality=municipality, valid_from=long_ago)
    away = EmploymentFactory(therapist=ola, municipality=municipality, valid_from=long_ago)
    LeaveFactory(employment=away, valid_from=before_now(9), valid_to=before_now(-30))
    shared = {"municipality": municipality, "category": category, "waiting": True, "changed_at": now()}
    for nth in range(CASES):
        ReferralFactory(
            **shared, therapist=gone, assigned_on=before_now(20), received_on=before_now(30 + nth)
        )
    ReferralFactory(**shared, therapist=kari, assigned_on=before_now(20), received_on=before_now(25))
    ReferralFactory(
        **shared | {"started": True, "priority": 3, "therapist": kari, "assigned_on": before_now(9)},
        received_on=before_now(33),
        started_on=before_now(2),
    )
    return gone


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page)
    assert_fits(page, 400)


def test_what_somebody_left_behind_is_divided_anew_and_undone(
    page: Page, sign_in: Callable[[User], None], manager: User, municipality: Municipality, gone: Therapist
) -> None:
    sign_in(manager)
    page.goto(f"/k/{municipality.code}/bemanning/")
    page.get_by_role("link", name="Saksmengde").press("Enter")
    expect(page.get_by_role("heading", name="Saksmengde", level=1)).to_be_visible()
    expect(page.get_by_role("row", name="Berit Ergo")).to_contain_text("Har sluttet")
    stop(page)

    page.get_by_role("link", name="Fordel på nytt").press("Enter")
    expect(page.get_by_text(f"Valgt: {CASES}")).to_be_visible()
    stop(page)
    page.get_by_role("button", name="Fordel til ergoterapeut").press("Enter")
    expect(page.get_by_role("heading", name=f"Fordel {CASES} henvisninger", level=1)).to_be_visible()
    stop(page)
    page.keyboard.type("Kari")
    page.get_by_role("button", name=f"Fordel {CASES} henvisninger").press("Enter")
    expect(page.get_by_text(f"Ergoterapeut er endret for {CASES} henvisninger.")).to_be_visible()
    assert not Referral.objects.filter(therapist=gone).exists()
    page.get_by_role("button", name="Angre").press("Enter")
    expect(page.get_by_text(f"Angret for {CASES} henvisninger.")).to_be_visible()
    assert Referral.objects.filter(therapist=gone).count() == CASES


@pytest.mark.usefixtures("gone")
def test_who_was_overtaken_is_looked_at_and_taken_along(
    page: Page, sign_in: Callable[[User], None], manager: User, municipality: Municipality
) -> None:
    sign_in(manager)
    page.goto(f"/k/{municipality.code}/saksmengde/")
    page.get_by_role("link", name="Forbigått").press("Enter")
    expect(page.get_by_role("heading", name="Forbigått", level=1)).to_be_visible()
    expect(page.get_by_text("prioritet 2, 48 dager lenger")).to_be_visible()
    stop(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned CSV").press("Enter")
    assert len(download.value.path().read_text("utf-8").splitlines()) == 1 + 48
