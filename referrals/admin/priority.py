"""Categories, templates and the municipalities' priority keys.

Keys are only read here. A version is saved by whoever answers for the municipality's list, after seeing whose case it
changes, and nobody who keeps registers may see those cases: adding or withdrawing one here would be a way round both.
"""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from referrals.admin.site import RecordAdmin, RecordInline, RegisterAdmin
from referrals.models import Category, PriorityKey, PriorityTarget, PriorityTemplate, ReplyRule
from referrals.tables.cells import link


@admin.register(Category)
class CategoryAdmin(RegisterAdmin):
    list_display = ["code", "name_nb", "name_nn", "name_en", "position", "is_vedtak", "longest_start"]
    list_filter = ["is_vedtak"]
    search_fields = ["code", "name_nb", "name_nn", "name_en"]

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> list[str]:
        """The code stands in the history of referrals, by which an earlier day is read: it is never renamed."""
        return ["code"] if obj else []


@admin.register(PriorityTemplate)
class PriorityTemplateAdmin(RegisterAdmin):
    list_display = ["code", "name_nb", "shown_days", "position"]
    search_fields = ["code", "name_nb", "name_nn", "name_en"]

    @admin.display(description=_("days by priority"))
    def shown_days(self, template: PriorityTemplate) -> str:
        """14/56/84/182."""
        return template.shown_days


class PriorityTargetInline(RecordInline):
    model = PriorityTarget


class ReplyRuleInline(RecordInline):
    model = ReplyRule


@admin.register(PriorityKey)
class PriorityKeyAdmin(RecordAdmin):
    list_display = ["municipality", "valid_from", "note", "registered_at", "replaced_at"]
    list_filter = ["valid_from"]
    list_select_related = ["municipality"]
    search_fields = ["municipality__code", "municipality__name", "note"]
    fields = [
        "municipality",
        "valid_from",
        "note",
        "due_soon_days",
        "registered_at",
        "registered_by",
        "reason",
        "replaces",
        "replaced_at",
        "page",
    ]
    readonly_fields = ["page"]
    inlines = [PriorityTargetInline, ReplyRuleInline]

    @admin.display(description=_("changed by the municipality’s manager; read here"))
    def page(self, key: PriorityKey) -> str:
        """The way to the page that shows it, and another municipality's beside it."""
        code = key.municipality.code
        return link(f"{reverse('priority_keys')}?a={code}", str(key.municipality))
