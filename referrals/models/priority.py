"""What a referral is about, and how soon each municipality says that it shall start."""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from referrals.models.geography import Municipality

HIGHEST_LEVEL = 9
MOST_DAYS = 730


class Category(models.Model):
    """What the referral is about; data of the installation, the same for all municipalities."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_nb = models.CharField(_("name in Bokmål"), max_length=100)
    name_nn = models.CharField(_("name in Nynorsk"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    position = models.PositiveSmallIntegerField(_("order"), default=100)
    is_vedtak = models.BooleanField(
        _("an application leads to a vedtak"),
        default=True,
        help_text=_("Decides whether a preliminary reply is due (forvaltningsloven § 11 a)."),
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the screen."""
        return getattr(self, f"name_{get_language()}", self.name_nb)


class PriorityKeyQuerySet(models.QuerySet["PriorityKey"]):
    def in_force(self, municipality_id: int, on: date) -> Self:
        """The municipality's version on the day, at most one."""
        versions = self.filter(municipality_id=municipality_id, valid_from__lte=on)
        return versions.order_by("-valid_from", "-pk")[:1]


class PriorityKey(models.Model):
    """A version of a municipality's priority key (prioriteringsnøkkel), valid until the next version begins.

    Each referral is judged by the version on the day it was received.
    """

    municipality = models.ForeignKey(
        Municipality,
        models.PROTECT,
        related_name="priority_keys",
        db_index=False,  # the unique constraint's index is sorted by date as well, and would be passed over
        verbose_name=_("municipality"),
    )
    valid_from = models.DateField(_("valid from"), help_text=_("For referrals received from this day on."))
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = PriorityKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("priority key")
        verbose_name_plural = _("priority keys")
        ordering = ["municipality", "-valid_from", "pk"]
        constraints = [
            # Versions follow each other without a "to", so they cannot overlap if no two begin on one day.
            models.UniqueConstraint(
                fields=["municipality", "valid_from"],
                name="priority_key_one_version_a_day",
                violation_error_message=_("The municipality already has a version from this day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.municipality}, {self.valid_from}"


class PriorityTargetQuerySet(models.QuerySet["PriorityTarget"]):
    def in_force(self, municipality_id: int, category_id: int, on: date) -> Self:
        """The priorities to choose between for a category, in the key version on the day of receipt, by level."""
        version = PriorityKey.objects.in_force(municipality_id, on)
        return self.filter(key__in=version, category_id=category_id).order_by("level")


class PriorityTarget(models.Model):
    """In one version of a key: the days within which a category and level shall start, and the criteria."""

    key = models.ForeignKey(
        PriorityKey, models.CASCADE, related_name="targets", verbose_name=_("priority key")
    )
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    level = models.PositiveSmallIntegerField(
        _("priority"), validators=[MinValueValidator(1), MaxValueValidator(HIGHEST_LEVEL)]
    )
    days = models.PositiveSmallIntegerField(
        _("start within, days"), validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )
    criteria = models.TextField(_("criteria"), blank=True)

    objects = PriorityTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("priority target")
        verbose_name_plural = _("priority targets")
        ordering = ["key", "category", "level", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["key", "category", "level"], name="priority_target_once"),
            models.CheckConstraint(
                condition=Q(level__range=(1, HIGHEST_LEVEL)),
                name="priority_target_level",
                violation_error_message=_("A priority is a number from 1 to 9."),
            ),
            models.CheckConstraint(
                condition=Q(days__range=(1, MOST_DAYS)),
                name="priority_target_days",
                violation_error_message=_("A target is between 1 and 730 days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}, {self.level}: {self.days}"


def target_days_sql() -> Subquery:
    """Target days of a referral: by its category and present priority, in the key version at its receipt.

    NULL without a priority, or when the key has no such target.
    """
    version = PriorityKey.objects.filter(
        municipality_id=OuterRef(OuterRef("municipality_id")),
        valid_from__lte=OuterRef(OuterRef("received_on")),
    ).order_by("-valid_from")
    targets = PriorityTarget.objects.filter(
        key=Subquery(version.values("pk")[:1]),
        category_id=OuterRef("category_id"),
        level=OuterRef("priority"),
    )
    return Subquery(targets.order_by().values(target=F("days"))[:1])
