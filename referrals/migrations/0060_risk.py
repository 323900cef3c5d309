"""What happens to somebody who waits, after which the need is to be assessed anew."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import referrals.models.periods
from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.policies import SameMunicipality, TenantTable

# No row is lost, and what happened stays as it was registered: written later are only the assessment and the error.
WRITTEN_LATER = "reassessed_on, withdrawn_at, withdrawn_by_id, withdrawn_because"


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0059_kept_figures_read_faster"),
    ]

    operations = [
        migrations.AlterField(
            model_name="bulkaction",
            name="move",
            field=models.CharField(
                choices=[
                    ("prioritise", "Set priority"),
                    ("assign", "Assign therapist"),
                    ("pause", "Put on hold"),
                    ("resume", "Resume"),
                    ("review", "Review the hold"),
                    ("start", "Register first contact"),
                    ("no_show", "Register that the citizen did not attend"),
                    ("risk", "Register a risk event"),
                    ("reply", "Register preliminary reply"),
                    ("request", "Ask for missing information"),
                    ("came", "Register that the information came"),
                    ("ask", "Register that the citizen was asked"),
                    ("answer", "Register the answer"),
                    ("close", "Close"),
                    ("reopen", "Reopen"),
                    ("next_step", "Set the next step"),
                    ("risk_error", "Mark a risk event as entered in error"),
                    ("merge", "Merge"),
                    ("correct", "Correct"),
                ],
                max_length=20,
                verbose_name="move",
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
                    ("information_asked", "Information asked for"),
                    ("information_came", "Information came"),
                    ("reviewed", "Hold reviewed"),
                    ("asked", "Asked whether still waiting"),
                    ("answered", "Answered whether still waiting"),
                    ("undone", "Undone"),
                    ("next_step", "Next step set"),
                    ("risk", "Risk event while waiting"),
                    ("risk_withdrawn", "Risk event entered in error"),
                ],
                max_length=20,
                verbose_name="event",
            ),
        ),
        migrations.CreateModel(
            name="RiskEvent",
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
                            ("fall", "Fall"),
                            ("admission", "Admission to hospital"),
                            ("pressure_sore", "Pressure sore"),
                            ("palliative", "Palliative phase"),
                            ("other", "Other event"),
                        ],
                        max_length=20,
                        verbose_name="kind of event",
                    ),
                ),
                ("happened_on", models.DateField(verbose_name="happened")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("reassessed_on", models.DateField(blank=True, null=True, verbose_name="assessed anew")),
                ("registered_at", models.DateTimeField(verbose_name="registered")),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="marked as entered in error"),
                ),
                (
                    "withdrawn_because",
                    models.CharField(blank=True, max_length=500, verbose_name="why in error"),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.municipality",
                        verbose_name="municipality",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="risk_events",
                        to="referrals.referral",
                        verbose_name="referral",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="registered by",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="marked as entered in error by",
                    ),
                ),
            ],
            options={
                "verbose_name": "risk event",
                "verbose_name_plural": "risk events",
                "ordering": ["referral", "-happened_on", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("reassessed_on__isnull", True), ("withdrawn_at__isnull", True)),
                        fields=["municipality", "referral"],
                        name="risk_to_reassess",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("happened_on__lte", referrals.models.periods.OsloDate("registered_at"))
                        ),
                        name="risk_not_future",
                        violation_error_message="The event cannot be in the future.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reassessed_on__isnull", True),
                            ("reassessed_on__gte", models.F("happened_on")),
                            _connector="OR",
                        ),
                        name="risk_reassessed_after_event",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "other"), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="risk_other_is_named",
                        violation_error_message="Say what happened.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True),
                                ("withdrawn_because", ""),
                                ("withdrawn_by__isnull", True),
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawn_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="risk_withdrawn_all_or_none",
                    ),
                ],
            },
        ),
        TenantTable("referrals_riskevent", grants=f"SELECT, INSERT, UPDATE ({WRITTEN_LATER})"),
        SameMunicipality("referrals_riskevent", "referral_id", "referrals_referral"),
        LoggedTable("referrals_riskevent"),
    ]
