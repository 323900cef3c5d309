"""Who asks, what they may do, and which municipality the address names."""

from collections.abc import Callable

from django.db import ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.defaults import page_not_found, permission_denied
from psycopg.errors import InsufficientPrivilege

from ergo import scope
from referrals.actions.auditing import security_event
from referrals.choices import SecurityEventKind
from referrals.errors import Barred, NotAllowed, Shielded
from referrals.models import Membership, Municipality, access_from, memberships_of
from referrals.permissions import Permission
from referrals.views.clock import now, today

Handler = Callable[[HttpRequest], HttpResponse]

LAST_MUNICIPALITY = "municipality"


class AccessMiddleware:
    """Puts on the request what the user may do today, read afresh so that a withdrawn role is gone at once.

    `request.access` answers what is allowed; `request.municipalities` are those in which the user has a role, in
    Norwegian order. The request's transactions reach the cases of those municipalities and no other (`ergo.scope`).

    A NotAllowed that a view lets through becomes the 403 page, a shielded case the page that says so; a row that the
    database refuses because it is another municipality's might as well not exist. Nothing shown to somebody signed in
    is kept by the browser: machines in the service are shared. Stands after AuthenticationMiddleware.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        memberships = memberships_of(request.user, on=today()) if request.is_fully_signed_in else []
        request.access = access_from(request.user, memberships, on=today(), at=now())
        request.municipalities = _municipalities(memberships)
        with scope.scoped(
            request.access.municipality_ids(Permission.SEE_CASES),
            log_municipality_ids=request.access.municipality_ids(Permission.SEE_LOGS),
            user_id=request.user.pk,
            request_id=request.request_id,
        ):
            response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Shielded) and exception.values:
            place = {"code": exception.values["municipality_code"], "number": exception.values["number"]}
            return redirect("referral_shielded", **place)
        if isinstance(exception, NotAllowed | Shielded | Barred):
            return permission_denied(request, exception)
        if isinstance(exception, ProgrammingError) and isinstance(exception.__cause__, InsufficientPrivilege):
            security_event(SecurityEventKind.OUT_OF_SCOPE, request=request)
            return page_not_found(request, exception)
        return None


def municipality_or_404(
    request: HttpRequest, code: str, permission: Permission = Permission.SEE_CASES
) -> Municipality:
    """The valid municipality of the address, in which the user holds the permission.

    Raises NotAllowed when the user's role never allows this or does not allow it here, Http404 for a municipality
    in which the user has no role: it could as well not exist.
    """
    request.access.check(permission)
    for municipality in request.municipalities:
        if municipality.code == code:
            request.access.check(permission, municipality.pk)
            _remember(request, municipality)
            return municipality
    raise Http404


def present_municipality(request: HttpRequest, *, among: frozenset[int] | None = None) -> Municipality | None:
    """Where the user works just now: the municipality last visited, else the first of the user's own, if any.

    `among`: only one of these, by id.
    """
    own = [place for place in request.municipalities if among is None or place.pk in among]
    last = request.session.get(LAST_MUNICIPALITY)
    visited = [municipality for municipality in own if municipality.code == last]
    return next(iter(visited or own), None)


def _municipalities(memberships: list[Membership]) -> list[Municipality]:
    """Those of the memberships that exist today, each once."""
    places = {row.municipality_id: row.municipality for row in memberships if row.municipality}
    valid = (place for place in places.values() if place.is_valid(today()))
    return sorted(valid, key=lambda place: (place.sort_key, place.code))


def _remember(request: HttpRequest, municipality: Municipality) -> None:
    if request.session.get(LAST_MUNICIPALITY) != municipality.code:
        request.session[LAST_MUNICIPALITY] = municipality.code
