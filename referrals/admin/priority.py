"""Categories and the municipalities' priority keys."""

from django.contrib import admin

from referrals.admin.site import RegisterAdmin, RegisterInline
from referrals.models import Category, PriorityKey, PriorityTarget


@admin.register(Category)
class CategoryAdmin(RegisterAdmin):
    list_display = ["code", "name_nb", "name_nn", "name_en", "position", "is_vedtak"]
    list_filter = ["is_vedtak"]
    search_fields = ["code", "name_nb", "name_nn", "name_en"]


class PriorityTargetInline(RegisterInline):
    model = PriorityTarget
    autocomplete_fields = ["category"]


@admin.register(PriorityKey)
class PriorityKeyAdmin(RegisterAdmin):
    list_display = ["municipality", "valid_from", "note"]
    list_filter = ["valid_from"]
    list_select_related = ["municipality"]
    search_fields = ["municipality__code", "municipality__name", "note"]
    autocomplete_fields = ["municipality"]
    inlines = [PriorityTargetInline]
