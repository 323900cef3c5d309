"""Rounds of asking whether somebody still waits (*venter du fortsatt?*)."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from referrals.choices import ValidationChannel, ValidationResult
from referrals.models.geography import Municipality
from referrals.models.referral import Referral


class ValidationQuerySet(models.QuerySet["Validation"]):
    def open(self) -> Self:
        """Rounds in which the citizen was asked and no result is registered; at most one a referral."""
        return self.filter(answered_on__isnull=True)

    def answered(self) -> Self:
        """Rounds with a result, the latest first."""
        return self.filter(answered_on__isnull=False).order_by("-answered_on", "-pk")

    def to_reassess(self) -> Self:
        """Rounds after which the need is to be assessed anew, and was not yet."""
        return self.filter(result=ValidationResult.CHANGED, reassessed_on__isnull=True)

    def answered_by(self, on: date) -> Self:
        """Rounds that had a result by the end of the day."""
        return self.filter(answered_on__lte=on)


class Validation(models.Model):
    """One round: the citizen was asked on a day whether they still wait, and answered on another. It moves no clock.

    `reassessed_on`: where the need had changed, the day on which it was assessed anew.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    referral = models.ForeignKey(
        Referral, models.CASCADE, related_name="validations", verbose_name=_("referral")
    )
    asked_on = models.DateField(_("asked"))
    channel = models.CharField(_("channel"), max_length=20, choices=ValidationChannel)
    answered_on = models.DateField(_("answered"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=20, choices=ValidationResult, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    reassessed_on = models.DateField(_("assessed anew"), null=True, blank=True)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("registered by")
    )

    objects = ValidationQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of asking")
        verbose_name_plural = _("rounds of asking")
        ordering = ["referral", "-asked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "referral"],
                condition=Q(answered_on__isnull=True),
                name="validation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, result="")
                | (Q(answered_on__gte=F("asked_on")) & ~Q(result="")),
                name="validation_answer_with_result",
            ),
            models.CheckConstraint(
                condition=Q(reassessed_on__isnull=True)
                | Q(result=ValidationResult.CHANGED, reassessed_on__gte=F("answered_on")),
                name="validation_reassessed_after_change",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral}: {self.asked_on}"
