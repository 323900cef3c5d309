"""What a view of the waitlist is called and who is offered it, and which columns the list has."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.base import ErgoForm
from referrals.models.saved_view import LONGEST_NAME
from referrals.tables.waitlist import WaitlistTable


class SavedViewForm(ErgoForm):
    """The name of a view; and, from somebody who may share, whether all who work with the cases are offered it."""

    name = forms.CharField(
        label=_("Name of the view"),
        max_length=LONGEST_NAME,
        help_text=_("Something like “Unassessed from the hospital”. Never the name of a citizen."),
    )
    is_shared = forms.BooleanField(label=_("Share with everybody in the municipality"), required=False)
    mark_required = False

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]


class ColumnsForm(ErgoForm):
    """The columns that the waitlist shows, beside the number, which leads to the case."""

    columns = forms.MultipleChoiceField(
        label=_("Columns of the waitlist"), required=False, widget=forms.CheckboxSelectMultiple
    )
    mark_required = False

    def __init__(self, *args: Any, hidden: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["columns"].choices = WaitlistTable.optional_columns()
        self.initial["columns"] = [
            name for name, _label in WaitlistTable.optional_columns() if name not in hidden
        ]

    @property
    def hidden(self) -> list[str]:
        """The names of those that are not ticked."""
        ticked = self.cleaned_data["columns"]
        return [name for name, _label in WaitlistTable.optional_columns() if name not in ticked]
