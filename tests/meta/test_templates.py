"""What templates may name: files that are there, and nothing the content security policy would refuse."""

import re
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


def in_words(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("path", TEMPLATES, ids=in_words)
def test_static_files_that_are_named_exist(path: Path) -> None:
    missing = [name for name in STATIC.findall(path.read_text("utf-8")) if not finders.find(name)]
    assert not missing


@pytest.mark.parametrize("path", TEMPLATES, ids=in_words)
def test_no_script_or_style_is_written_into_a_page(path: Path) -> None:
    assert not INLINE.findall(path.read_text("utf-8"))
