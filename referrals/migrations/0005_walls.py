"""Every table with persons or cases is closed to all but the municipalities in scope; what counts may be counted."""

from django.db import migrations

from ergo.postgresql.policies import APPEND, SameMunicipality, TenantTable

CLOSED = [
    TenantTable("referrals_person"),
    TenantTable("referrals_referral", counted=True),
    TenantTable("referrals_waitpause", counted=True),
    TenantTable("referrals_contact"),
    TenantTable("referrals_preliminaryreply", counted=True),
    TenantTable("referrals_referralevent", grants=APPEND),
    TenantTable("referrals_numberseries"),
    TenantTable("referrals_submission"),
]

BELONGING = [
    SameMunicipality("referrals_referral", "person_id", "referrals_person"),
    *(
        SameMunicipality(child, "referral_id", "referrals_referral")
        for child in (
            "referrals_waitpause",
            "referrals_contact",
            "referrals_preliminaryreply",
            "referrals_referralevent",
            "referrals_submission",
        )
    ),
]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_app_role_may_analyze")]

    operations = [*CLOSED, *BELONGING]
