"""What is kept of ended waits is read, and counted from the rows only where something has changed since.

Whoever asks for the weeks or the twelve months until the kept day gets what is kept, but of the municipalities that are
marked what their rows say, in one statement: true of now, always. Any other period is counted from the rows.
"""

from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction

ESTIMATE = import_module("referrals.migrations.0020_estimate")
ROLLUPS = import_module("referrals.migrations.0024_rollups_refresh")
KEPT = import_module("referrals.migrations.0040_ended_waits_kept")

IN_SCOPE = (
    "of_municipality = ANY (string_to_array(current_setting('ergo.municipality_ids', true), ',')::bigint[])"
)
# The municipalities of a scope: one, those of some counties, or all where neither is named.
PLACES = """
        SELECT id FROM public.referrals_municipality
        WHERE CASE
            WHEN of_municipality IS NOT NULL THEN id = of_municipality
            WHEN cardinality(of_counties) > 0 THEN county_id = ANY (of_counties)
            ELSE true
        END
"""
IS_KEPT = "EXISTS (SELECT FROM public.referrals_rolledends WHERE day = on_day)"
MARKED = "SELECT municipality_id FROM public.referrals_endmark"

# What was kept of a marked municipality belongs to the county that it was counted in, what is counted to that of today.
AGES = CountingFunction(
    "ergo_ages(on_day date, of_period text, of_counties bigint[], of_municipality bigint)",
    "age integer, entered bigint, served bigint, other_ends bigint",
    f"""
    WITH scope AS (
        SELECT CASE
                WHEN of_municipality IS NOT NULL THEN 2
                WHEN cardinality(of_counties) > 0 THEN 1
                ELSE 0
            END::smallint AS rank,
            CASE WHEN of_municipality IS NULL AND cardinality(of_counties) > 0 THEN of_counties
                ELSE ARRAY[COALESCE(of_municipality, 0)] END AS places
    ), known AS (
        SELECT each.age, each.entered, each.served, each.other_ends
        FROM scope CROSS JOIN LATERAL public.ergo_kept_ages(scope.rank, scope.places) AS each
        WHERE each.period = of_period AND (SELECT {IS_KEPT})
        UNION ALL
        SELECT each.age, -each.entered, -each.served, -each.other_ends
        FROM public.ergo_kept_ages(2::smallint, ARRAY({MARKED})) AS each
        WHERE each.period = of_period AND (SELECT {IS_KEPT}) AND CASE
                WHEN of_municipality IS NOT NULL THEN each.place_key = of_municipality
                WHEN cardinality(of_counties) > 0 THEN each.county_key = ANY (of_counties)
                ELSE true
            END
        UNION ALL
        SELECT each.age, each.entered, each.served, each.other_ends
        FROM public.ergo_ended_ages(on_day, ARRAY(
            SELECT id FROM ({PLACES}) AS place WHERE NOT {IS_KEPT} OR id IN ({MARKED})
        )) AS each
        WHERE each.period = of_period AND each.split = 'all'
    )
    SELECT age, sum(entered)::bigint, sum(served)::bigint, sum(other_ends)::bigint FROM known GROUP BY age
    """,
    is_private=True,
)


def _percentile(tenths: int) -> str:
    """On a straight line between the two waits around it (R type 7): exact, since whole days give whole tenths."""
    before = f"{tenths} * (total.started - 1)"
    lower = f"(SELECT min(age) FROM upto WHERE upto.many > {before} / 10)"
    upper = f"(SELECT min(age) FROM upto WHERE upto.many > ({before} + 9) / 10)"
    return f"(({lower} * 10 + ({upper} - {lower}) * ({before} % 10)) / 10.0)::double precision"


NAME, COLUMNS, FROM_ROWS = ESTIMATE.STARTED.arguments
# Of the 13 weeks until a day that is kept from counts by age, of any other period from the rows.
STARTED = CountingFunction(
    NAME,
    COLUMNS,
    f"""
    WITH asked AS (
        SELECT since = until - 91 AND EXISTS (
            SELECT FROM public.referrals_rolledends WHERE day = until - 1
        ) AS is_kept
    ), upto AS MATERIALIZED (
        SELECT age, sum(served) OVER (ORDER BY age) AS many
        FROM public.ergo_ages(until - 1, 'quarter', of_counties, of_municipality)
        WHERE served > 0 AND (SELECT is_kept FROM asked)
    ), total AS (SELECT COALESCE(max(many), 0)::bigint AS started FROM upto)
    SELECT started, CASE WHEN started >= 10 THEN {_percentile(5)} END, CASE WHEN started >= 20 THEN {_percentile(9)} END
    FROM total WHERE (SELECT is_kept FROM asked)
    UNION ALL
    SELECT counted.* FROM ({FROM_ROWS.replace("AND referral.started_on < until", "AND referral.started_on < until AND NOT (SELECT is_kept FROM asked)")}) AS counted (started, median_days, p90_days)
    WHERE NOT (SELECT is_kept FROM asked)
    """,
)

LIFE_NAME, LIFE_COLUMNS, LIFE_FROM_ROWS = ESTIMATE.LIFE_TABLE.arguments
# Who waits still is read as it is now, by the index of those who wait.
LIFE_TABLE = CountingFunction(
    LIFE_NAME,
    LIFE_COLUMNS,
    f"""
    WITH asked AS (
        SELECT since = (until - 1 - interval '1 year')::date + 1 AND EXISTS (
            SELECT FROM public.referrals_rolledends WHERE day = until - 1
        ) AS is_kept
    ), waiting AS MATERIALIZED (
        SELECT received_on, gross_days, count(*) AS many
        FROM public.ergo_waits(until - 1, CASE
            WHEN of_municipality IS NOT NULL OR cardinality(of_counties) > 0 THEN ARRAY({PLACES})
        END)
        WHERE (SELECT is_kept FROM asked)
        GROUP BY received_on, gross_days
    ), move AS (
        SELECT age, entered, served, other_ends, 0 AS censored
        FROM public.ergo_ages(until - 1, 'year', of_counties, of_municipality)
        WHERE (SELECT is_kept FROM asked)
        UNION ALL
        SELECT GREATEST(since - received_on, 0), many, 0, 0, 0 FROM waiting
        UNION ALL
        SELECT gross_days, 0, 0, 0, many FROM waiting
    ), life AS MATERIALIZED (
        SELECT age, sum(entered) AS entered, sum(served) AS served, sum(other_ends) AS other_ends,
            sum(censored) AS censored
        FROM move GROUP BY age HAVING sum(entered + served + other_ends + censored) > 0
    )
    SELECT age, entered::bigint, served::bigint, other_ends::bigint, censored::bigint
    FROM life WHERE (SELECT sum(served) FROM life) >= 20
    UNION ALL
    SELECT counted.* FROM ({LIFE_FROM_ROWS.replace("WHERE referral.received_on < until", "WHERE referral.received_on < until AND NOT (SELECT is_kept FROM asked)")}) AS counted
    """,
)

# --- A municipality's own staff ---

MINE_IS_KEPT = f"({IS_KEPT} AND of_municipality NOT IN ({MARKED}))"

OWN_STARTED = CountingFunction(
    "ergo_own_started(on_day date, of_weeks integer, of_municipality bigint)",
    "split text, part text, started bigint, median_days double precision, p90_days double precision,"
    " mean_days double precision",
    f"""
    WITH mine AS (SELECT {MINE_IS_KEPT} AND of_weeks = ANY (ARRAY{list(KEPT.WEEKS)}) AS is_kept WHERE {IN_SCOPE}),
    stat AS (
        SELECT kept.split, kept.part, kept.started, kept.median_days, kept.p90_days, kept.total_days
        FROM mine CROSS JOIN public.referrals_startstat AS kept
        WHERE mine.is_kept AND kept.place_key = of_municipality AND kept.weeks = of_weeks
        UNION ALL
        SELECT counted.split, counted.part, counted.started, counted.median_days, counted.p90_days, counted.total_days
        FROM public.ergo_start_stats(
            on_day, ARRAY[of_weeks], ARRAY(SELECT of_municipality FROM mine WHERE NOT is_kept)
        ) AS counted
    )
    SELECT split::text, part::text, started::bigint, median_days::double precision, p90_days::double precision,
        (total_days::numeric / started)::double precision
    FROM stat
    """,
)

LIVE_PARTS = """
        SELECT 'all' AS split, '' AS part, received_on, gross_days FROM waiting
        UNION ALL
        SELECT 'category', category_id::text, received_on, gross_days FROM waiting
        UNION ALL
        SELECT 'priority', COALESCE(level::text, ''), received_on, gross_days FROM waiting
"""
OWN_LIFE_TABLE = CountingFunction(
    "ergo_own_life_table(on_day date, of_municipality bigint)",
    "split text, part text, day_of_wait integer, entered bigint, served bigint, other_ends bigint, censored bigint",
    f"""
    WITH mine AS (SELECT {MINE_IS_KEPT} AS is_kept WHERE {IN_SCOPE}),
    waiting AS MATERIALIZED (
        SELECT category_id, level, received_on, gross_days
        FROM public.ergo_waits(on_day, ARRAY(SELECT of_municipality FROM mine))
    ), part AS (SELECT split, part, received_on, gross_days FROM ({LIVE_PARTS}) AS live),
    move AS (
        SELECT kept.split::text, kept.part::text, each.age, each.entered, each.served, each.other_ends, 0 AS censored
        FROM mine CROSS JOIN public.referrals_endedstat AS kept CROSS JOIN {KEPT.UNNESTED}
        WHERE mine.is_kept AND kept.period = 'year' AND kept.rank = 2 AND kept.place_key = of_municipality
        UNION ALL
        SELECT counted.split, counted.part, counted.age, counted.entered, counted.served, counted.other_ends, 0
        FROM public.ergo_ended_ages(on_day, ARRAY(SELECT of_municipality FROM mine WHERE NOT is_kept)) AS counted
        WHERE counted.period = 'year'
        UNION ALL
        SELECT split, part, GREATEST({KEPT.YEAR_BEGINS} - received_on, 0), 1, 0, 0, 0 FROM part
        UNION ALL
        SELECT split, part, gross_days, 0, 0, 0, 1 FROM part
    )
    SELECT split, part, age, sum(entered)::bigint, sum(served)::bigint, sum(other_ends)::bigint, sum(censored)::bigint
    FROM move GROUP BY split, part, age
    """,
)

# What came and went is kept for each month and the days; from the month of a mark on it is counted from the rows.
SLOTS_AND_PIECES = ROLLUPS.READ_FLOW.arguments[2].split("), place AS (")[0]
MY_MARK = """
        SELECT CASE
            WHEN NOT EXISTS (SELECT FROM public.referrals_rolledflow) THEN '0001-01-01'
            ELSE (SELECT min(date_trunc('month', from_day)::date) FROM public.referrals_waitmark
                WHERE municipality_id = of_municipality)
        END AS since
"""
SUMMED = "sum(referred) AS referred, sum(started) AS started, sum(other_ends) AS other_ends, sum(finished) AS finished"
OWN_FLOW = CountingFunction(
    "ergo_own_kept_flow(edges date[], of_municipality bigint)",
    "slot integer, referred bigint, started bigint, other_ends bigint, finished bigint",
    f"""{SLOTS_AND_PIECES}), mine AS ({MY_MARK} WHERE {IN_SCOPE}),
    counted AS MATERIALIZED (
        SELECT * FROM public.ergo_flow_stats(
            ARRAY(SELECT of_municipality FROM mine WHERE since IS NOT NULL),
            ARRAY(SELECT since FROM mine WHERE since IS NOT NULL)
        )
    )
    SELECT piece.number::integer, sum(flow.referred)::bigint, sum(flow.started)::bigint, sum(flow.other_ends)::bigint,
        sum(flow.finished)::bigint
    FROM mine CROSS JOIN piece
    CROSS JOIN LATERAL (
        SELECT {SUMMED} FROM public.referrals_flowstat AS each
        WHERE each.rank = 2 AND each.place_key = of_municipality AND each.is_month = piece.is_month
            AND each.first_day >= piece.since AND each.first_day < LEAST(piece.until, mine.since)
        UNION ALL
        SELECT {SUMMED} FROM counted
        WHERE counted.is_month = piece.is_month AND counted.first_day >= piece.since AND counted.first_day < piece.until
    ) AS flow
    WHERE flow.referred IS NOT NULL GROUP BY piece.number
    """,
)


def _drop(function: migrations.RunSQL) -> migrations.RunSQL:
    """Make way for a new version."""
    return migrations.RunSQL(function.reverse_sql, function.sql)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0040_ended_waits_kept")]

    operations = [
        AGES,
        _drop(ESTIMATE.STARTED),
        STARTED,
        _drop(ESTIMATE.LIFE_TABLE),
        LIFE_TABLE,
        OWN_STARTED,
        OWN_LIFE_TABLE,
        OWN_FLOW,
    ]
