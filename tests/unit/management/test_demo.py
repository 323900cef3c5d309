"""What the demo refuses, and what it does once only."""

import socket
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ergo import serving
from referrals.management.commands import demo
from referrals.models import Installation, User


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that would have been run."""
    taken: list[str] = []
    monkeypatch.setattr(demo, "step", lambda *command, quiet=False: taken.append(command[0]))
    return taken


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_an_installation_for_real_is_never_served_as_a_demo(settings) -> None:
    settings.FOR_REAL = True
    with pytest.raises(CommandError, match="start the demo with `make demo`"):
        call_command("demo")


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(CommandError, match="is taken"):
        call_command("demo", port=other.getsockname()[1])


def test_a_free_port_is_served_on_loopback_only(free_port: int) -> None:
    found = serving.addresses(free_port)
    assert found[0] == f"127.0.0.1:{free_port}"
    assert set(found) <= {f"127.0.0.1:{free_port}", f"[::1]:{free_port}"}


@pytest.mark.django_db
def test_an_empty_database_is_filled(steps: list[str]) -> None:
    demo.Command().prepare_database()
    assert steps == ["load_registers", "seed_demo"]


@pytest.mark.django_db
def test_a_demo_is_kept_and_only_its_registers_are_refreshed(steps: list[str]) -> None:
    Installation.objects.create(id=1, is_demo=True)
    User.objects.create_user("koordinator")
    demo.Command().prepare_database()
    assert steps == ["load_registers"]


@pytest.mark.django_db
def test_real_data_are_left_alone(steps: list[str]) -> None:
    User.objects.create_user("somebody")
    with pytest.raises(CommandError, match="holds real data"):
        demo.Command().prepare_database()
    assert steps == []


def test_static_files_are_collected_once(steps: list[str], settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    demo.Command().collect_static_files()
    demo.Command().collect_static_files()
    assert steps == ["collectstatic"]


def test_the_terminal_tells_everybody_who_can_sign_in() -> None:
    lines = list(demo.sign_in_lines())
    assert any("koordinator" in line and "Moss" in line for line in lines)
    assert demo.DEMO_PASSWORD in lines[-1]


def test_the_worker_of_the_jobs_ends_with_the_demo() -> None:
    jobs = demo.run_jobs_beside()
    assert jobs.poll() is None
    demo.end(jobs)
    assert jobs.returncode is not None
