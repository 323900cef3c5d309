"""The daily e-mail of deadlines: one row for each user and day, which whoever sends it claims first."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from referrals.choices import DigestState


class Digest(models.Model):
    """The e-mail of a user on a day. Nothing of what stands in it; of a fault only its kind.

    `next_at`: when it may be tried, or, while it is being sent, when somebody took it. `attempts`: how often they did.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"))
    day = models.DateField(_("day"))
    state = models.CharField(
        _("state"), max_length=10, choices=DigestState, default=DigestState.QUEUED, db_index=True
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error_kind = models.CharField(_("kind of error"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("daily e-mail")
        verbose_name_plural = _("daily e-mails")
        ordering = ["-day", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(state=DigestState.SENT), name="digest_sent_with_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.day}"
