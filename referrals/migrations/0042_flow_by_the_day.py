"""A refresh counts the flows of the days that a mark reaches, and no longer of their whole months: the same figures.

The month is the sum of its days. Of the counties only those of the municipalities concerned are added up again.
"""

from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction, KeepingFunction

ROLLUPS = import_module("referrals.migrations.0024_rollups_refresh")
PLACES = import_module("referrals.migrations.0031_rollups_places")

EACH_DAY = PLACES.FLOW_STATS.arguments[2].split("    SELECT id, false, day")[0]
FLOW_DAYS = CountingFunction(
    "ergo_flow_days(of_municipalities bigint[], since date[])",
    "place_key bigint, first_day date, referred bigint, started bigint, other_ends bigint, finished bigint",
    f"{EACH_DAY} SELECT id, day, {ROLLUPS.FLOWS} FROM each_day",
    is_private=True,
)

SUMS = ", ".join(f"sum(kept.{flow})" for flow in ROLLUPS.FLOWS.split(", "))
_BEFORE, _REST = PLACES.ROLL_FLOW.arguments[2].split(
    "        SELECT array_agg(date_trunc('month', day)::date ORDER BY place)"
)
_END = _REST.split("    END IF;\n", 1)[1]
NAME, RETURNS, _BODY = PLACES.ROLL_FLOW.arguments
ROLL_FLOW = KeepingFunction(
    NAME,
    RETURNS,
    _BEFORE.replace("    marks bigint;\n", "    marks bigint;\n    counties bigint[];\n")
    + f"""
        -- The days that a mark reaches from the rows, and their months from the days.
        DELETE FROM public.referrals_flowstat AS kept USING unnest(places, since) AS place (id, since)
        WHERE kept.rank = 2 AND kept.place_key = place.id AND kept.place_key = ANY (places)
            AND kept.first_day >= date_trunc('month', earliest)::date
            AND (NOT kept.is_month AND kept.first_day >= place.since
                OR kept.is_month AND kept.first_day >= date_trunc('month', place.since)::date);
        INSERT INTO public.referrals_flowstat (rank, place_key, is_month, first_day, {ROLLUPS.FLOWS})
        SELECT 2, place_key, false, first_day, {ROLLUPS.FLOWS} FROM public.ergo_flow_days(places, since);
        INSERT INTO public.referrals_flowstat (rank, place_key, is_month, first_day, {ROLLUPS.FLOWS})
        SELECT 2, kept.place_key, true, date_trunc('month', kept.first_day)::date, {SUMS}
        FROM unnest(places, since) AS place (id, since)
        CROSS JOIN LATERAL (
            SELECT * FROM public.referrals_flowstat
            WHERE rank = 2 AND place_key = place.id AND NOT is_month
                AND first_day >= date_trunc('month', place.since)::date
            OFFSET 0
        ) AS kept
        GROUP BY kept.place_key, date_trunc('month', kept.first_day);
        -- Their counties, or all of them where a municipality may have moved from one to another.
        IF earliest = '0001-01-01' THEN
            SELECT array_agg(id) INTO counties FROM public.referrals_county;
        ELSE
            counties := ARRAY(SELECT DISTINCT county_id FROM public.referrals_municipality WHERE id = ANY (places));
        END IF;
        DELETE FROM public.referrals_flowstat AS kept
        WHERE kept.rank = 1 AND kept.place_key = ANY (counties)
            AND kept.first_day >= date_trunc('month', earliest)::date AND (kept.is_month OR kept.first_day >= earliest);
        INSERT INTO public.referrals_flowstat (rank, place_key, is_month, first_day, {ROLLUPS.FLOWS})
        SELECT 1, municipality.county_id, kept.is_month, kept.first_day, {SUMS}
        FROM public.referrals_municipality AS municipality
        CROSS JOIN LATERAL (
            SELECT * FROM public.referrals_flowstat
            WHERE rank = 2 AND place_key = municipality.id AND NOT is_month AND first_day >= earliest
            UNION ALL
            SELECT * FROM public.referrals_flowstat
            WHERE rank = 2 AND place_key = municipality.id AND is_month
                AND first_day >= date_trunc('month', earliest)::date
        ) AS kept
        WHERE municipality.county_id = ANY (counties)
        GROUP BY municipality.county_id, kept.is_month, kept.first_day;
    END IF;
{_END}""",
)


def _drop(function: migrations.RunSQL) -> migrations.RunSQL:
    """Make way for a new version."""
    return migrations.RunSQL(function.reverse_sql, function.sql)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0041_ended_waits_read")]

    operations = [FLOW_DAYS, _drop(PLACES.ROLL_FLOW), ROLL_FLOW]
