"""How each kind of job is going: one row for each, for administrators."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0005_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="JobState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True, verbose_name="job")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("never", "Has not run"),
                            ("running", "Running"),
                            ("done", "Succeeded"),
                            ("failed", "Failed"),
                        ],
                        default="never",
                        max_length=16,
                        verbose_name="result",
                    ),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="last started")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="last ended")),
                ("succeeded_at", models.DateTimeField(blank=True, null=True, verbose_name="last succeeded")),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="failures in a row")),
                ("error_kind", models.CharField(blank=True, max_length=100, verbose_name="kind of error")),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "ordering": ["name"],
            },
        ),
    ]
