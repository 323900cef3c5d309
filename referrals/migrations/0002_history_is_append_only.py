"""The history of a referral is appended to, never edited: the database refuses anything else."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION ergo_refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER referralevent_append_only BEFORE UPDATE OR DELETE ON referrals_referralevent
    FOR EACH ROW EXECUTE FUNCTION ergo_refuse_change();
"""

ALLOW = """
DROP TRIGGER referralevent_append_only ON referrals_referralevent;
DROP FUNCTION ergo_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
