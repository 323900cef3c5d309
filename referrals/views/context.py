"""What the frame of every page is told: where the user may go, where they are, and whether this is the demo."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.models import Municipality
from referrals.permissions import Access, Permission
from referrals.views.access import present_municipality
from referrals.views.clock import today
from referrals.views.demo import is_demo

Text = str | Promise

# Pages that mean the same in another municipality; from any other page the switcher leads to the waitlist there.
SAME_IN_EVERY_MUNICIPALITY = frozenset(
    {
        "waitlist",
        "long_waits",
        "referral_new",
        "dashboard_municipality",
        "development_municipality",
        "distribution",
        "month_ends",
        "openings",
        "period",
        "priority_key",
    }
)


@dataclass(frozen=True)
class Link:
    """An entry of a menu. `current`: this is where the user is."""

    url: str
    label: Text
    current: bool = False


@dataclass(frozen=True)
class Entry:
    """A page of the main menu. `in_municipality`: its address and its permission are those of one municipality.

    `covers` are other pages that belong under the same entry.
    """

    name: str
    label: Text
    permissions: frozenset[Permission]
    in_municipality: bool = False
    covers: frozenset[str] = frozenset()


P = Permission
MENU = (
    Entry(
        "waitlist",
        _("Waitlist"),
        frozenset({P.SEE_CASES}),
        in_municipality=True,
        covers=frozenset({"referral", "referral_move"}),
    ),
    Entry("long_waits", _("Long waits"), frozenset({P.SEE_CASES}), in_municipality=True),
    Entry(
        "referral_new",
        _("New referral"),
        frozenset({P.REGISTER}),
        in_municipality=True,
        covers=frozenset({"referral_register"}),
    ),
    Entry("caseload", _("My cases"), frozenset({P.SEE_CASELOAD})),
    Entry(
        "dashboard",
        _("Overview"),
        frozenset({P.SEE_DASHBOARD, P.SEE_AGGREGATES}),
        covers=frozenset(
            {
                "dashboard_nation",
                "dashboard_counties",
                "dashboard_county",
                "dashboard_municipality",
                "development_nation",
                "development_counties",
                "development_county",
                "development_municipality",
                "distribution",
                "month_ends",
                "month_ends_county",
                "month_ends_nation",
                "long_waits_figures",
                "long_waits_county",
                "period",
                "comparison",
                "comparison_municipality",
            }
        ),
    ),
    Entry(
        "coverage",
        _("Coverage"),
        frozenset({P.SEE_COVERAGE}),
        covers=frozenset({"coverage_municipality", "priority_keys"}),
    ),
    Entry(
        "priority_key",
        _("Priority key"),
        frozenset({P.SEE_PRIORITY_KEY}),
        in_municipality=True,
        covers=frozenset({"priority_key_new", "priority_key_correct", "priority_key_withdraw"}),
    ),
    Entry("openings", _("Openings"), frozenset({P.SEE_OPENINGS}), in_municipality=True),
    Entry(
        "read_log",
        _("Logs"),
        frozenset({P.CONTROL_LOGS}),
        in_municipality=True,
        covers=frozenset({"change_log", "access_log_find", "access_log"}),
    ),
    Entry("rights", _("Roles"), frozenset({P.SEE_RIGHTS}), in_municipality=True),
    Entry("admin:index", _("Administration"), frozenset({P.ADMINISTER})),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context that templates/base.html asks for; without queries for whoever is signed in, but for `is_demo`."""
    context: dict[str, Any] = {"is_demo": is_demo(), "printed_on": today()}
    access: Access | None = getattr(request, "access", None)
    if access is None or not access.grants:
        return context
    present = present_municipality(request)
    return context | {
        "navigation": navigation(request, access, present),
        "municipalities": places(request, present),
        "role_label": ", ".join(dict.fromkeys(str(grant.role.label) for grant in access.grants)),
    }


def navigation(request: HttpRequest, access: Access, present: Municipality | None) -> list[Link]:
    """The pages of the main menu that the user's roles open."""
    here = _view_name(request)
    links = []
    for entry in MENU:
        place = present if entry.in_municipality else None
        if entry.in_municipality and place is None:
            continue
        if any(access.can(permission, place and place.pk) for permission in entry.permissions):
            url = reverse(entry.name, kwargs={"code": place.code} if place else None)
            links.append(Link(url, entry.label, here == entry.name or here in entry.covers))
    return links


def places(request: HttpRequest, present: Municipality | None) -> list[Link]:
    """The user's municipalities, each with the address of the same page there, or of its waitlist."""
    here = _view_name(request)
    target = here if here in SAME_IN_EVERY_MUNICIPALITY else "waitlist"
    return [
        Link(_address_in(place, target, request.access), place.full_name, place == present)
        for place in request.municipalities
    ]


def _address_in(place: Municipality, target: str, access: Access) -> str:
    """The page in this municipality, or the one that the user's role there opens."""
    if target == "priority_key" and access.can(Permission.SEE_PRIORITY_KEY, place.pk):
        return reverse(target, kwargs={"code": place.code})
    if target == "openings" and not access.can(Permission.SEE_OPENINGS, place.pk):
        target = "waitlist"
    if target != "openings" and not access.can(Permission.SEE_CASES, place.pk):
        target = "openings"
    return reverse(target, kwargs={"code": place.code})


def _view_name(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else ""
