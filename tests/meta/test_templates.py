"""What templates may name: files that are there, classes that the page loads, and nothing the policy would refuse."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

FOLDERS = [settings.BASE_DIR / "templates", settings.BASE_DIR / "referrals"]
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.rglob("*.html"))

STATIC = re.compile(r"{%\s*static\s+['\"]([^'\"]+)['\"]\s*%}")
INLINE = re.compile(
    r"<style\b|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)[^>]*>|hx-on|=['\"]javascript:", re.IGNORECASE
)

TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
NAMES_A_TEMPLATE = re.compile(r"{%\s*(?:include|extends)\s+['\"]([^'\"]+)['\"]")
CLASSES = re.compile(r"\bclass=\"([^\"]*)\"")
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
OWN_CLASS = re.compile(r"\.((?!ds-)[a-zA-Z][\w-]*)")
STYLESHEETS = sorted((settings.BASE_DIR / "referrals/static/app").glob("*.css"))
PAGES = [path for path in TEMPLATES if "{% extends" in path.read_text("utf-8")]


def in_words(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@cache
def styled(*stylesheets: Path) -> frozenset[str]:
    """The classes that the stylesheets know, beside those of Designsystemet."""
    texts = (CSS_COMMENT.sub("", sheet.read_text("utf-8")) for sheet in stylesheets)
    return frozenset(name for text in texts for name in OWN_CLASS.findall(text))


def with_parts(path: Path, found: frozenset[Path] = frozenset()) -> frozenset[Path]:
    """The template with all that it extends and includes by name; Django's own are not followed."""
    if path in found or not path.is_file():
        return found
    found |= {path}
    for name in NAMES_A_TEMPLATE.findall(path.read_text("utf-8")):
        found = with_parts(settings.BASE_DIR / "templates" / name, found)
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=in_words)
def test_static_files_that_are_named_exist(path: Path) -> None:
    missing = [name for name in STATIC.findall(path.read_text("utf-8")) if not finders.find(name)]
    assert not missing


@pytest.mark.parametrize("path", TEMPLATES, ids=in_words)
def test_no_script_or_style_is_written_into_a_page(path: Path) -> None:
    assert not INLINE.findall(path.read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=in_words)
def test_a_page_loads_the_stylesheets_of_its_classes(path: Path) -> None:
    texts = [part.read_text("utf-8") for part in with_parts(path)]
    classes = {
        name for text in texts for names in CLASSES.findall(TAG.sub(" ", text)) for name in names.split()
    }
    loaded = [sheet for sheet in STYLESHEETS if any(f"app/{sheet.name}" in text for text in texts)]
    assert not classes & (styled(*STYLESHEETS) - styled(*loaded))
