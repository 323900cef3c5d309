"""Ten years of the whole country, made in the database itself: a million referrals in a minute, not in an hour.

However many there are, as many wait: history grows and the list does not, as in a municipality that works.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from ergo.database import Purpose
from referrals.models import (
    FlowStat,
    Municipality,
    Person,
    PriorityKey,
    PriorityTarget,
    Referral,
    RolledDay,
    WaitMark,
    WaitPause,
    WaitStat,
)
from tests.bench import tables
from tests.harness.app_role import connected_for

WAITING = 40_000
YEARS = 10
A_BATCH = 250_000

PLACES = """
CREATE TEMPORARY TABLE bench_place AS
WITH weighed AS (
    SELECT id, exp(1.1 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) AS weight
    FROM unnest(%s::bigint[]) AS id
), share AS (SELECT id, ceil(20000 * weight / sum(weight) OVER ())::int AS many FROM weighed)
SELECT array_agg(id) AS ids FROM share CROSS JOIN generate_series(1, many)
"""

REFERRALS = """
WITH drawn AS (
    SELECT number, ids[1 + floor(random() * cardinality(ids))::int] AS place,
        floor(random() * %(days)s)::int AS age, 1 + floor(random() * 4)::int AS level,
        floor(-ln(1 - random()) * 60)::int AS waited, random() AS chance
    FROM generate_series(%(first)s::int, %(last)s::int) AS number CROSS JOIN bench_place
), dated AS (
    SELECT *, %(today)s::date - CASE WHEN %(waits)s THEN LEAST(waited * 2, 900) ELSE age + waited END AS received
    FROM drawn
), ended AS (
    SELECT *, CASE WHEN %(waits)s THEN NULL ELSE received + waited END AS ended,
        CASE WHEN chance < 0.9 OR NOT %(waits)s THEN level END AS priority
    FROM dated
)
INSERT INTO referrals_referral (
    municipality_id, number, person_id, category_id, received_on, seniority_on, registered_at, source, channel,
    handling, urgency, reason, what_matters, referrer_name, referrer_phone, external_reference, status, priority,
    prioritised_on, started_on, closed_on, outcome, changed_at, version)
SELECT place, to_char(2000 + number / 1000000, 'FM0000') || '-' || to_char(number %% 1000000, 'FM000000'), person.id,
    (SELECT array_agg(id ORDER BY id) FROM referrals_category)[1 + number %% (SELECT count(*) FROM referrals_category)],
    received, received, received::timestamp + interval '12 hours', 'gp', 'letter', 'referral', '', '', '', '', '', '',
    CASE WHEN %(waits)s THEN CASE WHEN priority IS NULL THEN 'received' ELSE 'waiting' END ELSE 'closed' END,
    priority, CASE WHEN priority IS NOT NULL THEN received END,
    CASE WHEN chance < 0.8 THEN ended END,
    CASE WHEN ended IS NULL THEN NULL WHEN chance < 0.8 THEN LEAST(ended + 60, %(today)s::date)
        ELSE ended END,
    CASE WHEN %(waits)s THEN '' WHEN chance < 0.8 THEN 'finished'
        WHEN chance < 0.81 THEN 'duplicate' ELSE 'not_needed' END,
    %(today)s::timestamp + interval '12 hours', 1
FROM ended JOIN referrals_person AS person ON person.municipality_id = place
"""

PAUSES = """
INSERT INTO referrals_waitpause (municipality_id, referral_id, reason, started_on, ended_on)
SELECT municipality_id, id, CASE WHEN id %% 2 = 0 THEN 'own_wish' ELSE 'capacity' END, received_on + 1,
    LEAST(received_on + 1 + (id %% 30)::int, COALESCE(wait_end, %(today)s::date))
FROM referrals_referral WHERE id %% 3 = 0 AND id > %(above)s AND received_on + 1 <= COALESCE(wait_end, %(today)s::date)
"""


PARTS = [Person, Referral, WaitPause]
KEPT = [WaitStat, FlowStat, RolledDay, WaitMark]
KEYS = [Municipality, PriorityKey, PriorityTarget]


class Country:
    """The real municipalities with a citizen each, and as many referrals as asked for; it can only grow."""

    def __init__(self, today: date) -> None:
        tables.start_afresh()
        self.today, self.size = today, 0
        places = list(Municipality.objects.present())
        Person.objects.bulk_create(
            Person(municipality=place, given_name="Kari", family_name="Prøve", birth_date=date(1950, 1, 1))
            for place in places
        )
        self._ids = [place.pk for place in places]

    def grow(self, size: int) -> None:
        """Referrals are added until there are so many; the first ones are those who wait."""
        with connected_for(Purpose.OWN), _unlogged(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ergo.data_migration = 'on'")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT setseed(0.5)")
            cursor.execute(PLACES, [self._ids])
            for first, last, waits in self._batches(size):
                self._add(cursor, first, last, waits=waits)
            cursor.execute("DROP TABLE bench_place")
        self.size = size
        self.analyze()

    def analyze(self) -> None:
        """Let the planner know the tables, as autovacuum does."""
        with connected_for(Purpose.OWN), connection.cursor() as cursor:
            cursor.execute(
                f"VACUUM ANALYZE {', '.join(model._meta.db_table for model in [*PARTS, *KEPT, *KEYS])}"
            )

    def _batches(self, size: int) -> Iterator[tuple[int, int, bool]]:
        edges = [self.size + 1, *range(self.size + A_BATCH, size, A_BATCH), size + 1]
        if not self.size:
            yield 1, WAITING, True
            edges = [WAITING + 1, *range(A_BATCH, size, A_BATCH), size + 1]
        for first, after in pairwise(edges):
            yield first, after - 1, False

    def _add(self, cursor: CursorWrapper, first: int, last: int, *, waits: bool) -> None:
        values = {
            "first": first, "last": last, "waits": waits, "days": 365 * YEARS, "today": self.today,
            "above": self._newest(cursor),
        }  # fmt: skip
        cursor.execute(REFERRALS, values)
        cursor.execute(PAUSES, values)

    def _newest(self, cursor: CursorWrapper) -> int:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM referrals_referral")
        return int(cursor.fetchone()[0])


@contextmanager
def _unlogged() -> Iterator[None]:
    """The change log rests while rows are made that nobody will ask about."""
    _switch_logs("DISABLE")
    yield
    _switch_logs("ENABLE")


def _switch_logs(verb: str) -> None:
    with connection.cursor() as cursor:
        for model in PARTS:
            for trigger in ("added", "changed", "removed"):
                cursor.execute(f"ALTER TABLE {model._meta.db_table} {verb} TRIGGER log_{trigger}")
