"""Kept figures are read with less work: the same figures, and true of the same instant.

Whether a mark reaches a day was looked up for each figure of it; the earliest mark says it of all of them at once. From
which year on a county is known is read off its kept months, where no mark reaches them, and not off the rows of every
municipality.
"""

from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction

ROLLUPS = import_module("referrals.migrations.0024_rollups_refresh")

# Nothing has changed that counts on an earlier day.
FIRST_MARK = "COALESCE((SELECT min(from_day) FROM public.referrals_waitmark), 'infinity')"
EACH_READ = "NOT (kept.is_stale OR EXISTS (SELECT FROM public.referrals_waitmark AS mark WHERE mark.from_day <= kept.day))"
EACH_DAY = "NOT (is_stale OR EXISTS (SELECT FROM public.referrals_waitmark WHERE from_day <= day))"


def changed(function: CountingFunction, before: str, after: str) -> CountingFunction:
    """The function with one part of its query written anew."""
    signature, columns, query = function.arguments
    assert query.count(before) == 1
    return CountingFunction(signature, columns, query.replace(before, after))


READ_WAITING, READ_OWN = (
    changed(function, EACH_READ, f"NOT kept.is_stale AND kept.day < {FIRST_MARK}")
    for function in (ROLLUPS.READ_WAITING, ROLLUPS.READ_OWN)
)
KEPT_DAYS = changed(ROLLUPS.KEPT_DAYS, EACH_DAY, f"NOT is_stale AND day < {FIRST_MARK}")

# No line for a county in which nobody was ever referred. A change that counts after the first month with a referral leaves
# it the first one; what reaches it, or any month where there is none, may be of a municipality that came or went.
FIRST_YEARS_OF_COUNTIES = CountingFunction(
    "ergo_first_years_of_counties()",
    "county_id bigint, first_year integer",
    f"""
    WITH changed AS MATERIALIZED (
        SELECT CASE WHEN EXISTS (SELECT FROM public.referrals_rolledflow) THEN {FIRST_MARK} ELSE '-infinity' END AS since
    )
    SELECT county.id, extract(year FROM earliest.day)::integer
    FROM public.referrals_county AS county CROSS JOIN changed
    CROSS JOIN LATERAL (
        SELECT min(flow.first_day) AS month FROM public.referrals_flowstat AS flow
        WHERE flow.rank = 1 AND flow.place_key = county.id AND flow.is_month AND flow.referred > 0
    ) AS kept
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN changed.since >= COALESCE((kept.month + interval '1 month')::date, 'infinity') THEN kept.month
            ELSE (
                SELECT min(first.received_on) FROM public.referrals_municipality AS municipality
                CROSS JOIN LATERAL (
                    SELECT referral.received_on FROM public.referrals_referral AS referral
                    WHERE referral.municipality_id = municipality.id
                        AND referral.outcome NOT IN ('duplicate', 'entered_in_error')
                    ORDER BY referral.received_on LIMIT 1
                ) AS first
                WHERE municipality.county_id = county.id
            )
        END AS day
    ) AS earliest
    WHERE earliest.day IS NOT NULL
    """,
)


def instead_of(before: CountingFunction, after: CountingFunction) -> list[migrations.RunSQL]:
    """The one makes way for the other, and backwards."""
    return [migrations.RunSQL(before.reverse_sql, before.sql), after]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0058_waits_by_day")]

    operations = [
        *instead_of(ROLLUPS.READ_WAITING, READ_WAITING),
        *instead_of(ROLLUPS.READ_OWN, READ_OWN),
        *instead_of(ROLLUPS.KEPT_DAYS, KEPT_DAYS),
        FIRST_YEARS_OF_COUNTIES,
    ]
