"""A refresh works out what has changed: the municipalities that something has changed in, and the sums.

Of a day that is kept it is known in which municipalities something has changed since. Their figures are counted from
their rows. Counts of counties and the nation are the sums of the municipalities' then; their percentiles do not add up,
and are read off the waits of everybody, put in order once for each place. Nothing is approximate, and whatever is kept
is still held against `ergo_day_stats`, which counts all of it from the rows in another way.
"""

from importlib import import_module

import django.contrib.postgres.fields
from django.db import migrations, models

from ergo.postgresql.counting import CountingFunction, KeepingFunction

ROLLUPS = import_module("referrals.migrations.0024_rollups_refresh")
FASTER = import_module("referrals.migrations.0030_rollups_faster")
KEY, COUNTS = ROLLUPS.KEY, ROLLUPS.COUNTS

# --- Who waits, and what is counted of them ---

# Two branches, since those who still wait are found by an index of their own; together they are `is_waiting`.
BRANCH = """
        SELECT id, municipality_id, category_id, received_on, priority, prioritised_on
        FROM public.referrals_referral
        WHERE {ends} AND received_on <= on_day AND outcome NOT IN ('duplicate', 'entered_in_error')
            AND (of_municipalities IS NULL OR municipality_id = ANY (of_municipalities))
"""
# Without municipalities: those of everybody.
WAITS = CountingFunction(
    "ergo_waits(on_day date, of_municipalities bigint[])",
    "id bigint, municipality_id bigint, county_id bigint, category_id bigint, level smallint, received_on date,"
    " gross_days integer",
    f"""
    SELECT waiting.id, waiting.municipality_id, municipality.county_id, waiting.category_id,
        CASE WHEN waiting.prioritised_on <= on_day THEN waiting.priority END,
        waiting.received_on, on_day - waiting.received_on
    FROM ({BRANCH.format(ends="wait_end IS NULL")} UNION ALL {BRANCH.format(ends="wait_end > on_day")}) AS waiting
    JOIN public.referrals_municipality AS municipality ON municipality.id = waiting.municipality_id
    """,
    is_private=True,
)

# The pauses of all who wait are read in one walk along their index, and added up once for each who has any: they do not
# overlap.
FACTS = CountingFunction(
    "ergo_wait_facts(on_day date, of_municipalities bigint[])",
    ROLLUPS.FACTS.arguments[1],
    """
    WITH waiting AS MATERIALIZED (
        SELECT * FROM public.ergo_waits(on_day, of_municipalities)
    ), paused AS MATERIALIZED (
        SELECT waiting.id,
            sum(GREATEST(LEAST(pause.ended_on, on_day) - GREATEST(pause.started_on, waiting.received_on), 0))
                FILTER (WHERE pause.reason IN ('hospital', 'own_wish', 'away')) AS days,
            bool_or(pause.started_on <= on_day AND (pause.ended_on IS NULL OR pause.ended_on > on_day)) AS is_running
        FROM waiting JOIN public.referrals_waitpause AS pause ON pause.referral_id = waiting.id
        WHERE pause.referral_id = ANY (ARRAY(SELECT id FROM waiting))
        GROUP BY waiting.id
    ), version AS (
        SELECT id, municipality_id, valid_from, lead(valid_from) OVER (
            PARTITION BY municipality_id ORDER BY valid_from
        ) AS valid_to
        FROM public.referrals_prioritykey
        WHERE replaced_at IS NULL
    )
    SELECT waiting.municipality_id, waiting.county_id, waiting.category_id, waiting.level,
        waiting.gross_days > target.days + COALESCE(paused.days, 0),
        COALESCE(paused.is_running, false),
        waiting.gross_days,
        (CASE
            WHEN gross_days <= 14 THEN 0
            WHEN gross_days <= 28 THEN 1
            WHEN gross_days <= 56 THEN 2
            WHEN gross_days <= 84 THEN 3
            WHEN gross_days <= 182 THEN 4
            WHEN gross_days <= 365 THEN 5
            ELSE 6
        END)::smallint
    FROM waiting
    LEFT JOIN version ON version.municipality_id = waiting.municipality_id
        AND version.valid_from <= waiting.received_on
        AND (version.valid_to IS NULL OR version.valid_to > waiting.received_on)
    LEFT JOIN public.referrals_prioritytarget AS target ON target.key_id = version.id
        AND target.category_id = waiting.category_id
        AND target.level = waiting.level
    LEFT JOIN paused ON paused.id = waiting.id
    """,
    is_private=True,
)

# --- The figures of municipalities, from their rows ---

_NAME, STATS, DAY_QUERY = ROLLUPS.DAY_STATS.arguments
OF_ALL, OF_SOME = "ergo_wait_facts(on_day, NULL)", "ergo_wait_facts(on_day, of_municipalities)"
MUNICIPAL_SETS = ", ".join(
    f"({', '.join(filter(None, ('municipality_id, county_id', split)))})" for split in ("", *ROLLUPS.SPLITS)
)

DAY_STATS = CountingFunction(
    "ergo_day_stats(on_day date)",
    STATS,
    DAY_QUERY.replace("ergo_wait_facts(on_day)", OF_ALL),
    is_private=True,
)

PLACE_STATS = CountingFunction(
    "ergo_place_stats(on_day date, of_municipalities bigint[])",
    STATS,
    DAY_QUERY.replace("ergo_wait_facts(on_day)", OF_SOME).replace(ROLLUPS.SETS, MUNICIPAL_SETS),
    is_private=True,
)

# --- Percentiles of counties and the nation, read off waits in order ---

# A wait in order is a number: a part of the list, shifted by 22 bits, and the gross days. So the waits of each part stand
# together, by days. There are no four million days.
SHIFT = 22
DAYS = (1 << SHIFT) - 1

ORDERED_WAITS = CountingFunction(
    "ergo_ordered_waits(on_day date)",
    "rank smallint, place_key bigint, by_days bigint[], by_category bigint[], by_level bigint[]",
    f"""
    WITH wait AS (
        SELECT county_id, gross_days::bigint AS by_days, (category_id << {SHIFT}) + gross_days AS by_category,
            (COALESCE(level, 0)::bigint << {SHIFT}) + gross_days AS by_level
        FROM public.ergo_waits(on_day, NULL)
    )
    SELECT (CASE WHEN GROUPING(county_id) = 0 THEN 1 ELSE 0 END)::smallint, COALESCE(county_id, 0),
        array_agg(by_days ORDER BY by_days), array_agg(by_category ORDER BY by_category),
        array_agg(by_level ORDER BY by_level)
    FROM wait GROUP BY GROUPING SETS ((county_id), ())
    """,
    is_private=True,
)


def _percentile(tenths: int) -> str:
    """On a straight line between the two waits around it (R type 7): exact, since whole days give whole tenths."""
    before = f"{tenths} * (slice.many - 1)"
    lower = f"(waits[slice.start + {before} / 10 + 1] & {DAYS})"
    upper = f"(waits[slice.start + ({before} + 9) / 10 + 1] & {DAYS})"
    return f"round(({lower} * 10 + ({upper} - {lower}) * ({before} % 10)) / 10.0, 1)"


# Of waits in order those from the lowest to the highest number: how many, and their percentiles. No line where none is.
PERCENTILES = CountingFunction(
    "ergo_percentiles(waits bigint[], lowest bigint, highest bigint)",
    "waiting bigint, median_days numeric, p90_days numeric",
    f"""
    SELECT slice.many, {_percentile(5)}, {_percentile(9)}
    FROM (
        SELECT below.many AS start, (width_bucket(highest, waits) - below.many)::bigint AS many
        FROM (SELECT width_bucket(lowest - 1, waits) AS many) AS below
    ) AS slice
    WHERE slice.many > 0
    """,
    is_private=True,
)

# --- A day worked out once more ---

SUMMED = ("waiting", "over_target", "not_assessed", "over_a_year", "paused")

# The municipalities' cells, those of others as they are kept, added up for each county and the nation.
SUMS = f"""
        SELECT each.split, (CASE WHEN GROUPING(municipality.county_id) = 0 THEN 1 ELSE 0 END)::smallint AS rank,
            COALESCE(municipality.county_id, 0) AS place_key, each.part,
            {", ".join(f"sum(each.{count})::bigint AS {count}" for count in SUMMED)}
        FROM (
            SELECT split, place_key, part, {", ".join(SUMMED)} FROM municipal
            UNION ALL
            SELECT split, place_key, part, {", ".join(SUMMED)} FROM public.referrals_waitstat
            WHERE split IN ('all', 'band', 'category', 'priority') AND day = on_day AND rank = 2
                AND NOT place_key = ANY (of_municipalities)
        ) AS each JOIN public.referrals_municipality AS municipality ON municipality.id = each.place_key
        GROUP BY GROUPING SETS ((each.split, each.part, municipality.county_id), (each.split, each.part))
"""

# Without municipalities: all of them. One statement, so that everything in it is true of the same instant.
CELLS = CountingFunction(
    "ergo_day_cells(on_day date, of_municipalities bigint[])",
    STATS,
    f"""
    WITH municipal AS MATERIALIZED (
        SELECT * FROM public.ergo_place_stats(on_day, of_municipalities)
    ), sums AS ({SUMS}), ordered AS MATERIALIZED (
        SELECT * FROM public.ergo_ordered_waits(on_day)
    ), slice AS (
        SELECT sums.*, CASE sums.split
                WHEN 'category' THEN ordered.by_category
                WHEN 'priority' THEN ordered.by_level
                ELSE ordered.by_days
            END AS waits,
            CASE sums.split
                WHEN 'band' THEN split_part(rtrim(sums.part, '+'), '-', 1)::bigint
                WHEN 'all' THEN 0
                ELSE COALESCE(NULLIF(sums.part, ''), '0')::bigint << {SHIFT}
            END AS lowest,
            CASE sums.split
                WHEN 'band' THEN COALESCE(NULLIF(split_part(sums.part, '-', 2), '')::bigint, {DAYS})
                WHEN 'all' THEN {DAYS}
                ELSE (COALESCE(NULLIF(sums.part, ''), '0')::bigint << {SHIFT}) + {DAYS}
            END AS highest
        FROM sums JOIN ordered ON ordered.rank = sums.rank AND ordered.place_key = sums.place_key
    )
    SELECT {KEY}, {COUNTS} FROM municipal
    UNION ALL
    SELECT slice.split, slice.rank, slice.place_key, slice.part, slice.waiting, slice.over_target, slice.not_assessed,
        slice.over_a_year, slice.paused, read.median_days, read.p90_days
    FROM slice CROSS JOIN LATERAL public.ergo_percentiles(slice.waits, slice.lowest, slice.highest) AS read
    """,
    is_private=True,
)

ROLL_DAY = KeepingFunction(
    "ergo_roll_day(on_day date)",
    "bigint",
    f"""
DECLARE
    -- Before the rows are read: what was committed by then is counted for certain.
    began timestamptz;
    -- Where something has changed; NULL is everywhere, of a day that is not kept or of which nothing is known to differ.
    places bigint[];
    changed bigint;
BEGIN
    {ROLLUPS.LOCK}
    -- Planned for the municipalities at hand: a plan for all of them and for one are not the same.
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
    began := clock_timestamp();
    SELECT NULLIF(stale_places, '{{}}') INTO places FROM public.referrals_rolledday WHERE day = on_day AND is_stale;
    INSERT INTO public.referrals_rolledday AS kept (day, refreshed_at, is_stale, stale_places)
    VALUES (on_day, began, false, '{{}}')
    ON CONFLICT (day) DO UPDATE SET refreshed_at = began, is_stale = false, stale_places = '{{}}';
    WITH counted AS MATERIALIZED (SELECT * FROM public.ergo_day_cells(on_day, places)),
    before AS MATERIALIZED (
        SELECT * FROM public.referrals_waitstat
        WHERE split IN ('all', 'band', 'category', 'priority') AND day = on_day
            AND (rank < 2 OR places IS NULL OR place_key = ANY (places))
    ), differing AS MATERIALIZED (
        SELECT COALESCE(counted.split, before.split) AS split, COALESCE(counted.rank, before.rank) AS rank,
            COALESCE(counted.place_key, before.place_key) AS place_key, COALESCE(counted.part, before.part) AS part,
            {FASTER.COUNTED}, counted.median_days, counted.p90_days
        FROM counted FULL JOIN before ON before.split = counted.split AND before.rank = counted.rank
            AND before.place_key = counted.place_key AND before.part = counted.part
        WHERE {FASTER.VALUES.replace("counted.", "before.")} IS DISTINCT FROM {FASTER.VALUES}
    ), gone AS (
        DELETE FROM public.referrals_waitstat AS kept USING differing
        WHERE differing.waiting IS NULL AND kept.day = on_day AND kept.split = differing.split
            AND kept.rank = differing.rank AND kept.place_key = differing.place_key AND kept.part = differing.part
        RETURNING 1
    ), written AS (
        INSERT INTO public.referrals_waitstat AS kept (day, {KEY}, {COUNTS})
        SELECT on_day, {KEY}, {COUNTS} FROM differing WHERE waiting IS NOT NULL
        ON CONFLICT (split, day, rank, place_key, part) DO UPDATE SET
            waiting = excluded.waiting, over_target = excluded.over_target, not_assessed = excluded.not_assessed,
            over_a_year = excluded.over_a_year, paused = excluded.paused, median_days = excluded.median_days,
            p90_days = excluded.p90_days
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written) INTO changed;
    RETURN changed;
END
    """,
)

# --- What came and went ---

# For each municipality apart, so that its index leads to the last month and no history is read. (OFFSET 0 keeps
# PostgreSQL from joining all of them at once.)
HAPPENED = """
        SELECT place.id, {kind} AS kind, found.{day} AS day, found.outcome
        FROM place CROSS JOIN LATERAL (
            SELECT {day}, started_on, outcome FROM public.referrals_referral
            WHERE municipality_id = place.id AND {day} >= place.since AND {condition} OFFSET 0
        ) AS found
"""
KINDS = (
    ("1", "received_on", "true"),
    ("CASE WHEN found.started_on IS NULL THEN 3 ELSE 2 END", "wait_end", "true"),
    ("4", "closed_on", "started_on IS NOT NULL"),
)
FLOW_SIGNATURE, FLOW_COLUMNS, FLOW_QUERY = ROLLUPS.FLOW_STATS.arguments
PLACES, COUNTED_BY_DAY = FLOW_QUERY.split("happened AS (")[0], FLOW_QUERY.split("), each_day AS (")[1]
FLOW_STATS = CountingFunction(
    FLOW_SIGNATURE,
    FLOW_COLUMNS,
    f"""{PLACES}happened AS ({
        " UNION ALL ".join(
            HAPPENED.format(kind=kind, day=day, condition=condition) for kind, day, condition in KINDS
        )
    }), each_day AS ({COUNTED_BY_DAY}""",
    is_private=True,
)

_NAME, _RETURNS, FLOW_BODY = ROLLUPS.ROLL_FLOW.arguments
# Also a day that is stale already: something has changed in more municipalities now.
DAYS_STALE = "UPDATE public.referrals_rolledday SET is_stale = true WHERE day >= earliest AND NOT is_stale;"
PLACES_STALE = """UPDATE public.referrals_rolledday AS kept SET is_stale = true, stale_places = ARRAY(
            SELECT unnest(kept.stale_places) WHERE kept.is_stale
            UNION SELECT place.id FROM unnest(places, since) AS place (id, since) WHERE place.since <= kept.day
        ) WHERE day >= earliest;"""
OF_ITS_MONTHS = "WHERE kept.rank = 2 AND kept.place_key = place.id AND kept.first_day >= place.since;"
# What follows from the other conditions, and lets the index find them.
FOUND_BY_INDEX = (
    OF_ITS_MONTHS[:-1]
    + " AND kept.place_key = ANY (places) AND kept.first_day >= date_trunc('month', earliest)::date;"
)
ROLL_FLOW = KeepingFunction(
    "ergo_roll_flow()",
    "bigint",
    FLOW_BODY.replace(DAYS_STALE, PLACES_STALE).replace(OF_ITS_MONTHS, FOUND_BY_INDEX),
)


def _drop(function: migrations.RunSQL) -> migrations.RunSQL:
    """Make way for a new version."""
    return migrations.RunSQL(function.reverse_sql, function.sql)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0030_rollups_faster")]

    operations = [
        migrations.AddField(
            model_name="rolledday",
            name="stale_places",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.RemoveIndex(model_name="referral", name="referral_waiting"),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("wait_end__isnull", True)),
                fields=["municipality", "priority", "received_on"],
                include=["id", "category", "prioritised_on", "outcome"],
                name="referral_waiting",
            ),
        ),
        WAITS,
        _drop(ROLLUPS.DAY_STATS),
        _drop(ROLLUPS.FACTS),
        FACTS,
        DAY_STATS,
        PLACE_STATS,
        ORDERED_WAITS,
        PERCENTILES,
        CELLS,
        _drop(FASTER.ROLL_DAY),
        ROLL_DAY,
        _drop(ROLLUPS.FLOW_STATS),
        FLOW_STATS,
        _drop(ROLLUPS.ROLL_FLOW),
        ROLL_FLOW,
    ]
