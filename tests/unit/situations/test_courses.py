"""The *Situations* of docs/definitions.md: courses that a case takes, by the real actions, and what the clock says."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from referrals.choices import EventKind, Move, Outcome, PauseReason, Source, Status
from referrals.errors import DateAfter, FutureDate, ReopenTooLate, UnknownCode
from referrals.models import Category, Referral
from tests.factories import TODAY, days_ago, noon
from tests.unit.actions.acting import pauses
from tests.unit.situations.office import Office, Said, clock, clock_then, listed


class TestClockChanges:
    """No time arithmetic: an instant is first put on the calendar of Norway."""

    @pytest.mark.parametrize(
        ("instant", "day"),
        [
            (datetime(2024, 3, 30, 22, 59, tzinfo=UTC), date(2024, 3, 30)),
            (datetime(2024, 3, 30, 23, 30, tzinfo=UTC), date(2024, 3, 31)),
            (datetime(2024, 3, 31, 21, 59, tzinfo=UTC), date(2024, 3, 31)),
            (datetime(2024, 3, 31, 22, 0, tzinfo=UTC), date(2024, 4, 1)),
            (datetime(2024, 10, 26, 21, 59, tzinfo=UTC), date(2024, 10, 26)),
            (datetime(2024, 10, 26, 22, 0, tzinfo=UTC), date(2024, 10, 27)),
            (datetime(2024, 10, 27, 22, 59, tzinfo=UTC), date(2024, 10, 27)),
            (datetime(2024, 10, 27, 23, 0, tzinfo=UTC), date(2024, 10, 28)),
        ],
        ids=str,
    )
    def test_what_is_registered_at_an_instant_is_of_its_day_in_norway(
        self, office: Office, instant: datetime, day: date
    ) -> None:
        referral = office.register(day, at=instant)  # by the database's own check, too
        assert clock(referral, day) == Said(0, over_target=None)
        assert clock_then(referral, day) == Said(0, over_target=None)
        assert clock_then(referral, day - timedelta(days=1)) is None
        with pytest.raises(FutureDate):
            office.register(day + timedelta(days=1), at=instant)

    @pytest.mark.parametrize("change", [date(2024, 3, 31), date(2024, 10, 27)], ids=str)
    def test_a_day_of_23_or_25_hours_is_one_day(self, office: Office, change: date) -> None:
        before, after = change - timedelta(days=1), change + timedelta(days=1)
        referral = office.waits(before)
        office.does(Move.PAUSE, referral, before, until=after, at=noon(before))
        assert clock(referral, change) == Said(1, paused=1)
        assert clock(referral, after) == Said(2, paused=2)
        office.does(Move.START, referral, after)
        assert clock(referral, after + timedelta(days=9)) == Said(2, paused=2, waits=False)


# ---------------------------------------------------------------- re-referral, regret, moving


class TestReReferral:
    def test_somebody_referred_again_has_a_new_clock_and_keeps_the_former_referral(
        self, office: Office
    ) -> None:
        person = office.person()
        first = office.waits(days_ago(200), person=person)
        office.does(Move.START, first, days_ago(150))
        office.does(Move.CLOSE, first, days_ago(100), outcome=Outcome.FINISHED)
        again = office.register(days_ago(40), person=person)
        assert clock(first, TODAY) == Said(50, waits=False)
        assert clock(again, TODAY) == Said(40, over_target=None)
        assert set(person.referrals.all()) == {first, again}
        assert (first.former, again.former) == (None, first)
        assert listed(office, TODAY) == [again]

    def test_the_former_is_the_one_closed_last_by_the_day_of_receipt(
        self, office: Office, other_category: Category
    ) -> None:
        person = office.person()

        def closed(received: int, ended: int, outcome: Outcome = Outcome.DECLINED, **more: Any) -> Referral:
            came = office.waits(days_ago(received), person=person, accept_duplicate=True, **more)
            return office.does(Move.CLOSE, came, days_ago(ended), outcome=outcome)

        closed(300, 250)
        last = closed(290, 60)
        closed(200, 55, Outcome.DUPLICATE)
        closed(200, 50, Outcome.ENTERED_IN_ERROR)
        closed(200, 45, category=other_category)
        closed(200, 39)
        assert office.register(days_ago(40), person=person).former == last
        elsewhere = office.register(days_ago(40))
        assert elsewhere.former is None

    def test_the_same_day_is_after_and_a_correction_moves_the_link(
        self, office: Office, other_category: Category
    ) -> None:
        person = office.person()
        first = office.does(
            Move.CLOSE, office.waits(days_ago(90), person=person), days_ago(40), outcome=Outcome.NOT_NEEDED
        )
        again = office.register(days_ago(40), person=person)
        assert again.former == first
        assert again.events.get().details["changes"]["former"] == [None, first.number]
        assert office.corrects(again, TODAY, received_on=days_ago(41)).former is None
        assert office.corrects(again, TODAY, received_on=days_ago(40)).former == first
        assert office.corrects(again, TODAY, category=other_category).former is None
        assert office.corrects(again, TODAY, source=Source.SELF).former is None

    def test_the_database_keeps_the_link_within_the_municipality(
        self, office: Office, other_office: Office
    ) -> None:
        here, there = office.waits(days_ago(10)), other_office.waits(days_ago(90))
        for column in ("former_id", "merged_into_id"):
            with pytest.raises(IntegrityError, match="_same_municipality"), transaction.atomic():
                outcome = {"status": "closed", "closed_on": TODAY, "outcome": Outcome.DUPLICATE}
                Referral.objects.filter(pk=here.pk).update(
                    **{column: there.pk}, **outcome, changed_at=noon(TODAY)
                )
                connection.check_constraints()

    @pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.UNREACHABLE, Outcome.OTHER])
    def test_a_wrong_closure_that_is_opened_again_keeps_the_day_of_receipt(
        self, office: Office, outcome: Outcome
    ) -> None:
        referral = office.waits(days_ago(60))
        office.does(Move.CLOSE, referral, days_ago(30), outcome=outcome)
        assert clock(referral, days_ago(10)) == Said(30, waits=False)
        office.does(Move.REOPEN, referral, TODAY)
        assert clock(referral, days_ago(10)) == Said(50)
        assert clock(referral, TODAY) == Said(60, over_target=True)  # not a day was lost

    def test_opened_again_after_the_start_the_wait_stays_ended(self, office: Office) -> None:
        referral = office.waits(days_ago(60))
        office.does(Move.START, referral, days_ago(50))
        office.does(Move.CLOSE, referral, days_ago(20), outcome=Outcome.FINISHED)
        office.does(Move.REOPEN, referral, TODAY)
        assert clock(referral, TODAY) == Said(10, waits=False)


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.NOT_NEEDED])
class TestRegret:
    """Withdrawn, then regretted."""

    def test_within_thirty_days_the_gap_is_a_pause(self, office: Office, outcome: Outcome) -> None:
        referral = office.waits(days_ago(70))
        office.does(Move.CLOSE, referral, days_ago(30), outcome=outcome)
        office.does(Move.REOPEN, referral, TODAY)
        assert pauses(referral) == [(PauseReason.OWN_WISH, days_ago(30), TODAY)]
        assert clock(referral, TODAY) == Said(70, paused=30)  # 40 net days of 56
        assert clock(referral, TODAY + timedelta(days=16)) == Said(86, paused=30)
        assert clock(referral, TODAY + timedelta(days=17)) == Said(87, paused=30, over_target=True)

    def test_on_the_thirty_first_day_it_is_a_new_referral(self, office: Office, outcome: Outcome) -> None:
        person = office.person()
        referral = office.waits(days_ago(70), person=person)
        office.does(Move.CLOSE, referral, days_ago(31), outcome=outcome)
        with pytest.raises(ReopenTooLate):
            office.does(Move.REOPEN, referral, TODAY)
        new = office.waits(TODAY, person=person)
        assert clock(referral, TODAY) == Said(39, waits=False)
        assert clock(new, TODAY) == Said(0)


class TestMoved:
    def test_the_old_wait_ends_and_the_new_one_keeps_its_seniority(
        self, office: Office, other_office: Office
    ) -> None:
        left = office.waits(days_ago(100))
        office.does(Move.CLOSE, left, days_ago(20), outcome=Outcome.MOVED)
        came = other_office.waits(days_ago(15), seniority_on=left.received_on)
        assert clock(left, TODAY) == Said(80, waits=False, over_target=True)
        assert clock(came, TODAY) == Said(15)
        assert (came.received_on, came.seniority_on) == (days_ago(15), days_ago(100))
        assert (listed(office, TODAY), listed(other_office, TODAY)) == ([], [came])

    def test_seniority_is_never_after_receipt(self, office: Office) -> None:
        with pytest.raises(DateAfter):
            office.register(days_ago(15), at=noon(TODAY), seniority_on=days_ago(14))

    def test_a_place_that_changes_its_number_ends_nobodys_wait(self, office: Office) -> None:
        referral = office.waits(days_ago(100))
        office.municipality.code = "9998"
        office.municipality.save()
        assert clock(referral, TODAY) == Said(100, over_target=True)
        assert listed(office, TODAY) == [referral]


class TestDead:
    def test_the_wait_ended_on_the_day_of_death_that_was_learnt_later(self, office: Office) -> None:
        referral = office.waits(days_ago(60))
        office.does(Move.PAUSE, referral, days_ago(25), reason=PauseReason.HOSPITAL)
        assert listed(office, days_ago(10)) == [referral]
        office.does(Move.CLOSE, referral, days_ago(20), at=noon(TODAY), outcome=Outcome.DEAD)
        assert clock(referral, days_ago(21)) == Said(39, paused=4)
        assert clock(referral, days_ago(20)) == Said(40, paused=5, waits=False)
        assert clock(referral, TODAY) == Said(40, paused=5, waits=False)
        assert listed(office, days_ago(10)) == []  # the live list is another one now
        assert clock_then(referral, days_ago(10)) == Said(50, paused=15)  # what was known then stays


class TestNoShow:
    """An event: it starts, pauses and ends nothing. Only the decision to close ends the wait."""

    def test_it_is_written_down_and_the_clock_goes_on(self, office: Office) -> None:
        referral = office.waits(days_ago(40))
        office.does(Move.PAUSE, referral, days_ago(30), until=days_ago(20))
        before = [clock(referral, days_ago(ago)) for ago in range(41)]
        for ago in (35, 25, 10, 0):
            saved = office.does(Move.NO_SHOW, referral, days_ago(ago), at=noon(TODAY))
        assert (saved.status, saved.started_on) == (Status.WAITING, None)
        assert [clock(referral, days_ago(ago)) for ago in range(41)] == before
        assert set(referral.contacts.values_list("kind", flat=True)) == {"no_show"}
        assert saved.events.filter(kind=EventKind.CONTACT).count() == 4

    def test_the_start_comes_after_it_and_stays_with_its_own_contact(self, office: Office) -> None:
        referral = office.waits(days_ago(40))
        office.does(Move.NO_SHOW, referral, days_ago(20))
        office.does(Move.START, referral, days_ago(10))
        assert clock(referral, TODAY) == Said(30, waits=False)
        office.corrects(referral, TODAY, started_on=days_ago(15))
        held = dict(referral.contacts.values_list("kind", "held_on"))
        assert held == {"no_show": days_ago(20), "visit": days_ago(15)}

    def test_it_is_neither_a_pause_nor_a_start(self, office: Office) -> None:
        referral = office.waits(days_ago(40))
        with pytest.raises(UnknownCode):
            office.does(Move.PAUSE, referral, days_ago(10), reason="no_show")
        with pytest.raises(UnknownCode):
            office.does(Move.START, referral, days_ago(10), kind="no_show")
        assert clock(referral, TODAY) == Said(40)

    def test_closing_after_it_takes_a_reason_and_is_another_end(self, office: Office) -> None:
        referral = office.waits(days_ago(40))
        with pytest.raises(UnknownCode):
            office.does(Move.CLOSE, referral, days_ago(5), outcome="")
        closed = office.does(
            Move.CLOSE, referral, days_ago(5), outcome=Outcome.UNREACHABLE, note="Møtte ikke to ganger"
        )
        assert clock(referral, TODAY) == Said(35, waits=False)
        assert (closed.started_on, closed.events.get(kind=EventKind.CLOSED).note) == (
            None,
            "Møtte ikke to ganger",
        )
