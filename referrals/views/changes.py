"""The change log of a case in the words of the screen: which facts, from what to what, by whom and when.

Free text and what identifies the citizen are not repeated: of them it only says that they were changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import DateField, DateTimeField, Field, Model
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from referrals.choices import ChangeKind
from referrals.models import (
    AuditEvent,
    Barring,
    BulkRow,
    Category,
    Confidant,
    Contact,
    DeviationReport,
    InformationRequest,
    Opening,
    PauseReview,
    Person,
    PreliminaryReply,
    Referral,
    RightAsItIs,
    RiskEvent,
    SentLetter,
    Therapist,
    User,
    Validation,
    WaitPause,
)
from referrals.models.shielding import Decision, decisions_about
from referrals.permissions import Access
from referrals.reports.logs import TECHNICAL, name_of
from referrals.templatetags.ergo import day_month_year

MOST_SHOWN = 100

MODELS: dict[str, type[Model]] = {
    model._meta.db_table: model
    for model in (
        Referral,
        WaitPause,
        Contact,
        PreliminaryReply,
        InformationRequest,
        PauseReview,
        Validation,
        RiskEvent,
        Person,
        Barring,
        Confidant,
        Opening,
        BulkRow,
        DeviationReport,
        RightAsItIs,
        SentLetter,
    )
}
# Codes, dates and staff, which are shown with their values. Whatever is not named here is not repeated.
SHOWN = frozenset(
    {
        "category_id",
        "received_on",
        "seniority_on",
        "source",
        "channel",
        "handling",
        "urgency",
        "status",
        "priority",
        "prioritised_on",
        "therapist_id",
        "assigned_on",
        "started_on",
        "closed_on",
        "follow_up_on",
        "outcome",
        "former_id",
        "merged_into_id",
        "ended_on",
        "kind",
        "held_on",
        "sent_on",
        "reviewed_on",
        "asked_on",
        "answered_on",
        "result",
        "reassessed_on",
        "protection",
        "written_form",
    }
)
# Other referrals, which are shown by their numbers.
LINKS = ("former_id", "merged_into_id")
# Reasons of a pause are codes; all others are free text.
SHOWN_OF: dict[type[Model], frozenset[str]] = {
    WaitPause: frozenset({"reason"}),
    InformationRequest: frozenset({"asked_of", "asked_on", "wanted_by"}),
    Barring: frozenset({"valid_from", "valid_to"}),
    Confidant: frozenset({"dismissed_at"}),
    Opening: frozenset({"number", "expires_at", "ended_at"}),
    DeviationReport: frozenset({"month", "due_on", "late_on", "days_late", "withdrawn_at"}),
    RightAsItIs: frozenset({"rule", "withdrawn_at"}),
    RiskEvent: frozenset({"happened_on", "withdrawn_at"}),
    SentLetter: frozenset({"recipient", "channel"}),
}


@dataclass(frozen=True)
class Change:
    """One change of one row: what it was, each fact as a short sentence, who did it and when."""

    at: datetime
    who: str
    sentence: str
    facts: list[str]


@dataclass(frozen=True)
class ChangeLog:
    """The newest changes. `most`: out of so many entries of the log, where there are older ones; else None."""

    changes: list[Change]
    most: int | None


@dataclass(frozen=True)
class Names:
    """What the keys in the log are called; `referrals` are those that the user may know of."""

    therapists: dict[int, str]
    categories: dict[int, str]
    referrals: dict[int, str]
    staff: dict[tuple[str, int], str]

    def title(self, event: AuditEvent) -> str:
        """What was changed; of a decision about shielding also which member of staff it is about."""
        what = capfirst(str(MODELS[event.table_name]._meta.verbose_name))
        about = self.staff.get((event.table_name, event.row_id))
        return f"{what} ({about})" if about else what

    def value(self, field: Field, value: Any) -> str:
        """A stored value as it is said on screen."""
        if value in (None, ""):
            return _("not stated")
        if field.attname == "therapist_id":
            return self.therapists.get(value, _("somebody else"))
        if field.attname == "category_id":
            return self.categories.get(value, str(value))
        if field.attname in LINKS:
            return self.referrals.get(value, _("another referral"))
        if isinstance(field, DateTimeField):
            return f"{timezone.localtime(datetime.fromisoformat(value)):%d.%m.%Y %H:%M}"
        if isinstance(field, DateField):
            return day_month_year(date.fromisoformat(value))
        return str(dict(field.flatchoices).get(value, value))


def changes_of(case: Referral, access: Access) -> ChangeLog:
    """The newest changes of the case, of what belongs to it and of its citizen. Six queries at most, however many."""
    decisions = decisions_about(case.person_id)
    rows = AuditEvent.objects.visible_to(access).of_referral(case.pk, case.person_id, decisions)
    found = list(rows.select_related("user").order_by("-pk")[: MOST_SHOWN + 1])
    events = found[:MOST_SHOWN]
    names = _names(events, decisions, access)
    changes = [change for event in events if (change := _change(event, names))]
    return ChangeLog(changes, MOST_SHOWN if len(found) > MOST_SHOWN else None)


def _change(event: AuditEvent, names: Names) -> Change | None:
    """The event in words; None where only what the program keeps for itself was changed."""
    facts = _facts(event, names)
    if event.operation == ChangeKind.CHANGED and not facts:
        return None
    return Change(
        event.at,
        event.user.shown_name if event.user else "",
        f"{names.title(event)}: {ChangeKind(event.operation).label.lower()}",
        facts,
    )


def _facts(event: AuditEvent, names: Names) -> list[str]:
    """Each changed fact. Of a row added or removed only the codes and dates, and of a citizen nothing."""
    model = MODELS[event.table_name]
    if event.operation != ChangeKind.CHANGED and model in (Referral, Person):
        return []
    shown = SHOWN | SHOWN_OF.get(model, frozenset())
    before, after = event.before or {}, event.after or {}
    columns = [column for column in (after or before) if column not in TECHNICAL]
    if model in (Barring, Confidant, Opening) and event.operation == ChangeKind.ADDED:
        columns = [column for column in columns if column in shown and after[column] is not None]
    fields = {field.attname: field for field in model._meta.fields}
    return [
        _fact(fields[column], before.get(column), after.get(column), column in shown, event.operation, names)
        for column in columns
        if column in fields
    ]


def _fact(field: Field, before: Any, after: Any, is_shown: bool, operation: str, names: Names) -> str:
    name = name_of(field.attname, str(field.verbose_name))
    if not is_shown:
        return _("%(fact)s: changed, not repeated here") % {"fact": name}
    if operation != ChangeKind.CHANGED:
        value = names.value(field, after if operation == ChangeKind.ADDED else before)
        return f"{name}: {value}"
    words = {"fact": name, "before": names.value(field, before), "after": names.value(field, after)}
    return _("%(fact)s: from %(before)s to %(after)s") % words


def _names(events: Iterable[AuditEvent], decisions: Iterable[Decision], access: Access) -> Names:
    events = list(events)
    keys = _keys(events, "therapist_id")
    therapists = {therapist.pk: therapist.name for therapist in Therapist.objects.filter(pk__in=keys)}
    linked = _keys(events, *LINKS)  # seldom any: then not asked
    seen = Referral.objects.open_to(access).filter(pk__in=linked)
    numbers = dict(seen.values_list("pk", "number")) if linked else {}
    users = User.objects.in_bulk(
        {decision.user_id for decision in decisions}
    )  # nobody, as a rule: then not asked
    staff = {(row.table, row.row_id): users[row.user_id].shown_name for row in decisions}
    categories = {category.pk: category.name for category in Category.objects.all()}
    return Names(therapists, categories, numbers, staff)


def _keys(events: Iterable[AuditEvent], *columns: str) -> set[int]:
    """All that stands in the columns, before or after."""
    rows = [row for event in events for row in (event.before, event.after) if row]
    return {row[column] for row in rows for column in columns if row.get(column)}
