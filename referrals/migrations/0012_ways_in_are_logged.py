"""Who can sign in as whom is logged like any change of rights, and the admin's own log is only added to."""

from django.db import migrations

from ergo import roles
from ergo.postgresql.change_log import LoggedTable


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0011_privacy_officer"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        LoggedTable("socialaccount_socialaccount", register=True, without=["extra_data", "last_login"]),
        LoggedTable("mfa_authenticator", register=True, without=["data", "last_used_at"]),
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE ON django_admin_log FROM {roles.APP}",
            f"GRANT UPDATE, DELETE ON django_admin_log TO {roles.APP}",
        ),
    ]
