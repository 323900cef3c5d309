"""The municipality's own texts of its letters, and what stands on top of them."""

from dataclasses import dataclass
from datetime import datetime

from referrals.actions.checks import check_values
from referrals.actions.transactions import action
from referrals.choices import LetterKind, WrittenForm
from referrals.errors import NothingChanged, TemplateChanged
from referrals.letters.fields import check_fields
from referrals.letters.ready import ready_text
from referrals.models import LetterHead, LetterTemplate, Municipality, User
from referrals.models.letter import next_version
from referrals.permissions import Access, Permission


@dataclass(frozen=True)
class TextInUse:
    """What a letter of a kind says now. `version` 0: the text that Ergo comes with; `own` None likewise."""

    subject: str
    body: str
    version: int = 0
    own: LetterTemplate | None = None


def text_in_use(municipality_id: int, kind: LetterKind, language: WrittenForm) -> TextInUse:
    """The municipality's newest text, or the one that Ergo comes with. One query."""
    own = LetterTemplate.objects.of(municipality_id, kind, language).select_related("saved_by").first()
    if own is not None:
        return TextInUse(own.subject, own.body, own.version, own)
    ready = ready_text(kind, language)
    return TextInUse(ready.subject, ready.body)


def head_in_use(municipality_id: int) -> LetterHead | None:
    """The newest letterhead; None where nothing has been said."""
    return LetterHead.objects.of(municipality_id).select_related("saved_by").first()


@action
def save_text(
    *,
    municipality: Municipality,
    kind: LetterKind,
    language: WrittenForm,
    subject: str,
    body: str,
    seen: int,
    access: Access,
    by: User,
    at: datetime,
) -> LetterTemplate:
    """Save the next version of a text. `seen` is the version that the user began with, 0: Ergo's own.

    Raises NotAllowed, UnknownLetterField, MalformedLetterField, TemplateChanged, NothingChanged or InvalidValue.
    """
    access.check(Permission.EDIT_LETTERS, municipality.pk)
    subject, body = subject.strip(), body.strip()
    check_fields(subject, kind, field="subject")
    check_fields(body, kind, field="body")
    current = text_in_use(municipality.pk, kind, language)
    if (current.subject, current.body) == (subject, body):
        raise NothingChanged(field="body")
    if current.version != seen:
        raise TemplateChanged
    own = LetterTemplate.objects.of(municipality.pk, kind, language)
    template = LetterTemplate(
        municipality=municipality,
        kind=kind,
        language=language,
        version=next_version(own),
        subject=subject,
        body=body,
        saved_at=at,
        saved_by=by,
    )
    check_values(template, ["kind", "language", "subject", "body"])
    template.save()
    return template


@action
def save_head(
    *,
    municipality: Municipality,
    service: str,
    address: str,
    phone: str,
    seen: int,
    access: Access,
    by: User,
    at: datetime,
) -> LetterHead:
    """Save the next version of the letterhead. `seen` is the version that the user began with, 0: none.

    Raises NotAllowed, TemplateChanged, NothingChanged or InvalidValue.
    """
    access.check(Permission.EDIT_LETTERS, municipality.pk)
    words = {"service": service.strip(), "address": address.strip(), "phone": phone.strip()}
    current = head_in_use(municipality.pk)
    if all(getattr(current, name, "") == value for name, value in words.items()):
        raise NothingChanged(field="service")
    if (current.version if current else 0) != seen:
        raise TemplateChanged
    version = next_version(LetterHead.objects.of(municipality.pk))
    head = LetterHead(municipality=municipality, version=version, saved_at=at, saved_by=by, **words)
    check_values(head, words)
    head.save()
    return head
