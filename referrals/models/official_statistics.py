"""Official statistics: what Statistics Norway counts of ergoterapeuter, and the files that it was read from."""

from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from referrals.choices import WITH_VALUE, FigureStatus, StaffingMeasure
from referrals.models.geography import Municipality

# What tells about having an ergoterapeut: a ratio may be rounded to 0 where there are many inhabitants.
COUNTS = (StaffingMeasure.PERSONS, StaffingMeasure.FTE)

# In characters; readers cut off what is longer.
LONGEST_FILE_NAME, LONGEST_TABLE, LONGEST_TITLE, LONGEST_PUBLISHER, LONGEST_CONTENTS = 200, 40, 300, 100, 200


class StaffingImport(models.Model):
    """A file of official statistics that figures were read from: which table, updated when, under which licence."""

    file_name = models.CharField(_("file"), max_length=LONGEST_FILE_NAME)
    digest = models.CharField(
        _("fingerprint"), max_length=64, db_index=True, validators=[RegexValidator(r"^[0-9a-f]{64}$")]
    )
    table = models.CharField(_("table"), max_length=LONGEST_TABLE)
    title = models.CharField(_("title"), max_length=LONGEST_TITLE, blank=True)
    publisher = models.CharField(_("publisher"), max_length=LONGEST_PUBLISHER)
    licence = models.CharField(_("licence of the file"), max_length=50)
    updated_at = models.DateTimeField(_("updated by the publisher"), null=True, blank=True)
    imported_at = models.DateTimeField(_("imported"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("imported by"),
    )
    created_count = models.PositiveIntegerField(_("new figures"))
    replaced_count = models.PositiveIntegerField(_("replaced figures"))
    same_count = models.PositiveIntegerField(_("unchanged figures"))
    skipped_count = models.PositiveIntegerField(_("skipped"))

    class Meta:
        verbose_name = _("import of official statistics")
        verbose_name_plural = _("imports of official statistics")
        ordering = ["-imported_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.table}, {self.file_name}"


class StaffingDraft(models.Model):
    """A file that an administrator has sent and looks at before its figures are written: one at a time for each."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    file_name = models.CharField(_("file"), max_length=LONGEST_FILE_NAME)
    table = models.CharField(_("table"), max_length=LONGEST_TABLE, blank=True)
    updated_on = models.DateField(_("updated by the publisher"), null=True, blank=True)
    content = models.BinaryField(_("content"))
    sent_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("file to be imported")
        verbose_name_plural = _("files to be imported")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.file_name


class StaffingFigureQuerySet(models.QuerySet):
    def current(self) -> Self:
        """Figures that no newer file has replaced."""
        return self.filter(replaced_by__isnull=True)

    def telling(self) -> Self:
        """Current figures that say something of whether there is an ergoterapeut: a missing one does not."""
        known = [*WITH_VALUE, FigureStatus.SUPPRESSED]
        return self.current().filter(measure__in=COUNTS, status__in=known)

    def of(self, municipality_id: int) -> Self:
        """Of one municipality."""
        return self.filter(municipality=municipality_id)


class StaffingFigure(models.Model):
    """An official figure of ergoterapeuter in a municipality on a day; a suppressed one is not 0 and not missing.

    `contents` is what the table calls it, `decimals` how many the table shows. A figure that was typed in has no
    `batch`. One that a newer file of the same table has replaced stays, with that file.
    """

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="staffing_figures", verbose_name=_("municipality")
    )
    counted_on = models.DateField(_("counted on"))
    source = models.CharField(_("source"), max_length=200)
    measure = models.CharField(
        _("measure"), max_length=10, choices=StaffingMeasure, default=StaffingMeasure.PERSONS
    )
    contents = models.CharField(_("contents"), max_length=LONGEST_CONTENTS, blank=True)
    status = models.CharField(
        _("state of the figure"), max_length=15, choices=FigureStatus, default=FigureStatus.VALUE
    )
    value = models.DecimalField(_("value"), max_digits=8, decimal_places=2, null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), null=True, blank=True)
    is_provisional = models.BooleanField(_("provisional"), default=False)
    batch = models.ForeignKey(
        StaffingImport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="figures",
        verbose_name=_("read from"),
    )
    replaced_by = models.ForeignKey(
        StaffingImport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_figures",
        verbose_name=_("replaced by"),
    )

    objects = StaffingFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("official staffing figure")
        verbose_name_plural = _("official staffing figures")
        ordering = ["municipality", "-counted_on", "measure", "contents", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "counted_on", "source", "contents"],
                condition=Q(replaced_by__isnull=True),
                name="staffing_figure_once",
                violation_error_message=_("The municipality already has this figure of the day."),
            ),
            models.CheckConstraint(
                condition=Q(status=FigureStatus.VALUE, value__isnull=False)
                | Q(status=FigureStatus.NIL, value__isnull=False, value=0)
                | (~Q(status__in=sorted(WITH_VALUE)) & Q(value__isnull=True)),
                name="staffing_figure_value_or_sign",
                violation_error_message=_("A number has a value, nil is 0, and any other sign stands alone."),
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=0),
                name="staffing_figure_not_negative",
                violation_error_message=_("A figure is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.counted_on}"

    @property
    def is_nobody(self) -> bool:
        """Whether it says that there is nobody. Whole full-time equivalents hide up to a half behind a 0."""
        if self.status == FigureStatus.NIL:
            return True
        is_rounded = self.measure != StaffingMeasure.PERSONS and self.decimals == 0
        return self.status == FigureStatus.VALUE and self.value == 0 and not is_rounded
