"""What the rules of a row refuse, told beside the field that each rule is about."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import ModelForm

from referrals.actions.transactions import field_of


class PlacedForm(ModelForm):
    """A row whose constraints are told where they are broken; what is about no field of the form stands on top."""

    def _update_errors(self, errors: ValidationError) -> None:
        """Django has all that constraints refuse on top; here each goes to its field."""
        on_top = errors.error_dict.pop(NON_FIELD_ERRORS, [])
        for error in on_top:
            errors.error_dict.setdefault(self._place_of(error), []).append(error)
        super()._update_errors(errors)

    def _place_of(self, error: ValidationError) -> str:
        told = str(error.message)
        for constraint in self.instance._meta.constraints:
            field = field_of(constraint.name)
            if field in self.fields and told == str(constraint.get_violation_error_message()):
                return field
        return NON_FIELD_ERRORS
