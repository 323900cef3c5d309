"""Counties, municipalities and their changes."""

from django.contrib import admin

from referrals.admin.site import RegisterAdmin, RegisterInline
from referrals.models import County, Governor, Municipality, MunicipalityChange, Population, Unit


@admin.register(Governor)
class GovernorAdmin(RegisterAdmin):
    list_display = ["name"]
    search_fields = ["name"]


@admin.register(County)
class CountyAdmin(RegisterAdmin):
    list_display = ["code", "full_name", "governor"]
    list_select_related = ["governor"]
    search_fields = ["code", "name", "full_name"]
    autocomplete_fields = ["governor"]


class PopulationInline(RegisterInline):
    model = Population


@admin.register(Municipality)
class MunicipalityAdmin(RegisterAdmin):
    list_display = ["code", "full_name", "county", "centrality", "valid_from", "valid_to"]
    list_filter = ["centrality", "county"]
    list_select_related = ["county"]
    search_fields = ["code", "name", "full_name"]
    autocomplete_fields = ["county"]
    inlines = [PopulationInline]


@admin.register(Unit)
class UnitAdmin(RegisterAdmin):
    list_display = ["name", "municipality", "valid_from", "valid_to"]
    list_select_related = ["municipality"]
    search_fields = ["name", "municipality__name", "=municipality__code"]
    autocomplete_fields = ["municipality"]


@admin.register(MunicipalityChange)
class MunicipalityChangeAdmin(RegisterAdmin):
    list_display = ["old_code", "new_code", "valid_from"]
    list_filter = ["valid_from"]
    search_fields = ["old_code", "new_code"]
