"""Facts about this installation, and the keys of forms that were sent once already."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from referrals.models.geography import Municipality


class InstallationQuerySet(models.QuerySet["Installation"]):
    def is_demo(self) -> bool:
        """Whether everything in this database is fictitious. No row: a real installation."""
        return self.filter(is_demo=True).exists()


class Installation(models.Model):
    """The one row that says what this database is. Set by `seed_demo` on an empty database, never by hand."""

    is_demo = models.BooleanField(_("fictitious data"), default=False)

    objects = InstallationQuerySet.as_manager()

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installation")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="installation_one_row")]

    def __str__(self) -> str:
        return "demo" if self.is_demo else "production"


class Submission(models.Model):
    """A form that was saved once: the same key sent again, by a double click or a lost answer, leads to its result."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    key = models.UUIDField(_("key"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"))
    referral = models.ForeignKey("Referral", models.CASCADE, null=True, verbose_name=_("referral"))
    priority_key = models.ForeignKey("PriorityKey", models.CASCADE, null=True, verbose_name=_("priority key"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")
        ordering = ["-created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="submission_once")]

    def __str__(self) -> str:
        return str(self.key)
