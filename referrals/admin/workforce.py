"""Therapists, employments, leaves, vacant posts, agreements and statements."""

from typing import Any

from django.contrib import admin

from referrals.actions.workforce import LEAVES_MOVED
from referrals.admin.refusals import PlacedForm
from referrals.admin.saving import RegisterForm
from referrals.admin.site import RegisterAdmin, RegisterInline
from referrals.models import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Leave,
    Occupation,
    Therapist,
    Vacancy,
)
from referrals.models.periods import refusals_of_days
from referrals.views.clock import today


class DaysForm(PlacedForm):
    """A row whose days are as far back and ahead as on the municipality's own pages."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for refusal in refusals_of_days(cleaned.get("valid_from"), cleaned.get("valid_to"), today()):
            self.add_error(refusal.field, str(refusal))
        return cleaned


class RecordForm(DaysForm, RegisterForm):
    """The same on a page of its own."""


@admin.register(Occupation)
class OccupationAdmin(RegisterAdmin):
    list_display = ["code", "title", "kind"]
    list_filter = ["kind"]
    search_fields = ["code", "title"]


class EmploymentInline(RegisterInline):
    model = Employment
    form = DaysForm
    autocomplete_fields = ["municipality", "occupation"]


@admin.register(Therapist)
class TherapistAdmin(RegisterAdmin):
    list_display = ["name", "hpr_number", "authorised_from", "authorised_to", "is_licence", "is_student"]
    list_filter = ["is_licence", "is_student"]
    search_fields = ["name", "hpr_number"]
    autocomplete_fields = ["user"]
    judged_together = LEAVES_MOVED
    inlines = [EmploymentInline]


class LeaveInline(RegisterInline):
    model = Leave
    form = DaysForm


@admin.register(Employment)
class EmploymentAdmin(RegisterAdmin):
    form = RecordForm
    list_display = [
        "therapist",
        "municipality",
        "occupation",
        "engagement",
        "fte",
        "is_temporary",
        "valid_from",
        "valid_to",
    ]
    list_filter = ["engagement", "is_temporary", "occupation"]
    list_select_related = ["therapist", "municipality", "occupation"]
    search_fields = ["therapist__name", "therapist__hpr_number", "municipality__code", "municipality__name"]
    autocomplete_fields = ["therapist", "municipality", "occupation"]
    inlines = [LeaveInline]
    judged_together = LEAVES_MOVED


@admin.register(Leave)
class LeaveAdmin(RegisterAdmin):
    form = RecordForm
    list_display = ["employment", "valid_from", "valid_to"]
    list_select_related = ["employment__therapist", "employment__municipality"]
    search_fields = ["employment__therapist__name", "employment__therapist__hpr_number"]
    autocomplete_fields = ["employment"]


@admin.register(Vacancy)
class VacancyAdmin(RegisterAdmin):
    form = RecordForm
    list_display = ["municipality", "occupation", "fte", "valid_from", "valid_to"]
    list_filter = ["occupation"]
    list_select_related = ["municipality", "occupation"]
    search_fields = ["municipality__code", "municipality__name"]
    autocomplete_fields = ["municipality"]


@admin.register(CoverageAgreement)
class CoverageAgreementAdmin(RegisterAdmin):
    form = RecordForm
    list_display = ["recipient", "provider", "fte", "valid_from", "valid_to", "reference"]
    list_select_related = ["recipient", "provider"]
    search_fields = ["recipient__code", "recipient__name", "provider__code", "provider__name", "reference"]
    autocomplete_fields = ["provider", "recipient"]


@admin.register(CoverageStatement)
class CoverageStatementAdmin(RegisterAdmin):
    form = RecordForm
    list_display = ["municipality", "valid_from", "valid_to", "source"]
    list_select_related = ["municipality"]
    search_fields = ["municipality__code", "municipality__name", "source"]
    autocomplete_fields = ["municipality"]
