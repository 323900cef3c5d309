"""What administrators set for the whole installation by the day that figures are of.

From which count on outsiders are shown it, and under how many årsverk per 10 000 coverage is thin.
"""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from referrals.models.periods import OsloDate

# Counts of 1 to 4 are hidden where no limit is registered; whatever is registered hides 1 and 2 at least.
STANDARD_LIMIT, LOWEST_LIMIT, HIGHEST_LIMIT = 5, 3, 20
# Årsverk per 10 000 inhabitants under which coverage is thin where nothing is registered; no authority has set any.
STANDARD_FTE, LOWEST_FTE, HIGHEST_FTE = Decimal("2.00"), Decimal("0.10"), Decimal("20.00")


class DatedLimit(models.Model):
    """What holds for the whole installation in figures of a day, from one day on until the next of its kind begins.

    It begins after the day on which it is registered, and no row is changed or removed: what a council was told of a
    day stays as it was. Of several from the same day the one registered last holds.
    """

    valid_from = models.DateField(
        _("valid from"),
        help_text=_(
            "For figures of this day and later ones. After today: what has been shown stays as it was."
        ),
    )
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("registered by")
    )

    class Meta:
        abstract = True
        ordering = ["-valid_from", "-pk"]


def begins_later(name: str) -> models.CheckConstraint:
    """The constraint of a DatedLimit that it begins after the day, in Norway, on which it is registered."""
    return models.CheckConstraint(
        condition=Q(valid_from__gt=OsloDate(F("registered_at"))),
        name=name,
        violation_error_message=_("The limit must begin after today."),
    )


class SmallNumberLimit(DatedLimit):
    """The least count that is shown to outsiders.

    The figures of one day are hidden by one limit for ever: from two publications of a day with different limits a
    hidden count could be subtracted.
    """

    least_shown = models.PositiveSmallIntegerField(
        _("least number shown"),
        validators=[MinValueValidator(LOWEST_LIMIT), MaxValueValidator(HIGHEST_LIMIT)],
        help_text=_("5: 1 to 4 is shown as “<5”. At least 3."),
    )

    class Meta(DatedLimit.Meta):
        verbose_name = _("limit of small numbers")
        verbose_name_plural = _("limits of small numbers")
        constraints = [
            models.CheckConstraint(
                condition=Q(least_shown__range=(LOWEST_LIMIT, HIGHEST_LIMIT)),
                name="small_number_limit_range",
                violation_error_message=_("The limit is between 3 and 20."),
            ),
            begins_later("small_number_limit_begins_later"),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.least_shown}"


class ThinCoverageLimit(DatedLimit):
    """Årsverk per 10 000 inhabitants under which coverage is thin."""

    least_fte = models.DecimalField(
        _("least årsverk per 10,000 inhabitants"),
        max_digits=4,
        decimal_places=2,
        help_text=_("Coverage with fewer is thin; with exactly as many it is not. 2.00 until one is set."),
    )

    class Meta(DatedLimit.Meta):
        verbose_name = _("limit of thin coverage")
        verbose_name_plural = _("limits of thin coverage")
        constraints = [
            models.CheckConstraint(
                condition=Q(least_fte__range=(LOWEST_FTE, HIGHEST_FTE)),
                name="thin_coverage_limit_range",
                violation_error_message=_("The limit is between 0.1 and 20 årsverk."),
            ),
            begins_later("thin_coverage_limit_begins_later"),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.least_fte}"
