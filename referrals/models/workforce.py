"""Who works where: occupations, therapists, employments, agreements and statements."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from referrals.choices import Engagement, OccupationKind
from referrals.models.fields import SortKeyField
from referrals.models.geography import Municipality
from referrals.models.lean import Lean
from referrals.models.periods import DateRange, PeriodQuerySet, to_after_from, valid_on
from referrals.permissions import Access

# The most one person can hold, in one post or in all of them together while not on leave: 56 hours a week. The law's
# own limit for work and overtime is 48 hours on average (arbeidsmiljøloven § 10-6): more is a slip of the keyboard. In
# migration 0033 the database holds it for the sum.
MOST_FTE = 1.5
# What one municipality can get from another: more than most have at all, and 20 written for 20 % is caught.
MOST_AGREED_FTE = 10


class Occupation(models.Model):
    """A seven-digit occupation code of the register of employers and employees (SSB KLASS 145)."""

    code = models.CharField(
        _("occupation code"), max_length=7, unique=True, validators=[RegexValidator(r"^\d{7}$")]
    )
    title = models.CharField(_("title"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=OccupationKind, default=OccupationKind.OTHER)

    class Meta:
        verbose_name = _("occupation")
        verbose_name_plural = _("occupations")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class TherapistQuerySet(models.QuerySet["Therapist"]):
    def authorised(self, on: date) -> Self:
        """Therapists with a valid authorisation on the day; ergoterapeut is a protected title."""
        return self.filter(authorised_q(on))

    def employed_in(self, municipality_id: int, on: date) -> Self:
        """Therapists with an employment in the municipality on the day: those a referral can be assigned to."""
        current = Employment.objects.valid(on).filter(municipality_id=municipality_id)
        return self.filter(pk__in=current.values("therapist"))

    def visible_to(self, access: Access) -> Self:
        """Those who are or were employed in a municipality whose staff the user may see."""
        return self.filter(pk__in=Employment.objects.visible_to(access).values("therapist"))

    def with_hpr(self, number: str) -> Self:
        """Whoever has exactly this number; a zero in front says nothing."""
        digits = number.lstrip("0")
        lengths = range(len(digits), HPR_DIGITS[1] + 1)
        return self.filter(hpr_number__in=[digits.zfill(length) for length in lengths])


def authorised_q(on: date, prefix: str = "") -> Q:
    """Therapists whose authorisation or licence [from, to) holds the day; a student's never counts."""
    open_end = Q(**{f"{prefix}authorised_to__isnull": True}) | Q(**{f"{prefix}authorised_to__gt": on})
    begun = Q(**{f"{prefix}authorised_from__lte": on, f"{prefix}is_student": False})
    return begun & open_end


HPR_DIGITS = 7, 9


class Therapist(Lean):
    """An occupational therapist (ergoterapeut), one row per person in the country.

    Helsepersonellregisteret shows the approval that somebody has today: an authorisation, a licence, or a student's
    licence (studentlisens). So does the row: a student who is authorised gets the authorisation's own first day.
    """

    hpr_number = models.CharField(
        _("HPR number"),
        max_length=9,
        unique=True,
        validators=[RegexValidator(r"^\d{7,9}$", _("7 to 9 digits."))],
    )
    name = models.CharField(_("name"), max_length=150)
    sort_key = SortKeyField("name")
    authorised_from = models.DateField(_("authorised from"), null=True, blank=True)
    authorised_to = models.DateField(
        _("authorised to"), null=True, blank=True, help_text=_("The first day without authorisation.")
    )
    is_licence = models.BooleanField(
        _("licence"), default=False, help_text=_("A time-limited licence instead of an authorisation.")
    )
    is_student = models.BooleanField(
        _("student’s licence"),
        default=False,
        help_text=_("A licence to work while still a student. It never counts as coverage."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="therapist",
        verbose_name=_("user"),
    )

    objects = TherapistQuerySet.as_manager()

    class Meta:
        verbose_name = _("therapist")
        verbose_name_plural = _("therapists")
        ordering = ["sort_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(authorised_to__isnull=True)
                | Q(authorised_from__isnull=False, authorised_to__gt=F("authorised_from")),
                name="therapist_authorised_to_after_from",
                violation_error_message=_("The authorisation ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(is_student=False) | Q(is_licence=True),
                name="therapist_student_has_licence",
                violation_error_message=_("A student has a licence, never an authorisation."),
            ),
            models.UniqueConstraint(
                Func("hpr_number", Value("0"), function="ltrim"),
                name="therapist_hpr_once",
                violation_error_message=_("A therapist with this HPR number is registered already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EmploymentQuerySet(PeriodQuerySet):
    def of_therapists(self) -> Self:
        """Employments that can count as ergoterapi: whatever the post, except those that only support it."""
        return self.exclude(occupation__kind=OccupationKind.SUPPORT)

    def counting(self, on: date) -> Self:
        """Employments of somebody with a valid authorisation or licence on the day, in a post that can count."""
        return self.of_therapists().filter(valid_on(on), authorised_q(on, "therapist__"))

    def with_counted_period(self) -> Self:
        """Employments that count on some day, with the period [counted_from, counted_to) of it; open: None."""
        begun = Greatest("valid_from", "therapist__authorised_from")
        ended = Least("valid_to", "therapist__authorised_to")
        known = self.of_therapists().filter(
            therapist__authorised_from__isnull=False, therapist__is_student=False
        )
        periods = known.annotate(counted_from=begun, counted_to=ended)
        return periods.filter(Q(counted_to__isnull=True) | Q(counted_to__gt=F("counted_from")))


class Employment(models.Model):
    """A therapist in a municipality, in an occupation, with årsverk, for a period [valid_from, valid_to)."""

    therapist = models.ForeignKey(
        Therapist, models.PROTECT, related_name="employments", verbose_name=_("therapist")
    )
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="employments", verbose_name=_("municipality")
    )
    occupation = models.ForeignKey(Occupation, models.PROTECT, verbose_name=_("occupation"))
    engagement = models.CharField(_("engagement"), max_length=10, choices=Engagement, default=Engagement.OWN)
    fte = models.DecimalField(
        _("årsverk"), max_digits=3, decimal_places=2, help_text=_("1.00 is a full position.")
    )
    is_temporary = models.BooleanField(
        _("temporary"), default=False, help_text=_("A substitute, or a post for a limited time.")
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True, help_text=_("The first day not employed."))

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering = ["municipality", "therapist", "valid_from", "pk"]
        indexes = [models.Index(fields=["municipality", "valid_from"], name="employment_municipality")]
        constraints = [
            models.CheckConstraint(
                condition=Q(fte__gt=0, fte__lte=MOST_FTE),
                name="employment_fte_possible",
                violation_error_message=_("Årsverk must be more than 0 and at most 1.5."),
            ),
            models.CheckConstraint(
                condition=to_after_from(),
                name="employment_to_after_from",
                violation_error_message=_("The employment ends before it begins."),
            ),
            ExclusionConstraint(
                name="employment_no_overlap",
                expressions=[
                    ("therapist", RangeOperators.EQUAL),
                    ("municipality", RangeOperators.EQUAL),
                    ("occupation", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "The therapist already has an employment in this municipality and occupation in the period."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapist}, {self.municipality}"


class CoverageAgreementQuerySet(PeriodQuerySet):
    """An agreement is of both: the municipality that serves and the one that is served."""

    places = ("recipient", "provider")

    def with_places(self) -> Self:
        """Loads both municipalities, for a list."""
        return self.select_related("provider", "recipient")


class CoverageAgreement(models.Model):
    """One municipality serves another, for a period [valid_from, valid_to).

    `fte` are årsverk moved from provider to recipient, never doubled; empty means on demand. Agreements that hold at
    the same time never go in a circle: the database refuses the one that would close it (migration 0033).
    """

    provider = models.ForeignKey(
        Municipality, models.PROTECT, related_name="agreements_given", verbose_name=_("provider")
    )
    recipient = models.ForeignKey(
        Municipality, models.PROTECT, related_name="agreements_received", verbose_name=_("recipient")
    )
    fte = models.DecimalField(_("årsverk"), max_digits=4, decimal_places=2, null=True, blank=True)
    reference = models.CharField(_("document reference"), max_length=100, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(
        _("to"), null=True, blank=True, help_text=_("The first day without the agreement.")
    )

    objects = CoverageAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("coverage agreement")
        verbose_name_plural = _("coverage agreements")
        ordering = ["recipient", "valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(provider=F("recipient")),
                name="agreement_with_another",
                violation_error_message=_("A municipality cannot have an agreement with itself."),
            ),
            models.CheckConstraint(
                condition=Q(fte__isnull=True) | Q(fte__gt=0, fte__lte=MOST_AGREED_FTE),
                name="agreement_fte_possible",
                violation_error_message=_(
                    "Årsverk must be more than 0 and at most 10. A fifth of a full position is 0.2."
                ),
            ),
            models.CheckConstraint(
                condition=to_after_from(),
                name="agreement_to_after_from",
                violation_error_message=_("The agreement ends before it begins."),
            ),
            ExclusionConstraint(
                name="agreement_no_overlap",
                expressions=[
                    ("provider", RangeOperators.EQUAL),
                    ("recipient", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "These two municipalities already have an agreement in the period."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} → {self.recipient}"


class CoverageStatement(models.Model):
    """The municipality itself says that it has no ergoterapeut, for a period [valid_from, valid_to)."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="coverage_statements", verbose_name=_("municipality")
    )
    source = models.CharField(_("source"), max_length=200, help_text=_("Who said it, and where."))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(
        _("to"), null=True, blank=True, help_text=_("The first day it no longer holds.")
    )

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement of no coverage")
        verbose_name_plural = _("statements of no coverage")
        ordering = ["municipality", "valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=to_after_from(),
                name="statement_to_after_from",
                violation_error_message=_("The statement ends before it begins."),
            ),
            ExclusionConstraint(
                name="statement_no_overlap",
                expressions=[
                    ("municipality", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The municipality already has a statement in the period."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.source}"
