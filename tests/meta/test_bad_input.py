"""Whatever a browser sends that no page of ours offered: a clear page, nothing given away, and a line on record.

No user's input reaches the scope that the database compares rows with: it is made of the memberships' own ids, of
which only digits and commas are sent (`ergo.scope`). What rubbish would do there is tried in test_walls (krav 04).
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from referrals.choices import Protection, SecurityEventKind
from referrals.models import Municipality, Referral, SecurityEvent, User
from tests.factories import (
    NOW,
    PASSWORD,
    ConfidantFactory,
    MembershipFactory,
    OpeningFactory,
    PersonFactory,
    ReferralFactory,
    TherapistFactory,
    UserFactory,
)
from tests.harness.doors import NUMBER
from tests.harness.factors import code, give_app, give_recovery_codes
from tests.harness.full_sessions import note

Kind = SecurityEventKind

SECRET = "Hemmeligsen"
EVIL = "https://evil.example/"


class Stage:
    """A coordinator at the screen with a case of their own, and one of another municipality that must not be seen."""

    def __init__(self, user: User, case: Referral, foreign: Referral) -> None:
        self.user, self.case, self.foreign = user, case, foreign
        self.here, self.there = f"/k/{case.municipality.code}", f"/k/{foreign.municipality.code}"
        self.browser = Client()
        self.browser.force_login(user)
        note(self.browser, user, at=NOW.timestamp())  # who they are was asked a moment ago

    def search(self, browser: Client | None = None) -> str:
        """The token of a search for a citizen."""
        typed = {"name": "Kari Prøve", "birth_date": "17051948"}
        answer = (browser or self.browser).post(f"{self.here}/henvisninger/ny/", typed)
        return answer.url.partition("sok=")[2]

    def choose(self, person: object, token: str | None = None) -> HttpResponse:
        sent = {"sok": token or self.search(), "person": str(person)}
        return self.browser.post(f"{self.here}/henvisninger/ny/innbygger/", sent, follow=True)

    def move(self, slug: str, **typed: object) -> HttpResponse:
        address = f"{self.here}/henvisninger/{self.case.number}/{slug}/"
        return self.browser.post(address, {"version": self.case.version, **typed})

    def list(self, **query: object) -> HttpResponse:
        return self.browser.get(f"{self.here}/venteliste/", query, follow=True)

    def shielding(self, **typed: object) -> HttpResponse:
        return self.browser.post(
            f"{self.here}/henvisninger/{self.case.number}/skjerming/", typed, follow=True
        )

    def search_of_somebody_else(self) -> HttpResponse:
        other = Client()
        other.force_login(MembershipFactory(municipality=self.case.municipality).user)
        return self.browser.get(f"{self.here}/henvisninger/ny/", {"sok": self.search(other)}, follow=True)

    def expired_form(self) -> HttpResponse:
        with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
            return self.move("prioritet", priority=1, on="16.03.2026")

    def second_step(self, typed: str) -> HttpResponse:
        stranger = Client()
        stranger.post("/inn/", {"login": self.user.username, "password": PASSWORD})
        return stranger.post("/inn/kode/", {"code": typed})

    def stale_recovery_code(self) -> HttpResponse:
        give_app(self.user)
        first, *_rest = give_recovery_codes(self.user)
        assert self.second_step(first).url == "/"
        return self.second_step(first)

    def code_replayed(self) -> HttpResponse:
        secret = give_app(self.user)
        assert self.second_step(code(secret)).url == "/"
        return self.second_step(code(secret))

    def without_role(self) -> HttpResponse:
        self.browser.force_login(UserFactory())
        return self.browser.get("/")


BAD: dict[str, tuple[Callable[[Stage], HttpResponse], Kind, str]] = {
    # Ids in the path
    "a foreign case": (
        lambda s: s.browser.get(f"{s.there}/henvisninger/{NUMBER}/"),
        Kind.NOT_FOUND,
        "Http404",
    ),
    "a number that nobody has": (
        lambda s: s.browser.get(f"{s.here}/henvisninger/2026-999999/"),
        Kind.NOT_FOUND,
        "Http404",
    ),
    "an unknown opening": (
        lambda s: s.browser.post(f"{s.here}/apninger/987654/avslutt/", follow=True),
        Kind.NOT_OFFERED,
        "opening",
    ),
    "a foreign opening": (
        lambda s: s.browser.post(
            f"{s.here}/apninger/{OpeningFactory(person=s.foreign.person).pk}/avslutt/", follow=True
        ),
        Kind.NOT_OFFERED,
        "opening",
    ),
    "a form that was never begun": (
        lambda s: s.browser.get(f"{s.here}/henvisninger/ny/{uuid4()}/", follow=True),
        Kind.NOT_OFFERED,
        "search",
    ),
    # Ids in the query
    "a foreign therapist in a list": (
        lambda s: s.list(therapist=TherapistFactory(employed_in=s.foreign.municipality).pk),
        Kind.NOT_OFFERED,
        "therapist",
    ),
    "a search of the list that nobody made": (lambda s: s.list(sok=uuid4()), Kind.NOT_OFFERED, "search"),
    "a search for a citizen that nobody made": (
        lambda s: s.browser.get(f"{s.here}/henvisninger/ny/", {"sok": uuid4()}, follow=True),
        Kind.NOT_OFFERED,
        "search",
    ),
    "a search of another session": (lambda s: s.search_of_somebody_else(), Kind.NOT_OFFERED, "search"),
    "a search of another kind": (lambda s: s.list(sok=s.search()), Kind.NOT_OFFERED, "search"),
    "an access log that nobody asked for": (
        lambda s: s.browser.get(f"{s.here}/innsynslogg/", {"sok": uuid4()}, follow=True),
        Kind.NOT_OFFERED,
        "search",
    ),
    # Ids in the body
    "a foreign citizen": (lambda s: s.choose(s.foreign.person_id), Kind.NOT_OFFERED, "citizen"),
    "a citizen whom the search did not find": (
        lambda s: s.choose(PersonFactory(municipality=s.case.municipality, family_name="Fremmed").pk),
        Kind.NOT_OFFERED,
        "citizen",
    ),
    "a citizen of no search": (lambda s: s.choose(1, token=str(uuid4())), Kind.NOT_OFFERED, "search"),
    "a foreign therapist": (
        lambda s: s.move(
            "ergoterapeut", therapist=TherapistFactory(employed_in=s.foreign.municipality).pk, on="16.03.2026"
        ),
        Kind.NOT_OFFERED,
        "therapist",
    ),
    "a stranger to be named": (
        lambda s: s.shielding(**{"name": "", "name-user": UserFactory().pk}),
        Kind.NOT_OFFERED,
        "user",
    ),
    "somebody else's confidant to be dismissed": (
        lambda s: s.shielding(dismiss=ConfidantFactory(person=s.foreign.person).pk),
        Kind.NOT_OFFERED,
        "dismiss",
    ),
    "a barring that there never was": (lambda s: s.shielding(lift=987654), Kind.NOT_OFFERED, "lift"),
    # Where to go on to
    "next, signing in": (lambda s: Client().get("/inn/", {"next": EVIL}), Kind.BAD_REDIRECT, ""),
    "next, signing out": (lambda s: s.browser.post("/ut/", {"next": EVIL}), Kind.BAD_REDIRECT, ""),
    "next, the language": (
        lambda s: s.browser.post("/sprak/", {"language": "nb", "next": EVIL}),
        Kind.BAD_REDIRECT,
        "",
    ),
    "next, the colours": (
        lambda s: s.browser.post("/utseende/", {"scheme": "dark", "next": EVIL}),
        Kind.BAD_REDIRECT,
        "",
    ),
    "next, at the door of the administration": (
        lambda s: Client().get("/admin/login/", {"next": EVIL}, follow=True),
        Kind.BAD_REDIRECT,
        "",
    ),
    # Sessions, codes and roles
    "a session that ended in the middle of a form": (lambda s: s.expired_form(), Kind.SESSIONS_ENDED, "idle"),
    "a recovery code that was used": (
        lambda s: s.stale_recovery_code(),
        Kind.SIGN_IN_FAILED,
        "second step: recovery_codes",
    ),
    "a code that was used": (lambda s: s.code_replayed(), Kind.SIGN_IN_FAILED, "second step: totp"),
    "a user without a role": (lambda s: s.without_role(), Kind.NO_ROLE, ""),
}


@pytest.fixture
def stage(
    coordinator: User, municipality: Municipality, other_municipality: Municipality, category, today: object
) -> Stage:
    own = ReferralFactory(municipality=municipality, category=category, number=NUMBER, waiting=True)
    person = PersonFactory(
        municipality=other_municipality, family_name=SECRET, protection=Protection.CONFIDENTIAL
    )
    foreign = ReferralFactory(
        municipality=other_municipality, person=person, category=category, number="2026-777777"
    )
    return Stage(coordinator, own, foreign)


@pytest.mark.parametrize("name", BAD)
def test_krav_09_and_31_bad_input_gets_a_clear_page_tells_nothing_and_is_on_record(
    name: str, stage: Stage
) -> None:
    """Forged ids, strange addresses, old tokens, codes and sessions, and a user without a role, one by one."""
    do, kind, detail = BAD[name]
    response = do(stage)
    assert response.status_code in (200, 302, 404), name
    page = response.content.decode()
    assert SECRET not in page and "2026-777777" not in page and "Traceback" not in page
    assert "evil.example" not in response.headers.get("Location", "")
    assert response.status_code == 302 or "<h1" in page
    events = SecurityEvent.objects.filter(kind=kind, detail=detail)
    assert events.count() == 1, list(SecurityEvent.objects.values_list("kind", "detail"))


@pytest.mark.parametrize("value", ["", "abc", "-1", "0", "1.5", "1 OR 1=1", "9" * 40, "١٢"])
def test_what_is_no_id_at_all_is_not_put_on_record(value: str, stage: Stage) -> None:
    stage.list(therapist=value, sok=value)
    stage.choose(value)
    stage.move("prioritet", priority=value, on=value)
    stage.shielding(dismiss=value)
    assert not SecurityEvent.objects.filter(kind=Kind.NOT_OFFERED).exists()


def test_ending_twice_what_was_ended_is_nobodys_business(stage: Stage) -> None:
    opening = OpeningFactory(person=stage.case.person, user=stage.user)
    for _time in range(2):
        stage.browser.post(f"{stage.here}/apninger/{opening.pk}/avslutt/")
    assert not SecurityEvent.objects.filter(kind=Kind.NOT_OFFERED).exists()


def test_addresses_of_ours_are_not_put_on_record(stage: Stage) -> None:
    stage.browser.post("/sprak/", {"language": "nb", "next": "/mine/"})
    stage.browser.post("/ut/")
    Client().get("/inn/", {"next": "/mine/"})
    assert not SecurityEvent.objects.filter(kind=Kind.BAD_REDIRECT).exists()
