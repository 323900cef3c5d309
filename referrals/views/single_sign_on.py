"""Signing in with the municipality's own sign-in. Who comes must be prepared: nobody gets a user by knocking."""

import hmac
import time
from dataclasses import asdict
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.decorators.http import require_safe

from ergo.oidc import LEEWAY, Claims, Client, Question, Refused
from ergo.single_sign_on import Provider
from referrals.actions.auditing import security_event
from referrals.choices import SecurityEventKind
from referrals.models import User
from referrals.views.assurance import FRESH_SECONDS, SINGLE_SIGN_ON, let_in

ASKED = "single_sign_on"
"""In the session: what was asked of whom, since when, and where to go afterwards."""

TURNED_AWAY = "turned_away"
"""In the session: why the last attempt did not lead in."""

PATIENCE_SECONDS = 10 * 60


@login_not_required
@require_safe
def leave(request: HttpRequest, name: str) -> HttpResponse:
    """Send the browser to the provider. `?anew=1`: also somebody whom it remembers shall sign in again."""
    provider, question = _provider(name), Question.new()
    anew = request.GET.get("anew") == "1"
    try:
        address = _client(request, provider).address(question, anew=anew)
    except Refused as refused:
        return _refusal(request, provider, refused.reason)
    wanted = request.GET.get("next", "")
    request.session[ASKED] = asdict(question) | {
        "provider": name,
        "at": time.time(),
        "anew": anew,
        "next": wanted if get_adapter().is_safe_url(wanted) else "",
    }
    return HttpResponseRedirect(address)


@login_not_required
@require_safe
def come_back(request: HttpRequest, name: str) -> HttpResponse:
    """The browser comes back with a code, which is believed only as the answer to what was asked in this session."""
    provider = _provider(name)
    asked = request.session.pop(ASKED, None)
    try:
        question = _own_question(request, provider, asked)
        client = _client(request, provider)
        claims = client.claims(request.GET.get("code", ""), question)
        if asked["anew"]:
            _check_freshness(claims)
        subject = client.subject(claims)
    except Refused as refused:
        return _refusal(request, provider, refused.reason)
    user = _known_user(provider, subject)
    if user is None:
        return _refusal(request, provider, "unknown", subject)
    proved_at = time.time() if asked["anew"] else _proved_at(claims)
    let_in(request, user, SINGLE_SIGN_ON, provider=provider.name, at=proved_at)
    return HttpResponseRedirect(asked["next"] or resolve_url(settings.LOGIN_REDIRECT_URL))


@login_not_required
@require_safe
def turned_away(request: HttpRequest, name: str) -> HttpResponse:
    """Why the provider's word did not lead in, and what to do."""
    why = request.session.get(TURNED_AWAY)
    if why is None:
        return redirect("account_login")
    return render(request, "access/not_let_in.html", {"provider": _provider(name), **why})


def _own_question(request: HttpRequest, provider: Provider, asked: dict[str, Any] | None) -> Question:
    """What this session asked this provider a short while ago. Raises Refused for any other answer."""
    if "error" in request.GET:
        raise Refused("cancelled")
    if asked is None or asked["provider"] != provider.name or time.time() - asked["at"] > PATIENCE_SECONDS:
        raise Refused("state")
    if not hmac.compare_digest(request.GET.get("state", "").encode(), asked["state"].encode()):
        raise Refused("state")
    if request.GET.get("iss", provider.issuer) != provider.issuer:  # RFC 9207: another provider's answer
        raise Refused("state")
    return Question(asked["state"], asked["nonce"], asked["verifier"])


def _check_freshness(claims: Claims) -> None:
    """Raises Refused when the person was not asked again."""
    signed_in_at = claims.get("auth_time")
    if not isinstance(signed_in_at, int) or time.time() - signed_in_at > FRESH_SECONDS + LEEWAY:
        raise Refused("level")


def _proved_at(claims: Claims) -> float:
    """When the person last proved anything to the provider, which may let them through on a session of its own.

    0, long ago, where it does not say.
    """
    signed_in_at = claims.get("auth_time")
    return min(signed_in_at, time.time()) if isinstance(signed_in_at, int) else 0


def _known_user(provider: Provider, subject: str) -> User | None:
    """The user whom an administrator has prepared for this issuer and subject, if still active."""
    known = SocialAccount.objects.filter(provider=provider.issuer, uid=subject, user__is_active=True)
    account = known.select_related("user").first()
    return account.user if account else None


def _refusal(request: HttpRequest, provider: Provider, reason: str, subject: str = "") -> HttpResponse:
    """A line in the security log, and a page under an address of its own: this one holds a code of the provider's."""
    detail = f"{provider.name}: {reason}"
    security_event(SecurityEventKind.SIGN_IN_FAILED, typed=subject, detail=detail, request=request)
    request.session[TURNED_AWAY] = {"reason": reason, "subject": subject}
    return redirect("sso_turned_away", name=provider.name)


def _provider(name: str) -> Provider:
    try:
        return settings.SINGLE_SIGN_ON[name]
    except KeyError:
        raise Http404 from None


def _client(request: HttpRequest, provider: Provider) -> Client:
    return Client(provider, request.build_absolute_uri(reverse("sso_return", kwargs={"name": provider.name})))
