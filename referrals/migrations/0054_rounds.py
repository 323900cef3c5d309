"""Rounds of asking whether somebody still waits, reviews of long pauses, and the daily e-mail of deadlines."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.policies import SameMunicipality, TenantTable

EVENT_KINDS = [
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
]
VIEW_KINDS = [
    ("waitlist", "Waitlist"),
    ("waitlist_search", "Search in the waitlist"),
    ("find_citizen", "Search for a citizen"),
    ("registration", "Registration of a referral"),
    ("case", "The page of a referral"),
    ("identifier", "Identity number in full"),
    ("move", "Form that changes a referral"),
    ("conflict", "Comparison of two changes"),
    ("intake", "Intake meeting"),
    ("shielding", "Shielding of a case"),
    ("caseload", "Own cases"),
    ("long_waits", "Long waits"),
    ("deadlines", "Deadlines"),
    ("admin_list", "List in the administration"),
    ("admin_record", "Page in the administration"),
    ("access_report", "The citizen’s access report"),
    ("read_log", "The read log of the municipality"),
    ("change_log", "The change log of the municipality"),
]


def key() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def of(model: str, name: str, **options: object) -> models.ForeignKey:
    on_delete = options.pop("on_delete", django.db.models.deletion.PROTECT)
    return models.ForeignKey(on_delete=on_delete, to=model, verbose_name=name, **options)


CASCADE = django.db.models.deletion.CASCADE


class Migration(migrations.Migration):
    dependencies = [("referrals", "0053_intake")]

    operations = [
        migrations.AlterField(
            model_name="referralevent",
            name="kind",
            field=models.CharField(choices=EVENT_KINDS, max_length=20, verbose_name="event"),
        ),
        migrations.AlterField(
            model_name="viewlog",
            name="kind",
            field=models.CharField(choices=VIEW_KINDS, max_length=20, verbose_name="page"),
        ),
        migrations.AddConstraint(
            model_name="waitpause",
            constraint=models.UniqueConstraint(fields=("municipality", "id"), name="pause_municipality_id"),
        ),
        migrations.CreateModel(
            name="PauseReview",
            fields=[
                ("id", key()),
                ("reviewed_on", models.DateField(verbose_name="reviewed")),
                ("note", models.CharField(max_length=500, verbose_name="note")),
                ("registered_at", models.DateTimeField(verbose_name="registered")),
                ("municipality", of("referrals.municipality", "municipality")),
                (
                    "referral",
                    of("referrals.referral", "referral", on_delete=CASCADE, related_name="pause_reviews"),
                ),
                ("pause", of("referrals.waitpause", "pause", on_delete=CASCADE, related_name="reviews")),
                ("registered_by", of(settings.AUTH_USER_MODEL, "registered by", related_name="+")),
            ],
            options={
                "verbose_name": "review of a pause",
                "verbose_name_plural": "reviews of pauses",
                "ordering": ["pause", "reviewed_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("note", ""), _negated=True), name="pause_review_with_note"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Validation",
            fields=[
                ("id", key()),
                ("asked_on", models.DateField(verbose_name="asked")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("letter", "Letter"),
                            ("phone", "Telephone"),
                            ("sms", "Text message"),
                            ("digital", "Digital mailbox"),
                            ("in_person", "In person"),
                        ],
                        max_length=20,
                        verbose_name="channel",
                    ),
                ),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="answered")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("still_waiting", "Still waiting"),
                            ("not_needed", "No longer needed"),
                            ("changed", "The need has changed"),
                            ("not_reached", "Not reached"),
                        ],
                        max_length=20,
                        verbose_name="result",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("reassessed_on", models.DateField(blank=True, null=True, verbose_name="assessed anew")),
                ("registered_at", models.DateTimeField(verbose_name="registered")),
                ("municipality", of("referrals.municipality", "municipality")),
                (
                    "referral",
                    of("referrals.referral", "referral", on_delete=CASCADE, related_name="validations"),
                ),
                ("registered_by", of(settings.AUTH_USER_MODEL, "registered by", related_name="+")),
            ],
            options={
                "verbose_name": "round of asking",
                "verbose_name_plural": "rounds of asking",
                "ordering": ["referral", "-asked_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("answered_on__isnull", True)),
                        fields=("municipality", "referral"),
                        name="validation_one_open",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("answered_on__isnull", True), ("result", "")),
                            Q(("answered_on__gte", F("asked_on")), Q(("result", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="validation_answer_with_result",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            ("reassessed_on__isnull", True),
                            Q(("reassessed_on__gte", F("answered_on")), ("result", "changed")),
                            _connector="OR",
                        ),
                        name="validation_reassessed_after_change",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="wants_digest",
            field=models.BooleanField(
                default=True,
                help_text="Of deadlines: for coordinators and therapists.",
                verbose_name="daily e-mail",
            ),
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("id", key()),
                ("day", models.DateField(verbose_name="day")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("nothing", "Nothing to say"),
                        ],
                        db_index=True,
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("next_at", models.DateTimeField(verbose_name="next attempt")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("error_kind", models.CharField(blank=True, max_length=100, verbose_name="kind of error")),
                ("user", of(settings.AUTH_USER_MODEL, "user", on_delete=CASCADE)),
            ],
            options={
                "verbose_name": "daily e-mail",
                "verbose_name_plural": "daily e-mails",
                "ordering": ["-day", "user"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "day"), name="digest_once_a_day"),
                    models.CheckConstraint(
                        condition=Q(("sent_at__isnull", True), ("state", "sent"), _connector="OR"),
                        name="digest_sent_with_time",
                    ),
                ],
            },
        ),
        *(
            operation
            for table in ("referrals_pausereview", "referrals_validation")
            for operation in (
                TenantTable(table),
                SameMunicipality(table, "referral_id", "referrals_referral"),
                LoggedTable(table),
            )
        ),
        SameMunicipality("referrals_pausereview", "pause_id", "referrals_waitpause"),
    ]
