"""The citizen's own access log (innsynslogg): every time somebody saw them here, who it was, when, where and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from referrals.choices import ViewKind, ViewReason
from referrals.identity import Identifier
from referrals.models import Person, Referral, User, ViewLogPerson
from referrals.permissions import Access, Permission, Role


@dataclass(frozen=True)
class Opening:
    """One time the citizen was on a page that somebody opened.

    `numbers` are the citizen's own referrals that were shown, if any was.
    """

    at: datetime
    who: str
    role: str
    page: str
    reason: str
    numbers: tuple[str, ...]


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

    Whoever is bound to a unit reads the log of those who have a case there.
    """
    citizens = Person.objects.visible_to(access).with_identifier(identifier, municipality_id)
    if access.units(municipality_id) is not None:
        citizens = citizens.filter(pk__in=Referral.objects.visible_to(access).values("person_id"))
    return citizens.values_list("pk", flat=True).first()


def is_closed_to(access: Access, person_id: int) -> bool:
    """Whether the log is closed to the user, as the citizen's cases are: barred, or protected and not opened.

    Of somebody protected the log alone says nothing; whoever sees no citizens reads it.
    """
    if person_id in access.shield.barred:
        return True
    person = Person.objects.visible_to(access).filter(pk=person_id).first()
    return person is not None and access.is_shielded(person.pk, person.protection)


def build(person_id: int, municipality_id: int, access: Access) -> list[Opening]:
    """Every opening of the citizen in the municipality, newest first; of others nothing."""
    rows = ViewLogPerson.objects.visible_to(access).of_person(person_id, municipality_id)
    by_view: dict[int, list[ViewLogPerson]] = {}
    for row in rows:
        by_view.setdefault(row.view_id, []).append(row)
    names = _names(lines[0].view.user_id for lines in by_view.values())
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
    )


def _names(user_ids: Iterable[int]) -> dict[int, str]:
    """Users by id. One who is gone has no name any more, and their openings are shown all the same."""
    users = User.objects.in_bulk(set(user_ids))
    return {pk: user.get_full_name() or user.username for pk, user in users.items()}
