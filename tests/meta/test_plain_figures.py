"""What the figures are held against shares nothing with them."""

import ast
import sys

import pytest

from tests import plain_coverage, plain_figures, plain_thin

PLAIN = {plain.__name__: plain.__file__ for plain in (plain_coverage, plain_figures, plain_thin)}


@pytest.mark.parametrize("plain", PLAIN)
def test_the_plain_figures_import_nothing_but_the_standard_library_and_each_other(plain: str) -> None:
    """Not by a name that is put together either: there is no way to import but the statement."""
    with open(PLAIN[plain], encoding="utf-8") as file:
        tree = ast.parse(file.read())
    modules, names = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add("." * node.level + (node.module or ""))
        elif isinstance(node, ast.Name):
            names.add(node.id)
    assert modules
    others = modules - PLAIN.keys()
    assert {module.partition(".")[0] for module in others} <= sys.stdlib_module_names - {"importlib", "sys"}
    assert not names & {"__import__", "exec", "eval", "compile", "open"}
