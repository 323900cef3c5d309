"""Cases that went past their target (avvik): when they first did, and which are reported in the quality system."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from referrals import waiting
from referrals.models.geography import Municipality
from referrals.models.periods import FirstOfMonth
from referrals.models.priority import Category
from referrals.models.referral import Referral, ReferralQuerySet
from referrals.waiting import Pause

LONGEST_REFERENCE = 60
LONGEST_REASON = 500


@dataclass(frozen=True)
class Breach:
    """How a case is past its target at the end of a day: by what it is judged, since when, and how far."""

    received_on: date
    category_id: int
    priority: int
    due_on: date
    late_on: date
    days_late: int


def newly_late(referrals: ReferralQuerySet, first: date, last: date) -> ReferralQuerySet:
    """Those of the referrals for which the target was broken first on a day from `first` to `last`, both included.

    With the clock of the last day (`with_wait`). Whose wait had ended before `first` is left out, unless it was
    assessed later than it ended.
    """
    lasting = referrals.counted().filter(
        Q(wait_end__isnull=True) | Q(wait_end__gte=first) | Q(prioritised_on__gte=first)
    )
    before = lasting.with_wait(on=first - timedelta(days=1)).filter(waiting.over_target_q())
    return lasting.with_wait(on=last).filter(waiting.over_target_q()).exclude(pk__in=before.values("pk"))


def breach_of(row: Any) -> Breach | None:
    """How the row, which was read `with_wait` of a day, is past its target at the end of it; None: it is not.

    Reads its pauses.
    """
    late_on = waiting.first_day_over(
        [Pause(pause.started_on, pause.ended_on, pause.reason) for pause in row.pauses.all()],
        received_on=row.received_on,
        ended_on=row.wait_end,
        prioritised_on=row.prioritised_on,
        target_days=row.target_days,
    )
    if late_on is None or not row.is_over_target:
        return None
    return Breach(row.received_on, row.category_id, row.priority, row.due_on, late_on, -row.days_left)


class DeviationReportQuerySet(models.QuerySet["DeviationReport"]):
    def standing(self) -> Self:
        """Those that hold: all but the ones that were withdrawn as marked in error."""
        return self.filter(withdrawn_at__isnull=True)

    def known_before(self, instant: datetime | None) -> Self:
        """Those that held as far as was known before the instant; None: those that hold now."""
        if instant is None:
            return self.standing()
        held = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=instant)
        return self.filter(held, reported_at__lt=instant)


class DeviationReport(models.Model):
    """A case stands as reported (avvik) in the report of one month, with the line as it was when it was reported.

    The database refuses a second one of the case, in whatever month: what is reported stays, also when a correction or
    another priority moves the first day past the target, or takes it away. Only who marked it in error withdraws it,
    with a reason; the row stays with that, and the case can be reported again. `month` is the first day of the month.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    referral = models.ForeignKey(
        Referral, models.PROTECT, related_name="deviation_reports", verbose_name=_("referral")
    )
    month = models.DateField(_("month"))
    received_on = models.DateField(_("received"))
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("category"))
    priority = models.PositiveSmallIntegerField(_("priority"))
    due_on = models.DateField(_("target date"))
    late_on = models.DateField(_("first day late"))
    days_late = models.PositiveIntegerField(_("days late"))
    reference = models.CharField(
        _("reference in the quality system"), max_length=LONGEST_REFERENCE, blank=True
    )
    reason = models.CharField(_("reason for the delay"), max_length=LONGEST_REASON, blank=True)
    reported_at = models.DateTimeField(_("marked as reported"))
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("marked as reported by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_because = models.CharField(_("why withdrawn"), max_length=LONGEST_REASON, blank=True)

    objects = DeviationReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported deviation")
        verbose_name_plural = _("reported deviations")
        ordering = ["-month", "pk"]
        indexes = [models.Index(fields=["municipality", "month"], name="deviation_month")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "referral"],
                condition=Q(withdrawn_at__isnull=True),
                name="deviation_reported_once",
            ),
            models.CheckConstraint(condition=Q(month=FirstOfMonth("late_on")), name="deviation_in_its_month"),
            models.CheckConstraint(condition=Q(days_late__gte=1), name="deviation_is_late"),
            models.CheckConstraint(
                condition=Q(received_on__lt=F("late_on")), name="deviation_late_after_receipt"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="deviation_withdrawn_all_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral}, {self.month:%Y-%m}"
