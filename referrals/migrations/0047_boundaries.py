"""The map of the municipalities' boundaries, with the file that it was drawn from."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ergo.postgresql.change_log import LoggedTable


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0046_coverage_groups_as_known"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoundaryMap",
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
                        max_length=64,
                        validators=[django.core.validators.RegexValidator("^[0-9a-f]{64}$")],
                        verbose_name="fingerprint",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year of the boundaries")),
                ("publisher", models.CharField(max_length=100, verbose_name="publisher")),
                ("licence", models.CharField(max_length=50, verbose_name="licence of the file")),
                ("reference_system", models.CharField(max_length=20, verbose_name="reference system")),
                ("with_sea", models.BooleanField(verbose_name="goes out into the sea")),
                ("width", models.PositiveSmallIntegerField(verbose_name="width")),
                ("height", models.PositiveSmallIntegerField(verbose_name="height")),
                ("imported_at", models.DateTimeField(verbose_name="imported")),
                (
                    "imported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="imported by",
                    ),
                ),
            ],
            options={
                "verbose_name": "map of boundaries",
                "verbose_name_plural": "maps of boundaries",
                "ordering": ["-imported_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="BoundaryArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                ("path", models.TextField(verbose_name="outline")),
                ("x", models.PositiveSmallIntegerField(verbose_name="distance from the left")),
                ("y", models.PositiveSmallIntegerField(verbose_name="distance from the top")),
                (
                    "municipality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
                (
                    "map",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="areas",
                        to="referrals.boundarymap",
                        verbose_name="map of boundaries",
                    ),
                ),
            ],
            options={
                "verbose_name": "area of a map",
                "verbose_name_plural": "areas of maps",
                "ordering": ["map", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("map", "municipality"), name="boundary_area_once"),
                    models.CheckConstraint(
                        condition=models.Q(("municipality__isnull", True), ("name", ""), _connector="XOR"),
                        name="boundary_area_municipality_or_name",
                    ),
                ],
            },
        ),
        LoggedTable("referrals_boundarymap", register=True),
    ]
