"""Leaves, vacant posts, temporary posts and students; and what no single row can tell, refused by the database.

Nobody holds more than 1.5 årsverk at once, a leave lies within its employment, and agreements never go in a circle.
Each refusal carries the name of a constraint, which the actions and the administrators' site have words for.
"""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models

import referrals.models.periods
from ergo.postgresql.change_log import LoggedTable

FTE_SUM = """
CREATE FUNCTION ergo_refuse_fte_sum(person bigint, touched daterange) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    excess date;
BEGIN
    -- Two who add posts of one person at the same time wait for each other here.
    PERFORM FROM public.referrals_therapist WHERE id = person FOR NO KEY UPDATE;
    -- The sum only grows on the first day of an employment and on the first day back.
    SELECT min(day) INTO excess FROM (
        SELECT lower(touched) AS day
        UNION SELECT valid_from FROM public.referrals_employment WHERE therapist_id = person
        UNION SELECT away.valid_to FROM public.referrals_leave AS away
            JOIN public.referrals_employment AS held ON held.id = away.employment_id
            WHERE held.therapist_id = person
    ) AS grows
    WHERE touched @> day AND 1.5 < (
        SELECT sum(held.fte) FROM public.referrals_employment AS held
        WHERE held.therapist_id = person AND daterange(held.valid_from, held.valid_to) @> day AND NOT EXISTS (
            SELECT FROM public.referrals_leave AS away
            WHERE away.employment_id = held.id AND daterange(away.valid_from, away.valid_to) @> day
        )
    );
    IF excess IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = 'employment_fte_sum',
            MESSAGE = 'more than 1.5 årsverk at once', DETAIL = excess::text;
    END IF;
END $$;

CREATE FUNCTION ergo_refuse_employment_fte() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.ergo_refuse_fte_sum(new.therapist_id, daterange(new.valid_from, new.valid_to));
    RETURN NULL;
END $$;

CREATE FUNCTION ergo_refuse_leave_fte() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.ergo_refuse_fte_sum(held.therapist_id, daterange(old.valid_from, old.valid_to))
    FROM public.referrals_employment AS held WHERE held.id = old.employment_id;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER employment_fte_sum_added AFTER INSERT ON referrals_employment
    DEFERRABLE FOR EACH ROW EXECUTE FUNCTION ergo_refuse_employment_fte();
-- Whoever only takes away makes nothing worse.
CREATE CONSTRAINT TRIGGER employment_fte_sum AFTER UPDATE ON referrals_employment DEFERRABLE FOR EACH ROW
    WHEN (new.fte > old.fte OR new.therapist_id <> old.therapist_id
        OR NOT daterange(new.valid_from, new.valid_to) <@ daterange(old.valid_from, old.valid_to))
    EXECUTE FUNCTION ergo_refuse_employment_fte();
CREATE CONSTRAINT TRIGGER leave_fte_sum AFTER UPDATE OR DELETE ON referrals_leave
    DEFERRABLE FOR EACH ROW EXECUTE FUNCTION ergo_refuse_leave_fte();
"""

DROP_FTE_SUM = """
DROP TRIGGER leave_fte_sum ON referrals_leave;
DROP TRIGGER employment_fte_sum ON referrals_employment;
DROP TRIGGER employment_fte_sum_added ON referrals_employment;
DROP FUNCTION ergo_refuse_leave_fte(), ergo_refuse_employment_fte(), ergo_refuse_fte_sum(bigint, daterange);
"""

LEAVE_WITHIN = """
CREATE FUNCTION ergo_refuse_leave_within() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    post bigint;
BEGIN
    IF TG_TABLE_NAME = 'referrals_leave' THEN
        post := new.employment_id;
    ELSE
        post := new.id;
    END IF;
    -- Whoever changes the employment just now is waited for.
    PERFORM FROM public.referrals_employment WHERE id = post FOR SHARE;
    IF EXISTS (
        SELECT FROM public.referrals_leave AS away
        JOIN public.referrals_employment AS held ON held.id = away.employment_id
        WHERE held.id = post
            AND NOT daterange(away.valid_from, away.valid_to) <@ daterange(held.valid_from, held.valid_to)
    ) THEN
        RAISE check_violation USING CONSTRAINT = 'leave_within_employment',
            MESSAGE = 'a leave lies outside its employment';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER leave_within_employment AFTER INSERT OR UPDATE ON referrals_leave
    DEFERRABLE FOR EACH ROW EXECUTE FUNCTION ergo_refuse_leave_within();
CREATE CONSTRAINT TRIGGER employment_holds_leaves AFTER UPDATE OF valid_from, valid_to ON referrals_employment
    DEFERRABLE FOR EACH ROW EXECUTE FUNCTION ergo_refuse_leave_within();
"""

DROP_LEAVE_WITHIN = """
DROP TRIGGER employment_holds_leaves ON referrals_employment;
DROP TRIGGER leave_within_employment ON referrals_leave;
DROP FUNCTION ergo_refuse_leave_within();
"""

NO_CIRCLE = """
CREATE FUNCTION ergo_refuse_circle() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    circle bigint[];
BEGIN
    -- One at a time: each of two agreements may be right alone and close a circle with the other.
    PERFORM pg_advisory_xact_lock(hashtext('referrals_coverageagreement'));
    -- From the one that is served on to those it serves, on days that all agreements so far have in common.
    WITH RECURSIVE way (place, days, passed) AS (
        SELECT new.recipient_id, daterange(new.valid_from, new.valid_to), ARRAY[new.provider_id, new.recipient_id]
        UNION ALL
        SELECT made.recipient_id, way.days * daterange(made.valid_from, made.valid_to),
            way.passed || made.recipient_id
        FROM way JOIN public.referrals_coverageagreement AS made ON made.provider_id = way.place
            AND daterange(made.valid_from, made.valid_to) && way.days
        WHERE way.place <> new.provider_id
            AND (made.recipient_id = new.provider_id OR made.recipient_id <> ALL (way.passed))
    )
    SELECT passed INTO circle FROM way WHERE place = new.provider_id ORDER BY cardinality(passed), passed LIMIT 1;
    IF circle IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = 'agreement_no_circle', MESSAGE = 'agreements go in a circle',
            DETAIL = (
                SELECT string_agg(place.name, ' → ' ORDER BY nth)
                FROM unnest(circle) WITH ORDINALITY AS passed (id, nth)
                JOIN public.referrals_municipality AS place ON place.id = passed.id
            );
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER agreement_no_circle
    AFTER INSERT OR UPDATE OF provider_id, recipient_id, valid_from, valid_to ON referrals_coverageagreement
    DEFERRABLE FOR EACH ROW EXECUTE FUNCTION ergo_refuse_circle();
"""

DROP_NO_CIRCLE = """
DROP TRIGGER agreement_no_circle ON referrals_coverageagreement;
DROP FUNCTION ergo_refuse_circle();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0032_long_waits_as_known"),
    ]

    operations = [
        migrations.CreateModel(
            name="Leave",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="from")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True,
                        help_text="The first day back. Empty: not known yet.",
                        null=True,
                        verbose_name="to",
                    ),
                ),
            ],
            options={
                "verbose_name": "leave",
                "verbose_name_plural": "leaves",
                "ordering": ["employment", "valid_from", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Vacancy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "fte",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="1.00 is a full position.",
                        max_digits=3,
                        verbose_name="årsverk",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="vacant from")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True,
                        help_text="The first day it is filled, or is no post any more.",
                        null=True,
                        verbose_name="to",
                    ),
                ),
            ],
            options={
                "verbose_name": "vacant post",
                "verbose_name_plural": "vacant posts",
                "ordering": ["municipality", "valid_from", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="coverageagreement",
            name="agreement_fte_positive",
        ),
        migrations.AddField(
            model_name="employment",
            name="is_temporary",
            field=models.BooleanField(
                default=False,
                help_text="A substitute, or a post for a limited time.",
                verbose_name="temporary",
            ),
        ),
        migrations.AddField(
            model_name="therapist",
            name="is_student",
            field=models.BooleanField(
                default=False,
                help_text="A licence to work while still a student. It never counts as coverage.",
                verbose_name="student’s licence",
            ),
        ),
        migrations.AlterField(
            model_name="securityevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("signed_in", "Signed in"),
                    ("sign_in_failed", "Sign-in failed"),
                    ("signed_out", "Signed out"),
                    ("slowed_down", "Slowed down after many attempts"),
                    ("refused", "Refused: not allowed"),
                    ("not_found", "Refused: no such page or record"),
                    ("out_of_scope", "Refused by the database: outside the scope"),
                    ("forged_form", "Refused: form without a valid token"),
                    ("bad_request", "Refused: request that cannot be understood"),
                    ("no_role", "Signed in without a role"),
                    ("bad_redirect", "Refused: to be led on to an address that is no page here"),
                    ("not_offered", "Refused: choice or search that was not offered"),
                    ("failed", "A page failed"),
                    ("account_changed", "Password or second factor changed"),
                    ("sessions_ended", "Sessions ended"),
                    ("rights_changed", "Rights changed"),
                    ("emergency", "Emergency access"),
                    ("therapist_sought", "A therapist looked for by HPR number"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverageagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fte__isnull", True), models.Q(("fte__gt", 0), ("fte__lte", 10)), _connector="OR"
                ),
                name="agreement_fte_possible",
                violation_error_message="Årsverk must be more than 0 and at most 10. A fifth of a full position is 0.2.",
            ),
        ),
        migrations.AddConstraint(
            model_name="therapist",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_student", False), ("is_licence", True), _connector="OR"),
                name="therapist_student_has_licence",
                violation_error_message="A student has a licence, never an authorisation.",
            ),
        ),
        migrations.AddConstraint(
            model_name="therapist",
            constraint=models.UniqueConstraint(
                models.Func("hpr_number", models.Value("0"), function="ltrim"),
                name="therapist_hpr_once",
                violation_error_message="A therapist with this HPR number is registered already.",
            ),
        ),
        migrations.AddField(
            model_name="leave",
            name="employment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leaves",
                to="referrals.employment",
                verbose_name="employment",
            ),
        ),
        migrations.AddField(
            model_name="vacancy",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="vacancies",
                to="referrals.municipality",
                verbose_name="municipality",
            ),
        ),
        migrations.AddField(
            model_name="vacancy",
            name="occupation",
            field=models.ForeignKey(
                limit_choices_to={"kind": "therapist"},
                on_delete=django.db.models.deletion.PROTECT,
                to="referrals.occupation",
                verbose_name="occupation",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="leave_to_after_from",
                violation_error_message="The leave ends before it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("employment", "="),
                    (referrals.models.periods.DateRange(models.F("valid_from"), models.F("valid_to")), "&&"),
                ],
                name="leave_no_overlap",
                violation_error_message="There is a leave from this post in the period already.",
            ),
        ),
        migrations.AddIndex(
            model_name="vacancy",
            index=models.Index(fields=["municipality", "valid_from"], name="vacancy_municipality"),
        ),
        migrations.AddConstraint(
            model_name="vacancy",
            constraint=models.CheckConstraint(
                condition=models.Q(("fte__gt", 0), ("fte__lte", 1.5)),
                name="vacancy_fte_possible",
                violation_error_message="Årsverk must be more than 0 and at most 1.5.",
            ),
        ),
        migrations.AddConstraint(
            model_name="vacancy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="vacancy_to_after_from",
                violation_error_message="The vacancy ends before it begins.",
            ),
        ),
        migrations.RunSQL(FTE_SUM, DROP_FTE_SUM),
        migrations.RunSQL(LEAVE_WITHIN, DROP_LEAVE_WITHIN),
        migrations.RunSQL(NO_CIRCLE, DROP_NO_CIRCLE),
        LoggedTable("referrals_leave", register=True),
        LoggedTable("referrals_vacancy", register=True),
    ]
