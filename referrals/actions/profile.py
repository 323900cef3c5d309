"""What people settle for themselves."""

from referrals.models import User


def choose_language(*, by: User, language: str) -> None:
    """Show the pages in this language from now on, on every device. `language` is one of settings.LANGUAGES."""
    by.language = language
    by.save(update_fields=["language"])
