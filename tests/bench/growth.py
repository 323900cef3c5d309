"""The whole country, made in the database itself: a million referrals in minutes, not in an hour.

Half a million come a year, so that five million are ten years. However many there are, as many wait: history grows and
the list does not, as in a municipality that works.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from ergo.database import Purpose
from referrals.models import (
    Category,
    EndedStat,
    EndMark,
    FlowStat,
    Installation,
    Municipality,
    Person,
    PriorityKey,
    PriorityTarget,
    Referral,
    RolledDay,
    RolledEnds,
    StartStat,
    WaitMark,
    WaitPause,
    WaitStat,
)
from referrals.views.clock import now
from tests.bench import tables, workforce
from tests.factories import TARGET_DAYS
from tests.harness.app_role import connected_for

WAITING = 40_000
YEARS = 10
REFERRALS_A_DAY = 5_000_000 / (365 * YEARS)
A_BATCH = 250_000

PLACES = """
CREATE TEMPORARY TABLE bench_place AS
WITH weighed AS (
    SELECT id, exp(1.1 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) AS weight
    FROM unnest(%s::bigint[]) AS id
), share AS (SELECT id, ceil(20000 * weight / sum(weight) OVER ())::int AS many FROM weighed)
SELECT array_agg(id) AS ids FROM share CROSS JOIN generate_series(1, many)
"""

DRAWN = """
CREATE TEMPORARY TABLE bench_drawn AS
WITH drawn AS (
    SELECT number, ids[1 + floor(random() * cardinality(ids))::int] AS place,
        floor(number / %(a_day)s)::int AS age, 1 + floor(random() * 4)::int AS level,
        floor(-ln(1 - random()) * 60)::int AS waited, random() AS chance
    FROM generate_series(%(first)s::int, %(last)s::int) AS number CROSS JOIN bench_place
), dated AS (
    SELECT *, %(today)s::date - CASE WHEN %(waits)s THEN LEAST(waited * 2, 900) ELSE age + waited END AS received
    FROM drawn
)
SELECT *, CASE WHEN %(waits)s THEN NULL ELSE received + waited END AS ended,
    CASE WHEN chance < 0.9 OR NOT %(waits)s THEN level END AS priority
FROM dated
"""

# The id of each is the number of the referral. Of a sealed identity number nothing is opened here.
PERSONS = """
INSERT INTO referrals_person (
    id, municipality_id, given_name, family_name, name_key, identifier_kind, identifier_sealed, identifier_index,
    birth_date, phone, email, address, postal_code, postal_place, protection, written_form, interpreter_language)
SELECT number, place, 'Kari', 'Prøve ' || to_char(number, 'FM0000000'),
    'pr|ve ' || to_char(number, 'FM0000000') || ' kari', 'fnr', '\\x00', sha256(number::text::bytea),
    date '1930-01-01' + number %% 25000, '', '', '', '', '', 'none', 'nb', ''
FROM bench_drawn
"""

REFERRALS = """
INSERT INTO referrals_referral (
    municipality_id, number, person_id, category_id, received_on, seniority_on, registered_at, source, channel,
    handling, urgency, reason, what_matters, referrer_name, referrer_phone, external_reference, status, priority,
    prioritised_on, started_on, closed_on, outcome, changed_at, version)
SELECT place, to_char(2000 + number / 1000000, 'FM0000') || '-' || to_char(number %% 1000000, 'FM000000'), number,
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
FROM bench_drawn
"""

# Every third has one; of those who wait it runs still where its month is not over.
PAUSES = """
INSERT INTO referrals_waitpause (municipality_id, referral_id, reason, started_on, ended_on)
SELECT municipality_id, id, CASE WHEN id %% 2 = 0 THEN 'own_wish' ELSE 'capacity' END, received_on + 1,
    CASE WHEN wait_end IS NOT NULL OR received_on + 1 + (id %% 30)::int <= %(today)s::date
        THEN LEAST(received_on + 1 + (id %% 30)::int, wait_end) END
FROM referrals_referral WHERE id %% 3 = 0 AND id > %(above)s AND received_on + 1 <= COALESCE(wait_end, %(today)s::date)
"""
# Of every tenth of them another one overlaps it, for another reason that stops the clock too.
SECOND_PAUSES = """
INSERT INTO referrals_waitpause (municipality_id, referral_id, reason, started_on, ended_on)
SELECT municipality_id, id, 'hospital', received_on + 12,
    CASE WHEN wait_end IS NOT NULL OR received_on + 36 <= %(today)s::date THEN LEAST(received_on + 36, wait_end) END
FROM referrals_referral WHERE id %% 30 = 24 AND id > %(above)s
    AND received_on + 12 <= COALESCE(wait_end, %(today)s::date)
"""


PARTS = [Person, Referral, WaitPause]
KEPT = [WaitStat, FlowStat, RolledDay, WaitMark, StartStat, EndedStat, RolledEnds, EndMark]
KEYS = [Municipality, PriorityKey, PriorityTarget]


class Country:
    """The real municipalities with a priority key each, therapists, and as many referrals as asked for; it can only
    grow.

    It says that it is fictitious, and so can be served as the demo is.
    """

    def __init__(self, today: date) -> None:
        tables.start_afresh()
        self.today, self.size = today, 0
        Installation.objects.create(id=1, is_demo=True)
        places = list(Municipality.objects.present())
        _give_keys(places, valid_from=today - timedelta(days=365 * (YEARS + 5)))
        self._ids = [place.pk for place in places]
        workforce.employ(today)

    def grow(self, size: int) -> None:
        """Referrals are added until there are so many; the first ones are those who wait. Nothing where there are."""
        if size <= self.size:
            return
        with connected_for(Purpose.OWN), _unlogged(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ergo.data_migration = 'on'")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT setseed(0.5)")
            cursor.execute(PLACES, [self._ids])
            for first, last, waits in self._batches(size):
                self._add(cursor, first, last, waits=waits)
            cursor.execute("DROP TABLE bench_place")
            cursor.execute("SELECT setval(pg_get_serial_sequence('referrals_person', 'id'), %s)", [size])
        self.size = size
        self.analyze()

    def analyze(self) -> None:
        """Let the planner know the tables, as autovacuum does."""
        with connected_for(Purpose.OWN), connection.cursor() as cursor:
            names = [model._meta.db_table for model in [*PARTS, *KEPT, *KEYS, *workforce.TABLES]]
            cursor.execute(f"VACUUM ANALYZE {', '.join(names)}")

    def _batches(self, size: int) -> Iterator[tuple[int, int, bool]]:
        edges = [self.size + 1, *range(self.size + A_BATCH, size, A_BATCH), size + 1]
        if not self.size:
            yield 1, WAITING, True
            edges = [WAITING + 1, *range(A_BATCH, size, A_BATCH), size + 1]
        for first, after in pairwise(edges):
            yield first, after - 1, False

    def _add(self, cursor: CursorWrapper, first: int, last: int, *, waits: bool) -> None:
        values = {
            "first": first, "last": last, "waits": waits, "a_day": REFERRALS_A_DAY, "today": self.today,
            "above": self._newest(cursor),
        }  # fmt: skip
        for statement in (DRAWN, PERSONS, REFERRALS, PAUSES, SECOND_PAUSES):
            cursor.execute(statement, values)
        cursor.execute("DROP TABLE bench_drawn")

    def _newest(self, cursor: CursorWrapper) -> int:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM referrals_referral")
        return int(cursor.fetchone()[0])


def _give_keys(places: Iterable[Municipality], *, valid_from: date) -> None:
    """The template's days, in every category alike."""
    keys = PriorityKey.objects.bulk_create(
        PriorityKey(municipality=place, valid_from=valid_from, registered_at=now()) for place in places
    )
    PriorityTarget.objects.bulk_create(
        PriorityTarget(key=key, category=category, level=level, days=days)
        for key in keys
        for category in Category.objects.all()
        for level, days in TARGET_DAYS.items()
    )


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
