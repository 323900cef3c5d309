"""Keeping order: logs are sealed; expired sessions, drafts, keys of sent forms and finished jobs are thrown away."""

from datetime import timedelta
from importlib import import_module

from allauth.usersessions.models import UserSession
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from ergo.scope import scoped
from referrals.actions import sealing
from referrals.actions.upkeep import forget_drafts, forget_submissions
from referrals.jobs.job import Occasion
from referrals.models import Municipality
from referrals.models.draft import LASTS

KEEP_SUBMISSIONS = timedelta(days=30)
"""A key is wanted as long as the form it came with may still lie open in a browser: over a holiday, not longer."""

KEEP_FINISHED_JOBS = timedelta(days=30)
"""Long enough to look into why last month's job failed. What the last run of each was like is kept for ever."""

MOST_ATTEMPTS = 5


def seal_logs(occasion: Occasion) -> None:
    """What was written to the logs since they were sealed last."""
    sealing.seal()


def clear_sessions(occasion: Occasion) -> None:
    """Expired sessions, and from where they were used: nobody can come in by them, but they name a user."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def clear_submissions(occasion: Occasion) -> None:
    """Keys of forms that were saved long ago, in one municipality after the other."""
    for municipality_id in Municipality.objects.values_list("pk", flat=True):
        with scoped([municipality_id]), transaction.atomic():
            forget_submissions(before=occasion.at - KEEP_SUBMISSIONS)


def clear_drafts(occasion: Occasion) -> None:
    """Drafts that nobody has gone on with, in one municipality after the other."""
    for municipality_id in Municipality.objects.values_list("pk", flat=True):
        with scoped([municipality_id]), transaction.atomic():
            forget_drafts(before=occasion.at - LASTS)


def clear_jobs(occasion: Occasion) -> None:
    """Jobs in the queue that ended long ago, well or not."""
    async_to_sync(queue_manager().delete_old_jobs)(
        nb_hours=int(KEEP_FINISHED_JOBS.total_seconds() // 3600),
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )


def rescue_jobs(occasion: Occasion) -> None:
    """Jobs whose worker died in the middle: back into the queue, unless they kill one worker after the other."""
    manager = queue_manager()
    for job in async_to_sync(manager.get_stalled_jobs)():
        if job.attempts < MOST_ATTEMPTS:
            async_to_sync(manager.retry_job)(job)
        else:
            async_to_sync(manager.finish_job)(job, status=Status.FAILED, delete_job=False)


def queue_manager() -> JobManager:
    """The queue, by Django's own connection."""
    return JobManager(DjangoConnector())
