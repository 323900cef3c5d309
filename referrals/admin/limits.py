"""What holds for the whole installation: limits, each from a later day on, and whether figures lie open to everybody.

Added, never changed and never removed.
"""

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from referrals.admin.site import RegisterAdmin
from referrals.models import OpenDataSwitch, SmallNumberLimit, ThinCoverageLimit
from referrals.views.clock import now

Setting = SmallNumberLimit | ThinCoverageLimit | OpenDataSwitch


class SettingAdmin(RegisterAdmin):
    """The database refuses a limit that begins today or earlier, or is out of range; the page says so in its words."""

    readonly_fields = ["registered_at", "registered_by"]
    list_select_related = ["registered_by"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Setting, form: ModelForm, change: bool) -> None:
        """Who registered it, and when, so that nobody can make it begin earlier."""
        obj.registered_at, obj.registered_by = now(), request.user
        super().save_model(request, obj, form, change)


@admin.register(SmallNumberLimit)
class SmallNumberLimitAdmin(SettingAdmin):
    """From which count on outsiders are shown it."""

    list_display = fields = ["valid_from", "least_shown", "registered_at", "registered_by"]


@admin.register(ThinCoverageLimit)
class ThinCoverageLimitAdmin(SettingAdmin):
    """Under how many årsverk per 10 000 coverage is thin."""

    list_display = fields = ["valid_from", "least_fte", "registered_at", "registered_by"]


@admin.register(OpenDataSwitch)
class OpenDataSwitchAdmin(SettingAdmin):
    """Whether anybody may read open data: the newest row holds, from the moment it is saved."""

    list_display = fields = ["is_on", "registered_at", "registered_by"]
