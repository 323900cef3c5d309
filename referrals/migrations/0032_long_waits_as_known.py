"""The long waits as they were known before an instant: counted, and with how a referral was treated (`handling`).

Whether a preliminary reply is what comes next follows from that, and so does the row of a list that is made again.
"""

from importlib import import_module

from django.db import migrations, models

LOOK_BACK = import_module("referrals.migrations.0014_as_known")
LONG_WAITS = import_module("referrals.migrations.0018_long_waits")
as_known = import_module("referrals.migrations.0017_counts_as_known").as_known

WAIT_END = f"{LOOK_BACK.WAIT_END} AS wait_end"
HANDLING = LOOK_BACK._known("handling", "COALESCE(undone.facts->>'handling', '')")
# A view that others read may only get a column at its end.
REFERRALS = LOOK_BACK.REFERRALS.replace("CREATE VIEW", "CREATE OR REPLACE VIEW").replace(
    WAIT_END, f"{WAIT_END}, {HANDLING} AS handling"
)
RIGHTS = LOOK_BACK.RIGHTS.replace(LOOK_BACK.VIEWS, "referrals_referral_as_known")
AS_BEFORE = ["DROP VIEW referrals_referral_as_known", LOOK_BACK.REFERRALS, RIGHTS]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0031_rollups_places")]

    operations = [
        migrations.RunSQL(REFERRALS, AS_BEFORE),
        migrations.AddField(
            model_name="knownreferral",
            name="handling",
            field=models.CharField(
                choices=[("referral", "Referral"), ("application", "Application")], max_length=20
            ),
        ),
        as_known(LONG_WAITS.COUNT_LONG_WAITS),
    ]
