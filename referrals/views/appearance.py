"""How the pages look to the one who reads them, and answer: language, colours on this device, single keys."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from referrals.actions.profile import choose_language as keep_language
from referrals.actions.profile import use_single_keys
from referrals.forms.preferences import ColourSchemeForm, LanguageForm, SingleKeysForm
from referrals.views.methods import post_only
from referrals.views.never_offered import note_redirect

ONE_YEAR = 365 * 24 * 60 * 60


@login_not_required
@post_only
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keeps the language in the user's profile, before sign-in in a cookie, and goes back where one came from."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    language = form.cleaned_data["language"]
    response = _back(request)
    if request.user.is_authenticated:
        keep_language(by=request.user, language=language)
    else:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
    return response


@login_not_required
@post_only
def choose_colour_scheme(request: HttpRequest) -> HttpResponse:
    """Keeps light, dark or auto in a cookie of this device, and goes back to the page one came from."""
    form = ColourSchemeForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    response = _back(request)
    response.set_cookie(
        settings.COLOUR_SCHEME_COOKIE_NAME,
        form.cleaned_data["scheme"],
        max_age=ONE_YEAR,
        secure=settings.FOR_REAL,
        httponly=True,
        samesite="Lax",
    )
    return response


@post_only
def choose_single_keys(request: HttpRequest) -> HttpResponse:
    """Keeps in the user's profile whether single keys do something, and goes back where one came from."""
    form = SingleKeysForm(request.POST)
    if form.is_valid():
        use_single_keys(by=request.user, on=form.cleaned_data["single_keys"] == "on")
    return _back(request)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page named by `next`, if it is one of ours."""
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    if address and not ours:
        note_redirect(request)
    return redirect(address if ours else "start")
