"""What a browser sends that no page of ours offered: answered like any mistake, and put on record.

What somebody types into a field, and mistypes, is nobody's business. An id or a token that is well formed and was never
offered has been made up, kept from elsewhere, or is older than what it led to.
"""

import re
from uuid import UUID

from django.forms import BaseForm
from django.http import HttpRequest

from referrals.actions.auditing import security_event
from referrals.choices import SecurityEventKind

ID = re.compile(
    r"[1-9][0-9]{0,17}", re.ASCII
)  # no primary key has more, and Python refuses to read thousands
NOT_AMONG_THEM = frozenset({"invalid_choice", "invalid_pk_value"})


def row_id(text: str) -> int | None:
    """The id of a row, as we write it in addresses and buttons; None for anything else, however many digits it has."""
    return int(text) if ID.fullmatch(text) else None


def note_redirect(request: HttpRequest) -> None:
    """Somebody was to be led to another site. Asked several times about one address, it is noted once."""
    if not getattr(request, "bad_redirect_is_noted", False):
        request.bad_redirect_is_noted = True
        security_event(SecurityEventKind.BAD_REDIRECT, request=request)


def note_id(request: HttpRequest, value: str, what: str) -> None:
    """The id of a row that was not offered; `what` it was for, in a word of ours."""
    if row_id(value) is not None:
        security_event(SecurityEventKind.NOT_OFFERED, request=request, detail=what)


def note_token(request: HttpRequest, value: str | UUID) -> None:
    """The token of a search that this session does not keep, or not for this page."""
    try:
        UUID(str(value))
    except ValueError:
        return
    security_event(SecurityEventKind.NOT_OFFERED, request=request, detail="search")


def note_choices(request: HttpRequest, form: BaseForm) -> None:
    """Ids in a form that are not among its choices; nothing where it was not sent, or understood."""
    for name, errors in form.errors.as_data().items():
        if NOT_AMONG_THEM & {error.code for error in errors}:
            field = form.fields[name]
            typed = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
            for value in typed if isinstance(typed, list) else [typed]:
                note_id(request, str(value), name)
