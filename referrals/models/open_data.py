"""Whether figures lie open to everybody: switched on and off by an administrator, for the whole installation."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OpenDataSwitchQuerySet(models.QuerySet["OpenDataSwitch"]):
    def is_on(self) -> bool:
        """Whether open data is switched on just now. One query; off where nobody ever switched it."""
        return bool(self.order_by("-pk").values_list("is_on", flat=True).first())


class OpenDataSwitch(models.Model):
    """Open data was switched on or off. The newest row holds; none is changed or removed, so all of them tell who did.

    It holds at once. What somebody has fetched by then nobody can fetch back.
    """

    is_on = models.BooleanField(
        _("open"),
        default=False,
        help_text=_(
            "On: anybody may read the page of open data and its files without signing in. Off: neither is found."
        ),
    )
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("registered by")
    )

    objects = OpenDataSwitchQuerySet.as_manager()

    class Meta:
        verbose_name = _("switch of open data")
        verbose_name_plural = _("switches of open data")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.registered_at:%Y-%m-%d}: {'on' if self.is_on else 'off'}"
