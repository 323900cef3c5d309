"""How finished statistics are made, marked as outdated, brought up to date, read and checked.

The clock of `referrals.waiting` once more, as in 0006_counts. The tables hold true numbers and belong to nobody who
serves: what is handed out obeys the rules of the other counting functions, so no percentile of fewer than ten leaves,
but to the municipality's own staff.

Nothing is lost between those who write and those who refresh: a mark is committed with the change that it tells of, so
whoever sees the mark sees the change.
"""

from django.db import migrations

from ergo import roles
from ergo.postgresql.counting import CountingFunction, KeepingFunction, KeptTable

COUNTS = "waiting, over_target, not_assessed, over_a_year, paused, median_days, p90_days"
KEY = "split, rank, place_key, part"
STATS = (
    "split text, rank smallint, place_key bigint, part text, waiting bigint, over_target bigint, not_assessed bigint,"
    " over_a_year bigint, paused bigint, median_days numeric, p90_days numeric"
)

# Two branches, since those who still wait are found by an index of their own; together they are `is_waiting`.
FACTS = CountingFunction(
    "ergo_wait_facts(on_day date)",
    "municipality_id bigint, county_id bigint, category_id bigint, level smallint, breaks_target boolean,"
    " is_paused boolean, gross_days integer, band smallint",
    """
    WITH version AS (
        SELECT id, municipality_id, valid_from, lead(valid_from) OVER (
            PARTITION BY municipality_id ORDER BY valid_from
        ) AS valid_to
        FROM public.referrals_prioritykey
        WHERE replaced_at IS NULL
    ), waiting AS (
        SELECT id, municipality_id, category_id, received_on, priority, prioritised_on, outcome
        FROM public.referrals_referral WHERE wait_end IS NULL AND received_on <= on_day
        UNION ALL
        SELECT id, municipality_id, category_id, received_on, priority, prioritised_on, outcome
        FROM public.referrals_referral WHERE wait_end > on_day AND received_on <= on_day
    ), known AS (
        SELECT waiting.id, waiting.municipality_id, municipality.county_id, waiting.category_id, waiting.received_on,
            CASE WHEN waiting.prioritised_on <= on_day THEN waiting.priority END AS level,
            on_day - waiting.received_on AS gross_days
        FROM waiting
        JOIN public.referrals_municipality AS municipality ON municipality.id = waiting.municipality_id
        WHERE waiting.outcome NOT IN ('duplicate', 'entered_in_error')
    )
    SELECT known.municipality_id, known.county_id, known.category_id, known.level,
        known.gross_days > target.days + COALESCE(pauses.days, 0),
        COALESCE(pauses.is_running, false),
        known.gross_days,
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
    LEFT JOIN version ON version.municipality_id = known.municipality_id
        AND version.valid_from <= known.received_on
        AND (version.valid_to IS NULL OR version.valid_to > known.received_on)
    LEFT JOIN public.referrals_prioritytarget AS target ON target.key_id = version.id
        AND target.category_id = known.category_id
        AND target.level = known.level
    -- One look at the pauses of each; no hash of all pauses, which would grow with the years.
    CROSS JOIN LATERAL (
        SELECT
            sum(GREATEST(LEAST(pause.ended_on, on_day) - GREATEST(pause.started_on, known.received_on), 0))
                FILTER (WHERE pause.reason IN ('hospital', 'own_wish', 'away')) AS days,
            bool_or(pause.started_on <= on_day AND (pause.ended_on IS NULL OR pause.ended_on > on_day)) AS is_running
        FROM public.referrals_waitpause AS pause
        WHERE pause.referral_id = known.id
    ) AS pauses
    """,
    is_private=True,
)

PERCENTILES = "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY gross_days)"
SPLITS = ("band", "category_id", "level")
SETS = ", ".join(
    f"({', '.join(filter(None, (place, split)))})"
    for place in ("municipality_id", "county_id", "")
    for split in ("", *SPLITS)
)

DAY_STATS = CountingFunction(
    "ergo_day_stats(on_day date)",
    STATS,
    f"""
    WITH counted AS (
        SELECT
            CASE
                WHEN GROUPING(band) = 0 THEN 'band'
                WHEN GROUPING(category_id) = 0 THEN 'category'
                WHEN GROUPING(level) = 0 THEN 'priority'
                ELSE 'all'
            END AS split,
            (CASE WHEN GROUPING(municipality_id) = 0 THEN 2 WHEN GROUPING(county_id) = 0 THEN 1 ELSE 0 END)::smallint
                AS rank,
            COALESCE(municipality_id, county_id, 0) AS place_key,
            COALESCE((ARRAY['0-14', '15-28', '29-56', '57-84', '85-182', '183-365', '366+'])[band + 1], category_id::text,
                level::text, '') AS part,
            count(*) AS waiting,
            count(*) FILTER (WHERE breaks_target) AS over_target,
            count(*) FILTER (WHERE facts.level IS NULL) AS not_assessed,
            count(*) FILTER (WHERE gross_days > 365) AS over_a_year,
            count(*) FILTER (WHERE is_paused) AS paused,
            {PERCENTILES} AS percentiles
        FROM public.ergo_wait_facts(on_day) AS facts
        GROUP BY GROUPING SETS ({SETS})
    )
    SELECT split, rank, place_key, part, waiting, over_target, not_assessed, over_a_year, paused,
        round(percentiles[1]::numeric, 1), round(percentiles[2]::numeric, 1)
    FROM counted WHERE waiting > 0
    """,
    is_private=True,
)

FLOWS = "referred, started, other_ends, finished"

# The four kinds apart, each by an index of its own; `since` is the first of a month.
FLOW_STATS = CountingFunction(
    "ergo_flow_stats(of_municipalities bigint[], since date[])",
    "place_key bigint, is_month boolean, first_day date,"
    " referred bigint, started bigint, other_ends bigint, finished bigint",
    """
    WITH place AS (SELECT * FROM unnest(of_municipalities, since) AS place (id, since)),
    happened AS (
        SELECT place.id, 1 AS kind, referral.received_on AS day, referral.outcome
        FROM place JOIN public.referrals_referral AS referral ON referral.municipality_id = place.id
            AND referral.received_on >= place.since
        UNION ALL
        SELECT place.id, CASE WHEN referral.started_on IS NULL THEN 3 ELSE 2 END, referral.wait_end, referral.outcome
        FROM place JOIN public.referrals_referral AS referral ON referral.municipality_id = place.id
            AND referral.wait_end >= place.since
        UNION ALL
        SELECT place.id, 4, referral.closed_on, referral.outcome
        FROM place JOIN public.referrals_referral AS referral ON referral.municipality_id = place.id
            AND referral.closed_on >= place.since AND referral.started_on IS NOT NULL
    ), each_day AS (
        SELECT id, day,
            count(*) FILTER (WHERE kind = 1) AS referred,
            count(*) FILTER (WHERE kind = 2) AS started,
            count(*) FILTER (WHERE kind = 3) AS other_ends,
            count(*) FILTER (WHERE kind = 4) AS finished
        FROM happened WHERE outcome NOT IN ('duplicate', 'entered_in_error')
        GROUP BY id, day
    )
    SELECT id, false, day, referred, started, other_ends, finished FROM each_day
    UNION ALL
    SELECT id, true, date_trunc('month', day)::date, sum(referred)::bigint, sum(started)::bigint,
        sum(other_ends)::bigint, sum(finished)::bigint
    FROM each_day GROUP BY id, date_trunc('month', day)
    """,
    is_private=True,
)

LOCK = "PERFORM pg_advisory_xact_lock(hashtext('ergo: rollups'));"

# Only cells that differ are written.
ROLL_DAY = KeepingFunction(
    "ergo_roll_day(on_day date)",
    "bigint",
    f"""
DECLARE
    -- Before the rows are read: what was committed by then is counted for certain.
    began timestamptz;
    changed bigint;
BEGIN
    {LOCK}
    began := clock_timestamp();
    INSERT INTO public.referrals_rolledday AS kept (day, refreshed_at, is_stale) VALUES (on_day, began, false)
    ON CONFLICT (day) DO UPDATE SET refreshed_at = began, is_stale = false;
    WITH counted AS MATERIALIZED (SELECT * FROM public.ergo_day_stats(on_day)),
    gone AS (
        DELETE FROM public.referrals_waitstat AS kept
        WHERE kept.split IN ('all', 'band', 'category', 'priority') AND kept.day = on_day AND NOT EXISTS (
            SELECT FROM counted WHERE counted.split = kept.split AND counted.rank = kept.rank
                AND counted.place_key = kept.place_key AND counted.part = kept.part
        )
        RETURNING 1
    ), written AS (
        INSERT INTO public.referrals_waitstat AS kept (day, {KEY}, {COUNTS}) SELECT on_day, {KEY}, {COUNTS} FROM counted
        ON CONFLICT (split, day, rank, place_key, part) DO UPDATE SET
            waiting = excluded.waiting, over_target = excluded.over_target, not_assessed = excluded.not_assessed,
            over_a_year = excluded.over_a_year, paused = excluded.paused, median_days = excluded.median_days,
            p90_days = excluded.p90_days
        WHERE (kept.waiting, kept.over_target, kept.not_assessed, kept.over_a_year, kept.paused, kept.median_days,
               kept.p90_days)
            IS DISTINCT FROM (excluded.waiting, excluded.over_target, excluded.not_assessed, excluded.over_a_year,
               excluded.paused, excluded.median_days, excluded.p90_days)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written) INTO changed;
    RETURN changed;
END
    """,
)

# Takes the marks away: the days that they concern are stale from now on, and the flows are counted again at once.
ROLL_FLOW = KeepingFunction(
    "ergo_roll_flow()",
    "bigint",
    f"""
DECLARE
    began timestamptz;
    places bigint[];
    since date[];
    earliest date;
    marks bigint;
BEGIN
    {LOCK}
    began := clock_timestamp();
    WITH gone AS (DELETE FROM public.referrals_waitmark RETURNING municipality_id, from_day),
    place AS (SELECT municipality_id AS id, min(from_day) AS since, count(*) AS marks FROM gone GROUP BY 1)
    SELECT array_agg(place.id), array_agg(place.since), min(place.since), COALESCE(sum(place.marks), 0)
    INTO places, since, earliest, marks FROM place;
    IF NOT EXISTS (SELECT FROM public.referrals_rolledflow) THEN
        earliest := '0001-01-01';
        SELECT array_agg(id), array_agg(earliest) INTO places, since FROM public.referrals_municipality;
    END IF;
    IF places IS NOT NULL THEN
        UPDATE public.referrals_rolledday SET is_stale = true WHERE day >= earliest AND NOT is_stale;
        SELECT array_agg(date_trunc('month', day)::date ORDER BY place) INTO since
        FROM unnest(since) WITH ORDINALITY AS each (day, place);
        DELETE FROM public.referrals_flowstat AS kept USING unnest(places, since) AS place (id, since)
        WHERE kept.rank = 2 AND kept.place_key = place.id AND kept.first_day >= place.since;
        INSERT INTO public.referrals_flowstat (rank, place_key, is_month, first_day, {FLOWS})
        SELECT 2, place_key, is_month, first_day, {FLOWS} FROM public.ergo_flow_stats(places, since);
        -- All counties, since a municipality may have moved from one to another.
        DELETE FROM public.referrals_flowstat WHERE rank = 1 AND first_day >= date_trunc('month', earliest)::date;
        INSERT INTO public.referrals_flowstat (rank, place_key, is_month, first_day, {FLOWS})
        SELECT 1, municipality.county_id, kept.is_month, kept.first_day,
            sum(kept.referred), sum(kept.started), sum(kept.other_ends), sum(kept.finished)
        FROM public.referrals_flowstat AS kept
        JOIN public.referrals_municipality AS municipality ON municipality.id = kept.place_key
        WHERE kept.rank = 2 AND kept.first_day >= date_trunc('month', earliest)::date
        GROUP BY municipality.county_id, kept.is_month, kept.first_day;
    END IF;
    INSERT INTO public.referrals_rolledflow (id, refreshed_at) VALUES (1, began)
    ON CONFLICT (id) DO UPDATE SET refreshed_at = excluded.refreshed_at;
    RETURN marks;
END
    """,
)

DROP_DAYS = KeepingFunction(
    "ergo_drop_days(before_day date)",
    "bigint",
    f"""
DECLARE
    dropped date[];
BEGIN
    {LOCK}
    WITH gone AS (
        DELETE FROM public.referrals_rolledday
        WHERE day < before_day AND day <> (date_trunc('month', day) + interval '1 month - 1 day')::date
        RETURNING day
    )
    SELECT array_agg(day) INTO dropped FROM gone;
    DELETE FROM public.referrals_waitstat
    WHERE split IN ('all', 'band', 'category', 'priority') AND day = ANY (dropped);
    RETURN COALESCE(cardinality(dropped), 0);
END
    """,
)

KEPT_DAYS = CountingFunction(
    "ergo_kept_days()",
    "on_day date, as_of timestamptz, is_current boolean",
    """
    SELECT day, refreshed_at, NOT (is_stale OR EXISTS (SELECT FROM public.referrals_waitmark WHERE from_day <= day))
    FROM public.referrals_rolledday
    """,
)

FIRST_MONTH = CountingFunction(
    "ergo_first_kept_month()",
    "on_day date",
    "SELECT min(first_day) FROM public.referrals_flowstat WHERE rank = 1 AND is_month",
)

READ_STATS = """
    SELECT kept.day, kept.refreshed_at,
        NOT (kept.is_stale OR EXISTS (SELECT FROM public.referrals_waitmark AS mark WHERE mark.from_day <= kept.day)),
        stat.split::text, stat.rank, stat.place_key, stat.part::text, stat.waiting::bigint, stat.over_target::bigint,
        stat.not_assessed::bigint, stat.over_a_year::bigint, stat.paused::bigint, {median}, {p90}
    FROM public.referrals_rolledday AS kept
    LEFT JOIN LATERAL ({found}) AS stat ON true
    WHERE kept.day = ANY (on_days)
"""
OF_RANK = """
        SELECT * FROM public.referrals_waitstat AS each
        WHERE each.split = ANY (of_splits) AND each.day = kept.day AND {condition}
"""
READ_COLUMNS = (
    "on_day date, as_of timestamptz, is_current boolean, split text, rank smallint, place_key bigint, part text,"
    " waiting bigint, over_target bigint, not_assessed bigint, over_a_year bigint, paused bigint,"
    " median_days double precision, p90_days double precision"
)

# A line for each kept day of those asked for, also where nobody waits; no line for a day that is not kept.
READ_WAITING = CountingFunction(
    "ergo_kept_waiting(on_days date[], of_splits text[], of_counties bigint[])",
    READ_COLUMNS,
    READ_STATS.format(
        median="CASE WHEN stat.waiting >= 10 THEN stat.median_days::double precision END",
        p90="CASE WHEN stat.waiting >= 20 THEN stat.p90_days::double precision END",
        found=OF_RANK.format(condition="each.rank IN (0, 1)")
        + " UNION ALL "
        + OF_RANK.format(
            condition="each.rank = 2 AND each.place_key = ANY (ARRAY("
            "SELECT id FROM public.referrals_municipality WHERE county_id = ANY (of_counties)))"
        ),
    ),
)

# With every percentile, and so only for the municipalities that are in scope, as if their rows were read.
READ_OWN = CountingFunction(
    "ergo_own_kept_waiting(on_days date[], of_splits text[], of_municipality bigint)",
    READ_COLUMNS,
    READ_STATS.format(
        median="stat.median_days::double precision",
        p90="stat.p90_days::double precision",
        found=OF_RANK.format(condition="each.rank = 2 AND each.place_key = of_municipality"),
    )
    + " AND of_municipality = ANY (string_to_array(current_setting('ergo.municipality_ids', true), ',')::bigint[])",
)

# Between each two edges what came and went, slot 1 from the first edge on; slot 0 is all before it. Whole months by
# their sums, the days around them by themselves.
READ_FLOW = CountingFunction(
    "ergo_kept_flow(edges date[], of_counties bigint[])",
    "slot integer, as_of timestamptz, is_current boolean, rank smallint, place_key bigint,"
    " referred bigint, started bigint, other_ends bigint, finished bigint",
    """
    WITH slot AS (
        SELECT number - 1 AS number, lag(edge, 1, date '0001-01-01') OVER (ORDER BY number) AS since, edge AS until
        FROM unnest(edges) WITH ORDINALITY AS each (edge, number)
    ), whole AS (
        SELECT *, (date_trunc('month', since + interval '1 month - 1 day'))::date AS first_month,
            date_trunc('month', until)::date AS end_month
        FROM slot
    ), piece AS (
        SELECT number, true AS is_month, first_month AS since, end_month AS until FROM whole WHERE first_month < end_month
        UNION ALL
        SELECT number, false, since, LEAST(first_month, until) FROM whole WHERE since < LEAST(first_month, until)
        UNION ALL
        SELECT number, false, GREATEST(end_month, first_month), until FROM whole
        WHERE GREATEST(end_month, first_month) < until
    ), place AS (
        SELECT 1::smallint AS rank, id FROM public.referrals_county
        UNION ALL
        SELECT 2::smallint, id FROM public.referrals_municipality WHERE county_id = ANY (of_counties)
    ), found AS (
        SELECT piece.number, place.rank, place.id, sum(flow.referred)::bigint AS referred,
            sum(flow.started)::bigint AS started, sum(flow.other_ends)::bigint AS other_ends,
            sum(flow.finished)::bigint AS finished
        FROM place CROSS JOIN piece
        JOIN public.referrals_flowstat AS flow ON flow.rank = place.rank AND flow.place_key = place.id
            AND flow.is_month = piece.is_month AND flow.first_day >= piece.since AND flow.first_day < piece.until
        GROUP BY piece.number, place.rank, place.id
    )
    SELECT found.number::integer, kept.refreshed_at, NOT EXISTS (
            SELECT FROM public.referrals_waitmark AS mark WHERE mark.from_day < (SELECT max(edge) FROM unnest(edges) AS edge)
        ), found.rank, found.id, found.referred, found.started, found.other_ends, found.finished
    FROM public.referrals_rolledflow AS kept LEFT JOIN found ON true
    """,
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0023_rollups")]

    operations = [
        migrations.RunSQL(
            f"GRANT SELECT ON referrals_county TO {roles.STATS}",
            f"REVOKE SELECT ON referrals_county FROM {roles.STATS}",
        ),
        KeptTable("referrals_waitstat"),
        KeptTable("referrals_flowstat"),
        KeptTable("referrals_rolledday"),
        KeptTable("referrals_rolledflow"),
        KeptTable("referrals_waitmark", grants="SELECT, DELETE"),
        FACTS,
        DAY_STATS,
        FLOW_STATS,
        ROLL_DAY,
        ROLL_FLOW,
        DROP_DAYS,
        KEPT_DAYS,
        FIRST_MONTH,
        READ_WAITING,
        READ_OWN,
        READ_FLOW,
    ]
