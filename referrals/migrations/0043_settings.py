"""What a municipality and the installation set: from when on a target is due soon, and which counts are small."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import referrals.models.periods
from ergo import roles
from ergo.postgresql.change_log import LoggedTable

# A limit is registered and never changed or removed: the figures of a day are hidden in one way for ever.
WRITTEN_ONCE = f"REVOKE UPDATE, DELETE ON referrals_smallnumberlimit FROM {roles.APP}"
CHANGEABLE = f"GRANT UPDATE, DELETE ON referrals_smallnumberlimit TO {roles.APP}"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0042_flow_by_the_day")]

    operations = [
        migrations.AddField(
            model_name="prioritykey",
            name="due_soon_days",
            field=models.PositiveSmallIntegerField(
                default=7,
                help_text="For every list of a day on which the version is in force, whenever a referral was received.",
                validators=[django.core.validators.MaxValueValidator(60)],
                verbose_name="due soon, days before the target",
            ),
        ),
        migrations.AddConstraint(
            model_name="prioritykey",
            constraint=models.CheckConstraint(
                condition=Q(due_soon_days__range=(0, 60)),
                name="priority_key_due_soon_days",
                violation_error_message="Due soon is between 0 and 60 days before the target.",
            ),
        ),
        migrations.CreateModel(
            name="SmallNumberLimit",
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
                    "least_shown",
                    models.PositiveSmallIntegerField(
                        help_text="5: 1 to 4 is shown as “<5”. At least 3.",
                        validators=[
                            django.core.validators.MinValueValidator(3),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="least number shown",
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
                "verbose_name": "limit of small numbers",
                "verbose_name_plural": "limits of small numbers",
                "ordering": ["-valid_from", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(least_shown__range=(3, 20)),
                        name="small_number_limit_range",
                        violation_error_message="The limit is between 3 and 20.",
                    ),
                    models.CheckConstraint(
                        condition=Q(valid_from__gt=referrals.models.periods.OsloDate(F("registered_at"))),
                        name="small_number_limit_begins_later",
                        violation_error_message="The limit must begin after today.",
                    ),
                ],
            },
        ),
        LoggedTable("referrals_smallnumberlimit", register=True),
        migrations.RunSQL(WRITTEN_ONCE, CHANGEABLE),
    ]
