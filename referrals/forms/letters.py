"""The forms about letters: the municipality's own texts and letterhead, and a letter to be sent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.choices import TO_REFERRER, LetterChannel, LetterField, LetterKind, LetterTo
from referrals.errors import DomainError
from referrals.forms.base import ErgoForm
from referrals.forms.fields import LongTextField
from referrals.letters.fields import check_fields
from referrals.models.letter import (
    LONGEST_ADDRESS,
    LONGEST_BODY,
    LONGEST_CLOSING,
    LONGEST_DETAIL,
    LONGEST_SUBJECT,
)


class TextForm(ErgoForm):
    """The heading and the text of one kind of letter; `seen` is the version that it began with."""

    subject = forms.CharField(label=_("Heading"), max_length=LONGEST_SUBJECT)
    body = LongTextField(
        label=_("Text"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": "18"}),
        help_text=_(
            "An empty line makes a new paragraph. The greeting and the name of who writes come by themselves."
        ),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    mark_required = False

    def __init__(self, *args: Any, kind: LetterKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_body(self) -> str:
        return self._checked("body")

    def _checked(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        try:
            check_fields(text, self.kind, field=name)
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error
        return text


class HeadForm(ErgoForm):
    """What stands on top of the letters, below the name of the municipality; all of it may be empty."""

    service = forms.CharField(
        label=_("Name of the service"),
        required=False,
        max_length=100,
        help_text=_("Empty: Ergoterapitjenesten, or Ergoterapitenesta in nynorsk."),
    )
    address = LongTextField(
        label=_("Postal address"),
        required=False,
        max_length=LONGEST_ADDRESS,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=30,
        help_text=_("Empty: the letters say that one can ring the municipality’s switchboard."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    mark_required = False


class LetterForm(ErgoForm):
    """To whom and how a letter goes, and what is added to it.

    `version` is that of the referral and `seen` the mark of the letter as they were read, `key` the form's own.
    `detail` is what only the writer knows, None: the text asks for nothing. `citizens_address` is what is suggested.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    key = forms.UUIDField(widget=forms.HiddenInput)
    detail = forms.CharField(max_length=LONGEST_DETAIL)
    closing = LongTextField(
        label=_("Something to add"),
        required=False,
        max_length=LONGEST_CLOSING,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=_("Comes last in the letter, above the greeting."),
    )
    recipient = forms.ChoiceField(
        label=_("To whom?"),
        choices=[(who, who.label) for who in LetterTo if who != LetterTo.REFERRER],
        widget=forms.RadioSelect,
    )
    addressee = LongTextField(
        label=_("Name and address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    channel = forms.ChoiceField(
        label=_("How is it sent?"),
        choices=LetterChannel,
        widget=forms.RadioSelect,
        help_text=_("Ergo keeps the letter and prints it. It sends nothing itself."),
    )

    def __init__(
        self,
        *args: Any,
        kind: LetterKind,
        detail: LetterField | None,
        citizens_address: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.citizens_address = kind, citizens_address
        if detail is None:
            del self.fields["detail"]
        else:
            self.fields["detail"].label = detail.label
            self.fields["detail"].help_text = _("As it is to stand in the letter.")
        if kind in TO_REFERRER:
            del self.fields["recipient"]
        self.prepare_fields()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        to_guardian = cleaned.get("recipient") == LetterTo.GUARDIAN
        if to_guardian and cleaned.get("addressee") == self.citizens_address:
            self.add_error("addressee", _("Write the name and address of the guardian or parent."))
        return cleaned

    @property
    def words(self) -> dict[str, str]:
        """What was filled in, by the names of `actions.letters.Written`."""
        names = ("addressee", "channel", "detail", "closing")
        told = {name: self.cleaned_data.get(name, "") for name in names}
        return told | {"recipient": self.cleaned_data.get("recipient", LetterTo.REFERRER)}
