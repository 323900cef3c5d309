"""The registers behind coverage as they were known before an instant, read from the change log.

What was added later is not there, what was removed is there again, and each fact has the value from before the first
later change. The views of the migration `registers_as_known` do it; here they look like the tables, and have the facts
that coverage asks for. No therapist's name or HPR number is among them.
"""

from typing import Any, TypeVar, cast

from django.db import models

from referrals.choices import Engagement, FigureStatus, OccupationKind, StaffingMeasure
from referrals.models.geography import County, Governor, Municipality, MunicipalityChange, Population
from referrals.models.known import Hindsight
from referrals.models.official_statistics import StaffingFigure, StaffingFigureQuerySet, StaffingImport
from referrals.models.periods import PeriodQuerySet
from referrals.models.unfilled import Vacancy
from referrals.models.workforce import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    EmploymentQuerySet,
    Occupation,
    Therapist,
)

Rows = TypeVar("Rows", bound=models.Manager)


class KnownGovernor(models.Model):
    """An office of the Statsforvalter as it was known."""

    name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=250)

    class Meta:
        managed = False
        db_table = "referrals_governor_as_known"
        ordering = ["sort_key", "pk"]

    def __str__(self) -> str:
        return self.name


class KnownCounty(models.Model):
    """A county as it was known."""

    code = models.CharField(max_length=2)
    name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=250)
    governor = models.ForeignKey(KnownGovernor, models.DO_NOTHING, related_name="+")

    class Meta:
        managed = False
        db_table = "referrals_county_as_known"
        ordering = ["sort_key", "pk"]

    def __str__(self) -> str:
        return self.name


class KnownMunicipality(models.Model):
    """A municipality as it was known."""

    code = models.CharField(max_length=4)
    name = models.CharField(max_length=100)
    full_name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=250)
    county = models.ForeignKey(KnownCounty, models.DO_NOTHING, related_name="+")
    tile_column = models.PositiveSmallIntegerField()
    tile_row = models.PositiveSmallIntegerField()
    centrality = models.PositiveSmallIntegerField()
    valid_to = models.DateField(null=True)

    is_present = Municipality.is_present

    class Meta:
        managed = False
        db_table = "referrals_municipality_as_known"
        ordering = ["sort_key", "code", "pk"]

    def __str__(self) -> str:
        return f"{self.code} {self.full_name}"


class KnownMunicipalityChange(models.Model):
    """A pair of an old and a new municipality number as it was known."""

    old_code = models.CharField(max_length=4)
    new_code = models.CharField(max_length=4)
    valid_from = models.DateField()

    class Meta:
        managed = False
        db_table = "referrals_municipalitychange_as_known"
        ordering = ["valid_from", "old_code", "new_code", "pk"]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code} ({self.valid_from})"


class KnownPopulation(models.Model):
    """A population as it was known."""

    municipality = models.ForeignKey(KnownMunicipality, models.DO_NOTHING, related_name="+")
    year = models.PositiveSmallIntegerField()
    persons = models.PositiveIntegerField()

    class Meta:
        managed = False
        db_table = "referrals_population_as_known"
        ordering = ["municipality", "-year", "pk"]

    def __str__(self) -> str:
        return f"{self.municipality} {self.year}"


class KnownOccupation(models.Model):
    """What an occupation was known to be."""

    kind = models.CharField(max_length=10, choices=OccupationKind)

    class Meta:
        managed = False
        db_table = "referrals_occupation_as_known"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.pk)


class KnownTherapist(models.Model):
    """A therapist's authorisation as it was known."""

    authorised_from = models.DateField(null=True)
    authorised_to = models.DateField(null=True)
    is_licence = models.BooleanField()
    is_student = models.BooleanField()

    class Meta:
        managed = False
        db_table = "referrals_therapist_as_known"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.pk)


class KnownEmployment(models.Model):
    """An employment as it was known."""

    therapist = models.ForeignKey(KnownTherapist, models.DO_NOTHING, related_name="+")
    municipality = models.ForeignKey(KnownMunicipality, models.DO_NOTHING, related_name="+")
    occupation = models.ForeignKey(KnownOccupation, models.DO_NOTHING, related_name="+")
    engagement = models.CharField(max_length=10, choices=Engagement)
    fte = models.DecimalField(max_digits=3, decimal_places=2)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "referrals_employment_as_known"
        ordering = ["municipality", "therapist", "valid_from", "pk"]

    def __str__(self) -> str:
        return f"{self.therapist}, {self.municipality}"


class KnownAgreement(models.Model):
    """An agreement as it was known."""

    provider = models.ForeignKey(KnownMunicipality, models.DO_NOTHING, related_name="+")
    recipient = models.ForeignKey(KnownMunicipality, models.DO_NOTHING, related_name="+")
    fte = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "referrals_coverageagreement_as_known"
        ordering = ["recipient", "valid_from", "pk"]

    def __str__(self) -> str:
        return f"{self.provider} → {self.recipient}"


class KnownStatement(models.Model):
    """A statement of no coverage as it was known."""

    municipality = models.ForeignKey(KnownMunicipality, models.DO_NOTHING, related_name="+")
    source = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "referrals_coveragestatement_as_known"
        ordering = ["municipality", "valid_from", "pk"]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.source}"


class KnownVacancy(models.Model):
    """A vacant post as it was known."""

    municipality = models.ForeignKey(KnownMunicipality, models.DO_NOTHING, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "referrals_vacancy_as_known"
        ordering = ["municipality", "valid_from", "pk"]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.valid_from}"


class KnownStaffingFigure(models.Model):
    """An official figure as it was known."""

    municipality = models.ForeignKey(KnownMunicipality, models.DO_NOTHING, related_name="+")
    counted_on = models.DateField()
    source = models.CharField(max_length=200)
    measure = models.CharField(max_length=10, choices=StaffingMeasure)
    status = models.CharField(max_length=15, choices=FigureStatus)
    value = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    decimals = models.PositiveSmallIntegerField(null=True)
    replaced_by = models.ForeignKey(StaffingImport, models.DO_NOTHING, null=True, related_name="+")

    objects = StaffingFigureQuerySet.as_manager()
    is_nobody = StaffingFigure.is_nobody

    class Meta:
        managed = False
        db_table = "referrals_staffingfigure_as_known"
        ordering = ["municipality", "-counted_on", "pk"]

    def __str__(self) -> str:
        return f"{self.municipality} {self.counted_on}"


AS_KNOWN: dict[type[models.Model], type[models.Model]] = {
    County: KnownCounty,
    CoverageAgreement: KnownAgreement,
    CoverageStatement: KnownStatement,
    Employment: KnownEmployment,
    Governor: KnownGovernor,
    Municipality: KnownMunicipality,
    MunicipalityChange: KnownMunicipalityChange,
    Occupation: KnownOccupation,
    Population: KnownPopulation,
    StaffingFigure: KnownStaffingFigure,
    Therapist: KnownTherapist,
    Vacancy: KnownVacancy,
}


def register_as(rows: Rows, hindsight: Hindsight) -> Rows:
    """The rows of a register as they are to be looked at; read within `looking_back` of the same day."""
    if not hindsight.reads_history:
        return rows
    known: Any = AS_KNOWN[rows.model]
    return cast(Rows, known.objects)
