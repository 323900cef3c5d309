"""Counts over every municipality, for those who may see figures and no row (`referrals.reports.counts`).

This is the clock of `referrals.waiting` once more, in plain SQL; a test holds the two together. A definition that
changes there changes here too, by new versions of these functions in a migration of their own.

What is handed out is never a row, a number, a date or a text, no percentile of fewer than ten, and nobody's longest
wait. Counts of 1 to 4 do come out: they must be added up before it is decided what may be shown
(`referrals.reports.suppression`).
"""

from django.db import migrations

from ergo import roles
from ergo.postgresql.counting import CountingFunction

READ = "referrals_municipality, referrals_prioritykey, referrals_prioritytarget"

# What a row is grouped by. Without county and municipality the whole nation is in scope; only in the counties of the
# scope are municipalities told apart.
SCOPE = "of_counties bigint[], of_municipality bigint"
GROUPS = "mask integer, in_scope boolean, county_id bigint, place_id bigint"
PLACED = """
    waiting.county_id,
    CASE WHEN waiting.county_id = ANY (of_counties) THEN waiting.municipality_id END AS place_id,
    CASE
        WHEN of_municipality IS NOT NULL THEN waiting.municipality_id = of_municipality
        WHEN cardinality(of_counties) > 0 THEN waiting.county_id = ANY (of_counties)
        ELSE true
    END AS in_scope
"""
PERCENTILES = "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY gross_days)"
# As many as suppression asks for: the percentile of a few is the wait of one of them.
MEDIAN = f"CASE WHEN count(*) >= 10 THEN ({PERCENTILES})[1] END"
P90 = f"CASE WHEN count(*) >= 20 THEN ({PERCENTILES})[2] END"

WAITING = CountingFunction(
    "ergo_waiting(on_day date)",
    "id bigint, municipality_id bigint, county_id bigint, category_id bigint, level smallint,"
    " received_on date, wait_end date, gross_days integer",
    """
    SELECT
        referral.id,
        referral.municipality_id,
        municipality.county_id,
        referral.category_id,
        CASE WHEN referral.prioritised_on <= on_day THEN referral.priority END,
        referral.received_on,
        referral.wait_end,
        on_day - referral.received_on
    FROM public.referrals_referral AS referral
    JOIN public.referrals_municipality AS municipality ON municipality.id = referral.municipality_id
    WHERE referral.received_on <= on_day
        AND (referral.wait_end IS NULL OR referral.wait_end > on_day)
        AND referral.outcome NOT IN ('duplicate', 'entered_in_error')
    """,
    is_private=True,
)

COUNT_WAITING = CountingFunction(
    f"ergo_count_waiting(on_day date, {SCOPE})",
    f"{GROUPS}, waiting bigint, over_target bigint, not_assessed bigint, over_a_year bigint, paused bigint,"
    " median_days double precision, p90_days double precision",
    f"""
    WITH version AS (
        SELECT id, municipality_id, valid_from, lead(valid_from) OVER (
            PARTITION BY municipality_id ORDER BY valid_from
        ) AS valid_to
        FROM public.referrals_prioritykey
    ), known AS (
        SELECT {PLACED}, waiting.gross_days, waiting.level,
            -- Pauses are only looked up for those who would break their target without them.
            CASE WHEN waiting.gross_days > target.days THEN waiting.gross_days - target.days > COALESCE((
                SELECT sum(GREATEST(
                    LEAST(pause.ended_on, on_day) - GREATEST(pause.started_on, waiting.received_on), 0
                ))
                FROM public.referrals_waitpause AS pause
                WHERE pause.referral_id = waiting.id AND pause.reason IN ('hospital', 'own_wish', 'away')
            ), 0) END AS breaks_target,
            EXISTS (
                SELECT FROM public.referrals_waitpause AS pause
                WHERE pause.referral_id = waiting.id
                    AND pause.started_on <= on_day
                    AND (pause.ended_on IS NULL OR pause.ended_on > on_day)
            ) AS is_paused
        FROM public.ergo_waiting(on_day) AS waiting
        LEFT JOIN version ON version.municipality_id = waiting.municipality_id
            AND version.valid_from <= waiting.received_on
            AND (version.valid_to IS NULL OR version.valid_to > waiting.received_on)
        LEFT JOIN public.referrals_prioritytarget AS target ON target.key_id = version.id
            AND target.category_id = waiting.category_id
            AND target.level = waiting.level
    )
    SELECT
        GROUPING(in_scope, county_id, place_id), in_scope, county_id, place_id,
        count(*),
        count(*) FILTER (WHERE breaks_target),
        count(*) FILTER (WHERE level IS NULL),
        count(*) FILTER (WHERE gross_days > 365),
        count(*) FILTER (WHERE is_paused),
        {MEDIAN},
        {P90}
    FROM known
    GROUP BY GROUPING SETS ((in_scope), (county_id), (place_id))
    """,
)

COUNT_PARTS = CountingFunction(
    f"ergo_count_waiting_parts(on_day date, {SCOPE})",
    f"{GROUPS}, band text, category_id bigint, level smallint,"
    " waiting bigint, median_days double precision, p90_days double precision",
    f"""
    WITH known AS (
        SELECT {PLACED}, waiting.gross_days, waiting.category_id, waiting.level,
            CASE
                WHEN gross_days <= 14 THEN '0-14'
                WHEN gross_days <= 28 THEN '15-28'
                WHEN gross_days <= 56 THEN '29-56'
                WHEN gross_days <= 84 THEN '57-84'
                WHEN gross_days <= 182 THEN '85-182'
                WHEN gross_days <= 365 THEN '183-365'
                ELSE '366+'
            END AS band
        FROM public.ergo_waiting(on_day) AS waiting
    )
    SELECT
        GROUPING(in_scope, county_id, place_id, band, category_id, level),
        in_scope, county_id, place_id, band, category_id, level,
        count(*),
        {MEDIAN},
        {P90}
    FROM known
    GROUP BY GROUPING SETS (
        (in_scope, band), (in_scope, category_id), (in_scope, level),
        (county_id, band), (county_id, category_id), (county_id, level),
        (place_id, band), (place_id, category_id), (place_id, level)
    )
    """,
)

COUNT_EACH_DAY = CountingFunction(
    f"ergo_count_waiting_each_day(on_days date[], {SCOPE})",
    "on_day date, in_scope boolean, county_id bigint, place_id bigint,"
    " waiting bigint, median_days double precision, p90_days double precision",
    f"""
    WITH known AS MATERIALIZED (
        SELECT each.on_day, {PLACED}, waiting.gross_days
        FROM unnest(on_days) AS each (on_day)
        CROSS JOIN LATERAL public.ergo_waiting(each.on_day) AS waiting
        -- True of all of them: who waited on none of the days need not be held against each.
        WHERE waiting.received_on <= (SELECT max(day) FROM unnest(on_days) AS day)
            AND (waiting.wait_end IS NULL OR waiting.wait_end > (SELECT min(day) FROM unnest(on_days) AS day))
    )
    SELECT on_day, true, NULL, NULL, count(*), {MEDIAN}, {P90}
    FROM known WHERE in_scope GROUP BY on_day
    UNION ALL
    SELECT on_day, NULL, county_id, place_id, count(*), NULL, NULL
    FROM known GROUP BY on_day, county_id, place_id
    """,
)

COUNT_LONG = CountingFunction(
    "ergo_count_waiting_over_a_year(on_day date)",
    "municipality_id bigint, county_id bigint, waiting bigint, over_a_year bigint",
    """
    SELECT municipality_id, county_id, count(*), count(*) FILTER (WHERE gross_days > 365)
    FROM public.ergo_waiting(on_day)
    GROUP BY municipality_id, county_id
    """,
)

COUNT_FLOW = CountingFunction(
    # The period [since, until) and the one before it, [earlier, since); the stocks are of the ends of the days before.
    "ergo_count_flow(earlier date, since date, until date)",
    "municipality_id bigint, county_id bigint, waiting_earlier bigint, waiting_before bigint, waiting bigint,"
    " referred_before bigint, started_before bigint, other_ends_before bigint, finished_before bigint,"
    " referred bigint, started bigint, other_ends bigint, finished bigint",
    """
    SELECT
        referral.municipality_id,
        municipality.county_id,
        count(*) FILTER (WHERE received_on < earlier AND (wait_end IS NULL OR wait_end >= earlier)),
        count(*) FILTER (WHERE received_on < since AND (wait_end IS NULL OR wait_end >= since)),
        count(*) FILTER (WHERE received_on < until AND (wait_end IS NULL OR wait_end >= until)),
        count(*) FILTER (WHERE received_on >= earlier AND received_on < since),
        count(*) FILTER (WHERE started_on >= earlier AND started_on < since),
        count(*) FILTER (WHERE closed_on >= earlier AND closed_on < since AND started_on IS NULL),
        count(*) FILTER (WHERE closed_on >= earlier AND closed_on < since AND started_on IS NOT NULL),
        count(*) FILTER (WHERE received_on >= since AND received_on < until),
        count(*) FILTER (WHERE started_on >= since AND started_on < until),
        count(*) FILTER (WHERE closed_on >= since AND closed_on < until AND started_on IS NULL),
        count(*) FILTER (WHERE closed_on >= since AND closed_on < until AND started_on IS NOT NULL)
    FROM public.referrals_referral AS referral
    JOIN public.referrals_municipality AS municipality ON municipality.id = referral.municipality_id
    WHERE referral.outcome NOT IN ('duplicate', 'entered_in_error')
        AND received_on < until
        AND (closed_on IS NULL OR closed_on >= earlier)
    GROUP BY referral.municipality_id, municipality.county_id
    """,
)

FIRST_YEARS = CountingFunction(
    "ergo_first_years()",
    "municipality_id bigint, county_id bigint, first_year integer",
    """
    SELECT municipality.id, municipality.county_id, extract(year FROM earliest.received_on)::integer
    FROM public.referrals_municipality AS municipality
    CROSS JOIN LATERAL (
        SELECT referral.received_on
        FROM public.referrals_referral AS referral
        WHERE referral.municipality_id = municipality.id
            AND referral.outcome NOT IN ('duplicate', 'entered_in_error')
        ORDER BY referral.received_on
        LIMIT 1
    ) AS earliest
    """,
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0009_jobs")]

    operations = [
        migrations.RunSQL(
            f"GRANT SELECT ON {READ} TO {roles.STATS}", f"REVOKE SELECT ON {READ} FROM {roles.STATS}"
        ),
        WAITING,
        COUNT_WAITING,
        COUNT_PARTS,
        COUNT_EACH_DAY,
        COUNT_LONG,
        COUNT_FLOW,
        FIRST_YEARS,
    ]
