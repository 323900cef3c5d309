"""The places that a report is asked for, by their numbers, and for whom.

Each raises CommandError for what there is not.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from referrals.management.reports.refusal import refused
from referrals.models import County, Municipality, User, access_of
from referrals.permissions import NO_ACCESS, Access
from referrals.reports.comparison import MOST_OTHERS
from referrals.reports.scopes import Scope
from referrals.views.clock import today


def access_by_name(username: str | None) -> Access:
    """What the user may do today; nothing for nobody."""
    user = User.objects.filter(username=username).first() if username else None
    return access_of(user, on=today()) if user else NO_ACCESS


def county_scope(codes: Sequence[str]) -> Scope:
    """These counties together."""
    counties = {county.code: county for county in County.objects.filter(code__in=codes)}
    for code in codes:
        if code not in counties:
            raise refused(_("There is no county %(code)s.") % {"code": code})
    return Scope.counties(counties[code] for code in codes)


def municipality_scope(code: str, username: str | None) -> Scope:
    """The municipality as outsiders see it, or with its true numbers for a user who works there."""
    municipality = Municipality.objects.present().filter(code=code).first()
    if municipality is None:
        raise refused(_("There is no municipality %(code)s.") % {"code": code})
    if username is None:
        return Scope.municipality(municipality, NO_ACCESS)
    scope = Scope.municipality(municipality, access_by_name(username))
    if not scope.exact:
        words = {"user": username, "municipality": municipality}
        raise refused(_("%(user)s does not work in %(municipality)s.") % words)
    return scope


def compared(codes: Sequence[str]) -> list[Municipality]:
    """The municipalities in this order; none twice, and not too many."""
    present = Municipality.objects.present().select_related("county")
    found = {place.code: place for place in present.filter(code__in=codes)}
    for code in codes:
        if code not in found:
            raise refused(_("There is no municipality %(code)s.") % {"code": code})
    if len(found) < len(codes) or len(codes) > MOST_OTHERS + 1:
        raise refused(_("--with: name each municipality once, and seven at most."))
    return [found[code] for code in codes]
