"""The serving role reads and writes rows of every table, now and later, but never the history of migrations.

Where one role does everything, there is no ergo_app, or it is the owner itself: nothing to grant.
"""

from django.db import migrations

GRANT = """
DO $$
BEGIN
    IF current_user <> 'ergo_app' AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'ergo_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ergo_app;
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ergo_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ergo_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ergo_app;
        REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM ergo_app;
    END IF;
END $$
"""

REVOKE = """
DO $$
BEGIN
    IF current_user <> 'ergo_app' AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'ergo_app') THEN
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM ergo_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM ergo_app;
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ergo_app;
        REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ergo_app;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_history_is_append_only")]

    operations = [migrations.RunSQL(GRANT, REVOKE)]
