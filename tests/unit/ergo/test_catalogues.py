"""Translations: what is taken from the code, and what is called a fault."""

import gettext
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from ergo import catalogues


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Code and a template with one text of each kind."""
    (tmp_path / "code.py").write_text(
        "from django.utils.translation import gettext as _, ngettext_lazy, pgettext_lazy\n"
        'A = _("Plain")\n'
        'B = ngettext_lazy("%(n)s day", "%(n)s days", "n")\n'
        'C = pgettext_lazy("verb", "Close")\n'
    )
    (tmp_path / "page.html").write_text(
        '<div>\n    <p title="{% translate "In a tag" %}">\n  {% blocktranslate count n=n trimmed %}\n'
        "      {{ n }} row\n    {% plural %}\n      {{ n }} rows\n    {% endblocktranslate %}\n"
        '  It\'s 5 o\'clock, and "quotes" { are [ no matter\n</div>{{ _("In a variable") }}'
        '{% translate "100 %" context "share" %}'
    )
    return tmp_path


def test_texts_are_found_in_code_and_templates(sources: Path) -> None:
    found = catalogues.texts_in([sources])
    assert {(message.id, message.context) for message in found if message.id} == {
        ("Plain", None),
        (("%(n)s day", "%(n)s days"), None),
        ("Close", "verb"),
        ("In a tag", None),
        (("%(n)s row", "%(n)s rows"), None),
        ("In a variable", None),
        ("100 %%", "share"),
    }


def test_texts_are_found_in_folders_of_components_too(tmp_path: Path) -> None:
    (tmp_path / "_components").mkdir()
    (tmp_path / "_components" / "menu.html").write_text('{% translate "Main menu" %}')
    assert catalogues.texts_in([tmp_path]).get("Main menu")


def test_a_complete_catalogue_has_no_faults() -> None:
    catalogue = Catalog(locale="nb")
    catalogue.add("Plain", "Enkel")
    catalogue.add(("%(n)s day", "%(n)s days"), ("%(n)s dag", "%(n)s dager"))
    assert list(catalogues.faults(catalogue, catalogue)) == []


@pytest.mark.parametrize(
    ("text", "translation", "flags", "fault"),
    [
        ("Plain", "", (), "untranslated: 'Plain'"),
        (("%(n)s day", "%(n)s days"), ("%(n)s dag", ""), (), "untranslated: '%(n)s day'"),
        ("Plain", "Enkel", ("fuzzy",), "fuzzy: 'Plain'"),
        ("%(n)s days", "%(m)s dager", ("python-format",), "unknown named placeholder 'm': '%(n)s days'"),
    ],
    ids=["untranslated", "one form", "fuzzy", "placeholder"],
)
def test_a_fault_is_named(text, translation, flags, fault: str) -> None:
    catalogue = Catalog(locale="nb")
    catalogue.add(text, translation, flags=flags)
    assert list(catalogues.faults(catalogue, catalogue)) == [fault]


def test_a_text_of_the_code_that_the_catalogue_lacks_is_a_fault_until_it_is_taken_in() -> None:
    found, catalogue = Catalog(), Catalog(locale="nb")
    found.add("New")
    catalogue.add("Old", "Gammel")
    assert list(catalogues.faults(catalogue, found)) == ["missing: 'New'"]
    catalogues.take_in(catalogue, found, prune=False)
    assert list(catalogues.faults(catalogue, found)) == ["untranslated: 'New'"]
    assert [message.id for message in catalogues.unused(catalogue, found)] == ["Old"]
    catalogues.take_in(catalogue, found, prune=True)
    assert [message.id for message in catalogue if message.id] == ["New"]


def test_writing_again_changes_nothing_and_compiling_gives_the_translation(tmp_path: Path) -> None:
    path = tmp_path / "nb" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    catalogue = Catalog(locale="nb")
    catalogue.add("Waiting list", "Venteliste")
    catalogues.write(path, catalogue)
    before = path.read_bytes()
    catalogues.write(path, catalogues.read(path))
    assert path.read_bytes() == before
    catalogues.compile_catalogue(path)
    assert gettext.translation("django", tmp_path, ["nb"]).gettext("Waiting list") == "Venteliste"
