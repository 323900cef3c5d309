"""Official figures of ergoterapeuter: typed in here, or read from a file and then only looked at."""

from django.contrib import admin
from django.http import HttpRequest

from referrals.admin.site import RecordAdmin, RegisterAdmin
from referrals.models import StaffingFigure, StaffingImport

TYPED_IN = [
    "municipality",
    "counted_on",
    "source",
    "measure",
    "contents",
    "status",
    "value",
    "decimals",
    "is_provisional",
]


@admin.register(StaffingFigure)
class StaffingFigureAdmin(RegisterAdmin):
    """What was read from a file is corrected by a newer file, so that figure and source belong together."""

    change_list_template = "admin/staffing_figures.html"
    list_display = ["municipality", "counted_on", "measure", "value", "status", "source", "replaced_by"]
    list_filter = ["counted_on", "measure", "status", ("replaced_by", admin.EmptyFieldListFilter)]
    list_select_related = ["municipality", "replaced_by"]
    search_fields = ["municipality__code", "municipality__name", "source"]
    autocomplete_fields = ["municipality"]
    fields = [*TYPED_IN, "batch", "replaced_by"]
    readonly_fields = ["batch", "replaced_by"]

    def has_change_permission(self, request: HttpRequest, obj: StaffingFigure | None = None) -> bool:
        is_read = obj is not None and obj.batch_id is not None
        return super().has_change_permission(request, obj) and not is_read

    def has_delete_permission(self, request: HttpRequest, obj: StaffingFigure | None = None) -> bool:
        is_read = obj is not None and obj.batch_id is not None
        return super().has_delete_permission(request, obj) and not is_read


@admin.register(StaffingImport)
class StaffingImportAdmin(RecordAdmin):
    list_display = [
        "table",
        "file_name",
        "updated_at",
        "imported_at",
        "imported_by",
        "created_count",
        "replaced_count",
    ]
    list_filter = ["table"]
    list_select_related = ["imported_by"]
    search_fields = ["table", "file_name", "title"]
    fields = [
        "table",
        "title",
        "publisher",
        "licence",
        "updated_at",
        "file_name",
        "digest",
        "imported_at",
        "imported_by",
        "created_count",
        "replaced_count",
        "same_count",
        "skipped_count",
    ]
