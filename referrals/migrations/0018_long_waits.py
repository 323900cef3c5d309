"""Counts of those who have waited over a year, and nearly, at the end of many days at once; and their page in the log.

By county, and by municipality in the counties asked for; with all bands, since what may be shown of those near a year
follows from what is shown of the band that they are part of (`referrals.reports.regions`).
"""

from django.db import migrations, models

from ergo.postgresql.counting import CountingFunction

COUNT_LONG_WAITS = CountingFunction(
    "ergo_count_long_waits(on_days date[], of_counties bigint[])",
    "on_day date, county_id bigint, place_id bigint, band text, waiting bigint, near_a_year bigint",
    """
    WITH known AS MATERIALIZED (
        SELECT each.on_day, waiting.county_id, waiting.gross_days,
            CASE WHEN waiting.county_id = ANY (of_counties) THEN waiting.municipality_id END AS place_id,
            CASE
                WHEN gross_days <= 14 THEN '0-14'
                WHEN gross_days <= 28 THEN '15-28'
                WHEN gross_days <= 56 THEN '29-56'
                WHEN gross_days <= 84 THEN '57-84'
                WHEN gross_days <= 182 THEN '85-182'
                WHEN gross_days <= 365 THEN '183-365'
                ELSE '366+'
            END AS band
        FROM unnest(on_days) AS each (on_day)
        CROSS JOIN LATERAL public.ergo_waiting(each.on_day) AS waiting
        -- True of all of them: who waited on none of the days need not be held against each.
        WHERE waiting.received_on <= (SELECT max(day) FROM unnest(on_days) AS day)
            AND (waiting.wait_end IS NULL OR waiting.wait_end > (SELECT min(day) FROM unnest(on_days) AS day))
    )
    SELECT on_day, county_id, place_id, band, count(*), count(*) FILTER (WHERE gross_days BETWEEN 274 AND 365)
    FROM known
    GROUP BY on_day, county_id, place_id, band
    """,
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0017_counts_as_known")]

    operations = [
        COUNT_LONG_WAITS,
        migrations.AlterField(
            model_name="viewlog",
            name="kind",
            field=models.CharField(
                choices=[
                    ("waitlist", "Waitlist"),
                    ("waitlist_search", "Search in the waitlist"),
                    ("find_citizen", "Search for a citizen"),
                    ("registration", "Registration of a referral"),
                    ("case", "The page of a referral"),
                    ("identifier", "Identity number in full"),
                    ("move", "Form that changes a referral"),
                    ("conflict", "Comparison of two changes"),
                    ("caseload", "Own cases"),
                    ("long_waits", "Long waits"),
                    ("admin_list", "List in the administration"),
                    ("admin_record", "Page in the administration"),
                    ("access_report", "The citizen’s access report"),
                ],
                max_length=20,
                verbose_name="page",
            ),
        ),
    ]
