"""What is done to several referrals at once, and the next step of a case.

The counts look at neither. A new column with a constant default is no rewriting of the table.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.policies import SameMunicipality, TenantTable

MOVES = [
    ("prioritise", "Set priority"),
    ("assign", "Assign therapist"),
    ("pause", "Put on hold"),
    ("resume", "Resume"),
    ("review", "Review the hold"),
    ("start", "Register first contact"),
    ("no_show", "Register that the citizen did not attend"),
    ("reply", "Register preliminary reply"),
    ("request", "Ask for missing information"),
    ("came", "Register that the information came"),
    ("ask", "Register that the citizen was asked"),
    ("answer", "Register the answer"),
    ("close", "Close"),
    ("reopen", "Reopen"),
    ("next_step", "Set the next step"),
    ("merge", "Merge"),
    ("correct", "Correct"),
]
EVENTS = [
    ("received", "Registered"),
    ("prioritised", "Prioritised"),
    ("assigned", "Assigned"),
    ("paused", "Put on hold"),
    ("resumed", "Resumed"),
    ("started", "Started"),
    ("contact", "Contact"),
    ("closed", "Closed"),
    ("reopened", "Reopened"),
    ("corrected", "Corrected"),
    ("replied", "Preliminary reply sent"),
    ("merged", "Merged"),
    ("information_asked", "Information asked for"),
    ("information_came", "Information came"),
    ("reviewed", "Hold reviewed"),
    ("asked", "Asked whether still waiting"),
    ("answered", "Answered whether still waiting"),
    ("undone", "Undone"),
    ("next_step", "Next step set"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0055_deviations"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="next_step",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=100, verbose_name="next step"
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="follow_up_on",
            field=models.DateField(blank=True, null=True, verbose_name="put off until"),
        ),
        migrations.AlterField(
            model_name="referralevent",
            name="kind",
            field=models.CharField(choices=EVENTS, max_length=20, verbose_name="event"),
        ),
        migrations.CreateModel(
            name="BulkAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(verbose_name="key")),
                ("move", models.CharField(choices=MOVES, max_length=20, verbose_name="move")),
                ("count", models.PositiveSmallIntegerField(verbose_name="number of referrals")),
                ("done_at", models.DateTimeField(verbose_name="done")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                (
                    "done_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="done by",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of several referrals",
                "verbose_name_plural": "changes of several referrals",
                "ordering": ["-done_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "key"), name="bulk_action_once"),
                    models.UniqueConstraint(
                        fields=("municipality", "id"), name="bulk_action_municipality_id"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("before", models.JSONField(verbose_name="before")),
                (
                    "bulk_action",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="referrals.bulkaction",
                        verbose_name="action",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bulk_rows",
                        to="referrals.referral",
                        verbose_name="referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "referral changed with others",
                "verbose_name_plural": "referrals changed with others",
                "ordering": ["bulk_action", "referral"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "bulk_action", "referral"), name="bulk_row_once"
                    ),
                ],
            },
        ),
        SameMunicipality("referrals_bulkrow", "bulk_action_id", "referrals_bulkaction"),
        SameMunicipality("referrals_bulkrow", "referral_id", "referrals_referral"),
        TenantTable("referrals_bulkaction", grants="SELECT, INSERT, UPDATE (count, undone_at)"),
        TenantTable("referrals_bulkrow", grants="SELECT, INSERT"),
        LoggedTable("referrals_bulkaction"),
        LoggedTable("referrals_bulkrow"),
    ]
