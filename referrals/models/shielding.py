"""Cases that are hidden from their own staff: who may open one, who is barred from one, and when one was opened.

A case is shielded from a user when its citizen's address is protected, or when the user is barred from the citizen.
What follows from that is decided in one place, `Access.is_shielded`, from the `Shield` that is read here.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self, cast

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, QuerySet, Value
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from referrals.choices import BarringKind, OpeningKind
from referrals.models.geography import Municipality
from referrals.models.periods import valid_on
from referrals.models.person import Person
from referrals.models.written import Written
from referrals.permissions import Shield

LONGEST_REASON = 500

# How long a shielded case stays open, counted from the instant it was opened.
STAYS_OPEN = {OpeningKind.NAMED: timedelta(minutes=30), OpeningKind.EMERGENCY: timedelta(minutes=60)}


class OfShieldedPerson(models.Model):
    """What is about one citizen of a municipality and one member of its staff."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("municipality"))
    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("citizen"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.user)


class ConfidantQuerySet(models.QuerySet["Confidant"]):
    def present(self) -> Self:
        """Those who are named now."""
        return self.filter(dismissed_at__isnull=True)


class Confidant(OfShieldedPerson):
    """A user who has been named to open the cases of a citizen with a protected address."""

    named_at = models.DateTimeField(_("named"))
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("named by")
    )
    dismissed_at = models.DateTimeField(_("dismissed"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("dismissed by"),
    )

    objects = ConfidantQuerySet.as_manager()

    class Meta:
        verbose_name = _("named person")
        verbose_name_plural = _("named persons")
        ordering = ["person", "named_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "person", "user"],
                condition=Q(dismissed_at__isnull=True),
                name="confidant_once",
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True, dismissed_by__isnull=True)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
                name="confidant_dismissed_all_or_none",
            ),
        ]


class BarringQuerySet(models.QuerySet["Barring"]):
    def valid(self, on: date) -> Self:
        """Barrings whose period [valid_from, valid_to) holds the day."""
        return self.filter(valid_on(on))


class Barring(OfShieldedPerson):
    """A user who may neither open, change nor find the cases of a citizen: own, a relative's, or by the citizen's wish.

    Nothing opens them, emergency access neither. Lifting it sets `valid_to`, the first day without it.
    """

    kind = models.CharField(_("ground"), max_length=10, choices=BarringKind)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("registered by")
    )
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )

    objects = BarringQuerySet.as_manager()

    class Meta:
        verbose_name = _("barring")
        verbose_name_plural = _("barrings")
        ordering = ["person", "valid_from", "pk"]
        indexes = [models.Index(fields=["user"], name="barring_user")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "person", "user"],
                condition=Q(valid_to__isnull=True),
                name="barring_once",
            ),
            models.CheckConstraint(
                # One that is lifted on its first day never counted.
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="barring_to_not_before_from",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="barring_with_reason"),
        ]


class OpeningQuerySet(models.QuerySet["Opening"]):
    def running(self, at: datetime) -> Self:
        """Openings that hold at the instant: neither run out nor ended by hand."""
        return self.filter(opened_at__lte=at, expires_at__gt=at, ended_at__isnull=True)


class Opening(OfShieldedPerson):
    """A user opened the cases of a citizen from whom they are shielded, said why, and sees them until it runs out.

    `number` is the referral through which it was opened; kept here, since whoever reads logs sees no referral.
    `expires_at` is the first instant without it, unless it is ended by hand before.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=OpeningKind)
    number = models.CharField(_("number"), max_length=11)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    opened_at = models.DateTimeField(_("opened"))
    expires_at = models.DateTimeField(_("runs out"))
    ended_at = models.DateTimeField(_("ended by hand"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening of a shielded case")
        verbose_name_plural = _("openings of shielded cases")
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "expires_at"], name="opening_user"),
            models.Index(fields=["municipality", "-opened_at", "-id"], name="opening_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("opened_at")), name="opening_runs_out_after_it_began"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="opening_with_reason"),
        ]

    def is_running(self, at: datetime) -> bool:
        """Whether it holds at the instant."""
        return self.ended_at is None and self.opened_at <= at < self.expires_at


def shield_of(user_id: int, *, on: date, at: datetime | None) -> Shield:
    """Whom the user is barred from on the day, and who is open to the user at the instant; None: nobody is.

    Read when somebody first asks, which is within the transaction of a request: most pages never ask.
    """
    return cast(Shield, SimpleLazyObject(lambda: _read(user_id, on, at)))


def _read(user_id: int, on: date, at: datetime | None) -> Shield:
    found: dict[str, set[int]] = {name: set() for name in ("barred", *OpeningKind)}
    hour = at and at.replace(minute=0, second=0, microsecond=0)  # one statement an hour
    with transaction.atomic(savepoint=False):  # outside one nothing would be in scope, also no barring
        for person_id, name, opened_at, expires_at in Written(Barring.objects).then(_rows, user_id, on, hour):
            if opened_at is None or opened_at <= at < expires_at:
                found[name].add(person_id)
    return Shield(**{name: frozenset(persons) for name, persons in found.items()})


def _rows(barrings: BarringQuerySet, user_id: int, on: date, since: datetime | None) -> QuerySet:
    """The user's barrings of the day, and openings that had not run out at the instant, with their times."""
    no_time = Value(None, models.DateTimeField())
    barred = barrings.filter(user_id=user_id).valid(on).order_by()
    openings = Opening.objects.filter(user_id=user_id, ended_at__isnull=True).order_by()
    openings = openings.filter(expires_at__gt=since) if since else openings.none()
    return barred.values_list("person_id", Value("barred"), no_time, no_time).union(
        openings.values_list("person_id", "kind", "opened_at", "expires_at")
    )


@dataclass(frozen=True)
class Decision:
    """One row about the shielding of a citizen, of which member of staff, and where it stands; for the change log."""

    table: str
    row_id: int
    user_id: int


def decisions_about(person_id: int) -> list[Decision]:
    """Every barring, naming and opening of the citizen's cases, also those that have ended. One query."""
    rows = [
        model._default_manager.filter(person=person_id)
        .order_by()
        .values_list(Value(model._meta.db_table), "pk", "user_id")
        for model in (Barring, Confidant, Opening)
    ]
    return [Decision(*row) for row in rows[0].union(*rows[1:])]
