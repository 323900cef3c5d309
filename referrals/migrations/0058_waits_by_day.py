"""Whoever waited on a day is found by the day, in an index, and counted with less work: the same figures.

An index of the days of waits that have ended leads to those of any day, however many years lie before and after it;
another one leads to the pauses that ran then. Those who wait still have an index of their own.
"""

from importlib import import_module

import django.contrib.postgres.indexes
from django.db import migrations, models

import referrals.models.periods
from ergo.postgresql.counting import CountingFunction

COUNTS = import_module("referrals.migrations.0006_counts")
PLACES = import_module("referrals.migrations.0031_rollups_places")
OVERLAPPING = import_module("referrals.migrations.0038_overlapping_pauses")
DIVIDED = import_module("referrals.migrations.0044_divided")
changed, instead_of, STOPS = OVERLAPPING.changed, OVERLAPPING.instead_of, OVERLAPPING.STOPS

# --- Who waits ---

# What the indexes hold of a wait, so that no row need be read.
WAITING = "id, municipality_id, category_id, priority, prioritised_on, received_on"
COUNTED = "outcome NOT IN ('duplicate', 'entered_in_error')"
# Together they are `is_waiting`: who waits still, and who waited then.
OPEN = f"""SELECT {WAITING} FROM public.referrals_referral
        WHERE wait_end IS NULL AND received_on <= on_day AND {COUNTED}"""
ENDED = f"""SELECT {WAITING} FROM public.referrals_referral
        WHERE wait_end IS NOT NULL AND daterange(received_on, wait_end) @> on_day AND {COUNTED}"""
# A few municipalities have an index of their own of the ends.
ENDED_THERE = f"""SELECT {WAITING} FROM public.referrals_referral
        WHERE municipality_id = ANY (of_municipalities) AND wait_end > on_day AND received_on <= on_day AND {COUNTED}"""
EVERYBODY = f"""
        {OPEN}
        UNION ALL
        {ENDED}
"""
# Without municipalities: everybody.
SOMEBODY = f"""
        {OPEN} AND (of_municipalities IS NULL OR municipality_id = ANY (of_municipalities))
        UNION ALL
        {ENDED} AND of_municipalities IS NULL
        UNION ALL
        {ENDED_THERE}
"""
WITH_THE_END = EVERYBODY.replace(WAITING, f"{WAITING}, wait_end")
LEVEL = "CASE WHEN waiting.prioritised_on <= on_day THEN waiting.priority END"
IN_THEIR_COUNTY = (
    "JOIN public.referrals_municipality AS municipality ON municipality.id = waiting.municipality_id"
)

EVERYBODYS_WAITS = CountingFunction(
    *COUNTS.WAITING.arguments[:2],
    f"""
    SELECT waiting.id, waiting.municipality_id, municipality.county_id, waiting.category_id, {LEVEL},
        waiting.received_on, waiting.wait_end, on_day - waiting.received_on
    FROM ({WITH_THE_END}) AS waiting {IN_THEIR_COUNTY}
    """,
    is_private=True,
)

WAITS = CountingFunction(
    *PLACES.WAITS.arguments[:2],
    f"""
    SELECT waiting.id, waiting.municipality_id, municipality.county_id, waiting.category_id, {LEVEL},
        waiting.received_on, on_day - waiting.received_on
    FROM ({SOMEBODY}) AS waiting {IN_THEIR_COUNTY}
    """,
    is_private=True,
)

# --- Their targets and their pauses ---

# Hardly any pause begins before the referral is received: of such a wait only the days within it.
DAYS_ON_HOLD = f"""COALESCE(CASE WHEN paused.since < waiting.received_on THEN (
                SELECT sum(upper(span) - lower(span)) FROM (
                    SELECT unnest(range_agg({OVERLAPPING._within("waiting")}))
                    FROM public.referrals_waitpause AS pause
                    WHERE pause.referral_id = waiting.id AND {STOPS}
                ) AS within (span)
            ) ELSE paused.days END, 0)"""


def _known(those: str, *, of_place: str, names: str) -> str:
    """The beginning of a query: `known`, each of those who wait with what is counted of the wait.

    `of_place`: what is asked of the municipality; `names`: by which names.
    """
    of_the_place = ", ".join(f"place.{name}" for name in names.split(", "))
    return f"""
    -- Of each municipality its versions of the priority key, or one line without any. The lines hold all days between
    -- them: before `valid_from` of the first one there are no targets.
    WITH place AS (
        SELECT municipality.id, {of_place}, version.id AS key_id, version.valid_from,
            CASE WHEN lag(version.id) OVER validity IS NULL THEN '-infinity' ELSE version.valid_from END AS since,
            lead(version.valid_from, 1, 'infinity') OVER validity AS until
        FROM public.referrals_municipality AS municipality
        LEFT JOIN public.referrals_prioritykey AS version ON version.municipality_id = municipality.id
            AND version.replaced_at IS NULL
        WINDOW validity AS (PARTITION BY municipality.id ORDER BY version.valid_from)
    ), judged AS MATERIALIZED (
        SELECT waiting.id, {of_the_place}, waiting.category_id, {LEVEL} AS level, waiting.received_on,
            on_day - waiting.received_on AS gross_days, target.days AS target_days
        FROM ({those}) AS waiting
        JOIN place ON place.id = waiting.municipality_id
            AND place.since <= waiting.received_on AND place.until > waiting.received_on
        LEFT JOIN public.referrals_prioritytarget AS target ON target.key_id = place.key_id
            AND target.category_id = waiting.category_id
            AND target.level = {LEVEL}
            AND place.valid_from <= waiting.received_on
    ), held AS (
        -- Of those who would break their target without pauses, in one walk along the index of these. What a pause adds
        -- are its days after the last one of those that began before it.
        SELECT pause.referral_id AS id, pause.started_on, pause.ended_on, {STOPS} AS stops,
            max(LEAST(pause.ended_on, on_day)) FILTER (WHERE {STOPS}) OVER (
                PARTITION BY pause.referral_id ORDER BY pause.started_on
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS held_until
        FROM public.referrals_waitpause AS pause
        WHERE pause.referral_id = ANY (ARRAY(SELECT id FROM judged WHERE gross_days > target_days ORDER BY id))
            AND pause.started_on <= on_day
    ), paused AS (
        SELECT id, min(started_on) AS since,
            sum(GREATEST(LEAST(ended_on, on_day) - GREATEST(started_on, held_until), 0)) FILTER (WHERE stops) AS days
        FROM held GROUP BY id
    ), running AS (
        SELECT DISTINCT referral_id AS id FROM public.referrals_waitpause
        WHERE daterange(started_on, ended_on) @> on_day
    ), known AS (
        SELECT {names}, waiting.category_id, waiting.level, waiting.gross_days,
            waiting.gross_days > waiting.target_days + {DAYS_ON_HOLD} AS breaks_target,
            running.id IS NOT NULL AS is_running
        FROM judged AS waiting
        LEFT JOIN paused ON paused.id = waiting.id
        LEFT JOIN running ON running.id = waiting.id
    )"""


FACTS = CountingFunction(
    *OVERLAPPING.FACTS.arguments[:2],
    f"""{
        _known(
            SOMEBODY,
            of_place="municipality.id AS municipality_id, municipality.county_id",
            names="municipality_id, county_id",
        )
    }
    SELECT municipality_id, county_id, category_id, level, breaks_target, is_running, gross_days,
        (CASE
            WHEN gross_days <= 14 THEN 0
            WHEN gross_days <= 28 THEN 1
            WHEN gross_days <= 56 THEN 2
            WHEN gross_days <= 84 THEN 3
            WHEN gross_days <= 182 THEN 4
            WHEN gross_days <= 365 THEN 5
            ELSE 6
        END)::smallint
    FROM known
    """,
    is_private=True,
)

# --- Counted for those who see no row ---

GROUP = "in_scope, county_id, place_id"
PLACED = COUNTS.PLACED.replace("waiting.municipality_id", "municipality.id").replace(
    "waiting.", "municipality."
)
SUMMED = ("waiting", "over_target", "not_assessed", "paused")


def _waited(rank: str) -> str:
    """The days of the wait of this rank, from 0, in order."""
    return f"min(gross_days) FILTER (WHERE up_to > {rank})"


def _percentile(tenths: int, *, at_least: int) -> str:
    """On a straight line between the two waits around it (R type 7): whole days give whole tenths. None of a few."""
    before = f"{tenths} * (in_all - 1)"
    lower, upper = _waited(f"{before} / 10"), _waited(f"({before} + 9) / 10")
    exact = f"({lower} * 10 + ({upper} - {lower}) * ({before} % 10))::double precision / 10"
    return f"CASE WHEN in_all >= {at_least} THEN {exact} END"


# Whole days are counted first, so that all groups are added up from some thousands of counts, and nobody is put in order.
COUNT_WAITING = CountingFunction(
    *COUNTS.COUNT_WAITING.arguments[:2],
    f"""{_known(EVERYBODY, of_place=PLACED.strip(), names=GROUP)}, each_day AS MATERIALIZED (
        SELECT {GROUP}, gross_days,
            count(*)::integer AS waiting,
            count(*) FILTER (WHERE breaks_target)::integer AS over_target,
            count(*) FILTER (WHERE level IS NULL)::integer AS not_assessed,
            count(*) FILTER (WHERE is_running)::integer AS paused
        FROM known
        GROUP BY {GROUP}, gross_days
    ), together AS (
        SELECT GROUPING({GROUP}) AS mask, {GROUP}, gross_days,
            {", ".join(f"sum({count})::integer AS {count}" for count in SUMMED)}
        FROM each_day
        GROUP BY GROUPING SETS ((in_scope, gross_days), (county_id, gross_days), (place_id, gross_days))
    ), in_order AS (
        SELECT *,
            sum(waiting) OVER (PARTITION BY mask, {GROUP} ORDER BY gross_days ROWS UNBOUNDED PRECEDING) AS up_to,
            sum(waiting) OVER (PARTITION BY mask, {GROUP}) AS in_all
        FROM together
    )
    SELECT mask, {GROUP}, in_all,
        sum(over_target),
        sum(not_assessed),
        COALESCE(sum(waiting) FILTER (WHERE gross_days > 365), 0),
        sum(paused),
        {_percentile(5, at_least=10)},
        {_percentile(9, at_least=20)}
    FROM in_order
    GROUP BY mask, {GROUP}, in_all
    """,
)

# Where a wait came from stands in no index: rows are read once, for it and for all the rest.
COUNT_DIVIDED = changed(
    changed(
        DIVIDED.COUNT_DIVIDED,
        """FROM public.ergo_waiting(on_day) AS waiting
        JOIN public.referrals_referral AS referral ON referral.id = waiting.id
""",
        f"""FROM (
            SELECT waiting.municipality_id, municipality.county_id, waiting.category_id, {LEVEL} AS level,
                waiting.source, on_day - waiting.received_on AS gross_days
            FROM ({EVERYBODY.replace(WAITING, f"{WAITING}, source")}) AS waiting {IN_THEIR_COUNTY}
        ) AS waiting
""",
    ),
    "referral.source",
    "waiting.source",
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0057_name_words")]

    operations = [
        migrations.AddIndex(
            model_name="referral",
            index=django.contrib.postgres.indexes.GistIndex(
                referrals.models.periods.DateRange("received_on", "wait_end"),
                condition=models.Q(
                    ("wait_end__isnull", False),
                    models.Q(("outcome__in", ["duplicate", "entered_in_error"]), _negated=True),
                ),
                include=[
                    "id", "municipality", "category", "priority", "prioritised_on", "received_on", "wait_end",
                ],
                name="referral_waited",
            ),
        ),
        migrations.AddIndex(
            model_name="waitpause",
            index=django.contrib.postgres.indexes.GistIndex(
                referrals.models.periods.DateRange("started_on", "ended_on"),
                include=["referral", "started_on", "ended_on"],
                name="pause_ran",
            ),
        ),
        *instead_of(COUNTS.WAITING, EVERYBODYS_WAITS),
        *instead_of(PLACES.WAITS, WAITS),
        *instead_of(OVERLAPPING.FACTS, FACTS),
        *instead_of(OVERLAPPING.COUNT_WAITING, COUNT_WAITING),
        *instead_of(DIVIDED.COUNT_DIVIDED, COUNT_DIVIDED),
    ]  # fmt: skip
