"""What came and went is counted between any number of days (0026, 0035), and no longer of two periods apart."""

from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction

COUNTS = import_module("referrals.migrations.0006_counts")
AS_KNOWN = import_module("referrals.migrations.0017_counts_as_known")


def without(function: CountingFunction) -> migrations.RunSQL:
    """The function is dropped; backwards it is made again."""
    return migrations.RunSQL(function.reverse_sql, function.sql)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0036_situations")]

    operations = [without(AS_KNOWN.as_known(COUNTS.COUNT_FLOW)), without(COUNTS.COUNT_FLOW)]
