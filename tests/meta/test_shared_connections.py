"""Requests of several users, one after the other on the same connections, some of them dying half-way."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections
from django.http import HttpRequest, JsonResponse
from django.test import Client, RequestFactory
from django.urls import include, path

from referrals.models import Category, Municipality, Person, Referral, User
from tests.factories import MembershipFactory, MunicipalityFactory, ReferralFactory, UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls(__name__),
]

THREADS, REQUESTS_EACH, SHARE_DYING = 8, 60, 0.2


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
    found = [MunicipalityFactory(name=name) for name in ("Åvik", "Bøvær", "Fremmedvik")]
    for place in found:
        ReferralFactory.create_batch(3, municipality=place, category=category, waiting=True)
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
    application, addresses = WSGIHandler(), _addresses(places)
    answers: list[tuple[frozenset[int], str, int, bytes]] = []

    def work(seed: int) -> None:
        rng = Random(seed)
        try:
            for _request in range(REQUESTS_EACH):
                mine, cookie = rng.choice(list(cookies.items()))
                address = "/probe/?die" if rng.random() < SHARE_DYING else rng.choice(addresses)
                answers.append((mine, address, *_ask(application, address, cookie)))
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        for worker in [pool.submit(work, seed) for seed in range(THREADS)]:
            worker.result()

    assert len(answers) == THREADS * REQUESTS_EACH
    backends = set()
    for mine, address, status, body in answers:
        if address == "/probe/":
            seen = json.loads(body)
            assert set(seen["referrals"]) == set(seen["persons"]) == mine
            backends.add(seen["backend"])
        elif "die" in address:
            assert status == 500
        else:
            _check_page(places, mine, address, status)
    assert 1 <= len(backends) <= shared


def _addresses(places: list[Municipality]) -> list[str]:
    lists = [f"/k/{place.code}/venteliste/" for place in places]
    return ["/probe/", "/probe/", *lists, *(f"/oversikt/{place.code}/" for place in places)]


def _check_page(places: list[Municipality], mine: frozenset[int], address: str, status: int) -> None:
    place = next(place for place in places if place.code in address)
    assert status == (200 if place.pk in mine else 404 if mine else 403), address


def _ask(application: Callable, address: str, cookie: str) -> tuple[int, bytes]:
    environ = RequestFactory(HTTP_COOKIE=cookie).get(address).environ
    statuses: list[str] = []
    response = application(environ, lambda status, _headers: statuses.append(status))
    body = b"".join(response)
    response.close()
    return int(statuses[0].split()[0]), body
