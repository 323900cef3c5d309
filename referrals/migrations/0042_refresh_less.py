"""A refresh looks at less: at the days that a mark reaches, and at the counties in which something has changed.

The same figures. Of a municipality that has moved to another county it is not known which one it left: then a day is
worked out everywhere.
"""

from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction, KeepingFunction

OVERLAPPING = import_module("referrals.migrations.0038_overlapping_pauses")
ROLLUPS = import_module("referrals.migrations.0024_rollups_refresh")
PLACES = import_module("referrals.migrations.0031_rollups_places")


def _with(text: str, *changes: tuple[str, str]) -> str:
    """The SQL with parts of it replaced, each of which must be there."""
    for before, after in changes:
        if before not in text:
            raise ValueError(f"not in the former version: {before}")
        text = text.replace(before, after)
    return text


# --- A day ---

# Targets are joined to the versions that may judge, and then once to those who wait.
VERSIONS = """
        WHERE replaced_at IS NULL
    )"""
VERSIONS_OF_PLACES = """
        WHERE replaced_at IS NULL AND (of_municipalities IS NULL OR municipality_id = ANY (of_municipalities))
    ), target AS (
        SELECT version.municipality_id, version.valid_from, version.valid_to, each.category_id, each.level, each.days
        FROM version JOIN public.referrals_prioritytarget AS each ON each.key_id = version.id
    )"""
JOINED = """    LEFT JOIN version ON version.municipality_id = waiting.municipality_id
        AND version.valid_from <= waiting.received_on
        AND (version.valid_to IS NULL OR version.valid_to > waiting.received_on)
    LEFT JOIN public.referrals_prioritytarget AS target ON target.key_id = version.id
        AND target.category_id = waiting.category_id
        AND target.level = waiting.level
"""
JOINED_ONCE = """    LEFT JOIN target ON target.municipality_id = waiting.municipality_id
        AND target.valid_from <= waiting.received_on
        AND (target.valid_to IS NULL OR target.valid_to > waiting.received_on)
        AND target.category_id = waiting.category_id
        AND target.level = waiting.level
"""
NAME, COLUMNS, QUERY = OVERLAPPING.FACTS.arguments
FACTS = CountingFunction(
    NAME, COLUMNS, _with(QUERY, (VERSIONS, VERSIONS_OF_PLACES), (JOINED, JOINED_ONCE)), is_private=True
)

LISTS = """
        array_agg(by_days ORDER BY by_days), array_agg(by_category ORDER BY by_category),
        array_agg(by_level ORDER BY by_level)
"""
# Without counties: of all of them.
ORDERED_WAITS = CountingFunction(
    "ergo_ordered_waits(on_day date, of_counties bigint[])",
    PLACES.ORDERED_WAITS.arguments[1],
    f"""
    WITH wait AS MATERIALIZED (
        SELECT county_id, gross_days::bigint AS by_days, (category_id << {PLACES.SHIFT}) + gross_days AS by_category,
            (COALESCE(level, 0)::bigint << {PLACES.SHIFT}) + gross_days AS by_level
        FROM public.ergo_waits(on_day, NULL)
    )
    SELECT 0::smallint, 0::bigint, {LISTS} FROM wait HAVING count(*) > 0
    UNION ALL
    SELECT 1::smallint, county_id, {LISTS} FROM wait
    WHERE of_counties IS NULL OR county_id = ANY (of_counties) GROUP BY county_id
    """,
    is_private=True,
)

THEIR_COUNTIES = "ARRAY(SELECT DISTINCT county_id FROM public.referrals_municipality WHERE id = ANY ({}))"
NAME, COLUMNS, QUERY = PLACES.CELLS.arguments
CELLS = CountingFunction(
    NAME,
    COLUMNS,
    _with(
        QUERY,
        (
            "public.ergo_ordered_waits(on_day)",
            "public.ergo_ordered_waits(on_day, CASE WHEN of_municipalities IS NOT NULL THEN"
            f" {THEIR_COUNTIES.format('of_municipalities')} END)",
        ),
    ),
    is_private=True,
)

NAME, RETURNS, BODY = PLACES.ROLL_DAY.arguments
ROLL_DAY = KeepingFunction(
    NAME,
    RETURNS,
    _with(
        BODY,
        ("    places bigint[];\n", "    places bigint[];\n    counties bigint[];\n"),
        (
            "FROM public.referrals_rolledday WHERE day = on_day AND is_stale;",
            "FROM public.referrals_rolledday WHERE day = on_day AND is_stale;\n"
            f"    counties := {THEIR_COUNTIES.format('places')};",
        ),
        (
            "(rank < 2 OR places IS NULL OR place_key = ANY (places))",
            "(rank = 0 OR places IS NULL OR rank = 1 AND place_key = ANY (counties)"
            " OR rank = 2 AND place_key = ANY (places))",
        ),
    ),
)

# --- What came and went ---

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
STALE = PLACES.PLACES_STALE
# A day that is stale everywhere stays so.
STALE_EVERYWHERE = STALE.replace(
    "stale_places = ARRAY(",
    "stale_places = CASE WHEN earliest = '0001-01-01' OR (kept.is_stale AND kept.stale_places = '{}') THEN '{}' ELSE ARRAY(",
).replace(") WHERE day >= earliest;", ") END WHERE day >= earliest;")
NAME, RETURNS, _BODY = PLACES.ROLL_FLOW.arguments
ROLL_FLOW = KeepingFunction(
    NAME,
    RETURNS,
    _with(
        _BEFORE,
        (STALE, STALE_EVERYWHERE),
        ("    marks bigint;\n", "    marks bigint;\n    counties bigint[];\n"),
    )
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
            counties := {THEIR_COUNTIES.format("places")};
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

    operations = [
        _drop(OVERLAPPING.FACTS),
        FACTS,
        _drop(PLACES.ORDERED_WAITS),
        ORDERED_WAITS,
        _drop(PLACES.CELLS),
        CELLS,
        _drop(PLACES.ROLL_DAY),
        ROLL_DAY,
        FLOW_DAYS,
        _drop(PLACES.ROLL_FLOW),
        ROLL_FLOW,
    ]
