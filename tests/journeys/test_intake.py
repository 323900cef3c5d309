"""An intake meeting by keyboard alone: twenty referrals, each key and each page counted (docs/keystrokes.md)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from referrals.choices import Status, Urgency
from referrals.models import Category, Municipality, Referral, User
from tests.factories import InformationRequestFactory, ReferralFactory
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import before_now, count_keys, keys_pressed

MANY = 20
KEYS_EACH = 2  # the figure of the priority, and Enter


@pytest.fixture
def waiting_list(municipality: Municipality, category: Category) -> list[Referral]:
    """Twenty that are not assessed, in the order of the meeting."""
    made = [
        ReferralFactory(
            municipality=municipality,
            category=category,
            received_on=before_now(60 - nth),
            urgency=Urgency.FALL if nth == 0 else "",
        )
        for nth in range(MANY)
    ]
    InformationRequestFactory(referral=made[1], asked_on=before_now(20), wanted_by=before_now(6))
    return made


@pytest.fixture
def meeting(
    page: Page,
    sign_in: Callable[[User], None],
    coordinator: User,
    municipality: Municipality,
    waiting_list: list[Referral],
) -> Page:
    """The meeting at its beginning."""
    sign_in(coordinator)
    count_keys(page)
    page.goto(f"/k/{municipality.code}/inntaksmote/")
    return page


def counter(page: Page, told: str) -> None:
    expect(page.locator(".page-head__lead")).to_have_text(re.compile(rf"^\s*{told} ·"))


def test_twenty_are_decided_with_two_keys_and_one_page_each(
    meeting: Page, waiting_list: list[Referral]
) -> None:
    loads: list[str] = []
    meeting.on("load", lambda page: loads.append(page.url))
    assert_fits(meeting)
    for nth in range(MANY):
        counter(meeting, f"{nth + 1} av {MANY}")
        assert_accessible(meeting, within="html" if nth < 2 else "main")
        meeting.keyboard.press(str(nth % 4 + 1))
        meeting.keyboard.press("Enter")
        meeting.wait_for_url(f"**avgjort={nth + 1}")
    expect(meeting.get_by_text(f"{MANY} henvisninger ble avgjort i dette møtet.")).to_be_visible()
    assert_accessible(meeting)
    assert_fits(meeting)
    assert keys_pressed(meeting) == MANY * KEYS_EACH
    assert len(loads) == MANY
    decided = Referral.objects.filter(status=Status.WAITING).order_by("received_on")
    assert list(decided) == waiting_list
    assert [referral.priority for referral in decided] == [nth % 4 + 1 for nth in range(MANY)]


def test_keys_skip_and_go_back_and_leave_fields_alone(meeting: Page, waiting_list: list[Referral]) -> None:
    first, second = waiting_list[:2]
    meeting.keyboard.press("n")
    counter(meeting, f"2 av {MANY}")
    assert f"nr={second.number}" in meeting.url
    meeting.keyboard.press("f")
    counter(meeting, f"1 av {MANY}")
    assert f"nr={first.number}" in meeting.url

    reason = meeting.get_by_label("Begrunnelse").first
    reason.focus()
    meeting.keyboard.type("Fallfare, n 2")
    expect(reason).to_have_value("Fallfare, n 2")
    expect(meeting.get_by_label("Prioritet 2:")).not_to_be_checked()
    counter(meeting, f"1 av {MANY}")


def test_keys_that_are_turned_off_do_nothing_and_everything_works_without_them(meeting: Page) -> None:
    meeting.get_by_role("button", name="Slå av enkelttaster").click()
    expect(meeting.get_by_text("Enkelttaster er slått av.")).to_be_visible()
    assert_accessible(meeting, within="main")
    meeting.keyboard.press("n")
    meeting.keyboard.press("2")
    expect(meeting.get_by_label("Prioritet 2:")).not_to_be_checked()
    counter(meeting, f"1 av {MANY}")
    meeting.get_by_label("Prioritet 1:").focus()
    meeting.keyboard.press("ArrowDown")
    meeting.keyboard.press("Enter")
    counter(meeting, f"2 av {MANY}")


def test_the_meeting_is_held_without_scripts(
    page_without_scripts: Page, meeting: Page, waiting_list: list[Referral]
) -> None:
    page_without_scripts.context.add_cookies(meeting.context.cookies())
    page_without_scripts.goto(meeting.url)
    page_without_scripts.get_by_label("Prioritet 3:").check()
    page_without_scripts.get_by_role("button", name="Lagre og gå videre").click()
    counter(page_without_scripts, f"2 av {MANY}")
    assert Referral.objects.get(pk=waiting_list[0].pk).priority == 3
