"""The words of each citizen's name, for the search; split by the database, so that no way of writing a name forgets it."""

from django.db import migrations, models
from django.db.models import Q

from referrals.models.fields import WordField

TABLE = "referrals_person"
NAMES = {nth: f"name_word_{nth}" for nth in range(1, 9)}
# As `referrals.norwegian.BETWEEN_WORDS` was; an apostrophe is doubled.
BETWEEN_WORDS = "[- ‐‑–''’´`.,/()\"]+"
COLUMN = (
    'ADD COLUMN {name} varchar(250) COLLATE "C"'
    f" GENERATED ALWAYS AS ((regexp_split_to_array(name_key, '{BETWEEN_WORDS}'))[{{nth}}]) STORED"
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0056_list_at_work")]

    operations = [
        migrations.SeparateDatabaseAndState(
            # All at once: each column alone would write the whole table anew.
            database_operations=[
                migrations.RunSQL(
                    f"ALTER TABLE {TABLE} "
                    + ", ".join(COLUMN.format(name=name, nth=nth) for nth, name in NAMES.items()),
                    f"ALTER TABLE {TABLE} " + ", ".join(f"DROP COLUMN {name}" for name in NAMES.values()),
                )
            ],
            state_operations=[
                migrations.AddField("person", name, WordField("name_key", nth)) for nth, name in NAMES.items()
            ],
        ),
        *(
            migrations.AddIndex(
                "person",
                models.Index(
                    fields=["municipality", name],
                    condition=Q((f"{name}__isnull", False)),
                    name=f"person_{name}",
                ),
            )
            for name in NAMES.values()
        ),
    ]
