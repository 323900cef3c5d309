"""What the figures are held against shares nothing with them."""

import ast
import sys

import pytest

from tests import plain_coverage, plain_figures


@pytest.mark.parametrize("plain", [plain_coverage.__file__, plain_figures.__file__])
def test_the_plain_figures_import_nothing_but_the_standard_library(plain: str) -> None:
    """Not by a name that is put together either: there is no way to import but the statement."""
    with open(plain, encoding="utf-8") as file:
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
    assert {module.partition(".")[0] for module in modules} <= sys.stdlib_module_names - {"importlib", "sys"}
    assert not names & {"__import__", "exec", "eval", "compile", "open"}
