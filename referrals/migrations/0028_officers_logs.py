"""Whoever reads the logs of a municipality and no cases reads no values: changes are told by name, and nobody's name.

The change log itself is closed to that scope. What it may know of it stands in a view of the owner's, which sees every
line and hands out those of the municipalities whose logs are in scope. So that a citizen who calls can be found by
number where no person is in scope, a function of the owner's answers which citizen it is, and nothing about them.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

from ergo import roles
from ergo.postgresql.counting import FOR_THE_APP
from ergo.postgresql.policies import IN_SCOPE, OF_ITS_LOGS

# Registers have no municipality: whether somebody signed in may see their changes is the app's question.
OF_REGISTERS = "(municipality_id IS NULL AND nullif(current_setting('ergo.user_id', true), '') IS NOT NULL)"
IN_LOG_SCOPE = IN_SCOPE.format("log_municipality_ids")

READABLE = "ALTER POLICY readable ON referrals_auditevent USING ({})"

# Of a row its first line has everything, later ones only what differs. The barrier: no condition of the caller's is
# tried on a line that is not theirs.
BY_NAME = f"""
CREATE VIEW referrals_auditevent_by_name WITH (security_barrier = true) AS
SELECT
    line.id, line.at, line.user_id, line.municipality_id, line.table_name, line.operation,
    CASE WHEN line.operation = 'U' THEN ARRAY(SELECT jsonb_object_keys(line.after) AS name ORDER BY name)
        ELSE ARRAY[]::text[] END AS names,
    COALESCE((
        SELECT first.after ->> 'number' FROM referrals_auditevent AS first
        WHERE first.table_name = line.of_table AND first.row_id = line.of_row AND first.operation = 'I' LIMIT 1
    ), '') AS number,
    CASE line.table_name WHEN 'referrals_person' THEN line.row_id ELSE (
        SELECT (first.after ->> 'person_id')::bigint FROM referrals_auditevent AS first
        WHERE first.table_name = line.of_table AND first.row_id = line.of_row AND first.operation = 'I' LIMIT 1
    ) END AS person_id
FROM (
    SELECT *,
        CASE WHEN referral_id IS NULL THEN table_name ELSE 'referrals_referral' END AS of_table,
        COALESCE(referral_id, row_id) AS of_row
    FROM referrals_auditevent
    WHERE {IN_LOG_SCOPE}
) AS line
"""
RIGHTS = f"""
REVOKE ALL ON referrals_auditevent_by_name FROM {roles.APP};
GRANT SELECT ON referrals_auditevent_by_name TO {roles.APP}
"""

# The index is a keyed hash, bound to the municipality: it tells nothing to whoever has not the key.
KNOWN_BY = f"""
CREATE POLICY known_by ON referrals_person FOR SELECT TO {roles.OWNER} USING ({IN_LOG_SCOPE});
CREATE FUNCTION public.ergo_citizen_known_by(place bigint, index bytea) RETURNS bigint LANGUAGE sql STABLE
    {FOR_THE_APP} AS $$
    SELECT id FROM public.referrals_person
    WHERE municipality_id = place AND identifier_index = index AND {IN_LOG_SCOPE}
$$;
REVOKE ALL ON FUNCTION public.ergo_citizen_known_by FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.ergo_citizen_known_by TO {roles.APP}
"""
NOT_KNOWN_BY = """
DROP FUNCTION public.ergo_citizen_known_by;
DROP POLICY known_by ON referrals_person
"""


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0027_rollups_frozen"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeByName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="time")),
                ("table_name", models.CharField(max_length=63)),
                (
                    "operation",
                    models.CharField(
                        choices=[("I", "Added"), ("U", "Changed"), ("D", "Removed")], max_length=1
                    ),
                ),
                ("number", models.CharField(max_length=11)),
                ("person_id", models.BigIntegerField(null=True)),
                (
                    "names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=63), size=None
                    ),
                ),
            ],
            options={
                "db_table": "referrals_auditevent_by_name",
                "ordering": ["-id"],
                "managed": False,
            },
        ),
        migrations.AlterField(
            model_name="securityevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("signed_in", "Signed in"),
                    ("sign_in_failed", "Sign-in failed"),
                    ("signed_out", "Signed out"),
                    ("slowed_down", "Slowed down after many attempts"),
                    ("refused", "Refused: not allowed"),
                    ("not_found", "Refused: no such page or record"),
                    ("out_of_scope", "Refused by the database: outside the scope"),
                    ("forged_form", "Refused: form without a valid token"),
                    ("bad_request", "Refused: request that cannot be understood"),
                    ("no_role", "Signed in without a role"),
                    ("bad_redirect", "Refused: to be led on to an address that is no page here"),
                    ("not_offered", "Refused: choice or search that was not offered"),
                    ("failed", "A page failed"),
                    ("account_changed", "Password or second factor changed"),
                    ("sessions_ended", "Sessions ended"),
                    ("rights_changed", "Rights changed"),
                    ("emergency", "Emergency access"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
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
                    ("shielding", "Shielding of a case"),
                    ("caseload", "Own cases"),
                    ("long_waits", "Long waits"),
                    ("admin_list", "List in the administration"),
                    ("admin_record", "Page in the administration"),
                    ("access_report", "The citizen’s access report"),
                    ("read_log", "The read log of the municipality"),
                    ("change_log", "The change log of the municipality"),
                ],
                max_length=20,
                verbose_name="page",
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(
                condition=models.Q(("municipality__isnull", False)),
                fields=["municipality", "id"],
                name="auditevent_municipality",
            ),
        ),
        migrations.RunSQL(READABLE.format(OF_REGISTERS), READABLE.format(f"{OF_ITS_LOGS} OR {OF_REGISTERS}")),
        migrations.RunSQL(BY_NAME, "DROP VIEW referrals_auditevent_by_name"),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(KNOWN_BY, NOT_KNOWN_BY),
    ]
