"""The demo: everything in it is fictitious, and its users come in with one press. Nowhere else is any of that so."""

from django.core.cache import caches

from referrals.demo.users import demo_users
from referrals.models import Installation, User

# The demo never becomes real, nor the other way round, while a server runs; a minute is for the first seeding.
CACHE_SECONDS = 60


def is_demo() -> bool:
    """Whether everything in this installation is fictitious; each process asks the database once a minute."""
    return caches["process"].get_or_set("is_demo", Installation.objects.is_demo, CACHE_SECONDS)


def is_demo_user(user: User) -> bool:
    """Whether this is one of the users that the demo offers, in the demo."""
    return user.get_username() in {known.username for known in demo_users()} and is_demo()
