"""Users, their memberships, and what the memberships of a day let them do."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from referrals.models.geography import County, Municipality
from referrals.models.periods import to_after_from, valid_on
from referrals.models.shielding import shield_of
from referrals.models.units import Unit
from referrals.models.written import Written
from referrals.permissions import MUNICIPAL_ROLES, NO_ACCESS, STAFF_ROLES, Access, Grant, Role


class User(AbstractUser):
    """Somebody who signs in; rights come from memberships, never from the user itself."""

    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="nb")
    single_keys = models.BooleanField(
        _("single keys"),
        default=True,
        help_text=_("Whether a letter or a figure typed outside of fields does something (WCAG 2.1.4)."),
    )
    hidden_columns = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("hidden columns"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Of the waitlist, as this user sees it."),
    )
    wants_digest = models.BooleanField(
        _("daily e-mail"), default=True, help_text=_("Of deadlines: for coordinators and therapists.")
    )
    session_epoch = models.PositiveIntegerField(
        _("session epoch"),
        default=0,
        editable=False,
        help_text=_("Every session of the user belongs to one epoch; the next one ends them all."),
    )

    class Meta(AbstractUser.Meta):
        ordering = ["username"]

    @property
    def shown_name(self) -> str:
        """What the user is called on screen: the full name, or the user name where none is known."""
        return self.get_full_name() or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What Django keeps in a session and compares at each request: of the password, and of the epoch."""
        salt = "referrals.User.session"
        return salted_hmac(
            salt, f"{self.session_epoch}:{self.password}", secret, algorithm="sha256"
        ).hexdigest()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def valid(self, on: date) -> Self:
        """Memberships whose period [valid_from, valid_to) holds the day."""
        return self.filter(valid_on(on))


class Membership(models.Model):
    """A user's role in a municipality, in one or more counties, or in the nation, for a period.

    Municipal roles name the municipality; a county reader has counties; a national reader and an administrator
    have neither.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, verbose_name=_("municipality")
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("unit"),
        help_text=_("Only where the role is to reach the cases of one unit. Empty: the whole municipality."),
    )
    counties = models.ManyToManyField(
        County, blank=True, verbose_name=_("counties"), help_text=_("Only for a county reader.")
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(
        _("to"), null=True, blank=True, help_text=_("The first day without the role.")
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["user", "role", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=sorted(MUNICIPAL_ROLES), municipality__isnull=False)
                | (~Q(role__in=sorted(MUNICIPAL_ROLES)) & Q(municipality__isnull=True)),
                name="membership_municipal_role_with_municipality",
                violation_error_message=_(
                    "Coordinators, therapists, managers and privacy officers belong to a municipality; "
                    "other roles do not."
                ),
            ),
            models.CheckConstraint(
                condition=to_after_from(),
                name="membership_to_after_from",
                violation_error_message=_("The membership ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(municipality__isnull=False),
                name="membership_unit_with_municipality",
                violation_error_message=_("The unit belongs to another municipality."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def clean(self) -> None:
        """A unit is one of the municipality's; the database holds it too, without words for people."""
        if self.unit and self.unit.municipality_id != self.municipality_id:
            raise ValidationError({"unit": _("The unit belongs to another municipality.")})


def staff_of(municipality_id: int, *, on: date) -> models.QuerySet[User]:
    """Who works with the municipality's cases on the day, by name."""
    held = Membership.objects.valid(on).filter(municipality=municipality_id, role__in=STAFF_ROLES)
    staff = User.objects.filter(is_active=True, pk__in=held.values("user"))
    return staff.order_by("last_name", "first_name", "username")


REACHED = {
    "reached_counties": ArrayAgg("counties", filter=Q(counties__isnull=False), default=Value([])),
    "therapist_id": F("user__therapist"),
}


def memberships_of(user: User, *, on: date) -> list[Membership]:
    """The user's valid memberships with their municipalities, read afresh in one query; none for a stranger.

    Each row also has `reached_counties`, the ids of its counties, and `therapist_id`, who the user is as a therapist.
    """
    if not (user.is_authenticated and user.is_active):
        return []
    rows = Written(Membership.objects).filter(user_id=user.pk).valid(on).select_related("municipality")
    return list(rows.order_by("pk").annotate(**REACHED))


def access_from(user: User, memberships: Sequence[Any], *, on: date, at: datetime | None = None) -> Access:
    """What these memberships, as `memberships_of` read them, let the user do on the day. None: nothing.

    `at` is the instant for what is opened for a while; without one, every shielded case stays closed.
    """
    if not memberships:
        return NO_ACCESS
    grants = tuple(
        Grant(Role(row.role), row.municipality_id, frozenset(row.reached_counties), row.unit_id)
        for row in memberships
    )
    return Access(
        user_id=user.pk,
        therapist_id=memberships[0].therapist_id,
        grants=grants,
        shield=shield_of(user.pk, on=on, at=at),
    )


def access_of(user: User, *, on: date, at: datetime | None = None) -> Access:
    """What the user may do on the day, read afresh from the database. Nobody signed in or inactive: nothing.

    `at`: see `access_from`.
    """
    return access_from(user, memberships_of(user, on=on), on=on, at=at)
