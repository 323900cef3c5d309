"""The text of each letter that Ergo comes with: a municipality that has written none of its own sends these."""

from dataclasses import dataclass

from referrals.choices import LetterKind, WrittenForm
from referrals.letters import nb, nn

_TEXTS = {WrittenForm.NB: nb, WrittenForm.NN: nn}


@dataclass(frozen=True)
class Text:
    """What a letter says: its heading, and paragraphs with an empty line between them."""

    subject: str
    body: str


def ready_text(kind: LetterKind, language: WrittenForm) -> Text:
    """The text of a kind in a written form."""
    subject, body = _TEXTS[language].TEXTS[kind]
    return Text(subject, body.strip())


def greeting(language: WrittenForm) -> str:
    """The words above the sender's name."""
    return _word(language, "GREETING")


def service(language: WrittenForm) -> str:
    """What the service is called where the municipality has not said it."""
    return _word(language, "SERVICE")


def switchboard(language: WrittenForm) -> str:
    """Whom to ring where the municipality has not given a number."""
    return _word(language, "SWITCHBOARD")


def about(language: WrittenForm) -> str:
    """The words before whom and which case the letter is about."""
    return _word(language, "ABOUT")


def answer_by(language: WrittenForm, day: str) -> str:
    """When an answer can be expected at the latest, as it stands in a sentence."""
    return _word(language, "ANSWER_BY").format(day)


def example(language: WrittenForm) -> dict[str, str]:
    """The words of an invented case, by field; its days and its number are the caller's."""
    return dict(_TEXTS[language].EXAMPLE)


def _word(language: WrittenForm, name: str) -> str:
    word: str = getattr(_TEXTS[language], name)
    return word
