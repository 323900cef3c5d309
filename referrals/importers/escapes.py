"""Escapes in JSON that stand for no character: NUL, and halves of characters."""

import re

from django.utils.translation import gettext as _

from referrals.importers.rows import broken

# Two halves together are a character, and what follows an escaped backslash is no escape.
_ESCAPE = re.compile(
    r"\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(?P<none>u0000|ud[89a-f][0-9a-f]{2})|.)",
    re.IGNORECASE | re.DOTALL,
)


def refuse_impossible_characters(file: str, text: str) -> None:
    """Raises BrokenFiles where JSON has what no page can show and no database keep."""
    found = next((escape for escape in _ESCAPE.finditer(text) if escape["none"]), None)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise broken(file, _("“%(value)s” is no character.") % {"value": found[0]}, line)
