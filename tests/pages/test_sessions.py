"""How long a session lives, what ends it, and the list of one's own."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client

from referrals.actions.sign_in import end_sessions, take_away_factors
from referrals.choices import SecurityEventKind
from referrals.models import Municipality, SecurityEvent, User
from referrals.views.sessions import device
from tests.factories import NOW, PASSWORD
from tests.harness.factors import code, give_app

ClientFor = Callable[[User], Client]
Clock = time_machine.Traveller

NEW_PASSWORD = "fire-ulike-ord-om-regn"


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def come_in(user: User, secret: str, client: Client | None = None, **headers: str) -> Client:
    """Through the sign-in page, as a person does; the clock moves on, since each code works once."""
    client = client or Client(headers=headers)
    client.post("/inn/", {"login": user.username, "password": PASSWORD})
    assert client.post("/inn/kode/", {"code": code(secret)}).url == "/"
    return client


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(("minutes", "lives"), [(29, True), (30, False), (31, False)])
def test_krav_25_a_session_ends_after_thirty_minutes_without_use(
    minutes: int, lives: bool, clock: Clock, coordinator: User
) -> None:
    """A screen that somebody left is signed out after 30 minutes."""
    client = signed_in(coordinator)
    clock.shift(timedelta(minutes=minutes))
    assert (client.get("/mine/").status_code == 302) is not lives


def test_krav_25_use_keeps_a_session_alive_for_eight_hours_and_no_longer(
    clock: Clock, coordinator: User
) -> None:
    """Whoever works all day signs in again after 8 hours."""
    client = signed_in(coordinator)
    for _quarter in range(8 * 4 - 1):
        clock.shift(timedelta(minutes=15))
        assert client.get("/konto/").status_code == 200
    clock.shift(timedelta(minutes=15))
    page = client.get("/konto/", follow=True)
    assert page.request["PATH_INFO"] == "/inn/"
    assert "8 timer" in page.content.decode()


def test_krav_25_a_session_that_does_not_know_its_age_has_ended(clock: Clock, coordinator: User) -> None:
    """Without its two timestamps a session is worth nothing."""
    client = signed_in(coordinator)
    session = client.session
    del session["signed_in_at"]
    session.save()
    assert client.get("/konto/").url == "/inn/?next=/konto/"


def test_the_sign_in_page_says_why_and_leads_back(clock: Clock, coordinator: User) -> None:
    secret = give_app(coordinator)
    client = signed_in(coordinator)
    clock.shift(timedelta(minutes=45))
    page = client.get("/konto/okter/", follow=True)
    assert "ikke hadde skjedd noe på 30 minutter" in page.content.decode()
    client.post("/inn/", {"login": "koordinator", "password": PASSWORD, "next": page.context["next"]})
    assert client.post("/inn/kode/", {"code": code(secret)}).url == "/konto/okter/"
    assert "30 minutter" not in client.get("/inn/", follow=True).content.decode().split("<main")[0]


def test_in_the_middle_of_a_form_one_comes_back_to_the_form(
    clock: Clock, coordinator: User, municipality: Municipality
) -> None:
    client = signed_in(coordinator)
    form = f"/k/{municipality.code}/venteliste/"
    clock.shift(timedelta(minutes=45))
    sent = client.post(f"{form}sok/", {"q": "Nordmann"}, headers={"Referer": f"http://testserver{form}"})
    assert sent.url == f"/inn/?next={form.replace('/', '%2F')}"
    page = client.get(sent.url).content.decode()
    assert "ikke lagret" in page and "Nordmann" not in page


@pytest.mark.parametrize("referer", ["https://evil.example/x", "javascript:1", "", "http://testserver.evil/"])
def test_krav_31_a_form_of_somebody_else_leads_to_the_start_page(
    referer: str, clock: Clock, coordinator: User
) -> None:
    """Where one comes from is not believed when it is another site."""
    client = signed_in(coordinator)
    clock.shift(timedelta(minutes=45))
    assert client.post("/konto/okter/", headers={"Referer": referer}).url == "/inn/?next=%2F"


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(clock: Clock, coordinator: User) -> None:
    client = signed_in(coordinator)
    clock.shift(timedelta(minutes=45))
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/mine/?side=2"}
    response = client.get("/mine/", headers=headers)
    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == "/inn/?next=%2Fmine%2F%3Fside%3D2"


def test_signing_out_of_an_old_session_just_works(clock: Clock, coordinator: User) -> None:
    client = signed_in(coordinator)
    clock.shift(timedelta(hours=9))
    assert client.post("/ut/", follow=True).status_code == 200


def test_a_session_is_written_at_most_once_a_minute(
    clock: Clock, coordinator: User, django_assert_num_queries: Callable
) -> None:
    client = signed_in(coordinator)
    client.get("/konto/")
    seen = client.session["seen_at"]
    clock.shift(timedelta(seconds=59))
    client.get("/konto/")
    assert client.session["seen_at"] == seen
    clock.shift(timedelta(seconds=1))
    client.get("/konto/")
    assert client.session["seen_at"] == seen + 60


# ---------------------------------------------------------------- what else ends it


def test_krav_25_signing_in_gives_a_new_session_id(clock: Clock, coordinator: User) -> None:
    """A session id that somebody planted before signing in is worth nothing afterwards."""
    secret = give_app(coordinator)
    client = Client()
    client.get("/inn/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    come_in(coordinator, secret, client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_krav_25_changing_the_password_ends_all_other_sessions(
    clock: Clock, client_for: ClientFor, coordinator: User
) -> None:
    """The other sessions end, and one's own goes on under a new id."""
    mine, other = client_for(coordinator), client_for(coordinator)
    before = mine.session.session_key
    answers = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert mine.post("/konto/passord/", answers).url == "/konto/"
    assert mine.get("/konto/").status_code == 200
    assert mine.session.session_key != before
    assert other.get("/konto/").url == "/inn/?next=/konto/"


def test_krav_25_changing_a_factor_ends_all_other_sessions(clock: Clock, coordinator: User) -> None:
    """Removing the app ends the sessions that were opened with it."""
    secret = give_app(coordinator)
    mine = come_in(coordinator, secret)
    clock.shift(timedelta(seconds=31))
    other = come_in(coordinator, secret)
    before = mine.session.session_key
    assert mine.post("/konto/app/fjern/").url == "/konto/"
    assert mine.session.session_key != before
    assert other.get("/konto/").url == "/inn/?next=/konto/"


def test_krav_25_deactivation_ends_every_session_for_good(clock: Clock, coordinator: User) -> None:
    """Somebody who is deactivated is out at the next page, also when they are let in again later."""
    client = signed_in(coordinator)
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    page = client.get("/konto/", follow=True)
    assert "brukeren din er stengt" in page.content.decode()
    User.objects.filter(pk=coordinator.pk).update(is_active=True)
    assert client.get("/konto/").url == "/inn/?next=/konto/"


def test_a_session_of_another_way_to_sign_in_asks_for_a_new_one_and_says_nothing_untrue(
    clock: Clock, coordinator: User
) -> None:
    client = signed_in(coordinator)
    session = client.session
    session[BACKEND_SESSION_KEY] = "ergo.no_longer.Backend"
    session.save()
    page = client.get("/konto/", follow=True)
    assert page.request["PATH_INFO"] == "/inn/"
    assert "stengt" not in page.content.decode()
    assert not SecurityEvent.objects.filter(kind=SecurityEventKind.SESSIONS_ENDED).exists()


def test_krav_25_an_administrator_ends_sessions_by_deactivating_and_by_a_new_password(
    clock: Clock, client_for: ClientFor, coordinator: User, administrator: User
) -> None:
    """Also a session that nobody used between deactivating and letting in again has ended."""
    client, office = client_for(coordinator), client_for(administrator)
    address = f"/admin/referrals/user/{coordinator.pk}/change/"
    form = {
        "username": "koordinator", "first_name": "", "last_name": "", "email": "", "language": "nb",
        "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
        "socialaccount_set-TOTAL_FORMS": "0", "socialaccount_set-INITIAL_FORMS": "0",
    }  # fmt: skip
    for choice in ({}, {"is_active": "on"}):
        shown = office.get(address).context["carried"]
        assert office.post(address, shown | form | choice).status_code == 302
    assert client.get("/konto/").url == "/inn/?next=/konto/"

    client = client_for(User.objects.get(pk=coordinator.pk))
    passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
    assert office.post(f"/admin/referrals/user/{coordinator.pk}/password/", passwords).status_code == 302
    assert client.get("/konto/").url == "/inn/?next=/konto/"
    assert SecurityEvent.objects.latest("pk").detail == f"password of user {coordinator.pk}"


def test_administrators_change_their_own_password_where_everybody_does(
    clock: Clock, client_for: ClientFor, administrator: User
) -> None:
    assert client_for(administrator).get("/admin/password_change/").url == "/konto/passord/"


def test_lost_factors_are_taken_away_together_with_the_sessions(clock: Clock, coordinator: User) -> None:
    client = come_in(coordinator, give_app(coordinator))
    assert take_away_factors(user=coordinator) == 1
    assert client.get("/konto/").url == "/inn/?next=/konto/"
    assert coordinator.authenticator_set.count() == 0


def test_ending_sessions_reaches_those_that_are_listed_nowhere(clock: Clock, coordinator: User) -> None:
    client = signed_in(coordinator)  # past the sign-in page, which lists them
    end_sessions(user=coordinator)
    assert client.get("/konto/").url == "/inn/?next=/konto/"


# ---------------------------------------------------------------- the list


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


def test_krav_25_one_sees_where_one_is_signed_in_and_ends_what_one_does_not_know(
    clock: Clock, coordinator: User
) -> None:
    """The list names browser, machine and time, and a press ends a session."""
    secret = give_app(coordinator)
    mine = come_in(coordinator, secret, **{"User-Agent": FIREFOX})
    clock.shift(timedelta(seconds=31))
    other = come_in(coordinator, secret, **{"User-Agent": EDGE})
    page = mine.get("/konto/okter/").content.decode()
    assert "Firefox, Linux" in page and "Edge, Windows" in page and "127.0.0.1" in page
    current, foreign = mine.get("/konto/okter/").context["sessions"]
    assert (current.is_current, foreign.is_current) == (True, False)
    assert mine.post("/konto/okter/", {"session": foreign.pk}).url == "/konto/okter/"
    assert other.get("/konto/").url == "/inn/?next=/konto/"
    assert len(mine.get("/konto/okter/").context["sessions"]) == 1


def test_all_others_end_at_once(clock: Clock, coordinator: User) -> None:
    secret = give_app(coordinator)
    mine = come_in(coordinator, secret)
    clock.shift(timedelta(seconds=31))
    other = come_in(coordinator, secret)
    mine.post("/konto/okter/", {"session": "others"})
    assert other.get("/konto/").url == "/inn/?next=/konto/"
    assert len(mine.get("/konto/okter/").context["sessions"]) == 1


def test_nobody_ends_the_session_of_another(clock: Clock, coordinator: User, manager: User) -> None:
    theirs = come_in(manager, give_app(manager))
    foreign = theirs.get("/konto/okter/").context["sessions"][0].pk
    mine = come_in(coordinator, give_app(coordinator))
    assert mine.post("/konto/okter/", {"session": foreign}).status_code == 404
    assert theirs.get("/konto/").status_code == 200


@pytest.mark.parametrize("rubbish", ["", "-1", "abc", "9" * 40, "\x00", "1e9", "١"])
def test_rubbish_ends_no_session(rubbish: str, clock: Clock, coordinator: User) -> None:
    assert signed_in(coordinator).post("/konto/okter/", {"session": rubbish}).status_code == 404


def test_sessions_that_have_ended_are_not_listed(clock: Clock, coordinator: User) -> None:
    secret = give_app(coordinator)
    come_in(coordinator, secret)
    clock.shift(timedelta(minutes=40))
    mine = come_in(coordinator, secret)
    assert len(mine.get("/konto/okter/").context["sessions"]) == 1


@pytest.mark.parametrize(
    ("agent", "name"), [(FIREFOX, "Firefox, Linux"), (EDGE, "Edge, Windows"), ("", "Ukjent nettleser")]
)
def test_a_browser_is_named_as_people_do(agent: str, name: str) -> None:
    assert device(agent) == name
