"""Strict reading of the environment: a wrong value stops the start with one line that says how to mend it."""

import os
from pathlib import Path

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


class ConfigurationError(Exception):
    """A setting is wrong or missing. The message is one line for the person who runs the installation."""


def text(name: str, default: str = "") -> str:
    """The variable without surrounding white space, or the default where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """A variable that is on or off. Raises ConfigurationError for any other word."""
    word = text(name, "1" if default else "0").lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ConfigurationError(f"{name} must be 1 or 0, not {word!r}.")


def number(name: str, default: int, *, least: int = 1) -> int:
    """A variable that is a whole number, not below `least`. Raises ConfigurationError for anything else."""
    words = text(name, str(default))
    if not words.isdecimal() or int(words) < least:
        raise ConfigurationError(f"{name} must be a whole number of at least {least}, not {words!r}.")
    return int(words)


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A variable that holds names separated by commas, as in `a.example,b.example`."""
    return [part.strip() for part in text(name).split(",") if part.strip()] or list(default)


def secret(name: str) -> str:
    """A secret from NAME, or from the file that NAME_FILE points to; empty where neither is set.

    Raises ConfigurationError when both are set, or when the file cannot be read or is empty.
    """
    value, file_name = text(name), text(f"{name}_FILE")
    if value and file_name:
        raise ConfigurationError(f"Set {name} or {name}_FILE, not both.")
    return read_secret_file(Path(file_name), f"{name}_FILE") if file_name else value


def read_secret_file(path: Path, name: str) -> str:
    """The content of a secret file. Raises ConfigurationError, naming the variable, when there is none."""
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise ConfigurationError(f"{name}: cannot read {path} ({reason}).") from error
    if not content:
        raise ConfigurationError(f"{name}: {path} is empty.")
    return content
