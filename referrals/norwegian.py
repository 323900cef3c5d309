"""Norwegian habits of writing: alphabetical order, numbers, waits in words, initials."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

# The marks are the three characters after z in ASCII, so that the key sorts right byte for byte.
LETTERS = {
    **dict.fromkeys("æä", "{"),
    **dict.fromkeys("øöœ", "|"),
    "å": "}",
    # Letters that Unicode does not take apart into a plain one and an accent.
    "đ": "d",
    "ð": "d",
    "ı": "i",
    "ł": "l",
    "ŋ": "n",
    "ŧ": "t",
    "þ": "th",
}

# Between the words of a name; the database splits at the same (migration 0057_name_words).
BETWEEN_WORDS = re.compile("[- ‐‑–'’´`.,/()\"]+")

LONGEST_IN_DAYS = 8 * 7
LONGEST_IN_WEEKS = 26 * 7
DAYS_A_YEAR = Decimal("365.25")
MOST_WRITTEN = 4096  # numbers that a process remembers how to write


def sort_key(text: str) -> str:
    """The key that puts text in Norwegian order when compared byte for byte (COLLATE "C"), without ICU.

    A–Z, Æ, Ø, Å; Ä as Æ, Ö as Ø, Aa as Å, also in Sámi names; case and other accents do not count. What differs
    only in those ties: order by the text itself, or the primary key, after this. On the names of all municipalities
    the order is ICU's for Norwegian. Unlike ICU, Ü counts as U and not as Y, so that a search for Muller finds Müller.
    """
    folded = unicodedata.normalize("NFC", text).casefold().replace("aa", "å")
    return "".join(map(_letter_key, unicodedata.normalize("NFC", folded)))


def name_words(text: str) -> list[str]:
    """The words of a name as they are searched for: the sort key of each, once. Østby-Ås is two words, O'Brien too."""
    return list(dict.fromkeys(filter(None, BETWEEN_WORDS.split(sort_key(text)))))


def _letter_key(character: str) -> str:
    """A letter with its accents, as it counts in the key. Ǻ is an Å with an accent, ǿ an ø with one."""
    if character.isascii():
        return character
    parts = unicodedata.normalize("NFD", character)
    letter = unicodedata.normalize("NFC", parts[:2])
    if letter in LETTERS:
        return LETTERS[letter]
    return "".join(LETTERS.get(part, part) for part in parts if not unicodedata.combining(part))


def days_in_words(days: int) -> str:
    """A wait as people say it: days up to 8 weeks, weeks up to 26 weeks, then months.

    Only what has passed in full counts, so that 12 months are said from the first day over a year: 56 days, 8 weeks
    (57–62 days), 26 weeks (182), 6 months (183), 11 months (365), 12 months (366). Raises ValueError below 0.
    """
    if days < 0:
        raise ValueError("A wait cannot be negative.")
    if days <= LONGEST_IN_DAYS:
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if days <= LONGEST_IN_WEEKS:
        weeks = days // 7
        return ngettext("%(count)s week", "%(count)s weeks", weeks) % {"count": weeks}
    months = int(days * 12 / DAYS_A_YEAR)
    return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}


def listed(names: Sequence[str], *, last: str) -> str:
    """Names in a sentence: Hitra, Heim og Orkland. `last` is the word before the last of them."""
    *others, final = names
    return f"{', '.join(others)} {last} {final}" if others else final


def inside_a_sentence(words: str) -> str:
    """Words that begin with a capital, as they stand inside a sentence; abbreviations stay as they are."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def rounded(value: int | float | Decimal, decimals: int = 0) -> Decimal:
    """A number as it is written on the screen, halves rounded up (below zero: down)."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def number(value: int | float | Decimal, decimals: int = 0) -> str:
    """A number for the screen, halves rounded up: 1 234,5 (no-break space; a decimal point in English)."""
    return _number(value, decimals, get_language())


# A page of the whole country writes two thousand numbers, and the next page the same ones.
@lru_cache(maxsize=MOST_WRITTEN, typed=True)
def _number(value: int | float | Decimal, decimals: int, _language: str | None) -> str:
    as_written = rounded(value, decimals)
    digits = number_format(abs(as_written), decimals, force_grouping=True)
    return f"{MINUS}{digits}" if as_written < 0 else digits


def per_cent(share: float | Decimal, decimals: int = 0) -> str:
    """A share of 1 as per cent for the screen: 12 %."""
    return f"{number(Decimal(str(share)) * 100, decimals)}{NO_BREAK_SPACE}%"


def initials(given_name: str, family_name: str) -> str:
    """The first letter of the given name and of the family name: KØ for Kari Áne Østby-Ås."""
    return _initial(given_name) + _initial(family_name)


def _initial(name: str) -> str:
    """The first letter as a capital, with the accents that Unicode keeps beside it; empty when there is none."""
    if name[:2].isascii() and name[:1].isalpha():  # most names; an accent would be no ASCII
        return name[0].upper()
    composed = unicodedata.normalize("NFC", name)
    start = next((place for place, character in enumerate(composed) if character.isalpha()), len(composed))
    end = start + 1
    while end < len(composed) and unicodedata.combining(composed[end]):
        end += 1
    return composed[start:end].title()
