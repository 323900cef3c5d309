"""Month-ends are frozen as they were known at their end, also where that happens later: from the history, as in 0017.

What was registered after midnight in Norway is left out, so that it makes no difference when the freezing ran.
"""

import re
from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction, KeepingFunction

ROLLUPS = import_module("referrals.migrations.0024_rollups_refresh")
AS_KNOWN = import_module("referrals.migrations.0017_counts_as_known")
FROZEN = import_module("referrals.migrations.0027_rollups_frozen")

STEP = re.compile(r"\b(ergo_wait_facts|ergo_day_stats)\(")

# The views undo the history each time they are read, so those who wait are read from them in one branch.
BRANCHES = re.compile(r"waiting AS \(.*?\), known AS \(", re.DOTALL)
ONE_BRANCH = """waiting AS (
        SELECT id, municipality_id, category_id, received_on, priority, prioritised_on, outcome
        FROM public.referrals_referral_as_known
        WHERE received_on <= on_day AND (wait_end IS NULL OR wait_end > on_day)
    ), known AS ("""


def as_known(function: CountingFunction) -> CountingFunction:
    """The same step over what was known."""
    signature, columns, query = AS_KNOWN.as_known(function).arguments
    named, query = STEP.sub(r"\1_as_known(", signature), STEP.sub(r"\1_as_known(", query)
    return CountingFunction(named, columns, BRANCHES.sub(ONE_BRANCH, query), is_private=True)


# Otherwise the function is the one of 0027.
FREEZE = KeepingFunction(
    "ergo_freeze(on_day date)",
    "boolean",
    f"""
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ergo: freezing'));
    IF EXISTS (SELECT FROM public.referrals_frozenmonth WHERE day = on_day) THEN
        RETURN false;
    END IF;
    PERFORM set_config('ergo.known_before', ((on_day + 1)::timestamp AT TIME ZONE 'Europe/Oslo')::text, true);
    INSERT INTO public.referrals_frozenmonth (day, frozen_at) VALUES (on_day, clock_timestamp());
    INSERT INTO public.referrals_frozenstat (day, rank, place_key, {FROZEN.COUNTS})
    SELECT on_day, rank, place_key, {FROZEN.COUNTS} FROM public.ergo_day_stats_as_known(on_day) WHERE split = 'all';
    PERFORM set_config('ergo.known_before', '', true);
    RETURN true;
END
    """,
)

# The end of the month in which the first referral was registered: before it nothing was known.
FIRST_KNOWN_MONTH = CountingFunction(
    "ergo_first_known_month()",
    "on_day date",
    "SELECT (date_trunc('month', min(registered_at) AT TIME ZONE 'Europe/Oslo') + interval '1 month - 1 day')::date"
    " FROM public.referrals_referral",
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0028_officers_logs")]

    operations = [
        as_known(ROLLUPS.FACTS),
        as_known(ROLLUPS.DAY_STATS),
        migrations.RunSQL(FROZEN.FREEZE.reverse_sql, FROZEN.FREEZE.sql),
        FREEZE,
        FIRST_KNOWN_MONTH,
    ]
