"""What argparse refuses, in the language of the other refusals: it has its own words, and they are English."""

import re
from argparse import ArgumentParser
from collections.abc import Callable
from typing import NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By what argparse says. What is not here is passed on as it is.
REFUSALS: tuple[tuple[str, str | Promise], ...] = (
    (
        r"argument (?P<name>.+?): invalid choice: '(?P<value>.*)' \(choose from (?P<choices>.*)\)",
        _("%(name)s: “%(value)s” is not one of %(choices)s."),
    ),
    (r"argument (?P<name>.+?): expected one argument", _("%(name)s: a value is missing.")),
    (
        r"argument (?P<name>.+?): invalid int value: '(?P<value>.*)'",
        _("%(name)s: “%(value)s” is no whole number."),
    ),
    (
        r"argument (?P<name>.+?): not allowed with argument (?P<other>.+)",
        _("%(name)s does not go with %(other)s."),
    ),
    (
        r"argument (?P<name>.+?): ignored explicit argument '(?P<value>.*)'",
        _("%(name)s takes no value, and got “%(value)s”."),
    ),
    (
        r"ambiguous option: (?P<value>.+?) could match (?P<choices>.+)",
        _("%(value)s may be any of %(choices)s."),
    ),
    (r"unrecognized arguments: (?P<value>.+)", _("This command does not know %(value)s.")),
    (r"the following arguments are required: (?P<name>.+)", _("This is missing: %(name)s.")),
)


def in_words(parser: ArgumentParser) -> ArgumentParser:
    """The parser, which from now on refuses in the words above; how a command ends stays as it was."""
    refuse: Callable[[str], NoReturn] = parser.error

    def told(message: str) -> NoReturn:
        refuse(_told(message))

    parser.error = told  # type: ignore[method-assign]
    return parser


def _told(message: str) -> str:
    for pattern, words in REFUSALS:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            found = match.groupdict()
            # Python before 3.12 has them in quotation marks.
            found["choices"] = (found.get("choices") or "").replace("'", "")
            return str(words) % found
    return message
