"""What became of waits in a period, over every municipality, for those who may see figures and no row.

The life table behind the estimated wait (`referrals.reports.estimate`), and the waits of those who started. Both give
one scope only, nothing about a part of those in it, and nothing at all of too few: unlike the counts of 0006 these
are never added up with those of another scope, so they can be kept back at the source.
"""

from django.db import migrations

from ergo.postgresql.counting import CountingFunction

# The period [since, until), and the scope: one municipality, some counties, or the nation without either.
ARGUMENTS = "since date, until date, of_counties bigint[], of_municipality bigint"
IN_SCOPE = """
    referral.outcome NOT IN ('duplicate', 'entered_in_error')
    AND CASE
        WHEN of_municipality IS NOT NULL THEN referral.municipality_id = of_municipality
        WHEN cardinality(of_counties) > 0 THEN referral.municipality_id IN (
            SELECT id FROM public.referrals_municipality WHERE county_id = ANY (of_counties)
        )
        ELSE true
    END
"""

LIFE_TABLE = CountingFunction(
    f"ergo_count_life_table({ARGUMENTS})",
    "day_of_wait integer, entered bigint, served bigint, other_ends bigint, censored bigint",
    # Who waited when the period began is followed from its first day on; who waits at its end, until its last day.
    f"""
    WITH waits AS MATERIALIZED (
        SELECT
            GREATEST(since - referral.received_on, 0) AS first_day,
            LEAST(referral.wait_end, until - 1) - referral.received_on AS last_day,
            COALESCE(referral.wait_end < until, false) AS has_ended,
            referral.started_on IS NOT NULL AS has_started
        FROM public.referrals_referral AS referral
        WHERE referral.received_on < until
            AND (referral.wait_end IS NULL OR referral.wait_end >= since)
            AND {IN_SCOPE}
    )
    SELECT
        move.day_of_wait,
        sum(move.entered), sum(move.served), sum(move.other_ends), sum(move.censored)
    FROM waits
    CROSS JOIN LATERAL (VALUES
        (first_day, 1, 0, 0, 0),
        (
            last_day, 0,
            (has_ended AND has_started)::integer, (has_ended AND NOT has_started)::integer,
            (NOT has_ended)::integer
        )
    ) AS move (day_of_wait, entered, served, other_ends, censored)
    WHERE (SELECT count(*) FROM waits WHERE has_ended AND has_started) >= 20
    GROUP BY move.day_of_wait
    """,
)

STARTED = CountingFunction(
    f"ergo_count_started({ARGUMENTS})",
    "started bigint, median_days double precision, p90_days double precision",
    f"""
    WITH started AS (
        SELECT referral.started_on - referral.received_on AS gross_days
        FROM public.referrals_referral AS referral
        WHERE referral.started_on >= since AND referral.started_on < until
            AND {IN_SCOPE}
    )
    SELECT
        count(*),
        CASE WHEN count(*) >= 10 THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY gross_days) END,
        CASE WHEN count(*) >= 20 THEN percentile_cont(0.9) WITHIN GROUP (ORDER BY gross_days) END
    FROM started
    """,
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0019_shielding_mended")]

    operations = [LIFE_TABLE, STARTED]
