"""What every form of the pages is built on: the national design system's markup, marks, sections and error summary.

The renderer belongs to our own forms, not to the setting FORM_RENDERER, which would change the admin site too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import pretty_name
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from referrals.errors import DomainError
from referrals.forms.fields import LengthValidator

Text = str | Promise

ROOMY = 1_000  # characters


class ErgoBoundField(BoundField):
    """A field on its way to the screen: which of three shapes it takes, and what its control is told."""

    @property
    def kind(self) -> str:
        """`group` for several choices under one question, `checkbox` for one tick, else `field`."""
        widget = self.field.widget
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "group"
        return "checkbox" if isinstance(widget, forms.CheckboxInput) else "field"

    @property
    def template_name(self) -> str:
        return self.field.template_name or f"forms/{self.kind}.html"

    @property
    def mark(self) -> str:
        """`required`, `optional`, or nothing where the form does not mark its fields."""
        if not self.form.marks_fields:
            return ""
        if self.field.required:
            return "required"
        return "optional" if self.form.mark_optional else ""

    @property
    def counter_limit(self) -> int | None:
        """Characters allowed, where they are counted as one types.

        Not on a field with some other error: the counter would take the mark of invalidity away again.
        """
        limit = getattr(self.field, "max_length", None)
        if limit is None or not isinstance(self.field.widget, forms.Textarea):
            return None
        return limit if not self.errors or len(self.value() or "") > limit else None

    @property
    def counter_is_quiet(self) -> bool:
        """Whether there is so much room that only what is too much is worth a word."""
        return (self.counter_limit or 0) > ROOMY

    @property
    def element(self) -> str:
        """The element around the control; `ds-field` counts characters."""
        return "ds-field" if self.counter_limit else "div"

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if widget.is_hidden:
            return attrs
        attrs["class"] = " ".join(filter(None, [widget.attrs.get("class"), "ds-input"]))
        if self.field.required and self.kind != "group":
            attrs["aria-required"] = "true"
        return attrs


class ErgoRenderer(TemplatesSetting):
    """Draws our forms with templates/forms/."""

    form_template_name = "forms/form.html"
    bound_field_class = ErgoBoundField


@dataclass(frozen=True)
class Section:
    """Some of a form's fields under one heading, by name."""

    title: Text
    fields: Sequence[str]
    description: Text = ""


@dataclass(frozen=True)
class LaidOutSection:
    """A section with its fields, ready to draw. Without a title: the fields that stand in no section."""

    title: Text = ""
    description: Text = ""
    fields: list[BoundField] = field(default_factory=list)


@dataclass(frozen=True)
class Problem:
    """One line of the error summary. `target` is the id of the control, empty for the form as a whole."""

    text: str
    target: str = ""


class ErgoForm(forms.Form):
    """A form of our pages.

    `sections` lays the fields out under headings. `mark_required` puts "Must be filled in" and "Optional" behind the
    labels when the form has both kinds, and one line on top when it has only the first; a long form where most are
    optional turns `mark_optional` off. What is too long is answered with a message, never cut off by the browser.
    `fields_of_arguments` names the field of each argument of an action that is called otherwise.
    """

    default_renderer = ErgoRenderer()
    use_required_attribute = False  # our own messages, in the user's language, instead of the browser's
    sections: Sequence[Section] = ()
    mark_required = True
    mark_optional = True
    fields_of_arguments: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare_fields()

    def prepare_fields(self) -> None:
        """Let every field say clearly what is wrong; again after a form has added fields of its own."""
        for name, form_field in self.fields.items():
            _say_what_is_missing(form_field, form_field.label or pretty_name(name))
            _never_cut_off(form_field)

    def refuse(self, error: DomainError) -> None:
        """Show what an action refused: at the field that the error names where the form has it, else on top."""
        name = self.fields_of_arguments.get(error.field, error.field)
        self.add_error(name if name in self.fields else None, str(error))

    @property
    def marks_fields(self) -> bool:
        """Marks help only where some fields must be filled in and others need not."""
        return self.mark_required and len({bound.field.required for bound in self.visible_fields()}) > 1

    @property
    def asks_for_everything(self) -> bool:
        """One line says it where all of several fields must be filled in."""
        fields = [bound.field for bound in self.visible_fields()]
        return self.mark_required and len(fields) > 1 and all(one.required for one in fields)

    @property
    def laid_out(self) -> Iterator[LaidOutSection]:
        """The visible fields by section, in order; last those that no section names."""
        left = {bound.name: bound for bound in self.visible_fields()}
        for section in self.sections:
            bound_fields = [left.pop(name) for name in section.fields if name in left]
            if bound_fields:
                yield LaidOutSection(section.title, section.description, bound_fields)
        if left:
            yield LaidOutSection(fields=list(left.values()))

    @property
    def problems(self) -> list[Problem]:
        """Every error, in the order of the page: first those of the whole form, then field by field."""
        found = [Problem(str(error)) for error in self.non_field_errors()]
        for bound in self.hidden_fields():
            found += [Problem(str(error)) for error in bound.errors]
        ordered = [bound for section in self.laid_out for bound in section.fields]
        for bound in ordered:
            found += [Problem(_named(error, bound.label), bound.auto_id) for error in bound.errors]
        return found


class FilterForm(ErgoForm):
    """The form above a list: by GET, nothing required, nothing marked."""

    mark_required = False


def _named(error: Text, label: Text) -> str:
    """The message as it can be understood away from its field: with the label in front, unless it is there already."""
    if str(label).rstrip("?").casefold() in str(error).casefold():
        return str(error)
    return f"{label}: {error}" if str(label)[-1:] not in "?!." else f"{label} {error}"


def _say_what_is_missing(form_field: forms.Field, label: Text) -> None:
    """A message of its own for each empty field, unless the form wrote one."""
    if form_field.error_messages.get("required") != forms.Field.default_error_messages["required"]:
        return
    if isinstance(form_field, forms.BooleanField):
        pattern = _("Tick the box: %(label)s")
    elif isinstance(form_field, forms.ChoiceField | forms.ModelChoiceField):
        pattern = _("Choose an answer: %(label)s")
    else:
        pattern = _("%(label)s must be filled in")
    form_field.error_messages["required"] = pattern % {"label": label}


def _never_cut_off(form_field: forms.Field) -> None:
    """The browser's maxlength drops what does not fit without a word; the server says how much is too much."""
    form_field.widget.attrs.pop("maxlength", None)
    form_field.widget.attrs.pop("cols", None)  # the design system gives text areas the width of their column
    form_field.validators = [
        LengthValidator(validator.limit_value) if type(validator) is MaxLengthValidator else validator
        for validator in form_field.validators
    ]
