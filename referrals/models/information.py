"""What a referral lacks, and who has been asked for it."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from referrals.choices import AskedOf
from referrals.models.geography import Municipality

LONGEST_WHAT = 500


class InformationRequestQuerySet(models.QuerySet["InformationRequest"]):
    def missing(self) -> Self:
        """What has not come."""
        return self.filter(received_on__isnull=True)


class InformationRequest(models.Model):
    """Information that a referral lacks and that somebody was asked for (mangler opplysninger).

    A fact beside the status: it neither stops nor moves a clock, and a referral may lack several things at once.
    `wanted_by` is the last day on which it comes in time. What has not come stays so when the case is closed, where
    nobody waits for it, and is missing again when the case is reopened.
    """

    municipality = models.ForeignKey(
        Municipality,
        models.PROTECT,
        db_index=False,  # the index of what is missing begins with it
        related_name="+",
        verbose_name=_("municipality"),
    )
    referral = models.ForeignKey(
        "Referral", models.CASCADE, related_name="information_requests", verbose_name=_("referral")
    )
    what = models.CharField(_("what is missing"), max_length=LONGEST_WHAT)
    asked_of = models.CharField(_("asked of"), max_length=20, choices=AskedOf)
    asked_on = models.DateField(_("asked on"))
    wanted_by = models.DateField(_("wanted by"))
    received_on = models.DateField(_("came"), null=True, blank=True)

    objects = InformationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("information asked for")
        verbose_name_plural = _("information asked for")
        ordering = ["referral", "asked_on", "pk"]
        indexes = [
            models.Index(
                fields=["municipality", "referral"],
                condition=Q(received_on__isnull=True),
                name="information_missing",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="information_is_named"),
            models.CheckConstraint(
                condition=Q(wanted_by__gte=F("asked_on")),
                name="information_wanted_after_asked",
                violation_error_message=_("It cannot be wanted before it is asked for."),
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True) | Q(received_on__gte=F("asked_on")),
                name="information_came_after_asked",
                violation_error_message=_("It cannot come before it is asked for."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral}: {self.get_asked_of_display()}"

    def is_overdue(self, on: date) -> bool:
        """Whether it has not come by the end of the day although it was wanted before."""
        return self.received_on is None and on > self.wanted_by
