"""The end of a municipality is refused in words; the database holds it as before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0049_open_data"),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name="municipality",
            name="municipality_valid_to_after_from",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="municipality_valid_to_after_from",
                violation_error_message="The municipality ends before it begins.",
            ),
        ),
    ]
