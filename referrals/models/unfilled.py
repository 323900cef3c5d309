"""Posts that nobody fills just now: whoever has the post is on leave, or nobody has it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from referrals.choices import OccupationKind
from referrals.models.geography import Municipality
from referrals.models.periods import DateRange, PeriodQuerySet, to_after_from
from referrals.models.workforce import MOST_FTE, Employment, Occupation


class LeaveQuerySet(PeriodQuerySet):
    places = ("employment__municipality",)


class Leave(models.Model):
    """Somebody employed is away for a period [valid_from, valid_to), within the employment.

    Why is not written down: illness is nobody's business here. The database holds that it lies within the employment,
    also when that is changed (migration 0033).
    """

    employment = models.ForeignKey(
        Employment, models.PROTECT, related_name="leaves", verbose_name=_("employment")
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(
        _("to"), null=True, blank=True, help_text=_("The first day back. Empty: not known yet.")
    )

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        ordering = ["employment", "valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=to_after_from(),
                name="leave_to_after_from",
                violation_error_message=_("The leave ends before it begins."),
            ),
            ExclusionConstraint(
                name="leave_no_overlap",
                expressions=[
                    ("employment", RangeOperators.EQUAL),
                    (DateRange(F("valid_from"), F("valid_to")), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("There is a leave from this post in the period already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employment}: {self.valid_from}"


class Vacancy(models.Model):
    """A post for an ergoterapeut that nobody has, for a period [valid_from, valid_to). It is never coverage."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="vacancies", verbose_name=_("municipality")
    )
    occupation = models.ForeignKey(
        Occupation,
        models.PROTECT,
        verbose_name=_("occupation"),
        limit_choices_to={"kind": OccupationKind.THERAPIST},
    )
    fte = models.DecimalField(
        _("årsverk"), max_digits=3, decimal_places=2, help_text=_("1.00 is a full position.")
    )
    valid_from = models.DateField(_("vacant from"))
    valid_to = models.DateField(
        _("to"), null=True, blank=True, help_text=_("The first day it is filled, or is no post any more.")
    )

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("vacant post")
        verbose_name_plural = _("vacant posts")
        ordering = ["municipality", "valid_from", "pk"]
        indexes = [models.Index(fields=["municipality", "valid_from"], name="vacancy_municipality")]
        constraints = [
            models.CheckConstraint(
                condition=Q(fte__gt=0, fte__lte=MOST_FTE),
                name="vacancy_fte_possible",
                violation_error_message=_("Årsverk must be more than 0 and at most 1.5."),
            ),
            models.CheckConstraint(
                condition=to_after_from(),
                name="vacancy_to_after_from",
                violation_error_message=_("The vacancy ends before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.occupation}"
