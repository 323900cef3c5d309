"""Maps of boundaries: which files were imported by the shell, and when."""

from django.contrib import admin

from referrals.admin.site import RecordAdmin
from referrals.models import BoundaryMap


@admin.register(BoundaryMap)
class BoundaryMapAdmin(RecordAdmin):
    list_display = ["year", "file_name", "reference_system", "imported_at", "imported_by"]
    list_select_related = ["imported_by"]
    search_fields = ["file_name"]
    fields = [
        "year",
        "file_name",
        "digest",
        "publisher",
        "licence",
        "reference_system",
        "with_sea",
        "imported_at",
        "imported_by",
    ]
