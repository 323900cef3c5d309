"""Waits that have ended are counted once, kept until the day changes, and counted again where something has changed.

Of a municipality the figures of those who started are finished; the rest are counts of waits by age, which add up. So
counties and the nation are the sum of their municipalities, in which what is new takes the place of what was kept.
"""

from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction, KeepingFunction

ROLLUPS = import_module("referrals.migrations.0024_rollups_refresh")

WEEKS = (13, 52)
# The first day of the twelve months that end with the day.
YEAR_BEGINS = "((on_day - interval '1 year')::date + 1)"
QUARTER_BEGINS = "(on_day - 90)"
# A part of a split as it is kept, where rows are grouped by category, by level, or by neither.
SPLIT = """CASE
            WHEN GROUPING(category_id) = 0 THEN 'category'
            WHEN GROUPING(level) = 0 THEN 'priority'
            ELSE 'all'
        END AS split,
        COALESCE(category_id::text, level::text, '') AS part"""


def sets(*columns: str) -> str:
    """All together, each category and each priority, beside the columns."""
    return ", ".join(f"({', '.join((*columns, *split))})" for split in ((), ("category_id",), ("level",)))


# Each municipality apart, so that its index leads to the days and no history is read.
ENDED = CountingFunction(
    "ergo_ended(on_day date, since date, of_municipalities bigint[])",
    "municipality_id bigint, county_id bigint, category_id bigint, level smallint, received_on date, wait_end date,"
    " has_started boolean",
    """
    SELECT place.id, place.county_id, ended.category_id,
        CASE WHEN ended.prioritised_on <= on_day THEN ended.priority END,
        ended.received_on, ended.wait_end, ended.started_on IS NOT NULL
    FROM public.referrals_municipality AS place
    CROSS JOIN LATERAL (
        SELECT category_id, priority, prioritised_on, received_on, wait_end, started_on
        FROM public.referrals_referral
        WHERE municipality_id = place.id AND wait_end >= since AND wait_end <= on_day
            AND outcome NOT IN ('duplicate', 'entered_in_error')
        OFFSET 0
    ) AS ended
    WHERE place.id = ANY (of_municipalities)
    """,
    is_private=True,
)

START_STATS = CountingFunction(
    "ergo_start_stats(on_day date, of_weeks integer[], of_municipalities bigint[])",
    "place_key bigint, weeks integer, split text, part text, started bigint, median_days numeric, p90_days numeric,"
    " total_days bigint",
    f"""
    WITH started AS MATERIALIZED (
        SELECT municipality_id, category_id, level, wait_end, wait_end - received_on AS gross_days
        FROM public.ergo_ended(
            on_day, on_day + 1 - 7 * (SELECT max(weeks) FROM unnest(of_weeks) AS weeks), of_municipalities
        )
        WHERE has_started
    ), counted AS (
        SELECT municipality_id, asked.weeks, {SPLIT}, count(*) AS started,
            {ROLLUPS.PERCENTILES} AS percentiles, sum(gross_days) AS total_days
        FROM started JOIN unnest(of_weeks) AS asked (weeks) ON started.wait_end > on_day - 7 * asked.weeks
        GROUP BY GROUPING SETS ({sets("municipality_id", "asked.weeks")})
    )
    SELECT municipality_id, weeks, split, part, started, round(percentiles[1]::numeric, 1),
        round(percentiles[2]::numeric, 1), total_days
    FROM counted
    """,
    is_private=True,
)

# What a wait that has ended does in the twelve months: it enters at an age, and ends at one, in one way or the other.
ENDED_AGES = CountingFunction(
    "ergo_ended_ages(on_day date, of_municipalities bigint[])",
    "period text, municipality_id bigint, county_id bigint, split text, part text, age integer,"
    " entered bigint, served bigint, other_ends bigint",
    f"""
    WITH ended AS MATERIALIZED (
        SELECT * FROM public.ergo_ended(on_day, {YEAR_BEGINS}, of_municipalities)
    ), move AS (
        SELECT 'year' AS period, municipality_id, county_id, category_id, level,
            GREATEST({YEAR_BEGINS} - received_on, 0) AS age, 1 AS entered, 0 AS served, 0 AS other_ends
        FROM ended
        UNION ALL
        SELECT 'year', municipality_id, county_id, category_id, level,
            wait_end - received_on, 0, has_started::integer, (NOT has_started)::integer
        FROM ended
    )
    SELECT period, municipality_id, county_id, {SPLIT}, age, sum(entered), sum(served), sum(other_ends)
    FROM move GROUP BY GROUPING SETS ({sets("period", "municipality_id", "county_id", "age")})
    UNION ALL
    SELECT 'quarter', municipality_id, county_id, 'all', '', wait_end - received_on, 0, count(*), 0
    FROM ended WHERE has_started AND wait_end >= {QUARTER_BEGINS}
    GROUP BY municipality_id, county_id, wait_end - received_on
    """,
    is_private=True,
)

KEY = "period, rank, place_key, split, part"
COUNTS = ("entered", "served", "other_ends")
LISTS = ", ".join(
    ["array_agg(age ORDER BY age) AS ages"]
    + [f"array_agg({count} ORDER BY age) AS {count}" for count in COUNTS]
)
UNNESTED = (
    "unnest(kept.ages, kept.entered, kept.served, kept.other_ends) AS each (age, entered, served, other_ends)"
)

# What is kept of whole places, one line for each age.
KEPT_AGES = CountingFunction(
    "ergo_kept_ages(of_rank smallint, of_places bigint[])",
    "period text, place_key bigint, county_key bigint, age integer, entered integer, served integer, other_ends integer",
    f"""
    SELECT kept.period::text, kept.place_key, kept.county_key, each.*
    FROM public.referrals_endedstat AS kept CROSS JOIN {UNNESTED}
    WHERE kept.rank = of_rank AND kept.split = 'all' AND kept.place_key = ANY (of_places)
    """,
    is_private=True,
)

# Of the counties and the nation: what is kept, without the old counts of the municipalities and with their new ones.
SUMS = f"""
        SELECT period, (CASE WHEN GROUPING(county_key) = 0 THEN 1 ELSE 0 END)::smallint AS rank,
            COALESCE(county_key, 0) AS place_key, age, {", ".join(f"sum({count})::bigint AS {count}" for count in COUNTS)}
        FROM (
            SELECT period, county_id AS county_key, age, {", ".join(COUNTS)} FROM counted WHERE split = 'all'
            UNION ALL
            SELECT period, county_key, age, {", ".join(f"-{count}" for count in COUNTS)}
            FROM public.ergo_kept_ages(2::smallint, places)
        ) AS moved GROUP BY GROUPING SETS ((period, age, county_key), (period, age))
"""

ROLL_ENDED = KeepingFunction(
    "ergo_roll_ended(on_day date)",
    "bigint",
    f"""
DECLARE
    -- Before the rows are read: what was committed by then is counted for certain.
    began timestamptz;
    places bigint[];
    changed bigint;
BEGIN
    {ROLLUPS.LOCK}
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
    began := clock_timestamp();
    WITH gone AS (DELETE FROM public.referrals_endmark RETURNING municipality_id)
    SELECT array_agg(DISTINCT municipality_id) INTO places FROM gone;
    IF NOT EXISTS (SELECT FROM public.referrals_rolledends WHERE day = on_day) THEN
        DELETE FROM public.referrals_startstat;
        DELETE FROM public.referrals_endedstat;
        SELECT array_agg(id) INTO places FROM public.referrals_municipality;
    END IF;
    INSERT INTO public.referrals_rolledends (id, day, refreshed_at) VALUES (1, on_day, began)
    ON CONFLICT (id) DO UPDATE SET day = excluded.day, refreshed_at = excluded.refreshed_at;
    IF places IS NULL THEN
        RETURN 0;
    END IF;
    DELETE FROM public.referrals_startstat WHERE place_key = ANY (places);
    INSERT INTO public.referrals_startstat (place_key, weeks, split, part, started, median_days, p90_days, total_days)
    SELECT * FROM public.ergo_start_stats(on_day, ARRAY{list(WEEKS)}, places);
    -- One statement, so that the sums change by what the municipalities do.
    WITH counted AS MATERIALIZED (SELECT * FROM public.ergo_ended_ages(on_day, places)),
    moved AS ({SUMS}),
    sums AS (
        SELECT period, rank, place_key, age, {", ".join(f"sum({count})::bigint AS {count}" for count in COUNTS)}
        FROM (
            SELECT * FROM moved
            UNION ALL
            SELECT period, of_rank, place_key, age, {", ".join(COUNTS)}
            FROM (VALUES (0::smallint), (1::smallint)) AS ranks (of_rank)
            CROSS JOIN LATERAL public.ergo_kept_ages(of_rank, ARRAY(SELECT DISTINCT place_key FROM moved WHERE rank = of_rank))
        ) AS all_ages
        GROUP BY period, rank, place_key, age HAVING {" OR ".join(f"sum({count}) <> 0" for count in COUNTS)}
    ), fresh AS MATERIALIZED (
        SELECT period, 2::smallint AS rank, municipality_id AS place_key, split, part, county_id AS county_key, {LISTS}
        FROM counted GROUP BY period, municipality_id, county_id, split, part
        UNION ALL
        SELECT period, rank, place_key, 'all', '', 0, {LISTS} FROM sums GROUP BY period, rank, place_key
    ), gone AS (
        DELETE FROM public.referrals_endedstat AS kept
        WHERE (kept.rank = 2 AND kept.place_key = ANY (places) OR (kept.rank, kept.place_key) IN (SELECT rank, place_key FROM moved))
            AND NOT EXISTS (
                SELECT FROM fresh WHERE fresh.period = kept.period AND fresh.rank = kept.rank
                    AND fresh.place_key = kept.place_key AND fresh.split = kept.split AND fresh.part = kept.part
            )
        RETURNING 1
    ), written AS (
        INSERT INTO public.referrals_endedstat ({KEY}, county_key, ages, entered, served, other_ends)
        SELECT {KEY}, county_key, ages, entered, served, other_ends FROM fresh
        ON CONFLICT ({KEY}) DO UPDATE SET county_key = excluded.county_key, ages = excluded.ages,
            entered = excluded.entered, served = excluded.served, other_ends = excluded.other_ends
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written) INTO changed;
    RETURN changed;
END
    """,
)

# Counted in another way: from the rows of everybody, and no sum of what is kept. Nothing while something is marked.
CHECK_ENDED = CountingFunction(
    "ergo_check_ended()",
    "split text, rank smallint, place_key bigint, part text, on_day date, counted_as text,"
    " kept_value double precision, true_value double precision",
    f"""
    WITH current AS (
        SELECT day, ARRAY(SELECT id FROM public.referrals_municipality) AS places FROM public.referrals_rolledends
        WHERE NOT EXISTS (SELECT FROM public.referrals_endmark)
    ), starts AS (
        SELECT stat.* FROM current
        CROSS JOIN LATERAL public.ergo_start_stats(current.day, ARRAY{list(WEEKS)}, current.places) AS stat
    ), municipal AS MATERIALIZED (
        SELECT age.* FROM current CROSS JOIN LATERAL public.ergo_ended_ages(current.day, current.places) AS age
    ), ages AS (
        SELECT period, 2::smallint AS rank, municipality_id AS place_key, split, part, age, entered, served, other_ends
        FROM municipal
        UNION ALL
        SELECT period, (CASE WHEN GROUPING(county_id) = 0 THEN 1 ELSE 0 END)::smallint, COALESCE(county_id, 0), 'all', '',
            age, sum(entered), sum(served), sum(other_ends)
        FROM municipal WHERE split = 'all' GROUP BY GROUPING SETS ((period, age, county_id), (period, age))
    ), kept_ages AS (
        SELECT kept.period, kept.rank, kept.place_key, kept.split, kept.part, each.*
        FROM public.referrals_endedstat AS kept CROSS JOIN {UNNESTED}
    ), differing AS (
        SELECT split, 2::smallint AS rank, place_key, part, pair.name || '_' || weeks AS counted_as,
            CASE WHEN GREATEST(kept.started, counted.started) >= pair.least THEN pair.kept END AS kept_value,
            CASE WHEN GREATEST(kept.started, counted.started) >= pair.least THEN pair.counted END AS true_value
        FROM public.referrals_startstat AS kept
        FULL JOIN starts AS counted USING (place_key, weeks, split, part)
        CROSS JOIN LATERAL (VALUES
            ('started', kept.started::numeric, counted.started::numeric, 0),
            ('median_days', kept.median_days, counted.median_days, 10),
            ('p90_days', kept.p90_days, counted.p90_days, 20),
            ('total_days', kept.total_days::numeric, counted.total_days::numeric, 10)
        ) AS pair (name, kept, counted, least)
        WHERE pair.kept IS DISTINCT FROM pair.counted
        UNION ALL
        SELECT split, rank, place_key, part, pair.name || '_' || period, sum(pair.kept), sum(pair.counted)
        FROM kept_ages AS kept FULL JOIN ages AS counted USING (period, rank, place_key, split, part, age)
        CROSS JOIN LATERAL (VALUES
            ('entered', kept.entered, counted.entered),
            ('served', kept.served, counted.served),
            ('other_ends', kept.other_ends, counted.other_ends)
        ) AS pair (name, kept, counted)
        WHERE COALESCE(pair.kept, 0) <> COALESCE(pair.counted, 0)
        GROUP BY split, rank, place_key, part, period, pair.name
    )
    SELECT split::text, rank, place_key, part::text, current.day, counted_as, kept_value::double precision,
        true_value::double precision
    FROM differing CROSS JOIN current
    """,
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0039_ended_waits")]

    operations = [ENDED, START_STATS, ENDED_AGES, KEPT_AGES, ROLL_ENDED, CHECK_ENDED]
