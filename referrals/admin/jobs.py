"""How the jobs are going. The queue's own pages, which could stop and repeat jobs, are taken away."""

from datetime import datetime

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from referrals.admin.site import RecordAdmin
from referrals.jobs.registry import JOBS
from referrals.models import JobState
from referrals.views.clock import now

admin.site.unregister(ProcrastinateJob)


@admin.register(JobState)
class JobStateAdmin(RecordAdmin):
    list_display = [
        "name",
        "result",
        "started_at",
        "ended_at",
        "succeeded_at",
        "next_run",
        "failures",
        "error_kind",
    ]
    list_filter = ["result"]
    fields = list_display
    readonly_fields = list_display

    @admin.display(description=_("next run"))
    def next_run(self, state: JobState) -> datetime | None:
        """By the time-table; empty for a job that waits to be asked."""
        job = JOBS.get(state.name)
        return job.next_run(now()) if job else None
