"""The logs that concern no citizen, only looked at: changes of registers and rights, security events, and seals.

Changes of cases are told on the case page, and who has seen a citizen in the citizen's access log.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from referrals.admin.site import LogAdmin
from referrals.models import AuditEvent, LogSeal, SecurityEvent


@admin.register(AuditEvent)
class AuditEventAdmin(LogAdmin):
    list_display = ["at", "user", "operation", "table_name", "row_id", "columns"]
    list_filter = ["operation", "table_name"]
    list_select_related = ["user"]
    fields = ["at", "user", "request_id", "operation", "table_name", "row_id", "before", "after"]
    search_fields = ["=row_id", "=user__username"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """Registers only, also for an administrator who works with cases somewhere."""
        return super().get_queryset(request).of_registers()

    @admin.display(description=_("columns"))
    def columns(self, event: AuditEvent) -> str:
        """What was changed, by name; of a whole row nothing."""
        return ", ".join(sorted(event.after)) if event.before and event.after else ""


@admin.register(SecurityEvent)
class SecurityEventAdmin(LogAdmin):
    list_display = ["at", "kind", "user", "method", "route", "detail"]
    list_filter = ["kind"]
    list_select_related = ["user"]
    fields = ["at", "kind", "user", "typed", "method", "route", "request_id", "detail"]
    search_fields = ["=user__username", "=request_id"]


@admin.register(LogSeal)
class LogSealAdmin(LogAdmin):
    list_display = ["log", "at", "lines", "last_id", "hexadecimal"]
    list_filter = ["log"]
    fields = list_display
    readonly_fields = list_display

    @admin.display(description=_("hash"))
    def hexadecimal(self, seal: LogSeal) -> str:
        """The hash as it stands in the file kept outside."""
        return bytes(seal.hash).hex()
