"""From which count on outsiders are shown it: added with a later day, never changed and never removed."""

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from referrals.admin.site import RegisterAdmin
from referrals.models import SmallNumberLimit
from referrals.views.clock import now


@admin.register(SmallNumberLimit)
class SmallNumberLimitAdmin(RegisterAdmin):
    """The database refuses what begins today or earlier, and a limit below 3; the page says so in its words."""

    list_display = ["valid_from", "least_shown", "registered_at", "registered_by"]
    fields = ["valid_from", "least_shown", "registered_at", "registered_by"]
    readonly_fields = ["registered_at", "registered_by"]
    list_select_related = ["registered_by"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SmallNumberLimit, form: ModelForm, change: bool) -> None:
        """Who registered it, and when, so that nobody can make it begin earlier."""
        obj.registered_at, obj.registered_by = now(), request.user
        super().save_model(request, obj, form, change)
