"""The functions behind the estimated wait, also of what was known before the instant that is looked back to."""

from importlib import import_module

from django.db import migrations

as_known = import_module("referrals.migrations.0017_counts_as_known").as_known
ESTIMATE = import_module("referrals.migrations.0020_estimate")


class Migration(migrations.Migration):
    dependencies = [("referrals", "0020_estimate")]

    operations = [as_known(ESTIMATE.LIFE_TABLE), as_known(ESTIMATE.STARTED)]
