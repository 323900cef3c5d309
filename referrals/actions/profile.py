"""What people settle for themselves."""

from collections.abc import Sequence

from referrals.models import User


def choose_language(*, by: User, language: str) -> None:
    """Show the pages in this language from now on, on every device. `language` is one of settings.LANGUAGES."""
    by.language = language
    by.save(update_fields=["language"])


def use_single_keys(*, by: User, on: bool) -> None:
    """Let single keys outside of fields do something, or not, from now on and on every device."""
    by.single_keys = on
    by.save(update_fields=["single_keys"])


def hide_columns(*, by: User, columns: Sequence[str]) -> None:
    """Leave these columns of the waitlist out for the user from now on; `columns` are their names in the table."""
    by.hidden_columns = list(columns)
    by.save(update_fields=["hidden_columns"])


def choose_digest(*, by: User, wants: bool) -> None:
    """Whether the daily e-mail of deadlines is sent to the user from now on."""
    by.wants_digest = wants
    by.save(update_fields=["wants_digest"])
