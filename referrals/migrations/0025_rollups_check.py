"""Whether what is kept is what the rows say: the figures are worked out once more, and every difference is named."""

from django.db import migrations

from ergo.postgresql.counting import CountingFunction

KEY = "split, rank, place_key, part"
FLOWS = "referred, started, other_ends, finished"

# A line for every cell of which what is kept is not what the rows say; percentiles of a few are not told, only that
# they differ.
CHECKED = ("waiting", "over_target", "not_assessed", "over_a_year", "paused", "median_days", "p90_days")
LEAST_TOLD = {"median_days": 10, "p90_days": 20}


def _pairs(columns: tuple[str, ...]) -> str:
    """(column, kept, true) of each column, for a LATERAL VALUES."""
    return ", ".join(
        f"('{column}', kept.{column}::numeric, counted.{column}::numeric, {LEAST_TOLD.get(column, 0)})"
        for column in columns
    )


CHECK_DAY = CountingFunction(
    "ergo_check_day(of_day date)",
    "split text, rank smallint, place_key bigint, part text, on_day date, counted_as text,"
    " kept_value double precision, true_value double precision",
    f"""
    WITH kept AS (
        SELECT * FROM public.referrals_waitstat
        WHERE split IN ('all', 'band', 'category', 'priority') AND day = of_day
    )
    SELECT split::text, rank, place_key, part::text, of_day, pair.name,
        CASE WHEN GREATEST(kept.waiting, counted.waiting) >= pair.least THEN pair.kept::double precision END,
        CASE WHEN GREATEST(kept.waiting, counted.waiting) >= pair.least THEN pair.counted::double precision END
    FROM kept FULL JOIN public.ergo_day_stats(of_day) AS counted USING ({KEY})
    CROSS JOIN LATERAL (VALUES {_pairs(CHECKED)}) AS pair (name, kept, counted, least)
    WHERE pair.kept IS DISTINCT FROM pair.counted
    """,
)

FLOW_COLUMNS = ("referred", "started", "other_ends", "finished")

CHECK_FLOW = CountingFunction(
    "ergo_check_flow()",
    "rank smallint, place_key bigint, is_month boolean, on_day date, counted_as text,"
    " kept_value double precision, true_value double precision",
    f"""
    WITH municipal AS (
        SELECT flow.* FROM (
            SELECT array_agg(id) AS ids, array_agg(date '0001-01-01') AS since FROM public.referrals_municipality
        ) AS everywhere
        CROSS JOIN LATERAL public.ergo_flow_stats(everywhere.ids, everywhere.since) AS flow
    ), counted AS (
        SELECT 2::smallint AS rank, place_key, is_month, first_day, {FLOWS} FROM municipal
        UNION ALL
        SELECT 1, municipality.county_id, is_month, first_day, sum(referred), sum(started), sum(other_ends), sum(finished)
        FROM municipal JOIN public.referrals_municipality AS municipality ON municipality.id = municipal.place_key
        GROUP BY municipality.county_id, is_month, first_day
    )
    SELECT rank, place_key, is_month, first_day, pair.name, pair.kept::double precision, pair.counted::double precision
    FROM public.referrals_flowstat AS kept FULL JOIN counted USING (rank, place_key, is_month, first_day)
    CROSS JOIN LATERAL (VALUES {_pairs(FLOW_COLUMNS)}) AS pair (name, kept, counted, least)
    WHERE pair.kept IS DISTINCT FROM pair.counted
    """,
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0024_rollups_refresh")]

    operations = [CHECK_DAY, CHECK_FLOW]
