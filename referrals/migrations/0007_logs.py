"""The logs: a change log written by triggers, a read log and a security log that are only appended to, and seals.

The app may read all of them within its scope, and write only the named columns of the read log and the security log:
when, by whom and in which request is the database's to say. The functions that seal are in 0007_seals.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import referrals.models.audit
import referrals.models.fields
from ergo import roles
from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.policies import IN_SCOPE, OF_ITS_LOGS, SameMunicipality, TenantTable

# What is left out: a password's hash, the time of the last sign-in, which the security log has, and what a table's
# triggers name besides.
FUNCTIONS = """
CREATE FUNCTION ergo_log_added() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.referrals_auditevent (table_name, row_id, municipality_id, referral_id, operation, after)
    SELECT TG_TABLE_NAME, a.id,
           CASE TG_ARGV[0] WHEN 'register' THEN NULL ELSE (r.row ->> 'municipality_id')::bigint END,
           CASE TG_TABLE_NAME WHEN 'referrals_referral' THEN a.id ELSE (r.row ->> 'referral_id')::bigint END,
           'I', r.row - ARRAY['password', 'last_login'] - TG_ARGV[1:]
    FROM added a, LATERAL (SELECT to_jsonb(a)) AS r (row);
    RETURN NULL;
END $$;

CREATE FUNCTION ergo_log_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old_row jsonb := to_jsonb(old) - 'last_login' - TG_ARGV[1:];
    new_row jsonb := to_jsonb(new) - 'last_login' - TG_ARGV[1:];
    was jsonb;
    became jsonb;
BEGIN
    SELECT jsonb_object_agg(n.key, old_row -> n.key), jsonb_object_agg(n.key, n.value) INTO was, became
    FROM jsonb_each(new_row) AS n WHERE n.value IS DISTINCT FROM old_row -> n.key;
    IF became IS NULL THEN
        RETURN NULL;
    END IF;
    IF became ? 'password' THEN
        was := was || '{"password": null}';
        became := became || '{"password": null}';
    END IF;
    INSERT INTO public.referrals_auditevent
        (table_name, row_id, municipality_id, referral_id, operation, before, after)
    VALUES (TG_TABLE_NAME, new.id,
            CASE TG_ARGV[0] WHEN 'register' THEN NULL ELSE (new_row ->> 'municipality_id')::bigint END,
            CASE TG_TABLE_NAME WHEN 'referrals_referral' THEN new.id ELSE (new_row ->> 'referral_id')::bigint END,
            'U', was, became);
    RETURN NULL;
END $$;

CREATE FUNCTION ergo_log_removed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old_row jsonb := to_jsonb(old) - ARRAY['password', 'last_login'] - TG_ARGV[1:];
BEGIN
    INSERT INTO public.referrals_auditevent (table_name, row_id, municipality_id, referral_id, operation, before)
    VALUES (TG_TABLE_NAME, old.id,
            CASE TG_ARGV[0] WHEN 'register' THEN NULL ELSE (old_row ->> 'municipality_id')::bigint END,
            CASE TG_TABLE_NAME WHEN 'referrals_referral' THEN old.id ELSE (old_row ->> 'referral_id')::bigint END,
            'D', old_row);
    RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION ergo_log_added(), ergo_log_changed(), ergo_log_removed() FROM PUBLIC;
"""

# Registers have no municipality: whether somebody signed in may see their changes is the app's question.
OF_REGISTERS = "(municipality_id IS NULL AND nullif(current_setting('ergo.user_id', true), '') IS NOT NULL)"

DROP_FUNCTIONS = "DROP FUNCTION ergo_log_added(), ergo_log_changed(), ergo_log_removed()"

OF_CITIZENS = ("person", "referral", "waitpause", "contact", "preliminaryreply")
REGISTERS = (
    "installation", "user", "membership", "membership_counties", "governor", "county", "municipality",
    "municipalitychange", "population", "occupation", "therapist", "employment", "coverageagreement",
    "coveragestatement", "staffingfigure", "category", "prioritykey", "prioritytarget",
)  # fmt: skip

# A line of the read log is written by whoever may see cases or logs there.
READ_LOG = {
    "referrals_viewlog": "municipality_id, role, kind, reason, query, note",
    "referrals_viewlogperson": "municipality_id, view_id, person_id, number",
}
SECURITY_LOG = "kind, user_id, typed, method, route, request_id, detail"


def read_log(table, columns):
    """Rows in scope are read and appended; a municipality of which only the logs are in scope counts too."""
    in_log_scope = IN_SCOPE.format("log_municipality_ids")
    return [
        TenantTable(table, grants=f"SELECT, INSERT ({columns})", readable=OF_ITS_LOGS),
        migrations.RunSQL(
            f"CREATE POLICY appended ON {table} FOR INSERT TO PUBLIC WITH CHECK ({in_log_scope})",
            f"DROP POLICY appended ON {table}",
        ),
    ]


def only(table, grants):
    """A table without municipality: these rights for the app, and no other."""
    return migrations.RunSQL(
        f"REVOKE ALL ON {table} FROM {roles.APP}; GRANT {grants} ON {table} TO {roles.APP}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {roles.APP}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0006_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogSeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("log", models.CharField(max_length=63, verbose_name="log")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("above_id", models.BigIntegerField()),
                ("from_xact", referrals.models.fields.TransactionIdField()),
                ("upto_xact", referrals.models.fields.TransactionIdField()),
                ("last_id", models.BigIntegerField(verbose_name="last line")),
                ("lines", models.BigIntegerField(verbose_name="lines")),
                ("hash", models.BinaryField(verbose_name="hash")),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["log", "id"], name="logseal_log")],
            },
        ),
        migrations.CreateModel(
            name="ViewLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(db_default=referrals.models.audit.Instant(), verbose_name="time"),
                ),
                (
                    "xact",
                    referrals.models.fields.TransactionIdField(
                        db_default=referrals.models.audit.Transaction()
                    ),
                ),
                (
                    "request_id",
                    models.CharField(
                        db_default=referrals.models.audit.ScopeRequest(),
                        max_length=64,
                        verbose_name="request",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("coordinator", "Intake coordinator"),
                            ("therapist", "Occupational therapist"),
                            ("manager", "Manager"),
                            ("county_reader", "County reader"),
                            ("national_reader", "National reader"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
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
                            ("admin_list", "List in the administration"),
                            ("admin_record", "Page in the administration"),
                            ("access_report", "The citizen’s access report"),
                        ],
                        max_length=20,
                        verbose_name="page",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("service", "Service to the citizen"),
                            ("administration", "Administration"),
                            ("insight", "The citizen’s right to know who has looked"),
                            ("control", "Control of the logs"),
                            ("emergency", "Emergency access"),
                        ],
                        max_length=20,
                        verbose_name="reason",
                    ),
                ),
                ("query", models.CharField(blank=True, max_length=500, verbose_name="narrowed to")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "municipality",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_default=referrals.models.audit.ScopeUser(),
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "opening",
                "verbose_name_plural": "read log",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ViewLogPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "xact",
                    referrals.models.fields.TransactionIdField(
                        db_default=referrals.models.audit.Transaction()
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=11, verbose_name="number")),
                (
                    "municipality",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="citizen")),
                (
                    "view",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="persons",
                        to="referrals.viewlog",
                        verbose_name="opening",
                    ),
                ),
            ],
            options={
                "verbose_name": "citizen shown",
                "verbose_name_plural": "citizens shown",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(db_default=referrals.models.audit.Instant(), verbose_name="time"),
                ),
                (
                    "xact",
                    referrals.models.fields.TransactionIdField(
                        db_default=referrals.models.audit.Transaction()
                    ),
                ),
                (
                    "request_id",
                    models.CharField(
                        db_default=referrals.models.audit.ScopeRequest(),
                        max_length=64,
                        null=True,
                        verbose_name="request",
                    ),
                ),
                ("table_name", models.CharField(max_length=63, verbose_name="table")),
                ("row_id", models.BigIntegerField(verbose_name="row")),
                ("referral_id", models.BigIntegerField(null=True, verbose_name="referral")),
                (
                    "operation",
                    models.CharField(
                        choices=[("I", "Added"), ("U", "Changed"), ("D", "Removed")],
                        max_length=1,
                        verbose_name="what happened",
                    ),
                ),
                ("before", models.JSONField(null=True, verbose_name="before")),
                ("after", models.JSONField(null=True, verbose_name="after")),
                (
                    "municipality",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_default=referrals.models.audit.ScopeUser(),
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "change log",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["table_name", "row_id"], name="auditevent_row"),
                    models.Index(
                        condition=models.Q(("referral_id__isnull", False)),
                        fields=["referral_id"],
                        name="auditevent_referral",
                    ),
                    models.Index(fields=["xact"], name="auditevent_xact"),
                    models.Index(
                        fields=["id"],
                        condition=models.Q(("municipality__isnull", True)),
                        name="auditevent_registers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SecurityEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(db_default=referrals.models.audit.Instant(), verbose_name="time"),
                ),
                (
                    "xact",
                    referrals.models.fields.TransactionIdField(
                        db_default=referrals.models.audit.Transaction()
                    ),
                ),
                (
                    "kind",
                    models.CharField(
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
                (
                    "typed",
                    models.CharField(blank=True, max_length=32, verbose_name="fingerprint of the name typed"),
                ),
                ("method", models.CharField(blank=True, max_length=10, verbose_name="method")),
                ("route", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("request_id", models.CharField(blank=True, max_length=64, verbose_name="request")),
                ("detail", models.CharField(blank=True, max_length=200, verbose_name="detail")),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "security event",
                "verbose_name_plural": "security events",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["xact"], name="securityevent_xact")],
            },
        ),
        migrations.AddIndex(
            model_name="viewlog",
            index=models.Index(fields=["xact"], name="viewlog_xact"),
        ),
        migrations.AddConstraint(
            model_name="viewlog",
            constraint=models.UniqueConstraint(fields=("municipality", "id"), name="viewlog_municipality_id"),
        ),
        migrations.AddConstraint(
            model_name="viewlog",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role", ""),
                    ("kind", ""),
                    ("reason", ""),
                    ("request_id", ""),
                    _connector="OR",
                    _negated=True,
                ),
                name="viewlog_nothing_left_out",
            ),
        ),
        migrations.AddIndex(
            model_name="viewlogperson",
            index=models.Index(fields=["municipality", "person_id"], name="viewlogperson_person"),
        ),
        migrations.AddIndex(
            model_name="viewlogperson",
            index=models.Index(fields=["municipality", "number"], name="viewlogperson_number"),
        ),
        migrations.AddIndex(
            model_name="viewlogperson",
            index=models.Index(fields=["xact"], name="viewlogperson_xact"),
        ),
        # Who was shown stands in the municipality of the opening.
        SameMunicipality("referrals_viewlogperson", "view_id", "referrals_viewlog"),
        TenantTable("referrals_auditevent", grants="SELECT", readable=f"{OF_ITS_LOGS} OR {OF_REGISTERS}"),
        migrations.RunSQL(
            f"CREATE POLICY by_trigger ON referrals_auditevent FOR INSERT TO {roles.OWNER} WITH CHECK (true)",
            "DROP POLICY by_trigger ON referrals_auditevent",
        ),
        *(operation for table, columns in READ_LOG.items() for operation in read_log(table, columns)),
        only("referrals_securityevent", f"SELECT, INSERT ({SECURITY_LOG})"),
        only("referrals_logseal", "SELECT"),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *(LoggedTable(f"referrals_{name}") for name in OF_CITIZENS),
        *(LoggedTable(f"referrals_{name}", register=True) for name in REGISTERS),
    ]
