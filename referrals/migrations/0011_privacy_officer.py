"""A role for the privacy officer: the logs of a municipality, and no case of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0010_roles"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_municipal_role_with_municipality",
        ),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("coordinator", "Intake coordinator"),
                    ("therapist", "Occupational therapist"),
                    ("manager", "Manager"),
                    ("privacy_officer", "Privacy officer"),
                    ("county_reader", "County reader"),
                    ("national_reader", "National reader"),
                    ("administrator", "Administrator"),
                ],
                max_length=20,
                verbose_name="role",
            ),
        ),
        migrations.AlterField(
            model_name="viewlog",
            name="role",
            field=models.CharField(
                choices=[
                    ("coordinator", "Intake coordinator"),
                    ("therapist", "Occupational therapist"),
                    ("manager", "Manager"),
                    ("privacy_officer", "Privacy officer"),
                    ("county_reader", "County reader"),
                    ("national_reader", "National reader"),
                    ("administrator", "Administrator"),
                ],
                max_length=20,
                verbose_name="role",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("municipality__isnull", False),
                        ("role__in", ["coordinator", "manager", "privacy_officer", "therapist"]),
                    ),
                    models.Q(
                        models.Q(
                            ("role__in", ["coordinator", "manager", "privacy_officer", "therapist"]),
                            _negated=True,
                        ),
                        ("municipality__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="membership_municipal_role_with_municipality",
                violation_error_message="Coordinators, therapists, managers and privacy officers belong to a municipality; other roles do not.",
            ),
        ),
    ]
