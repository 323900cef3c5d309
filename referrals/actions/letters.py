"""Letters of a case: which fit it, what each says of it, and keeping one as it was sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils import translation

from referrals.actions import worklist
from referrals.actions.cases import Case
from referrals.actions.checks import check_values
from referrals.actions.letter_texts import TextInUse, head_in_use, text_in_use
from referrals.actions.transactions import action
from referrals.choices import (
    NOT_COUNTED,
    ON_WAITLIST,
    OPEN,
    TO_REFERRER,
    EventKind,
    LetterField,
    LetterKind,
    LetterTo,
    Outcome,
    Source,
    Status,
    WrittenForm,
)
from referrals.errors import LetterChanged, LetterLacks, LetterNotFitting, UnknownCode
from referrals.letters import ready
from referrals.letters.fields import fields_in, filled_in, lacking
from referrals.models import LetterHead, Municipality, Referral, SentLetter, User
from referrals.permissions import Access, Permission

F = LetterField
# What only who writes the letter knows.
DETAILS = {LetterKind.PRELIMINARY: F.ANSWER, LetterKind.APPOINTMENT: F.APPOINTMENT}
# Who referred themselves, or lives with the citizen, gets the citizen's own letter.
NO_REFERRER = frozenset({Source.SELF, Source.NEXT_OF_KIN, Source.GUARDIAN})


@dataclass(frozen=True)
class Draft:
    """A letter before it is sent. `subject` and `body` have their fields in braces, `values` what stands for them."""

    kind: LetterKind
    language: WrittenForm
    template_version: int
    head: str
    about: str
    subject: str
    body: str
    signature: str
    values: Mapping[str, str]
    target_on: date | None = None

    @property
    def detail(self) -> LetterField | None:
        """The field that who writes the letter has to fill in; None where the text has none."""
        asked = DETAILS.get(self.kind)
        return asked if asked in fields_in(f"{self.subject} {self.body}") else None

    @property
    def mark(self) -> str:
        """The same for letters that say the same, but for what the writer adds."""
        words = (self.head, self.about, self._filled(self.subject), self._filled(self.body), self.signature)
        return sha256("\0".join(words).encode()).hexdigest()

    @property
    def lacks(self) -> list[str]:
        """What the text asks for and the case does not have, by name in the text."""
        missing = lacking(f"{self.subject} {self.body}", self.values)
        return [name for name in missing if name != self.detail]

    def heading(self, detail: str = "") -> str:
        """The heading, filled in."""
        return self._filled(self.subject, detail)

    def text(self, detail: str = "", closing: str = "") -> str:
        """The text, filled in, and below it what the writer adds."""
        return "\n\n".join(filter(None, (self._filled(self.body, detail), closing.strip())))

    def _filled(self, text: str, detail: str = "") -> str:
        typed = {str(self.detail): detail.strip()} if self.detail and detail.strip() else {}
        return filled_in(text, {**self.values, **typed})


@dataclass(frozen=True)
class Sender:
    """From whom a letter comes: the municipality with its letterhead, if any, and who writes it."""

    municipality: Municipality
    head: LetterHead | None
    language: WrittenForm
    by: User

    def draft(
        self, kind: LetterKind, text: TextInUse, values: Mapping[str, str], *, target_on: date | None = None
    ) -> Draft:
        """The letter of a case of which these are the values."""
        values = {**self._values(), **values}
        return Draft(
            kind=kind,
            language=self.language,
            template_version=text.version,
            head="\n".join(filter(None, self._lines())),
            about=f"{ready.about(self.language)}: {values[F.NAME]}, {values[F.NUMBER]}",
            subject=text.subject,
            body=text.body,
            signature="\n".join((ready.greeting(self.language), self.by.shown_name, values[F.UNIT])),
            values=values,
            target_on=target_on,
        )

    @property
    def _service(self) -> str:
        return (self.head.service if self.head else "") or ready.service(self.language)

    def _values(self) -> dict[str, str]:
        return {
            F.MUNICIPALITY: f"{self.municipality.name} kommune",
            F.UNIT: self._service,
            F.PHONE: (self.head.phone if self.head else "") or ready.switchboard(self.language),
            F.SENDER: self.by.shown_name,
        }

    def _lines(self) -> list[str]:
        """What stands on top: the municipality, the service, where it is and how to ring it."""
        lines = [f"{self.municipality.full_name} kommune", self._service]
        if self.head:
            lines += [self.head.address, f"Telefon {self.head.phone}" if self.head.phone else ""]
        return lines


@dataclass(frozen=True)
class Written:
    """What whoever sends a letter adds to it, and to whom and how it goes."""

    recipient: str
    addressee: str
    channel: str
    detail: str = ""
    closing: str = ""


def kinds_for(case: Referral) -> list[LetterKind]:
    """The letters that say what is so of the case now. Two queries at most."""
    fitting = {
        LetterKind.RECEIVED: case.status in ON_WAITLIST,
        LetterKind.PRELIMINARY: case.status in OPEN and case.takes_preliminary_reply,
        LetterKind.WAITLIST: case.status == Status.WAITING,
        LetterKind.APPOINTMENT: case.status in OPEN,
        LetterKind.CLOSED: _is_told_closed(case) and case.outcome != Outcome.TRANSFERRED,
        LetterKind.TRANSFERRED: _is_told_closed(case) and case.outcome == Outcome.TRANSFERRED,
    }
    if case.source not in NO_REFERRER:
        fitting |= {
            LetterKind.REFERRER_RECEIVED: case.status in ON_WAITLIST,
            LetterKind.REFERRER_WAITLIST: case.status == Status.WAITING,
            LetterKind.REFERRER_CLOSED: case.status == Status.CLOSED and case.outcome not in NOT_COUNTED,
        }
    return [kind for kind, fits in fitting.items() if fits]


def draft_of(case: Referral, kind: LetterKind, *, by: User, on: date) -> Draft:
    """The letter as it is written on the day, in the citizen's written form. Five queries."""
    language = WrittenForm(case.person.written_form)
    text = text_in_use(case.municipality_id, kind, language)
    sender = Sender(case.municipality, head_in_use(case.municipality_id), language, by)
    due_on = Referral.objects.with_wait(on=on).get(pk=case.pk).due_on
    values = _of_the_case(case, language) | {F.TARGET: _day(due_on), F.TODAY: _day(on)}
    if case.unit:
        values[F.UNIT] = case.unit.name
    return sender.draft(kind, text, values, target_on=due_on)


def example_of(
    municipality: Municipality,
    kind: LetterKind,
    language: WrittenForm,
    text: TextInUse,
    *,
    by: User,
    on: date,
) -> Draft:
    """What a text becomes, on an invented case that was received three weeks before the day. One query."""
    day = _day(on)
    values = ready.example(language) | {
        F.NUMBER: f"{on.year}-000000",
        F.RECEIVED: _day(on - timedelta(days=21)),
        F.TARGET: _day(on + timedelta(days=35)),
        F.CLOSED: day,
        F.TODAY: day,
    }
    return Sender(municipality, head_in_use(municipality.pk), language, by).draft(kind, text, values)


def suggested_detail(draft: Draft, *, on: date) -> str:
    """What the detail is likely to be: an answer by the target date, where there is one that is not past."""
    target = draft.target_on
    if draft.detail != F.ANSWER or target is None or target < on:
        return ""
    return ready.answer_by(draft.language, _day(target))


def suggested_addressee(case: Referral, kind: LetterKind) -> str:
    """Name and address of whom the letter is for; never an address that is protected."""
    if kind in TO_REFERRER:
        return case.referrer_name
    person = case.person
    lines = [] if person.is_address_protected else person.address_lines
    return "\n".join([person.name, *lines])


def labels_of(names: Iterable[str]) -> str:
    """What fields are about, in the words of the screen."""
    return ", ".join(f"“{LetterField(name).label}”" for name in names)


@action
def send(
    *,
    referral_id: int,
    version: int,
    kind: LetterKind,
    written: Written,
    seen: str,
    key: UUID,
    access: Access,
    by: User,
    at: datetime,
) -> SentLetter:
    """Keep a letter as sent today. A preliminary reply is registered with it, by the action that always does it.

    `seen` is the mark of the letter as it was read, `key` that of the form: sent again, it leads to the letter of the
    first time, and nothing is written. Raises Referral.DoesNotExist, NotAllowed, StaleVersion, LetterNotFitting,
    LetterChanged, LetterLacks, UnknownCode or InvalidValue; and what `worklist.reply` raises.
    """
    own = Referral.objects.open_to(access).select_for_update(of=("self",)).get(pk=referral_id)
    if earlier := SentLetter.objects.filter(referral=own, key=key).first():
        access.check(Permission.WORK_CASES, own.municipality_id)
        return earlier
    acting: dict[str, Any] = {"referral_id": referral_id, "access": access, "by": by, "at": at}
    case = Case.reach(Permission.WORK_CASES, version=version, **acting)
    if kind not in kinds_for(case.referral):
        raise LetterNotFitting
    draft = draft_of(case.referral, kind, by=by, on=case.today)
    letter = _letter(case, draft, written, key)
    _check_complete(draft, written, seen)
    if kind == LetterKind.PRELIMINARY:
        replied = worklist.reply(version=version, on=case.today, **acting)
        case = Case.reach(Permission.WORK_CASES, version=replied.version, **acting)
    letter.save()
    told = {"kind": letter.kind, "to": letter.recipient, "channel": letter.channel}
    case.save(EventKind.LETTER, on=case.today, more={"letter": told})
    return letter


def _check_complete(draft: Draft, written: Written, seen: str) -> None:
    """The letter is the one that was read, and nothing in it is lacking. Raises LetterChanged or LetterLacks."""
    if draft.mark != seen:
        raise LetterChanged
    if draft.lacks:
        raise LetterLacks(names=labels_of(draft.lacks))
    if draft.detail and not written.detail.strip():
        raise LetterLacks(field="detail", names=labels_of([draft.detail]))


def _letter(case: Case, draft: Draft, written: Written, key: UUID) -> SentLetter:
    """The letter with what the writer added. Raises UnknownCode or InvalidValue."""
    letter = SentLetter(
        municipality_id=case.referral.municipality_id,
        referral=case.referral,
        key=key,
        kind=draft.kind,
        language=draft.language,
        template_version=draft.template_version,
        recipient=written.recipient,
        addressee=written.addressee.strip(),
        channel=written.channel,
        head=draft.head,
        about=draft.about,
        subject=draft.heading(written.detail),
        body=draft.text(written.detail, written.closing),
        signature=draft.signature,
        sent_on=case.today,
        sent_at=case.at,
        sent_by=case.by,
    )
    check_values(letter, ["recipient", "addressee", "channel"])
    if (letter.recipient == LetterTo.REFERRER) != (draft.kind in TO_REFERRER):
        raise UnknownCode(field="recipient", value=letter.recipient)
    return letter


def _is_told_closed(case: Referral) -> bool:
    """Whether the citizen is told that the case is closed: not of the dead, nor of what never was a need."""
    return case.status == Status.CLOSED and case.outcome not in NOT_COUNTED | {Outcome.DEAD}


def _of_the_case(case: Referral, language: WrittenForm) -> dict[str, str]:
    """What each field of the case stands for, in the written form; empty: the case does not have it."""
    with translation.override(language):
        outcome = str(Outcome(case.outcome).label) if case.outcome else ""
    return {
        F.NAME: case.person.name,
        F.NUMBER: case.number,
        F.RECEIVED: _day(case.received_on),
        F.CATEGORY: case.category.name_in(language),
        F.PRIORITY: f"prioritet {case.priority}" if case.priority else "",
        F.CLOSED: _day(case.closed_on),
        F.OUTCOME: outcome,
    }


def _day(day: date | None) -> str:
    """As letters write it in both written forms; empty for none."""
    return f"{day:%d.%m.%Y}" if day else ""
