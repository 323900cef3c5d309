"""Whether figures lie open to everybody, switched by administrators."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ergo import roles
from ergo.postgresql.change_log import LoggedTable

# Each time it was switched stays, with who did it.
WRITTEN_ONCE = f"REVOKE UPDATE, DELETE ON referrals_opendataswitch FROM {roles.APP}"
CHANGEABLE = f"GRANT UPDATE, DELETE ON referrals_opendataswitch TO {roles.APP}"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0048_thin_coverage")]

    operations = [
        migrations.CreateModel(
            name="OpenDataSwitch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "is_on",
                    models.BooleanField(
                        default=False,
                        help_text="On: anybody may read the page of open data and its files without signing in. Off: neither is found.",
                        verbose_name="open",
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
                "verbose_name": "switch of open data",
                "verbose_name_plural": "switches of open data",
                "ordering": ["-pk"],
            },
        ),
        LoggedTable("referrals_opendataswitch", register=True),
        migrations.RunSQL(WRITTEN_ONCE, CHANGEABLE),
    ]
