"""A wait may be on hold for several reasons at once: only pauses of one reason must not overlap. A day counts once.

Days on hold are the union of the pauses, as a multirange, in the counting functions too. Where pauses follow each
other, as all did until now, it is their sum.
"""

from importlib import import_module

import django.contrib.postgres.constraints
from django.db import migrations, models

import referrals.models.periods
from ergo.postgresql.counting import CountingFunction

KEYS = import_module("referrals.migrations.0016_priority_keys")
AS_KNOWN = import_module("referrals.migrations.0017_counts_as_known")
ROLLUPS = import_module("referrals.migrations.0024_rollups_refresh")
FROZEN = import_module("referrals.migrations.0029_frozen_as_known")
PLACES = import_module("referrals.migrations.0031_rollups_places")

STOPS = "pause.reason IN ('hospital', 'own_wish', 'away')"


def changed(function: CountingFunction, before: str, after: str) -> CountingFunction:
    """The function with one part of its query written anew."""
    signature, columns, query = function.arguments
    assert query.count(before) == 1
    return CountingFunction(signature, columns, query.replace(before, after), is_private=function.is_private)


def _within(wait: str) -> str:
    """The days of a pause that lie within a wait which lasts to the day: none where it ended before receipt."""
    first = f"GREATEST(pause.started_on, {wait}.received_on)"
    return f"daterange({first}, GREATEST({first}, LEAST(pause.ended_on, on_day)))"


def _summed(wait: str) -> str:
    """The same of all pauses, added up, as it was counted until now."""
    return (
        f"sum(GREATEST(LEAST(pause.ended_on, on_day) - GREATEST(pause.started_on, {wait}.received_on), 0))\n"
        f"                FILTER (WHERE {STOPS}) AS days,"
    )


COUNT_WAITING = changed(
    KEYS.COUNT_WAITING,
    f"""
                SELECT sum(GREATEST(
                    LEAST(pause.ended_on, on_day) - GREATEST(pause.started_on, waiting.received_on), 0
                ))
                FROM public.referrals_waitpause AS pause
                WHERE pause.referral_id = waiting.id AND {STOPS}
            """,
    f"""
                SELECT sum(upper(span) - lower(span)) FROM (
                    SELECT unnest(range_agg({_within("waiting")}))
                    FROM public.referrals_waitpause AS pause
                    WHERE pause.referral_id = waiting.id AND {STOPS}
                ) AS held (span)
            """,
)

# As known at the end of a month: of each who waited then.
FACTS_THEN = changed(
    changed(
        ROLLUPS.FACTS,
        _summed("known"),
        f"range_agg({_within('known')})\n                FILTER (WHERE {STOPS}) AS held,",
    ),
    "COALESCE(pauses.days, 0)",
    "COALESCE((SELECT sum(upper(span) - lower(span)) FROM unnest(pauses.held) AS span), 0)",
)

# Of a whole country in one walk along the index of the pauses: what a pause adds are its days after the last one of those
# that began before it. A multirange for each would cost half as much again.
FACTS = changed(
    changed(
        PLACES.FACTS,
        f"""paused AS MATERIALIZED (
        SELECT waiting.id,
            {_summed("waiting")}""",
        f"""held AS (
        SELECT waiting.id, waiting.received_on, pause.started_on, pause.ended_on, {STOPS} AS stops,
            max(LEAST(pause.ended_on, on_day)) FILTER (WHERE {STOPS}) OVER (
                PARTITION BY waiting.id ORDER BY pause.started_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS held_until
        FROM waiting JOIN public.referrals_waitpause AS pause ON pause.referral_id = waiting.id
        WHERE pause.referral_id = ANY (ARRAY(SELECT id FROM waiting))
    ), paused AS MATERIALIZED (
        SELECT pause.id,
            sum(GREATEST(
                LEAST(pause.ended_on, on_day) - GREATEST(pause.started_on, pause.received_on, pause.held_until), 0
            )) FILTER (WHERE pause.stops) AS days,""",
    ),
    """
        FROM waiting JOIN public.referrals_waitpause AS pause ON pause.referral_id = waiting.id
        WHERE pause.referral_id = ANY (ARRAY(SELECT id FROM waiting))
        GROUP BY waiting.id
""",
    """
        FROM held AS pause
        GROUP BY pause.id
""",
)


def instead_of(before: CountingFunction, after: CountingFunction) -> list[migrations.RunSQL]:
    """The one makes way for the other, and backwards."""
    return [migrations.RunSQL(before.reverse_sql, before.sql), after]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0037_one_flow")]

    operations = [
        migrations.RemoveConstraint(model_name="waitpause", name="pause_no_overlap"),
        migrations.AddConstraint(
            model_name="waitpause",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        referrals.models.periods.IdRange("municipality", "municipality", models.Value("[]")),
                        "&&",
                    ),
                    (referrals.models.periods.IdRange("referral", "referral", models.Value("[]")), "&&"),
                    (models.functions.Lower("reason"), "="),
                    (referrals.models.periods.DateRange("started_on", "ended_on"), "&&"),
                ],
                name="pause_no_overlap",
                violation_error_message="The referral is already on hold for this reason in this period.",
            ),
        ),
        *instead_of(KEYS.COUNT_WAITING, COUNT_WAITING),
        *instead_of(AS_KNOWN.as_known(KEYS.COUNT_WAITING), AS_KNOWN.as_known(COUNT_WAITING)),
        *instead_of(PLACES.FACTS, FACTS),
        *instead_of(FROZEN.as_known(ROLLUPS.FACTS), FROZEN.as_known(FACTS_THEN)),
    ]
