"""Users may read the pages in nynorsk; the database knows of two letters only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0051_first_years_as_known"),
    ]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="language",
            field=models.CharField(
                choices=[("nb", "Norwegian bokmål"), ("nn", "Norwegian nynorsk"), ("en", "English")],
                default="nb",
                max_length=2,
                verbose_name="language",
            ),
        ),
    ]
