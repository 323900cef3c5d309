"""What a table counts: which of its contents are about ergoterapeuter, and in which measure."""

import re
from collections.abc import Mapping, Sequence

from referrals.choices import StaffingMeasure
from referrals.importers.official_statistics.table import Category
from referrals.models.official_statistics import LONGEST_CONTENTS

# Of contents' codes that are known, what they are called: files with codes only do not say it.
KNOWN = {"KOSergoarsvprtit0000": "Ergoterapeutårsverk per 10 000 innbyggere (khelse+omsorg)"}

_CODE_FIRST = re.compile(r"(?P<code>\w+) - (?P<label>.+)")
_PER_10000 = re.compile(r"per 10[  ]?000\b|per 10 ?000\b")
_FTE = re.compile(r"årsverk")
_PERSONS = re.compile(
    r"\b(?:personer|sysselsatte|sysselsette|ansatte|tilsette|ergoterapeuter|ergoterapeutar)\b"
)


def name_of(category: Category) -> str:
    """What the contents are called, the same whether the file has codes, texts or both."""
    text = " ".join(category.text.split())
    if found := _CODE_FIRST.fullmatch(text):
        return KNOWN.get(found["code"], found["label"])
    return KNOWN.get(category.code, KNOWN.get(text, text))


def is_about(text: str) -> bool:
    """Whether a text speaks of ergoterapeuter."""
    return "ergoterap" in text.casefold()


def is_in_english(text: str) -> bool:
    """Whether a text speaks of ergoterapeuter in English: under other names its figures would not be known again."""
    return "occupational therap" in text.casefold()


def measure_of(name: str, unit: str = "") -> StaffingMeasure | None:
    """What is counted, by the contents' name and else by their unit; None where neither says it."""
    for text in (name.casefold(), unit.casefold()):
        if _PER_10000.search(text):
            return StaffingMeasure.PER_10000
        if _FTE.search(text):
            return StaffingMeasure.FTE
        if _PERSONS.search(text):
            return StaffingMeasure.PERSONS
    return None


def told(
    contents: Category, others: Sequence[Category], units: Mapping[str, str]
) -> tuple[StaffingMeasure, str] | None:
    """The measure and the whole name of a cell's contents; None where it is not about ergoterapeuter.

    Of contents that are about others too, only a category of ergoterapeuter is taken.
    """
    name = name_of(contents)
    rest = sorted(name_of(other) for other in others)
    if not is_about(name) and not any(map(is_about, rest)):
        return None
    measure = measure_of(name, units.get(contents.code, ""))
    return (measure, " · ".join([name, *rest])[:LONGEST_CONTENTS]) if measure else None
