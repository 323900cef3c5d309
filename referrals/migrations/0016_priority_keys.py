"""Versions of a priority key that are never edited, where a preliminary reply is due, templates, and the law cited."""

from importlib import import_module

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ergo import roles
from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.counting import CountingFunction
from ergo.postgresql.policies import SameMunicipality

# Saved before anybody wrote down when: as if on the first day. By a change of type, since nobody changed a row.
REGISTERED_AT = "ALTER TABLE referrals_prioritykey ALTER COLUMN registered_at TYPE timestamptz USING {}"
FIRST_DAY = "valid_from::timestamp AT TIME ZONE 'Europe/Oslo'"

# A referral for work and mental health starts at once, and at the latest after one month (IPS principle 5).
LONGEST_START = "UPDATE referrals_category SET longest_start = 30 WHERE code = 'work_mental_health' AND longest_start IS NULL"
# What was due until now stays due, whatever becomes of the category's own word.
REPLY_RULES = """
INSERT INTO referrals_replyrule (key_id, category_id, is_due)
SELECT key.id, category.id, category.is_vedtak
FROM referrals_prioritykey AS key CROSS JOIN referrals_category AS category
ORDER BY key.id, category.id
"""

# The waiting are judged by the versions that hold. Otherwise the function is the one of 0006.
BEFORE = import_module("referrals.migrations.0006_counts").COUNT_WAITING
SIGNATURE, COLUMNS, QUERY = BEFORE.arguments
KEYS = "FROM public.referrals_prioritykey"
COUNT_WAITING = CountingFunction(SIGNATURE, COLUMNS, QUERY.replace(KEYS, f"{KEYS} WHERE replaced_at IS NULL"))


def written_once(table, changeable=""):
    """The app adds rows and changes none, but for the columns named."""
    change = f"; GRANT UPDATE ({changeable}) ON {table} TO {roles.APP}" if changeable else ""
    return migrations.RunSQL(
        f"REVOKE UPDATE, DELETE ON {table} FROM {roles.APP}{change}",
        f"GRANT UPDATE, DELETE ON {table} TO {roles.APP}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0015_kept_recipes"),
    ]

    operations = [
        migrations.CreateModel(
            name="LawReference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("title_nb", models.CharField(max_length=100, verbose_name="title in Bokmål")),
                ("title_nn", models.CharField(max_length=100, verbose_name="title in Nynorsk")),
                ("title_en", models.CharField(max_length=100, verbose_name="title in English")),
                ("text_nb", models.CharField(max_length=500, verbose_name="text in Bokmål")),
                ("text_nn", models.CharField(max_length=500, verbose_name="text in Nynorsk")),
                ("text_en", models.CharField(max_length=500, verbose_name="text in English")),
                ("url", models.URLField(verbose_name="address")),
                (
                    "valid_from",
                    models.DateField(
                        blank=True,
                        help_text="Empty: since long before Ergo.",
                        null=True,
                        verbose_name="in force from",
                    ),
                ),
                (
                    "checked_on",
                    models.DateField(
                        blank=True,
                        help_text="When somebody last read the law itself. Empty: never.",
                        null=True,
                        verbose_name="checked",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="order")),
            ],
            options={
                "verbose_name": "reference to the law",
                "verbose_name_plural": "references to the law",
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="PriorityTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name_nb", models.CharField(max_length=100, verbose_name="name in Bokmål")),
                ("name_nn", models.CharField(max_length=100, verbose_name="name in Nynorsk")),
                ("name_en", models.CharField(max_length=100, verbose_name="name in English")),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="order")),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(730),
                            ]
                        ),
                        help_text="From priority 1 on, with commas between: 14,56,84,182",
                        size=9,
                        verbose_name="days by priority",
                    ),
                ),
            ],
            options={
                "verbose_name": "template of a priority key",
                "verbose_name_plural": "templates of priority keys",
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="ReplyRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_due", models.BooleanField(verbose_name="a preliminary reply is due")),
            ],
            options={
                "verbose_name": "preliminary reply by category",
                "verbose_name_plural": "preliminary replies by category",
                "ordering": ["key", "category", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="prioritykey",
            name="priority_key_one_version_a_day",
        ),
        migrations.AddField(
            model_name="category",
            name="longest_start",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="No priority gets more days when a key is made from a template. Empty: as in the template.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(730),
                ],
                verbose_name="starts within at most, days",
            ),
        ),
        migrations.AddField(
            model_name="prioritykey",
            name="reason",
            field=models.CharField(
                blank=True,
                help_text="Why what was judged is judged anew.",
                max_length=500,
                verbose_name="reason",
            ),
        ),
        migrations.AddField(
            model_name="prioritykey",
            name="registered_at",
            field=models.DateTimeField(null=True, verbose_name="registered"),
        ),
        migrations.RunSQL(REGISTERED_AT.format(FIRST_DAY), migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="prioritykey",
            name="registered_at",
            field=models.DateTimeField(verbose_name="registered"),
        ),
        migrations.AddField(
            model_name="prioritykey",
            name="registered_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: loaded with the registers, or the demo data.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="registered by",
            ),
        ),
        migrations.AddField(
            model_name="prioritykey",
            name="replaced_at",
            field=models.DateTimeField(
                blank=True, help_text="Empty: valid.", null=True, verbose_name="replaced or withdrawn"
            ),
        ),
        migrations.AddField(
            model_name="prioritykey",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replacement",
                to="referrals.prioritykey",
                verbose_name="corrects",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="priority_key",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="referrals.prioritykey",
                verbose_name="priority key",
            ),
        ),
        migrations.AlterField(
            model_name="category",
            name="is_vedtak",
            field=models.BooleanField(
                default=True,
                help_text="Whether a preliminary reply is due (forvaltningsloven § 11 a) where a municipality’s key does not say it.",
                verbose_name="an application leads to a vedtak",
            ),
        ),
        migrations.AddConstraint(
            model_name="prioritykey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at__isnull", True)),
                fields=("municipality", "valid_from"),
                name="priority_key_one_version_a_day",
                violation_error_message="The municipality already has a version from this day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="prioritykey",
            constraint=models.UniqueConstraint(
                fields=("municipality", "id"), name="priority_key_municipality_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="prioritykey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces__isnull", True), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="priority_key_correction_with_reason",
                violation_error_message="Write the reason.",
            ),
        ),
        migrations.AddConstraint(
            model_name="prioritykey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaced_at__isnull", True),
                    ("replaced_at__gte", models.F("registered_at")),
                    _connector="OR",
                ),
                name="priority_key_replaced_after_registered",
            ),
        ),
        migrations.AddField(
            model_name="replyrule",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="referrals.category", verbose_name="category"
            ),
        ),
        migrations.AddField(
            model_name="replyrule",
            name="key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reply_rules",
                to="referrals.prioritykey",
                verbose_name="priority key",
            ),
        ),
        migrations.AddConstraint(
            model_name="replyrule",
            constraint=models.UniqueConstraint(fields=("key", "category"), name="reply_rule_once"),
        ),
        SameMunicipality("referrals_submission", "priority_key_id", "referrals_prioritykey"),
        SameMunicipality("referrals_prioritykey", "replaces_id", "referrals_prioritykey"),
        LoggedTable("referrals_lawreference", register=True),
        LoggedTable("referrals_prioritytemplate", register=True),
        LoggedTable("referrals_replyrule", register=True),
        migrations.RunSQL(LONGEST_START, migrations.RunSQL.noop),
        migrations.RunSQL(REPLY_RULES, migrations.RunSQL.noop),
        written_once("referrals_prioritykey", "replaced_at"),
        written_once("referrals_prioritytarget"),
        written_once("referrals_replyrule"),
        migrations.RunSQL(BEFORE.reverse_sql, BEFORE.sql),
        COUNT_WAITING,
    ]
