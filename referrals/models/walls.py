"""Which tables are open although they name a municipality, and which policies a table has besides those of every table.

/health/ready compares the database with this, so that a wall taken down by hand is seen; so do the tests.
"""

from ergo import roles
from ergo.postgresql.policies import COUNTED, IN_SCOPE, OF_ITS_LOGS, OWN, Policy, readable_where
from ergo.postgresql.walls import OwnersView, Walls

# Tables that name a municipality and are not behind row-level security, each with the reason.
OPEN_TABLES = {
    "referrals_unit": "names of a service's parts; asked for with the memberships, before anything is in scope",
    "referrals_membership": "asked for before anybody knows what is in scope",
    "referrals_employment": "coverage counts the årsverk of the whole country; names are guarded by permissions",
    "referrals_vacancy": "a post that nobody has is about nobody",
    "referrals_population": "published",
    "referrals_prioritykey": "targets are published rules",
    "referrals_coveragestatement": "a municipality's public word",
    "referrals_staffingfigure": "published",
    "referrals_boundaryarea": "published",
    "referrals_waitmark": "that something changed somewhere; closed to the app altogether",
    "referrals_endmark": "that something changed somewhere; closed to the app altogether",
}

IN_LOG_SCOPE = IN_SCOPE.format("log_municipality_ids")

# Views that read with their owner's rights, not with those of whoever asks, each with the reason.
OWNERS_VIEWS = {
    "referrals_auditevent_by_name": OwnersView(
        "names of facts for those to whom the change log shows no line: it has values", IN_LOG_SCOPE
    ),
}

# Registers have no municipality. Of a municipality's own, the change log has values: logs in scope do not open it.
OF_REGISTERS = readable_where(
    "(municipality_id IS NULL AND nullif(current_setting('ergo.user_id', true), '') IS NOT NULL)"
)

# Logs and openings are read by those who read the logs of a municipality, too.
READ_WITH_LOGS = readable_where(OF_ITS_LOGS)
APPENDED = Policy("appended", "INSERT", "public", check=IN_LOG_SCOPE)
BY_TRIGGER = Policy("by_trigger", "INSERT", roles.OWNER, check="true")
SEALED = Policy("sealed", "SELECT", roles.OWNER, "true")
# Which citizen a number is of, asked through a function of the owner's by whoever has no citizen in scope.
KNOWN_BY = Policy("known_by", "SELECT", roles.OWNER, IN_LOG_SCOPE)

WALLS = Walls(
    OPEN_TABLES,
    {
        "referrals_person": frozenset({KNOWN_BY}),
        "referrals_referral": frozenset({COUNTED}),
        "referrals_waitpause": frozenset({COUNTED}),
        "referrals_preliminaryreply": frozenset({COUNTED}),
        "referrals_referralevent": frozenset({COUNTED}),
        "referrals_confidant": frozenset({READ_WITH_LOGS}),
        "referrals_barring": frozenset({READ_WITH_LOGS}),
        "referrals_opening": frozenset({READ_WITH_LOGS}),
        "referrals_auditevent": frozenset({OF_REGISTERS, BY_TRIGGER, SEALED}),
        "referrals_viewlog": frozenset({READ_WITH_LOGS, APPENDED, SEALED}),
        "referrals_draft": frozenset({OWN}),
        "referrals_viewlogperson": frozenset({READ_WITH_LOGS, APPENDED, SEALED}),
    },
    OWNERS_VIEWS,
)
