"""A demo as plain Python reads it: the rows of its tables by SQL, and the waits that are computed of them."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from referrals.choices import Knowledge
from referrals.models import Municipality
from tests import plain_figures
from tests.plain_figures import Rows, Wait
from tests.unit.reports.plain_rows import read

QUERIES = {
    "referrals": """
        SELECT referral.id, municipality_id AS municipality, person_id AS person, category.code AS category,
            received_on, priority, prioritised_on, started_on, closed_on, outcome, source, handling, number,
            therapist_id AS therapist
        FROM referrals_referral AS referral JOIN referrals_category AS category ON category.id = category_id
    """,
    "pauses": "SELECT referral_id AS referral, reason, started_on, ended_on FROM referrals_waitpause",
    "events": """
        SELECT id, municipality_id AS municipality, referral_id AS referral, registered_at, kind, happened_on,
            details::text AS details
        FROM referrals_referralevent
    """,
    "replies": "SELECT referral_id AS referral, sent_on FROM referrals_preliminaryreply",
    "reply_rules": """
        SELECT key_id AS key, category.code AS category, is_due
        FROM referrals_replyrule JOIN referrals_category AS category ON category.id = category_id
    """,
    "categories": "SELECT code, is_vedtak FROM referrals_category",
    "keys": """
        SELECT id, municipality_id AS municipality, valid_from, registered_at, replaced_at
        FROM referrals_prioritykey
    """,
    "targets": """
        SELECT key_id AS key, category.code AS category, level, days
        FROM referrals_prioritytarget JOIN referrals_category AS category ON category.id = category_id
    """,
}


@dataclass
class Demo:
    """The demo as it stands, and as plain Python has read it; `late` is how often what was registered late."""

    places: list[Municipality]
    rows: Rows
    late: dict[str, int]
    _known: dict[Any, list[Wait]] = field(default_factory=dict)

    def known(self, knowledge: Knowledge, on: date) -> list[Wait]:
        """Every referral of the country, as it is looked at on the day."""
        then = knowledge == Knowledge.THEN
        key = on if then else None
        if key not in self._known:
            rows = self.rows
            self._known[key] = (
                plain_figures.as_known_then(rows, on) if then else plain_figures.as_now_known(rows)
            )
        return self._known[key]

    def known_in(self, place: Municipality, knowledge: Knowledge, on: date) -> list[Wait]:
        """Those of one municipality."""
        return [wait for wait in self.known(knowledge, on) if wait.municipality == place.pk]


def _read(query: str) -> list[dict[str, Any]]:
    rows = read(query)
    return [row | {"details": json.loads(row["details"])} if "details" in row else row for row in rows]


def read_rows() -> Rows:
    """All of it, as it stands now."""
    return Rows(**{name: _read(query) for name, query in QUERIES.items()})
