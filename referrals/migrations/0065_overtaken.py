"""A further kind of page on which somebody saw a citizen: who was started before whom."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0064_letters")]

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
                    ("letter", "Letter"),
                    ("conflict", "Comparison of two changes"),
                    ("intake", "Intake meeting"),
                    ("shielding", "Shielding of a case"),
                    ("caseload", "Own cases"),
                    ("long_waits", "Long waits"),
                    ("deadlines", "Deadlines"),
                    ("deviations", "Deviations"),
                    ("data_quality", "Data quality"),
                    ("overtaken", "Overtaken"),
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
    ]
