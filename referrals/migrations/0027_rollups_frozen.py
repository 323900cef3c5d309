"""Month-ends as they were known the night after: put down once, changed by nobody, read like what is kept."""

from django.db import migrations, models

from ergo.postgresql.counting import CountingFunction, KeepingFunction, KeptTable

COUNTS = "waiting, over_target, not_assessed, over_a_year, paused, median_days, p90_days"

# Of two who freeze the same day at once the second finds it done.
FREEZE = KeepingFunction(
    "ergo_freeze(on_day date)",
    "boolean",
    f"""
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ergo: freezing'));
    IF EXISTS (SELECT FROM public.referrals_frozenmonth WHERE day = on_day) THEN
        RETURN false;
    END IF;
    INSERT INTO public.referrals_frozenmonth (day, frozen_at) VALUES (on_day, clock_timestamp());
    INSERT INTO public.referrals_frozenstat (day, rank, place_key, {COUNTS})
    SELECT on_day, rank, place_key, {COUNTS} FROM public.ergo_day_stats(on_day) WHERE split = 'all';
    RETURN true;
END
    """,
)

FROZEN_MONTHS = CountingFunction(
    "ergo_frozen_months()",
    "on_day date, as_of timestamptz",
    "SELECT day, frozen_at FROM public.referrals_frozenmonth",
)

COLUMNS = (
    "on_day date, as_of timestamptz, is_current boolean, split text, rank smallint, place_key bigint, part text,"
    " waiting bigint, over_target bigint, not_assessed bigint, over_a_year bigint, paused bigint,"
    " median_days double precision, p90_days double precision"
)
# In the form of ergo_kept_waiting: a line for each frozen day, also where nobody waited.
READ = """
    SELECT month.day, month.frozen_at, true, CASE WHEN stat.rank IS NOT NULL THEN 'all' END, stat.rank, stat.place_key, '',
        stat.waiting::bigint, stat.over_target::bigint, stat.not_assessed::bigint, stat.over_a_year::bigint,
        stat.paused::bigint, {median}, {p90}
    FROM public.referrals_frozenmonth AS month
    LEFT JOIN public.referrals_frozenstat AS stat ON stat.day = month.day AND {condition}
    WHERE month.day = ANY (on_days)
"""

READ_FROZEN = CountingFunction(
    "ergo_frozen_waiting(on_days date[], of_counties bigint[])",
    COLUMNS,
    READ.format(
        median="CASE WHEN stat.waiting >= 10 THEN stat.median_days::double precision END",
        p90="CASE WHEN stat.waiting >= 20 THEN stat.p90_days::double precision END",
        condition="(stat.rank IN (0, 1) OR stat.place_key = ANY (ARRAY("
        "SELECT id FROM public.referrals_municipality WHERE county_id = ANY (of_counties))))",
    ),
)

READ_OWN = CountingFunction(
    "ergo_own_frozen_waiting(on_days date[], of_municipality bigint)",
    COLUMNS,
    READ.format(
        median="stat.median_days::double precision",
        p90="stat.p90_days::double precision",
        condition="stat.rank = 2 AND stat.place_key = of_municipality",
    )
    + " AND of_municipality = ANY (string_to_array(current_setting('ergo.municipality_ids', true), ',')::bigint[])",
)


def _append_only(table: str) -> migrations.RunSQL:
    short = table.removeprefix("referrals_")
    return migrations.RunSQL(
        f"CREATE TRIGGER {short}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION ergo_refuse_change()",
        f"DROP TRIGGER {short}_append_only ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0026_rollups_live"),
    ]

    operations = [
        migrations.CreateModel(
            name="FrozenMonth",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="date")),
                ("frozen_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "frozen month-end",
                "verbose_name_plural": "frozen month-ends",
            },
        ),
        migrations.CreateModel(
            name="FrozenStat",
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
                        "day",
                        "rank",
                        "place_key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField(verbose_name="date")),
                (
                    "rank",
                    models.SmallIntegerField(choices=[(0, "Nation"), (1, "County"), (2, "Municipality")]),
                ),
                ("place_key", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "frozen figure",
                "verbose_name_plural": "frozen figures",
            },
        ),
        *(_append_only(table) for table in ("referrals_frozenmonth", "referrals_frozenstat")),
        KeptTable("referrals_frozenmonth", grants="SELECT, INSERT"),
        KeptTable("referrals_frozenstat", grants="SELECT, INSERT"),
        FREEZE,
        FROZEN_MONTHS,
        READ_FROZEN,
        READ_OWN,
    ]
