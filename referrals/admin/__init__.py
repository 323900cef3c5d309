"""The administrators' site: registers, keys, users and memberships are edited, cases are only looked at.

Importing the modules registers their models.
"""

from referrals.admin import (
    access,
    boundaries,
    cases,
    geography,
    jobs,
    law,
    limits,
    logs,
    official_statistics,
    priority,
    workforce,
)

__all__ = [
    "access",
    "boundaries",
    "cases",
    "geography",
    "jobs",
    "law",
    "limits",
    "logs",
    "official_statistics",
    "priority",
    "workforce",
]
