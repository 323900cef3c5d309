"""What administrators set for the whole installation: the limit of small numbers, and the law that pages cite."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.models import LawReference, Municipality, SmallNumberLimit, User
from tests.factories import NOW, TODAY, ReferralFactory, SmallNumberLimitFactory, days_ago
from tests.harness.admin_forms import address, filled_in
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]
TOMORROW = TODAY + timedelta(days=1)


def add_limit(kari: Client, valid_from: date, least: int) -> HttpResponse:
    page = address(SmallNumberLimit, "add")
    sent = filled_in(kari.get(page)) | {"valid_from": f"{valid_from:%d.%m.%Y}", "least_shown": str(least)}
    return kari.post(page, sent)


def test_a_limit_is_added_from_tomorrow_on_with_who_and_when(kari: Client, administrator: User) -> None:
    assert add_limit(kari, TOMORROW, 8).status_code == 302
    limit = SmallNumberLimit.objects.get()
    assert (limit.valid_from, limit.least_shown) == (TOMORROW, 8)
    assert (limit.registered_at, limit.registered_by) == (NOW, administrator)
    page = kari.get(address(SmallNumberLimit, "change", limit.pk))
    assert 'name="least_shown"' not in markup(page), "read only"
    assert kari.post(address(SmallNumberLimit, "delete", limit.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("valid_from", "least", "words"),
    [(TOMORROW, 2, "3"), (TODAY, 8, "etter i dag"), (days_ago(1), 8, "etter i dag"), (TOMORROW, 21, "20")],
)
def test_what_may_not_be_is_refused_in_words(kari: Client, valid_from: date, least: int, words: str) -> None:
    page = add_limit(kari, valid_from, least)
    assert page.status_code == 200 and words in markup(page)
    assert not SmallNumberLimit.objects.exists()


def test_the_boards_tell_the_limit_of_their_day(
    client_for: ClientFor, county_reader: User, municipality: Municipality
) -> None:
    SmallNumberLimitFactory(valid_from=TODAY, registered_at=NOW - timedelta(days=2))
    ReferralFactory(municipality=municipality, received_on=days_ago(100))
    county_browser = client_for(county_reader)
    board = f"/oversikt/fylke/{municipality.county.code}/"
    assert "1 til 2 vises som «<3»" in county_browser.get(board).content.decode()
    before = county_browser.get(board, {"dato": f"{days_ago(1):%d.%m.%Y}"})
    assert "1 til 4 vises som «<5»" in before.content.decode()
    assert "vises 1 til 2 som «<3»" in county_browser.get("/tallene/").content.decode()


@pytest.fixture
def law(db: None) -> LawReference:
    return LawReference.objects.create(
        code="preliminary-reply",
        title_nb="Forvaltningsloven § 11 a",
        title_nn="Forvaltningslova § 11 a",
        title_en="Section 11 a",
        text_nb="Svar.",
        text_nn="Svar.",
        text_en="Reply.",
        url="https://lovdata.no/",
    )


def save_law(kari: Client, law: LawReference, **changed: str) -> HttpResponse:
    page = address(LawReference, "change", law.pk)
    return kari.post(page, filled_in(kari.get(page)) | changed)


def test_the_law_is_edited_with_its_days_and_shown_with_them(
    kari: Client, law: LawReference, municipality: Municipality, client_for: ClientFor, manager: User
) -> None:
    changed = {"text_nb": "Nytt svar.", "valid_from": "01.01.2026", "checked_on": "15.03.2026"}
    assert save_law(kari, law, **changed).status_code == 302
    for page in (f"/k/{municipality.code}/prioriteringsnokkel/", "/tallene/"):
        seen = markup(client_for(manager).get(page))
        assert "Nytt svar." in seen
        assert "i kraft fra 01.01.2026" in seen and "kontrollert 15.03.2026" in seen


def test_nobody_has_read_the_law_tomorrow(kari: Client, law: LawReference) -> None:
    page = save_law(kari, law, checked_on=f"{TOMORROW:%d.%m.%Y}")
    assert page.status_code == 200 and "i fremtiden" in markup(page)
    law.refresh_from_db()
    assert law.checked_on is None
