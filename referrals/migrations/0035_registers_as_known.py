"""Figures are made again of development, month-ends and coverage, from what was registered by an instant.

Of the functions behind them that had none, one that counts what was known. The registers behind coverage have no
history of their own, but the change log holds every change of theirs: a function of the owner's tells what is to be
undone, of these tables and columns and no others, and views take it back.
"""

from importlib import import_module

from django.db import migrations, models

from ergo import roles
from ergo.postgresql.counting import FOR_THE_APP

as_known = import_module("referrals.migrations.0017_counts_as_known").as_known
KNOWN_BEFORE = import_module("referrals.migrations.0017_counts_as_known").KNOWN_BEFORE
COUNTS = import_module("referrals.migrations.0006_counts")
LIVE = import_module("referrals.migrations.0026_rollups_live")

# By the end of the table's name: the columns that coverage asks for.
REGISTERS = {
    "county": "id, code, name, sort_key",
    "municipality": "id, code, name, full_name, sort_key, county_id, tile_column, tile_row, valid_to",
    "population": "id, municipality_id, year, persons",
    "occupation": "id, kind",
    "therapist": "id, authorised_from, authorised_to, is_licence, is_student",
    "employment": "id, therapist_id, municipality_id, occupation_id, engagement, fte, valid_from, valid_to",
    "coverageagreement": "id, provider_id, recipient_id, fte, valid_from, valid_to",
    "coveragestatement": "id, municipality_id, source, valid_from, valid_to",
    "staffingfigure": "id, municipality_id, counted_on, source, measure, status, value, decimals, replaced_by_id",
}
TOLD = ", ".join(
    f"('referrals_{name}', '{column}')"
    for name, columns in REGISTERS.items()
    for column in columns.split(", ")
)

# Of each row that was changed since: whether it was there before, and of each fact the value from before the first
# change. The last of several values under one key is kept, so the oldest come last.
UNDONE = f"""
CREATE FUNCTION public.ergo_register_undone(of_table text)
    RETURNS TABLE (row_id bigint, was_there boolean, facts jsonb) LANGUAGE sql STABLE {FOR_THE_APP} AS $$
    SELECT line.row_id, (array_agg(line.operation ORDER BY line.id))[1] <> 'I',
        COALESCE(
            jsonb_object_agg(fact.key, fact.value ORDER BY line.id DESC) FILTER (WHERE fact.key IS NOT NULL), '{{}}'
        )
    FROM public.referrals_auditevent AS line
    LEFT JOIN LATERAL jsonb_each(line.before) AS fact ON (of_table, fact.key) IN (VALUES {TOLD})
    WHERE line.table_name = of_table AND line.at >= {KNOWN_BEFORE}
        AND of_table IN ({", ".join(f"'referrals_{name}'" for name in REGISTERS)})
    GROUP BY line.row_id
$$;
REVOKE ALL ON FUNCTION public.ergo_register_undone FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.ergo_register_undone TO {roles.APP}
"""


def view(name, columns):
    """The register as it was known, with the rights of whoever asks."""
    table, known = f"referrals_{name}", f"referrals_{name}_as_known"
    return migrations.RunSQL(
        f"""
        CREATE VIEW {known} WITH (security_invoker = true) AS
        SELECT {columns} FROM {table} AS present
        WHERE NOT EXISTS (
            SELECT FROM ergo_register_undone('{table}') AS undone WHERE undone.row_id = present.id
        )
        UNION ALL
        SELECT {", ".join(f"known.{column}" for column in columns.split(", "))}
        FROM ergo_register_undone('{table}') AS undone
        LEFT JOIN {table} AS present ON present.id = undone.row_id
        CROSS JOIN LATERAL jsonb_populate_record(
            NULL::{table}, COALESCE(to_jsonb(present), '{{}}') || undone.facts
        ) AS known
        WHERE undone.was_there;
        REVOKE ALL ON {known} FROM {roles.APP};
        GRANT SELECT ON {known} TO {roles.APP}
        """,
        f"DROP VIEW {known}",
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0034_official_statistics")]

    operations = [
        as_known(LIVE.COUNT_BANDS),
        as_known(LIVE.COUNT_FLOW_BETWEEN),
        as_known(COUNTS.COUNT_LONG),
        migrations.RunSQL(UNDONE, "DROP FUNCTION public.ergo_register_undone"),
        *(view(name, columns) for name, columns in REGISTERS.items()),
        migrations.CreateModel(
            name="KnownAgreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fte", models.DecimalField(decimal_places=2, max_digits=4, null=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
            ],
            options={
                "db_table": "referrals_coverageagreement_as_known",
                "ordering": ["recipient", "valid_from", "pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownCounty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=2)),
                ("name", models.CharField(max_length=100)),
                ("sort_key", models.CharField(max_length=250)),
            ],
            options={
                "db_table": "referrals_county_as_known",
                "ordering": ["sort_key", "pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownEmployment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "engagement",
                    models.CharField(
                        choices=[("own", "Own employee"), ("purchased", "Purchased")], max_length=10
                    ),
                ),
                ("fte", models.DecimalField(decimal_places=2, max_digits=3)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
            ],
            options={
                "db_table": "referrals_employment_as_known",
                "ordering": ["municipality", "therapist", "valid_from", "pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownMunicipality",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=4)),
                ("name", models.CharField(max_length=100)),
                ("full_name", models.CharField(max_length=200)),
                ("sort_key", models.CharField(max_length=250)),
                ("tile_column", models.PositiveSmallIntegerField()),
                ("tile_row", models.PositiveSmallIntegerField()),
                ("valid_to", models.DateField(null=True)),
            ],
            options={
                "db_table": "referrals_municipality_as_known",
                "ordering": ["sort_key", "code", "pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownOccupation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("therapist", "Occupational therapist"),
                            ("support", "Supports occupational therapy"),
                            ("other", "Other post"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "db_table": "referrals_occupation_as_known",
                "ordering": ["pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownPopulation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("persons", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "referrals_population_as_known",
                "ordering": ["municipality", "-year", "pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownStaffingFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("counted_on", models.DateField()),
                ("source", models.CharField(max_length=200)),
                ("measure", models.CharField(max_length=10)),
                ("status", models.CharField(max_length=15)),
                ("value", models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                ("decimals", models.PositiveSmallIntegerField(null=True)),
            ],
            options={
                "db_table": "referrals_staffingfigure_as_known",
                "ordering": ["municipality", "-counted_on", "pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=200)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
            ],
            options={
                "db_table": "referrals_coveragestatement_as_known",
                "ordering": ["municipality", "valid_from", "pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownTherapist",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("authorised_from", models.DateField(null=True)),
                ("authorised_to", models.DateField(null=True)),
                ("is_licence", models.BooleanField()),
                ("is_student", models.BooleanField()),
            ],
            options={
                "db_table": "referrals_therapist_as_known",
                "ordering": ["pk"],
                "managed": False,
            },
        ),
    ]
