"""Referrals and pauses as they were known before an instant, from the history: `referrals.models.known`.

Views with the rights of whoever asks, so that every policy holds. They ask for the setting `ergo.known_before`, which
ends with the transaction; without it they fail, so that nobody gets figures of no known day.
"""

from django.db import migrations, models

from ergo import roles
from referrals.models.clock import OnTheClock

KNOWN_BEFORE = "current_setting('ergo.known_before')::timestamptz"

# By the name in the history: how a value from before is read.
CODES = ("source", "status", "outcome")
DATES = ("received_on", "prioritised_on", "started_on", "closed_on")


def _known(name: str, value: str) -> str:
    """The column, from before the first later change of it, where there is one."""
    return f"CASE WHEN undone.facts ? '{name}' THEN {value} ELSE referral.{name} END"


CODE_COLUMNS = {name: _known(name, f"COALESCE(undone.facts->>'{name}', '')") for name in CODES}
DATE_COLUMNS = {name: _known(name, f"(undone.facts->>'{name}')::date") for name in DATES}
WAIT_END = f"LEAST({DATE_COLUMNS['started_on']}, {DATE_COLUMNS['closed_on']})"
FACTS = CODE_COLUMNS | DATE_COLUMNS

REFERRALS = f"""
CREATE VIEW referrals_referral_as_known WITH (security_invoker = true) AS
SELECT
    referral.id, referral.municipality_id, referral.number, referral.person_id, referral.unit_id,
    referral.registered_at,
    CASE WHEN undone.facts ? 'category' THEN (
        SELECT category.id FROM referrals_category AS category WHERE category.code = undone.facts->>'category'
    ) ELSE referral.category_id END AS category_id,
    CASE WHEN undone.facts ? 'priority' THEN (undone.facts->>'priority')::smallint
        ELSE referral.priority END AS priority,
    CASE WHEN undone.facts ? 'therapist' THEN (undone.facts->>'therapist')::bigint
        ELSE referral.therapist_id END AS therapist_id,
    {", ".join(f"{column} AS {name}" for name, column in FACTS.items())},
    {WAIT_END} AS wait_end
FROM referrals_referral AS referral
LEFT JOIN (
    -- Of each fact the value before the first later change.
    SELECT municipality_id, referral_id, jsonb_object_agg(name, before) AS facts
    FROM (
        SELECT DISTINCT ON (event.municipality_id, event.referral_id, change.key)
            event.municipality_id, event.referral_id, change.key AS name, change.value->0 AS before
        FROM referrals_referralevent AS event
        CROSS JOIN LATERAL jsonb_each(event.details->'changes') AS change
        WHERE event.registered_at >= {KNOWN_BEFORE}
        ORDER BY event.municipality_id, event.referral_id, change.key, event.registered_at, event.id
    ) AS first_change
    GROUP BY municipality_id, referral_id
) AS undone ON undone.municipality_id = referral.municipality_id AND undone.referral_id = referral.id
WHERE referral.registered_at < {KNOWN_BEFORE}
"""

PAUSES = f"""
CREATE VIEW referrals_waitpause_as_known WITH (security_invoker = true) AS
SELECT
    pause.id, pause.municipality_id, pause.referral_id, pause.reason, pause.started_on,
    CASE WHEN told.is_later THEN told.last_end ELSE pause.ended_on END AS ended_on
FROM referrals_waitpause AS pause
CROSS JOIN LATERAL (
    -- The history tells of a pause by its reason and first day each time it is set or ended.
    SELECT
        COALESCE(bool_or(event.registered_at >= {KNOWN_BEFORE}), false) AS is_later,
        COALESCE(bool_or(event.registered_at < {KNOWN_BEFORE}), false) AS is_known,
        (array_agg((mention->>'to')::date ORDER BY event.registered_at DESC, event.id DESC)
            FILTER (WHERE event.registered_at < {KNOWN_BEFORE}))[1] AS last_end
    FROM referrals_referralevent AS event
    CROSS JOIN LATERAL jsonb_array_elements(event.details->'pauses') AS mention
    WHERE event.municipality_id = pause.municipality_id
        AND event.referral_id = pause.referral_id
        AND mention->>'reason' = pause.reason
        AND (mention->>'from')::date = pause.started_on
) AS told
WHERE NOT told.is_later
    -- One that was ended on its first day and begun again is the same in the history: it is read once.
    OR told.is_known AND NOT EXISTS (
        SELECT FROM referrals_waitpause AS again
        WHERE again.referral_id = pause.referral_id
            AND again.reason = pause.reason
            AND again.started_on = pause.started_on
            AND again.id > pause.id
    )
"""

VIEWS = "referrals_referral_as_known, referrals_waitpause_as_known"
# Those who count the country read the history too.
COUNTED = (
    f"CREATE POLICY counted ON referrals_referralevent FOR SELECT TO {roles.STATS} USING (true);"
    f" GRANT SELECT ON referrals_referralevent, referrals_category TO {roles.STATS}"
)
NOT_COUNTED = (
    f"REVOKE SELECT ON referrals_referralevent, referrals_category FROM {roles.STATS};"
    " DROP POLICY counted ON referrals_referralevent"
)
RIGHTS = f"REVOKE ALL ON {VIEWS} FROM {roles.APP}; GRANT SELECT ON {VIEWS} TO {roles.APP}, {roles.STATS}"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0013_units")]

    operations = [
        migrations.CreateModel(
            name="KnownPause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("hospital", "Admitted to hospital or institution"),
                            ("own_wish", "Wishes to wait"),
                            ("away", "Temporarily away"),
                            ("information", "Waiting for information"),
                            ("nav", "Waiting for NAV assistive technology centre"),
                            ("other_body", "Waiting for another body"),
                            ("capacity", "Lack of capacity"),
                        ],
                        max_length=20,
                    ),
                ),
                ("started_on", models.DateField()),
                ("ended_on", models.DateField(null=True)),
            ],
            options={
                "db_table": "referrals_waitpause_as_known",
                "ordering": ["referral", "started_on", "pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownReferral",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=11)),
                ("registered_at", models.DateTimeField()),
                ("received_on", models.DateField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("gp", "GP"),
                            ("hospital", "Hospital"),
                            ("home_care", "Home care"),
                            ("physiotherapist", "Physiotherapist"),
                            ("self", "Self-referral"),
                            ("next_of_kin", "Next of kin"),
                            ("guardian", "Guardian"),
                            ("child_health", "Child health centre or school health service"),
                            ("school", "Kindergarten, school or PPT"),
                            ("nav", "NAV"),
                            ("at_centre", "Assistive technology centre"),
                            ("housing", "Housing office"),
                            ("refugee", "Refugee office"),
                            ("mental_health", "DPS or mental health service"),
                            ("voluntary", "Voluntary organisation"),
                            ("municipality", "Another municipality"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("waiting", "Waiting"),
                            ("started", "Started"),
                            ("closed", "Closed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(null=True)),
                ("prioritised_on", models.DateField(null=True)),
                ("started_on", models.DateField(null=True)),
                ("closed_on", models.DateField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("finished", "Finished"),
                            ("not_needed", "No longer needed"),
                            ("declined", "Declined by the citizen"),
                            ("rejected", "Rejected, wrong service"),
                            ("referred_on", "Referred on"),
                            ("transferred", "Transferred to another municipality, district or service"),
                            ("moved", "Moved"),
                            ("dead", "Dead"),
                            ("unreachable", "Could not be reached"),
                            ("other", "Other reason"),
                            ("duplicate", "Duplicate"),
                            ("entered_in_error", "Entered in error"),
                        ],
                        max_length=20,
                    ),
                ),
                ("wait_end", models.DateField(null=True)),
            ],
            options={
                "db_table": "referrals_referral_as_known",
                "ordering": ["-received_on", "-pk"],
                "managed": False,
            },
            bases=(OnTheClock, models.Model),
        ),
        migrations.AddIndex(
            model_name="referralevent",
            index=models.Index(fields=["municipality", "registered_at"], name="event_registered"),
        ),
        migrations.RunSQL(REFERRALS, "DROP VIEW referrals_referral_as_known"),
        migrations.RunSQL(PAUSES, "DROP VIEW referrals_waitpause_as_known"),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(COUNTED, NOT_COUNTED),
    ]
