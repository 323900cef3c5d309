"""How the jobs are going. The queue's own pages, which could stop and repeat jobs, are taken away."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from referrals.admin.site import RecordAdmin
from referrals.jobs.health import makes_no_backup
from referrals.jobs.registry import JOBS
from referrals.models import Digest, JobState
from referrals.views.clock import now

admin.site.unregister(ProcrastinateJob)


@admin.register(JobState)
class JobStateAdmin(RecordAdmin):
    list_display = ["title", "result", "started_at", "next_run", "failures", "error_kind"]
    fields = [
        "name",
        "result",
        "started_at",
        "ended_at",
        "succeeded_at",
        "next_run",
        "failures",
        "error_kind",
    ]
    readonly_fields = fields

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if makes_no_backup():
            messages.warning(
                request,
                _(
                    "Ergo makes no backups here: ERGO_BACKUP_DIR is not set. Nobody is told when the last one gets "
                    "old, unless you watch over it elsewhere."
                ),
            )
        return super().changelist_view(request, extra_context)

    @admin.display(description=_("job"), ordering="name")
    def title(self, state: JobState) -> str:
        """What the job does; its bare name where this version knows it no more."""
        job = JOBS.get(state.name)
        return str(job.title) if job else state.name

    @admin.display(description=_("next run"))
    def next_run(self, state: JobState) -> str:
        """By the time-table; a dash for a job that waits to be asked."""
        job = JOBS.get(state.name)
        found = job.next_run(now()) if job else None
        return date_format(localtime(found), "SHORT_DATETIME_FORMAT") if found else "–"


@admin.register(Digest)
class DigestAdmin(RecordAdmin):
    list_display = ["day", "user", "state", "attempts", "next_at", "sent_at", "error_kind"]
    list_filter = ["state"]
    list_select_related = ["user"]
    fields = list_display
    readonly_fields = fields
