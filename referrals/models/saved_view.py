"""Views of the waitlist that are saved under a name: what it is narrowed to, and how it is sorted."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from referrals.models.access import User
from referrals.models.geography import Municipality

LONGEST_NAME, LONGEST_QUERY = 60, 1000


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def offered_to(self, user: User, municipality: Municipality) -> Self:
        """Those of the municipality that the user may choose: their own, and what is shared. Their own come first."""
        own_first = models.Case(models.When(owner=user, is_shared=False, then=0), default=1)
        offered = self.filter(Q(owner=user) | Q(is_shared=True), municipality=municipality)
        return offered.select_related("owner").order_by(own_first, Lower("name"), "pk")


class SavedView(models.Model):
    """What somebody wants to see of a municipality's waitlist again, with one click.

    `query` stands behind the question mark of the list: codes and days, never a search, which could name a citizen.
    A shared view is offered to all who work with the municipality's cases; what it lists is what each may see.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("saved by")
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    query = models.CharField(_("choices"), max_length=LONGEST_QUERY, blank=True)
    is_shared = models.BooleanField(_("shared in the municipality"), default=False)
    saved_at = models.DateTimeField(_("saved"))

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["municipality", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "municipality",
                "owner",
                Lower("name"),
                condition=Q(is_shared=False),
                name="saved_view_own_once",
            ),
            models.UniqueConstraint(
                "municipality", Lower("name"), condition=Q(is_shared=True), name="saved_view_shared_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_with_name"),
        ]

    def __str__(self) -> str:
        return self.name
