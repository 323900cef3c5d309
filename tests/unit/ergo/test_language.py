"""The language of a page, and how dates and numbers are written in it."""

from datetime import date

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.forms import DateField
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import formats, translation

from ergo.language import LanguageMiddleware, chosen_language
from referrals.models import User


def asked(rf: RequestFactory, *, profile: str | None = None, cookie: str | None = None):
    request = rf.get("/", headers={"accept-language": "en"})
    request.user = AnonymousUser() if profile is None else User(language=profile)
    if cookie is not None:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    return request


@pytest.mark.parametrize(
    ("profile", "cookie", "expected"),
    [
        (None, None, "nb"),
        (None, "en", "en"),
        ("nb", "en", "nb"),
        ("en", None, "en"),
        ("nn", "nb", "nn"),
        ("", "en", "en"),
        (None, "xx", "nb"),
        (None, "../../etc", "nb"),
    ],
    ids=[
        "nothing",
        "cookie",
        "profile wins",
        "profile",
        "profile in nynorsk",
        "empty profile",
        "unknown",
        "hostile",
    ],
)
def test_the_person_chooses_and_the_browser_does_not(
    rf: RequestFactory, profile: str | None, cookie: str | None, expected: str
) -> None:
    assert chosen_language(asked(rf, profile=profile, cookie=cookie)) == expected


def test_the_answer_says_its_language_and_leaves_none_behind(rf: RequestFactory) -> None:
    seen = []
    middleware = LanguageMiddleware(
        lambda request: HttpResponse(seen.append(translation.get_language()) or "")
    )
    before = translation.get_language()
    response = middleware(asked(rf, profile="en"))
    assert (seen, response.headers["Content-Language"]) == (["en"], "en")
    assert translation.get_language() == before


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_dates_and_thousands_are_norwegian_in_every_language(language: str) -> None:
    with translation.override(language):
        assert formats.date_format(date(2026, 7, 14), "SHORT_DATE_FORMAT") == "14.07.2026"
        assert (
            formats.number_format(1234567, force_grouping=True)
            == "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"
        )


@pytest.mark.parametrize("typed", ["22112026", "221126", "22.11.26", "22.11.2026", "2026-11-22"])
def test_a_date_may_be_typed_with_or_without_points(typed: str) -> None:
    with translation.override("nb"):
        assert DateField().clean(typed) == date(2026, 11, 22)
