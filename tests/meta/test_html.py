"""HTML is made by templates; in Python only where rows of lists are written, and there by functions that escape."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

REFERRALS = settings.BASE_DIR / "referrals"
MAKERS = {"mark_safe", "format_html", "format_html_join", "html_safe", "SafeText"}
MAY_MAKE_HTML = {"tables/base.py", "tables/cells.py"}
MODULES = sorted(path for path in REFERRALS.rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def in_words(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def names_in(path: Path) -> set[str]:
    """Every name and attribute that a module uses, its imports included."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "SafeString":
            names.add("mark_safe")
    return names


@pytest.mark.parametrize("path", MODULES, ids=in_words)
def test_no_other_module_declares_text_to_be_safe(path: Path) -> None:
    if path.relative_to(REFERRALS).as_posix() not in MAY_MAKE_HTML:
        assert not names_in(path) & MAKERS


def test_rows_are_declared_safe_in_one_place_only() -> None:
    declared = [path for path in MODULES if "mark_safe" in names_in(path)]
    assert [path.relative_to(REFERRALS).as_posix() for path in declared] == ["tables/base.py"]


@pytest.mark.parametrize("path", TEMPLATES, ids=in_words)
def test_no_template_switches_escaping_off(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "|safe" not in text and "autoescape off" not in text
