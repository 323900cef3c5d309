"""What was done to several referrals at once, so that it can be undone for a while."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from referrals.choices import Move
from referrals.models.geography import Municipality
from referrals.models.referral import Referral


class BulkAction(models.Model):
    """One move that was made with several referrals of a municipality, all of them or none.

    `key` is that of the form: sent again, it leads to the action of the first time. `count`: how many were changed.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    key = models.UUIDField(_("key"))
    move = models.CharField(_("move"), max_length=20, choices=Move)
    count = models.PositiveSmallIntegerField(_("number of referrals"))
    done_at = models.DateTimeField(_("done"))
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("done by")
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of several referrals")
        verbose_name_plural = _("changes of several referrals")
        ordering = ["-done_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="bulk_action_once"),
            models.UniqueConstraint(fields=["municipality", "id"], name="bulk_action_municipality_id"),
        ]

    def __str__(self) -> str:
        return f"{self.get_move_display()}: {self.count}"


class BulkRow(models.Model):
    """One referral that took part. `version`: the one that the action left; a later one means somebody changed it.

    `before` is what undoing puts back: codes and days of the referral by name, and under `pauses` the ends of its
    pauses by their id. No free text.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    bulk_action = models.ForeignKey(
        BulkAction, models.PROTECT, related_name="rows", db_index=False, verbose_name=_("action")
    )
    referral = models.ForeignKey(
        Referral, models.PROTECT, related_name="bulk_rows", verbose_name=_("referral")
    )
    version = models.PositiveIntegerField(_("version"))
    before = models.JSONField(_("before"))

    class Meta:
        verbose_name = _("referral changed with others")
        verbose_name_plural = _("referrals changed with others")
        ordering = ["bulk_action", "referral"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "bulk_action", "referral"], name="bulk_row_once"),
        ]

    def __str__(self) -> str:
        return str(self.referral)
