"""The demo: everything in it is fictitious, and its users come in with one press. Nowhere else is any of that so."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

from referrals.demo.users import demo_users
from referrals.models import Installation, User

# The demo never becomes real, nor the other way round, while a server runs; a minute is for the first seeding.
CACHE_SECONDS = 60


def holds_the_demo() -> bool:
    """Whether everything in this database is fictitious; each process asks once a minute."""
    return caches["process"].get_or_set("is_demo", Installation.objects.is_demo, CACHE_SECONDS)


def is_demo() -> bool:
    """Whether this is the demo. An installation for real never is, whatever its database says."""
    return not settings.FOR_REAL and holds_the_demo()


class NoDemoForReal:
    """An installation for real does not serve the demo's database: the password of its users is known to all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asks_for_health = request.path_info.startswith("/health/")  # answers also while the database does not
        if settings.FOR_REAL and not asks_for_health and holds_the_demo():
            text = "This database holds the demo: name another in DATABASE_URL.\n"
            return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


def is_demo_user(user: User) -> bool:
    """Whether this is one of the users that the demo offers, in the demo."""
    return user.get_username() in {known.username for known in demo_users()} and is_demo()
