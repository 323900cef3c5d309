"""The *Situations* of docs/definitions.md: what is entered late, twice or wrongly, and what the clock says then."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from referrals.choices import EventKind, Knowledge, Move, Outcome, PauseReason, Status
from referrals.errors import (
    DateBefore,
    DomainError,
    DuplicateOpenReferral,
    FutureDate,
    RegisteredLate,
)
from referrals.models import Category, Hindsight, Referral, WaitPause, access_of
from referrals.reports import waiting_times
from referrals.reports.scopes import Scope
from tests.factories import TODAY, days_ago, noon
from tests.unit.situations.office import Office, Said, clock, clock_then, listed

TOMORROW = TODAY + timedelta(days=1)


class TestImpossibleDays:
    """Refused by the action, and by the database whoever writes."""

    def test_a_receipt_in_the_future(self, office: Office) -> None:
        with pytest.raises(FutureDate):
            office.register(TOMORROW, at=noon(TODAY))
        referral = office.waits(TODAY)
        self.is_refused(referral, received_on=TOMORROW, prioritised_on=TOMORROW)

    @pytest.mark.parametrize(
        ("move", "column", "more"),
        [
            (Move.START, "started_on", {"status": Status.STARTED}),
            (
                Move.CLOSE,
                "closed_on",
                {"status": Status.CLOSED, "outcome": Outcome.NOT_NEEDED},
            ),
        ],
    )
    def test_an_end_before_receipt_or_in_the_future(
        self, office: Office, move: Move, column: str, more: dict[str, Any]
    ) -> None:
        referral = office.waits(days_ago(10))
        for day, error in ((days_ago(11), DateBefore), (TOMORROW, FutureDate)):
            with pytest.raises(error):
                office.does(move, referral, day, at=noon(TODAY))
        Referral.objects.filter(pk=referral.pk).update(changed_at=noon(TODAY))
        self.is_refused(referral, **{column: days_ago(11)}, **more)
        self.is_refused(referral, **{column: TOMORROW}, **more)
        assert clock(referral, TODAY) == Said(10)

    def test_a_pause_that_ends_before_it_begins(self, office: Office) -> None:
        referral = office.waits(days_ago(10))
        with pytest.raises(DateBefore):
            office.does(Move.PAUSE, referral, days_ago(5), until=days_ago(6))
        with pytest.raises(IntegrityError, match="pause_end_after_start"), transaction.atomic():
            WaitPause.objects.create(
                municipality=office.municipality,
                referral=referral,
                reason=PauseReason.AWAY,
                started_on=days_ago(5),
                ended_on=days_ago(6),
            )
        office.does(Move.PAUSE, referral, days_ago(5))
        with pytest.raises(DateBefore):
            office.does(Move.RESUME, referral, days_ago(6), at=noon(TODAY))
        assert clock(referral, TODAY) == Said(10, paused=5)

    @staticmethod
    def is_refused(referral: Referral, **columns: Any) -> None:
        with pytest.raises(IntegrityError, match="violates check constraint"), transaction.atomic():
            Referral.objects.filter(pk=referral.pk).update(**columns)

    def test_over_ten_years_is_asked_about_and_counted_to_the_day(self, office: Office) -> None:
        """Ten years from a day in March are two or three leap days more than ten times 365."""
        with pytest.raises(RegisteredLate):
            office.register(date(2016, 2, 29), at=noon(TODAY), late_because="")
        referral = office.waits(date(2016, 2, 29), at=noon(TODAY))
        assert clock(referral, date(2026, 2, 28)) == Said(3652, over_target=True)
        assert clock(referral, date(2026, 3, 1)) == Said(3653, over_target=True)


class TestTwoOpen:
    """Of the same person in the same category."""

    def test_the_second_one_is_told_of_the_first(self, office: Office) -> None:
        person = office.person()
        first = office.waits(days_ago(50), person=person)
        with pytest.raises(DuplicateOpenReferral) as caught:
            office.register(days_ago(20), person=person)
        assert caught.value.referrals == [first]
        second = office.register(days_ago(20), person=person, accept_duplicate=True, note="Nytt behov")
        assert listed(office, TODAY) == [first, second]
        assert second.events.get().note == "Nytt behov"

    @pytest.mark.parametrize("kept", ["first", "second"])
    @pytest.mark.parametrize("asked", ["first", "second"])
    def test_of_two_that_are_one_the_earliest_receipt_stays_and_each_day_on_hold_once(
        self, office: Office, kept: str, asked: str
    ) -> None:
        person = office.person()
        first = office.waits(days_ago(50), person=person, seniority_on=days_ago(80))
        second = office.waits(days_ago(20), person=person, accept_duplicate=True)
        office.does(Move.PAUSE, first, days_ago(45), at=noon(TODAY), until=days_ago(10))
        office.does(Move.PAUSE, second, days_ago(15), reason=PauseReason.HOSPITAL, until=days_ago(5))
        both = {"first": first, "second": second}
        stays, goes = both[kept], both["second" if kept == "first" else "first"]
        saved = office.merges(both[asked], keep=stays)
        assert (saved, saved.received_on, saved.seniority_on) == (stays, days_ago(50), days_ago(80))
        assert listed(office, TODAY) == listed(office, days_ago(40)) == [stays]
        assert clock(stays, TODAY) == Said(50, paused=40)  # from 45 to 5 days ago
        gone = Referral.objects.get(pk=goes.pk)
        assert (gone.outcome, gone.closed_on, gone.merged_into) == (Outcome.DUPLICATE, TODAY, stays)
        assert not clock(goes, TODAY).waits
        then = clock_then(goes, days_ago(1))
        assert then is not None and then.waits  # nobody knew yet

    def test_what_was_known_before_the_merge_stays_as_it_was(self, office: Office) -> None:
        person = office.person()
        first = office.waits(days_ago(50), person=person)
        office.does(Move.PAUSE, first, days_ago(40), reason=PauseReason.NAV)
        second = office.waits(days_ago(20), person=person, accept_duplicate=True)
        office.does(Move.PAUSE, second, days_ago(15), until=days_ago(10))
        then = [clock_then(one, days_ago(ago)) for one in (first, second) for ago in range(1, 51)]
        office.merges(first, keep=first)
        assert [clock_then(one, days_ago(ago)) for one in (first, second) for ago in range(1, 51)] == then
        assert clock(first, TODAY) == clock_then(first, TODAY) == Said(50, paused=5)

    def test_one_that_was_merged_by_mistake_stands_by_itself_again(self, office: Office) -> None:
        person = office.person()
        first = office.waits(days_ago(50), person=person)
        second = office.waits(days_ago(20), person=person, accept_duplicate=True)
        office.merges(first, keep=first, at=noon(days_ago(10)))
        office.does(Move.REOPEN, second, TODAY)
        assert listed(office, TODAY) == [first, second]
        assert clock(second, TODAY) == Said(20)
        assert Referral.objects.get(pk=second.pk).merged_into is None


class TestBackDated:
    def test_receipt_and_registration_are_kept_apart(self, office: Office) -> None:
        with pytest.raises(RegisteredLate):
            office.register(days_ago(45), at=noon(TODAY), late_because="")
        referral = office.register(days_ago(45), at=noon(TODAY), late_because="Lå i feil postkasse")
        assert clock(referral, TODAY) == Said(45, over_target=None)
        assert clock(referral, days_ago(1)) == Said(44, over_target=None)
        assert referral.registered_at == noon(TODAY)
        event = referral.events.get()
        assert (event.happened_on, event.registered_at) == (days_ago(45), noon(TODAY))
        assert (event.registered_by, event.note) == (office.by, "Lå i feil postkasse")

    def test_a_receipt_that_is_moved_back_takes_a_reason_and_leaves_the_registration(
        self, office: Office
    ) -> None:
        referral = office.waits(days_ago(45))
        with pytest.raises(DomainError):
            office.corrects(referral, TODAY, reason=" ", received_on=days_ago(60))
        office.corrects(referral, TODAY, reason="Datostemplet to uker før", received_on=days_ago(60))
        assert clock(referral, TODAY) == Said(60, over_target=True)
        stored = Referral.objects.get(pk=referral.pk)
        assert stored.registered_at == noon(days_ago(45))
        event = stored.events.get(kind=EventKind.CORRECTED)
        assert event.note == "Datostemplet to uker før"
        assert event.details["changes"]["received_on"] == [
            days_ago(45).isoformat(),
            days_ago(60).isoformat(),
        ]

    def test_a_start_that_is_registered_late_ends_the_wait_when_it_was(self, office: Office) -> None:
        referral = office.waits(days_ago(60))
        office.does(Move.START, referral, days_ago(30), at=noon(TODAY))
        assert clock(referral, days_ago(31)) == Said(29)
        assert clock(referral, days_ago(30)) == Said(30, waits=False)
        assert clock_then(referral, days_ago(1)) == Said(59, over_target=True)


class TestSeveralNeeds:
    def test_each_is_a_referral_with_a_clock(self, office: Office, other_category: Category) -> None:
        person = office.person()
        aids = office.waits(days_ago(30), person=person)
        home = office.waits(days_ago(10), person=person, category=other_category, priority=1)
        office.does(Move.START, aids, days_ago(5))
        assert clock(aids, TODAY) == Said(25, waits=False)
        assert clock(home, TODAY) == Said(10)

    @pytest.mark.parametrize("knowledge", Knowledge)
    def test_referrals_and_citizens_are_counted_apart(
        self, office: Office, other_category: Category, knowledge: Knowledge
    ) -> None:
        person = office.person()
        office.waits(days_ago(30), person=person)
        office.waits(days_ago(10), person=person, category=other_category, priority=1)
        office.waits(days_ago(10))
        here = Scope.municipality(office.municipality, access_of(office.by, on=TODAY))
        for on, referrals, citizens in ((days_ago(11), 1, 1), (days_ago(10), 3, 2), (TODAY, 3, 2)):
            report = waiting_times.build(here, on, data_as_of=noon(TODAY), hindsight=Hindsight(knowledge))
            assert (report.waiting.figure.value, report.persons.figure.value) == (referrals, citizens)


class TestTwoWaysToLookBack:
    """*Slik den var*, and *slik vi nå vet at den var*."""

    def test_every_move_is_known_from_the_end_of_the_day_it_was_registered(self, office: Office) -> None:
        referral = office.register(days_ago(80), at=noon(days_ago(70)))
        office.does(Move.PRIORITISE, referral, days_ago(78), at=noon(days_ago(60)), priority=1)
        office.does(Move.PAUSE, referral, days_ago(76), at=noon(days_ago(50)), until=days_ago(66))
        office.does(Move.CLOSE, referral, days_ago(56), at=noon(days_ago(40)), outcome=Outcome.DECLINED)
        office.does(Move.REOPEN, referral, days_ago(46), at=noon(days_ago(30)), note="Ringte tilbake")
        office.does(Move.START, referral, days_ago(36), at=noon(days_ago(20)))
        then = {
            71: None,
            70: Said(10, over_target=None),
            61: Said(19, over_target=None),
            60: Said(20, over_target=True),
            51: Said(29, over_target=True),
            50: Said(30, paused=10, over_target=True),
            41: Said(39, paused=10, over_target=True),
            40: Said(24, paused=10, waits=False),
            31: Said(24, paused=10, waits=False),
            30: Said(50, paused=20, over_target=True),
            21: Said(59, paused=20, over_target=True),
            20: Said(44, paused=20, waits=False, over_target=True),
        }
        assert {ago: clock_then(referral, days_ago(ago)) for ago in then} == then
        now = {
            71: Said(9, paused=5),
            60: Said(20, paused=10),
            50: Said(30, paused=16),
            40: Said(40, paused=20, over_target=True),
            36: Said(44, paused=20, waits=False, over_target=True),
            20: Said(44, paused=20, waits=False, over_target=True),
        }
        assert {ago: clock(referral, days_ago(ago)) for ago in now} == now
        assert clock_then(referral, TODAY) == clock(referral, TODAY)

    def test_before_receipt_there_is_nothing(self, office: Office) -> None:
        referral = office.waits(days_ago(10))
        assert clock_then(referral, days_ago(11)) is None
        assert not Referral.objects.with_wait(on=days_ago(11)).filter(pk=referral.pk).exists()
