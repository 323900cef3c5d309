"""What a referral is about, and how soon each municipality says that it shall start."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Expression, F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from referrals.models.geography import Municipality
from referrals.models.lean import Lean
from referrals.waiting import DUE_SOON_DAYS

HIGHEST_LEVEL = 9
LONGEST_REASON = 500
LONGEST_CRITERIA = 1000
MOST_DAYS = 730
MOST_SOON_DAYS = 60

A_TARGET = (MinValueValidator(1), MaxValueValidator(MOST_DAYS))


class Category(Lean):
    """What the referral is about; data of the installation, the same for all municipalities."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_nb = models.CharField(_("name in Bokmål"), max_length=100)
    name_nn = models.CharField(_("name in Nynorsk"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    position = models.PositiveSmallIntegerField(_("order"), default=100)
    is_vedtak = models.BooleanField(
        _("an application leads to a vedtak"),
        default=True,
        help_text=_(
            "Whether a preliminary reply is due (forvaltningsloven § 11 a) where a municipality’s key does not say it."
        ),
    )
    longest_start = models.PositiveSmallIntegerField(
        _("starts within at most, days"),
        null=True,
        blank=True,
        validators=A_TARGET,
        help_text=_(
            "No priority gets more days when a key is made from a template. Empty: as in the template."
        ),
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
        return self.name_in(get_language())

    def name_in(self, language: str | None) -> str:
        """The name in a language."""
        name: str = getattr(self, f"name_{language}", self.name_nb)
        return name

    def within_longest_start(self, days: Iterable[int]) -> list[int]:
        """Days by level, none more than the category allows in a template."""
        return [min(number, self.longest_start or number) for number in days]


class PriorityTemplate(models.Model):
    """Days by level to begin a key from; data of the installation. The first is given to whoever has no key."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_nb = models.CharField(_("name in Bokmål"), max_length=100)
    name_nn = models.CharField(_("name in Nynorsk"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    position = models.PositiveSmallIntegerField(_("order"), default=100)
    days = ArrayField(
        models.PositiveSmallIntegerField(validators=A_TARGET),
        size=HIGHEST_LEVEL,
        verbose_name=_("days by priority"),
        help_text=_("From priority 1 on, with commas between: 14,56,84,182"),
    )

    class Meta:
        verbose_name = _("template of a priority key")
        verbose_name_plural = _("templates of priority keys")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the screen."""
        return getattr(self, f"name_{get_language()}", self.name_nb)

    @property
    def shown_days(self) -> str:
        """14/56/84/182."""
        return "/".join(str(number) for number in self.days)


class KnownBefore(Func):
    """The instant that is looked back to; an error where nobody looks back."""

    template = "current_setting('ergo.known_before')::timestamptz"
    output_field = models.DateTimeField()


class PriorityKeyQuerySet(models.QuerySet["PriorityKey"]):
    def valid(self) -> Self:
        """Versions that neither a correction has replaced nor anybody withdrawn."""
        return self.filter(replaced_at__isnull=True)

    def as_known(self) -> Self:
        """Versions that were valid as it was known at the time that is looked at (`models.known.looking_back`)."""
        gone = Q(replaced_at__isnull=True) | Q(replaced_at__gte=KnownBefore())
        return self.filter(gone, registered_at__lt=KnownBefore())

    def of(self, municipality_id: int) -> Self:
        """All versions of one municipality, replaced ones included."""
        return self.filter(municipality_id=municipality_id)

    def in_force(self, municipality_id: int, on: date) -> Self:
        """The municipality's valid version on the day, at most one."""
        return self.valid().newest_of(municipality_id, on)

    def newest_of(self, municipality_id: int, on: date) -> Self:
        """Of these versions the municipality's that had begun last on the day, at most one."""
        versions = self.filter(municipality_id=municipality_id, valid_from__lte=on)
        return versions.order_by("-valid_from")[:1]


class PriorityKey(models.Model):
    """A version of a municipality's priority key (prioriteringsnøkkel), valid until the next version begins.

    Each referral is judged by the version on the day it was received. A version is never edited: a correction is a
    row of its own from the same day, with its reason, that replaces the earlier one. A version that is replaced, or
    withdrawn before anybody was judged by it, stays to be read and judges nobody.
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
    due_soon_days = models.PositiveSmallIntegerField(
        _("due soon, days before the target"),
        default=DUE_SOON_DAYS,
        validators=[MaxValueValidator(MOST_SOON_DAYS)],
        help_text=_(
            "For every list of a day on which the version is in force, whenever a referral was received."
        ),
    )
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("registered by"),
        help_text=_("Empty: loaded with the registers, or the demo data."),
    )
    reason = models.CharField(
        _("reason"), max_length=LONGEST_REASON, blank=True, help_text=_("Why what was judged is judged anew.")
    )
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replacement",
        verbose_name=_("corrects"),
    )
    replaced_at = models.DateTimeField(
        _("replaced or withdrawn"), null=True, blank=True, help_text=_("Empty: valid.")
    )

    objects = PriorityKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("priority key")
        verbose_name_plural = _("priority keys")
        ordering = ["municipality", "-valid_from", "pk"]
        constraints = [
            # Versions follow each other without a "to", so they cannot overlap if no two begin on one day.
            models.UniqueConstraint(
                fields=["municipality", "valid_from"],
                condition=Q(replaced_at__isnull=True),
                name="priority_key_one_version_a_day",
                violation_error_message=_("The municipality already has a version from this day."),
            ),
            models.UniqueConstraint(fields=["municipality", "id"], name="priority_key_municipality_id"),
            models.CheckConstraint(
                condition=Q(due_soon_days__range=(0, MOST_SOON_DAYS)),
                name="priority_key_due_soon_days",
                violation_error_message=_("Due soon is between 0 and 60 days before the target."),
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(reason=""),
                name="priority_key_correction_with_reason",
                violation_error_message=_("Write the reason."),
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True) | Q(replaced_at__gte=F("registered_at")),
                name="priority_key_replaced_after_registered",
            ),
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
    days = models.PositiveSmallIntegerField(_("start within, days"), validators=A_TARGET)
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


def missing_levels(levels: Collection[int]) -> list[int]:
    """Levels that a category lacks: those below its last one, and 1 where it has none at all."""
    return [level for level in range(1, max(levels, default=1) + 1) if level not in levels]


class ReplyRuleQuerySet(models.QuerySet["ReplyRule"]):
    def is_due(self, municipality_id: int, category: Category, on: date) -> bool:
        """Whether a preliminary reply is due to an application received on the day. In SQL: `reply_due_sql`."""
        version = PriorityKey.objects.in_force(municipality_id, on)
        rule = self.filter(key__in=version, category=category).first()
        return category.is_vedtak if rule is None else rule.is_due


class ReplyRule(models.Model):
    """In one version of a key: whether a preliminary reply (foreløpig svar) is due to applications in a category.

    Where a version says nothing of a category, the category does.
    """

    key = models.ForeignKey(
        PriorityKey, models.CASCADE, related_name="reply_rules", verbose_name=_("priority key")
    )
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    is_due = models.BooleanField(_("a preliminary reply is due"))

    objects = ReplyRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("preliminary reply by category")
        verbose_name_plural = _("preliminary replies by category")
        ordering = ["key", "category", "pk"]
        constraints = [models.UniqueConstraint(fields=["key", "category"], name="reply_rule_once")]

    def __str__(self) -> str:
        return f"{self.category}: {self.is_due}"


def target_days_sql(versions: PriorityKeyQuerySet) -> Subquery:
    """Target days of a referral: by its category and present priority, in the version at its receipt.

    `versions` are those that count: the valid ones, or those known at a time. NULL without a priority, or when the
    key has no such target.
    """
    targets = PriorityTarget.objects.filter(
        key=_version_at_receipt(versions), category_id=OuterRef("category_id"), level=OuterRef("priority")
    )
    return Subquery(targets.order_by().values(target=F("days"))[:1])


def due_soon_days_sql(
    versions: PriorityKeyQuerySet, on: date, municipality: Municipality | None = None
) -> Subquery:
    """From how many days before its target on a referral is due soon, by the one of the versions in force on the day.

    Not by the version at receipt, which judges: when somebody is reminded is about the day of the list.
    `municipality`: where all rows are of it, the version is looked up once instead of for each.
    """
    place = OuterRef("municipality_id") if municipality is None else municipality.pk
    begun = versions.filter(municipality_id=place, valid_from__lte=on)
    return Subquery(begun.order_by("-valid_from").values("due_soon_days")[:1])


def reply_due_sql(versions: PriorityKeyQuerySet) -> Expression:
    """Whether a preliminary reply is due in a referral's category, in the one of the versions at its receipt."""
    version = _version_at_receipt(versions)
    rules = ReplyRule.objects.filter(key=version, category_id=OuterRef("category_id"))
    default = Category.objects.filter(pk=OuterRef("category_id")).order_by()
    return Coalesce(
        Subquery(rules.order_by().values("is_due")[:1]), Subquery(default.values("is_vedtak")[:1])
    )


def _version_at_receipt(versions: PriorityKeyQuerySet) -> Subquery:
    """The key version of the day a referral was received; for rows that are themselves asked for by a referral."""
    versions = versions.filter(
        municipality_id=OuterRef(OuterRef("municipality_id")),
        valid_from__lte=OuterRef(OuterRef("received_on")),
    )
    return Subquery(versions.order_by("-valid_from").values("pk")[:1])
