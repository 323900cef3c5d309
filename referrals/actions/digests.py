"""The outbox of the daily e-mail: who gets one is claimed in the database before anything is sent.

Whoever takes a row says so in a transaction of its own, and then sends. A process that dies in between leaves a row
that nobody sends again: rather no e-mail that day than two.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from referrals.choices import DigestState
from referrals.models import Digest

# Tried again after 5, 10, 20, 40 and 80 minutes, within the day.
MOST_ATTEMPTS, BACK_OFF = 6, timedelta(minutes=5)
# Longer than a mail server may take; whoever took it then is gone.
LONGEST_SENDING = timedelta(minutes=15)
KEEP = timedelta(days=60)

INTERRUPTED, TOO_LATE = "Interrupted", "TooLate"


def queue(*, user_ids: Iterable[int], day: date, at: datetime) -> None:
    """An e-mail of the day for each user, unless they have one already, in whatever state."""
    rows = [Digest(user_id=user_id, day=day, next_at=at) for user_id in user_ids]
    Digest.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def take(*, day: date, at: datetime) -> Digest | None:
    """The next one that is due, now in the hands of this process; None: nothing is due. Nobody else gets the same."""
    due = Digest.objects.filter(day=day, state=DigestState.QUEUED, next_at__lte=at)
    wanted = due.filter(user__is_active=True, user__wants_digest=True)
    taken = wanted.select_for_update(of=("self",), skip_locked=True).order_by("next_at", "pk").first()
    if taken is not None:
        taken.state, taken.next_at, taken.attempts = DigestState.SENDING, at, taken.attempts + 1
        taken.save(update_fields=["state", "next_at", "attempts"])
    return taken


def note_sent(*, digest: Digest, at: datetime) -> None:
    """The mail server has it."""
    _settle(digest, state=DigestState.SENT, sent_at=at, error_kind="")


def note_nothing(*, digest: Digest) -> None:
    """There was nothing to say that day."""
    _settle(digest, state=DigestState.NOTHING, error_kind="")


def note_refused(*, digest: Digest, at: datetime, kind: str) -> DigestState:
    """The mail server has it not, that is certain: it is tried again later, each time twice as late, or given up.

    Returns which of the two.
    """
    if digest.attempts >= MOST_ATTEMPTS:
        _settle(digest, state=DigestState.FAILED, error_kind=kind[:100])
        return DigestState.FAILED
    later = at + BACK_OFF * 2 ** (digest.attempts - 1)
    _settle(digest, state=DigestState.QUEUED, next_at=later, error_kind=kind[:100])
    return DigestState.QUEUED


def note_failed(*, digest: Digest, kind: str) -> None:
    """It may have been sent or not: it is not sent again."""
    _settle(digest, state=DigestState.FAILED, error_kind=kind[:100])


@transaction.atomic
def give_up(*, day: date, at: datetime) -> None:
    """What a process left in the middle, and what was never sent on a day that is over; old rows are thrown away."""
    left = Digest.objects.filter(state=DigestState.SENDING, next_at__lt=at - LONGEST_SENDING)
    left.update(state=DigestState.FAILED, error_kind=INTERRUPTED)
    late = Digest.objects.filter(state=DigestState.QUEUED, day__lt=day)
    late.update(state=DigestState.FAILED, error_kind=TOO_LATE)
    Digest.objects.filter(day__lt=day - KEEP).delete()


def _settle(digest: Digest, **values: object) -> None:
    """Only of one that this process still holds: what was given up meanwhile stays so."""
    Digest.objects.filter(pk=digest.pk, state=DigestState.SENDING).update(**values)
