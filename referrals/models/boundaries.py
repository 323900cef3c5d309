"""The map of the municipalities' boundaries: the file that it was drawn from, and its areas as they are drawn."""

from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from referrals.models.geography import Municipality

# In characters.
LONGEST_FILE_NAME, LONGEST_NAME = 200, 100


class BoundaryMapQuerySet(models.QuerySet["BoundaryMap"]):
    def newest_first(self) -> Self:
        """The one that is shown, and those that stood there before it."""
        return self.order_by("-imported_at", "-pk")


class BoundaryMap(models.Model):
    """A file of municipality boundaries that a map was drawn from. The newest one is shown; only it still has areas.

    `width` and `height` are of the drawing, in its own units. `with_sea`: the boundaries go out into the sea.
    """

    file_name = models.CharField(_("file"), max_length=LONGEST_FILE_NAME)
    digest = models.CharField(_("fingerprint"), max_length=64, validators=[RegexValidator(r"^[0-9a-f]{64}$")])
    year = models.PositiveSmallIntegerField(_("year of the boundaries"))
    publisher = models.CharField(_("publisher"), max_length=100)
    licence = models.CharField(_("licence of the file"), max_length=50)
    reference_system = models.CharField(_("reference system"), max_length=20)
    with_sea = models.BooleanField(_("goes out into the sea"))
    width = models.PositiveSmallIntegerField(_("width"))
    height = models.PositiveSmallIntegerField(_("height"))
    imported_at = models.DateTimeField(_("imported"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("imported by"),
    )

    objects = BoundaryMapQuerySet.as_manager()

    class Meta:
        verbose_name = _("map of boundaries")
        verbose_name_plural = _("maps of boundaries")
        ordering = ["-imported_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.year}, {self.file_name}"


class BoundaryArea(models.Model):
    """One area of a map: that of a municipality, or a sea area, which has a name instead.

    `path` is its outline as SVG has it, simplified; `x` and `y` are where its sign stands. All in the map's units.
    """

    map = models.ForeignKey(
        BoundaryMap, models.CASCADE, related_name="areas", verbose_name=_("map of boundaries")
    )
    municipality = models.ForeignKey(
        Municipality,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("municipality"),
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME, blank=True)
    path = models.TextField(_("outline"))
    x = models.PositiveSmallIntegerField(_("distance from the left"))
    y = models.PositiveSmallIntegerField(_("distance from the top"))

    class Meta:
        verbose_name = _("area of a map")
        verbose_name_plural = _("areas of maps")
        ordering = ["map", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["map", "municipality"], name="boundary_area_once"),
            models.CheckConstraint(
                condition=models.Q(municipality__isnull=True) ^ models.Q(name=""),
                name="boundary_area_municipality_or_name",
            ),
        ]

    def __str__(self) -> str:
        return str(self.municipality) if self.municipality_id else self.name
