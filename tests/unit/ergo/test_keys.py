"""The keys: made once where that is safe, missed loudly where it is not."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ergo.env import ConfigurationError
from ergo.keys import (
    DJANGO,
    IDENTIFIERS,
    INDEX,
    Key,
    KeyStore,
    any_text,
    checked_key,
    checked_key_ring,
    random_key,
    random_key_ring,
)

NAME = "ERGO_TEST_KEY"
KEY = Key(NAME, "openssl rand -base64 32", random_key, any_text)


def test_a_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys", may_create=True)
    key = store.load(KEY)
    assert store.load(KEY) == key
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "test_key").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "keys") == ["test_key"]


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys", may_create=True)
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: store.load(KEY), range(40)))
    assert len(keys) == 1


def test_a_missing_key_of_a_real_installation_is_never_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"{NAME} is not set: make it with `openssl"):
        KeyStore(tmp_path / "keys", may_create=False).load(KEY)
    assert not (tmp_path / "keys").exists()


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "from outside")
    assert KeyStore(tmp_path / "keys", may_create=True).load(KEY) == "from outside"
    assert not (tmp_path / "keys").exists()


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(ConfigurationError, match="make the folder writable"):
        KeyStore(tmp_path / "keys" / "deeper", may_create=True).load(KEY)


def test_a_made_secret_is_long_enough_for_django() -> None:
    assert len(DJANGO.make()) >= 50


@pytest.mark.parametrize("key", [DJANGO, IDENTIFIERS, INDEX], ids=lambda key: key.variable)
def test_a_key_made_by_hand_as_the_recipe_says_is_accepted(key: Key) -> None:
    made = subprocess.run(["sh", "-c", key.recipe], capture_output=True, text=True, check=True).stdout.strip()
    assert key.check(key.variable, made) == made


def test_a_ring_may_hold_several_keys() -> None:
    new, old = random_key(), random_key()
    assert checked_key_ring(NAME, f"k2:{new}, k1:{old}") == f"k2:{new},k1:{old}"
    assert checked_key_ring(NAME, ring := random_key_ring()) == ring


@pytest.mark.parametrize(
    "ring",
    [
        random_key(),
        "k1:",
        "k1:c2hvcnQ=",
        f"k1:{random_key()},k1:{random_key()}",
        f"K 1:{random_key()}",
        f"k1:{random_key()},",
    ],
    ids=["no name", "no key", "short key", "same name twice", "odd name", "trailing comma"],
)
def test_a_malformed_ring_is_refused(ring: str) -> None:
    with pytest.raises(ConfigurationError, match=NAME):
        checked_key_ring(NAME, ring)


def test_a_refused_key_is_not_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked_key(NAME, "not-a-key")
    assert "not-a-key" not in str(caught.value)
