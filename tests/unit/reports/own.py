"""A municipality as its own staff look at it: with its true numbers."""

from referrals.models import Municipality
from referrals.permissions import Access, Grant, Role
from referrals.reports.scopes import Scope


def manager_of(place: Municipality) -> Access:
    """The rights of its manager."""
    return Access(grants=(Grant(Role.MANAGER, place.pk),))


def own(place: Municipality) -> Scope:
    """What its manager asks about."""
    return Scope.municipality(place, manager_of(place))
