"""The registers by which coverage is grouped, changes of numbers and vacant posts are read as they were known too."""

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("referrals.migrations.0035_registers_as_known")

REGISTERS = {
    "governor": "id, name, sort_key",
    "county": "id, code, name, sort_key, governor_id",
    "municipality": "id, code, name, full_name, sort_key, county_id, tile_column, tile_row, centrality, valid_to",
    "municipalitychange": "id, old_code, new_code, valid_from",
    "vacancy": "id, municipality_id, valid_from, valid_to",
}
CHANGED = ("county", "municipality")


def told(registers):
    return ", ".join(
        f"('referrals_{name}', '{column}')"
        for name, columns in registers.items()
        for column in columns.split(", ")
    )


def tables(registers):
    return ", ".join(f"'referrals_{name}'" for name in registers)


def undone(registers):
    """The function that tells what is to be undone, of these registers."""
    written = BEFORE.UNDONE.replace(BEFORE.TOLD, told(registers))
    written = written.replace(f"IN ({tables(BEFORE.REGISTERS)})", f"IN ({tables(registers)})")
    return written.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def another_view(name):
    """The view with the columns it has now, in place of the one it was."""
    known = f"referrals_{name}_as_known"
    was, becomes = BEFORE.view(name, BEFORE.REGISTERS[name]), BEFORE.view(name, REGISTERS[name])
    return migrations.RunSQL(f"DROP VIEW {known}; {becomes.sql}", f"DROP VIEW {known}; {was.sql}")


class Migration(migrations.Migration):
    dependencies = [("referrals", "0045_known_at_once")]

    operations = [
        migrations.RunSQL(undone(BEFORE.REGISTERS | REGISTERS), undone(BEFORE.REGISTERS)),
        *(
            another_view(name) if name in CHANGED else BEFORE.view(name, columns)
            for name, columns in REGISTERS.items()
        ),
        migrations.CreateModel(
            name="KnownGovernor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("sort_key", models.CharField(max_length=250)),
            ],
            options={
                "db_table": "referrals_governor_as_known",
                "ordering": ["sort_key", "pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownMunicipalityChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("old_code", models.CharField(max_length=4)),
                ("new_code", models.CharField(max_length=4)),
                ("valid_from", models.DateField()),
            ],
            options={
                "db_table": "referrals_municipalitychange_as_known",
                "ordering": ["valid_from", "old_code", "new_code", "pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="KnownVacancy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
            ],
            options={
                "db_table": "referrals_vacancy_as_known",
                "ordering": ["municipality", "valid_from", "pk"],
                "managed": False,
            },
        ),
    ]
