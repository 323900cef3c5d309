"""The change log holds no sealed value, and what must be unique begins with the municipality everywhere.

A log keeps for ever what it once wrote: under a key that has leaked and been replaced it would still give the numbers
away. So a sealed value is logged as a password is, only as changed. Rows from before are rid of theirs here, which
breaks their seals: the chain of that log begins anew, and its first line says so and how the old chain ended.
"""

import django.contrib.postgres.constraints
from django.db import migrations, models

import referrals.models.periods

# What the log never holds: a password's hash, and what keys could open.
SECRET = "ARRAY['password', 'identifier_sealed', 'identifier_index']"

# As in 0007_logs, but for SECRET. What a table's triggers name besides is left out altogether.
FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION ergo_log_added() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.referrals_auditevent (table_name, row_id, municipality_id, referral_id, operation, after)
    SELECT TG_TABLE_NAME, a.id,
           CASE TG_ARGV[0] WHEN 'register' THEN NULL ELSE (r.row ->> 'municipality_id')::bigint END,
           CASE TG_TABLE_NAME WHEN 'referrals_referral' THEN a.id ELSE (r.row ->> 'referral_id')::bigint END,
           'I', r.row - {SECRET} - 'last_login' - TG_ARGV[1:]
    FROM added a, LATERAL (SELECT to_jsonb(a)) AS r (row);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ergo_log_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old_row jsonb := to_jsonb(old) - 'last_login' - TG_ARGV[1:];
    new_row jsonb := to_jsonb(new) - 'last_login' - TG_ARGV[1:];
    was jsonb;
    became jsonb;
BEGIN
    SELECT jsonb_object_agg(n.key, CASE WHEN n.key <> ALL ({SECRET}) THEN old_row -> n.key END),
           jsonb_object_agg(n.key, CASE WHEN n.key <> ALL ({SECRET}) THEN n.value END)
    INTO was, became
    FROM jsonb_each(new_row) AS n WHERE n.value IS DISTINCT FROM old_row -> n.key;
    IF became IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.referrals_auditevent
        (table_name, row_id, municipality_id, referral_id, operation, before, after)
    VALUES (TG_TABLE_NAME, new.id,
            CASE TG_ARGV[0] WHEN 'register' THEN NULL ELSE (new_row ->> 'municipality_id')::bigint END,
            CASE TG_TABLE_NAME WHEN 'referrals_referral' THEN new.id ELSE (new_row ->> 'referral_id')::bigint END,
            'U', was, became);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ergo_log_removed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old_row jsonb := to_jsonb(old) - {SECRET} - 'last_login' - TG_ARGV[1:];
BEGIN
    INSERT INTO public.referrals_auditevent (table_name, row_id, municipality_id, referral_id, operation, before)
    VALUES (TG_TABLE_NAME, old.id,
            CASE TG_ARGV[0] WHEN 'register' THEN NULL ELSE (old_row ->> 'municipality_id')::bigint END,
            CASE TG_TABLE_NAME WHEN 'referrals_referral' THEN old.id ELSE (old_row ->> 'referral_id')::bigint END,
            'D', old_row);
    RETURN NULL;
END $$;
"""

# Nothing happens where no line holds a sealed value. The old chain is asked whether it held before it goes: what was
# wrong with it must not be forgotten with it. Copies of its seals that are kept outside are told to be gone, rightly.
CLEAR = f"""
SET LOCAL ergo.data_migration = 'on';

DO $$
DECLARE
    cleared bigint;
    last_line bigint;
    broken bigint;
    last_seal public.referrals_logseal;
BEGIN
    SELECT count(*) INTO broken FROM public.ergo_verify_log('referrals_auditevent') WHERE problem IS NOT NULL;
    WITH done AS (
        UPDATE public.referrals_auditevent SET
            before = CASE operation WHEN 'U' THEN (
                SELECT jsonb_object_agg(key, CASE WHEN key <> ALL ({SECRET}) THEN value END) FROM jsonb_each(before)
            ) ELSE before - {SECRET} END,
            after = CASE operation WHEN 'U' THEN (
                SELECT jsonb_object_agg(key, CASE WHEN key <> ALL ({SECRET}) THEN value END) FROM jsonb_each(after)
            ) ELSE after - {SECRET} END
        WHERE table_name = 'referrals_person' AND COALESCE(
            before ->> 'identifier_sealed', before ->> 'identifier_index',
            after ->> 'identifier_sealed', after ->> 'identifier_index') IS NOT NULL
        RETURNING id
    )
    SELECT count(*), max(id) INTO cleared, last_line FROM done;
    IF cleared = 0 THEN
        RETURN;
    END IF;
    SELECT * INTO last_seal FROM public.referrals_logseal
    WHERE log = 'referrals_auditevent' ORDER BY id DESC LIMIT 1;
    DELETE FROM public.referrals_logseal WHERE log = 'referrals_auditevent';
    INSERT INTO public.referrals_auditevent (table_name, row_id, operation, before, after)
    VALUES ('referrals_auditevent', last_line, 'U',
        jsonb_build_object('last_seal', last_seal.id, 'hash', encode(last_seal.hash, 'hex'), 'broken_seals', broken),
        jsonb_build_object('lines_changed', cleared, 'reason',
            '0022_walls_mended took sealed identity numbers out of the log; its chain of seals begins anew'));
END $$;
"""

REPLY, ONCE = "referrals_preliminaryreply", "referrals_preliminaryreply_referral_id_key"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0021_estimate_as_known")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {REPLY} DROP CONSTRAINT {ONCE}",
            f"ALTER TABLE {REPLY} ADD CONSTRAINT {ONCE} UNIQUE (referral_id)",
        ),
        migrations.AddIndex(
            model_name="preliminaryreply",
            index=models.Index(fields=["referral"], name="preliminary_reply_referral"),
        ),
        migrations.AddConstraint(
            model_name="preliminaryreply",
            constraint=models.UniqueConstraint(
                fields=("municipality", "referral"), name="preliminary_reply_once"
            ),
        ),
        migrations.RemoveConstraint(model_name="waitpause", name="pause_no_overlap"),
        migrations.AddConstraint(
            model_name="waitpause",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        referrals.models.periods.IdRange("municipality", "municipality", models.Value("[]")),
                        "&&",
                    ),
                    (referrals.models.periods.IdRange("referral", "referral", models.Value("[]")), "&&"),
                    (referrals.models.periods.DateRange("started_on", "ended_on"), "&&"),
                ],
                name="pause_no_overlap",
                violation_error_message="The referral is already on hold in this period.",
            ),
        ),
        # What was left out stays so: the version before gets along with it.
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(CLEAR, migrations.RunSQL.noop),
    ]
