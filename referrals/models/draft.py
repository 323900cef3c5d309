"""What somebody has typed of a referral and not registered yet (kladd)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from referrals.keyring import ring
from referrals.models.geography import Municipality
from referrals.models.installation import Submission
from referrals.models.person import Person
from referrals.permissions import Access, Permission

LASTS = timedelta(days=30)
"""Since it was saved last: over a holiday. What was received earlier than that needs a reason to be registered now."""


@dataclass(frozen=True)
class Typed:
    """What a draft holds: the form as it was typed, and what was typed to find the citizen.

    `form` is encoded as a form is sent, since a field may have several values, and none needs to make sense yet.
    """

    form: str
    search: dict[str, str]


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, access: Access) -> Self:
        """The user's own, where they may register referrals; none whose form has been registered meanwhile."""
        registered = Submission.objects.filter(municipality=OuterRef("municipality"), key=OuterRef("key"))
        return self.filter(
            user_id=access.user_id, municipality_id__in=access.municipality_ids(Permission.REGISTER)
        ).exclude(Exists(registered))

    def served(self, *, before: datetime) -> Self:
        """Those saved last before an instant, and those whose form has been registered."""
        registered = Submission.objects.filter(municipality=OuterRef("municipality"), key=OuterRef("key"))
        return self.filter(models.Q(saved_at__lt=before) | Exists(registered))


class Draft(models.Model):
    """The form of a referral as somebody typed it, under the key of the form, for them alone.

    No referral: it has no number and is counted nowhere. It goes when the referral is registered, when it is thrown
    away, and in the end by itself (`LASTS`). What was typed is sealed as identity numbers are, since it may hold one.
    `person` None: a citizen who is not registered here. `version` rises with each save, so that of two windows the
    second is told.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    key = models.UUIDField(_("key"))
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+", verbose_name=_("citizen"))
    sealed = models.BinaryField(editable=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    saved_at = models.DateTimeField(_("saved"))

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-saved_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "user", "key"], name="draft_once"),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def typed(self) -> Typed:
        """What was typed. Raises SealBroken where no key of the ring opens it."""
        return Typed(**json.loads(ring().open(self.sealed, where=self._place)))

    @typed.setter
    def typed(self, typed: Typed) -> None:
        text = json.dumps({"form": typed.form, "search": typed.search})
        self.sealed = ring().seal(text, where=self._place)

    @property
    def gone_at(self) -> datetime:
        """When it is thrown away, if nobody saves it again."""
        return self.saved_at + LASTS

    def seal_anew(self) -> bool:
        """Bring the seal under the present key, and say whether that changed the row. Does not save.

        Raises SealBroken when no key of the ring opens what is there.
        """
        if not ring().stale(self.sealed):
            return False
        self.typed = self.typed
        return True

    @property
    def _place(self) -> bytes:
        """Where it is sealed for: it opens for no other user and in no other municipality."""
        return b"draft.typed:%d:%d" % (self.municipality_id, self.user_id)
