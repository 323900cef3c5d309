"""What the list of errors would name, and somebody has said is right as it is."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from referrals.choices import DataRule
from referrals.models.geography import Municipality
from referrals.models.referral import Referral

LONGEST_REASON = 500


class RightAsItIsQuerySet(models.QuerySet["RightAsItIs"]):
    def standing(self) -> Self:
        """Those that hold: not taken back."""
        return self.filter(withdrawn_at__isnull=True)


class RightAsItIs(models.Model):
    """Somebody has looked at a case that a rule names, and it is right as it is; why, who and when.

    The case is off the list of that rule until it is taken back. A row is never changed otherwise.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="+", verbose_name=_("referral"))
    rule = models.CharField(_("rule"), max_length=20, choices=DataRule)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    said_at = models.DateTimeField(_("said"))
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("said by")
    )
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken back by"),
    )

    objects = RightAsItIsQuerySet.as_manager()

    class Meta:
        verbose_name = _("right as it is")
        verbose_name_plural = _("right as they are")
        ordering = ["rule", "said_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "rule", "referral"],
                condition=Q(withdrawn_at__isnull=True),
                name="right_as_it_is_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="right_as_it_is_with_reason"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="right_as_it_is_taken_back",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral}: {self.get_rule_display()}"
