"""What holds for the whole installation from a day on: added with a later day, never changed and never removed."""

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from referrals.admin.site import RegisterAdmin
from referrals.models import SmallNumberLimit, ThinCoverageLimit
from referrals.views.clock import now


class LimitAdmin(RegisterAdmin):
    """The database refuses what begins today or earlier, and a limit out of range; the page says so in its words."""

    readonly_fields = ["registered_at", "registered_by"]
    list_select_related = ["registered_by"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: SmallNumberLimit | ThinCoverageLimit, form: ModelForm, change: bool
    ) -> None:
        """Who registered it, and when, so that nobody can make it begin earlier."""
        obj.registered_at, obj.registered_by = now(), request.user
        super().save_model(request, obj, form, change)


@admin.register(SmallNumberLimit)
class SmallNumberLimitAdmin(LimitAdmin):
    """From which count on outsiders are shown it."""

    list_display = fields = ["valid_from", "least_shown", "registered_at", "registered_by"]


@admin.register(ThinCoverageLimit)
class ThinCoverageLimitAdmin(LimitAdmin):
    """Under how many årsverk per 10 000 coverage is thin."""

    list_display = fields = ["valid_from", "least_fte", "registered_at", "registered_by"]
