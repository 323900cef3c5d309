"""The boards of the product, found by themselves: the pages at whose foot a recipe stands, for each kind of reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from referrals.models import Municipality
from referrals.permissions import Role
from tests.harness.doors import ADDRESSES, DOORS, address_of

FOOT = 'class="recipe"'
# Those who see true numbers, and those who see small ones hidden: a page is looked at as the first of each.
OWN = (Role.MANAGER, Role.COORDINATOR, Role.THERAPIST)
OUTSIDE = (Role.NATIONAL_READER, Role.COUNTY_READER)


@dataclass(frozen=True)
class Sight:
    """A page of the product as one role sees it."""

    name: str
    role: Role


def sights() -> Iterator[Sight]:
    """Every page that can be looked at, as own staff and as an outside reader."""
    for name in sorted(ADDRESSES):
        door = DOORS.get(name)
        if door is None or door.is_public or door.method != "get":
            continue
        for roles in (OWN, OUTSIDE):
            role = next((role for role in roles if role in door.roles), None)
            if role:
                yield Sight(name, role)


def address_to_see(sight: Sight, place: Municipality, other: Municipality) -> str:
    """The address with what a page needs to show anything: with whom it compares, and whose keys."""
    others = f"{place.code},{other.code}" if sight.role in OUTSIDE else other.code
    asked = urlencode({"kommuner": others, "a": place.code, "b": other.code}, safe=",")
    return f"{address_of(sight.name, place)}?{asked}"
