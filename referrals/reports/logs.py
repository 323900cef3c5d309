"""The logs of a municipality as whoever goes through them reads them: who looked at what, and who changed which facts.

No line names a citizen, and none holds a value: referrals are told by number. Somebody who is barred from a citizen
reads nothing of that citizen's lines; nor does a manager of a unit, of a citizen who has cases in other units only.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from referrals.choices import ViewKind
from referrals.models import (
    Barring,
    BulkRow,
    ChangeByName,
    Confidant,
    Contact,
    DeviationReport,
    InformationRequest,
    Membership,
    Opening,
    PauseReview,
    Person,
    PreliminaryReply,
    Referral,
    RightAsItIs,
    RiskEvent,
    SentLetter,
    User,
    Validation,
    ViewLog,
    ViewLogPerson,
    WaitPause,
    end_of,
)
from referrals.models.person import NAME_WORDS
from referrals.norwegian import sort_key
from referrals.permissions import Access, Permission

MOST_NUMBERS = 5  # of the referrals on one page that somebody opened; a list has fifty

# The kinds of row that are about a citizen, by the name they have in an address.
RECORDS: dict[str, type[Model]] = {
    str(model._meta.model_name): model
    for model in (
        Person,
        Referral,
        WaitPause,
        Contact,
        PreliminaryReply,
        InformationRequest,
        PauseReview,
        Validation,
        RiskEvent,
        Confidant,
        Barring,
        Opening,
        BulkRow,
        DeviationReport,
        RightAsItIs,
        SentLetter,
    )
}
BY_TABLE = {model._meta.db_table: model for model in RECORDS.values()}

# Columns that the database or the program keeps for itself.
TECHNICAL = frozenset(
    {
        "id",
        "municipality_id",
        "referral_id",
        "person_id",
        "pause_id",
        "registered_at",
        "registered_by_id",
        "version",
        "changed_at",
        "wait_end",
        "name_key",
        *NAME_WORDS,
        "identifier_index",
        "identifier_kind",
        # Of a decision about shielding the sentence says about whom it is, and the line who made it and when.
        "user_id",
        "named_at",
        "named_by_id",
        "dismissed_by_id",
        "lifted_by_id",
        "opened_at",
        "ended_by_id",
    }
)


@dataclass(frozen=True)
class Asked:
    """What a log is narrowed to; `since` and `until` are days in Norway, both inclusive. None or empty: everything."""

    who: int | None = None
    since: date | None = None
    until: date | None = None
    kind: str = ""


@dataclass(frozen=True)
class Seen:
    """Whom a page showed: some of them by the number of a referral, and how many citizens and numbers more."""

    named: tuple[ViewLogPerson, ...] = ()
    more: int = 0


def views_of(municipality_id: int, access: Access, asked: Asked) -> QuerySet[ViewLog]:
    """Each time somebody opened a page with citizens of the municipality, newest first."""
    rows = _narrowed(ViewLog.objects.visible_to(access).filter(municipality_id=municipality_id), asked)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if _is_limited(municipality_id, access):
        lines = ViewLogPerson.objects.filter(municipality_id=municipality_id, view_id=OuterRef("pk"))
        rows = rows.filter(Exists(_told(lines, municipality_id, access)) | ~Exists(lines))
    return rows.order_by("-pk")


def seen_in(views: Sequence[ViewLog], municipality_id: int, access: Access) -> dict[int, Seen]:
    """Whom each of these pages showed, by its id. A page of the read log is told without: it would repeat this one."""
    told = [view.pk for view in views if view.kind != ViewKind.READ_LOG]
    rows = ViewLogPerson.objects.visible_to(access).filter(municipality_id=municipality_id, view_id__in=told)
    by_view: dict[int, list[ViewLogPerson]] = defaultdict(list)
    for row in _told(rows, municipality_id, access).order_by("-number", "pk"):
        by_view[row.view_id].append(row)
    return {pk: _seen(found) for pk, found in by_view.items()}


def changes_of(municipality_id: int, access: Access, asked: Asked) -> QuerySet[ChangeByName]:
    """Each change of a row about a citizen of the municipality, newest first."""
    own = ChangeByName.objects.visible_to(access).filter(municipality_id=municipality_id)
    rows = _narrowed(own.filter(table_name__in=BY_TABLE), asked)
    if asked.kind:
        rows = rows.filter(table_name=RECORDS[asked.kind]._meta.db_table)
    if _is_limited(municipality_id, access):  # of whom nobody knows is not told either
        rows = _told(rows.filter(person_id__isnull=False), municipality_id, access)
    return rows.order_by("-pk")


def _is_limited(municipality_id: int, access: Access) -> bool:
    """Whether there are citizens of whom the user reads nothing."""
    return bool(access.shield.barred) or access.units(municipality_id, Permission.CONTROL_LOGS) is not None


def _told(rows: QuerySet, municipality_id: int, access: Access) -> QuerySet:
    """Lines about those of whom the user may read; as of openings (`actions.shielding.overseen`)."""
    rows = rows.exclude(person_id__in=access.shield.barred)
    bound = access.units(municipality_id, Permission.CONTROL_LOGS)
    if bound is None:
        return rows
    own = Referral.objects.within_reach_of(access).filter(municipality_id=municipality_id)
    own = own.filter(Q(unit__in=bound) | Q(unit__isnull=True))
    return rows.filter(person_id__in=own.values("person_id"))


def record_of(table: str) -> str:
    """What kind of row it is, in words."""
    return capfirst(str(BY_TABLE[table]._meta.verbose_name)) if table in BY_TABLE else table


def facts_of(change: ChangeByName) -> list[str]:
    """The facts that were changed, in words, but for what the program keeps for itself."""
    model = BY_TABLE.get(change.table_name)
    fields = {field.attname: field for field in model._meta.fields} if model else {}
    return [
        name_of(column, str(fields[column].verbose_name) if column in fields else column)
        for column in change.names
        if column not in TECHNICAL
    ]


def name_of(column: str, label: str) -> str:
    """What a fact is called."""
    return capfirst(_("Identity number") if column == "identifier_sealed" else label)


def employees_of(municipality_id: int) -> list[tuple[int, str]]:
    """Whoever has or has had a role in the municipality, by name."""
    held = Membership.objects.filter(municipality=municipality_id).values("user")
    names = names_of(User.objects.filter(pk__in=held).values_list("pk", flat=True))
    return sorted(names.items(), key=lambda known: (sort_key(known[1]), known[0]))


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """Users by id. One who is gone has no name any more, and what they did is shown all the same."""
    users = User.objects.in_bulk(set(user_ids))
    return {pk: user.shown_name for pk, user in users.items()}


def _narrowed(rows: QuerySet, asked: Asked) -> QuerySet:
    if asked.who is not None:
        rows = rows.filter(user_id=asked.who)
    if asked.since:
        rows = rows.filter(at__gte=end_of(asked.since - timedelta(days=1)))
    return rows.filter(at__lt=end_of(asked.until)) if asked.until else rows


def _seen(rows: list[ViewLogPerson]) -> Seen:
    named = tuple(row for row in rows if row.number)[:MOST_NUMBERS]
    return Seen(named, len(rows) - len(named))
