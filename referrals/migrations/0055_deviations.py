"""Cases that are reported as deviations, each once, and what is right as it is in the list of errors."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import referrals.models.periods
from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.policies import SameMunicipality, TenantTable

# Neither table loses a row. Only taking back is written into one, where it is also who did it, and why.
TAKEN_BACK = {
    "referrals_deviationreport": "withdrawn_at, withdrawn_by_id, withdrawn_because",
    "referrals_rightasitis": "withdrawn_at, withdrawn_by_id",
}


class Migration(migrations.Migration):
    dependencies = [("referrals", "0054_rounds")]

    operations = [
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
            name="DeviationReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                ("received_on", models.DateField(verbose_name="received")),
                ("priority", models.PositiveSmallIntegerField(verbose_name="priority")),
                ("due_on", models.DateField(verbose_name="target date")),
                ("late_on", models.DateField(verbose_name="first day late")),
                ("days_late", models.PositiveIntegerField(verbose_name="days late")),
                (
                    "reference",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="reference in the quality system"
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, max_length=500, verbose_name="reason for the delay"),
                ),
                ("reported_at", models.DateTimeField(verbose_name="marked as reported")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                (
                    "withdrawn_because",
                    models.CharField(blank=True, max_length=500, verbose_name="why withdrawn"),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.category",
                        verbose_name="category",
                    ),
                ),
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
                        related_name="deviation_reports",
                        to="referrals.referral",
                        verbose_name="referral",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="marked as reported by",
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
                        verbose_name="withdrawn by",
                    ),
                ),
            ],
            options={
                "verbose_name": "reported deviation",
                "verbose_name_plural": "reported deviations",
                "ordering": ["-month", "pk"],
                "indexes": [models.Index(fields=["municipality", "month"], name="deviation_month")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("municipality", "referral"),
                        name="deviation_reported_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month", referrals.models.periods.FirstOfMonth("late_on"))),
                        name="deviation_in_its_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days_late__gte", 1)), name="deviation_is_late"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("received_on__lt", models.F("late_on"))),
                        name="deviation_late_after_receipt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", True),
                            ("withdrawn_because", ""),
                            ("withdrawn_by__isnull", True),
                        )
                        | models.Q(
                            ("withdrawn_at__isnull", False),
                            ("withdrawn_by__isnull", False),
                            models.Q(("withdrawn_because", ""), _negated=True),
                        ),
                        name="deviation_withdrawn_all_or_none",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RightAsItIs",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("started_unassessed", "Started without priority"),
                            ("started_first", "First contact before the assessment"),
                            ("no_such_priority", "A priority that the key does not have"),
                            ("ten_years", "Open for over ten years"),
                            (
                                "registered_late",
                                "Registered over 30 days after receipt, without a reason",
                            ),
                            ("before_birth", "Received before the citizen was born"),
                            ("two_open", "Two open for one citizen and category"),
                            ("long_pause", "On hold for over 183 days, without an end"),
                            (
                                "always_on_hold",
                                "Waiting for over 183 days, and on hold all the time",
                            ),
                            ("therapist_gone", "Open, with a therapist who no longer works here"),
                            ("citizen_gone", "Open, though the citizen is dead or has moved"),
                        ],
                        max_length=20,
                        verbose_name="rule",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("said_at", models.DateTimeField(verbose_name="said")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="taken back")),
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
                        related_name="+",
                        to="referrals.referral",
                        verbose_name="referral",
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="said by",
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
                        verbose_name="taken back by",
                    ),
                ),
            ],
            options={
                "verbose_name": "right as it is",
                "verbose_name_plural": "right as they are",
                "ordering": ["rule", "said_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("municipality", "rule", "referral"),
                        name="right_as_it_is_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="right_as_it_is_with_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True))
                        | models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                        name="right_as_it_is_taken_back",
                    ),
                ],
            },
        ),
        *(
            TenantTable(table, grants=f"SELECT, INSERT, UPDATE ({columns})")
            for table, columns in TAKEN_BACK.items()
        ),
        *(SameMunicipality(table, "referral_id", "referrals_referral") for table in TAKEN_BACK),
        *(LoggedTable(table) for table in TAKEN_BACK),
    ]
