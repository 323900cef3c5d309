"""Sealing what has been logged, each minute: whoever would change a log has no more than that to do it in."""

from referrals.actions import sealing
from referrals.jobs.job import Occasion


def seal_logs(occasion: Occasion) -> None:
    """Seal the lines that were written since the last time."""
    sealing.seal()
