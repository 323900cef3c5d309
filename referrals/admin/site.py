"""Who comes in, and the two kinds of page: a register that is edited, and a record that is only read."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin, TabularInline
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from referrals.permissions import Permission


class ErgoAdminSite(AdminSite):
    """Open to those whose memberships make them administrators; Django's staff and superuser flags count nothing."""

    site_header = _("Ergo administration")
    site_title = _("Ergo administration")
    index_title = _("Registers and users")
    # One page for all of the site: opening it is a choice, not the way in.
    final_catch_all_view = True

    def has_permission(self, request: HttpRequest) -> bool:
        return request.access.can(Permission.ADMINISTER)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ergo's own sign-in for strangers; a plain refusal for the others."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", request.get_full_path()), settings.LOGIN_URL)


class RegisterAdmin(ModelAdmin):
    """A register: administrators may look, add, change and remove what nothing else points at."""

    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.access.can(Permission.ADMINISTER)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.access.can(Permission.ADMINISTER)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.access.can(Permission.ADMINISTER)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.access.can(Permission.ADMINISTER)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.access.can(Permission.ADMINISTER)


class RegisterInline(TabularInline):
    """Rows that belong to one row of a register, edited with it."""

    extra = 0
    has_view_permission = RegisterAdmin.has_view_permission
    has_add_permission = RegisterAdmin.has_add_permission
    has_change_permission = RegisterAdmin.has_change_permission
    has_delete_permission = RegisterAdmin.has_delete_permission


class Refusal:
    """Nobody adds, changes or removes cases here: that is done on their own pages, with a history."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RecordAdmin(Refusal, RegisterAdmin):
    """A record that is only looked at; lists its fields, so that a new one never shows by itself."""

    actions = None


class RecordInline(Refusal, RegisterInline):
    """Rows that belong to a record, only looked at."""

    can_delete = False
