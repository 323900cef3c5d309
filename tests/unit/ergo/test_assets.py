"""Exactly the named npm files become public."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from ergo.assets import NPM_FILES, NpmFinder


def test_every_named_file_is_found() -> None:
    for name in NPM_FILES:
        found = finders.find(name)
        assert found is not None and Path(found).is_file(), name


@pytest.mark.parametrize(
    "name", ["vendor/ds/../../package.json", "@digdir/designsystemet-web/package.json", ""]
)
def test_nothing_else_of_node_modules_is_found(name: str) -> None:
    assert not NpmFinder().find(name)
    assert NpmFinder().find(name, find_all=True) == []


def test_collecting_lists_the_named_files() -> None:
    assert [name for name, _storage in NpmFinder().list([])] == list(NPM_FILES)
    assert "vendor/ds/index.js" not in [name for name, _storage in NpmFinder().list(["*.js"])]


def test_a_missing_file_is_an_error_that_says_what_to_run(settings, tmp_path: Path) -> None:
    settings.NODE_MODULES = settings.STATIC_ROOT = tmp_path
    errors = NpmFinder().check()
    assert len(errors) == len(NPM_FILES)
    assert errors[0].hint == "Run `make setup`."


def test_an_installation_that_has_collected_its_files_needs_no_node_modules(settings, tmp_path: Path) -> None:
    settings.NODE_MODULES, settings.STATIC_ROOT = tmp_path / "none", tmp_path
    for name in NPM_FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert NpmFinder().check() == []
