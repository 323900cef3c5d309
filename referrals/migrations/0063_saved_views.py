"""Saved views of the waitlist, and the columns that a user leaves out of it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.policies import TenantTable


class Migration(migrations.Migration):
    dependencies = [("referrals", "0062_drafts")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="hidden_columns",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                blank=True,
                db_default=[],
                default=list,
                help_text="Of the waitlist, as this user sees it.",
                size=None,
                verbose_name="hidden columns",
            ),
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("query", models.CharField(blank=True, max_length=1000, verbose_name="choices")),
                (
                    "is_shared",
                    models.BooleanField(default=False, verbose_name="shared in the municipality"),
                ),
                ("saved_at", models.DateTimeField(verbose_name="saved")),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saved by",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ["municipality", "name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("municipality"),
                        models.F("owner"),
                        django.db.models.functions.text.Lower("name"),
                        condition=Q(("is_shared", False)),
                        name="saved_view_own_once",
                    ),
                    models.UniqueConstraint(
                        models.F("municipality"),
                        django.db.models.functions.text.Lower("name"),
                        condition=Q(("is_shared", True)),
                        name="saved_view_shared_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(("name", ""), _negated=True), name="saved_view_with_name"
                    ),
                ],
            },
        ),
        TenantTable("referrals_savedview", grants="SELECT, INSERT, UPDATE (name, is_shared), DELETE"),
        LoggedTable("referrals_savedview"),
    ]
