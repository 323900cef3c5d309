"""Every text has its translation: nothing missing, untranslated or fuzzy, and every placeholder in its place."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from ergo import catalogues

FILES = [path for folder in settings.LOCALE_PATHS for path in catalogues.catalogue_files(Path(folder))]


@pytest.fixture(scope="module")
def texts() -> catalogues.Catalog:
    """All texts of the code and the templates."""
    return catalogues.texts_in([settings.BASE_DIR / name for name in ("ergo", "referrals", "templates")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.parent.name)
def test_the_catalogue_is_complete(path: Path, texts: catalogues.Catalog) -> None:
    assert list(catalogues.faults(catalogues.read(path), texts)) == []


def test_every_language_but_that_of_the_texts_has_a_catalogue() -> None:
    languages = {path.parent.parent.name for path in FILES}
    assert languages == {code for code, _name in settings.LANGUAGES} - {"en"}


# Words of bokmål that nynorsk writes otherwise; a form of both, as "ho" or "saka", is none.
BOKMAAL = re.compile(
    r"\b(ikke|jeg|hva|hvem|hvor|hvordan|hvorfor|hvilke[nt]?|uten|noen|noe|også|fra|henvisning\w*|innbyggere?n?e?"
    r"|kommuner|kommunene|ergoterapeuter|uker|dager|måneder|mottatt|startet|avsluttet|sykehus\w*"
    r"|hjemmebesøk\w*|foreløpig|nødtilgang|opplysninger|hennes|deres|vært|blitt)\b",
    re.IGNORECASE,
)


def test_nynorsk_is_not_bokmaal() -> None:
    path = next(path for path in FILES if path.parent.parent.name == "nn")
    forms = (
        form
        for message in catalogues.read(path)
        if message.id
        for form in (message.string if isinstance(message.string, tuple) else [message.string])
    )
    assert {form: found[0] for form in forms if (found := BOKMAAL.search(form))} == {}
