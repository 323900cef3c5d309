"""Every job there is. A new one is a function of an `Occasion` and a line here.

Times are UTC: in Norway one hour later in winter and two in summer. A job must bear being run twice, since a worker
may die after the work and before saying so; and it must do all that is due, since missed runs are made up for by one.
"""

from django.utils.translation import gettext_lazy as _

from referrals.jobs import backups, digests, rollups, upkeep
from referrals.jobs.job import Job

EACH_MINUTE = "* * * * *"

JOBS = {
    job.name: job
    for job in (
        Job("seal_logs", _("Sealing the logs"), upkeep.seal_logs, EACH_MINUTE, retries=2),
        # Without a lock: were its own worker to die, nobody could free the lock that it held.
        Job(
            "rescue_jobs",
            _("Rescue of jobs that were cut off"),
            upkeep.rescue_jobs,
            EACH_MINUTE,
            has_lock=False,
        ),
        Job(
            "refresh_rollups", _("Refreshing the statistics"), rollups.refresh_rollups, EACH_MINUTE, retries=2
        ),
        Job("tidy_rollups", _("Correcting statistics of earlier days"), rollups.tidy_rollups, "50 2 * * *"),
        Job("freeze_months", _("Freezing the figures of month-ends"), rollups.freeze_months, "10 0 * * *"),
        Job("backup", _("Backup"), backups.backup_nightly, "30 1 * * *", is_wanted=backups.is_configured),
        Job("clear_sessions", _("Clearing away expired sessions"), upkeep.clear_sessions, "10 2 * * *"),
        Job("clear_drafts", _("Clearing away old drafts"), upkeep.clear_drafts, "15 2 * * *"),
        Job(
            "clear_submissions", _("Clearing away keys of sent forms"), upkeep.clear_submissions, "20 2 * * *"
        ),
        # From seven in the morning in summer, six in winter; each five minutes, for what could not be sent.
        Job(
            "send_digests",
            _("Daily e-mail of deadlines"),
            digests.send_digests,
            "*/5 5-15 * * 1-5",
            is_wanted=digests.is_configured,
        ),
        Job("clear_jobs", _("Clearing away finished jobs"), upkeep.clear_jobs, "30 2 * * *"),
    )
}
"""By name, which is also their name in the queue: it is not changed once a job may be waiting there."""
