"""What one referral leaves in the database: its facts, pauses, contacts, reply and history, from its course."""

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from referrals.choices import ON_WAITLIST, ContactKind, EventKind, Handling, Outcome, PauseReason, Status
from referrals.demo import texts
from referrals.demo.chance import Weighted
from referrals.demo.intake import Intake, take_in
from referrals.demo.journal import Facts, Journal, Step
from referrals.demo.places import Municipal
from referrals.demo.queue import Course
from referrals.demo.rows import ContactRow, EventRow, InformationRow, PauseRow, ReferralRow, ReplyRow
from referrals.demo.teams import Team
from referrals.demo.workdays import Workdays
from referrals.waiting import oslo_date

PAUSE_REASONS = Weighted({
    PauseReason.HOSPITAL: 24, PauseReason.OWN_WISH: 16, PauseReason.AWAY: 14, PauseReason.INFORMATION: 18,
    PauseReason.NAV: 14, PauseReason.OTHER_BODY: 8, PauseReason.CAPACITY: 6,
})  # fmt: skip
# Of those who wait so long some are put on hold once; of those who still wait, some are on hold now.
PAUSE_AFTER_DAYS, PAUSE_SHARE, ON_HOLD_SHARE = 21, 0.16, 0.07
PAUSE_DAYS, ON_HOLD_DAYS = (6, 75), 60
# Of those on hold some are so for another reason too, from a day on which they are already.
SECOND_PAUSE_SHARE = 0.2

CONTACT_KINDS = Weighted({
    ContactKind.VISIT: 72, ContactKind.CONSULTATION: 14, ContactKind.PHONE: 10, ContactKind.VIDEO: 4,
})  # fmt: skip
CASE_DAYS, MOST_CONTACTS = 62, 3
AFTER_START = Weighted({
    Outcome.FINISHED: 88, Outcome.NOT_NEEDED: 3, Outcome.DECLINED: 2, Outcome.REFERRED_ON: 2, Outcome.MOVED: 1,
    Outcome.DEAD: 3, Outcome.OTHER: 1,
})  # fmt: skip
CLOSING_NOTE_SHARE = 0.4

ASSIGNED_SHARE, ASSIGNED_DAYS = 0.22, 45
NO_SHOW_SHARE = 0.06
PLANNED_SHARE, PUT_OFF_SHARE, PUT_OFF_DAYS = 0.4, 0.6, (0, 40)
REPLY_SHARE, REPLY_DAYS = 0.8, (4, 34)
# Of those who wait, asked for in the last weeks; half of it has come.
LACKING_SHARE = {Status.RECEIVED: 0.3, Status.WAITING: 0.06}
LACKING_DAYS, WANTED_DAYS, CAME_SHARE = 42, 14, 0.5
EARLIER_ELSEWHERE_SHARE, EARLIER_DAYS = 0.015, (20, 200)


@dataclass
class Case:
    """One referral in the making, and in the end its rows. Days are ordinals; the steps become its history."""

    pk: int
    course: Course
    intake: Intake
    steps: list[Step] = field(default_factory=list)
    therapist_id: int | None = None
    assigned: int | None = None
    closed: int | None = None
    outcome: str = ""
    pauses: list[PauseRow] = field(default_factory=list)
    next_step: str = ""
    follow_up: int | None = None
    contacts: list[ContactRow] = field(default_factory=list)
    replies: list[ReplyRow] = field(default_factory=list)
    requests: list[InformationRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)

    @property
    def status(self) -> Status:
        """Where the referral stands in the end."""
        if self.closed is not None:
            return Status.CLOSED
        if self.course.started is not None:
            return Status.STARTED
        return Status.RECEIVED if self.course.priority is None else Status.WAITING


class Cases:
    """Plays the cases of one municipality, and numbers them."""

    def __init__(
        self,
        place: Municipal,
        team: Team,
        workdays: Workdays,
        rng: Random,
        *,
        category_ids: dict[str, int],
        by_id: int | None,
    ) -> None:
        self.place, self.team, self.workdays, self.rng = place, team, workdays, rng
        self.category_ids, self.by_id = category_ids, by_id
        self.journal = Journal(place.pk, workdays, rng, by_id)
        self.last_numbers: dict[int, int] = {}  # by year

    def play(self, pk: int, course: Course) -> Case:
        """The case with its history and the rows that belong to it; `row` makes the referral's own."""
        is_workday = course.received in self.workdays
        intake = take_in(self.rng, course, county=self.place.county, is_workday=is_workday)
        case = Case(pk, course, intake)
        self._register(case)
        self._assess(case)
        self._pause(case)
        self._assign(case)
        self._miss(case)
        self._start(case)
        self._close(case)
        self._leave(case)
        self._reply(case)
        case.events = self.journal.lines(pk, case.steps)
        self._lack(case)
        self._plan(case)
        return case

    def row(
        self, case: Case, person_id: int, *, former_id: int | None = None, merged_into_id: int | None = None
    ) -> ReferralRow:
        """The referral's row with the next number; asked for once a case, in order."""
        course, received = case.course, day(case.course.received)
        registered, changed = case.events[0].registered_at, case.events[-1].registered_at
        return ReferralRow(
            id=case.pk,
            municipality_id=self.place.pk,
            number=self._number(registered.year),
            person_id=person_id,
            category_id=self.category_ids[course.category.code],
            former_id=former_id,
            merged_into_id=merged_into_id,
            received_on=received,
            seniority_on=received - timedelta(days=self._days_elsewhere()),
            registered_at=registered,
            registered_by_id=self.by_id,
            **case.intake._asdict(),
            status=case.status,
            priority=course.priority,
            prioritised_on=day_or_none(course.assessed),
            therapist_id=case.therapist_id,
            assigned_on=day_or_none(case.assigned),
            started_on=day_or_none(course.started),
            closed_on=day_or_none(case.closed),
            outcome=case.outcome,
            next_step=case.next_step,
            follow_up_on=day_or_none(case.follow_up),
            changed_at=changed,
            version=len(case.events),
        )

    def _register(self, case: Case) -> None:
        intake, received = case.intake, iso(case.course.received)
        facts: Facts = {
            "status": Status.RECEIVED,
            "source": intake.source,
            "channel": intake.channel,
            "handling": intake.handling,
            "received_on": received,
            "seniority_on": received,
            "category": case.course.category.code,
        }
        facts |= {"urgency": intake.urgency} if intake.urgency else {}
        written = ("reason", "what_matters", "referrer_name", "referrer_phone", "external_reference")
        more = {"texts": [name for name in written if getattr(intake, name)]}
        case.steps.append(Step(case.course.received, EventKind.RECEIVED, facts, more))

    def _assess(self, case: Case) -> None:
        assessed = case.course.assessed
        if assessed is not None:
            changes = {
                "status": Status.WAITING,
                "priority": case.course.priority,
                "prioritised_on": iso(assessed),
            }
            case.steps.append(Step(assessed, EventKind.PRIORITISED, changes))

    def _pause(self, case: Case) -> None:
        """Perhaps one period on hold within the wait; of those who still wait it may still run."""
        start, resumed = self._days_on_hold(case.course)
        if start is not None:
            reason = PAUSE_REASONS.pick(self.rng)
            self._hold(case, reason, start, resumed)
            self._hold_again(case, reason, start, resumed)

    def _hold_again(self, case: Case, reason: str, start: int, resumed: int | None) -> None:
        """Perhaps a second one that begins within the first, for another reason; of two that run each may."""
        # Of its own, so that no other course is another one for it.
        rng = Random(case.course.received * 1_000 + start)
        end = case.course.ended or self.workdays.until
        again = self.workdays.pick(rng, start + 1, min(resumed or end, end - 1))
        if rng.random() > SECOND_PAUSE_SHARE or again is None:
            return
        other = rng.choice([other for other in PauseReason if other != reason])
        over = self.workdays.on_or_after(again + rng.randint(*PAUSE_DAYS))
        if case.course.ended is not None and (over is None or over > case.course.ended):
            over = case.course.ended
        self._hold(case, other, again, over)

    def _hold(self, case: Case, reason: str, start: int, resumed: int | None) -> None:
        case.pauses.append(PauseRow(self.place.pk, case.pk, reason, day(start), day_or_none(resumed)))
        begun = {"reason": reason, "from": iso(start), "to": None}
        case.steps.append(Step(start, EventKind.PAUSED, more={"pauses": [begun]}))
        if resumed is not None and resumed != case.course.ended:
            over = begun | {"to": iso(resumed)}
            case.steps.append(Step(resumed, EventKind.RESUMED, more={"pauses": [over]}))

    def _days_on_hold(self, course: Course) -> tuple[int | None, int | None]:
        """The first day on hold and the first day not on hold again: no pause lasts beyond the wait."""
        rng, workdays = self.rng, self.workdays
        first, end = course.assessed or course.received, course.ended or workdays.until
        chance = rng.random()
        if end - first < PAUSE_AFTER_DAYS or chance > PAUSE_SHARE:
            return None, None
        if course.ended is None and chance < ON_HOLD_SHARE:
            return workdays.pick(rng, max(first, end - ON_HOLD_DAYS), end - 1), None
        start = workdays.pick(rng, first, end - 5)
        resumed = start and workdays.on_or_after(start + rng.randint(*PAUSE_DAYS))
        if course.ended is not None and (resumed is None or resumed > course.ended):
            return start, course.ended
        return start, resumed

    def _assign(self, case: Case) -> None:
        """Whoever starts has the case, often since some days before; a few of the waiting have somebody too."""
        course, rng, last = case.course, self.rng, self.workdays.last()
        still_waits = course.ended is None and rng.random() < ASSIGNED_SHARE
        latest = last if still_waits else course.started
        if course.assessed is None or latest is None:
            return
        case.therapist_id = self.team.pick(rng, latest, also=last)
        if case.therapist_id is None:
            return
        assigned = self.workdays.pick(rng, max(course.assessed, latest - ASSIGNED_DAYS), latest)
        if assigned is None or case.therapist_id not in self.team.on(assigned):
            assigned = latest
        case.assigned = assigned
        changes = {"assigned_on": iso(assigned), "therapist": case.therapist_id}
        case.steps.append(Step(assigned, EventKind.ASSIGNED, changes))

    def _miss(self, case: Case) -> None:
        """Now and then somebody who has a therapist does not attend, and goes on waiting."""
        if case.assigned is None:
            return
        # Of its own, so that no other course is another one for it.
        rng = Random(case.course.received * 1_000 + case.assigned)
        latest = (case.course.started or self.workdays.last()) - 1
        if rng.random() > NO_SHOW_SHARE or latest <= case.assigned:
            return
        missed = self.workdays.pick(rng, case.assigned + 1, latest)
        if missed is not None:
            kind = ContactKind.NO_SHOW
            case.contacts.append(ContactRow(self.place.pk, case.pk, kind, day(missed), case.therapist_id))
            contact = {"contact": {"kind": kind, "therapist": case.therapist_id}}
            case.steps.append(Step(missed, EventKind.CONTACT, more=contact))

    def _start(self, case: Case) -> None:
        started = case.course.started
        if started is None:
            return
        kind = CONTACT_KINDS.pick(self.rng)
        case.contacts.append(ContactRow(self.place.pk, case.pk, kind, day(started), case.therapist_id))
        changes = {"status": Status.STARTED, "started_on": iso(started)}
        contact = {"contact": {"kind": kind, "therapist": case.therapist_id}}
        case.steps.append(Step(started, EventKind.STARTED, changes, contact | _ended_pauses(case)))

    def _close(self, case: Case) -> None:
        """A wait that ended without a start is closed with it; a started case some weeks later."""
        course, rng, note, more = case.course, self.rng, "", {}
        if course.outcome:
            case.closed, case.outcome, more = course.ended, course.outcome, _ended_pauses(case)
        elif course.started is not None:
            weeks_later = course.started + 3 + int(rng.expovariate(1 / CASE_DAYS))
            case.closed = self.workdays.on_or_after(weeks_later)
            self._more_contacts(case, course.started + 1, case.closed or self.workdays.until)
            case.outcome = "" if case.closed is None else AFTER_START.pick(rng)
            if case.outcome == Outcome.FINISHED and rng.random() < CLOSING_NOTE_SHARE:
                note = rng.choice(texts.CLOSING_NOTES)
        if case.closed is not None:
            changes = {"status": Status.CLOSED, "closed_on": iso(case.closed), "outcome": case.outcome}
            case.steps.append(Step(case.closed, EventKind.CLOSED, changes, more, note))

    def _leave(self, case: Case) -> None:
        """Whoever does not work there any more has no open case: it waits for somebody else."""
        last = self.workdays.last()
        if case.closed is not None or case.therapist_id is None or case.therapist_id in self.team.on(last):
            return
        case.therapist_id = case.assigned = None
        case.steps.append(Step(last, EventKind.ASSIGNED, {"assigned_on": None, "therapist": None}))

    def _more_contacts(self, case: Case, earliest: int, before: int) -> None:
        """Contacts after the first, while the case is open."""
        for _contact in range(self.rng.randint(0, MOST_CONTACTS)):
            held = self.workdays.pick(self.rng, earliest, before)
            if held is not None:
                kind = CONTACT_KINDS.pick(self.rng)
                case.contacts.append(ContactRow(self.place.pk, case.pk, kind, day(held), case.therapist_id))
                contact = {"contact": {"kind": kind, "therapist": case.therapist_id}}
                case.steps.append(Step(held, EventKind.CONTACT, more=contact))

    def _reply(self, case: Case) -> None:
        """The preliminary reply to an application that was not settled at once; sometimes it is forgotten."""
        if case.intake.handling != Handling.APPLICATION or self.rng.random() > REPLY_SHARE:
            return
        sent = self.workdays.on_or_after(case.course.received + self.rng.randint(*REPLY_DAYS))
        if sent is not None and (case.closed is None or sent < case.closed):
            case.replies.append(ReplyRow(self.place.pk, case.pk, day(sent)))
            case.steps.append(Step(sent, EventKind.REPLIED))

    def _lack(self, case: Case) -> None:
        """Of some who wait something is missing, or was: asked for after all that was registered before."""
        # Of its own, so that no other course is another one for it.
        rng = Random(f"lacking {case.course.received} {case.intake.reason} {case.intake.external_reference}")
        if case.status not in ON_WAITLIST or rng.random() > LACKING_SHARE[case.status]:
            return
        until, last = self.workdays.until, oslo_date(case.events[-1].registered_at).toordinal()
        asked = self.workdays.pick(rng, max(last + 1, until - LACKING_DAYS), until)
        if asked is None:
            return
        whom, what = rng.choice(texts.LACKING)
        came = self.workdays.pick(rng, asked + 1, until) if rng.random() < CAME_SHARE else None
        wanted = day(asked + WANTED_DAYS)
        case.requests.append(
            InformationRow(self.place.pk, case.pk, what, whom, day(asked), wanted, day_or_none(came))
        )
        told = {"asked_of": whom, "asked_on": iso(asked), "wanted_by": wanted.isoformat()}
        steps = [Step(asked, EventKind.INFORMATION_ASKED, more={"information": told}, note=what)]
        if came is not None:
            steps.append(Step(came, EventKind.INFORMATION_CAME, more={"information": told}, note=what))
        case.events += Journal(self.place.pk, self.workdays, rng, self.by_id).lines(case.pk, steps)

    def _plan(self, case: Case) -> None:
        """Of some open cases that somebody has, the next step is written down, and perhaps put off to a day ahead."""
        if case.closed is not None or case.assigned is None:
            return
        # Of its own, so that no other course is another one for it.
        rng = Random(f"{self.place.code} {case.course.received} {case.assigned}")
        if rng.random() > PLANNED_SHARE:
            return
        case.next_step = rng.choice(texts.NEXT_STEPS)
        changes = {}
        if rng.random() < PUT_OFF_SHARE:
            case.follow_up = self.workdays.until + rng.randint(*PUT_OFF_DAYS)
            changes = {"changes": {"follow_up_on": [None, iso(case.follow_up)]}}
        last = case.events[-1]
        case.events.append(
            last._replace(
                kind=EventKind.NEXT_STEP,
                registered_at=last.registered_at + timedelta(minutes=5),
                details=json.dumps({**changes, "texts": ["next_step"]}),
                note="",
            )
        )

    def _number(self, year: int) -> str:
        """The next referral number of the year."""
        self.last_numbers[year] = self.last_numbers.get(year, 0) + 1
        return f"{year}-{self.last_numbers[year]:06}"

    def _days_elsewhere(self) -> int:
        """How long a few have waited in another municipality before they moved here."""
        return self.rng.randint(*EARLIER_DAYS) if self.rng.random() < EARLIER_ELSEWHERE_SHARE else 0


def _ended_pauses(case: Case) -> dict[str, Any]:
    """What the history says of pauses that end with the wait, as part of its end."""
    ended = [
        {"reason": pause.reason, "from": pause.started_on.isoformat(), "to": pause.ended_on.isoformat()}
        for pause in case.pauses
        if pause.ended_on and pause.ended_on.toordinal() == case.course.ended
    ]
    return {"pauses": ended} if ended else {}


def day(ordinal: int) -> date:
    """The date of an ordinal."""
    return date.fromordinal(ordinal)


def day_or_none(ordinal: int | None) -> date | None:
    """The date of an ordinal; none of none."""
    return None if ordinal is None else date.fromordinal(ordinal)


def iso(ordinal: int) -> str:
    """The date of an ordinal as the history writes it."""
    return date.fromordinal(ordinal).isoformat()
