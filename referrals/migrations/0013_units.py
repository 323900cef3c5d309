"""Units of a municipality, to which memberships and cases may be bound; both stay in the unit's own municipality."""

import django.db.models.deletion
from django.db import migrations, models

from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.policies import SameMunicipality


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0012_ways_in_are_logged"),
    ]

    operations = [
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("valid_from", models.DateField(verbose_name="from")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True, help_text="The first day without the unit.", null=True, verbose_name="to"
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
            ],
            options={
                "verbose_name": "unit",
                "verbose_name_plural": "units",
                "ordering": ["municipality", "name", "pk"],
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                help_text="Only where the role is to reach the cases of one unit. Empty: the whole municipality.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="referrals.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referrals",
                to="referrals.unit",
                verbose_name="unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__isnull", True), ("municipality__isnull", False), _connector="OR"),
                name="membership_unit_with_municipality",
                violation_error_message="The unit belongs to another municipality.",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(fields=("municipality", "id"), name="unit_municipality_id"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(fields=("municipality", "name"), name="unit_name_once"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="unit_to_after_from",
                violation_error_message="The unit ends before it begins.",
            ),
        ),
        SameMunicipality("referrals_referral", "unit_id", "referrals_unit"),
        SameMunicipality("referrals_membership", "unit_id", "referrals_unit"),
        LoggedTable("referrals_unit", register=True),
    ]
