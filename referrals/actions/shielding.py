"""Who may open a shielded case, who is barred from one, and opening it: each with whoever did it, and why.

None of these needs the case to be open to whoever acts; nobody acts on a citizen from whom they are barred.
"""

from datetime import datetime

from referrals.actions.checks import check_reason
from referrals.actions.transactions import action
from referrals.choices import BarringKind, EventKind, OpeningKind, Protection
from referrals.errors import (
    Barred,
    ForeignRecord,
    NotAllowed,
    NothingChanged,
    NotOneself,
    OnlyForNamed,
    UnknownCode,
)
from referrals.models import Barring, Confidant, Opening, Person, Referral, ReferralEvent, User, staff_of
from referrals.models.shielding import STAYS_OPEN
from referrals.permissions import Access, Permission
from referrals.waiting import oslo_date


@action
def name_confidant(*, person_id: int, user_id: int, access: Access, by: User, at: datetime) -> Confidant:
    """Name a member of staff to open the cases of a citizen with a protected address.

    Raises Person.DoesNotExist, NotAllowed, Barred, NotOneself, ForeignRecord (not staff here) or NothingChanged.
    """
    person = _managed(person_id, access)
    if user_id == by.pk:
        raise NotOneself(field="user_id")
    _check_staff(user_id, person, at)
    if Confidant.objects.present().filter(person=person, user_id=user_id).exists():
        raise NothingChanged(field="user_id")
    return name(person, user_id=user_id, by=by, at=at)


def name(person: Person, *, user_id: int, by: User, at: datetime) -> Confidant:
    """The bare deed of naming, for actions that have asked what they must ask."""
    return Confidant.objects.create(
        municipality_id=person.municipality_id, person=person, user_id=user_id, named_at=at, named_by=by
    )


@action
def dismiss_confidant(*, confidant_id: int, access: Access, by: User, at: datetime) -> Confidant:
    """Take the naming back; what the user has open as a named person closes at once.

    Raises Confidant.DoesNotExist, NotAllowed or Barred.
    """
    confidant = Confidant.objects.present().select_for_update(of=("self",)).get(pk=confidant_id)
    person = _managed(confidant.person_id, access)
    confidant.dismissed_at, confidant.dismissed_by = at, by
    confidant.save(update_fields=["dismissed_at", "dismissed_by"])
    _end_openings(person, confidant.user_id, by=by, at=at, kind=OpeningKind.NAMED)
    return confidant


@action
def bar(
    *, person_id: int, user_id: int, kind: str, reason: str, access: Access, by: User, at: datetime
) -> Barring:
    """Bar a member of staff from the citizen's cases from today on, and close what they have open.

    Raises Person.DoesNotExist, NotAllowed, Barred, ForeignRecord, UnknownCode, ReasonRequired or NothingChanged.
    """
    person = _managed(person_id, access)
    if kind not in BarringKind:
        raise UnknownCode(field="kind", value=kind)
    reason = check_reason(reason, field="reason", least=1)
    _check_staff(user_id, person, at)
    today = oslo_date(at)
    if Barring.objects.valid(today).filter(person=person, user_id=user_id).exists():
        raise NothingChanged(field="user_id")
    _end_openings(person, user_id, by=by, at=at)
    return Barring.objects.create(
        municipality_id=person.municipality_id,
        person=person,
        user_id=user_id,
        kind=kind,
        reason=reason,
        valid_from=today,
        registered_at=at,
        registered_by=by,
    )


@action
def lift(*, barring_id: int, access: Access, by: User, at: datetime) -> Barring:
    """Lift a barring: from today on it does not hold.

    Raises Barring.DoesNotExist, NotAllowed, or Barred: nobody lifts their own.
    """
    today = oslo_date(at)
    barring = Barring.objects.valid(today).select_for_update(of=("self",)).get(pk=barring_id)
    _managed(barring.person_id, access)
    barring.valid_to, barring.lifted_by = today, by
    barring.save(update_fields=["valid_to", "lifted_by"])
    return barring


@action
def change_protection(
    *, person_id: int, protection: str, reason: str, access: Access, by: User, at: datetime
) -> Person:
    """Protect the citizen's address, change the kind of protection, or take it away; the reason stands in the history.

    An address that is protected is changed by somebody named only: others would open the case to themselves by it.
    Raises Person.DoesNotExist, NotAllowed, Barred, OnlyForNamed, UnknownCode, ReasonRequired, ReasonTooShort or
    NothingChanged.
    """
    person = _managed(person_id, access)
    before = person.protection
    if protection not in Protection:
        raise UnknownCode(field="protection", value=protection)
    if person.is_address_protected and not is_named(person.pk, by):
        raise OnlyForNamed
    reason = check_reason(reason, field="reason")
    if protection == before:
        raise NothingChanged(field="protection")
    person.protection = protection
    person.save(update_fields=["protection"])
    name_who_protects(person, before, by=by, at=at)
    _write_in_history(person, before, reason, by=by, at=at)
    return person


def _write_in_history(person: Person, before: str, reason: str, *, by: User, at: datetime) -> None:
    """In each of the citizen's cases, since it holds for all of them."""
    ReferralEvent.objects.bulk_create(
        ReferralEvent(
            municipality_id=person.municipality_id,
            referral=referral,
            kind=EventKind.CORRECTED,
            happened_on=oslo_date(at),
            registered_at=at,
            registered_by=by,
            details={"changes": {"protection": [before, person.protection]}},
            note=reason,
        )
        for referral in Referral.objects.filter(person=person)
    )


@action
def open_case(*, referral_id: int, reason: str, access: Access, by: User, at: datetime) -> Opening:
    """Open the cases of a citizen with a protected address, as somebody named for it.

    Raises Referral.DoesNotExist, Barred, NotAllowed (not named), ReasonRequired or ReasonTooShort.
    """
    referral = _shielded(referral_id, access)
    if not is_named(referral.person_id, by):
        raise NotAllowed
    return _opened(referral, OpeningKind.NAMED, reason, by=by, at=at)


@action
def break_glass(*, referral_id: int, reason: str, access: Access, by: User, at: datetime) -> Opening:
    """Emergency access (nødtilgang): staff open a case that is shielded from them. Manager and privacy officer see it.

    Raises Referral.DoesNotExist, Barred, NotAllowed, ReasonRequired or ReasonTooShort.
    """
    referral = _shielded(referral_id, access)
    access.check(Permission.BREAK_GLASS, referral.municipality_id)
    return _opened(referral, OpeningKind.EMERGENCY, reason, by=by, at=at)


@action
def end_opening(*, opening_id: int, access: Access, by: User, at: datetime) -> Opening:
    """Close before the time is out: one's own opening, or as a manager anybody's.

    Raises Opening.DoesNotExist (also when it has run out), Barred, or NotAllowed.
    """
    opening = Opening.objects.running(at).select_for_update(of=("self",)).get(pk=opening_id)
    if opening.person_id in access.shield.barred:
        raise Barred
    if opening.user_id != by.pk:
        access.check(Permission.END_OPENINGS, opening.municipality_id)
    opening.ended_at, opening.ended_by = at, by
    opening.save(update_fields=["ended_at", "ended_by"])
    return opening


def _managed(person_id: int, access: Access) -> Person:
    """The citizen, whose shielding the user may manage. Two who manage it at once wait for each other."""
    person = Person.objects.visible_to(access).select_for_update(of=("self",)).get(pk=person_id)
    access.check(Permission.SHIELD, person.municipality_id)
    if person.pk in access.shield.barred:
        raise Barred
    return person


def _check_staff(user_id: int, person: Person, at: datetime) -> None:
    """The user has a role with cases in the citizen's municipality today. Raises ForeignRecord."""
    if not staff_of(person.municipality_id, on=oslo_date(at)).filter(pk=user_id).exists():
        raise ForeignRecord(field="user_id")


def _shielded(referral_id: int, access: Access) -> Referral:
    """The referral, which is shielded from the user but not barred. Raises Barred, or NotAllowed when it is open."""
    referral = Referral.objects.within_reach_of(access).select_related("person").get(pk=referral_id)
    if referral.person_id in access.shield.barred:
        raise Barred
    if not is_closed_to(access, referral):
        raise NotAllowed
    return referral


def is_named(person_id: int, user: User) -> bool:
    """Whether the user is named now to open the citizen's cases."""
    return Confidant.objects.present().filter(person=person_id, user=user).exists()


def is_closed_to(access: Access, referral: Referral) -> bool:
    """Whether the case is shielded from the user, or another unit's, and not opened with a reason."""
    if access.is_shielded(referral.person_id, referral.person.protection):
        return True
    is_elsewhere = access.is_outside_units(referral.municipality_id, referral.unit_id)
    return is_elsewhere and referral.person_id not in access.shield.opened


def _opened(referral: Referral, kind: OpeningKind, reason: str, *, by: User, at: datetime) -> Opening:
    return Opening.objects.create(
        municipality_id=referral.municipality_id,
        person_id=referral.person_id,
        user=by,
        kind=kind,
        number=referral.number,
        reason=check_reason(reason, field="reason"),
        opened_at=at,
        expires_at=at + STAYS_OPEN[kind],
    )


def _end_openings(person: Person, user_id: int, *, by: User, at: datetime, **narrowed: str) -> None:
    running = Opening.objects.running(at).filter(person=person, user_id=user_id, **narrowed)
    running.update(ended_at=at, ended_by=by)


def name_who_protects(person: Person, before: str, *, by: User, at: datetime) -> None:
    """Whoever writes down that an address is protected knows it already, and is the first who is named.

    `before` is the protection until now. Without this, nobody could open the case but by emergency access. It holds
    the first time only: of somebody who was protected before, those who were named then decide.
    """
    if before != Protection.NONE or person.protection == Protection.NONE:
        return
    if not Confidant.objects.filter(person=person).exists():
        name(person, user_id=by.pk, by=by, at=at)
