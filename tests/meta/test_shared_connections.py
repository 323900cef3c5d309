"""Requests of several users, one after the other on the same connections, some of them dying half-way."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections
from django.http import HttpRequest, JsonResponse
from django.test import Client, RequestFactory
from django.urls import include, path

from referrals.models import Category, Municipality, Person, Referral, ReferralEvent, User
from tests.factories import (
    MembershipFactory,
    MunicipalityFactory,
    PersonFactory,
    ReferralFactory,
    UserFactory,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls(__name__),
]

THREADS, REQUESTS_EACH, SHARE_DYING = 8, 60, 0.2
GIVEN_NAME = "Ask"
"""Of every citizen, so that a search finds all who may be found."""
CSRF = "a" * 32


@dataclass(frozen=True)
class Asked:
    """One request; `place` is the municipality in its address."""

    address: str
    place: Municipality | None = None
    typed: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    asked: Asked
    mine: frozenset[int]
    status: int
    body: str


def probe(request: HttpRequest) -> JsonResponse:
    """Everything that PostgreSQL gives this request, whoever asks."""
    seen = {
        "referrals": sorted(set(Referral.objects.values_list("municipality_id", flat=True))),
        "persons": sorted(set(Person.objects.values_list("municipality_id", flat=True))),
        "backend": backend(),
    }
    if "die" in request.GET:
        raise RuntimeError("dead half-way")
    return JsonResponse(seen)


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


urlpatterns = [path("probe/", probe), path("", include("ergo.urls"))]


@pytest.fixture
def places(category: Category) -> list[Municipality]:
    """Three, each with three citizens and cases whose names and numbers are found nowhere else."""
    found = [MunicipalityFactory(name=name) for name in ("Åvik", "Bøvær", "Fremmedvik")]
    for place in found:
        for nth in range(3):
            person = PersonFactory(
                municipality=place, given_name=GIVEN_NAME, family_name=f"{place.name}sen{nth}"
            )
            number = f"2026-{place.code}{nth:02}"
            ReferralFactory(municipality=place, person=person, category=category, number=number, waiting=True)
    return found


@pytest.fixture
def cookies(places: list[Municipality]) -> dict[frozenset[int], str]:
    """Of four users: in the one municipality, the other, both, none."""
    first, second, _foreign = places
    return dict(_cookie(mine) for mine in ([first], [second], [first, second], []))


def _cookie(mine: list[Municipality]) -> tuple[frozenset[int], str]:
    user: User = UserFactory()
    for place in mine:
        MembershipFactory(user=user, municipality=place)
    client = Client()
    client.force_login(user)
    words = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
    return frozenset(place.pk for place in mine), words


@pytest.fixture(params=["a connection for each thread", "a pool of two"])
def shared(request: pytest.FixtureRequest) -> Iterator[int]:
    """How many connections the threads have between them."""
    settings = connections.settings["default"]
    before = dict(settings)
    pooled = request.param == "a pool of two"
    if pooled:
        options = settings["OPTIONS"] | {"pool": {"min_size": 1, "max_size": 2, "timeout": 120}}
        settings |= {"CONN_MAX_AGE": 0, "OPTIONS": options, "NAME": connection.settings_dict["NAME"]}
    yield 2 if pooled else THREADS
    if pooled:
        pool = connections["default"]._connection_pools.pop("default", None)
        if pool:
            pool.close()
    settings.clear()
    settings.update(before)


def test_krav_07_the_scope_of_a_request_is_gone_in_the_next_on_the_same_connection(
    shared: int, cookies: dict[frozenset[int], str], places: list[Municipality]
) -> None:
    """8 threads × 60 requests of 4 users on shared connections, every fifth dying: nobody sees another's rows."""
    application, requests = WSGIHandler(), _requests(places)
    answers: list[Answer] = []

    def work(seed: int) -> None:
        rng = Random(seed)
        try:
            for _request in range(REQUESTS_EACH):
                mine, cookie = rng.choice(list(cookies.items()))
                asked = Asked("/probe/?die") if rng.random() < SHARE_DYING else rng.choice(requests)
                answers.append(Answer(asked, mine, *_ask(application, asked, cookie)))
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        for worker in [pool.submit(work, seed) for seed in range(THREADS)]:
            worker.result()

    assert len(answers) == THREADS * REQUESTS_EACH
    backends = set()
    for answer in answers:
        if answer.asked.address == "/probe/":
            seen = json.loads(answer.body)
            assert set(seen["referrals"]) == set(seen["persons"]) == answer.mine
            backends.add(seen["backend"])
        elif "die" in answer.asked.address:
            assert answer.status == 500
        else:
            _check_page(places, answer)
    assert 1 <= len(backends) <= shared
    assert any(answer.asked.typed is SEARCH and "2026-" in answer.body for answer in answers)
    _check_moves(answers)


def _requests(places: list[Municipality]) -> list[Asked]:
    """Lists, cases, figures, searches and moves in each place, and probes."""
    found = [Asked("/probe/")] * 4
    for place in places:
        at, number = f"/k/{place.code}", f"2026-{place.code}01"
        found += [
            Asked(f"{at}/venteliste/", place),
            Asked(f"{at}/henvisninger/{number}/", place),
            Asked(f"/oversikt/{place.code}/", place),
            Asked(f"{at}/venteliste/sok/", place, SEARCH),
            Asked(f"{at}/henvisninger/{number}/prioritet/", place, MOVE),
        ]
    return found


SEARCH = {"q": GIVEN_NAME}
MOVE = {"version": 1, "priority": 1, "on": "16.03.2026"}


def _check_page(places: list[Municipality], answer: Answer) -> None:
    """Own rows, and no name or number of any other place than the one in the address."""
    asked, place = answer.asked, answer.asked.place
    assert place is not None
    for other in places:
        if other != place or place.pk not in answer.mine:
            assert f"2026-{other.code}" not in answer.body.replace(asked.address, ""), asked
            assert f"{other.name}sen" not in answer.body, asked
    if place.pk not in answer.mine:
        assert answer.status == (404 if answer.mine else 403), asked
    elif asked.typed:
        assert answer.status in (302, 409), asked  # the second who moves a case is shown what the first did
    else:
        assert answer.status == 200
    if place.pk in answer.mine and answer.status != 302 and "oversikt" not in asked.address:
        assert f"2026-{place.code}01" in answer.body, asked


def _check_moves(answers: list[Answer]) -> None:
    """Whatever was written is in the municipality of whoever wrote it."""
    moves = [answer for answer in answers if answer.asked.typed is MOVE]
    done = [answer for answer in moves if answer.status == 302]
    assert done and len(done) < len(moves)
    written = ReferralEvent.objects.filter(registered_by__isnull=False).select_related("registered_by")
    for event in written:
        assert event.registered_by.memberships.filter(municipality=event.municipality_id).exists()
    assert len(written) == len(done)


def _ask(application: Callable, asked: Asked, cookie: str) -> tuple[int, str]:
    """The answer; that of a search is the list it leads to."""
    factory = RequestFactory(HTTP_COOKIE=f"{cookie}; csrftoken={CSRF}", HTTP_X_CSRFTOKEN=CSRF)
    request = factory.post(asked.address, asked.typed) if asked.typed else factory.get(asked.address)
    status, headers, body = _answer(application, request.environ)
    if status == 302 and "/sok/" in asked.address:
        _status, _headers, body = _answer(application, factory.get(headers["Location"]).environ)
    return status, body


def _answer(application: Callable, environ: dict) -> tuple[int, dict[str, str], str]:
    told: list[tuple[str, list[tuple[str, str]]]] = []
    response = application(environ, lambda status, headers: told.append((status, headers)))
    body = b"".join(response).decode()
    response.close()
    return int(told[0][0].split()[0]), dict(told[0][1]), body
