"""The epoch of a user's sessions, and the cache that all processes share."""

from django.db import migrations, models

# As Django's createcachetable would make it; here, so that `migrate` is enough and the app's role gets its rights.
CREATE = """
CREATE TABLE ergo_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX ergo_cache_expires ON ergo_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0007_seals")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_epoch",
            field=models.PositiveIntegerField(
                default=0,
                editable=False,
                help_text="Every session of the user belongs to one epoch; the next one ends them all.",
                verbose_name="session epoch",
            ),
        ),
        migrations.RunSQL(CREATE, "DROP TABLE ergo_cache"),
    ]
