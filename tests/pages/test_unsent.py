"""What somebody had filled in when they had to sign in again, or confirm who they are: back in the form, not saved."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.test import Client

from referrals.choices import Protection
from referrals.demo.users import DEMO_PASSWORD, demo_users
from referrals.models import Barring, Municipality, Opening, Person, Referral, User, WaitPause
from referrals.views import unsent
from tests.factories import (
    NOW,
    PASSWORD,
    ConfidantFactory,
    InstallationFactory,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    UserFactory,
)
from tests.harness.factors import code, give_app
from tests.harness.full_sessions import note

ClientFor = Callable[[User], Client]
Clock = time_machine.Traveller

BACK = "Ikke lagret ennå"
REASON = "Skal avtale hjemmebesøk med innbyggeren"
NOTE = "den dagen hun ble innlagt"


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def case(municipality: Municipality, category: object) -> Referral:
    return ReferralFactory(municipality=municipality, category=category, waiting=True)


def address(case: Referral, page: str) -> str:
    return f"/k/{case.municipality.code}/henvisninger/{case.number}/{page}/"


def hours_old(client_for: ClientFor, user: User) -> Client:
    """Signed in, but so long ago that who they are must be confirmed."""
    client = client_for(user)
    note(client, user, at=(NOW - timedelta(minutes=6)).timestamp())
    return client


def content(response: object) -> str:
    return response.content.decode()


# ---------------------------------------------------------------- who one is must be confirmed


def test_what_was_sent_before_confirming_is_back_in_the_form_and_not_saved(
    case: Referral, coordinator: User, therapist_user: User, client_for: ClientFor, clock: Clock
) -> None:
    client = hours_old(client_for, coordinator)
    page = address(case, "skjerming")
    sent = {"bar": "1", "bar-user": therapist_user.pk, "bar-kind": "wish", "bar-reason": REASON}
    asked = client.post(page, sent)
    assert asked.url.startswith("/konto/bekreft/")
    assert "Ikke lagret ennå" in content(client.get(asked.url))
    assert not Barring.objects.exists()

    back = client.post(asked.url, {"password": PASSWORD})
    assert back.url == page
    shown = client.get(page)
    form = shown.context["forms"]["bar"]
    assert BACK in content(shown) and form["reason"].value() == REASON
    assert form["user"].value() == str(therapist_user.pk)
    assert not Barring.objects.exists()

    assert BACK not in content(client.get(page))
    client.post(page, sent)
    assert Barring.objects.get().user == therapist_user


@pytest.mark.parametrize("way", ["skjermet", "nodtilgang"])
def test_a_reason_typed_before_confirming_is_back(
    way: str, case: Referral, coordinator: User, client_for: ClientFor, clock: Clock
) -> None:
    Person.objects.update(protection=Protection.CONFIDENTIAL)
    ConfidantFactory(person=case.person, user=coordinator)
    client = hours_old(client_for, coordinator)
    asked = client.post(address(case, way), {"reason": REASON})
    shown = client.get(client.post(asked.url, {"password": PASSWORD}).url)
    assert BACK in content(shown) and shown.context["form"]["reason"].value() == REASON
    assert not Opening.objects.exists()


def test_a_code_is_never_kept(coordinator: User, client_for: ClientFor, clock: Clock) -> None:
    client = hours_old(client_for, coordinator)
    asked = client.post("/konto/app/", {"code": "123456"})
    assert asked.url.startswith("/konto/bekreft/") and unsent.SESSION_KEY not in client.session
    assert "ble ikke lagret" in content(client.get(asked.url))


# ---------------------------------------------------------------- the session had ended


def paused(case: Referral) -> dict[str, str]:
    return {"version": str(case.version), "reason": "admitted", "on": NOTE}


def test_what_was_sent_from_an_ended_session_is_back_after_signing_in(
    case: Referral, coordinator: User, client_for: ClientFor, clock: Clock
) -> None:
    secret = give_app(coordinator)
    client = client_for(coordinator)
    page = address(case, "pause")
    clock.shift(timedelta(minutes=45))
    asked = client.post(page, paused(case))
    assert asked.url == f"/inn/?next={page.replace('/', '%2F')}"
    assert "tilbake i skjemaet" in content(client.get(asked.url))
    client.post("/inn/", {"login": coordinator.username, "password": PASSWORD, "next": page})
    assert client.post("/inn/kode/", {"code": code(secret)}).url == page
    shown = client.get(page)
    assert BACK in content(shown) and NOTE in content(shown)
    assert not WaitPause.objects.exists()
    assert NOTE not in content(client.get(page))


def test_a_new_referral_is_not_lost_with_the_session(
    municipality: Municipality, coordinator: User, client_for: ClientFor, clock: Clock
) -> None:
    """Neither what was typed, nor the search that the form began with."""
    person = PersonFactory(municipality=municipality)
    client = client_for(coordinator)
    start = f"/k/{municipality.code}/henvisninger/ny/"
    found = client.post(
        start,
        {"name": f"{person.given_name} {person.family_name}", "birth_date": f"{person.birth_date:%d.%m.%Y}"},
    )
    token = found.url.partition("=")[2]
    form = client.post(f"{start}innbygger/", {"sok": token, "person": person.pk}).url
    clock.shift(timedelta(minutes=45))
    client.post(form, {"reason": NOTE})
    client.force_login(coordinator)
    shown = client.get(form)
    assert shown.status_code == 200 and BACK in content(shown) and NOTE in content(shown)
    assert not Referral.objects.exists()


def test_nobody_else_gets_what_was_typed(
    case: Referral, coordinator: User, therapist_user: User, client_for: ClientFor, clock: Clock
) -> None:
    client = client_for(coordinator)
    page = address(case, "pause")
    clock.shift(timedelta(minutes=45))
    client.post(page, paused(case))
    client.force_login(therapist_user)
    assert NOTE not in content(client.get(page))
    client.force_login(coordinator)
    assert NOTE not in content(client.get(page))


def test_it_is_gone_after_eight_hours(
    case: Referral, coordinator: User, client_for: ClientFor, clock: Clock
) -> None:
    client = client_for(coordinator)
    page = address(case, "pause")
    clock.shift(timedelta(minutes=45))
    client.post(page, paused(case))
    clock.shift(timedelta(seconds=unsent.LIVES_SECONDS))
    client.force_login(coordinator)
    assert NOTE not in content(client.get(page))


def test_it_lies_sealed_and_within_bounds(
    case: Referral, coordinator: User, client_for: ClientFor, clock: Clock
) -> None:
    client = client_for(coordinator)
    clock.shift(timedelta(minutes=45))
    client.post(address(case, "pause"), paused(case))
    kept = Session.objects.get(session_key=client.session.session_key).get_decoded()
    assert unsent.SESSION_KEY in kept and "Innlagt" not in str(kept) and case.number not in str(kept)
    client.force_login(coordinator)
    clock.shift(timedelta(minutes=45))
    client.post(address(case, "pause"), paused(case) | {"note": "x" * (unsent.LONGEST + 1)})
    assert unsent.SESSION_KEY not in client.session


def test_a_forged_form_is_not_kept(
    case: Referral, coordinator: User, client_for: ClientFor, clock: Clock
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(coordinator)
    clock.shift(timedelta(minutes=45))
    assert client.post(address(case, "pause"), paused(case)).status_code == 403
    assert unsent.SESSION_KEY not in client.session


def test_without_any_session_one_is_told_that_nothing_was_saved(
    case: Referral, client: Client, clock: Clock
) -> None:
    page = address(case, "pause")
    asked = client.post(page, paused(case))
    assert asked.url == f"/inn/?next={page.replace('/', '%2F')}"
    shown = content(client.get(asked.url))
    assert "ble ikke lagret" in shown and NOTE not in shown
    assert not any(unsent.SESSION_KEY in session.get_decoded() for session in Session.objects.all())


# ---------------------------------------------------------------- addresses that are no page


@pytest.mark.parametrize(
    "path", ["/k/3103/venteliste/sok/", "/ut/", "/sprak/", "/k/3103/apninger/1/avslutt/"]
)
def test_signing_in_never_ends_on_an_address_that_only_buttons_lead_to(
    path: str, client: Client, coordinator: User
) -> None:
    InstallationFactory(is_demo=True)
    typed = {"login": coordinator.username, "password": PASSWORD, "next": path}
    assert client.post("/inn/", typed).url == "/"


def test_a_button_pressed_without_a_session_leads_back_to_its_page(client: Client, coordinator: User) -> None:
    came_from = {"Referer": "http://testserver/k/3103/venteliste/?status=waiting"}
    asked = client.post("/k/3103/venteliste/sok/", {"q": "Nordmann"}, headers=came_from)
    assert asked.url == "/inn/?next=%2Fk%2F3103%2Fventeliste%2F%3Fstatus%3Dwaiting"
    assert client.post("/k/3103/venteliste/sok/", {"q": "Nordmann"}).url == "/inn/?next=%2F"


@pytest.mark.parametrize("path", ["/k/3103/venteliste/sok/", "/ut/"])
def test_an_address_that_only_buttons_lead_to_says_so_in_our_words(
    path: str, coordinator: User, client_for: ClientFor
) -> None:
    page = client_for(coordinator).get(path)
    assert page.status_code == 405 and page.headers["Allow"] == "POST"
    assert "Det er ingen side her" in content(page) and 'href="/"' in content(page)


# ---------------------------------------------------------------- in the demo


def test_a_press_in_the_demo_leads_to_the_page_that_was_asked_for(client: Client, db: None) -> None:
    InstallationFactory()
    first = demo_users()[0]
    MembershipFactory(user=UserFactory(username=first.username, password=DEMO_PASSWORD), role=first.role)
    page = content(client.get("/inn/?next=/konto/"))
    assert page.count('name="next" value="/konto/"') == 2 + len(demo_users())
    typed = {"username": first.username, "next": "/konto/"}
    assert client.post("/inn/demo/", typed).url == "/konto/"
    client.logout()
    assert client.post("/inn/demo/", typed | {"next": "//evil.example"}).url == "/"


def test_the_demo_says_which_password_confirms_and_nobody_else_does(
    coordinator: User, client_for: ClientFor
) -> None:
    assert DEMO_PASSWORD not in content(client_for(coordinator).get("/konto/bekreft/?next=/konto/"))
    InstallationFactory()
    caches["process"].clear()
    User.objects.filter(pk=coordinator.pk).update(username=demo_users()[0].username)
    page = content(client_for(User.objects.get(pk=coordinator.pk)).get("/konto/bekreft/?next=/konto/"))
    assert DEMO_PASSWORD in page and "Avbryt" in page
