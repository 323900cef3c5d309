"""The long waits of an earlier day as they were known then, and once more as they were read: what was registered later
is taken back, row by row and counted."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction

from ergo.scope import scoped
from referrals.choices import ContactKind, EventKind, Handling, Knowledge, Move, Outcome, PauseReason
from referrals.models import (
    ALL_KNOWN,
    Category,
    County,
    Hindsight,
    Municipality,
    Referral,
    User,
    access_of,
    looking_back,
    referrals_as,
)
from referrals.permissions import NO_ACCESS
from referrals.reports import long_waits, waiting_times
from referrals.reports.long_rows import LongWait, long_rows, tells_next_step, told
from referrals.reports.long_waits import LongCounts, LongWaitsReport
from referrals.reports.periods import month_ends
from referrals.reports.reached import Reached
from referrals.reports.scopes import Scope
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    MembershipFactory,
    PreliminaryReplyFactory,
    ReferralEventFactory,
    ReferralFactory,
    TherapistFactory,
    days_ago,
    give_template_key,
    noon,
)
from tests.unit.actions.acting import do
from tests.unit.reports.worlds import World, make_world
from tests.unit.situations.office import Office

THEN = Hindsight(Knowledge.THEN)
DAY = days_ago(30)
RECEIVED = days_ago(430)  # 400 days before DAY
Seen = Callable[..., dict[str, LongWait]]


@pytest.fixture
def office(municipality: Municipality, category: Category, coordinator: User) -> Office:
    give_template_key(municipality, category)
    return Office(municipality, category, coordinator)


@pytest.fixture
def seen(municipality: Municipality, coordinator: User) -> Seen:
    """What the coordinator is told of a day, by number."""

    def rows(hindsight: Hindsight = THEN, on: date = DAY) -> dict[str, LongWait]:
        access = access_of(coordinator, on=TODAY)
        visible = referrals_as(hindsight).visible_to(access).in_municipality(municipality)
        with looking_back(hindsight, on):
            found = long_rows(visible, access, on=on, hindsight=hindsight).order_by("received_on", "pk")
            with_next_step = tells_next_step(on, hindsight, hindsight.until or NOW)
            return {row.number: row for row in told(found, on, with_next_step=with_next_step)}

    return rows


def own(
    municipality: Municipality, user: User, on: date = DAY, hindsight: Hindsight = THEN
) -> LongWaitsReport:
    access = access_of(user, on=TODAY)
    rows = referrals_as(hindsight).visible_to(access).in_municipality(municipality)
    scope, reached = Scope.municipality(municipality, access), Reached.by(access, municipality.pk)
    return long_waits.build_own(scope, on, rows, data_as_of=NOW, hindsight=hindsight, reached=reached)


def values(counts: LongCounts) -> tuple[int | None, int | None, int | None]:
    return counts.waiting.value, counts.over_a_year.value, counts.near_a_year.value


class TestRows:
    def test_what_was_registered_later_is_not_there(self, office: Office, seen: Seen) -> None:
        known = office.waits(RECEIVED)
        late = office.register(RECEIVED, at=noon(days_ago(29)))
        same_evening = office.register(RECEIVED, at=noon(DAY))
        assert set(seen()) == {known.number, same_evening.number}
        assert set(seen(ALL_KNOWN)) == {known.number, same_evening.number, late.number}

    def test_a_start_and_a_duplicate_registered_later_waited_then(self, office: Office, seen: Seen) -> None:
        started, twice = office.waits(RECEIVED), office.waits(RECEIVED)
        office.does(Move.START, started, days_ago(40), at=NOW)
        office.does(Move.CLOSE, twice, days_ago(40), at=NOW, outcome=Outcome.DUPLICATE)
        assert set(seen()) == {started.number, twice.number} and not seen(ALL_KNOWN)
        assert seen()[started.number].last_contact is None

    def test_a_corrected_receipt_has_the_wait_that_was_known(self, office: Office, seen: Seen) -> None:
        case = office.register(days_ago(300), at=noon(days_ago(300)))
        office.corrects(case, days_ago(10), received_on=RECEIVED, reason="Stempelet viser en tidligere dag")
        assert seen() == {} and seen(ALL_KNOWN)[case.number].gross_days == 400
        assert seen(on=days_ago(10))[case.number].gross_days == 420

    def test_a_priority_set_later_is_not_known_then(self, office: Office, seen: Seen) -> None:
        case = office.register(RECEIVED)
        office.does(Move.PRIORITISE, case, days_ago(60), at=noon(days_ago(20)), priority=3)
        then, now = seen()[case.number], seen(ALL_KNOWN)[case.number]
        assert (then.priority, now.priority) == (None, 3)
        changed = office.waits(RECEIVED, priority=2)
        office.does(Move.PRIORITISE, changed, days_ago(60), at=noon(days_ago(20)), priority=1)
        assert (seen()[changed.number].priority, seen(ALL_KNOWN)[changed.number].priority) == (2, 1)

    def test_pauses_are_those_that_were_registered(self, office: Office, seen: Seen) -> None:
        case = office.waits(RECEIVED)
        office.does(Move.PAUSE, case, days_ago(50), reason=PauseReason.CAPACITY)
        office.does(Move.RESUME, case, days_ago(35), at=noon(days_ago(20)))
        office.does(Move.PAUSE, case, days_ago(33), at=noon(days_ago(19)), reason=PauseReason.HOSPITAL)
        then, now = seen()[case.number], seen(ALL_KNOWN)[case.number]
        assert [(held.reason, held.days, held.running) for held in then.held] == [("capacity", 20, True)]
        assert [(held.reason, held.days, held.running) for held in now.held] == [
            ("capacity", 15, False),
            ("hospital", 3, True),
        ]
        assert (then.held_days, now.held_days) == (20, 18)

    def test_a_reply_counts_from_when_it_was_registered(self, office: Office, seen: Seen) -> None:
        case = office.register(RECEIVED, handling=Handling.APPLICATION)
        office.does(Move.REPLY, case, days_ago(410), at=noon(days_ago(29)))
        then, now = seen()[case.number], seen(ALL_KNOWN)[case.number]
        assert then.last_contact is None and str(then.next_step) == "reply"
        assert (now.last_contact.code, now.last_contact.on) == ("preliminary_reply", days_ago(410))
        later = seen(on=days_ago(29))[case.number]
        assert later.last_contact == now.last_contact and str(later.next_step) == "prioritise"

    def test_a_contact_counts_from_when_the_history_told_of_it(self, office: Office, seen: Seen) -> None:
        case = office.waits(RECEIVED)
        for kind, held, registered in (
            (ContactKind.VISIT, 100, 100),
            (ContactKind.PHONE, 60, 31),
            (ContactKind.VIDEO, 40, 29),
        ):
            ContactFactory(referral=case, kind=kind, held_on=days_ago(held))
            ReferralEventFactory(
                referral=case,
                kind=EventKind.CONTACT,
                happened_on=days_ago(held),
                registered_at=noon(days_ago(registered)),
                details={"contact": {"kind": kind, "therapist": None}},
            )
        last = {day: seen(on=days_ago(day))[case.number].last_contact for day in (29, 30, 32)}
        assert {day: (one.code, one.on) for day, one in last.items()} == {
            29: ("video", days_ago(40)),
            30: ("phone", days_ago(60)),
            32: ("visit", days_ago(100)),
        }
        assert seen(ALL_KNOWN)[case.number].last_contact.code == "video"

    def test_of_what_the_history_does_not_know_nothing_is_told_then(self, office: Office, seen: Seen) -> None:
        """Never a contact of which nobody can say that it was known."""
        case = office.waits(RECEIVED)
        ContactFactory(referral=case, held_on=days_ago(100))
        PreliminaryReplyFactory(referral=case, sent_on=days_ago(420))
        assert seen()[case.number].last_contact is None
        assert seen(ALL_KNOWN)[case.number].last_contact.on == days_ago(100)

    def test_a_start_that_was_put_on_a_later_day_is_no_contact_before_it(
        self, office: Office, seen: Seen
    ) -> None:
        case = office.waits(RECEIVED)
        office.does(Move.START, case, days_ago(50))
        office.corrects(case, days_ago(30), started_on=days_ago(30), reason="Feil dag")
        assert seen(on=days_ago(40)) == {}  # as was known then, it had started
        assert seen(ALL_KNOWN, days_ago(40))[case.number].last_contact is None
        assert seen(Hindsight(until=NOW), days_ago(40))[case.number].last_contact is None

    def test_the_next_step_is_that_of_the_end_of_the_day(self, office: Office, seen: Seen) -> None:
        case = office.register(RECEIVED)
        office.does(Move.PRIORITISE, case, days_ago(90))
        therapist = TherapistFactory(employed_in=office.municipality)
        office.does(Move.ASSIGN, case, days_ago(70), therapist_id=therapist.pk)
        office.does(Move.PAUSE, case, days_ago(50))
        steps = {day: str(seen(on=days_ago(day))[case.number].next_step) for day in (91, 90, 70, 50)}
        assert steps == {
            91: "prioritise",
            90: "assign",
            70: "start",
            50: "resume",
        }
        assert seen(ALL_KNOWN)[case.number].next_step is None

    def test_whether_a_reply_was_due_is_judged_by_how_the_referral_was_treated_then(
        self, office: Office, seen: Seen
    ) -> None:
        case = office.register(RECEIVED, handling=Handling.APPLICATION)
        office.corrects(case, days_ago(20), handling=Handling.REFERRAL, reason="Ingen søknad")
        assert str(seen()[case.number].next_step) == "reply"
        assert str(seen(on=days_ago(20))[case.number].next_step) == "prioritise"

    def test_read_once_more_they_are_as_they_were_read(self, office: Office, seen: Seen) -> None:
        for handling in Handling:
            office.register(RECEIVED, handling=handling)
        held, assigned = office.waits(RECEIVED), office.waits(RECEIVED)
        office.does(Move.PAUSE, held, days_ago(5))
        therapist = TherapistFactory(employed_in=office.municipality)
        office.does(Move.ASSIGN, assigned, days_ago(5), therapist_id=therapist.pk)
        read = {(look, on): seen(look, on) for look in (ALL_KNOWN, THEN) for on in (TODAY, DAY)}
        assert {str(row.next_step) for row in read[ALL_KNOWN, TODAY].values()} == {
            "reply",
            "prioritise",
            "resume",
            "start",
        }
        later = NOW + timedelta(days=2)
        for number in read[ALL_KNOWN, TODAY]:
            office.does(
                Move.CLOSE, Referral.objects.get(number=number), TODAY, at=later, outcome=Outcome.MOVED
            )
        assert not seen(ALL_KNOWN, TODAY)
        for (look, on), rows in read.items():
            assert seen(Hindsight(look.knowledge, until=NOW), on) == rows, (look, on)


class TestOwn:
    def test_the_counts_and_the_month_ends_before_are_those_known_then(
        self, office: Office, municipality: Municipality, coordinator: User
    ) -> None:
        office.waits(RECEIVED)
        late = office.register(RECEIVED, at=noon(days_ago(10)))
        near = office.waits(days_ago(330))
        office.does(Move.START, near, days_ago(100), at=noon(days_ago(9)))
        then, now = (own(municipality, coordinator, hindsight=look) for look in (THEN, ALL_KNOWN))
        assert values(then.now) == (2, 1, 1) and values(now.now) == (2, 2, 0)
        assert [counts.on for counts in then.history] == list(month_ends(DAY, 24))
        assert values(then.history[-1]) == (2, 1, 1) and values(now.history[-1]) == (2, 2, 0)
        assert (then.recipe.knowledge, now.recipe.knowledge) == (Knowledge.THEN, Knowledge.NOW)
        assert late.received_on == RECEIVED

    def test_each_month_end_is_as_known_by_the_end_of_the_day_not_of_its_own(
        self, office: Office, municipality: Municipality, coordinator: User
    ) -> None:
        """What a page of that day would have shown."""
        month_end = month_ends(DAY, 1)[0]
        office.register(RECEIVED, at=noon(month_end + timedelta(days=1)))
        assert values(own(municipality, coordinator).history[-1])[0] == 1
        then = own(municipality, coordinator, on=month_end)
        assert set(values(then.now)) == {None} and then.begins_on == month_end + timedelta(days=1)
        office.waits(days_ago(300))
        assert values(own(municipality, coordinator).history[-1])[0] == 2
        assert values(own(municipality, coordinator, on=month_end).now)[0] == 1


@pytest.fixture
def late_world(db: None, coordinator: User) -> World:
    """Many long waits in six municipalities, a third of which ended long before anybody registered it."""
    world = make_world(Random(5), 1_500)
    for place in world.municipalities:
        MembershipFactory(user=coordinator, municipality=place)
    waiting = Referral.objects.filter(status__in=("received", "waiting"), received_on__lt=days_ago(300))
    for number, referral in enumerate(waiting.order_by("pk")[:150]):
        on = max(referral.received_on, days_ago(150))
        if number % 3 == 0:
            do(Move.START, referral, coordinator, on=on)
        elif number % 3 == 1:
            do(Move.CLOSE, referral, coordinator, outcome=Outcome.DUPLICATE, on=on)
    return world


def outside(scope: Scope, on: date, hindsight: Hindsight) -> LongWaitsReport:
    with scoped(), transaction.atomic():
        return long_waits.build(scope, on, data_as_of=NOW, hindsight=hindsight)


def test_outsiders_counts_are_those_of_the_rows_both_ways(late_world: World, coordinator: User) -> None:
    """What is shown of a municipality to readers is what its own staff see of the same day, looked at alike."""
    shown = differing = 0
    for place in late_world.municipalities:
        for on in (days_ago(20), days_ago(100)):
            by_look = {}
            for look in (ALL_KNOWN, THEN):
                theirs = outside(Scope.municipality(place, NO_ACCESS), on, look)
                mine = own(place, coordinator, on, look)
                for their, my in zip((theirs.now, *theirs.history), (mine.now, *mine.history), strict=True):
                    for name in ("waiting", "over_a_year", "near_a_year"):
                        figure, true = getattr(their, name), getattr(my, name).value
                        assert figure.value in (true, None), (place, on, look, name)
                        shown += figure.value is not None
                by_look[look] = values(mine.now)
            differing += by_look[ALL_KNOWN] != by_look[THEN]
    assert shown > 100 and differing > 3


def test_small_numbers_are_hidden_both_ways(late_world: World) -> None:
    """Shown or hidden as on the dashboard of the same day, looked at in the same way; and never 1 to 4."""
    scopes = [Scope.nation(), *(Scope.counties([county]) for county in County.objects.all())]
    hidden: dict[Knowledge, int] = dict.fromkeys(Knowledge, 0)
    for look in (ALL_KNOWN, THEN):
        for scope in scopes:
            report = outside(scope, days_ago(20), look)
            with scoped(), transaction.atomic():
                board = waiting_times.build(scope, days_ago(20), data_as_of=NOW, hindsight=look)
            assert (report.now.waiting, report.now.over_a_year) == (
                board.waiting.figure,
                board.over_a_year.figure,
            )
            assert [(place.code, place.waiting, place.over_a_year) for place in report.places] == [
                (place.code, place.waiting, place.over_a_year) for place in board.places
            ]
            every: list[Any] = [report.now, *report.history, *report.places]
            for counts in every:
                figures = (counts.waiting, counts.over_a_year, counts.near_a_year)
                assert not any(figure.value in (1, 2, 3, 4) for figure in figures)
                hidden[look.knowledge] += sum(figure.suppressed for figure in figures)
    assert all(hidden.values())


def test_it_takes_no_more_questions_as_it_was_known(
    late_world: World, django_assert_num_queries: Any
) -> None:
    """Three, one for where nobody waits, and the two that say and unsay which day is looked back to."""
    scope = Scope.counties(County.objects.all())
    with scoped(), transaction.atomic(), django_assert_num_queries(6):
        long_waits.build(scope, DAY, data_as_of=NOW, hindsight=THEN)


def test_the_next_step_is_told_of_the_day_of_reading_and_of_days_as_they_were_known() -> None:
    read = noon(TODAY)
    for hindsight, on, tells in (
        (ALL_KNOWN, TODAY, True),
        (ALL_KNOWN, days_ago(1), False),
        (THEN, days_ago(1), True),
        (Hindsight(until=read), TODAY, True),
        (Hindsight(until=read), days_ago(1), False),
        (Hindsight(Knowledge.THEN, until=read), days_ago(1), True),
    ):
        assert tells_next_step(on, hindsight, read) is tells


def test_rows_without_history_are_as_old_as_their_registration(
    office: Office, municipality: Municipality, seen: Seen
) -> None:
    case = ReferralFactory(municipality=municipality, received_on=RECEIVED, waiting=True)
    row = seen()[case.number]
    assert (row.priority, row.last_contact, row.held) == (2, None, ())
