"""DuckDB as the yardstick from outside: the same rows in its native tables, and the same figures in its own SQL.

The definitions are those of docs/definitions.md, written once more.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
from django.db import connection

# What the figures need of each of our tables.
TABLES = {
    "municipality": ("id BIGINT, county_id BIGINT", "referrals_municipality"),
    "referral": (
        "id BIGINT, municipality_id BIGINT, category_id BIGINT, priority SMALLINT, prioritised_on DATE,"
        " received_on DATE, wait_end DATE, outcome VARCHAR",
        "referrals_referral",
    ),
    "pause": ("referral_id BIGINT, reason VARCHAR, started_on DATE, ended_on DATE", "referrals_waitpause"),
    "version": (
        "id BIGINT, municipality_id BIGINT, valid_from DATE",
        "referrals_prioritykey WHERE replaced_at IS NULL",
    ),
    "target": (
        "key_id BIGINT, category_id BIGINT, level SMALLINT, days SMALLINT",
        "referrals_prioritytarget",
    ),
}

FACTS = """
WITH judged AS (
    SELECT *, lead(valid_from) OVER (PARTITION BY municipality_id ORDER BY valid_from) AS valid_to FROM version
), known AS (
    SELECT referral.id, referral.municipality_id, municipality.county_id, referral.category_id, referral.received_on,
        CASE WHEN referral.prioritised_on <= $day THEN referral.priority END AS level,
        date_diff('day', referral.received_on, $day) AS gross_days
    FROM referral JOIN municipality ON municipality.id = referral.municipality_id
    WHERE referral.received_on <= $day AND (referral.wait_end IS NULL OR referral.wait_end > $day)
        AND (referral.outcome IS NULL OR referral.outcome NOT IN ('duplicate', 'entered_in_error'))
), held AS (
    SELECT known.id, greatest(pause.started_on, known.received_on) AS since,
        least(coalesce(pause.ended_on, $day), $day) AS until,
        pause.reason IN ('hospital', 'own_wish', 'away') AS stops,
        pause.started_on <= $day AND (pause.ended_on IS NULL OR pause.ended_on > $day) AS is_running
    FROM known JOIN pause ON pause.referral_id = known.id
), each_once AS (
    -- Of each only what comes after the last day of those that began before it.
    SELECT *, greatest(since, coalesce(max(until) FILTER (WHERE stops) OVER (
        PARTITION BY id ORDER BY since ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), since)) AS first FROM held
), paused AS (
    SELECT id, sum(greatest(0, date_diff('day', first, until))) FILTER (WHERE stops) AS days,
        bool_or(is_running) AS is_running
    FROM each_once GROUP BY id
), facts AS (
    SELECT known.*, gross_days > target.days + coalesce(paused.days, 0) AS breaks_target,
        coalesce(paused.is_running, false) AS is_paused
    FROM known
    LEFT JOIN judged ON judged.municipality_id = known.municipality_id AND judged.valid_from <= known.received_on
        AND (judged.valid_to IS NULL OR judged.valid_to > known.received_on)
    LEFT JOIN target ON target.key_id = judged.id AND target.category_id = known.category_id
        AND target.level = known.level
    LEFT JOIN paused ON paused.id = known.id
), counted AS (
    SELECT {groups}, count(*) AS waiting, count(*) FILTER (WHERE breaks_target) AS over_target,
        count(*) FILTER (WHERE level IS NULL) AS not_assessed, count(*) FILTER (WHERE gross_days > 365) AS over_a_year,
        count(*) FILTER (WHERE is_paused) AS paused, quantile_cont(gross_days, [0.5, 0.9]) AS percentiles
    FROM facts GROUP BY {sets}
)
SELECT {names}, waiting, over_target, not_assessed, over_a_year, paused, percentiles[1], percentiles[2] FROM counted
"""
LIVE = FACTS.format(
    groups="coalesce(county_id, 0) AS county", sets="GROUPING SETS ((), (county_id))", names="county"
)
PAST = FACTS.format(**dict.fromkeys(("groups", "sets", "names"), "municipality_id, level"))

# The product's own functions: those of the nation's dashboard, and what the kept figures are worked out by.
COUNTS = "waiting, over_target, not_assessed, over_a_year, paused, median_days, p90_days"
OUR_LIVE = (
    f"SELECT COALESCE(county_id, 0), {COUNTS} FROM public.ergo_count_waiting(%s, ARRAY[]::bigint[], NULL)"
    " WHERE mask IN (3, 5)"
)
OUR_PAST = """
SELECT municipality_id, level, count(*), count(*) FILTER (WHERE breaks_target), count(*) FILTER (WHERE level IS NULL),
    count(*) FILTER (WHERE gross_days > 365), count(*) FILTER (WHERE is_paused),
    (percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY gross_days))[1],
    (percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY gross_days))[2]
FROM public.ergo_wait_facts(%s, NULL) GROUP BY municipality_id, level
"""


class Duck:
    """A DuckDB in memory with the rows that PostgreSQL holds now. Made and asked `as_the_counting_role`."""

    def __init__(self, folder: Path) -> None:
        self._duck = duckdb.connect()
        for table, (columns, source) in TABLES.items():
            self._load(table, columns, source, folder / f"{table}.csv")

    def _load(self, table: str, columns: str, source: str, file: Path) -> None:
        names = ", ".join(column.split()[0] for column in columns.split(", "))
        with connection.cursor() as cursor, file.open("wb") as csv:
            with cursor.copy(f"COPY (SELECT {names} FROM {source}) TO STDOUT (FORMAT csv)") as rows:
                csv.writelines(bytes(part) for part in rows)
        self._duck.execute(f"CREATE TABLE {table} ({columns})")
        self._duck.execute(f"COPY {table} FROM '{file}' (HEADER false)")
        file.unlink()

    def ask(self, question: str, day: date) -> list[tuple]:
        """The figures of a day."""
        return self._duck.execute(question, {"day": day}).fetchall()


def ours(question: str, day: date) -> list[tuple]:
    """The same of PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(question, [day])
        return cursor.fetchall()


def comparable(rows: Sequence[tuple]) -> list[tuple]:
    """In one order; percentiles of whole days fall on halves and tenths."""
    exact = [(*row[:-2], round(float(row[-2]), 1), round(float(row[-1]), 1)) for row in rows]
    return sorted(exact, key=lambda row: [-1 if cell is None else cell for cell in row])
