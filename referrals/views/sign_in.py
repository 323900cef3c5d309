"""In and out, and the first page after that."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from referrals.actions.auditing import security_event
from referrals.choices import SecurityEventKind
from referrals.demo.users import DEMO_PASSWORD, demo_users
from referrals.forms.sign_in import SignInForm
from referrals.permissions import Role
from referrals.views import unsent
from referrals.views.access import present_municipality
from referrals.views.assurance import ONE_PRESS, let_in
from referrals.views.demo import is_demo
from referrals.views.methods import post_only
from referrals.views.never_offered import note_redirect
from referrals.views.session_age import ENDED

# Where each role begins its day, the most specific work first; a person may hold several roles.
START_PAGES = (
    (Role.COORDINATOR, "waitlist"),
    (Role.THERAPIST, "caseload"),
    (Role.MANAGER, "dashboard"),
    (Role.PRIVACY_OFFICER, "openings"),
    (Role.COUNTY_READER, "dashboard"),
    (Role.NATIONAL_READER, "coverage"),
    (Role.ADMINISTRATOR, "admin:index"),
)
IN_A_MUNICIPALITY = frozenset({"waitlist", "openings"})


class SignIn(LoginView):
    """The sign-in page; in the demo with a button for each of its users."""

    template_name = "access/sign_in.html"

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        """A name or password that was never tried, since it could not be one, is put on record like a wrong one."""
        if form.errors.keys() - {NON_FIELD_ERRORS}:
            typed = form.data.get("login", "")
            security_event(SecurityEventKind.SIGN_IN_FAILED, typed=typed, request=self.request)
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "next": self.get_next_url() or "",
            "ended": self.request.session.pop(ENDED, ""),
            "waits": unsent.SESSION_KEY in self.request.session,
            "providers": settings.SINGLE_SIGN_ON.values(),
            "demo_users": demo_users() if is_demo() else (),
        }


@login_not_required
@post_only
def sign_in_as_demo_user(request: HttpRequest) -> HttpResponse:
    """Signs in as one of the demo's users, whose password is known to all. Anywhere else there is no such address."""
    username = request.POST.get("username", "")
    if not is_demo() or username not in {user.username for user in demo_users()}:
        raise Http404
    user = authenticate(request, username=username, password=DEMO_PASSWORD)
    if user is None:
        messages.error(request, _("This demo user has got another password or is gone."))
        return redirect("account_login")
    let_in(request, user, ONE_PRESS)
    wanted = request.POST.get("next", "")
    return redirect(wanted if get_adapter().is_safe_url(wanted) else "start")


class SignOut(LogoutView):
    """Out, and on to a page of ours."""

    def get_redirect_url(self) -> str:
        """The page asked for, if it is one of ours."""
        ours = super().get_redirect_url()
        name = self.redirect_field_name
        if not ours and (self.request.POST.get(name) or self.request.GET.get(name)):
            note_redirect(self.request)
        return ours


# Also for somebody whose session has run out meanwhile: they are out already, and should not have to sign in for it.
sign_out = login_not_required(post_only(SignOut.as_view()))


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Leads to the page where the user's role begins; who has no role is told whom to ask."""
    for role, page in START_PAGES:
        if not request.access.has_role(role):
            continue
        if page not in IN_A_MUNICIPALITY:
            return redirect(page)
        place = present_municipality(request, among=request.access.places_of(role))
        if place is not None:  # the municipality of the role may be gone, in a merger
            return redirect(page, code=place.code)
    security_event(SecurityEventKind.NO_ROLE, request=request)
    return render(request, "access/no_role.html")
