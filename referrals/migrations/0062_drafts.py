"""Drafts of referrals: what somebody has typed and not registered. No change log: nothing is registered by them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ergo.postgresql.policies import OwnRows, SameMunicipality, TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0060_risk"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(verbose_name="key")),
                ("sealed", models.BinaryField()),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
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
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="referrals.person",
                        verbose_name="citizen",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft",
                "verbose_name_plural": "drafts",
                "ordering": ["-saved_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "user", "key"), name="draft_once")
                ],
            },
        ),
        SameMunicipality("referrals_draft", "person_id", "referrals_person"),
        TenantTable(
            "referrals_draft", grants="SELECT, INSERT, UPDATE (person_id, sealed, version, saved_at), DELETE"
        ),
        OwnRows("referrals_draft"),
    ]
