"""Seals: a hash chain over each log, made in batches, without a lock on those who write the log.

A batch is every line of transactions that had ended when it was sealed: one still open waits for the next batch, so
none is skipped. The functions belong to the owner of the tables. The app may call them, and so seal what stands
there; it may write no seal, and so forge none.
"""

from django.db import migrations

from ergo import roles

# Their owner, as whom the functions run, sees the lines of every municipality.
OF_MUNICIPALITIES = ("referrals_auditevent", "referrals_viewlog", "referrals_viewlogperson")

LAST_XACT = "18446744073709551615"

# Time zone and styles are pinned, since the hash is over the lines as text.
OPTIONS = """SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET bytea_output = 'hex'"""

DIGEST = f"""
CREATE FUNCTION ergo_log_digest(
    of_log text, above_id bigint, upto_id bigint, from_xact xid8, upto_xact xid8,
    OUT lines bigint, OUT last_id bigint, OUT digest bytea
) LANGUAGE plpgsql STABLE {OPTIONS} AS $$
DECLARE
    columns text := CASE of_log
        WHEN 'referrals_auditevent' THEN
            'id, at, xact, user_id, request_id, municipality_id, table_name, row_id, referral_id, operation, before, after'
        WHEN 'referrals_viewlog' THEN
            'id, at, xact, user_id, request_id, municipality_id, role, kind, reason, query, note'
        WHEN 'referrals_viewlogperson' THEN 'id, xact, municipality_id, view_id, person_id, number'
        WHEN 'referrals_securityevent' THEN 'id, at, xact, kind, user_id, typed, method, route, request_id, detail'
    END;
BEGIN
    IF columns IS NULL THEN
        RAISE EXCEPTION 'no such log: %', of_log USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format(
        'SELECT count(*), coalesce(max(id), 0),'
        ' sha256(coalesce(string_agg(sha256(convert_to(ROW(%s)::text, ''UTF8'')), ''''::bytea ORDER BY id), ''''))'
        ' FROM public.%I WHERE id > $1 AND id <= $2 AND xact >= $3 AND xact < $4', columns, of_log)
    INTO lines, last_id, digest USING above_id, upto_id, from_xact, upto_xact;
END $$;

CREATE FUNCTION ergo_seal_hash(seal public.referrals_logseal, hash_before bytea, digest bytea) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
    SELECT sha256(coalesce(hash_before, '') || digest || convert_to(
        ROW(seal.log, seal.at, seal.above_id, seal.from_xact, seal.upto_xact, seal.last_id, seal.lines)::text, 'UTF8'))
$$;
"""

SEAL = f"""
CREATE FUNCTION ergo_add_seal(
    of_log text, above bigint, low xid8, high xid8, hash_before bytea
) RETURNS public.referrals_logseal LANGUAGE plpgsql {OPTIONS} AS $$
DECLARE
    batch record;
    seal public.referrals_logseal;
BEGIN
    SELECT * INTO batch FROM public.ergo_log_digest(of_log, above, 9223372036854775807, low, high);
    IF batch.lines = 0 THEN
        RETURN NULL;
    END IF;
    seal.log := of_log;
    seal.at := clock_timestamp();
    seal.above_id := above;
    seal.from_xact := low;
    seal.upto_xact := high;
    seal.last_id := batch.last_id;
    seal.lines := batch.lines;
    seal.hash := public.ergo_seal_hash(seal, hash_before, batch.digest);
    INSERT INTO public.referrals_logseal (log, at, above_id, from_xact, upto_xact, last_id, lines, hash)
    VALUES (seal.log, seal.at, seal.above_id, seal.from_xact, seal.upto_xact, seal.last_id, seal.lines, seal.hash);
    RETURN seal;
END $$;

-- Seals what is not sealed yet; returns how many lines. Of two who seal at once, the second finds nothing to do.
CREATE FUNCTION ergo_seal_log(of_log text) RETURNS bigint LANGUAGE plpgsql {OPTIONS} AS $$
DECLARE
    before public.referrals_logseal;
    closing public.referrals_logseal;
    new_seal public.referrals_logseal;
    ended xid8;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ergo: seal ' || of_log));
    SELECT * INTO before FROM public.referrals_logseal WHERE log = of_log ORDER BY id DESC LIMIT 1;
    ended := pg_snapshot_xmin(pg_current_snapshot());
    IF before.upto_xact > pg_snapshot_xmax(pg_current_snapshot()) THEN
        -- Restored into another cluster, which counts its transactions from the beginning: what the old one had not
        -- sealed gets a seal of its own, and the count begins again above it.
        closing := public.ergo_add_seal(of_log, before.above_id, before.upto_xact, '{LAST_XACT}', before.hash);
        before.hash := coalesce(closing.hash, before.hash);
        SELECT max(last_id) INTO before.above_id FROM public.referrals_logseal WHERE log = of_log;
        before.upto_xact := '0';
    END IF;
    IF ended > coalesce(before.upto_xact, '0') THEN
        new_seal := public.ergo_add_seal(
            of_log, coalesce(before.above_id, 0), coalesce(before.upto_xact, '0'), ended, before.hash);
    END IF;
    RETURN coalesce(closing.lines, 0) + coalesce(new_seal.lines, 0);
END $$;
"""

VERIFY = f"""
-- Each seal of a log, with what is wrong with it: 'gap', 'added', 'removed', 'changed', or NULL.
CREATE FUNCTION ergo_verify_log(of_log text) RETURNS TABLE (seal_id bigint, problem text)
LANGUAGE plpgsql STABLE {OPTIONS} AS $$
DECLARE
    seal public.referrals_logseal;
    before public.referrals_logseal;
    highest bigint := 0;
    ceiling bigint;
    found record;
BEGIN
    FOR seal IN SELECT * FROM public.referrals_logseal WHERE log = of_log ORDER BY id LOOP
        IF seal.above_id IS DISTINCT FROM before.above_id THEN
            SELECT coalesce(min(l.above_id), 9223372036854775807) INTO ceiling
            FROM public.referrals_logseal AS l WHERE l.log = of_log AND l.above_id > seal.above_id;
        END IF;
        SELECT * INTO found FROM public.ergo_log_digest(of_log, seal.above_id, ceiling, seal.from_xact, seal.upto_xact);
        seal_id := seal.id;
        problem := CASE
            WHEN NOT (seal.above_id = coalesce(before.above_id, 0) AND seal.from_xact = coalesce(before.upto_xact, '0')
                      OR seal.above_id = highest AND seal.from_xact = '0') THEN 'gap'
            WHEN found.lines > seal.lines THEN 'added'
            WHEN found.lines < seal.lines THEN 'removed'
            WHEN seal.hash IS DISTINCT FROM public.ergo_seal_hash(seal, before.hash, found.digest) THEN 'changed'
        END;
        RETURN NEXT;
        before := seal;
        highest := greatest(highest, seal.last_id);
    END LOOP;
END $$;
"""

RIGHTS = f"""
REVOKE ALL ON FUNCTION ergo_log_digest(text, bigint, bigint, xid8, xid8), ergo_seal_log(text), ergo_verify_log(text),
    ergo_add_seal(text, bigint, xid8, xid8, bytea), ergo_seal_hash(referrals_logseal, bytea, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ergo_seal_log(text), ergo_verify_log(text) TO {roles.APP};
"""

DROP = """
DROP FUNCTION ergo_verify_log(text);
DROP FUNCTION ergo_seal_log(text);
DROP FUNCTION ergo_add_seal(text, bigint, xid8, xid8, bytea);
DROP FUNCTION ergo_seal_hash(referrals_logseal, bytea, bytea);
DROP FUNCTION ergo_log_digest(text, bigint, bigint, xid8, xid8);
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0007_logs")]

    operations = [
        *(
            migrations.RunSQL(
                f"CREATE POLICY sealed ON {table} FOR SELECT TO {roles.OWNER} USING (true)",
                f"DROP POLICY sealed ON {table}",
            )
            for table in OF_MUNICIPALITIES
        ),
        migrations.RunSQL(DIGEST + SEAL + VERIFY + RIGHTS, DROP),
    ]
