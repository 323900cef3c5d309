"""Information that a referral lacks; and the intake meeting: its kind of page, and whether its keys are wanted."""

import django.db.models.deletion
from django.db import migrations, models

from ergo.postgresql.change_log import LoggedTable
from ergo.postgresql.policies import SameMunicipality, TenantTable


class Migration(migrations.Migration):
    dependencies = [("referrals", "0052_nynorsk")]

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
                    ("conflict", "Comparison of two changes"),
                    ("intake", "Intake meeting"),
                    ("shielding", "Shielding of a case"),
                    ("caseload", "Own cases"),
                    ("long_waits", "Long waits"),
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
        migrations.AddField(
            model_name="user",
            name="single_keys",
            field=models.BooleanField(
                default=True,
                help_text="Whether a letter or a figure typed outside of fields does something (WCAG 2.1.4).",
                verbose_name="single keys",
            ),
        ),
        migrations.CreateModel(
            name="InformationRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.CharField(max_length=500, verbose_name="what is missing")),
                (
                    "asked_of",
                    models.CharField(
                        choices=[
                            ("referrer", "Referrer"),
                            ("citizen", "The citizen"),
                            ("next_of_kin", "Next of kin"),
                            ("guardian", "Guardian"),
                            ("gp", "GP"),
                            ("hospital", "Hospital"),
                            ("home_care", "Home care"),
                            ("other", "Somebody else"),
                        ],
                        max_length=20,
                        verbose_name="asked of",
                    ),
                ),
                ("asked_on", models.DateField(verbose_name="asked on")),
                ("wanted_by", models.DateField(verbose_name="wanted by")),
                ("received_on", models.DateField(blank=True, null=True, verbose_name="came")),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="information_requests",
                        to="referrals.referral",
                        verbose_name="referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "information asked for",
                "verbose_name_plural": "information asked for",
                "ordering": ["referral", "asked_on", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("received_on__isnull", True)),
                        fields=["municipality", "referral"],
                        name="information_missing",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("what", ""), _negated=True), name="information_is_named"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wanted_by__gte", models.F("asked_on"))),
                        name="information_wanted_after_asked",
                        violation_error_message="It cannot be wanted before it is asked for.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("received_on__isnull", True),
                            ("received_on__gte", models.F("asked_on")),
                            _connector="OR",
                        ),
                        name="information_came_after_asked",
                        violation_error_message="It cannot come before it is asked for.",
                    ),
                ],
            },
        ),
        TenantTable("referrals_informationrequest"),
        SameMunicipality("referrals_informationrequest", "referral_id", "referrals_referral"),
        LoggedTable("referrals_informationrequest"),
    ]
