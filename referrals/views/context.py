"""What the frame of every page is told: where the user may go, where they are, and whether this is the demo."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.models import Municipality
from referrals.permissions import Access, Permission
from referrals.views.access import present_municipality
from referrals.views.clock import today
from referrals.views.demo import is_demo
from referrals.views.open_switch import is_led_to

Text = str | Promise

P = Permission
# Pages that mean the same in another municipality, and what one must hold there to open them.
SAME_IN_EVERY_MUNICIPALITY = {
    "waitlist": P.SEE_CASES,
    "deadlines": P.SEE_CASES,
    "long_waits": P.SEE_CASES,
    "intake_meeting": P.TRIAGE,
    "deviations": P.SEE_CASES,
    "data_quality": P.MEND_DATA,
    "referral_new": P.REGISTER,
    "dashboard_municipality": P.SEE_DASHBOARD,
    "development_municipality": P.SEE_DASHBOARD,
    "distribution": P.SEE_CASES,
    "month_ends": P.SEE_DASHBOARD,
    "period": P.SEE_DASHBOARD,
    "comparison_municipality": P.SEE_DASHBOARD,
    "priority_key": P.SEE_PRIORITY_KEY,
    "letter_texts": P.EDIT_LETTERS,
    "staffing": P.SEE_STAFF,
    "workloads": P.ASSIGN,
    "overtaken": P.ASSIGN,
    "openings": P.SEE_OPENINGS,
    "read_log": P.CONTROL_LOGS,
    "change_log": P.CONTROL_LOGS,
    "access_log_find": P.SEE_LOGS,
    "rights": P.SEE_RIGHTS,
}
# From any other page, and where the page is refused, the switcher leads to the first of these that one may open there.
ELSE = ("waitlist", "openings")

MOST_ADDRESSES = 2000  # that a process keeps


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


MENU = (
    Entry(
        "waitlist",
        _("Waitlist"),
        frozenset({P.SEE_CASES}),
        in_municipality=True,
        covers=frozenset({"referral", "referral_move", "intake_meeting"}),
    ),
    Entry("deadlines", _("Deadlines"), frozenset({P.SEE_CASES}), in_municipality=True),
    Entry("long_waits", _("Long waits"), frozenset({P.SEE_CASES}), in_municipality=True),
    Entry(
        "deviations",
        _("Deviations"),
        frozenset({P.SEE_CASES}),
        in_municipality=True,
        covers=frozenset({"deviation_withdraw", "data_quality", "data_quality_decide"}),
    ),
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
        covers=frozenset({"coverage_municipality"}),
    ),
    Entry(
        "priority_key",
        _("Priority key"),
        frozenset({P.SEE_PRIORITY_KEY}),
        in_municipality=True,
        covers=frozenset(
            {"priority_keys", "priority_key_new", "priority_key_correct", "priority_key_withdraw"}
        ),
    ),
    Entry(
        "letter_texts",
        _("Letters"),
        frozenset({P.EDIT_LETTERS}),
        in_municipality=True,
        covers=frozenset({"letter_text", "letter_head"}),
    ),
    Entry(
        "staffing",
        _("Staff"),
        frozenset({P.SEE_STAFF}),
        in_municipality=True,
        covers=frozenset(
            {
                "staffing_find",
                "staffing_employ",
                "staffing_therapist",
                "staffing_leave",
                "staffing_new",
                "staffing_change",
                "staffing_end",
                "workloads",
                "overtaken",
            }
        ),
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
    Entry(
        "admin:index",
        _("Administration"),
        frozenset({P.ADMINISTER}),
        covers=frozenset({"official_statistics", "official_statistics_preview"}),
    ),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context that templates/base.html asks for; without queries for whoever is signed in.

    But for what each process asks once a minute: whether this is the demo, and whether there is open data.
    """
    context: dict[str, Any] = {"is_demo": is_demo(), "has_open_data": is_led_to(), "printed_on": today()}
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
            url = _address(entry.name, place.code if place else "", get_script_prefix())
            links.append(Link(url, entry.label, here == entry.name or here in entry.covers))
    return links


def places(request: HttpRequest, present: Municipality | None) -> list[Link]:
    """The user's municipalities, each with the address of the same page there, or of where the role there begins."""
    here = _view_name(request)
    return [
        Link(_address_in(place, here, request.access), place.full_name, place == present)
        for place in request.municipalities
    ]


def _address_in(place: Municipality, here: str, access: Access) -> str:
    """The page in this municipality, or the one that the user's role there opens."""
    needed = SAME_IN_EVERY_MUNICIPALITY
    opened = (page for page in (here, *ELSE) if page in needed and access.can(needed[page], place.pk))
    return _address(next(opened, ELSE[-1]), place.code, get_script_prefix())


@lru_cache(maxsize=MOST_ADDRESSES)
def _address(name: str, code: str, _prefix: str) -> str:
    """The address of a page, which is the same as long as the process lives; all menus ask for the same few."""
    return reverse(name, kwargs={"code": code} if code else None)


def _view_name(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else ""
