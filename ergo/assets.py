"""The files of npm packages that become public: named one by one, nothing else leaks out of node_modules.

npm itself comes from PyPI, and there is no bundler: docs/adr/0003-assets-without-bundler.md.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage

NPM_FILES = {
    "vendor/ds/designsystemet.css": "@digdir/designsystemet-css/dist/src/index.css",
    "vendor/ds/theme.css": "@digdir/designsystemet-css/dist/theme/designsystemet.css",
    "vendor/ds/index.js": "@digdir/designsystemet-web/dist/umd/index.js",
    # collectstatic fails when a script names a source map that is not collected with it
    "vendor/ds/index.js.map": "@digdir/designsystemet-web/dist/umd/index.js.map",
    "vendor/inter/inter-latin-wght-normal.woff2": (
        "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"
    ),
    # the letters of Sámi names: Kárášjohka, Porsáŋgu
    "vendor/inter/inter-latin-ext-wght-normal.woff2": (
        "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2"
    ),
}
"""Static name -> file below node_modules."""


class NamedFileStorage(FileSystemStorage):
    """Reads node_modules under the static names of NPM_FILES."""

    def path(self, name: str) -> str:
        """Where the file with this static name lies."""
        return str(Path(self.location) / NPM_FILES[name])


class NpmFinder(BaseFinder):
    """Finds the named files for runserver, the tests and collectstatic."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = NamedFileStorage(location=settings.NODE_MODULES)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """An error for each file that is neither in node_modules nor collected already."""
        collected = Path(settings.STATIC_ROOT)
        return [
            Error(f"node_modules/{source} is missing.", hint="Run `make setup`.", id="ergo.E001")
            for name, source in NPM_FILES.items()
            if not Path(self.storage.path(name)).is_file() and not (collected / name).is_file()
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Where one static name lies; with find_all a list. Not found is an empty list: None would count as a place."""
        found = [self.storage.path(path)] if path in NPM_FILES else []
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every named file, for collectstatic."""
        patterns = [*(ignore_patterns or ())]
        return ((name, self.storage) for name in NPM_FILES if not matches_patterns(name, patterns))
