"""How the work that nobody waits for is going: one row for each kind of job, seen by administrators."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class JobResult(models.TextChoices):
    """How a job's last run went."""

    NEVER_RUN = "never", pgettext_lazy("job", "Has not run")
    RUNNING = "running", pgettext_lazy("job", "Running")
    DONE = "done", pgettext_lazy("job", "Succeeded")
    FAILED = "failed", pgettext_lazy("job", "Failed")


class JobState(models.Model):
    """When a job last ran and how it went. Nothing about what it worked on: a fault is told by its kind alone.

    `failures`: how many times in a row it has failed, 0 after a run that succeeded.
    """

    name = models.CharField(_("job"), max_length=64, unique=True)
    result = models.CharField(_("result"), max_length=16, choices=JobResult, default=JobResult.NEVER_RUN)
    started_at = models.DateTimeField(_("last started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("last ended"), null=True, blank=True)
    succeeded_at = models.DateTimeField(_("last succeeded"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    error_kind = models.CharField(_("kind of error"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
