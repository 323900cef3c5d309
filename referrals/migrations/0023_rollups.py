"""Tables of finished statistics, and the triggers that mark what a change has made outdated.

A mark says from which day on the figures of a municipality may differ: the first day that counts otherwise by the new
values than by the old ones. A change that no figure depends on leaves none.
"""

import django.db.models.deletion
from django.db import migrations, models

# The earliest day that counts otherwise; LEAST passes over NULL, and is NULL where nothing differs.
REFERRAL_DIFFERS = """
    LEAST(
        CASE WHEN (was.received_on, was.category_id, was.outcome IN ('duplicate', 'entered_in_error'))
                IS DISTINCT FROM (became.received_on, became.category_id, became.outcome IN ('duplicate', 'entered_in_error'))
            THEN LEAST(was.received_on, became.received_on) END,
        CASE WHEN (was.priority, was.prioritised_on) IS DISTINCT FROM (became.priority, became.prioritised_on)
            THEN LEAST(was.prioritised_on, became.prioritised_on) END,
        CASE WHEN was.started_on IS DISTINCT FROM became.started_on THEN LEAST(was.started_on, became.started_on) END,
        CASE WHEN was.closed_on IS DISTINCT FROM became.closed_on THEN LEAST(was.closed_on, became.closed_on) END,
        -- A start changes of which kind an end is that was there before.
        CASE WHEN (was.started_on IS NULL) <> (became.started_on IS NULL) THEN LEAST(was.closed_on, became.closed_on) END
    )
"""
PAUSE_DIFFERS = """
    LEAST(
        CASE WHEN (was.started_on, was.reason, was.referral_id)
                IS DISTINCT FROM (became.started_on, became.reason, became.referral_id)
            THEN LEAST(was.started_on, became.started_on) END,
        CASE WHEN was.ended_on IS DISTINCT FROM became.ended_on THEN LEAST(was.ended_on, became.ended_on) END
    )
"""
# Of each table: where a row belongs and from which day on it counts, what its rows are joined with, and the first day
# that an update changes. Without that, and in both places where a row has moved, a changed row is one removed and one
# added.
MEANINGS = {
    "referrals_referral": ("{row}.municipality_id, {row}.received_on", "", REFERRAL_DIFFERS),
    "referrals_waitpause": ("{row}.municipality_id, {row}.started_on", "", PAUSE_DIFFERS),
    "referrals_prioritykey": (
        "{row}.municipality_id, {row}.valid_from",
        "",
        "CASE WHEN (was.valid_from, was.replaced_at) IS DISTINCT FROM (became.valid_from, became.replaced_at)"
        " THEN LEAST(was.valid_from, became.valid_from) END",
    ),
    "referrals_prioritytarget": (
        "key.municipality_id, key.valid_from",
        "JOIN public.referrals_prioritykey AS key ON key.id = {row}.key_id",
        "",
    ),
    # Whoever waits there counts in another county from now on, whatever the day.
    "referrals_municipality": (
        "{row}.id, DATE '0001-01-01'",
        "",
        "CASE WHEN was.county_id <> became.county_id THEN DATE '0001-01-01' END",
    ),
}

TRIGGER = """
CREATE FUNCTION ergo_mark_{name}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $marking$
BEGIN
    INSERT INTO public.referrals_waitmark (municipality_id, from_day)
    SELECT place, min(day) FROM ({days}) AS differing (place, day) WHERE day IS NOT NULL GROUP BY place;
    RETURN NULL;
END $marking$;
REVOKE ALL ON FUNCTION ergo_mark_{name}() FROM PUBLIC;
CREATE TRIGGER mark_{event} AFTER {verb} ON {table} REFERENCING {transition}
    FOR EACH STATEMENT EXECUTE FUNCTION ergo_mark_{name}();
"""


def _triggers(table: str) -> str:
    """Three functions and triggers: what was added, changed and removed."""
    short, old, new = table.removeprefix("referrals_"), "OLD TABLE AS was_rows", "NEW TABLE AS became_rows"
    events = (
        ("added", "INSERT", new, _days(table, "became")),
        ("changed", "UPDATE", f"{old} {new}", _days_of_change(table)),
        ("removed", "DELETE", old, _days(table, "was")),
    )
    return "".join(
        TRIGGER.format(
            name=f"{short}_{event}", event=event, verb=verb, table=table, transition=rows, days=found
        )
        for event, verb, rows, found in events
    )


def _days(table: str, row: str) -> str:
    """Where the old rows (was) or the new ones (became) belong, and from which day on they count."""
    meaning, joined, _differs = MEANINGS[table]
    return f"SELECT {meaning.format(row=row)} FROM {row}_rows AS {row} {joined.format(row=row)}"


def _days_of_change(table: str) -> str:
    meaning, _joined, differs = MEANINGS[table]
    both = f"{_days(table, 'was')} {{was}} UNION ALL {_days(table, 'became')} {{became}}"
    if not differs:
        return both.format(was="", became="")
    place = meaning.format(row="became").split(",")[0]
    pair = "JOIN {0}_rows AS {0} ON {0}.id = {1}.id"
    changed = f"SELECT {place}, {differs} FROM became_rows AS became {pair.format('was', 'became')}"
    if place != "became.municipality_id":
        return changed
    moved = f"{pair} AND was.municipality_id <> became.municipality_id"
    ways = {"was": moved.format("became", "was"), "became": moved.format("was", "became")}
    return f"{changed} UNION ALL {both.format(**ways)}"


def _no_triggers(table: str) -> str:
    short = table.removeprefix("referrals_")
    return "".join(
        f"DROP TRIGGER mark_{event} ON {table}; DROP FUNCTION ergo_mark_{short}_{event}();"
        for event in ("added", "changed", "removed")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0022_walls_mended"),
    ]

    operations = [
        migrations.CreateModel(
            name="FlowStat",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "rank",
                        "place_key",
                        "is_month",
                        "first_day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "rank",
                    models.SmallIntegerField(choices=[(0, "Nation"), (1, "County"), (2, "Municipality")]),
                ),
                ("place_key", models.BigIntegerField()),
                ("is_month", models.BooleanField()),
                ("first_day", models.DateField()),
                ("referred", models.IntegerField()),
                ("started", models.IntegerField()),
                ("other_ends", models.IntegerField()),
                ("finished", models.IntegerField()),
            ],
            options={
                "verbose_name": "finished flow",
                "verbose_name_plural": "finished flows",
            },
        ),
        migrations.CreateModel(
            name="RolledDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="date")),
                ("refreshed_at", models.DateTimeField()),
                ("is_stale", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "kept day",
                "verbose_name_plural": "kept days",
            },
        ),
        migrations.CreateModel(
            name="RolledFlow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("refreshed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "kept flow",
                "verbose_name_plural": "kept flows",
            },
        ),
        migrations.CreateModel(
            name="WaitMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_day", models.DateField(db_index=True, verbose_name="from")),
            ],
            options={
                "verbose_name": "mark",
                "verbose_name_plural": "marks",
            },
        ),
        migrations.CreateModel(
            name="WaitStat",
            fields=[
                ("waiting", models.IntegerField()),
                ("over_target", models.IntegerField()),
                ("not_assessed", models.IntegerField()),
                ("over_a_year", models.IntegerField()),
                ("paused", models.IntegerField()),
                ("median_days", models.DecimalField(decimal_places=1, max_digits=7)),
                ("p90_days", models.DecimalField(decimal_places=1, max_digits=7)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "split",
                        "day",
                        "rank",
                        "place_key",
                        "part",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("split", models.CharField(max_length=8)),
                ("day", models.DateField(verbose_name="date")),
                (
                    "rank",
                    models.SmallIntegerField(choices=[(0, "Nation"), (1, "County"), (2, "Municipality")]),
                ),
                ("place_key", models.BigIntegerField()),
                ("part", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "verbose_name": "finished figure",
                "verbose_name_plural": "finished figures",
            },
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", False), ("started_on__isnull", False)),
                fields=["municipality", "closed_on"],
                name="referral_finished",
            ),
        ),
        migrations.AddField(
            model_name="waitmark",
            name="municipality",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="referrals.municipality",
                verbose_name="municipality",
            ),
        ),
        *(migrations.RunSQL(_triggers(table), _no_triggers(table)) for table in MEANINGS),
    ]
