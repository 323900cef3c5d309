"""Two administrators who save the same row, and a form that is sent twice (docs/adr/0008).

The page of a row carries a keyed hash of what it showed. When the row has become another since, and what was typed
differs from it, nothing is written: the form comes back as it was typed, with what stands in the row now beside it and
with the hash of that, so that saving again is done on purpose. The rows of a table below it have a hash of their own.
The form that adds a row carries a key, which Django's own log of what was added remembers.
"""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.forms import BaseInlineFormSet, BooleanField, Field, ModelChoiceField, ModelForm, model_to_dict
from django.forms.models import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ergo import scope
from referrals.admin.refusals import PlacedForm
from referrals.errors import DomainError
from referrals.models import AuditEvent, User

SHOWN = "_shown"
ONE_TIME_KEY = "_form"


class RegisterForm(PlacedForm):
    """A row of a register, which is not written over unseen. `refusal` is what the database refused just now."""

    refusal: DomainError | None = None

    @property
    def shown_as(self) -> str:
        """The hash of the row as it stands; only of what the form can change. Nothing for a new row."""
        row = self.instance
        names = [name for name, field in self.fields.items() if not field.disabled]
        return _hash_of(row, _shown({name: self.initial.get(name) for name in names})) if row.pk else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.refusal:
            field = self.refusal.field
            self.add_error(field if field in self.fields else None, str(self.refusal))
        if self.instance.pk and self.has_changed() and not _agree(self.data.get(SHOWN), self.shown_as):
            self.add_error(None, _told(_changes_of(self.instance)))
            _say_what_stands_now(self)
        return cleaned


class RegisterFormSet(BaseInlineFormSet):
    """The rows that belong to one row, which are not written over unseen, nor added a second time."""

    beside_forms: list[Model | str] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """`shown_as` is the hash of all the rows as they stand, taken before what was typed is put into them.

        It is empty where the row that they belong to is new.
        """
        super().__init__(*args, **kwargs)
        self.rows = list(super().get_queryset())
        self.shown_as = self._hash() if self.instance.pk else ""

    @property
    def shown_name(self) -> str:
        """What the hash is called among what is sent."""
        return f"{self.prefix}-{SHOWN}"

    def get_queryset(self) -> Any:
        """Django's page puts rows and forms together by their place, also where rows have come or gone."""
        return super().get_queryset() if self.beside_forms is None else self.beside_forms

    def clean(self) -> None:
        super().clean()
        if not self.instance.pk:
            return
        forms = self.initial_forms
        self.beside_forms = [form.instance if form.instance.pk else _("removed") for form in forms]
        if self.has_changed() and not _agree(self.data.get(self.shown_name), self.shown_as):
            for form in forms:
                _say_what_stands_now(form)
            raise ValidationError([*_told(self._changes()), *self._added_since()])

    def _hash(self) -> str:
        names = list(self.form.base_fields)
        rows = {str(row.pk): _shown(model_to_dict(row, fields=names)) for row in self.rows}
        return _hash_of(self.instance, rows)

    def _changes(self) -> Q:
        """The lines of the change log about rows that are here, or have come or gone."""
        ours = {self.fk.attname: self.instance.pk}
        came = Q(before__contains=ours) | Q(after__contains=ours)
        here = Q(row_id__in=[row.pk for row in self.rows])
        return Q(table_name=self.model._meta.db_table) & (here | came)

    def _added_since(self) -> Iterable[str]:
        """The rows that the form does not show."""
        typed = {form.instance.pk for form in self.initial_forms}
        added = [str(row) for row in self.rows if row.pk not in typed]
        return [_("Added since: %(rows)s") % {"rows": ", ".join(added)}] if added else []


def saved_before(request: HttpRequest, model: type[Model]) -> str | None:
    """The id of the row that this form was saved as already, by the same administrator; None when it was not.

    Sent twice at the same moment, the second waits here until the first is saved, or is not.
    """
    key = sent_key(request)
    if key is None:
        return None
    User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
    entries = LogEntry.objects.filter(
        user=request.user,
        content_type=ContentType.objects.get_for_model(model, for_concrete_model=False),
        action_flag=ADDITION,
        change_message__contains=json.dumps(remembered(key)),
    )
    return entries.values_list("object_id", flat=True).first()


def sent_key(request: HttpRequest) -> UUID | None:
    """The key of the form that is being sent; None for one that makes no sense."""
    try:
        return UUID(request.POST.get(ONE_TIME_KEY, ""))
    except ValueError:
        return None


def remembered(key: UUID) -> dict[str, str]:
    """What Django's log keeps of the form; it shows nothing of it."""
    return {"form": str(key)}


def _hash_of(row: Model, shown: dict[str, Any]) -> str:
    """A hash that nobody can make or read without the key of the installation."""
    text = json.dumps([row._meta.label, row.pk, shown], sort_keys=True)
    return salted_hmac("referrals.admin.saving", text, algorithm="sha256").hexdigest()


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """What a row shows, in a form that compares."""
    return {name: _comparable(value) for name, value in values.items()}


def _comparable(value: Any) -> Any:
    """Of what a row is tied to the ids in order; other lists as they stand."""
    if not isinstance(value, list):
        return value and str(value)
    if all(isinstance(one, Model) for one in value):
        return sorted(one.pk for one in value)
    return list(map(str, value))


def _agree(sent: str | None, now: str) -> bool:
    """A hash that is missing or makes no sense counts as old."""
    return constant_time_compare(sent or "", now)


def _changes_of(row: Model) -> Q:
    """The lines of the change log about the row, and about what it is tied to."""
    lines = Q(table_name=row._meta.db_table, row_id=row.pk)
    for field in row._meta.many_to_many:
        ours = {f"{field.m2m_column_name()}": row.pk}
        came = Q(before__contains=ours) | Q(after__contains=ours)
        lines |= Q(table_name=field.m2m_db_table()) & came
    return lines


def _told(changes: Q) -> list[str]:
    """Who has changed it, when, and what saving again will do."""
    last = AuditEvent.objects.of_registers().filter(changes).select_related("user").first()
    return [
        who_changed(last),
        _(
            "Nothing here is saved yet. Where what you typed differs, it says what stands there now. Save once more if "
            "what you typed is to stand instead."
        ),
    ]


def who_changed(last: AuditEvent | None) -> str:
    """Who changed a row last, and when, by this line of the change log."""
    if last is None or last.user is None:
        return _("This has been changed since you opened the page.")
    when = date_format(localtime(last.at), "SHORT_DATETIME_FORMAT")
    if last.user_id == scope.current().user_id:
        return _("You have changed this yourself since the page was opened: %(when)s.") % {"when": when}
    words = {"who": last.user.shown_name, "when": when}
    return _("%(who)s has changed this since you opened the page: %(when)s.") % words


def _say_what_stands_now(form: ModelForm) -> None:
    """Beside each field where what was typed differs from the row."""
    if form.instance.pk is None:
        form.add_error(None, _("This row has been removed since. Tick to remove it here too."))
        return
    for name in form.changed_data:
        if name in form.base_fields and not form[name].is_hidden:
            form.add_error(
                name, _("Now: %(value)s") % {"value": _in_words(form.fields[name], form.initial.get(name))}
            )


def _in_words(field: Field, value: Any) -> str:
    """What the form would show of the value."""
    if isinstance(field, BooleanField):
        return _("Yes") if value else _("No")
    if value in (None, "", []):
        return "–"
    if isinstance(field, ModelMultipleChoiceField):
        return ", ".join(str(row) for row in value)
    if isinstance(field, ModelChoiceField):
        return str(field.to_python(value))
    value = field.prepare_value(value)
    return str(dict(getattr(field, "choices", [])).get(value) or field.widget.format_value(value))
