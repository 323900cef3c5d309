"""Therapists, employments, agreements, statements and official figures."""

from django.contrib import admin

from referrals.admin.site import RegisterAdmin, RegisterInline
from referrals.models import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Occupation,
    StaffingFigure,
    Therapist,
)


@admin.register(Occupation)
class OccupationAdmin(RegisterAdmin):
    list_display = ["code", "title", "kind"]
    list_filter = ["kind"]
    search_fields = ["code", "title"]


class EmploymentInline(RegisterInline):
    model = Employment
    autocomplete_fields = ["municipality", "occupation"]


@admin.register(Therapist)
class TherapistAdmin(RegisterAdmin):
    list_display = ["name", "hpr_number", "authorised_from", "authorised_to", "is_licence"]
    list_filter = ["is_licence"]
    search_fields = ["name", "hpr_number"]
    autocomplete_fields = ["user"]
    inlines = [EmploymentInline]


@admin.register(Employment)
class EmploymentAdmin(RegisterAdmin):
    list_display = ["therapist", "municipality", "occupation", "engagement", "fte", "valid_from", "valid_to"]
    list_filter = ["engagement", "occupation"]
    list_select_related = ["therapist", "municipality", "occupation"]
    search_fields = ["therapist__name", "therapist__hpr_number", "municipality__code", "municipality__name"]
    autocomplete_fields = ["therapist", "municipality", "occupation"]


@admin.register(CoverageAgreement)
class CoverageAgreementAdmin(RegisterAdmin):
    list_display = ["recipient", "provider", "fte", "valid_from", "valid_to", "reference"]
    list_select_related = ["recipient", "provider"]
    search_fields = ["recipient__code", "recipient__name", "provider__code", "provider__name", "reference"]
    autocomplete_fields = ["provider", "recipient"]


@admin.register(CoverageStatement)
class CoverageStatementAdmin(RegisterAdmin):
    list_display = ["municipality", "valid_from", "valid_to", "source"]
    list_select_related = ["municipality"]
    search_fields = ["municipality__code", "municipality__name", "source"]
    autocomplete_fields = ["municipality"]


@admin.register(StaffingFigure)
class StaffingFigureAdmin(RegisterAdmin):
    list_display = ["municipality", "counted_on", "value", "is_suppressed", "source"]
    list_filter = ["counted_on", "is_suppressed"]
    list_select_related = ["municipality"]
    search_fields = ["municipality__code", "municipality__name", "source"]
    autocomplete_fields = ["municipality"]
