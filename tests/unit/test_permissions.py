"""Who may do what where."""

import pytest

from referrals.choices import Move
from referrals.errors import NotAllowed
from referrals.permissions import (
    MOVE_PERMISSIONS,
    MUNICIPAL_ROLES,
    NO_ACCESS,
    ROLE_PERMISSIONS,
    Access,
    Grant,
    Permission,
    Role,
)

P = Permission
HERE, ELSEWHERE = 1, 2

# Each role, and every permission it holds; what is not listed, it does not hold.
TABLE = {
    Role.COORDINATOR: {
        P.SEE_CASES,
        P.REGISTER,
        P.TRIAGE,
        P.ASSIGN,
        P.WORK_CASES,
        P.CORRECT,
        P.SEE_LOGS,
        P.SHIELD,
        P.BREAK_GLASS,
        P.SEE_DASHBOARD,
        P.SEE_COVERAGE,
        P.COMPARE_KEYS,
        P.SEE_PRIORITY_KEY,
        P.SEE_STAFF,
        P.EDIT_STAFF,
        P.REPORT_DEVIATIONS,
        P.MEND_DATA,
        P.SHARE_VIEWS,
        P.EDIT_LETTERS,
    },
    Role.THERAPIST: {
        P.SEE_CASES,
        P.REGISTER,
        P.WORK_CASES,
        P.BREAK_GLASS,
        P.SEE_CASELOAD,
        P.SEE_DASHBOARD,
        P.SEE_COVERAGE,
        P.COMPARE_KEYS,
        P.SEE_PRIORITY_KEY,
        P.SEE_STAFF,
    },
    Role.MANAGER: {
        P.SEE_CASES,
        P.ASSIGN,
        P.SHIELD,
        P.BREAK_GLASS,
        P.SEE_OPENINGS,
        P.SEE_RIGHTS,
        P.END_OPENINGS,
        P.SEE_LOGS,
        P.CONTROL_LOGS,
        P.SEE_DASHBOARD,
        P.SEE_COVERAGE,
        P.COMPARE_KEYS,
        P.SEE_PRIORITY_KEY,
        P.EDIT_PRIORITY_KEY,
        P.SEE_STAFF,
        P.EDIT_STAFF,
        P.REPORT_DEVIATIONS,
        P.MEND_DATA,
        P.SHARE_VIEWS,
        P.EDIT_LETTERS,
    },
    Role.PRIVACY_OFFICER: {
        P.SEE_OPENINGS,
        P.SEE_RIGHTS,
        P.SEE_LOGS,
        P.CONTROL_LOGS,
        P.SEE_COVERAGE,
        P.SEE_PRIORITY_KEY,
        P.COMPARE_KEYS,
    },
    Role.COUNTY_READER: {P.SEE_AGGREGATES, P.SEE_COVERAGE, P.COMPARE_KEYS},
    Role.NATIONAL_READER: {P.SEE_AGGREGATES, P.SEE_COVERAGE, P.COMPARE_KEYS},
    Role.ADMINISTRATOR: {P.ADMINISTER, P.SEE_COVERAGE, P.COMPARE_KEYS},
}
ABOUT_PERSONS = {
    P.SEE_CASES,
    P.REGISTER,
    P.TRIAGE,
    P.ASSIGN,
    P.WORK_CASES,
    P.CORRECT,
    P.SHIELD,
    P.BREAK_GLASS,
    P.SEE_OPENINGS,
    P.SEE_RIGHTS,
    P.END_OPENINGS,
    P.SEE_CASELOAD,
    P.SEE_LOGS,
    P.CONTROL_LOGS,
    P.SEE_STAFF,
    P.EDIT_STAFF,
    P.REPORT_DEVIATIONS,
    P.MEND_DATA,
    P.SHARE_VIEWS,
    P.EDIT_LETTERS,
}


def access(role: Role) -> Access:
    """Somebody with the role: in the municipality HERE when it is a municipal one."""
    return Access(user_id=1, grants=(Grant(role, HERE if role in MUNICIPAL_ROLES else None),))


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_holds_exactly_the_permissions_of_the_table(role: Role, permission: Permission) -> None:
    assert access(role).can(permission) == (permission in TABLE[role])


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_check_refuses_exactly_what_can_denies(role: Role, permission: Permission) -> None:
    if access(role).can(permission):
        access(role).check(permission)
    else:
        with pytest.raises(NotAllowed):
            access(role).check(permission)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", sorted(MUNICIPAL_ROLES))
def test_a_municipal_role_reaches_no_other_municipality(role: Role, permission: Permission) -> None:
    assert access(role).can(permission, HERE) == (permission in TABLE[role])
    assert not access(role).can(permission, ELSEWHERE)


@pytest.mark.parametrize("role", sorted(set(Role) - MUNICIPAL_ROLES))
def test_a_role_without_municipality_reaches_no_persons(role: Role) -> None:
    assert not ROLE_PERMISSIONS[role] & ABOUT_PERSONS
    assert not access(role).municipality_ids(P.SEE_CASES)


@pytest.mark.parametrize("move", Move)
def test_whoever_may_make_a_move_may_see_the_case(move: Move) -> None:
    for permissions in ROLE_PERMISSIONS.values():
        assert MOVE_PERMISSIONS[move] not in permissions or P.SEE_CASES in permissions


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("role", Role)
def test_moves_ask_for_their_permission_in_the_municipality(role: Role, move: Move) -> None:
    allowed = MOVE_PERMISSIONS[move] in TABLE[role]
    assert access(role).can_move(move, HERE) == allowed
    assert not access(role).can_move(move, ELSEWHERE)
    if not allowed:
        with pytest.raises(NotAllowed):
            access(role).check_move(move, HERE)


def test_rights_of_several_roles_add_up_each_in_its_place() -> None:
    both = Access(grants=(Grant(Role.THERAPIST, HERE), Grant(Role.COORDINATOR, ELSEWHERE)))
    assert both.municipality_ids(P.WORK_CASES) == {HERE, ELSEWHERE}
    assert both.municipality_ids(P.TRIAGE) == {ELSEWHERE}


def test_a_county_reader_reaches_the_figures_of_the_own_counties_only() -> None:
    reader = Access(grants=(Grant(Role.COUNTY_READER, county_ids=frozenset({3, 4})),))
    assert reader.county_ids(P.SEE_AGGREGATES) == {3, 4}
    assert not reader.is_national(P.SEE_AGGREGATES)


def test_a_national_reader_reaches_the_figures_of_the_country() -> None:
    assert access(Role.NATIONAL_READER).is_national(P.SEE_AGGREGATES)


def test_only_the_national_reader_is_national_where_everybody_sees_coverage() -> None:
    assert [role for role in Role if access(role).is_national(P.SEE_COVERAGE)] == [Role.NATIONAL_READER]


@pytest.mark.parametrize("permission", Permission)
def test_nobody_may_do_nothing(permission: Permission) -> None:
    assert not NO_ACCESS.can(permission)
    assert not NO_ACCESS.can(permission, HERE)
