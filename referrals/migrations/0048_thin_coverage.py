"""What administrators set: under how many årsverk per 10 000 inhabitants coverage is thin, from which day on."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import referrals.models.periods
from ergo import roles
from ergo.postgresql.change_log import LoggedTable

# A limit is registered and never changed or removed: what was said of a day stays as it was.
WRITTEN_ONCE = f"REVOKE UPDATE, DELETE ON referrals_thincoveragelimit FROM {roles.APP}"
CHANGEABLE = f"GRANT UPDATE, DELETE ON referrals_thincoveragelimit TO {roles.APP}"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0047_boundaries")]

    operations = [
        migrations.CreateModel(
            name="ThinCoverageLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "valid_from",
                    models.DateField(
                        help_text="For figures of this day and later ones. After today: what has been shown stays as it was.",
                        verbose_name="valid from",
                    ),
                ),
                (
                    "least_fte",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Coverage with fewer is thin; with exactly as many it is not. 2.00 until one is set.",
                        max_digits=4,
                        verbose_name="least årsverk per 10,000 inhabitants",
                    ),
                ),
                ("registered_at", models.DateTimeField(verbose_name="registered")),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="registered by",
                    ),
                ),
            ],
            options={
                "verbose_name": "limit of thin coverage",
                "verbose_name_plural": "limits of thin coverage",
                "ordering": ["-valid_from", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(least_fte__range=(Decimal("0.10"), Decimal("20.00"))),
                        name="thin_coverage_limit_range",
                        violation_error_message="The limit is between 0.1 and 20 årsverk.",
                    ),
                    models.CheckConstraint(
                        condition=Q(valid_from__gt=referrals.models.periods.OsloDate(F("registered_at"))),
                        name="thin_coverage_limit_begins_later",
                        violation_error_message="The limit must begin after today.",
                    ),
                ],
            },
        ),
        LoggedTable("referrals_thincoveragelimit", register=True),
        migrations.RunSQL(WRITTEN_ONCE, CHANGEABLE),
    ]
