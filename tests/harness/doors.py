"""Whom each address of the product opens for: the table that the tests of tests/meta walk through."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.urls import reverse

from referrals.choices import Move
from referrals.models import Municipality
from referrals.permissions import STAFF_ROLES, Role
from referrals.views.moves import SLUGS
from tests.factories import LONG_AGO
from tests.harness.addresses import Address, all_addresses

Roles = frozenset[Role]

NUMBER = "2026-000123"
TOKEN = UUID(int=7)

EVERY_ROLE = frozenset(Role)
MUNICIPAL = STAFF_ROLES
REGISTERS = frozenset({Role.COORDINATOR, Role.THERAPIST})
READERS = frozenset({Role.COUNTY_READER, Role.NATIONAL_READER})


@dataclass(frozen=True)
class Door:
    """Whom an address opens for; it answers the others 403.

    `also_without_role`: anybody who is signed in. `elsewhere`: those of its roles whom it opens for also in a
    municipality of another county; the others get 404 there. `slug` is a value of the address, `method` what opens it.
    `by_county`: its code is a county's.
    """

    roles: Roles
    method: str = "get"
    also_without_role: bool = False
    elsewhere: Roles = frozenset()
    slug: str = ""
    is_public: bool = False
    by_county: bool = False


COORDINATORS = frozenset({Role.COORDINATOR})
STAFFING = frozenset({Role.COORDINATOR, Role.MANAGER})
MOVES = {
    Move.PRIORITISE: COORDINATORS,
    Move.ASSIGN: STAFFING,
    Move.PAUSE: REGISTERS,
    Move.RESUME: REGISTERS,
    Move.REVIEW: REGISTERS,
    Move.START: REGISTERS,
    Move.NO_SHOW: REGISTERS,
    Move.REPLY: REGISTERS,
    Move.REQUEST: REGISTERS,
    Move.CAME: REGISTERS,
    Move.ASK: REGISTERS,
    Move.ANSWER: REGISTERS,
    Move.CLOSE: REGISTERS,
    Move.REOPEN: REGISTERS,
    Move.NEXT_STEP: REGISTERS,
    Move.RISK: REGISTERS,
    Move.RISK_ERROR: REGISTERS,
    Move.MERGE: COORDINATORS,
    Move.CORRECT: COORDINATORS,
}

PUBLIC = Door(EVERY_ROLE, also_without_role=True, is_public=True)
ANYBODY = Door(EVERY_ROLE, also_without_role=True)

DOORS = {
    "start": ANYBODY,
    "account_login": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "sso_leave": PUBLIC,
    "sso_return": PUBLIC,
    "sso_turned_away": PUBLIC,
    "sign_in_demo": PUBLIC,
    "sign_out": PUBLIC,
    "language": PUBLIC,
    "colour_scheme": PUBLIC,
    "single_keys": Door(EVERY_ROLE, method="post", also_without_role=True),
    "accessibility": PUBLIC,
    "privacy": PUBLIC,
    "definitions": PUBLIC,
    "open_data": PUBLIC,
    "open_data_file": PUBLIC,
    "mfa_index": ANYBODY,
    "account_change_password": ANYBODY,
    "mfa_activate_totp": ANYBODY,
    "mfa_deactivate_totp": ANYBODY,
    "mfa_add_webauthn": ANYBODY,
    "mfa_remove_webauthn": ANYBODY,
    "mfa_view_recovery_codes": ANYBODY,
    "mfa_generate_recovery_codes": ANYBODY,
    "account_digest": Door(EVERY_ROLE, method="post", also_without_role=True),
    "account_sessions": ANYBODY,
    "account_reauthenticate": ANYBODY,
    "mfa_reauthenticate": ANYBODY,
    "mfa_reauthenticate_webauthn": ANYBODY,
    "health_live": PUBLIC,
    "health_ready": PUBLIC,
    "waitlist": Door(MUNICIPAL),
    "long_waits": Door(MUNICIPAL),
    "deadlines": Door(MUNICIPAL),
    "deviations": Door(MUNICIPAL),
    "deviation_withdraw": Door(STAFFING),
    "data_quality": Door(STAFFING),
    "data_quality_decide": Door(STAFFING, slug="two_open"),
    "saved_views": Door(MUNICIPAL),
    "saved_view": Door(MUNICIPAL),
    "waitlist_search": Door(MUNICIPAL, method="post"),
    "chosen": Door(MUNICIPAL, method="post"),
    "chosen_move": Door(STAFFING, slug=SLUGS[Move.ASSIGN]),
    "chosen_undo": Door(MUNICIPAL, method="post"),
    "waitlist_on_day": Door(MUNICIPAL),
    "waitlist_moved": Door(MUNICIPAL),
    "intake_meeting": Door(COORDINATORS),
    "referral_new": Door(REGISTERS),
    "referral_citizen": Door(REGISTERS, method="post"),
    "referral_register": Door(REGISTERS),
    "referral_draft_discard": Door(REGISTERS, method="post"),
    "referral": Door(MUNICIPAL),
    "letter": Door(REGISTERS, slug="time"),
    "sent_letter": Door(MUNICIPAL),
    "referral_move": Door(MOVES[Move.PRIORITISE], slug=SLUGS[Move.PRIORITISE]),
    "referral_cell": Door(STAFFING, slug=SLUGS[Move.ASSIGN]),
    "access_log": Door(frozenset({Role.COORDINATOR, Role.MANAGER, Role.PRIVACY_OFFICER})),
    "access_log_find": Door(frozenset({Role.COORDINATOR, Role.MANAGER, Role.PRIVACY_OFFICER})),
    "read_log": Door(frozenset({Role.MANAGER, Role.PRIVACY_OFFICER})),
    "change_log": Door(frozenset({Role.MANAGER, Role.PRIVACY_OFFICER})),
    "referral_shielded": Door(MUNICIPAL),
    "referral_emergency": Door(MUNICIPAL),
    "referral_shielding": Door(frozenset({Role.COORDINATOR, Role.MANAGER})),
    "openings": Door(frozenset({Role.MANAGER, Role.PRIVACY_OFFICER})),
    "rights": Door(frozenset({Role.MANAGER, Role.PRIVACY_OFFICER})),
    "priority_key": Door(MUNICIPAL | {Role.PRIVACY_OFFICER}),
    "priority_key_new": Door(frozenset({Role.MANAGER})),
    "priority_key_correct": Door(frozenset({Role.MANAGER})),
    "priority_key_withdraw": Door(frozenset({Role.MANAGER})),
    "priority_keys": Door(EVERY_ROLE),
    "letter_texts": Door(STAFFING),
    "letter_text": Door(STAFFING, slug="mottatt"),
    "letter_head": Door(STAFFING),
    "staffing": Door(MUNICIPAL),
    "workloads": Door(STAFFING),
    "overtaken": Door(STAFFING),
    "staffing_find": Door(STAFFING),
    "staffing_employ": Door(STAFFING),
    "staffing_therapist": Door(STAFFING),
    "staffing_leave": Door(STAFFING),
    "staffing_new": Door(STAFFING, slug="avtale"),
    "staffing_change": Door(STAFFING, slug="avtale"),
    "staffing_end": Door(STAFFING, slug="avtale"),
    "opening_end": Door(MUNICIPAL, method="post"),
    "caseload": Door(frozenset({Role.THERAPIST})),
    "dashboard": Door(MUNICIPAL | READERS),
    "dashboard_nation": Door(frozenset({Role.NATIONAL_READER})),
    "dashboard_counties": Door(frozenset({Role.COUNTY_READER})),
    "dashboard_county": Door(READERS, elsewhere=frozenset({Role.NATIONAL_READER}), by_county=True),
    "dashboard_municipality": Door(MUNICIPAL | READERS, elsewhere=frozenset({Role.NATIONAL_READER})),
    "month_ends": Door(MUNICIPAL),
    "month_ends_county": Door(READERS, elsewhere=frozenset({Role.NATIONAL_READER}), by_county=True),
    "month_ends_nation": Door(frozenset({Role.NATIONAL_READER})),
    "development_nation": Door(frozenset({Role.NATIONAL_READER})),
    "development_counties": Door(frozenset({Role.COUNTY_READER})),
    "development_county": Door(READERS, elsewhere=frozenset({Role.NATIONAL_READER}), by_county=True),
    "development_municipality": Door(MUNICIPAL | READERS, elsewhere=frozenset({Role.NATIONAL_READER})),
    "distribution_nation": Door(frozenset({Role.NATIONAL_READER})),
    "distribution_counties": Door(frozenset({Role.COUNTY_READER})),
    "distribution_county": Door(READERS, elsewhere=frozenset({Role.NATIONAL_READER}), by_county=True),
    "distribution": Door(MUNICIPAL),
    "period_nation": Door(frozenset({Role.NATIONAL_READER})),
    "period_counties": Door(frozenset({Role.COUNTY_READER})),
    "period_county": Door(READERS, elsewhere=frozenset({Role.NATIONAL_READER}), by_county=True),
    "period": Door(MUNICIPAL | READERS, elsewhere=frozenset({Role.NATIONAL_READER})),
    "comparison": Door(READERS),
    "comparison_municipality": Door(MUNICIPAL),
    "long_waits_figures": Door(READERS),
    "long_waits_county": Door(READERS, elsewhere=frozenset({Role.NATIONAL_READER}), by_county=True),
    "official_statistics": Door(frozenset({Role.ADMINISTRATOR})),
    "official_statistics_preview": Door(frozenset({Role.ADMINISTRATOR})),
    "coverage": Door(EVERY_ROLE),
    "coverage_series": Door(EVERY_ROLE),
    "coverage_municipality": Door(EVERY_ROLE, elsewhere=EVERY_ROLE),
}

ADDRESSES = {address.name: address for address in all_addresses() if not address.name.startswith("admin:")}
ADMIN = [
    address for address in all_addresses() if address.name.startswith("admin:") and address.name != "admin:"
]
SHUT = [name for name in ADDRESSES if name in DOORS and not DOORS[name].is_public]

# The address of a move is a page for each of them.
MOVE_DOORS = [
    ("referral_move", replace(DOORS["referral_move"], roles=MOVES[move], slug=slug))
    for move, slug in SLUGS.items()
]
SHUT_DOORS = [*((name, DOORS[name]) for name in SHUT if name != "referral_move"), *MOVE_DOORS]


def address_of(name: str, place: Municipality, door: Door | None = None) -> str:
    """The address in a municipality; of a move, the page of the door's own."""
    door = door or DOORS[name]
    code = place.county.code if door.by_county else place.code
    values = {
        "code": code,
        "number": NUMBER,
        "token": TOKEN,
        "slug": door.slug,
        "language": "nb",
        "pk": 1,
        "name": "entra",
        "opening": 1,
        "day": LONG_AGO,
        "dataset": "dekning",
        "kind": "csv",
    }
    return reverse(name, kwargs={key: values[key] for key in ADDRESSES[name].values})


def address_in_admin(address: Address) -> str:
    """A page of the administration, about the row with the id 1."""
    values = {"app_label": "referrals", "object_id": "1", "id": "1", "content_type_id": "1", "url": "x"}
    return reverse(address.name, kwargs={name: values[name] for name in address.values})
