"""The history of a referral as people would tell it: one plain sentence for each event."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from referrals.choices import (
    AskedOf,
    Channel,
    ContactKind,
    EventKind,
    Handling,
    LetterChannel,
    LetterKind,
    LetterTo,
    Outcome,
    PauseReason,
    Protection,
    RiskKind,
    Source,
    Status,
    Urgency,
    ValidationChannel,
    ValidationResult,
)
from referrals.models import Category, Person, Referral, ReferralEvent, Therapist, Unit
from referrals.permissions import Access
from referrals.templatetags.ergo import day_month_year

CODES: dict[str, Any] = {
    "status": Status,
    "source": Source,
    "channel": Channel,
    "handling": Handling,
    "urgency": Urgency,
    "outcome": Outcome,
    "protection": Protection,
}
# Lines that tell one by one what they changed.
WITH_CHANGES = frozenset({EventKind.CORRECTED, EventKind.MERGED, EventKind.UNDONE})
OF_THE_CITIZEN = frozenset({"protection"})
# Other referrals, by their numbers.
LINKS = ("former", "merged_into")


@dataclass(frozen=True)
class Judgement:
    """What the priority key said of a priority on the day it was set: the days to start within, and the criteria."""

    days: int
    criteria: str
    valid_from: date


@dataclass(frozen=True)
class Line:
    """One event: the day it happened, what it was, why, and who wrote it down when.

    `changes` are the corrected facts, each as a short sentence. `judgement`: by what a priority was set.
    """

    happened_on: date
    sentence: str
    note: str
    registered_at: datetime
    registered_by: str
    changes: list[str] = field(default_factory=list)
    judgement: Judgement | None = None


@dataclass(frozen=True)
class Names:
    """What the codes and keys in the history are called. `numbers`: of the referrals that the user may know of."""

    therapists: dict[int, str]
    categories: dict[str, str]
    units: dict[int, str]
    numbers: frozenset[str]

    def therapist(self, key: int | None) -> str:
        return self.therapists.get(key, _("somebody else")) if key else _("nobody")

    def referral(self, number: str) -> str:
        """Another referral: one that the user may not see has no number."""
        return number if number in self.numbers else _("another referral")

    def value(self, name: str, value: Any) -> str:
        """A stored value of a referral as it is said on screen."""
        if value is None or value == "":
            return _("not stated")
        if name == "therapist":
            return self.therapist(value)
        if name == "unit":
            return self.units.get(value, str(value))
        if name == "category":
            return self.categories.get(value, value)
        if name in LINKS:
            return self.referral(value)
        if name.endswith("_on"):
            return day_month_year(date.fromisoformat(value))
        return _label(CODES.get(name), value)


def history_of(events: Iterable[ReferralEvent], access: Access) -> list[Line]:
    """The lines of a case, in the order of the events. Four queries at most, however many there are."""
    told = list(events)
    names = _names(told, access)
    return [_line(event, names) for event in told]


def standing_judgement(newest_first: Iterable[ReferralEvent], priority: int | None) -> Judgement | None:
    """By what the present priority was set, as it was kept; None where the history does not hold it."""
    for event in newest_first:
        if event.kind == EventKind.PRIORITISED and _change(event, "priority")[1] in (None, priority):
            return _judgement(event)  # of another one it was undone; one that stayed was assessed anew
    return None


def _judgement(event: ReferralEvent) -> Judgement | None:
    told = event.details.get("judged_by")
    if not told:
        return None
    return Judgement(told["days"], told["criteria"], date.fromisoformat(told["key"]))


def _names(events: list[ReferralEvent], access: Access) -> Names:
    keys: set[int] = set()
    for event in events:
        keys.update(key for key in _change(event, "therapist") if key)
        keys.update(key for key in [event.details.get("contact", {}).get("therapist")] if key)
    therapists = {therapist.pk: therapist.name for therapist in Therapist.objects.filter(pk__in=keys)}
    moved = {key for event in events for key in _change(event, "unit") if key}
    units = {unit.pk: unit.name for unit in Unit.objects.filter(pk__in=moved)} if moved else {}
    categories = {category.code: category.name for category in Category.objects.all()}
    return Names(therapists, categories, units, frozenset(_numbers(events, access)))


def _numbers(events: list[ReferralEvent], access: Access) -> Iterable[str]:
    """Those of the other referrals told of that the user may see."""
    told = {number for event in events for name in LINKS for number in _change(event, name) if number}
    told |= {event.details["other"] for event in events if event.details.get("other")}
    if not told:  # as a rule
        return ()
    seen = Referral.objects.open_to(access).filter(municipality_id=events[0].municipality_id)
    return seen.filter(number__in=told).values_list("number", flat=True)


def _line(event: ReferralEvent, names: Names) -> Line:
    return Line(
        happened_on=event.happened_on,
        sentence=SENTENCES[EventKind(event.kind)](event, names),
        note=event.note,
        registered_at=event.registered_at,
        registered_by=event.registered_by.shown_name if event.registered_by else "",
        changes=_corrections(event, names) if event.kind in WITH_CHANGES else [],
        judgement=_judgement(event),
    )


def _received(event: ReferralEvent, names: Names) -> str:
    _before, source = _change(event, "source")
    if not source:
        return _("The referral was received.")
    words = {"source": names.value("source", source)}
    if former := _change(event, "former")[1]:
        words["former"] = names.referral(former)
        return _("Received from: %(source)s. Referred again after %(former)s.") % words
    return _("Received from: %(source)s.") % words


def _prioritised(event: ReferralEvent, names: Names) -> str:
    before, after = _change(event, "priority")
    if after is None:
        return _("Assessed anew: the priority stays.")
    if before is None:
        return _("Given priority %(priority)s.") % {"priority": after}
    return _("Priority changed from %(before)s to %(after)s.") % {"before": before, "after": after}


def _assigned(event: ReferralEvent, names: Names) -> str:
    before, after = _change(event, "therapist")
    if after is None:
        return _("Taken back from %(therapist)s.") % {"therapist": names.therapist(before)}
    if before is None:
        return _("Assigned to %(therapist)s.") % {"therapist": names.therapist(after)}
    return _("Passed from %(before)s to %(after)s.") % {
        "before": names.therapist(before),
        "after": names.therapist(after),
    }


def _paused(event: ReferralEvent, names: Names) -> str:
    pause = _first_pause(event)
    reason = _label(PauseReason, pause.get("reason", ""))
    if pause.get("to"):
        until = day_month_year(date.fromisoformat(pause["to"]))
        return _("Put on hold until %(until)s: %(reason)s.") % {"until": until, "reason": reason}
    return _("Put on hold: %(reason)s.") % {"reason": reason}


def _resumed(event: ReferralEvent, names: Names) -> str:
    reason = _label(PauseReason, _first_pause(event).get("reason", ""))
    return _("No longer on hold: %(reason)s.") % {"reason": reason}


def _started(event: ReferralEvent, names: Names) -> str:
    contact = event.details.get("contact", {})
    kind = _label(ContactKind, contact.get("kind", ""))
    if contact.get("therapist"):
        therapist = names.therapist(contact["therapist"])
        return _("First contact: %(kind)s, by %(therapist)s.") % {"kind": kind, "therapist": therapist}
    return _("First contact: %(kind)s.") % {"kind": kind} if kind else _("First contact.")


def _contact(event: ReferralEvent, names: Names) -> str:
    kind = event.details.get("contact", {}).get("kind", "")
    if kind == ContactKind.NO_SHOW:
        return _("The citizen did not attend.")
    return _("Contact: %(kind)s.") % {"kind": _label(ContactKind, kind)}


def _closed(event: ReferralEvent, names: Names) -> str:
    _before, outcome = _change(event, "outcome")
    if number := event.details.get("other"):
        return _("Closed: merged into %(number)s.") % {"number": names.referral(number)}
    return _("Closed: %(outcome)s.") % {"outcome": names.value("outcome", outcome)}


def _reopened(event: ReferralEvent, names: Names) -> str:
    if event.details.get("pauses"):
        return _("Reopened; the days since it was closed count as on hold.")
    return _("Reopened.")


def _corrected(event: ReferralEvent, names: Names) -> str:
    return _("Corrected.")


def _merged(event: ReferralEvent, names: Names) -> str:
    number = event.details.get("other")
    if number in names.numbers:
        return _("%(number)s was merged into this one.") % {"number": number}
    return _("Another referral was merged into this one.")


def _undone(event: ReferralEvent, names: Names) -> str:
    return _("What was done to several referrals at once was undone.")


def _next_step(event: ReferralEvent, names: Names) -> str:
    """The text itself is not repeated, as no free text is; the day is."""
    until = _change(event, "follow_up_on")[1]
    if until:
        return _("Next step set, put off until %(until)s.") % {"until": names.value("follow_up_on", until)}
    return _("Next step changed.")


def _replied(event: ReferralEvent, names: Names) -> str:
    return _("Preliminary reply sent to the citizen.")


def _requested(event: ReferralEvent, names: Names) -> str:
    told = event.details.get("information")
    if not told:
        return _("Information was asked for.")
    words = {"whom": _label(AskedOf, told["asked_of"]), "day": _day(told["wanted_by"])}
    return _("Information asked for: %(whom)s. Wanted by %(day)s.") % words


def _came(event: ReferralEvent, names: Names) -> str:
    told = event.details.get("information")
    if not told:
        return _("Information that was asked for came.")
    words = {"whom": _label(AskedOf, told["asked_of"]), "day": _day(told["asked_on"])}
    return _("Information came that was asked for on %(day)s: %(whom)s.") % words


def _reviewed(event: ReferralEvent, names: Names) -> str:
    reason = _label(PauseReason, event.details.get("review", ""))
    return _("The hold was reviewed and goes on: %(reason)s.") % {"reason": reason}


def _asked(event: ReferralEvent, names: Names) -> str:
    channel = _label(ValidationChannel, event.details.get("asked", ""))
    return _("The citizen was asked whether they still wait: %(channel)s.") % {"channel": channel}


def _answered(event: ReferralEvent, names: Names) -> str:
    result = _label(ValidationResult, event.details.get("answer", ""))
    return _("Asked whether they still wait: %(result)s.") % {"result": result}


def _risk(event: ReferralEvent, names: Names) -> str:
    kind = _label(RiskKind, event.details.get("risk", ""))
    return _("Risk event: %(kind)s. To be assessed anew.") % {"kind": kind}


def _risk_withdrawn(event: ReferralEvent, names: Names) -> str:
    if "risk_on" not in event.details:
        return _("A risk event was entered in error.")
    words = {"kind": _label(RiskKind, event.details["risk"]), "day": _day(event.details["risk_on"])}
    return _("Risk event of %(day)s entered in error: %(kind)s.") % words


def _letter(event: ReferralEvent, names: Names) -> str:
    told = event.details.get("letter", {})
    words = {
        "letter": _label(LetterKind, told.get("kind", "")),
        "whom": _label(LetterTo, told.get("to", "")),
        "how": _label(LetterChannel, told.get("channel", "")),
    }
    return _("Letter sent: %(letter)s. To: %(whom)s. %(how)s.") % words


SENTENCES: dict[EventKind, Callable[[ReferralEvent, Names], str]] = {
    EventKind.RECEIVED: _received,
    EventKind.PRIORITISED: _prioritised,
    EventKind.ASSIGNED: _assigned,
    EventKind.PAUSED: _paused,
    EventKind.RESUMED: _resumed,
    EventKind.STARTED: _started,
    EventKind.CONTACT: _contact,
    EventKind.CLOSED: _closed,
    EventKind.REOPENED: _reopened,
    EventKind.CORRECTED: _corrected,
    EventKind.REPLIED: _replied,
    EventKind.MERGED: _merged,
    EventKind.INFORMATION_ASKED: _requested,
    EventKind.INFORMATION_CAME: _came,
    EventKind.REVIEWED: _reviewed,
    EventKind.ASKED: _asked,
    EventKind.ANSWERED: _answered,
    EventKind.UNDONE: _undone,
    EventKind.NEXT_STEP: _next_step,
    EventKind.RISK: _risk,
    EventKind.RISK_WITHDRAWN: _risk_withdrawn,
    EventKind.LETTER: _letter,
}


def _corrections(event: ReferralEvent, names: Names) -> list[str]:
    """What was corrected: codes and dates with before and after, of free text only that it changed."""
    changed = [
        _("%(fact)s: from %(before)s to %(after)s")
        % {
            "fact": _fact(name),
            "before": names.value(name, before),
            "after": names.value(name, after),
        }
        for name, (before, after) in event.details.get("changes", {}).items()
    ]
    return changed + [
        _("%(fact)s: the text is changed") % {"fact": _fact(name)} for name in event.details.get("texts", [])
    ]


def _fact(name: str) -> str:
    model = Person if name in OF_THE_CITIZEN else Referral
    return capfirst(str(model._meta.get_field(name).verbose_name))


def _change(event: ReferralEvent, name: str) -> list[Any]:
    """Value before and value after; nothing and nothing where the event did not touch it."""
    return event.details.get("changes", {}).get(name, [None, None])


def _day(told: str) -> str:
    return day_month_year(date.fromisoformat(told))


def _first_pause(event: ReferralEvent) -> dict[str, Any]:
    pauses = event.details.get("pauses", [])
    return pauses[0] if pauses else {}


def _label(codes: Any, value: Any) -> str:
    """The label of a code; the value itself where it is no code, or one that is no longer in use."""
    return str(codes(value).label) if codes is not None and value in codes else str(value)
