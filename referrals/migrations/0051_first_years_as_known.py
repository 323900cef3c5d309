"""From which year on a place is known, as it was known before an instant: so that a report is made again the same."""

from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction

COUNTS = import_module("referrals.migrations.0006_counts")
AS_KNOWN = import_module("referrals.migrations.0017_counts_as_known")

_signature, _columns, _query = AS_KNOWN.as_known(COUNTS.FIRST_YEARS).arguments
FIRST_YEARS = CountingFunction("ergo_first_years_as_known()", _columns, _query)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0050_municipality_ends_in_words")]

    operations = [FIRST_YEARS]
