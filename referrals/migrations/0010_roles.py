"""Who may open a shielded case, who is barred from one, and every opening: kept, and only ended, never edited."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.policies import OF_ITS_LOGS, SameMunicipality, TenantTable

# What may still change once a row is written: how it ended.
ENDS = {
    "referrals_confidant": "dismissed_at, dismissed_by_id",
    "referrals_barring": "valid_to, lifted_by_id",
    "referrals_opening": "ended_at, ended_by_id",
}


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0008_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="Barring",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("own", "Own case"),
                            ("relative", "Case of a relative or somebody close"),
                            ("wish", "The citizen wishes it"),
                        ],
                        max_length=10,
                        verbose_name="ground",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("valid_from", models.DateField(verbose_name="from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="to")),
                ("registered_at", models.DateTimeField(verbose_name="registered")),
            ],
            options={
                "verbose_name": "barring",
                "verbose_name_plural": "barrings",
                "ordering": ["person", "valid_from", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Confidant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("named_at", models.DateTimeField(verbose_name="named")),
                ("dismissed_at", models.DateTimeField(blank=True, null=True, verbose_name="dismissed")),
            ],
            options={
                "verbose_name": "named person",
                "verbose_name_plural": "named persons",
                "ordering": ["person", "named_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("named", "Named person"), ("emergency", "Emergency access")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(max_length=11, verbose_name="number")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("expires_at", models.DateTimeField(verbose_name="runs out")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended by hand")),
            ],
            options={
                "verbose_name": "opening of a shielded case",
                "verbose_name_plural": "openings of shielded cases",
                "ordering": ["-opened_at", "-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("protection", "none"), _negated=True),
                fields=["municipality"],
                name="person_protected",
            ),
        ),
        migrations.AddField(
            model_name="barring",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="lifted by",
            ),
        ),
        migrations.AddField(
            model_name="barring",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="referrals.municipality",
                verbose_name="municipality",
            ),
        ),
        migrations.AddField(
            model_name="barring",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="referrals.person", verbose_name="citizen"
            ),
        ),
        migrations.AddField(
            model_name="barring",
            name="registered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="registered by",
            ),
        ),
        migrations.AddField(
            model_name="barring",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddField(
            model_name="confidant",
            name="dismissed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="dismissed by",
            ),
        ),
        migrations.AddField(
            model_name="confidant",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="referrals.municipality",
                verbose_name="municipality",
            ),
        ),
        migrations.AddField(
            model_name="confidant",
            name="named_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="named by",
            ),
        ),
        migrations.AddField(
            model_name="confidant",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="referrals.person", verbose_name="citizen"
            ),
        ),
        migrations.AddField(
            model_name="confidant",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddField(
            model_name="opening",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="ended by",
            ),
        ),
        migrations.AddField(
            model_name="opening",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="referrals.municipality",
                verbose_name="municipality",
            ),
        ),
        migrations.AddField(
            model_name="opening",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="referrals.person", verbose_name="citizen"
            ),
        ),
        migrations.AddField(
            model_name="opening",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddIndex(
            model_name="barring",
            index=models.Index(fields=["user"], name="barring_user"),
        ),
        migrations.AddConstraint(
            model_name="barring",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to__isnull", True)),
                fields=("municipality", "person", "user"),
                name="barring_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="barring",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="barring_to_not_before_from",
            ),
        ),
        migrations.AddConstraint(
            model_name="barring",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="barring_with_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="confidant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dismissed_at__isnull", True)),
                fields=("municipality", "person", "user"),
                name="confidant_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="confidant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("dismissed_at__isnull", True), ("dismissed_by__isnull", True)),
                    models.Q(("dismissed_at__isnull", False), ("dismissed_by__isnull", False)),
                    _connector="OR",
                ),
                name="confidant_dismissed_all_or_none",
            ),
        ),
        migrations.AddIndex(
            model_name="opening",
            index=models.Index(fields=["user", "expires_at"], name="opening_user"),
        ),
        migrations.AddIndex(
            model_name="opening",
            index=models.Index(fields=["municipality", "-opened_at", "-id"], name="opening_newest"),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("opened_at"))),
                name="opening_runs_out_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="opening_with_reason"
            ),
        ),
        *(
            TenantTable(table, grants=f"SELECT, INSERT, UPDATE ({columns})", readable=OF_ITS_LOGS)
            for table, columns in ENDS.items()
        ),
        *(SameMunicipality(table, "person_id", "referrals_person") for table in ENDS),
        *(LoggedTable(table) for table in ENDS),
    ]
