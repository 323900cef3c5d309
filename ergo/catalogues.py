"""The translations: taken from the code, compiled and checked by Babel, since a fresh machine has no gettext tools.

English texts are the message ids. A catalogue lists each text once, sorted and without places in the code, so that
two people's changes merge.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LINE_WIDTH = 100
TEMPLATES = "ergo.catalogues:template_texts"
"""The extraction method for templates, as Babel wants it named."""

KEYWORDS = DEFAULT_KEYWORDS | {
    "_now": None,  # gettext, where the module's _ is gettext_lazy
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def catalogue_files(locale_dir: Path) -> list[Path]:
    """The catalogues of all languages."""
    return sorted(locale_dir.glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    """A catalogue; its language is the name of its folder."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue as we keep them."""
    text = io.BytesIO()
    write_po(text, catalogue, width=LINE_WIDTH, sort_output=True, no_location=True, ignore_obsolete=True)
    path.write_bytes(text.getvalue())


def compile_catalogue(path: Path) -> int:
    """Write the machine-readable form beside a catalogue. Returns how many texts it holds."""
    catalogue = read(path)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    target = path.with_suffix(".mo")
    draft = target.with_suffix(".mo.new")
    draft.write_bytes(compiled.getvalue())
    draft.replace(target)  # a running server may be reading it
    return len(catalogue)


def texts_in(folders: list[Path]) -> Catalog:
    """Every translatable text of the Python files and templates below the folders."""
    found = Catalog()
    for folder in folders:
        for _file, _line, text, comments, context in extract_from_dir(
            folder,
            method_map=[("**.py", "python"), ("**.html", TEMPLATES), ("**.txt", TEMPLATES)],
            options_map={},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
            directory_filter=lambda path: True,  # Babel's own would pass by templates/_components
        ):
            found.add(text, auto_comments=comments, context=context)
    return found


def template_texts(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """An extraction method for Babel: Django turns a template into Python that holds only its texts."""
    python = templatize(file.read().decode("utf-8"))
    flat = "\n".join(line.strip() for line in python.split("\n"))  # the indentation of HTML means nothing
    yield from extract_python(io.BytesIO(flat.encode("utf-8")), keywords, comment_tags, options)


def take_in(catalogue: Catalog, found: Catalog, *, prune: bool) -> None:
    """Add the texts that a catalogue lacks, untranslated; with prune, drop those that nothing uses."""
    for message in found:
        if message.id and catalogue.get(message.id, message.context) is None:
            catalogue.add(message.id, context=message.context, flags=message.flags)
    if prune:
        for message in unused(catalogue, found):
            catalogue.delete(message.id, message.context)


def unused(catalogue: Catalog, found: Catalog) -> list[Message]:
    """The texts of a catalogue that stand nowhere in the code."""
    return [message for message in catalogue if message.id and found.get(message.id, message.context) is None]


def faults(catalogue: Catalog, found: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, a line each: missing, untranslated or fuzzy texts, wrong placeholders."""
    for message in found:
        if message.id and catalogue.get(message.id, message.context) is None:
            yield f"missing: {first_form(message)!r}"
    for message in catalogue:
        if not message.id:
            continue
        if message.fuzzy:
            yield f"fuzzy: {first_form(message)!r}"
        if is_translated(message):
            yield from (f"{error}: {first_form(message)!r}" for error in message.check(catalogue))
        else:
            yield f"untranslated: {first_form(message)!r}"


def first_form(message: Message) -> str:
    """The text itself; of a text with plural, its singular."""
    return str(message.id if isinstance(message.id, str) else message.id[0])


def is_translated(message: Message) -> bool:
    """Whether every form of the text has a translation."""
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return bool(forms) and all(forms)
