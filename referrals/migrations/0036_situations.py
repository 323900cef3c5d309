"""A re-referral knows the former one, a duplicate what it was merged into; a contact may be one nobody attended.

The links are of the same municipality, which foreign keys alone would not see. Referrals from before have none: they
are made when a referral is registered, or corrected.
"""

import django.db.models.deletion
from django.db import migrations, models

from ergo.postgresql.policies import SameMunicipality


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0035_registers_as_known"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="former",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.referral",
                verbose_name="re-referral of",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="merged_into",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.referral",
                verbose_name="merged into",
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="kind",
            field=models.CharField(
                choices=[
                    ("visit", "Home visit"),
                    ("consultation", "Consultation"),
                    ("video", "Video assessment"),
                    ("phone", "Telephone assessment"),
                    ("no_show", "Did not attend"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="referralevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "Registered"),
                    ("prioritised", "Prioritised"),
                    ("assigned", "Assigned"),
                    ("paused", "Put on hold"),
                    ("resumed", "Resumed"),
                    ("started", "Started"),
                    ("contact", "Contact"),
                    ("closed", "Closed"),
                    ("reopened", "Reopened"),
                    ("corrected", "Corrected"),
                    ("replied", "Preliminary reply sent"),
                    ("merged", "Merged"),
                ],
                max_length=20,
                verbose_name="event",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("former__isnull", False)), fields=["former"], name="referral_former"
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="referral_merged",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", True), ("outcome", "duplicate"), _connector="OR"),
                    models.Q(("former", models.F("id")), _negated=True),
                    models.Q(("merged_into", models.F("id")), _negated=True),
                ),
                name="referral_linked_to_another",
            ),
        ),
        SameMunicipality("referrals_referral", "former_id", "referrals_referral"),
        SameMunicipality("referrals_referral", "merged_into_id", "referrals_referral"),
    ]
