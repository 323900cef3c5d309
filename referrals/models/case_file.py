"""What belongs to a referral: its contacts, preliminary reply and history, and the numbers that referrals get."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from referrals.choices import ContactKind, EventKind
from referrals.models.geography import Municipality
from referrals.models.referral import Referral
from referrals.models.workforce import Therapist


class Contact(models.Model):
    """A contact between a therapist and the citizen, or one that the citizen did not attend.

    The first one that took place is the start of the case.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    referral = models.ForeignKey(
        Referral, models.CASCADE, related_name="contacts", verbose_name=_("referral")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ContactKind)
    held_on = models.DateField(_("held"))
    therapist = models.ForeignKey(
        Therapist, models.PROTECT, null=True, blank=True, verbose_name=_("therapist")
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["referral", "held_on", "pk"]

    def __str__(self) -> str:
        return f"{self.referral}: {self.get_kind_display()}"


class PreliminaryReply(models.Model):
    """The preliminary reply (foreløpig svar) sent to the citizen, at most one a referral."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    # One to one for the ORM; in the database the constraint below holds it, and this column alone is not unique: its
    # refusal would tell of replies in other municipalities (0022_walls_mended).
    referral = models.OneToOneField(
        Referral, models.CASCADE, related_name="preliminary_reply", verbose_name=_("referral")
    )
    sent_on = models.DateField(_("sent"))

    class Meta:
        verbose_name = _("preliminary reply")
        verbose_name_plural = _("preliminary replies")
        ordering = ["referral"]
        indexes = [models.Index(fields=["referral"], name="preliminary_reply_referral")]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "referral"], name="preliminary_reply_once")
        ]

    def __str__(self) -> str:
        return f"{self.referral}: {self.sent_on}"


class ReferralEvent(models.Model):
    """One line of a referral's history: what happened, on which day, who registered it and when.

    Append-only: the database refuses to change or remove it. `details` holds codes and dates, and the criteria of a
    priority key, never free text about the citizen; `note` is what the user wrote: why, or what information is missing.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="events", verbose_name=_("referral"))
    kind = models.CharField(_("event"), max_length=20, choices=EventKind)
    happened_on = models.DateField(_("happened"))
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("registered by"),
    )
    details = models.JSONField(_("details"), default=dict, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["referral", "registered_at", "pk"]
        # For what was registered after a day: reports as they were known read it backwards.
        indexes = [models.Index(fields=["municipality", "registered_at"], name="event_registered")]

    def __str__(self) -> str:
        return f"{self.referral}: {self.get_kind_display()}"


class NumberSeries(models.Model):
    """The last referral number given in a municipality and year; numbers have no gaps that anybody must explain."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        ordering = ["municipality", "year"]
        constraints = [models.UniqueConstraint(fields=["municipality", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.municipality} {self.year}: {self.last}"
