"""How those who wait are divided by source, and by category and priority together, for those who see no row.

Both in one statement: they are of the same moment. Category and priority are counted by municipality, since what may be
shown of them in the whole country depends on who in one and the same municipality could have changed places
(`referrals.reports.crossed`); percentiles are told of the scope alone.
"""

from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction

COUNTS = import_module("referrals.migrations.0006_counts")
as_known = import_module("referrals.migrations.0017_counts_as_known").as_known


def _of_scope(percentile: str) -> str:
    return percentile.replace("CASE WHEN ", "CASE WHEN GROUPING(in_scope) = 0 AND ")


COUNT_DIVIDED = CountingFunction(
    f"ergo_count_waiting_divided(on_day date, {COUNTS.SCOPE})",
    "mask integer, in_scope boolean, county_id bigint, place_id bigint, source text, category_id bigint,"
    " level smallint, waiting bigint, median_days double precision, p90_days double precision",
    f"""
    WITH known AS (
        SELECT
            waiting.county_id,
            waiting.municipality_id AS place_id,
            CASE
                WHEN of_municipality IS NOT NULL THEN waiting.municipality_id = of_municipality
                WHEN cardinality(of_counties) > 0 THEN waiting.county_id = ANY (of_counties)
                ELSE true
            END AS in_scope,
            referral.source::text AS source, waiting.category_id, waiting.level, waiting.gross_days
        FROM public.ergo_waiting(on_day) AS waiting
        JOIN public.referrals_referral AS referral ON referral.id = waiting.id
    )
    SELECT
        GROUPING(in_scope, county_id, place_id, source, category_id, level),
        in_scope, county_id, place_id, source, category_id, level,
        count(*),
        {_of_scope(COUNTS.MEDIAN)},
        {_of_scope(COUNTS.P90)}
    FROM known
    GROUP BY GROUPING SETS (
        (in_scope), (in_scope, source), (county_id, source), (county_id, place_id, category_id, level)
    )
    """,
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0043_settings")]

    operations = [COUNT_DIVIDED, as_known(COUNT_DIVIDED)]
