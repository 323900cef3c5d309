"""In and out, and the first page after that."""

from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from referrals.forms.sign_in import SignInForm
from referrals.permissions import Role
from referrals.views.access import present_municipality

# Where each role begins its day, the most specific work first; a person may hold several roles.
START_PAGES = (
    (Role.COORDINATOR, "waitlist"),
    (Role.THERAPIST, "caseload"),
    (Role.MANAGER, "dashboard"),
    (Role.COUNTY_READER, "dashboard"),
    (Role.NATIONAL_READER, "coverage"),
    (Role.ADMINISTRATOR, "admin:index"),
)


class SignIn(LoginView):
    """The sign-in page; in the demo with a button for each of its users."""

    authentication_form = SignInForm
    template_name = "access/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        demo_users = []
        return super().get_context_data(demo_users=demo_users, **kwargs)


sign_out = LogoutView.as_view()


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Leads to the page where the user's role begins; who has no role is told whom to ask."""
    access = request.access
    for role, page in START_PAGES:
        if not access.has_role(role):
            continue
        if page == "waitlist":
            place = present_municipality(request)
            return redirect(page, code=place.code)
        return redirect(page)
    return render(request, "access/no_role.html")
