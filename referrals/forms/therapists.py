"""Therapists: who is looked for, what is known of somebody, and a post for somebody whom nobody has registered yet."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.errors import InvalidHprNumber
from referrals.forms.base import ErgoForm, Section
from referrals.forms.case import DescribedChoiceField
from referrals.forms.fields import NorwegianDateField
from referrals.forms.workforce import EmploymentForm, RecordForm
from referrals.identity import parse_hpr
from referrals.models import Therapist

AUTHORISED, LICENSED, STUDENT, NOT_APPROVED = "authorised", "licence", "student", "none"
APPROVALS = (
    (AUTHORISED, _("Authorisation"), ""),
    (LICENSED, _("Licence"), _("For a limited time. It counts as an authorisation, and is shown apart.")),
    (STUDENT, _("Student’s licence"), _("Never counts as ergoterapeut, whatever the post.")),
    (NOT_APPROVED, _("None"), _("Does not count as ergoterapeut.")),
)


class HprForm(ErgoForm):
    """Whom the employment is to be about: the whole HPR number, since nobody is found by less."""

    hpr_number = forms.CharField(
        label=_("HPR number"),
        max_length=20,
        help_text=_("All digits, 7 to 9 of them, as in Helsepersonellregisteret."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "12", "autofocus": True}),
    )

    def clean_hpr_number(self) -> str:
        try:
            return parse_hpr(self.cleaned_data["hpr_number"])
        except InvalidHprNumber as error:
            raise ValidationError(str(error)) from error


class PersonFields(forms.Form):
    """What is known of a therapist besides the HPR number."""

    name = forms.CharField(label=_("Name"), max_length=150)
    approval = DescribedChoiceField(
        label=_("Approval in Helsepersonellregisteret"),
        help_text=_("As the register shows it today, for the profession ergoterapeut."),
    )
    authorised_from = NorwegianDateField(
        label=_("Approved from"), required=False, help_text=_("The first day of the approval.")
    )
    authorised_to = NorwegianDateField(
        label=_("Approved to"),
        required=False,
        help_text=_(
            "The first day without it. The register shows the last day with it: write the day after."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """An approval has a first day, and no approval has no days."""
        cleaned = super().clean()
        approval = cleaned.get("approval")
        days = [name for name in ("authorised_from", "authorised_to") if cleaned.get(name)]
        if approval == NOT_APPROVED and days:
            self.add_error(days[0], _now("Without an approval there is no such day. Take it away."))
        has_first = cleaned.get("authorised_from") or "authorised_from" in self.errors
        if approval and approval != NOT_APPROVED and not has_first:
            self.add_error("authorised_from", _now("Write the first day of the approval."))
        return cleaned

    @property
    def person(self) -> dict[str, Any]:
        """What was typed, as the row of a therapist has it; only of a valid form."""
        typed = self.cleaned_data
        return {
            "name": typed["name"].strip(),
            "authorised_from": typed["authorised_from"],
            "authorised_to": typed["authorised_to"],
            "is_licence": typed["approval"] in (LICENSED, STUDENT),
            "is_student": typed["approval"] == STUDENT,
        }


PERSON = ("name", "approval", "authorised_from", "authorised_to")


class NewTherapistForm(PersonFields, EmploymentForm):
    """Somebody whom nobody has registered before, and the post."""

    sections = (
        Section(_("The therapist"), PERSON),
        Section(_("The post"), ("occupation", "engagement", "fte", "is_temporary", "valid_from", "valid_to")),
    )
    field_order = (*PERSON, *EmploymentForm.field_order)

    def prepare(self) -> None:
        super().prepare()
        self.fields["approval"].offer(APPROVALS)


class TherapistForm(PersonFields, RecordForm):
    """What is known of a therapist, to be put right."""

    field_order = PERSON

    def prepare(self) -> None:
        self.fields["approval"].offer(APPROVALS)

    @classmethod
    def values_of(cls, row: Therapist) -> dict[str, Any]:
        approval = STUDENT if row.is_student else LICENSED if row.is_licence else AUTHORISED
        return {
            "name": row.name,
            "approval": approval if row.authorised_from else NOT_APPROVED,
            "authorised_from": row.authorised_from,
            "authorised_to": row.authorised_to,
        }

    @property
    def values(self) -> dict[str, Any]:
        return self.person
