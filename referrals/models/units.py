"""Parts of a municipality's service: districts, zones, teams. Most municipalities have none."""

from datetime import date
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from referrals.models.geography import Municipality
from referrals.models.periods import to_after_from, valid_on


class UnitQuerySet(models.QuerySet["Unit"]):
    def valid(self, on: date) -> Self:
        """Units whose period [valid_from, valid_to) holds the day."""
        return self.filter(valid_on(on))

    def of(self, municipality_id: int) -> Self:
        """The units of one municipality."""
        return self.filter(municipality=municipality_id)


class Unit(models.Model):
    """A part of a municipality's service to which cases, and memberships, may be bound."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="units", verbose_name=_("municipality")
    )
    name = models.CharField(_("name"), max_length=100)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(
        _("to"), null=True, blank=True, help_text=_("The first day without the unit.")
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["municipality", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "id"], name="unit_municipality_id"),
            models.UniqueConstraint(fields=["municipality", "name"], name="unit_name_once"),
            models.CheckConstraint(
                condition=to_after_from(),
                name="unit_to_after_from",
                violation_error_message=_("The unit ends before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
