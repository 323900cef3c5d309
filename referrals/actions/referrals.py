"""Registering a referral, and correcting what was registered."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from referrals.actions import persons
from referrals.actions.cases import TEXTS, Case
from referrals.actions.checks import check_day, check_open, check_values
from referrals.actions.persons import PersonData
from referrals.actions.transactions import action
from referrals.choices import SUBSTANTIVE, EventKind, Handling, Move, Status
from referrals.errors import (
    DateAfter,
    DateMissing,
    DuplicateOpenElsewhere,
    DuplicateOpenReferral,
    ForeignRecord,
    NothingChanged,
    ReasonRequired,
    RegisteredLate,
)
from referrals.models import (
    Category,
    Municipality,
    NumberSeries,
    Person,
    PreliminaryReply,
    PriorityTarget,
    Referral,
    Submission,
    Unit,
    User,
    Validation,
    WaitPause,
)
from referrals.permissions import Access, Permission
from referrals.waiting import LATE_ENTRY_DAYS, oslo_date, wait_end


@dataclass(frozen=True, kw_only=True)
class ReferralData:
    """What a referral says when it comes in; the shape is checked, the rules are not yet.

    `received_on` is the day the municipality received it; `seniority_on` the day it was first received anywhere for
    this need, None: the same day. `unit` None: that of whoever registers it, where they are bound to one.
    """

    received_on: date
    category: Category
    source: str
    channel: str
    handling: str = Handling.REFERRAL
    urgency: str = ""
    reason: str = ""
    what_matters: str = ""
    referrer_name: str = ""
    referrer_phone: str = ""
    external_reference: str = ""
    seniority_on: date | None = None
    unit: Unit | None = None

    def values(self) -> dict[str, Any]:
        """The columns of a referral, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"seniority_on": self.seniority_on or self.received_on}


REGISTERED = tuple(field.name for field in fields(ReferralData))
CHECKED = ("source", "channel", "handling", "urgency", *TEXTS)
# Dates that later moves wrote. A correction may move one that stands, never take it away or invent it.
MOVED_DATES = ("prioritised_on", "started_on", "closed_on")


@action
def register(
    *,
    municipality: Municipality,
    person: Person | PersonData,
    data: ReferralData,
    access: Access,
    by: User,
    at: datetime,
    submission: UUID | None = None,
    accept_duplicate: bool = False,
    note: str = "",
    late_because: str = "",
) -> Referral:
    """Register a referral of a citizen, who is registered with it when `person` is data.

    A citizen who was referred in the category before and is referred anew has a new clock, and a link to the former.
    `submission` is the key of the form: sent again, it leads to the referral of the first time, and nothing is
    written. `note` is for the history: why a second one. So is `late_because`: why it is registered only now, which
    must be said of what was received more than 30 days ago.

    Raises DuplicateOpenReferral, unless accepted, when the citizen has an open referral in the category, and
    DuplicateOpenElsewhere where only other units have one; RegisteredLate; NotAllowed, Shielded, ForeignRecord,
    FutureDate, DateTooOld, DateBefore, DateAfter, UnknownCode, InvalidValue; and what `persons.register` raises.
    """
    access.check(Permission.REGISTER, municipality.pk)
    # The lock comes first: of two who register at once, the second sees what the first has saved.
    series = _locked_series(municipality, oslo_date(at).year)
    if submission and (saved := _saved_before(municipality, submission)):
        return saved
    if isinstance(person, Person):
        check_open(person, access)
    else:
        person = persons.register(municipality=municipality, data=person, access=access, by=by, at=at)
    if person.municipality_id != municipality.pk:
        raise ForeignRecord(field="person")
    referral = Referral(municipality=municipality, person=person, registered_at=at, registered_by=by)
    _fill(
        referral, data.values() | {"unit": data.unit or _own_unit(municipality, access)}, today=oslo_date(at)
    )
    referral.former = former_of(referral)
    _check_not_late(referral, late_because, today=oslo_date(at))
    if not accept_duplicate:
        _check_no_open(referral, access)
    referral.number = _next_number(series)
    why = "\n".join(filter(None, (note.strip(), late_because.strip())))
    Case.new(referral, by=by, at=at).save(EventKind.RECEIVED, on=referral.received_on, note=why)
    if submission:
        Submission.objects.create(
            municipality=municipality, key=submission, user=by, referral=referral, created_at=at
        )
    return referral


@action
def correct(
    *,
    referral_id: int,
    version: int,
    changes: ReferralData | Mapping[str, Any],
    reason: str,
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Correct what was registered; `reason` says why, for the history, and must be written.

    `changes` are all registered facts as ReferralData, or some of them by name, among them also `prioritised_on`,
    `started_on` and `closed_on` where the referral has them. The seniority date follows a corrected received date
    when the two were equal. The priority stays only if the key on the day of receipt has that level for the category;
    otherwise the referral has to be assessed again.

    Raises Referral.DoesNotExist, NotAllowed, StaleVersion, ReasonRequired, NothingChanged, FutureDate, DateTooOld,
    DateBefore, DateAfter, UnknownCode or InvalidValue.
    """
    if not reason.strip():
        raise ReasonRequired
    case = Case.take(Move.CORRECT, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral = case.referral
    values = changes.values() if isinstance(changes, ReferralData) else dict(changes)
    moved = {name: values.pop(name) for name in MOVED_DATES if name in values}
    if referral.seniority_on == referral.received_on:
        values.setdefault("seniority_on", values.get("received_on", referral.received_on))
    _fill(referral, values, today=case.today)
    _move_dates(referral, moved, today=case.today)
    _check_received_first(referral)
    drop_impossible_priority(case)
    _link_anew(case)
    if not case.changes() and not case.changed_texts():
        raise NothingChanged
    return case.save(EventKind.CORRECTED, on=case.today, note=reason, pauses=_keep_with_the_wait(case))


def _own_unit(municipality: Municipality, access: Access) -> Unit | None:
    """Where a case goes that somebody bound to a unit registers: there, or they would not see it themselves."""
    bound = access.units(municipality.pk)
    return Unit.objects.filter(pk__in=bound).order_by("name", "pk").first() if bound else None


def _locked_series(municipality: Municipality, year: int) -> NumberSeries:
    """The municipality's numbers of the year, locked until the transaction ends."""
    NumberSeries.objects.get_or_create(municipality=municipality, year=year)
    return NumberSeries.objects.select_for_update().get(municipality=municipality, year=year)


def _next_number(series: NumberSeries) -> str:
    series.last += 1
    series.save(update_fields=["last"])
    return f"{series.year}-{series.last:06}"


def _saved_before(municipality: Municipality, submission: UUID) -> Referral | None:
    """The referral that this form was saved as already."""
    earlier = Submission.objects.filter(municipality=municipality, key=submission).select_related("referral")
    return next((form.referral for form in earlier), None)


def _check_not_late(referral: Referral, because: str, *, today: date) -> None:
    """Raise RegisteredLate when it was received long ago and nobody has said why it is registered only now."""
    days = (today - referral.received_on).days
    if days > LATE_ENTRY_DAYS and not because.strip():
        raise RegisteredLate(field="late_because", days=days)


def _check_no_open(referral: Referral, access: Access) -> None:
    """Raise DuplicateOpenReferral when the citizen has open referrals in the category: with those the user may see."""
    same = Referral.objects.open().filter(
        municipality=referral.municipality, person=referral.person, category=referral.category
    )
    if found := list(same.open_to(access).order_by("received_on", "pk")):
        raise DuplicateOpenReferral(number=found[0].number, referrals=found)
    if same.exists():
        raise DuplicateOpenElsewhere


def former_of(referral: Referral) -> Referral | None:
    """The referral after which this one is a re-referral: the citizen's in the category that was closed last by then.

    Closed by the day of receipt, in the municipality, by whichever unit; duplicates and errors never were a need.
    """
    same = Referral.objects.counted().filter(
        municipality=referral.municipality,
        person=referral.person,
        category=referral.category,
        closed_on__lte=referral.received_on,
    )
    return same.exclude(pk=referral.pk).order_by("-closed_on", "-pk").first()


def _link_anew(case: Case) -> None:
    """The former referral follows from the day of receipt and the category."""
    if {"category", "received_on"} & set(case.changes()):
        case.referral.former = former_of(case.referral)


def _fill(referral: Referral, values: Mapping[str, Any], *, today: date) -> None:
    """Put registered facts on the referral, after checking each and that they fit each other."""
    unknown = set(values) - set(REGISTERED)
    if unknown:
        raise ValueError(f"not facts of a registration: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(referral, name, value)
    birth_date = referral.person.birth_date
    check_day(referral.received_on, field="received_on", today=today, earliest=birth_date)
    check_day(referral.seniority_on, field="seniority_on", today=today, earliest=birth_date)
    if referral.seniority_on > referral.received_on:
        raise DateAfter(field="seniority_on", latest=referral.received_on)
    check_values(referral, CHECKED)
    if referral.unit and referral.unit.municipality_id != referral.municipality_id:
        raise ForeignRecord(field="unit")


def _move_dates(referral: Referral, moved: Mapping[str, date | None], *, today: date) -> None:
    """Correct dates that moves wrote; each must stand already, and fit the others as they now are."""
    for name, day in moved.items():
        if getattr(referral, name) is None:
            raise ValueError(f"the referral has no {name} to correct")
        if day is None:
            raise DateMissing(field=name)
        setattr(referral, name, day)
    for name in moved:
        earliest = referral.started_on if name == "closed_on" else None
        check_day(getattr(referral, name), field=name, today=today, earliest=earliest or referral.received_on)
    if referral.started_on and referral.closed_on and referral.started_on > referral.closed_on:
        raise DateAfter(field="started_on", latest=referral.closed_on)


def _check_received_first(referral: Referral) -> None:
    """Nothing happened to a referral before it was received. Raises DateAfter."""
    happened = [referral.prioritised_on, referral.assigned_on, referral.started_on, referral.closed_on]
    happened += [pause.started_on for pause in referral.pauses.all()]
    happened += PreliminaryReply.objects.filter(referral=referral).values_list("sent_on", flat=True)
    happened += Validation.objects.filter(referral=referral).values_list("asked_on", flat=True)
    happened += referral.information_requests.values_list("asked_on", flat=True)
    happened += referral.risk_events.standing().values_list("happened_on", flat=True)
    first = min([oslo_date(referral.registered_at), *(day for day in happened if day)])
    if referral.received_on > first:
        raise DateAfter(field="received_on", latest=first)


def drop_impossible_priority(case: Case) -> None:
    """Without such a level in the key for the category and day of receipt, the referral is not assessed."""
    referral, changed = case.referral, case.changes()
    if referral.priority is None or not ({"category", "received_on"} & set(changed)):
        return
    targets = PriorityTarget.objects.in_force(
        referral.municipality_id, referral.category_id, referral.received_on
    )
    if targets.filter(level=referral.priority).exists():
        return
    referral.priority = referral.prioritised_on = None
    if referral.status == Status.WAITING:
        referral.status = Status.RECEIVED


def _keep_with_the_wait(case: Case) -> list[WaitPause]:
    """Move the first contact with a corrected start, and let no pause outlast the wait. Returns changed pauses."""
    referral = case.referral
    first = referral.contacts.filter(kind__in=SUBSTANTIVE).order_by("held_on", "pk").first()
    if first and referral.started_on and first.held_on != referral.started_on:
        first.held_on = referral.started_on
        first.save(update_fields=["held_on"])
    end = wait_end(referral.started_on, referral.closed_on)
    return case.end_pauses(end) if end else []
