"""Counties, municipalities and how their numbers changed."""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from referrals.models.fields import SortKeyField
from referrals.models.periods import to_after_from, valid_on
from referrals.permissions import Access, Permission

four_digits = RegexValidator(r"^\d{4}$", _("A municipality number is four digits."))
# The grid of the tile map; outside it a municipality could not be drawn.
TILE_COLUMNS, TILE_ROWS = 29, 36

two_digits = RegexValidator(r"^\d{2}$", _("A county number is two digits."))


class Governor(models.Model):
    """An office of the Statsforvalter, which supervises the municipalities of one or more counties."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    sort_key = SortKeyField("name")

    class Meta:
        verbose_name = _("county governor")
        verbose_name_plural = _("county governors")
        ordering = ["sort_key", "pk"]

    def __str__(self) -> str:
        return self.name


class CountyQuerySet(models.QuerySet["County"]):
    def with_figures_for(self, access: Access) -> Self:
        """Counties whose figures, never persons, a county or national reader may see."""
        if access.is_national(Permission.SEE_AGGREGATES):
            return self
        return self.filter(pk__in=access.county_ids(Permission.SEE_AGGREGATES))


class County(models.Model):
    """A county (fylke)."""

    code = models.CharField(_("county number"), max_length=2, unique=True, validators=[two_digits])
    name = models.CharField(_("name"), max_length=100)
    full_name = models.CharField(
        _("official name"), max_length=200, help_text=_("With Sámi and Kven names in the official order.")
    )
    sort_key = SortKeyField("name")
    governor = models.ForeignKey(
        Governor, models.PROTECT, related_name="counties", verbose_name=_("county governor")
    )

    objects = CountyQuerySet.as_manager()

    class Meta:
        verbose_name = _("county")
        verbose_name_plural = _("counties")
        ordering = ["sort_key", "pk"]

    def __str__(self) -> str:
        return self.name


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def valid(self, on: date) -> Self:
        """Municipalities that existed on the day."""
        return self.filter(valid_on(on))

    def present(self) -> Self:
        """Municipalities of today's division, which reports use for every date."""
        return self.filter(valid_to__isnull=True)

    def with_figures_for(self, access: Access) -> Self:
        """Municipalities whose figures, never persons, a county or national reader may see."""
        if access.is_national(Permission.SEE_AGGREGATES):
            return self
        return self.filter(county_id__in=access.county_ids(Permission.SEE_AGGREGATES))


class Municipality(models.Model):
    """A municipality (kommune) with an id of its own: numbers change with reforms, the id does not."""

    code = models.CharField(_("municipality number"), max_length=4, validators=[four_digits])
    name = models.CharField(_("name"), max_length=100)
    full_name = models.CharField(
        _("official name"), max_length=200, help_text=_("With Sámi and Kven names in the official order.")
    )
    sort_key = SortKeyField("name")
    county = models.ForeignKey(
        County, models.PROTECT, related_name="municipalities", verbose_name=_("county")
    )
    latitude = models.DecimalField(_("latitude"), max_digits=7, decimal_places=4)
    longitude = models.DecimalField(_("longitude"), max_digits=7, decimal_places=4)
    tile_column = models.PositiveSmallIntegerField(
        _("column in the tile map"), validators=[MinValueValidator(1), MaxValueValidator(TILE_COLUMNS)]
    )
    tile_row = models.PositiveSmallIntegerField(
        _("row in the tile map"), validators=[MinValueValidator(1), MaxValueValidator(TILE_ROWS)]
    )
    centrality = models.PositiveSmallIntegerField(
        _("centrality"), help_text=_("Statistics Norway’s class, 1 (most central) to 6 (least central).")
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("The first day it no longer exists.")
    )

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["sort_key", "code", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_to__isnull=True),
                name="municipality_code_valid_once",
                violation_error_message=_("A valid municipality already has this number."),
            ),
            models.UniqueConstraint(
                fields=["tile_column", "tile_row"],
                condition=Q(valid_to__isnull=True),
                name="municipality_tile_used_once",
            ),
            models.CheckConstraint(condition=Q(code__regex=r"^\d{4}$"), name="municipality_code_four_digits"),
            models.CheckConstraint(
                condition=Q(centrality__range=(1, 6)), name="municipality_centrality_class"
            ),
            models.CheckConstraint(
                condition=to_after_from(),
                name="municipality_valid_to_after_from",
                violation_error_message=_("The municipality ends before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.full_name}"

    @property
    def is_present(self) -> bool:
        """Whether it is of today's division; the queryset's `present` for a row that is already read."""
        return self.valid_to is None

    def is_valid(self, on: date) -> bool:
        """Whether it exists on the day; the queryset's `valid` for a row that is already read."""
        return self.valid_from <= on and (self.valid_to is None or self.valid_to > on)


class Population(models.Model):
    """Persons living in a municipality on 1 January of a year (SSB table 07459)."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="populations", verbose_name=_("municipality")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    persons = models.PositiveIntegerField(_("persons"))

    class Meta:
        verbose_name = _("population")
        verbose_name_plural = _("population")
        ordering = ["municipality", "-year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "year"], name="population_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.year}"


class MunicipalityChange(models.Model):
    """One pair of an old and a new municipality number in a reform.

    A merger is several rows with the same new number, a split several with the same old one. Municipalities that
    kept their number have no row, also when they took in others.
    """

    old_code = models.CharField(_("old number"), max_length=4, validators=[four_digits])
    new_code = models.CharField(_("new number"), max_length=4, validators=[four_digits])
    valid_from = models.DateField(_("valid from"), help_text=_("The first day of the new number."))

    class Meta:
        verbose_name = _("change of municipality number")
        verbose_name_plural = _("changes of municipality numbers")
        ordering = ["valid_from", "old_code", "new_code", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["old_code", "new_code", "valid_from"], name="municipality_change_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code} ({self.valid_from})"
