"""Whether the work that nobody waits for is being done: workers, failing jobs, the last backup."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from procrastinate.contrib.django.models import ProcrastinateWorker

from referrals.choices import DigestState
from referrals.jobs.backups import is_configured
from referrals.models import Digest, JobState
from referrals.waiting import oslo_date

SILENCE = timedelta(minutes=2)
"""A worker gives a sign of life every ten seconds."""

OLDEST_BACKUP = timedelta(hours=26)
"""A night and two hours: the backup of tonight may take longer than that of yesterday."""

OLDEST_SEAL = timedelta(minutes=10)
"""The logs are sealed each minute."""

FAILURES = 3
"""A job that failed once or twice is being tried again; after that somebody should look."""


def workers_fault(at: datetime) -> str:
    """Told where nobody works off the jobs, in an installation for real."""
    if not settings.FOR_REAL or ProcrastinateWorker.objects.filter(last_heartbeat__gt=at - SILENCE).exists():
        return ""
    return "no worker is running: start `manage.py run_jobs`"


def seals_fault(at: datetime) -> str:
    """Told where the logs have not been sealed lately, in an installation for real."""
    sealed = JobState.objects.filter(name="seal_logs", succeeded_at__gt=at - OLDEST_SEAL)
    if not settings.FOR_REAL or sealed.exists():
        return ""
    return f"the logs have not been sealed for {OLDEST_SEAL.seconds // 60} minutes"


def jobs_fault(at: datetime) -> str:
    """The jobs that have failed again and again."""
    return ", ".join(
        f"{state.name} has failed {state.failures} times in a row ({state.error_kind})"
        for state in JobState.objects.filter(failures__gte=FAILURES)
    )


def mail_fault(at: datetime) -> str:
    """Told where the mail server has refused an e-mail of today again and again, or it was given up."""
    tried = Q(state=DigestState.QUEUED, attempts__gte=FAILURES)
    stuck = Digest.objects.filter(Q(state=DigestState.FAILED) | tried, day=oslo_date(at))
    kinds = sorted(set(stuck.values_list("error_kind", flat=True)))
    return f"{stuck.count()} daily e-mails could not be sent ({', '.join(kinds)})" if kinds else ""


def makes_no_backup() -> bool:
    """Whether this is an installation for real that makes no backups of its own. Somebody else may: no fault."""
    return settings.FOR_REAL and not is_configured()


def backup_fault(at: datetime) -> str:
    """Told where backups are made here and the last one is old, or there is none.

    The job wrote down when: whoever serves pages has no access to the dumps.
    """
    if not is_configured():
        return ""
    made_at = JobState.objects.filter(name="backup").values_list("succeeded_at", flat=True).first()
    if made_at is None:
        return "there is no backup"
    age = at - made_at
    return f"the last backup is {age.total_seconds() / 3600:.0f} hours old" if age > OLDEST_BACKUP else ""
