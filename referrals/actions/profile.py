"""What people settle for themselves."""

from referrals.models import User


def choose_language(*, by: User, language: str) -> None:
    """Show the pages in this language from now on, on every device. `language` is one of settings.LANGUAGES."""
    by.language = language
    by.save(update_fields=["language"])


def use_single_keys(*, by: User, on: bool) -> None:
    """Let single keys outside of fields do something, or not, from now on and on every device."""
    by.single_keys = on
    by.save(update_fields=["single_keys"])


def choose_digest(*, by: User, wants: bool) -> None:
    """Whether the daily e-mail of deadlines is sent to the user from now on."""
    by.wants_digest = wants
    by.save(update_fields=["wants_digest"])
