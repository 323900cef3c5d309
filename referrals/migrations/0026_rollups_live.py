"""The same figures of many days and months counted from the rows, for days that are not kept yet."""

from django.db import migrations

from ergo.postgresql.counting import CountingFunction

COUNT_BANDS = CountingFunction(
    "ergo_count_bands_each_day(on_days date[])",
    "on_day date, county_id bigint, municipality_id bigint, band text, waiting bigint",
    """
    SELECT each.on_day, waiting.county_id, waiting.municipality_id,
        CASE
            WHEN gross_days <= 14 THEN '0-14'
            WHEN gross_days <= 28 THEN '15-28'
            WHEN gross_days <= 56 THEN '29-56'
            WHEN gross_days <= 84 THEN '57-84'
            WHEN gross_days <= 182 THEN '85-182'
            WHEN gross_days <= 365 THEN '183-365'
            ELSE '366+'
        END AS band,
        count(*)
    FROM unnest(on_days) AS each (on_day)
    CROSS JOIN LATERAL public.ergo_waiting(each.on_day) AS waiting
    -- True of all of them: who waited on none of the days need not be held against each.
    WHERE waiting.received_on <= (SELECT max(day) FROM unnest(on_days) AS day)
        AND (waiting.wait_end IS NULL OR waiting.wait_end > (SELECT min(day) FROM unnest(on_days) AS day))
    GROUP BY each.on_day, waiting.county_id, waiting.municipality_id, band
    """,
)

# Slots as in ergo_kept_flow: slot 0 is all before the first edge, slot 1 from it until the second.
COUNT_FLOW_BETWEEN = CountingFunction(
    "ergo_count_flow_between(edges date[])",
    "slot integer, county_id bigint, municipality_id bigint,"
    " referred bigint, started bigint, other_ends bigint, finished bigint",
    """
    WITH counted AS (
        SELECT municipality_id, received_on, started_on, closed_on
        FROM public.referrals_referral WHERE outcome NOT IN ('duplicate', 'entered_in_error')
    ), happened AS (
        SELECT municipality_id, received_on AS day, 1 AS kind FROM counted
        UNION ALL SELECT municipality_id, started_on, 2 FROM counted
        UNION ALL SELECT municipality_id, closed_on, CASE WHEN started_on IS NULL THEN 3 ELSE 4 END FROM counted
    )
    SELECT width_bucket(day, edges), municipality.county_id, municipality.id,
        count(*) FILTER (WHERE kind = 1),
        count(*) FILTER (WHERE kind = 2),
        count(*) FILTER (WHERE kind = 3),
        count(*) FILTER (WHERE kind = 4)
    FROM happened JOIN public.referrals_municipality AS municipality ON municipality.id = happened.municipality_id
    WHERE day < (SELECT max(edge) FROM unnest(edges) AS edge)
    GROUP BY width_bucket(day, edges), municipality.county_id, municipality.id
    """,
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0025_rollups_check")]

    operations = [COUNT_BANDS, COUNT_FLOW_BETWEEN]
