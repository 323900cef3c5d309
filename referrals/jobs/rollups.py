"""The finished statistics are kept up to date: today's each minute, what nobody waits for each night."""

from referrals.actions import rollups
from referrals.jobs.job import Occasion
from referrals.waiting import oslo_date

MOST_DAYS = 20
"""Days that are worked out in one run: after a correction of years ago today's figures must not wait for all others."""


def refresh_rollups(occasion: Occasion) -> None:
    """What has changed since the last run; older days than fit into a minute are left to the next."""
    rollups.refresh(today=oslo_date(occasion.at), at_most=MOST_DAYS)


def freeze_months(occasion: Occasion) -> None:
    """Figures of the month that has ended are put down as they were known at its end."""
    rollups.freeze(today=oslo_date(occasion.at))


def tidy_rollups(occasion: Occasion) -> None:
    """Days of long ago are forgotten, and those that no dashboard asks for by itself are corrected."""
    rollups.tidy(today=oslo_date(occasion.at))
