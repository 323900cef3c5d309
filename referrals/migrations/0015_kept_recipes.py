"""Recipes of figures that were shown; the app adds them and changes none."""

from django.db import migrations, models

from ergo import roles

KEPT = f"REVOKE UPDATE, DELETE ON referrals_keptrecipe FROM {roles.APP}"


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0014_as_known"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptRecipe",
            fields=[
                (
                    "hash",
                    models.CharField(max_length=16, primary_key=True, serialize=False, verbose_name="recipe"),
                ),
                ("question", models.JSONField(verbose_name="what was asked")),
                ("data_as_of", models.DateTimeField(verbose_name="data as of")),
            ],
            options={
                "verbose_name": "recipe of figures",
                "verbose_name_plural": "recipes of figures",
                "ordering": ["-data_as_of", "hash"],
            },
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
