"""The admin site, and who comes in. `referrals.admin` cannot hold it: its pages register here as they load."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from referrals.permissions import Permission, Role


class Offers(AutocompleteJsonView):
    """What a page offers to choose from while somebody types: rows of registers, never citizens or their cases."""

    def process_request(self, request: HttpRequest) -> tuple:
        found = super().process_request(request)
        if not found[1].offered_while_typing:
            raise PermissionDenied
        return found


class ErgoAdminSite(AdminSite):
    """Open to those whose memberships make them administrators; Django's staff and superuser flags count nothing."""

    site_header = _("Ergo administration")
    site_title = _("Ergo administration")
    index_title = _("Registers and users")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """The way out is for those who have another role: an administrator's start page is this site."""
        others = set(Role) - {Role.ADMINISTRATOR}
        has_other = any(request.access.has_role(role) for role in others)
        return super().each_context(request) | {"site_url": self.site_url if has_other else None}

    def has_permission(self, request: HttpRequest) -> bool:
        return request.access.can(Permission.ADMINISTER)

    def admin_view(
        self, view: Callable[..., HttpResponse], cacheable: bool = False
    ) -> Callable[..., HttpResponse]:
        """Rendered within the transaction of the request: after it nothing is in scope, and lists would be empty."""

        @wraps(view)
        def rendered(*args: Any, **kwargs: Any) -> HttpResponse:
            response = view(*args, **kwargs)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return super().admin_view(rendered, cacheable)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return Offers.as_view(admin_site=self)(request)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ergo's own sign-in for strangers; a plain refusal for the others."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", request.get_full_path()), settings.LOGIN_URL)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ergo's own page, which ends the other sessions and puts it on record."""
        return redirect("account_change_password")
