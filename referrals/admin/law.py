"""The law that pages cite, kept up to date."""

from django.contrib import admin
from django.db.models import URLField

from referrals.admin.site import RegisterAdmin
from referrals.models import LawReference


@admin.register(LawReference)
class LawReferenceAdmin(RegisterAdmin):
    list_display = ["code", "title_nb", "valid_from", "checked_on", "position"]
    search_fields = ["code", "title_nb", "title_nn", "title_en"]
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
