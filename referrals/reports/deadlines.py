"""What is to be done by which day: the rows of the page of deadlines, and the counts of the daily e-mail.

Each deadline is that of `waiting`, read by the querysets of the models; here stands only which rows have the task.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast

from django.db.models import F, Q
from django.db.models.functions import Least

from referrals import waiting
from referrals.choices import ON_WAITLIST, Reply, Task, When
from referrals.models import Municipality
from referrals.models.referral import ReferralQuerySet

FOUR_WEEKS_DAYS = 28
SUNDAY = 6

# Rows with what the clock annotates, which a type cannot tell.
Source = Callable[[ReferralQuerySet, date, Municipality | None], Any]


def rows_of(
    visible: ReferralQuerySet,
    task: Task,
    *,
    on: date,
    when: When | None = None,
    municipality: Municipality | None = None,
) -> ReferralQuerySet:
    """Those with the task, by `last_day`, on which it is still in time, then oldest first.

    `when` None: what is to be done now, at the end of the day `on`. `municipality`: where all rows are of it.
    """
    rows: Any = SOURCES[task](visible, on, municipality)
    chosen = NOW[task](on) if when is None else Q(last_day__range=window(when, on))
    return cast(ReferralQuerySet, rows.filter(chosen).order_by("last_day", "received_on", "pk"))


def counts_of(visible: ReferralQuerySet, *, on: date) -> dict[Task, int]:
    """How many have each task now."""
    return {task: rows_of(visible, task, on=on).count() for task in Task}


def window(when: When, on: date) -> tuple[date, date]:
    """The last days that are meant, both inclusive. A week ends with its Sunday; four weeks are 28 days from today."""
    if when == When.OVERDUE:
        return date.min, on - timedelta(days=1)
    days = SUNDAY - on.weekday() if when == When.WEEK else FOUR_WEEKS_DAYS
    return on, on + timedelta(days=days)


def _over_target(visible: ReferralQuerySet, on: date, municipality: Municipality | None) -> Any:
    return _with_target(visible, on, municipality).filter(waiting.over_target_q())


def _due_soon(visible: ReferralQuerySet, on: date, municipality: Municipality | None) -> Any:
    return _with_target(visible, on, municipality).filter(days_left__gte=0)


def _with_target(visible: ReferralQuerySet, on: date, municipality: Municipality | None) -> Any:
    rows: Any = _waiting(visible).with_wait(on=on, municipality=municipality)
    return rows.annotate(last_day=F("due_on"))


def _reply(visible: ReferralQuerySet, on: date, _municipality: Municipality | None) -> Any:
    rows: Any = visible.counted().open().with_reply_state(on=on)
    unsent = rows.filter(reply_state__in=(Reply.NOT_YET, Reply.DUE, Reply.LATE))
    return unsent.annotate(last_day=waiting.preliminary_reply_due_sql())


def _review(visible: ReferralQuerySet, on: date, _municipality: Municipality | None) -> Any:
    rows: Any = _waiting(visible).with_review_due(on=on).filter(review_due_on__isnull=False)
    return rows.annotate(last_day=F("review_due_on"))


def _reassess(visible: ReferralQuerySet, on: date, _municipality: Municipality | None) -> Any:
    """After an answer that the need has changed, and after a risk event: the same day. `risk_kind`: of such a one."""
    rows: Any = _waiting(visible).with_validation().with_risk_told()
    anew = rows.filter(Q(changed_on__isnull=False) | Q(risk_known_on__isnull=False))
    return anew.annotate(last_day=Least("changed_on", "risk_known_on"))  # LEAST passes over NULL


def _ask(visible: ReferralQuerySet, on: date, _municipality: Municipality | None) -> Any:
    rows: Any = _waiting(visible).with_validation().filter(asked_on__isnull=True, changed_on__isnull=True)
    return rows.annotate(last_day=F("validation_due_on"))


def _answer(visible: ReferralQuerySet, on: date, _municipality: Municipality | None) -> Any:
    rows: Any = _waiting(visible).with_validation().filter(asked_on__isnull=False)
    return rows.annotate(last_day=F("answer_due_on"))


def _waiting(visible: ReferralQuerySet) -> Any:
    """Those who wait now."""
    return visible.filter(wait_end__isnull=True, status__in=ON_WAITLIST)


def _by_last_day(on: date) -> Q:
    return Q(last_day__lte=on)


SOURCES: dict[Task, Source] = {
    Task.OVER_TARGET: _over_target,
    Task.DUE_SOON: _due_soon,
    Task.REPLY: _reply,
    Task.REVIEW: _review,
    Task.REASSESS: _reassess,
    Task.ASK: _ask,
    Task.ANSWER: _answer,
}
# When each is to be done. The others have come up once their last day is there.
NOW: dict[Task, Callable[[date], Q]] = dict.fromkeys(Task, _by_last_day) | {
    Task.OVER_TARGET: lambda _on: waiting.over_target_q(),
    Task.DUE_SOON: lambda _on: waiting.due_soon_q(),
    # From the day on which its letter is ready, which never comes after the last week.
    Task.REPLY: lambda on: Q(received_on__lte=on - timedelta(days=waiting.REPLY_LETTER_DAYS)),
}
