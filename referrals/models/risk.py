"""What happened to somebody who waits, after which the need is assessed anew (risiko i ventetiden)."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from referrals.choices import RiskKind
from referrals.models.geography import Municipality
from referrals.models.periods import OsloDate

LONGEST_NOTE = 500
OPEN = Q(reassessed_on__isnull=True, withdrawn_at__isnull=True)


class RiskEventQuerySet(models.QuerySet["RiskEvent"]):
    def standing(self) -> Self:
        """Those that hold: all but the ones that were entered in error."""
        return self.filter(withdrawn_at__isnull=True)

    def to_reassess(self) -> Self:
        """Those after which the need was not assessed anew yet."""
        return self.filter(OPEN)

    def happened_by(self, on: date) -> Self:
        """Those of the day and earlier ones."""
        return self.filter(happened_on__lte=on)


class RiskEvent(models.Model):
    """Something that changes how urgent a wait is: what it was, on which day, and who registered it when.

    The referral is to be assessed anew the same day: it stands among those of the intake meeting until it is. It keeps
    its priority and its place meanwhile, and the event moves no clock. `reassessed_on`: the day of that assessment. One
    that was entered in error stays with who said so, when and why, and asks for nothing.
    """

    municipality = models.ForeignKey(
        Municipality,
        models.PROTECT,
        db_index=False,  # the index of those to be assessed anew begins with it
        related_name="+",
        verbose_name=_("municipality"),
    )
    referral = models.ForeignKey(
        "Referral", models.PROTECT, related_name="risk_events", verbose_name=_("referral")
    )
    kind = models.CharField(_("kind of event"), max_length=20, choices=RiskKind)
    happened_on = models.DateField(_("happened"))
    note = models.CharField(_("note"), max_length=LONGEST_NOTE, blank=True)
    reassessed_on = models.DateField(_("assessed anew"), null=True, blank=True)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("registered by")
    )
    withdrawn_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("marked as entered in error by"),
    )
    withdrawn_because = models.CharField(_("why in error"), max_length=LONGEST_NOTE, blank=True)

    objects = RiskEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk event")
        verbose_name_plural = _("risk events")
        ordering = ["referral", "-happened_on", "-pk"]
        indexes = [
            models.Index(fields=["municipality", "referral"], condition=OPEN, name="risk_to_reassess"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(happened_on__lte=OsloDate("registered_at")),
                name="risk_not_future",
                violation_error_message=_("The event cannot be in the future."),
            ),
            models.CheckConstraint(
                condition=Q(reassessed_on__isnull=True) | Q(reassessed_on__gte=F("happened_on")),
                name="risk_reassessed_after_event",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RiskKind.OTHER) | ~Q(note=""),
                name="risk_other_is_named",
                violation_error_message=_("Say what happened."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="risk_withdrawn_all_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral}: {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it stands and the need was not assessed anew after it: `to_reassess` of one."""
        return self.reassessed_on is None and self.withdrawn_at is None
