"""Who may do what where. Knows no model: an `Access` is read from the memberships, once per request.

Each question has two faces: `can(...)` for hiding a button, `check(...)` which raises for refusing the action.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referrals.choices import Move, Protection
from referrals.errors import NotAllowed


class Role(TextChoices):
    """What a person is in Ergo; a person may hold several, in several places."""

    COORDINATOR = "coordinator", _("Intake coordinator")
    THERAPIST = "therapist", _("Occupational therapist")
    MANAGER = "manager", _("Manager")
    PRIVACY_OFFICER = "privacy_officer", _("Privacy officer")
    COUNTY_READER = "county_reader", _("County reader")
    NATIONAL_READER = "national_reader", _("National reader")
    ADMINISTRATOR = "administrator", _("Administrator")


# Those who work with the cases of a municipality, and those who have a role in one.
STAFF_ROLES = frozenset({Role.COORDINATOR, Role.THERAPIST, Role.MANAGER})
MUNICIPAL_ROLES = STAFF_ROLES | {Role.PRIVACY_OFFICER}


class Permission(StrEnum):
    """One thing a role may do. Those up to SEE_DASHBOARD are asked about one municipality."""

    SEE_CASES = auto()
    REGISTER = auto()
    TRIAGE = auto()
    ASSIGN = auto()
    WORK_CASES = auto()
    CORRECT = auto()
    SHIELD = auto()
    BREAK_GLASS = auto()
    SEE_OPENINGS = auto()
    SEE_RIGHTS = auto()
    END_OPENINGS = auto()
    SEE_CASELOAD = auto()
    SEE_LOGS = auto()
    SEE_PRIORITY_KEY = auto()
    EDIT_PRIORITY_KEY = auto()
    SEE_STAFF = auto()
    EDIT_STAFF = auto()
    REPORT_DEVIATIONS = auto()
    MEND_DATA = auto()
    SHARE_VIEWS = auto()
    EDIT_LETTERS = auto()
    CONTROL_LOGS = auto()
    SEE_DASHBOARD = auto()
    SEE_AGGREGATES = auto()
    SEE_COVERAGE = auto()
    COMPARE_KEYS = auto()
    ADMINISTER = auto()


P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.COORDINATOR: frozenset(
        {
            P.SEE_CASES,
            P.REGISTER,
            P.TRIAGE,
            P.ASSIGN,
            P.WORK_CASES,
            P.CORRECT,
            P.SEE_LOGS,
            P.SHIELD,
            P.BREAK_GLASS,
            P.SEE_PRIORITY_KEY,
            P.SEE_STAFF,
            P.EDIT_STAFF,
            P.REPORT_DEVIATIONS,
            P.MEND_DATA,
            P.SHARE_VIEWS,
            P.EDIT_LETTERS,
            P.SEE_DASHBOARD,
            P.SEE_COVERAGE,
            P.COMPARE_KEYS,
        }
    ),
    Role.THERAPIST: frozenset(
        {
            P.SEE_CASES,
            P.REGISTER,
            P.WORK_CASES,
            P.BREAK_GLASS,
            P.SEE_CASELOAD,
            P.SEE_PRIORITY_KEY,
            P.SEE_STAFF,
            P.SEE_DASHBOARD,
            P.SEE_COVERAGE,
            P.COMPARE_KEYS,
        }
    ),
    Role.MANAGER: frozenset(
        {
            P.SEE_CASES,
            P.ASSIGN,
            P.SHIELD,
            P.BREAK_GLASS,
            P.SEE_OPENINGS,
            P.SEE_RIGHTS,
            P.END_OPENINGS,
            P.SEE_LOGS,
            P.SEE_PRIORITY_KEY,
            P.EDIT_PRIORITY_KEY,
            P.SEE_STAFF,
            P.EDIT_STAFF,
            P.REPORT_DEVIATIONS,
            P.MEND_DATA,
            P.SHARE_VIEWS,
            P.EDIT_LETTERS,
            P.CONTROL_LOGS,
            P.SEE_DASHBOARD,
            P.SEE_COVERAGE,
            P.COMPARE_KEYS,
        }
    ),
    # Logs and no case: the scope of such a user holds no municipality's persons (ergo.scope).
    Role.PRIVACY_OFFICER: frozenset(
        {
            P.SEE_OPENINGS,
            P.SEE_RIGHTS,
            P.SEE_LOGS,
            P.CONTROL_LOGS,
            P.SEE_PRIORITY_KEY,
            P.SEE_COVERAGE,
            P.COMPARE_KEYS,
        }
    ),
    Role.COUNTY_READER: frozenset({P.SEE_AGGREGATES, P.SEE_COVERAGE, P.COMPARE_KEYS}),
    Role.NATIONAL_READER: frozenset({P.SEE_AGGREGATES, P.SEE_COVERAGE, P.COMPARE_KEYS}),
    Role.ADMINISTRATOR: frozenset({P.ADMINISTER, P.SEE_COVERAGE, P.COMPARE_KEYS}),
}

MOVE_PERMISSIONS: dict[Move, Permission] = {
    Move.PRIORITISE: P.TRIAGE,
    Move.ASSIGN: P.ASSIGN,
    Move.PAUSE: P.WORK_CASES,
    Move.RESUME: P.WORK_CASES,
    Move.REVIEW: P.WORK_CASES,
    Move.START: P.WORK_CASES,
    Move.NO_SHOW: P.WORK_CASES,
    Move.REPLY: P.WORK_CASES,
    Move.REQUEST: P.WORK_CASES,
    Move.CAME: P.WORK_CASES,
    Move.ASK: P.WORK_CASES,
    Move.ANSWER: P.WORK_CASES,
    Move.CLOSE: P.WORK_CASES,
    Move.REOPEN: P.WORK_CASES,
    Move.NEXT_STEP: P.WORK_CASES,
    Move.RISK: P.WORK_CASES,
    Move.RISK_ERROR: P.WORK_CASES,
    Move.MERGE: P.CORRECT,
    Move.CORRECT: P.CORRECT,
}


@dataclass(frozen=True)
class Grant:
    """One valid membership: a role in a municipality or a unit of it, in some counties, or in the nation (neither)."""

    role: Role
    municipality_id: int | None = None
    county_ids: frozenset[int] = frozenset()
    unit_id: int | None = None

    @property
    def sees_cases(self) -> bool:
        """Whether the role works with cases, so that its unit is a limit."""
        return Permission.SEE_CASES in ROLE_PERMISSIONS[self.role]


@dataclass(frozen=True)
class Shield:
    """Whom a user must not see, and who is open to the user all the same, as ids of persons.

    `barred`: own and relatives' cases, and those of citizens who want it so; nothing opens them. `named` and
    `emergency`: opened with a reason that is written down, for a while that has not run out, by somebody named for the
    citizen or by emergency access. Only the latter reaches into other units than the user's.
    """

    barred: frozenset[int] = frozenset()
    named: frozenset[int] = frozenset()
    emergency: frozenset[int] = frozenset()

    @property
    def opened(self) -> frozenset[int]:
        """Those whose protected address is no hindrance just now, however they were opened."""
        return self.named | self.emergency


NO_SHIELD = Shield()


@dataclass(frozen=True)
class Access:
    """Everything a user may do on a day. Empty: nothing. Built by `models.access`, never by hand outside tests."""

    user_id: int | None = None
    therapist_id: int | None = None
    grants: tuple[Grant, ...] = ()
    shield: Shield = field(default=NO_SHIELD, compare=False)

    def municipality_ids(self, permission: Permission) -> frozenset[int]:
        """The municipalities whose persons or cases the permission reaches."""
        return frozenset(g.municipality_id for g in self._with(permission) if g.municipality_id is not None)

    def units(
        self, municipality_id: int, permission: Permission = Permission.SEE_CASES
    ) -> frozenset[int] | None:
        """To which units' cases the permission is limited in the municipality; None: reaches those of all, and of none.

        Somebody who holds it there in one role without a unit is limited to none. A unit limits whoever sees cases.
        """
        here = [grant for grant in self._with(permission) if grant.municipality_id == municipality_id]
        limits = {grant.unit_id if grant.sees_cases else None for grant in here} or {None}
        bound = frozenset(unit_id for unit_id in limits if unit_id is not None)
        return None if None in limits else bound

    def is_outside_units(self, municipality_id: int, unit_id: int | None) -> bool:
        """Whether a case of the municipality belongs to a unit that is not the user's.

        A case without a unit waits for intake to place it: it is everybody's who is not bound, and the coordinators'.
        """
        bound = self.units(municipality_id)
        if bound is None or unit_id in bound:
            return False
        return unit_id is not None or not self.can(Permission.TRIAGE, municipality_id)

    def county_ids(self, permission: Permission) -> frozenset[int]:
        """The counties in which the permission reaches figures, never persons."""
        return frozenset().union(*(g.county_ids for g in self._with(permission)))

    def is_national(self, permission: Permission) -> bool:
        """Whether the permission reaches the figures of the whole country."""
        return any(g.role == Role.NATIONAL_READER for g in self._with(permission))

    def can(self, permission: Permission, municipality_id: int | None = None) -> bool:
        """Whether the permission is held: in the municipality when one is named, else anywhere."""
        if municipality_id is None:
            return any(True for _grant in self._with(permission))
        return municipality_id in self.municipality_ids(permission)

    def check(self, permission: Permission, municipality_id: int | None = None) -> None:
        """Raise NotAllowed unless the permission is held."""
        if not self.can(permission, municipality_id):
            raise NotAllowed

    def role_with(self, permission: Permission, municipality_id: int) -> Role | None:
        """In which role the user holds the permission in the municipality, for the logs; the first of several."""
        held = {grant.role for grant in self._with(permission) if grant.municipality_id == municipality_id}
        return next((role for role in Role if role in held), None)

    def can_move(self, move: Move, municipality_id: int) -> bool:
        """Whether the user may make the move in the municipality; the state is `choices.can_move`'s question."""
        return self.can(MOVE_PERMISSIONS[move], municipality_id)

    def check_move(self, move: Move, municipality_id: int) -> None:
        """Raise NotAllowed unless the user may make the move in the municipality."""
        self.check(MOVE_PERMISSIONS[move], municipality_id)

    def is_shielded(self, person_id: int, protection: str) -> bool:
        """Whether this person is hidden from the user. In SQL: `open_to` and `with_shield`."""
        if person_id in self.shield.barred:
            return True
        return protection != Protection.NONE and person_id not in self.shield.opened

    def has_role(self, role: Role) -> bool:
        """Only for choosing a start page; what one may do is asked by permission."""
        return any(grant.role == role for grant in self.grants)

    def places_of(self, role: Role) -> frozenset[int]:
        """The municipalities in which the user has the role; for choosing a start page, as above."""
        held = (grant.municipality_id for grant in self.grants if grant.role == role)
        return frozenset(place for place in held if place is not None)

    def _with(self, permission: Permission) -> Iterable[Grant]:
        return (grant for grant in self.grants if permission in ROLE_PERMISSIONS[grant.role])


NO_ACCESS = Access()
