"""Tables of waits that have ended, and the triggers that mark where something has changed about them.

A mark names the municipality only: it is counted again as a whole, which a year of one is small enough for. What a
change of those who still wait does, 0023 marks.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from ergo.postgresql.counting import KeptTable

# Asked by itself: of a row of facts, IS NOT NULL would ask that each of them is known.
HAS_ENDED = "{row}.wait_end IS NOT NULL AND {row}.outcome NOT IN ('duplicate', 'entered_in_error')"
# All that the kept figures tell of a wait that has ended, but its municipality; NULL of one that has not.
FACTS = f"""
    CASE WHEN {HAS_ENDED} THEN ROW(
        {{row}}.received_on, {{row}}.wait_end, {{row}}.started_on, {{row}}.category_id, {{row}}.priority,
        {{row}}.prioritised_on
    ) END
"""
WAS, BECAME = (FACTS.format(row=row) for row in ("was", "became"))
HAD_ENDED, HAS_ENDED_NOW = (HAS_ENDED.format(row=row) for row in ("was", "became"))
PAIRED = "FROM became_rows AS became JOIN was_rows AS was ON was.id = became.id"
DIFFERS = f"({WAS}) IS DISTINCT FROM ({BECAME}) OR (was.municipality_id <> became.municipality_id AND {HAS_ENDED_NOW})"
# Of each table and event: what is looked at, and the municipalities in which something differs.
EVENTS = {
    ("referrals_referral", "added", "INSERT", "NEW TABLE AS became_rows"): (
        f"SELECT municipality_id FROM became_rows AS became WHERE {HAS_ENDED_NOW}"
    ),
    ("referrals_referral", "changed", "UPDATE", "OLD TABLE AS was_rows NEW TABLE AS became_rows"): (
        f"SELECT was.municipality_id {PAIRED} WHERE {DIFFERS}"
        f" UNION SELECT became.municipality_id {PAIRED} WHERE {DIFFERS}"
    ),
    ("referrals_referral", "removed", "DELETE", "OLD TABLE AS was_rows"): (
        f"SELECT municipality_id FROM was_rows AS was WHERE {HAD_ENDED}"
    ),
    # Its waits count in another county from now on.
    ("referrals_municipality", "changed", "UPDATE", "OLD TABLE AS was_rows NEW TABLE AS became_rows"): (
        f"SELECT became.id {PAIRED} WHERE was.county_id <> became.county_id"
    ),
}
TRIGGER = """
CREATE FUNCTION ergo_mark_end_{name}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $marking$
BEGIN
    INSERT INTO public.referrals_endmark (municipality_id)
    SELECT DISTINCT differing.id FROM ({differing}) AS differing (id);
    RETURN NULL;
END $marking$;
REVOKE ALL ON FUNCTION ergo_mark_end_{name}() FROM PUBLIC;
CREATE TRIGGER mark_end_{event} AFTER {verb} ON {table} REFERENCING {rows}
    FOR EACH STATEMENT EXECUTE FUNCTION ergo_mark_end_{name}();
"""


def _trigger(table: str, event: str, verb: str, rows: str) -> migrations.RunSQL:
    """The function and the trigger of one event."""
    name = f"{table.removeprefix('referrals_')}_{event}"
    differing = EVENTS[table, event, verb, rows]
    return migrations.RunSQL(
        TRIGGER.format(name=name, event=event, verb=verb, table=table, rows=rows, differing=differing),
        f"DROP TRIGGER mark_end_{event} ON {table}; DROP FUNCTION ergo_mark_end_{name}();",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0038_overlapping_pauses"),
    ]

    operations = [
        migrations.CreateModel(
            name="EndedStat",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "period",
                        "rank",
                        "place_key",
                        "split",
                        "part",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("period", models.CharField(max_length=7)),
                (
                    "rank",
                    models.SmallIntegerField(choices=[(0, "Nation"), (1, "County"), (2, "Municipality")]),
                ),
                ("place_key", models.BigIntegerField()),
                ("split", models.CharField(max_length=8)),
                ("part", models.CharField(blank=True, max_length=20)),
                ("county_key", models.BigIntegerField()),
                (
                    "ages",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                (
                    "entered",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                (
                    "served",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                (
                    "other_ends",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
            ],
            options={
                "verbose_name": "ended waits",
                "verbose_name_plural": "ended waits",
            },
        ),
        migrations.CreateModel(
            name="RolledEnds",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="date")),
                ("refreshed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "kept ends",
                "verbose_name_plural": "kept ends",
            },
        ),
        migrations.CreateModel(
            name="StartStat",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "place_key",
                        "weeks",
                        "split",
                        "part",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("place_key", models.BigIntegerField()),
                ("weeks", models.SmallIntegerField()),
                ("split", models.CharField(max_length=8)),
                ("part", models.CharField(blank=True, max_length=20)),
                ("started", models.IntegerField()),
                ("median_days", models.DecimalField(decimal_places=1, max_digits=7)),
                ("p90_days", models.DecimalField(decimal_places=1, max_digits=7)),
                ("total_days", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "finished figure of starts",
                "verbose_name_plural": "finished figures of starts",
            },
        ),
        migrations.CreateModel(
            name="EndMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
            ],
            options={
                "verbose_name": "mark of an end",
                "verbose_name_plural": "marks of ends",
            },
        ),
        KeptTable("referrals_startstat"),
        KeptTable("referrals_endedstat"),
        KeptTable("referrals_rolledends"),
        KeptTable("referrals_endmark", grants="SELECT, DELETE"),
        *(_trigger(*event) for event in EVENTS),
    ]
