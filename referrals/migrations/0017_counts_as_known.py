"""Of each counting function one that counts what was known before the instant that is looked back to.

They are the same queries over the views of 0014, and over the key versions that were valid then: whatever changes in
one changes in the other.
"""

import re
from importlib import import_module

from django.db import migrations

from ergo.postgresql.counting import CountingFunction

COUNTS = import_module("referrals.migrations.0006_counts")
KEYS = import_module("referrals.migrations.0016_priority_keys")

KNOWN_BEFORE = "current_setting('ergo.known_before')::timestamptz"
READ = re.compile(r"\bpublic\.(referrals_referral|referrals_waitpause)\b")
CALLED = re.compile(r"\b(ergo_(?:waiting|count_\w+))\(")
VALID = "WHERE replaced_at IS NULL"
VALID_THEN = (
    f"WHERE registered_at < {KNOWN_BEFORE} AND (replaced_at IS NULL OR replaced_at >= {KNOWN_BEFORE})"
)


def as_known(function: CountingFunction) -> CountingFunction:
    """The same query over what was known."""
    signature, columns, query = function.arguments
    query = READ.sub(r"public.\1_as_known", CALLED.sub(r"\1_as_known(", query)).replace(VALID, VALID_THEN)
    return CountingFunction(
        CALLED.sub(r"\1_as_known(", signature), columns, query, is_private=function.is_private
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0016_priority_keys")]

    operations = [
        as_known(COUNTS.WAITING),
        as_known(KEYS.COUNT_WAITING),
        as_known(COUNTS.COUNT_PARTS),
        as_known(COUNTS.COUNT_EACH_DAY),
        as_known(COUNTS.COUNT_FLOW),
    ]
