"""Who may open a shielded case, who is barred from one, and opening it: each with whoever did it, and why.

None but the lifting of a barring needs the case to be open to whoever acts. Nobody acts on a citizen from whom they are
barred, nor, when they are bound to a unit, on one who has no case in it.
"""

from datetime import datetime

from django.db.models import Q

from referrals.actions.checks import check_open, check_reason
from referrals.actions.transactions import action
from referrals.choices import BarringKind, EventKind, OpeningKind, Protection
from referrals.errors import (
    Barred,
    BarredFromCitizen,
    ForeignRecord,
    NotAllowed,
    NothingChanged,
    NotOneself,
    OnlyForNamed,
    UnknownCode,
)
from referrals.models import Barring, Confidant, Opening, Person, Referral, ReferralEvent, User, staff_of
from referrals.models.shielding import STAYS_OPEN, OpeningQuerySet
from referrals.permissions import Access, Permission
from referrals.waiting import oslo_date


@action
def name_confidant(*, person_id: int, user_id: int, access: Access, by: User, at: datetime) -> Confidant:
    """Name a member of staff to open the cases of a citizen with a protected address.

    Somebody barred cannot be named; but to whoever may not open the case it is not told who is barred, since that may
    be the citizen: there the naming is written, and opens nothing as long as the barring holds.

    Raises Person.DoesNotExist, NotAllowed, Barred, NotOneself, ForeignRecord (not staff here), BarredFromCitizen or
    NothingChanged.
    """
    person = _managed(person_id, access)
    if user_id == by.pk:
        raise NotOneself(field="user_id")
    _check_staff(user_id, person, at)
    is_open = not access.is_shielded(person.pk, person.protection)
    barrings = Barring.objects.valid(oslo_date(at)).filter(person=person, user_id=user_id)
    if is_open and barrings.exists():
        raise BarredFromCitizen(field="user_id")
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

    Somebody who is barred already stays so, which is told only where the case is open: else one could find out who is
    barred by trying, and so whose case it is.
    Raises Person.DoesNotExist, NotAllowed, Barred, ForeignRecord, UnknownCode, ReasonRequired or NothingChanged.
    """
    person = _managed(person_id, access)
    if kind not in BarringKind:
        raise UnknownCode(field="kind", value=kind)
    reason = check_reason(reason, field="reason", least=1)
    _check_staff(user_id, person, at)
    today = oslo_date(at)
    if there := Barring.objects.valid(today).filter(person=person, user_id=user_id).first():
        if access.is_shielded(person.pk, person.protection):
            return there
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

    Raises Barring.DoesNotExist, NotAllowed, Barred (nobody lifts their own), or Shielded: who is barred from a citizen
    with a protected address is known only to whoever has the case open.
    """
    today = oslo_date(at)
    barring = Barring.objects.valid(today).select_for_update(of=("self",)).get(pk=barring_id)
    check_open(_managed(barring.person_id, access), access)
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
    """Open the cases of a citizen with a protected address, as somebody named for it; those of the user's units.

    Raises Referral.DoesNotExist, Barred, NotAllowed (not named, or another unit's), ReasonRequired or ReasonTooShort.
    """
    referral = _shielded(referral_id, access)
    if is_elsewhere(access, referral) or not is_named(referral.person_id, by):
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
    """Close before the time is out: one's own opening, or as a manager anybody's whose openings one reads.

    Raises Opening.DoesNotExist (also when it has run out), Barred, or NotAllowed.
    """
    opening = Opening.objects.running(at).select_for_update(of=("self",)).get(pk=opening_id)
    if opening.person_id in access.shield.barred:
        raise Barred
    if opening.user_id != by.pk:
        access.check(Permission.END_OPENINGS, opening.municipality_id)
        if not overseen(access, opening.municipality_id).filter(pk=opening.pk).exists():
            raise NotAllowed
    opening.ended_at, opening.ended_by = at, by
    opening.save(update_fields=["ended_at", "ended_by"])
    return opening


def overseen(access: Access, municipality_id: int) -> OpeningQuerySet:
    """The openings in the municipality that the user may read about; the user's own always.

    A manager of a unit reads those of citizens who have a case in it, or one in no unit: else nobody would. Of those
    from whom the user is barred none: the reason tells about them.
    """
    openings = Opening.objects.filter(municipality=municipality_id).exclude(person__in=access.shield.barred)
    bound = access.units(municipality_id, Permission.SEE_OPENINGS)
    if bound is None:
        return openings
    own = Referral.objects.within_reach_of(access).filter(municipality=municipality_id)
    own = own.filter(Q(unit__in=bound) | Q(unit__isnull=True))
    return openings.filter(Q(person__in=own.values("person_id")) | Q(user=access.user_id))


def _managed(person_id: int, access: Access) -> Person:
    """The citizen, whose shielding the user may manage. Two who manage it at once wait for each other.

    Raises Person.DoesNotExist, Barred, or NotAllowed: also for a citizen all of whose cases are other units'.
    """
    person = Person.objects.visible_to(access).select_for_update(of=("self",)).get(pk=person_id)
    access.check(Permission.SHIELD, person.municipality_id)
    if person.pk in access.shield.barred:
        raise Barred
    own = Referral.objects.within_units_of(access).filter(person=person)
    if access.units(person.municipality_id) is not None and not own.exists():
        raise NotAllowed
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
    """Whether the case is shielded from the user, and not opened with a reason, or another unit's.

    Emergency access is the only way into other units: whoever is named may be so by deeds of their own.
    """
    if access.is_shielded(referral.person_id, referral.person.protection):
        return True
    return is_elsewhere(access, referral) and referral.person_id not in access.shield.emergency


def is_elsewhere(access: Access, referral: Referral) -> bool:
    """Whether the case is another unit's than the user's, also while emergency access has opened it."""
    return access.is_outside_units(referral.municipality_id, referral.unit_id)


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
