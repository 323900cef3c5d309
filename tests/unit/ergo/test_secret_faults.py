"""Keys and passwords that should not be used, found without being shown."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ergo.keys import DJANGO, IDENTIFIERS, INDEX, KeyStore, random_key, random_key_ring, random_secret
from ergo.secret_faults import ADDRESSES, faults

GOOD = "postgresql://ergo_app:u8Jd-2kSlw0qPz7Xe1@db/ergo"


@pytest.fixture(autouse=True)
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets as they should be; a test spoils one."""
    for name in ADDRESSES:
        monkeypatch.delenv(name, raising=False)
    for name, value in (
        (DJANGO.variable, random_secret()),
        (IDENTIFIERS.variable, random_key_ring()),
        (INDEX.variable, random_key()),
        ("DATABASE_URL", GOOD),
    ):
        monkeypatch.delenv(f"{name}_FILE", raising=False)
        monkeypatch.setenv(name, value)


def found(folder: Path) -> list[str]:
    return list(faults(KeyStore(folder / "keys", may_create=False)))


def test_good_secrets_have_no_faults(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        (DJANGO.variable, "short", "ERGO_SECRET_KEY: easily guessed"),
        (DJANGO.variable, "abc" * 20, "ERGO_SECRET_KEY: easily guessed"),
        (DJANGO.variable, "django-insecure-" + "qwertyuiopasdfghjkl" * 3, "ERGO_SECRET_KEY: easily guessed"),
        (INDEX.variable, f"{'A' * 43}=", "ERGO_INDEX_KEY: not random"),
        (IDENTIFIERS.variable, f"k1:{'A' * 43}=", "ERGO_IDENTIFIER_KEYS, k1: not random"),
        (
            "DATABASE_URL",
            "postgresql://ergo_app:secret@db/ergo",
            "DATABASE_URL: the password is easily guessed",
        ),
        (
            "DATABASE_URL",
            "postgresql://ergo_app:ergo_app-2026-2026@db/ergo",
            "DATABASE_URL: the password is easily guessed",
        ),
        (
            "DATABASE_OWNER_URL",
            GOOD.replace("ergo_app", "ergo_migrator"),
            "DATABASE_URL and DATABASE_OWNER_URL are the same: passwords must differ.",
        ),
    ],
)
def test_a_secret_that_should_not_be_used_is_found_and_not_shown(
    variable: str, value: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    [line] = found(tmp_path)
    assert line.startswith(fault)
    assert value not in line and "u8Jd" not in line


def test_one_key_for_two_purposes_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = random_key()
    monkeypatch.setenv(INDEX.variable, key)
    monkeypatch.setenv(IDENTIFIERS.variable, f"k2:{random_key()},k1:{key}")
    assert found(tmp_path) == ["ERGO_INDEX_KEY and ERGO_IDENTIFIER_KEYS, k1 are the same: keys must differ."]


def test_a_file_that_others_can_read_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "url"
    path.write_text(GOOD)
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("DATABASE_URL_FILE", str(path))
    path.chmod(0o644)
    assert found(tmp_path) == [
        f"{path}: other users of this machine can read or change it, chmod 600 or 640."
    ]
    path.chmod(0o640)
    assert found(tmp_path) == []


def test_the_key_of_a_provider_that_others_can_read_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "entra.pem"
    path.write_text("private")
    path.chmod(0o644)
    monkeypatch.setenv("ERGO_SSO", "ansattporten,entra")
    monkeypatch.setenv("ERGO_SSO_ENTRA_KEY_FILE", str(path))
    assert found(tmp_path) == [
        f"{path}: other users of this machine can read or change it, chmod 600 or 640."
    ]


def test_the_command_ends_badly_when_there_is_a_fault(
    settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path
    call_command("check_secrets")
    assert capsys.readouterr().out == "The secrets are in order.\n"
    monkeypatch.setenv(DJANGO.variable, "short")
    with pytest.raises(CommandError, match="1 faults in the secrets"):
        call_command("check_secrets")
    assert capsys.readouterr().err.startswith("ERGO_SECRET_KEY: easily guessed")
