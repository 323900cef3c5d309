"""What was known is read once for all the months of a page, and only where it was known at all.

The view undoes what was registered since an instant. Most of that is of referrals that were not there yet: their lines
are passed over before they are taken apart. Of each fact, the first change since is what is put together last.

Three functions over the view, each of which read all of the history by itself, are one now.
"""

import re
from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction

COUNTS = import_module("referrals.migrations.0006_counts")
AS_KNOWN = import_module("referrals.migrations.0017_counts_as_known")
LIVE = import_module("referrals.migrations.0026_rollups_live")
LONG_KNOWN = import_module("referrals.migrations.0032_long_waits_as_known")

UNDONE = re.compile(r"-- Of each fact the value before.*?\) AS undone ON", re.DOTALL)
# jsonb keeps the last of several values of a name: lines come newest first, so that is the one from before them all.
UNDONE_OF_WHAT_WAS_KNOWN = f"""-- Of each fact the value before the first later change.
    SELECT event.municipality_id, event.referral_id,
        jsonb_object_agg(change.key, change.value->0 ORDER BY event.registered_at DESC, event.id DESC) AS facts
    FROM referrals_referralevent AS event
    JOIN referrals_referral AS known ON known.municipality_id = event.municipality_id
        AND known.id = event.referral_id
        AND known.registered_at < {AS_KNOWN.KNOWN_BEFORE}
    CROSS JOIN LATERAL jsonb_each(event.details->'changes') AS change
    WHERE event.registered_at >= {AS_KNOWN.KNOWN_BEFORE}
    GROUP BY event.municipality_id, event.referral_id
) AS undone ON"""
REFERRALS = UNDONE.sub(lambda _match: UNDONE_OF_WHAT_WAS_KNOWN, LONG_KNOWN.REFERRALS)

# Days and edges come oldest first. A wait is on the list at the end of the days from its receipt until it ended.
MONTHS = CountingFunction(
    f"ergo_count_months(on_days date[], edges date[], {COUNTS.SCOPE})",
    "on_day date, slot integer, in_scope boolean, county_id bigint, municipality_id bigint, band text,"
    " waiting bigint, median_days double precision, p90_days double precision,"
    " referred bigint, started bigint, other_ends bigint, finished bigint",
    f"""
    WITH counted AS MATERIALIZED (
        SELECT referral.municipality_id, municipality.county_id,
            referral.received_on, referral.started_on, referral.closed_on, referral.wait_end
        FROM public.referrals_referral AS referral
        JOIN public.referrals_municipality AS municipality ON municipality.id = referral.municipality_id
        WHERE referral.outcome NOT IN ('duplicate', 'entered_in_error')
    ), known AS MATERIALIZED (
        SELECT on_days[number] AS on_day, {COUNTS.PLACED}, on_days[number] - waiting.received_on AS gross_days
        FROM counted AS waiting
        CROSS JOIN LATERAL generate_series(
            width_bucket(waiting.received_on - 1, on_days) + 1,
            COALESCE(width_bucket(waiting.wait_end - 1, on_days), cardinality(on_days))
        ) AS number
        WHERE cardinality(on_days) > 0
    ), happened AS (
        SELECT municipality_id, county_id, received_on AS day, 1 AS kind FROM counted
        UNION ALL SELECT municipality_id, county_id, started_on, 2 FROM counted
        UNION ALL SELECT municipality_id, county_id, closed_on, CASE WHEN started_on IS NULL THEN 3 ELSE 4 END
        FROM counted
    )
    SELECT on_day, NULL::integer, true, NULL::bigint, NULL::bigint, NULL, count(*), {COUNTS.MEDIAN}, {COUNTS.P90},
        NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint
    FROM known WHERE in_scope GROUP BY on_day
    UNION ALL
    SELECT on_day, NULL, in_scope, county_id, place_id, band, count(*), NULL, NULL,
        NULL, NULL, NULL, NULL
    FROM (
        SELECT on_day, in_scope, county_id, place_id,
            CASE
                WHEN gross_days <= 14 THEN '0-14'
                WHEN gross_days <= 28 THEN '15-28'
                WHEN gross_days <= 56 THEN '29-56'
                WHEN gross_days <= 84 THEN '57-84'
                WHEN gross_days <= 182 THEN '85-182'
                WHEN gross_days <= 365 THEN '183-365'
                ELSE '366+'
            END AS band
        FROM known
    ) AS banded
    GROUP BY on_day, in_scope, county_id, place_id, band
    UNION ALL
    SELECT NULL, width_bucket(day, edges), NULL, county_id, municipality_id, NULL, NULL, NULL, NULL,
        count(*) FILTER (WHERE kind = 1),
        count(*) FILTER (WHERE kind = 2),
        count(*) FILTER (WHERE kind = 3),
        count(*) FILTER (WHERE kind = 4)
    FROM happened
    WHERE day < edges[cardinality(edges)]
    GROUP BY width_bucket(day, edges), county_id, municipality_id
    """,
)
REPLACED = [
    AS_KNOWN.as_known(one) for one in (COUNTS.COUNT_EACH_DAY, LIVE.COUNT_BANDS, LIVE.COUNT_FLOW_BETWEEN)
]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0044_divided")]

    operations = [
        migrations.RunSQL(REFERRALS, LONG_KNOWN.REFERRALS),
        AS_KNOWN.as_known(MONTHS),
        *(migrations.RunSQL(one.reverse_sql, one.sql) for one in REPLACED),
    ]
