"""Settings from the environment: strict, and plain about what is wrong."""

from pathlib import Path

import pytest

from ergo import env
from ergo.env import ConfigurationError

NAME = "ERGO_TEST_SETTING"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("1", True), ("Yes", True), ("on", True), ("0", False), ("false", False), ("", False), (" 1 ", True)],
)
def test_a_flag_is_read_in_the_usual_words(
    word: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, word)
    assert env.flag(NAME) is expected


def test_a_flag_that_is_neither_on_nor_off_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "maybe")
    with pytest.raises(ConfigurationError, match=f"{NAME} must be 1 or 0, not 'maybe'"):
        env.flag(NAME)


def test_names_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " a.example, b.example,")
    assert env.names(NAME) == ["a.example", "b.example"]
    monkeypatch.setenv(NAME, "")
    assert env.names(NAME, ("localhost",)) == ["localhost"]


def test_a_secret_comes_from_the_variable_or_from_the_file_it_points_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("from file\n")
    assert env.secret(NAME) == ""
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    assert env.secret(NAME) == "from file"
    monkeypatch.setenv(NAME, "direct")
    with pytest.raises(ConfigurationError, match="not both"):
        env.secret(NAME)


@pytest.mark.parametrize("content", [None, b"", b"\xff"], ids=["missing", "empty", "not text"])
def test_an_unusable_secret_file_is_named(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv(f"{NAME}_FILE", str(path))
    with pytest.raises(ConfigurationError, match=str(path)):
        env.secret(NAME)
