"""Who has a role in a municipality, and every change of that: so that nobody gets a right unseen."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from referrals.choices import ChangeKind
from referrals.models import AuditEvent, Membership, User
from referrals.norwegian import sort_key
from referrals.permissions import Role

TABLE = Membership._meta.db_table
MOST_CHANGES = 200


@dataclass(frozen=True)
class Held:
    """A role that somebody has or will have here, in the period [since, until)."""

    who: str
    role: str
    since: date
    until: date | None
    is_active: bool


@dataclass(frozen=True)
class Change:
    """A role that was given, changed or taken away: by whom, whose it is, and what became of it.

    `by` is empty for what nobody signed in did: an import, or a command. `own`: somebody changed a role of their own.
    """

    at: datetime
    by: str
    who: str
    role: str
    what: str
    own: bool


@dataclass(frozen=True)
class Rights:
    """The roles held on the day or later, by name; and the latest changes, newest first."""

    held: tuple[Held, ...]
    changes: tuple[Change, ...]


def build(municipality_id: int, *, on: date) -> Rights:
    """The rights in one municipality. Needs somebody signed in: to others the database shows no change."""
    memberships = list(Membership.objects.filter(municipality=municipality_id).select_related("user"))
    events = _events(municipality_id, memberships)
    return Rights(tuple(_held(memberships, on)), tuple(_changes(events, memberships)))


def _events(municipality_id: int, memberships: Iterable[Membership]) -> list[AuditEvent]:
    """The latest changes of what is a role here, or was one when it was given or taken away."""
    changes = AuditEvent.objects.of_registers().filter(table_name=TABLE)
    named = changes.filter(
        Q(before__municipality_id=municipality_id) | Q(after__municipality_id=municipality_id)
    )
    rows = {membership.pk for membership in memberships} | set(named.values_list("row_id", flat=True))
    return list(changes.filter(row_id__in=rows).order_by("-pk")[:MOST_CHANGES])


def _held(memberships: Iterable[Membership], on: date) -> list[Held]:
    rows = [row for row in memberships if row.valid_to is None or row.valid_to > on]
    held = [
        Held(row.user.shown_name, str(Role(row.role).label), row.valid_from, row.valid_to, row.user.is_active)
        for row in rows
    ]
    return sorted(held, key=lambda one: (sort_key(one.who), one.role, one.since))


def _changes(events: Sequence[AuditEvent], memberships: Iterable[Membership]) -> list[Change]:
    facts: dict[int, dict[str, Any]] = defaultdict(dict)
    for event in events:  # whose role it is stands only where the whole row was logged
        facts[event.row_id] |= {**(event.after or {}), **(event.before or {})} | facts[event.row_id]
    for row in memberships:
        facts[row.pk] |= {"user_id": row.user_id, "role": row.role}
    whose = {fact.get("user_id") for fact in facts.values()} | {event.user_id for event in events}
    names = {pk: user.shown_name for pk, user in User.objects.in_bulk([pk for pk in whose if pk]).items()}
    return [_change(event, facts[event.row_id], names) for event in events]


def _change(event: AuditEvent, fact: dict[str, Any], names: dict[int, str]) -> Change:
    role, owner = fact.get("role"), fact.get("user_id", 0)
    return Change(
        at=event.at,
        by=names.get(event.user_id or 0, ""),
        who=names.get(owner, f"#{owner}"),
        role=str(Role(role).label) if role in Role.values else str(role or ""),
        what=_what(event),
        own=event.user_id == owner,
    )


def _what(event: AuditEvent) -> str:
    """In a few words; of a change which facts, from what to what."""
    if event.operation == ChangeKind.ADDED:
        return _("Given: %(period)s") % {"period": _period(event.after or {})}
    if event.operation == ChangeKind.REMOVED:
        return _("Taken away: %(period)s") % {"period": _period(event.before or {})}
    before, after = event.before or {}, event.after or {}
    return "; ".join(
        f"{_label(name)}: {_said(before.get(name))} → {_said(after[name])}" for name in sorted(after)
    )


def _period(row: dict[str, Any]) -> str:
    return f"{_said(row.get('valid_from'))}–{_said(row.get('valid_to')) if row.get('valid_to') else ''}"


def _label(column: str) -> str:
    fields = {field.attname: str(field.verbose_name) for field in Membership._meta.fields}
    return fields.get(column, column)


def _said(value: Any) -> str:
    if value in (None, ""):
        return _("not stated")
    try:
        return f"{date.fromisoformat(str(value)):%d.%m.%Y}"
    except ValueError:
        return str(Role(value).label) if value in Role.values else str(value)
