"""Finished statistics, read and refreshed with less work: the same figures.

Flows are added up by ranges of the index, and not from all months that ever were. Of a day that is worked out once more
only the cells that differ are looked up for writing: ON CONFLICT alone locks, and so writes, every cell there is.
"""

from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction, KeepingFunction

ROLLUPS = import_module("referrals.migrations.0024_rollups_refresh")

COUNTED = "counted.waiting, counted.over_target, counted.not_assessed, counted.over_a_year, counted.paused"
VALUES = f"({COUNTED}, counted.median_days, counted.p90_days)"

ROLL_DAY = KeepingFunction(
    "ergo_roll_day(on_day date)",
    "bigint",
    f"""
DECLARE
    -- Before the rows are read: what was committed by then is counted for certain.
    began timestamptz;
    changed bigint;
BEGIN
    {ROLLUPS.LOCK}
    began := clock_timestamp();
    INSERT INTO public.referrals_rolledday AS kept (day, refreshed_at, is_stale) VALUES (on_day, began, false)
    ON CONFLICT (day) DO UPDATE SET refreshed_at = began, is_stale = false;
    WITH counted AS MATERIALIZED (SELECT * FROM public.ergo_day_stats(on_day)),
    before AS MATERIALIZED (
        SELECT * FROM public.referrals_waitstat
        WHERE split IN ('all', 'band', 'category', 'priority') AND day = on_day
    ), differing AS MATERIALIZED (
        SELECT COALESCE(counted.split, before.split) AS split, COALESCE(counted.rank, before.rank) AS rank,
            COALESCE(counted.place_key, before.place_key) AS place_key, COALESCE(counted.part, before.part) AS part,
            {COUNTED}, counted.median_days, counted.p90_days
        FROM counted FULL JOIN before ON before.split = counted.split AND before.rank = counted.rank
            AND before.place_key = counted.place_key AND before.part = counted.part
        WHERE {VALUES.replace("counted.", "before.")} IS DISTINCT FROM {VALUES}
    ), gone AS (
        DELETE FROM public.referrals_waitstat AS kept USING differing
        WHERE differing.waiting IS NULL AND kept.day = on_day AND kept.split = differing.split
            AND kept.rank = differing.rank AND kept.place_key = differing.place_key AND kept.part = differing.part
        RETURNING 1
    ), written AS (
        INSERT INTO public.referrals_waitstat AS kept (day, {ROLLUPS.KEY}, {ROLLUPS.COUNTS})
        SELECT on_day, {ROLLUPS.KEY}, {ROLLUPS.COUNTS} FROM differing WHERE waiting IS NOT NULL
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

SIGNATURE, COLUMNS, QUERY = ROLLUPS.READ_FLOW.arguments
JOINED = """        FROM place CROSS JOIN piece
        JOIN public.referrals_flowstat AS flow ON flow.rank = place.rank AND flow.place_key = place.id
            AND flow.is_month = piece.is_month AND flow.first_day >= piece.since AND flow.first_day < piece.until
"""
# A sum of its own for each piece keeps PostgreSQL from reading a place's flows of all days for them.
LOOKED_UP = """        FROM place CROSS JOIN piece
        CROSS JOIN LATERAL (
            SELECT sum(each.referred) AS referred, sum(each.started) AS started, sum(each.other_ends) AS other_ends,
                sum(each.finished) AS finished
            FROM public.referrals_flowstat AS each
            WHERE each.rank = place.rank AND each.place_key = place.id AND each.is_month = piece.is_month
                AND each.first_day >= piece.since AND each.first_day < piece.until
        ) AS flow
        WHERE flow.referred IS NOT NULL
"""
READ_FLOW = CountingFunction(SIGNATURE, COLUMNS, QUERY.replace(JOINED, LOOKED_UP))


class Migration(migrations.Migration):
    dependencies = [("referrals", "0029_frozen_as_known")]

    operations = [
        operation
        for before, after in ((ROLLUPS.ROLL_DAY, ROLL_DAY), (ROLLUPS.READ_FLOW, READ_FLOW))
        for operation in (migrations.RunSQL(before.reverse_sql, before.sql), after)
    ]
