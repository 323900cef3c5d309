"""Statistics for the planner after a bulk load: ANALYZE is the owner's right, so the app calls a function of the owner.

Only PostgreSQL 17 and later can grant it otherwise (MAINTAIN), together with much that the app shall not do.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION ergo_analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own_table regclass;
BEGIN
    FOR own_table IN
        SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relpersistence = 'p' AND pg_get_userbyid(relowner) = current_user
          AND relname LIKE 'referrals\\_%'
    LOOP
        EXECUTE format('ANALYZE %s', own_table);
    END LOOP;
END $$
"""

DROP = "DROP FUNCTION ergo_analyze()"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_app_role_uses_tables")]

    operations = [migrations.RunSQL(CREATE, DROP)]
