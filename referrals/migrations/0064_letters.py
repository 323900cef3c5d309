"""Letters: texts of the municipality's own, its letterhead, and what was sent, of which nothing is ever changed.

The change log says that a letter was sent, and by whom; its words stand in the letter alone.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.policies import APPEND, SameMunicipality, TenantTable

TEXTS = ("addressee", "head", "about", "subject", "body", "signature")


class Migration(migrations.Migration):
    dependencies = [("referrals", "0063_saved_views")]

    operations = [
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
                    ("information_asked", "Information asked for"),
                    ("information_came", "Information came"),
                    ("reviewed", "Hold reviewed"),
                    ("asked", "Asked whether still waiting"),
                    ("answered", "Answered whether still waiting"),
                    ("undone", "Undone"),
                    ("next_step", "Next step set"),
                    ("risk", "Risk event while waiting"),
                    ("risk_withdrawn", "Risk event entered in error"),
                    ("letter", "Letter sent"),
                ],
                max_length=20,
                verbose_name="event",
            ),
        ),
        migrations.AlterField(
            model_name="viewlog",
            name="kind",
            field=models.CharField(
                choices=[
                    ("waitlist", "Waitlist"),
                    ("waitlist_search", "Search in the waitlist"),
                    ("find_citizen", "Search for a citizen"),
                    ("registration", "Registration of a referral"),
                    ("case", "The page of a referral"),
                    ("identifier", "Identity number in full"),
                    ("move", "Form that changes a referral"),
                    ("letter", "Letter"),
                    ("conflict", "Comparison of two changes"),
                    ("intake", "Intake meeting"),
                    ("shielding", "Shielding of a case"),
                    ("caseload", "Own cases"),
                    ("long_waits", "Long waits"),
                    ("deadlines", "Deadlines"),
                    ("deviations", "Deviations"),
                    ("data_quality", "Data quality"),
                    ("admin_list", "List in the administration"),
                    ("admin_record", "Page in the administration"),
                    ("access_report", "The citizen’s access report"),
                    ("read_log", "The read log of the municipality"),
                    ("change_log", "The change log of the municipality"),
                ],
                max_length=20,
                verbose_name="page",
            ),
        ),
        migrations.CreateModel(
            name="LetterHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("service", models.CharField(blank=True, max_length=100, verbose_name="name of the service")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="postal address")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="telephone")),
                ("saved_at", models.DateTimeField(verbose_name="saved")),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saved by",
                    ),
                ),
            ],
            options={
                "verbose_name": "letterhead",
                "verbose_name_plural": "letterheads",
                "ordering": ["municipality", "version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "version"), name="letter_head_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="letter_head_version_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LetterTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "The referral is received"),
                            ("preliminary", "Preliminary reply"),
                            ("waitlist", "Place on the waitlist"),
                            ("appointment", "Appointment"),
                            ("closed", "The case is closed"),
                            ("transferred", "The case is transferred"),
                            ("referrer_received", "To the referrer: received"),
                            ("referrer_waitlist", "To the referrer: assessed"),
                            ("referrer_closed", "To the referrer: closed"),
                        ],
                        max_length=20,
                        verbose_name="letter",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("nb", "Bokmål"), ("nn", "Nynorsk")],
                        max_length=2,
                        verbose_name="written form",
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("subject", models.CharField(max_length=120, verbose_name="heading")),
                ("body", models.TextField(max_length=8000, verbose_name="text")),
                ("saved_at", models.DateTimeField(verbose_name="saved")),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saved by",
                    ),
                ),
            ],
            options={
                "verbose_name": "text of a letter",
                "verbose_name_plural": "texts of letters",
                "ordering": ["municipality", "kind", "language", "version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "kind", "language", "version"),
                        name="letter_template_version_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("subject", ""), _negated=True),
                            models.Q(("body", ""), _negated=True),
                            ("version__gte", 1),
                        ),
                        name="letter_template_with_text",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SentLetter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(verbose_name="key")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "The referral is received"),
                            ("preliminary", "Preliminary reply"),
                            ("waitlist", "Place on the waitlist"),
                            ("appointment", "Appointment"),
                            ("closed", "The case is closed"),
                            ("transferred", "The case is transferred"),
                            ("referrer_received", "To the referrer: received"),
                            ("referrer_waitlist", "To the referrer: assessed"),
                            ("referrer_closed", "To the referrer: closed"),
                        ],
                        max_length=20,
                        verbose_name="letter",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("nb", "Bokmål"), ("nn", "Nynorsk")],
                        max_length=2,
                        verbose_name="written form",
                    ),
                ),
                ("template_version", models.PositiveIntegerField(verbose_name="version of the text")),
                (
                    "recipient",
                    models.CharField(
                        choices=[
                            ("citizen", "The citizen"),
                            ("guardian", "The citizen’s guardian or parent"),
                            ("referrer", "The referrer"),
                        ],
                        max_length=10,
                        verbose_name="to",
                    ),
                ),
                ("addressee", models.CharField(max_length=300, verbose_name="name and address")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("post", "By post"),
                            ("digital", "Digitally, from the record system"),
                            ("handed", "Handed over"),
                        ],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("head", models.TextField(verbose_name="letterhead")),
                ("about", models.TextField(verbose_name="about")),
                ("subject", models.TextField(verbose_name="heading")),
                ("body", models.TextField(verbose_name="text")),
                ("signature", models.TextField(verbose_name="signature")),
                ("sent_on", models.DateField(verbose_name="sent")),
                ("sent_at", models.DateTimeField(verbose_name="saved")),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="referrals.referral",
                        verbose_name="referral",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent by",
                    ),
                ),
            ],
            options={
                "verbose_name": "sent letter",
                "verbose_name_plural": "sent letters",
                "ordering": ["referral", "sent_at", "pk"],
                "indexes": [models.Index(fields=["municipality", "referral"], name="sent_letter_referral")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "referral", "key"), name="sent_letter_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("subject", ""), _negated=True),
                            models.Q(("body", ""), _negated=True),
                            models.Q(("addressee", ""), _negated=True),
                            models.Q(("head", ""), _negated=True),
                        ),
                        name="sent_letter_with_text",
                    ),
                ],
            },
        ),
        *(
            TenantTable(f"referrals_{table}", grants=APPEND)
            for table in ("letterhead", "lettertemplate", "sentletter")
        ),
        SameMunicipality("referrals_sentletter", "referral_id", "referrals_referral"),
        LoggedTable("referrals_letterhead"),
        LoggedTable("referrals_lettertemplate"),
        LoggedTable("referrals_sentletter", without=TEXTS),
    ]
