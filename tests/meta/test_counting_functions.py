"""The functions that count over every municipality: who may call them, as whom they run, and what they give away."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from ergo import roles
from ergo.scope import scoped
from referrals.models import Person, Referral
from tests.factories import TODAY, PersonFactory, ReferralFactory
from tests.harness.register import REGISTER, Holds

pytestmark = pytest.mark.django_db

CALLED = {
    "ergo_count_long_waits",
    "ergo_count_long_waits_as_known",
    "ergo_count_life_table",
    "ergo_count_life_table_as_known",
    "ergo_count_started",
    "ergo_count_started_as_known",
    "ergo_count_waiting",
    "ergo_count_waiting_as_known",
    "ergo_count_waiting_divided",
    "ergo_count_waiting_divided_as_known",
    "ergo_count_waiting_each_day",
    "ergo_count_waiting_over_a_year",
    "ergo_count_waiting_over_a_year_as_known",
    "ergo_count_waiting_parts",
    "ergo_count_waiting_parts_as_known",
    "ergo_first_years",
    "ergo_first_years_as_known",
    "ergo_first_years_of_counties",
    "ergo_count_bands_each_day",
    "ergo_count_flow_between",
    "ergo_count_months_as_known",
    "ergo_kept_days",
    "ergo_kept_flow",
    "ergo_kept_waiting",
    "ergo_own_kept_waiting",
    "ergo_first_kept_month",
    "ergo_first_known_month",
    "ergo_check_day",
    "ergo_check_flow",
    "ergo_roll_day",
    "ergo_roll_flow",
    "ergo_drop_days",
    "ergo_freeze",
    "ergo_frozen_months",
    "ergo_frozen_waiting",
    "ergo_own_frozen_waiting",
    "ergo_own_started",
    "ergo_own_life_table",
    "ergo_own_kept_flow",
    "ergo_check_ended",
    "ergo_roll_ended",
}
STEPS = {
    "ergo_waiting",
    "ergo_waiting_as_known",
    "ergo_wait_facts",
    "ergo_wait_facts_as_known",
    "ergo_day_stats",
    "ergo_day_stats_as_known",
    "ergo_flow_stats",
    "ergo_waits",
    "ergo_place_stats",
    "ergo_ordered_waits",
    "ergo_percentiles",
    "ergo_day_cells",
    "ergo_ended",
    "ergo_start_stats",
    "ergo_ended_ages",
    "ergo_kept_ages",
    "ergo_ages",
    "ergo_flow_days",
}
# What the counting role keeps of what it has counted: it writes there and nowhere else.
KEPT = {apps.get_model(label)._meta.db_table for label in REGISTER[Holds.COUNTED]}
# Where, how divided, how many. Nothing else may ever be added here without asking what it tells of one citizen.
PLACES = {"in_scope", "county_id", "municipality_id", "place_id", "rank", "place_key"}
PARTS = {
    "mask",
    "on_day",
    "band",
    "source",
    "category_id",
    "level",
    "first_year",
    "day_of_wait",
    "split",
    "part",
    "slot",
    "is_month",
}
# When it was counted, whether it still holds; of a check, which count differs and how.
STATES = {"as_of", "is_current", "counted_as", "kept_value", "true_value"}
COUNTS = {
    "waiting",
    "waiting_before",
    "waiting_earlier",
    "over_target",
    "not_assessed",
    "over_a_year",
    "near_a_year",
    "paused",
    "median_days",
    "p90_days",
    "mean_days",  # of own staff only
    "entered",
    "served",
    "censored",
    *(
        f"{kind}{when}"
        for kind in ("referred", "started", "other_ends", "finished")
        for when in ("", "_before")
    ),
}
ODD_CALLS = [
    "ergo_count_waiting(NULL, NULL, NULL)",
    "ergo_count_waiting('0001-01-01', '{}', -1)",
    "ergo_count_waiting('9999-12-31', '{NULL,0,-1,9223372036854775807}', 0)",
    "ergo_count_waiting_parts(NULL, '{}', 9223372036854775807)",
    "ergo_count_waiting_each_day(NULL, NULL, NULL)",
    "ergo_count_waiting_each_day('{}', '{}', NULL)",
    "ergo_count_waiting_each_day('{NULL,9999-12-31,0001-01-01}', '{1}', 1)",
    "ergo_count_waiting_over_a_year(NULL)",
    "ergo_count_long_waits(NULL, NULL)",
    "ergo_count_long_waits('{NULL,9999-12-31,0001-01-01}', '{NULL,1,9223372036854775807}')",
    "ergo_count_life_table(NULL, NULL, NULL, NULL)",
    "ergo_count_life_table('2026-01-01', '2025-01-01', '{}', -1)",
    "ergo_count_life_table('0001-01-01', '9999-12-31', '{NULL,0,-1,9223372036854775807}', NULL)",
    "ergo_count_started(NULL, NULL, NULL, NULL)",
    "ergo_count_started('-infinity', 'infinity', '{1}', 9223372036854775807)",
    "ergo_count_bands_each_day(NULL)",
    "ergo_count_bands_each_day('{NULL,9999-12-31,0001-01-01}')",
    "ergo_count_flow_between('{2026-01-01}')",
    "ergo_kept_flow(NULL, NULL)",
    "ergo_kept_flow('{2026-01-01,2025-01-01}', '{-1}')",
    "ergo_kept_waiting(NULL, NULL, NULL)",
    "ergo_kept_waiting('{9999-12-31}', '{nothing}', '{NULL}')",
    "ergo_own_kept_waiting('{9999-12-31}', '{all}', NULL)",
    "ergo_own_started(NULL, NULL, NULL)",
    "ergo_own_started('9999-12-31', -1, 9223372036854775807)",
    "ergo_own_life_table(NULL, NULL)",
    "ergo_own_life_table('0001-01-01', -1)",
    "ergo_own_kept_flow(NULL, NULL)",
    "ergo_own_kept_flow('{2026-01-01,2025-01-01}', -1)",
    "ergo_check_day(NULL)",
    "ergo_drop_days(NULL)",
]


def fetch(statement: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def functions() -> dict[str, dict]:
    """All functions of the counting role, by name."""
    names = (
        "owner",
        "runs_as_owner",
        "settings",
        "app_may",
        "everybody_may",
        "owner_of_tables_may",
        "columns",
    )
    rows = fetch(
        "SELECT p.proname, pg_get_userbyid(p.proowner), p.prosecdef, p.proconfig,"
        " has_function_privilege(%s, p.oid, 'EXECUTE'),"
        " EXISTS (SELECT FROM aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0),"
        " has_function_privilege(%s, p.oid, 'EXECUTE'),"
        " ARRAY(SELECT n FROM unnest(p.proargnames, p.proargmodes) AS a (n, m) WHERE m = 't')"
        " FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
        " AND (pg_get_userbyid(p.proowner) = %s OR p.proname ~ '^ergo_(count|first|waiting|kept|roll|check)')",
        roles.APP,
        roles.OWNER,
        roles.STATS,
    )
    return {name: dict(zip(names, known, strict=True)) for name, *known in rows}


def test_the_functions_are_those_we_know() -> None:
    assert functions().keys() == CALLED | STEPS


def test_they_belong_to_a_role_that_nobody_logs_in_as() -> None:
    assert {each["owner"] for each in functions().values()} == {roles.STATS}
    rights = fetch(
        "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s",
        roles.STATS,
    )
    assert rights == [(False,) * 5]
    assert fetch("SELECT has_schema_privilege(%s, 'public', 'CREATE')", roles.STATS) == [(False,)]


def test_nobody_gets_the_counting_role_without_asking_for_it() -> None:
    """The owner of the tables may hand functions over to it; the app is no member at all."""
    members = fetch(
        "SELECT pg_get_userbyid(member), inherit_option FROM pg_auth_members"
        " WHERE pg_get_userbyid(roleid) = %s AND (inherit_option OR set_option)",
        roles.STATS,
    )
    assert (roles.APP, True) not in members
    assert (roles.APP, False) not in members
    assert not any(inherits for _member, inherits in members)


def test_the_app_may_call_them_and_not_everybody() -> None:
    for name, each in functions().items():
        assert not each["everybody_may"], name
        assert each["app_may"] is (name in CALLED), name
        assert not each["owner_of_tables_may"], name


def test_what_the_app_calls_runs_as_its_owner_with_a_path_of_its_own() -> None:
    for name, each in functions().items():
        assert each["runs_as_owner"] is (name in CALLED), name
        if name in CALLED:
            assert each["settings"] == ["search_path=pg_catalog, pg_temp"], name


def test_the_counting_role_changes_only_what_it_keeps_and_reads_no_person() -> None:
    granted = fetch(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = %s"
        " UNION SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a"
        " WHERE pg_get_userbyid(a.grantee) = %s",
        roles.STATS,
        roles.STATS,
    )
    assert granted
    assert {privilege for table, privilege in granted if table not in KEPT} == {"SELECT"}
    assert Person._meta.db_table not in {table for table, _privilege in granted}


def test_krav_11_the_counting_functions_name_places_parts_and_counts_and_nothing_else() -> None:
    """What comes out of the database for readers has no column for a row, a number, a person, a date or a text."""
    for name in CALLED:
        assert set(functions()[name]["columns"]) <= PLACES | PARTS | COUNTS | STATES, name


def test_krav_11_whoever_reads_figures_sees_no_row(municipality, category) -> None:
    """With nothing in scope the functions count everybody, and no referral, person or step of theirs can be read."""
    ReferralFactory.create_batch(12, municipality=municipality, category=category)
    with scoped():
        assert fetch(f"SELECT waiting FROM ergo_count_waiting('{TODAY}', NULL, NULL) WHERE in_scope") == [
            (12,)
        ]
        assert not Referral.objects.exists()
        assert not Person.objects.exists()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            fetch(f"SELECT * FROM ergo_waiting('{TODAY}')")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            fetch(f"SET ROLE {roles.STATS}")


def test_krav_11_the_app_has_no_right_in_what_is_kept(municipality, category) -> None:
    """Finished statistics are true counts: the app can neither read nor write them, only call what hands some out."""
    for table in KEPT:
        for statement in (
            f"SELECT * FROM {table}",
            f"DELETE FROM {table}",
            f"INSERT INTO {table} DEFAULT VALUES",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                fetch(statement)


def test_krav_11_no_percentile_is_told_of_a_few(municipality, category) -> None:
    """The median of one is that one's wait: the database tells no median of fewer than 10, no p90 of fewer than 20."""
    told = {}
    for many in (9, 10, 19, 20):
        missing = many - Referral.objects.count()
        ReferralFactory.create_batch(missing, municipality=municipality, category=category)
        told[many] = fetch(
            "SELECT DISTINCT median_days IS NOT NULL, p90_days IS NOT NULL"
            f" FROM ergo_count_waiting('{TODAY}', ARRAY[%s]::bigint[], %s)"
            " UNION SELECT DISTINCT median_days IS NOT NULL, p90_days IS NOT NULL"
            f" FROM ergo_count_waiting_parts('{TODAY}', ARRAY[%s]::bigint[], %s) WHERE category_id IS NOT NULL"
            " UNION SELECT DISTINCT median_days IS NOT NULL, p90_days IS NOT NULL"
            f" FROM ergo_count_waiting_divided('{TODAY}', ARRAY[%s]::bigint[], %s) WHERE in_scope",
            municipality.county_id,
            municipality.pk,
            municipality.county_id,
            municipality.pk,
            municipality.county_id,
            municipality.pk,
        )
    assert told == {9: [(False, False)], 10: [(True, False)], 19: [(True, False)], 20: [(True, True)]}


def test_krav_11_no_life_table_is_told_of_a_few(municipality, category) -> None:
    """Day by day it says how long each of a few has waited: nothing is told of a scope with fewer than 20 starts."""
    scopes = [("'{}'", "NULL"), (f"'{{{municipality.county_id}}}'", "NULL"), ("'{}'", municipality.pk)]
    told = {}
    for many in (1, 19, 20):
        for _missing in range(many - Referral.objects.count()):
            ReferralFactory(municipality=municipality, category=category, started=True)
        told[many] = [
            (
                len(fetch(f"SELECT * FROM ergo_count_life_table('2026-01-01', '{TODAY}', {where}, {place})"))
                > 0,
                *fetch(
                    "SELECT median_days IS NOT NULL, p90_days IS NOT NULL"
                    f" FROM ergo_count_started('2026-01-01', '{TODAY}', {where}, {place})"
                )[0],
            )
            for where, place in scopes
        ]
    assert told == {
        1: [(False, False, False)] * 3,
        19: [(False, True, False)] * 3,
        20: [(True, True, True)] * 3,
    }


@pytest.mark.parametrize("call", ODD_CALLS)
def test_odd_arguments_are_harmless(call: str, municipality, category) -> None:
    ReferralFactory(
        municipality=municipality, person=PersonFactory(municipality=municipality), category=category
    )
    with scoped():
        for row in fetch(f"SELECT * FROM {call}"):
            assert all(
                value is None or isinstance(value, (bool, int, float)) or len(str(value)) <= 10
                for value in row
            )


def test_a_table_of_the_callers_takes_no_place_of_ours(municipality, category) -> None:
    """A temporary table of the same name, or an own search path, changes no count."""
    ReferralFactory.create_batch(3, municipality=municipality, category=category)
    fetch("SELECT set_config('search_path', 'pg_temp, public', true)")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE referrals_referral (LIKE public.referrals_referral)")
    assert fetch(f"SELECT waiting FROM public.ergo_count_waiting('{TODAY}', NULL, NULL) WHERE in_scope") == [
        (3,)
    ]
