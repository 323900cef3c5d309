"""The law that pages cite, kept up to date."""

from datetime import date

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import URLField
from django.utils.translation import gettext as _

from referrals.admin.saving import RegisterForm
from referrals.admin.site import RegisterAdmin
from referrals.models import LawReference
from referrals.views.clock import today


class LawReferenceForm(RegisterForm):
    """A provision may come into force later, but nobody has read it tomorrow."""

    def clean_checked_on(self) -> date | None:
        checked_on = self.cleaned_data["checked_on"]
        if checked_on is not None and checked_on > today():
            raise ValidationError(
                _("The day is in the future: write the day on which the law was last read.")
            )
        return checked_on


@admin.register(LawReference)
class LawReferenceAdmin(RegisterAdmin):
    form = LawReferenceForm
    list_display = ["code", "title_nb", "valid_from", "checked_on", "position"]
    search_fields = ["code", "title_nb", "title_nn", "title_en"]
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
