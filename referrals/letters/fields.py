"""The fields of a letter's text: names in braces out of a closed list, found and filled in by name and nothing else.

No template engine reads what users write: what is between braces is looked up, and what is looked up is never read
again. The page escapes the whole.
"""

import re
from collections.abc import Mapping

from referrals.choices import LetterField, LetterKind
from referrals.errors import MalformedLetterField, UnknownLetterField

_FIELD = re.compile(r"\{([^{}\n]*)\}")

F = LetterField
_ALWAYS = (
    F.NAME,
    F.NUMBER,
    F.RECEIVED,
    F.CATEGORY,
    F.MUNICIPALITY,
    F.UNIT,
    F.PHONE,
    F.SENDER,
    F.TODAY,
)
_CLOSED = (F.CLOSED, F.OUTCOME)
# What a letter of the kind can say beside what every letter can.
_BESIDE: dict[LetterKind, tuple[LetterField, ...]] = {
    LetterKind.RECEIVED: (),
    LetterKind.PRELIMINARY: (F.ANSWER,),
    LetterKind.WAITLIST: (F.PRIORITY, F.TARGET),
    LetterKind.APPOINTMENT: (F.APPOINTMENT,),
    LetterKind.CLOSED: _CLOSED,
    LetterKind.TRANSFERRED: _CLOSED,
    LetterKind.REFERRER_RECEIVED: (),
    LetterKind.REFERRER_WAITLIST: (F.PRIORITY, F.TARGET),
    LetterKind.REFERRER_CLOSED: _CLOSED,
}


def fields_for(kind: LetterKind) -> tuple[LetterField, ...]:
    """The fields that a text of the kind may have: a letter of receipt has no target date yet."""
    return _ALWAYS + _BESIDE[kind]


def fields_in(text: str) -> list[str]:
    """The names of the fields in a text, each once, in the order in which they stand."""
    return list(dict.fromkeys(_name(found[1]) for found in _FIELD.finditer(text)))


def check_fields(text: str, kind: LetterKind, *, field: str) -> None:
    """Make sure that a text has only fields of the kind, and no brace that belongs to none.

    `field` is the input that the text came in. Raises UnknownLetterField, which names each of them, or
    MalformedLetterField with what stands around the brace.
    """
    unknown = [name for name in fields_in(text) if name not in fields_for(kind)]
    if unknown:
        raise UnknownLetterField(field=field, names=", ".join(f"{{{name}}}" for name in unknown))
    without = _FIELD.sub(lambda found: " " * len(found[0]), text)
    if stray := re.search(r"[{}]", without):
        around = text[max(0, stray.start() - 10) : stray.end() + 20].strip()
        raise MalformedLetterField(field=field, around=" ".join(around.split()))


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """The text with each field's value; one that has none keeps its name in braces, for people to see."""
    return _FIELD.sub(lambda found: values.get(_name(found[1])) or found[0], text)


def lacking(text: str, values: Mapping[str, str]) -> list[str]:
    """The fields of a text for which there is no value."""
    return [name for name in fields_in(text) if not values.get(name)]


def _name(written: str) -> str:
    """As it is called in the list, also when it was written with a capital or a space."""
    return written.strip().casefold()
