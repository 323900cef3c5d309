"""The citizen's own access log (innsynslogg): every time somebody saw them here, who it was, when, where and why."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from referrals.choices import ViewKind, ViewReason
from referrals.identity import Identifier
from referrals.keyring import ring
from referrals.models import Person, Referral, ViewLogPerson
from referrals.permissions import Access, Permission, Role
from referrals.reports.logs import names_of


@dataclass(frozen=True)
class Opening:
    """One time the citizen was on a page that somebody opened.

    `numbers` are the citizen's own referrals that were shown, if any was. `note` is the reason in the user's own words,
    where the user was asked for it.
    """

    at: datetime
    who: str
    role: str
    page: str
    reason: str
    numbers: tuple[str, ...]
    note: str = ""


def citizen_behind(number: str, municipality_id: int, access: Access) -> int | None:
    """Whom a referral number of the municipality is about; None where the user may see neither case nor log of it.

    Whoever reads logs and no cases there finds the citizen in the log: a referral that nobody opened has nothing to
    show. To whoever reads cases, one that they do not see is nobody's.
    """
    rows: QuerySet = ViewLogPerson.objects.visible_to(access)
    if access.can(Permission.SEE_CASES, municipality_id):
        rows = Referral.objects.visible_to(access)
    found = rows.filter(municipality_id=municipality_id, number=number)
    return found.values_list("person_id", flat=True).first()


def citizen_with(identifier: Identifier, municipality_id: int, access: Access) -> int | None:
    """Who has the identity number in the municipality; None where the user may see neither that citizen nor a case.

    Whoever reads logs and no cases there has no citizen in scope, and is told by the database which one it is.
    """
    if not access.can(Permission.SEE_CASES, municipality_id):
        return citizen_known_by(identifier, municipality_id)
    citizens = Person.objects.visible_to(access).with_identifier(identifier, municipality_id)
    person_id = citizens.values_list("pk", flat=True).first()
    if person_id is None or is_elsewhere(access, person_id, municipality_id):
        return None
    return person_id


def is_elsewhere(access: Access, person_id: int, municipality_id: int) -> bool:
    """Whether the user is bound to a unit of the municipality and the citizen has no case there."""
    if access.units(municipality_id) is None:
        return False
    here = Referral.objects.visible_to(access).filter(municipality_id=municipality_id)
    return not here.filter(person_id=person_id).exists()


def is_closed_to(access: Access, person_id: int) -> bool:
    """Whether the log is closed to the user, as the citizen's cases are: barred, or protected and not opened.

    Of somebody protected the log alone says nothing; whoever sees no citizens reads it.
    """
    if person_id in access.shield.barred:
        return True
    person = Person.objects.visible_to(access).filter(pk=person_id).first()
    return person is not None and access.is_shielded(person.pk, person.protection)


def citizen_known_by(identifier: Identifier, municipality_id: int) -> int | None:
    """Who has the identity number in a municipality whose logs are in scope, also where no person of it is."""
    with connection.cursor() as cursor:
        index = ring().index(identifier.digits, municipality_id)
        cursor.execute("SELECT ergo_citizen_known_by(%s, %s)", [municipality_id, index])
        found: int | None = cursor.fetchone()[0]
    return found


def build(person_id: int, municipality_id: int, access: Access) -> list[Opening]:
    """Every opening of the citizen in the municipality, newest first; of others nothing."""
    rows = ViewLogPerson.objects.visible_to(access).of_person(person_id, municipality_id)
    by_view: dict[int, list[ViewLogPerson]] = {}
    for row in rows:
        by_view.setdefault(row.view_id, []).append(row)
    names = names_of(lines[0].view.user_id for lines in by_view.values())
    return [_opening(lines, names) for lines in by_view.values()]


def _opening(lines: list[ViewLogPerson], names: dict[int, str]) -> Opening:
    view = lines[0].view
    return Opening(
        at=view.at,
        who=names.get(view.user_id, f"#{view.user_id}"),
        role=str(Role(view.role).label),
        page=str(ViewKind(view.kind).label),
        reason=str(ViewReason(view.reason).label),
        numbers=tuple(sorted({line.number for line in lines if line.number})),
        note=" ".join(view.note.split()),
    )
