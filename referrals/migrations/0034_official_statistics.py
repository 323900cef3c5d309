"""Official figures know what they measure, what stood in the cell, and the file that they were read from."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ergo.postgresql.change_log import LoggedTable

SUPPRESSED = "UPDATE referrals_staffingfigure SET status = 'suppressed' WHERE is_suppressed"
UNDO = "UPDATE referrals_staffingfigure SET is_suppressed = value IS NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0033_workforce_register"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffingDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("table", models.CharField(blank=True, max_length=40, verbose_name="table")),
                (
                    "updated_on",
                    models.DateField(blank=True, null=True, verbose_name="updated by the publisher"),
                ),
                ("content", models.BinaryField(verbose_name="content")),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
            ],
            options={
                "verbose_name": "file to be imported",
                "verbose_name_plural": "files to be imported",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="StaffingImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                (
                    "digest",
                    models.CharField(
                        db_index=True,
                        max_length=64,
                        validators=[django.core.validators.RegexValidator("^[0-9a-f]{64}$")],
                        verbose_name="fingerprint",
                    ),
                ),
                ("table", models.CharField(max_length=40, verbose_name="table")),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                ("publisher", models.CharField(max_length=100, verbose_name="publisher")),
                ("licence", models.CharField(max_length=50, verbose_name="licence of the file")),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="updated by the publisher"),
                ),
                ("imported_at", models.DateTimeField(verbose_name="imported")),
                ("created_count", models.PositiveIntegerField(verbose_name="new figures")),
                ("replaced_count", models.PositiveIntegerField(verbose_name="replaced figures")),
                ("same_count", models.PositiveIntegerField(verbose_name="unchanged figures")),
                ("skipped_count", models.PositiveIntegerField(verbose_name="skipped")),
            ],
            options={
                "verbose_name": "import of official statistics",
                "verbose_name_plural": "imports of official statistics",
                "ordering": ["-imported_at", "-pk"],
            },
        ),
        migrations.AlterModelOptions(
            name="staffingfigure",
            options={
                "ordering": ["municipality", "-counted_on", "measure", "contents", "pk"],
                "verbose_name": "official staffing figure",
                "verbose_name_plural": "official staffing figures",
            },
        ),
        migrations.RemoveConstraint(
            model_name="staffingfigure",
            name="staffing_figure_once",
        ),
        migrations.RemoveConstraint(
            model_name="staffingfigure",
            name="staffing_figure_value_or_suppressed",
        ),
        migrations.AddField(
            model_name="staffingfigure",
            name="contents",
            field=models.CharField(blank=True, max_length=200, verbose_name="contents"),
        ),
        migrations.AddField(
            model_name="staffingfigure",
            name="decimals",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="decimals"),
        ),
        migrations.AddField(
            model_name="staffingfigure",
            name="is_provisional",
            field=models.BooleanField(default=False, verbose_name="provisional"),
        ),
        migrations.AddField(
            model_name="staffingfigure",
            name="measure",
            field=models.CharField(
                choices=[
                    ("persons", "Persons"),
                    ("fte", "Full-time equivalents"),
                    ("relative", "Full-time equivalents per 10,000 inhabitants"),
                ],
                default="persons",
                max_length=10,
                verbose_name="measure",
            ),
        ),
        migrations.AddField(
            model_name="staffingfigure",
            name="status",
            field=models.CharField(
                choices=[
                    ("value", "Number"),
                    ("nil", "Nil (-)"),
                    ("not_applicable", "Not applicable (.)"),
                    ("missing", "Missing (..)"),
                    ("not_yet", "Not yet available (...)"),
                    ("suppressed", "Confidential (:)"),
                ],
                default="value",
                max_length=15,
                verbose_name="state of the figure",
            ),
        ),
        migrations.RunSQL(SUPPRESSED, UNDO),
        migrations.RemoveField(
            model_name="staffingfigure",
            name="is_suppressed",
        ),
        migrations.AddField(
            model_name="staffingdraft",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddField(
            model_name="staffingimport",
            name="imported_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="imported by",
            ),
        ),
        migrations.AddField(
            model_name="staffingfigure",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="figures",
                to="referrals.staffingimport",
                verbose_name="read from",
            ),
        ),
        migrations.AddField(
            model_name="staffingfigure",
            name="replaced_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_figures",
                to="referrals.staffingimport",
                verbose_name="replaced by",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffingfigure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_by__isnull", True)),
                fields=("municipality", "counted_on", "source", "contents"),
                name="staffing_figure_once",
                violation_error_message="The municipality already has this figure of the day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffingfigure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "value"), ("value__isnull", False)),
                    models.Q(("status", "nil"), ("value", 0), ("value__isnull", False)),
                    models.Q(
                        models.Q(("status__in", ["nil", "value"]), _negated=True), ("value__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="staffing_figure_value_or_sign",
                violation_error_message="A number has a value, nil is 0, and any other sign stands alone.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="staffingfigure",
            name="staffing_figure_not_negative",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__isnull", True), ("value__gte", 0), _connector="OR"),
                name="staffing_figure_not_negative",
                violation_error_message="A figure is not negative.",
            ),
        ),
        LoggedTable("referrals_staffingimport", register=True),
    ]
