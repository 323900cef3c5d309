"""Letters: the municipality's own texts and its head, version by version, and what was sent, as it was sent."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from referrals.choices import LetterChannel, LetterKind, LetterTo, WrittenForm
from referrals.models.geography import Municipality
from referrals.models.referral import Referral

LONGEST_SUBJECT, LONGEST_BODY, LONGEST_ADDRESS = 120, 8_000, 300
# What who writes a letter may add to it.
LONGEST_DETAIL, LONGEST_CLOSING = 150, 1_000


class LetterTemplateQuerySet(models.QuerySet["LetterTemplate"]):
    def newest(self) -> Self:
        """Of each kind and written form the version that is in use."""
        last = self.order_by("municipality", "kind", "language", "-version")
        return last.distinct("municipality", "kind", "language")

    def of(self, municipality_id: int, kind: LetterKind, language: WrittenForm) -> Self:
        """The versions of one text of a municipality, newest first."""
        own = self.filter(municipality=municipality_id, kind=kind, language=language)
        return own.order_by("-version")


class LetterTemplate(models.Model):
    """One version of a municipality's own text of a letter. It is never changed: the next one takes its place.

    What stands in braces is a field (`letters.fields`).
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    kind = models.CharField(_("letter"), max_length=20, choices=LetterKind)
    language = models.CharField(_("written form"), max_length=2, choices=WrittenForm)
    version = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("heading"), max_length=LONGEST_SUBJECT)
    body = models.TextField(_("text"), max_length=LONGEST_BODY)
    saved_at = models.DateTimeField(_("saved"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("saved by")
    )

    objects = LetterTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of a letter")
        verbose_name_plural = _("texts of letters")
        ordering = ["municipality", "kind", "language", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "kind", "language", "version"], name="letter_template_version_once"
            ),
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(body="") & Q(version__gte=1), name="letter_template_with_text"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_language_display()}, {self.version}"


class LetterHeadQuerySet(models.QuerySet["LetterHead"]):
    def of(self, municipality_id: int) -> Self:
        """The versions of a municipality, newest first."""
        return self.filter(municipality=municipality_id).order_by("-version")


class LetterHead(models.Model):
    """One version of what stands on top of a municipality's letters, below its name. Never changed, as the texts."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    version = models.PositiveIntegerField(_("version"))
    service = models.CharField(_("name of the service"), max_length=100, blank=True)
    address = models.CharField(_("postal address"), max_length=LONGEST_ADDRESS, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    saved_at = models.DateTimeField(_("saved"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("saved by")
    )

    objects = LetterHeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("letterhead")
        verbose_name_plural = _("letterheads")
        ordering = ["municipality", "version"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "version"], name="letter_head_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="letter_head_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.municipality}, {self.version}"


class SentLetterQuerySet(models.QuerySet["SentLetter"]):
    def newest_first(self) -> Self:
        """With who sent each, the newest first."""
        return self.select_related("sent_by").order_by("-sent_at", "-pk")


class SentLetter(models.Model):
    """A letter as it was sent, word for word; the database refuses to change or remove it.

    `key` is that of the form: sent twice by a double click, it is one letter. `template_version` 0: Ergo's own text.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="letters", verbose_name=_("referral"))
    key = models.UUIDField(_("key"))
    kind = models.CharField(_("letter"), max_length=20, choices=LetterKind)
    language = models.CharField(_("written form"), max_length=2, choices=WrittenForm)
    template_version = models.PositiveIntegerField(_("version of the text"))
    recipient = models.CharField(_("to"), max_length=10, choices=LetterTo)
    addressee = models.CharField(_("name and address"), max_length=LONGEST_ADDRESS)
    channel = models.CharField(_("how"), max_length=10, choices=LetterChannel)
    head = models.TextField(_("letterhead"))
    about = models.TextField(_("about"))
    subject = models.TextField(_("heading"))
    body = models.TextField(_("text"))
    signature = models.TextField(_("signature"))
    sent_on = models.DateField(_("sent"))
    sent_at = models.DateTimeField(_("saved"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sent by")
    )

    objects = SentLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("sent letter")
        verbose_name_plural = _("sent letters")
        ordering = ["referral", "sent_at", "pk"]
        indexes = [models.Index(fields=["municipality", "referral"], name="sent_letter_referral")]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "referral", "key"], name="sent_letter_once"),
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(body="") & ~Q(addressee="") & ~Q(head=""),
                name="sent_letter_with_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral}: {self.get_kind_display()}"

    @property
    def head_lines(self) -> list[str]:
        """What stands on top, the municipality first."""
        return self.head.splitlines()


def next_version(own: models.QuerySet) -> int:
    """The number of the version after those there are."""
    last: int | None = own.aggregate(last=Max("version"))["last"]
    return (last or 0) + 1
