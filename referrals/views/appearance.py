"""How the pages look on this device."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from referrals.forms.preferences import COLOUR_SCHEME_COOKIE, ColourSchemeForm

ONE_YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_POST
def choose_colour_scheme(request: HttpRequest) -> HttpResponse:
    """Keeps light, dark or auto in a cookie of this device, and goes back to the page one came from."""
    form = ColourSchemeForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    response.set_cookie(
        COLOUR_SCHEME_COOKIE,
        form.cleaned_data["scheme"],
        max_age=ONE_YEAR,
        secure=not settings.DEBUG and request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response
