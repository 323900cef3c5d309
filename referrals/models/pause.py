"""Times in which a wait was on hold."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Max, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from referrals import waiting
from referrals.choices import PauseReason
from referrals.models.geography import Municipality
from referrals.models.periods import DateRange, IdRange


class WaitPauseQuerySet(models.QuerySet["WaitPause"]):
    def running(self, on: date) -> Self:
        """Pauses that run at the end of the day."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), started_on__lte=on)

    def overlapping(self, started_on: date, ended_on: date | None) -> Self:
        """Pauses that share a day with the period [started_on, ended_on); None has no end."""
        later = self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=started_on))
        begun = later if ended_on is None else later.filter(started_on__lt=ended_on)
        return begun.exclude(ended_on=F("started_on"))

    def with_review_due(self) -> Self:
        """`reviewed_on`: the day of the latest review, NULL: never; `review_due_on`: the last day before the next."""
        reviewed = self.annotate(reviewed_on=Max("reviews__reviewed_on"))
        return reviewed.annotate(review_due_on=waiting.pause_review_due_sql())


class WaitPause(models.Model):
    """A period [started_on, ended_on) in which a wait is on hold; open-ended while it runs.

    Whether it stops the clock follows from the reason (`choices.STOPS_CLOCK`). Pauses of a referral may overlap where
    their reasons differ, so at most one of each reason runs.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    referral = models.ForeignKey(
        "Referral", models.CASCADE, related_name="pauses", db_index=False, verbose_name=_("referral")
    )
    reason = models.CharField(_("reason"), max_length=20, choices=PauseReason)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("to"), null=True, blank=True, help_text=_("The first day not on hold."))

    objects = WaitPauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["referral", "started_on", "pk"]
        indexes = [
            # Holds all that the clock asks of a pause.
            models.Index(
                fields=["referral", "started_on"], include=["ended_on", "reason"], name="pause_of_referral"
            ),
            # Those that ran on any day.
            GistIndex(
                DateRange("started_on", "ended_on"),
                include=["referral", "started_on", "ended_on"],
                name="pause_ran",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "id"], name="pause_municipality_id"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="pause_end_after_start",
                violation_error_message=_("The pause ends before it begins."),
            ),
            ExclusionConstraint(
                name="pause_no_overlap",
                expressions=[
                    (IdRange("municipality", "municipality", Value("[]")), RangeOperators.OVERLAPS),
                    (IdRange("referral", "referral", Value("[]")), RangeOperators.OVERLAPS),
                    # As with the ids: named plainly, the index would be taken wherever reasons are asked for.
                    (Lower("reason"), RangeOperators.EQUAL),
                    (DateRange("started_on", "ended_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The referral is already on hold for this reason in this period."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral}: {self.get_reason_display()}"


class PauseReview(models.Model):
    """A long pause was looked at on a day, and goes on: the note says why."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    referral = models.ForeignKey(
        "Referral", models.CASCADE, related_name="pause_reviews", verbose_name=_("referral")
    )
    pause = models.ForeignKey(WaitPause, models.CASCADE, related_name="reviews", verbose_name=_("pause"))
    reviewed_on = models.DateField(_("reviewed"))
    note = models.CharField(_("note"), max_length=500)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("registered by")
    )

    class Meta:
        verbose_name = _("review of a pause")
        verbose_name_plural = _("reviews of pauses")
        ordering = ["pause", "reviewed_on", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="pause_review_with_note")]

    def __str__(self) -> str:
        return f"{self.pause}: {self.reviewed_on}"
