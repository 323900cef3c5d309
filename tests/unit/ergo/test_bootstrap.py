"""What `make` says when something is in the way; the steps themselves are tried by .ci/run on a clean clone."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ergo import bootstrap
from ergo.bootstrap import Stop

PIP_OFFLINE = """
WARNING: Retrying after connection broken by 'NewConnectionError(...)'
ERROR: No matching distribution found for Django==5.2.19
"""
NPM_OFFLINE = "npm error code EAI_AGAIN\nnpm error A complete log of this run can be found in: x\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The paths of bootstrap, moved to an empty folder."""
    for name, path in {
        "BASE": ".",
        "VENV": ".venv",
        "PYTHON": ".venv/bin/python",
        "DATA": ".data",
        "NODE_MODULES": "node_modules",
        "LOG": ".data/setup.log",
    }.items():
        monkeypatch.setattr(bootstrap, name, tmp_path / path)
    return tmp_path


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        (PIP_OFFLINE, "pip cannot reach its registry: check the network or proxy and run the command again."),
        (NPM_OFFLINE, "pip cannot reach its registry: check the network or proxy and run the command again."),
        (
            "OSError: [Errno 28] No space left on device",
            "the disk is full: make room and run the command again.",
        ),
        ("first\nERROR: something else\n\n", "ERROR: something else."),
        ("", "pip said nothing."),
    ],
    ids=["pip offline", "npm offline", "disk full", "other", "silent"],
)
def test_a_failed_installation_becomes_one_line(output: str, advice: str) -> None:
    assert bootstrap.reason(output, "pip") == advice


def test_a_tool_that_fails_names_the_task_and_the_log(folder: Path) -> None:
    bootstrap.check_folder()
    with pytest.raises(Stop, match=r"^Cooking failed: the stove is cold\. Details: \.data/setup\.log\.$"):
        bootstrap.call(
            [sys.executable, "-c", "import sys; sys.exit('the stove is cold')"], "Cooking", tools="pan"
        )


def test_a_step_is_done_until_its_files_change(folder: Path) -> None:
    pins, stamp = folder / "requirements.txt", folder / "stamp"
    pins.write_text("Django==5.2.19")
    assert not bootstrap.is_done(stamp, bootstrap.fingerprint(pins))
    stamp.write_text(bootstrap.fingerprint(pins))
    assert bootstrap.is_done(stamp, bootstrap.fingerprint(pins))
    pins.write_text("Django==5.2.20")
    assert not bootstrap.is_done(stamp, bootstrap.fingerprint(pins))


def test_a_catalogue_is_compiled_when_it_is_newer(folder: Path) -> None:
    source, target = folder / "django.po", folder / "django.mo"
    source.touch()
    assert bootstrap.is_newer(source, target)
    target.touch()
    os.utime(source, (1, 1))
    assert not bootstrap.is_newer(source, target)


def test_a_taken_port_is_told_before_anything_is_installed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            Stop, match=f"Port {port} is taken: choose another, as in `make demo PORT={port + 1}`"
        ):
            bootstrap.check_port(port)


@pytest.mark.parametrize("port", [0, 65536])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    with pytest.raises(Stop, match=f"There is no port {port}"):
        bootstrap.check_port(port)


def test_a_port_that_is_no_number_is_refused() -> None:
    with pytest.raises(Stop, match="PORT must be a number, not '80a'"):
        bootstrap.main(["demo", "--port", "80a"])


@pytest.mark.parametrize("task", [bootstrap.test, bootstrap.journeys])
def test_all_tests_of_a_kind_run_on_all_cores_and_some_of_them_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, task: Callable[[list[str]], None]
) -> None:
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "set_up", lambda _requirements: None)
    monkeypatch.setattr(bootstrap, "check_browser", lambda: None)
    monkeypatch.setattr(bootstrap, "become", lambda *command: started.append(command))
    task([])
    task(["-k", "waiting"])
    whole, some = started
    assert whole[-4:] == ("-n", "auto", "--dist", "loadscope")
    assert some[-2:] == ("-k", "waiting") and "-n" not in some


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(Stop, match=r"needs Python 3\.11 or newer, this is 3\.9"):
        bootstrap.check_python()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    folder.chmod(0o555)
    with pytest.raises(Stop, match="is not writable for you"):
        bootstrap.check_folder()
    folder.chmod(0o755)


def test_an_environment_that_links_nowhere_is_not_removed(folder: Path) -> None:
    (folder / ".venv").symlink_to(folder / "gone")
    bootstrap.check_folder()
    with pytest.raises(Stop, match="is a link to something that does not run"):
        bootstrap.make_venv()
    assert (folder / ".venv").is_symlink()
