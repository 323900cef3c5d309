"""How a command refuses what it was asked for."""

from django.core.management.base import CommandError


def refused(message: str) -> CommandError:
    """An argument that makes no sense: one line on standard error, and the exit status of wrong usage."""
    return CommandError(message, returncode=2)
