"""For whoever watches over the installation: whether the process lives, and whether it is fit to serve."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.db import Error, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ergo import health
from referrals.jobs import health as jobs_health
from referrals.models.walls import WALLS
from referrals.permissions import Permission
from referrals.views.clock import now

logger = logging.getLogger(__name__)


@login_not_required
@require_safe
@never_cache
@transaction.non_atomic_requests
def live(request: HttpRequest) -> JsonResponse:
    """This process answers. Asks nobody else, so that a database that is away gets no process restarted."""
    return JsonResponse({"live": True})


@login_not_required
@require_safe
@never_cache
@transaction.non_atomic_requests
def ready(request: HttpRequest) -> JsonResponse:
    """200 when everything is as it must be, else 503. What is wrong is told to administrators and the log alone."""
    faults = {name: fault for name, check in checks(now()).items() if (fault := told(check))}
    answer: dict[str, object] = {"ready": not faults}
    if faults:
        logger.warning("Not ready: %s", "; ".join(f"{name}: {fault}" for name, fault in faults.items()))
    if request.access.can(Permission.ADMINISTER):
        answer["faults"] = faults
    return JsonResponse(answer, status=503 if faults else 200)


def checks(at: datetime) -> dict[str, Callable[[], str]]:
    """What is asked, by name: each says what is wrong, or nothing."""
    return {
        "role": health.role_fault,
        "walls": partial(health.walls_fault, WALLS),
        "migrations": health.migrations_fault,
        "workers": partial(jobs_health.workers_fault, at),
        "seals": partial(jobs_health.seals_fault, at),
        "jobs": partial(jobs_health.jobs_fault, at),
        "mail": partial(jobs_health.mail_fault, at),
        "backup": partial(jobs_health.backup_fault, at),
    }


def told(check: Callable[[], str]) -> str:
    """The fault that a check finds; that it could not ask the database is one too."""
    try:
        return check()
    except Error as error:
        return f"the database does not answer ({type(error).__name__})"
