"""What is to be done by when: who is listed on which day, at each boundary."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals import waiting
from referrals.choices import Task, ValidationResult, When
from referrals.models import Category, Municipality, Referral, ReplyRule, Validation, WaitPause
from referrals.reports.deadlines import counts_of, rows_of, window
from referrals.waiting import oslo_date
from tests.factories import (
    TODAY,
    PauseReviewFactory,
    PreliminaryReplyFactory,
    ReferralFactory,
    UserFactory,
    ValidationFactory,
    WaitPauseFactory,
    days_ago,
    noon,
)

Log = Callable[..., Referral]
DAY = timedelta(days=1)
LATER = noon(date(2027, 1, 1))

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    """Makes referrals of the municipality, with priority 2: 56 days by its key."""

    def make(received_on: date = TODAY, **traits: object) -> Referral:
        given = {"municipality": municipality, "category": category, "waiting": True, "changed_at": LATER}
        return ReferralFactory(**given | {"received_on": received_on} | traits)

    return make


def listed(task: Task, on: date, when: When | None = None) -> list[Referral]:
    return list(rows_of(Referral.objects.all(), task, on=on, when=when))


def first_and_last(task: Task, around: date, days: int = 200) -> tuple[date, date]:
    """The first and the last of the days around one on which somebody is listed now, without a hole."""
    span = [around + timedelta(days=n) for n in range(-days, days)]
    found = [on for on in span if listed(task, on)]
    assert found == [found[0] + timedelta(days=n) for n in range(len(found))]
    return found[0], found[-1]


# ---------------------------------------------------------------- the target


def test_over_target_from_the_day_after_the_due_date_on(log: Log) -> None:
    log(date(2026, 1, 1))
    due = date(2026, 1, 1) + timedelta(days=56)
    assert not listed(Task.OVER_TARGET, due) and listed(Task.OVER_TARGET, due + DAY)
    assert listed(Task.DUE_SOON, due) and not listed(Task.DUE_SOON, due + DAY)
    assert listed(Task.DUE_SOON, due - 7 * DAY) and not listed(Task.DUE_SOON, due - 8 * DAY)
    assert [row.last_day for row in listed(Task.DUE_SOON, due - DAY)] == [due]


def test_days_on_hold_move_the_last_day_as_they_move_the_target(log: Log) -> None:
    referral = log(date(2026, 1, 1))
    WaitPauseFactory(referral=referral, started_on=date(2026, 1, 10), ended_on=date(2026, 1, 20))
    (row,) = listed(Task.DUE_SOON, date(2026, 3, 6))
    assert row.last_day == date(2026, 3, 8)


def test_by_their_last_day_also_those_that_are_not_due_soon_are_listed(log: Log) -> None:
    log(TODAY - timedelta(days=56 - 28))
    assert not listed(Task.DUE_SOON, TODAY)
    assert listed(Task.DUE_SOON, TODAY, When.FOUR_WEEKS)
    assert not listed(Task.DUE_SOON, TODAY - DAY, When.FOUR_WEEKS)
    assert not listed(Task.DUE_SOON, TODAY, When.WEEK)


# ---------------------------------------------------------------- the preliminary reply


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2026, 2, 1), date(2026, 3, 1)),
        (date(2026, 2, 28), date(2026, 3, 28)),
        (date(2025, 10, 26), date(2025, 11, 26)),
        (date(2025, 12, 31), date(2026, 1, 31)),
    ],
)
def test_a_reply_is_listed_from_day_21_until_it_is_sent(
    log: Log, municipality: Municipality, category: Category, received: date, due: date
) -> None:
    _ask_for_replies(category)
    referral = log(received, application=True)
    first, last = first_and_last(Task.REPLY, due, days=40)
    assert (first, last) == (received + 21 * DAY, due + 39 * DAY)
    assert not listed(Task.REPLY, due, When.OVERDUE) and listed(Task.REPLY, due + DAY, When.OVERDUE)
    PreliminaryReplyFactory(referral=referral, sent_on=due)
    assert not listed(Task.REPLY, due) and not listed(Task.REPLY, due + DAY)


def _ask_for_replies(category: Category) -> None:
    category.is_vedtak = True
    category.save()
    assert not ReplyRule.objects.exists()


# ---------------------------------------------------------------- holds, and whether somebody still waits


def test_a_hold_is_listed_on_its_42nd_day_and_late_on_the_43rd(log: Log) -> None:
    pause = WaitPauseFactory(referral=log(days_ago(60)), started_on=days_ago(60))
    day_42 = pause.started_on + 42 * DAY
    assert not listed(Task.REVIEW, day_42 - DAY)
    assert listed(Task.REVIEW, day_42) and not listed(Task.REVIEW, day_42, When.OVERDUE)
    assert listed(Task.REVIEW, day_42 + DAY, When.OVERDUE)
    PauseReviewFactory(referral=pause.referral, pause=pause, reviewed_on=day_42 + DAY)
    assert not listed(Task.REVIEW, day_42 + 84 * DAY) and listed(Task.REVIEW, day_42 + 85 * DAY)


def test_of_two_holds_the_one_that_is_due_first_is_told(log: Log) -> None:
    referral = log(days_ago(100))
    older = WaitPauseFactory(referral=referral, reason="nav", started_on=days_ago(90))
    WaitPauseFactory(referral=referral, reason="away", started_on=days_ago(50))
    assert [row.review_reason for row in listed(Task.REVIEW, TODAY)] == ["nav"]
    PauseReviewFactory(referral=referral, pause=older, reviewed_on=days_ago(1))
    assert [row.review_reason for row in listed(Task.REVIEW, TODAY)] == ["away"]


def test_a_hold_that_is_over_needs_no_review(log: Log) -> None:
    WaitPauseFactory(referral=log(days_ago(100)), started_on=days_ago(90), ended_on=TODAY)
    assert not listed(Task.REVIEW, TODAY) and listed(Task.REVIEW, days_ago(1))


def test_somebody_is_asked_on_the_90th_day_and_90_days_after_each_answer(log: Log) -> None:
    referral = log(days_ago(300))
    day_90 = referral.received_on + 90 * DAY
    assert not listed(Task.ASK, day_90 - DAY) and listed(Task.ASK, day_90)
    assert not listed(Task.ASK, day_90, When.OVERDUE) and listed(Task.ASK, day_90 + DAY, When.OVERDUE)
    asked = ValidationFactory(referral=referral, asked_on=day_90)
    assert not listed(Task.ASK, day_90)
    assert not listed(Task.ANSWER, day_90 + 27 * DAY) and listed(Task.ANSWER, day_90 + 28 * DAY)
    answered = day_90 + 10 * DAY
    Validation.objects.filter(pk=asked.pk).update(answered_on=answered, result=ValidationResult.STILL_WAITING)
    assert not listed(Task.ANSWER, day_90 + 28 * DAY)
    assert not listed(Task.ASK, answered + 89 * DAY) and listed(Task.ASK, answered + 90 * DAY)


def test_a_changed_need_is_listed_until_it_is_assessed_anew(log: Log) -> None:
    answered = {"answered_on": days_ago(1), "result": ValidationResult.CHANGED}
    row = ValidationFactory(referral=log(days_ago(100)), asked_on=days_ago(9), **answered)
    assert listed(Task.REASSESS, TODAY, When.OVERDUE) and not listed(Task.ASK, TODAY + 300 * DAY)
    Validation.objects.filter(pk=row.pk).update(reassessed_on=TODAY)
    assert not listed(Task.REASSESS, TODAY) and listed(Task.ASK, TODAY + 300 * DAY)


def test_whoever_no_longer_waits_is_in_no_list_but_that_of_replies(log: Log, category: Category) -> None:
    _ask_for_replies(category)
    for end in ({"started": True}, {"closed": True}, {"withdrawn": True}):
        referral = log(days_ago(200), application=True, **end)
        ValidationFactory(referral=referral, asked_on=days_ago(60))
    counts = counts_of(Referral.objects.all(), on=TODAY)
    assert counts == dict.fromkeys(Task, 0) | {Task.REPLY: 1}


# ---------------------------------------------------------------- windows, and the two forms of each rule


@pytest.mark.parametrize(
    ("on", "week", "four_weeks"),
    [
        (date(2026, 3, 16), date(2026, 3, 22), date(2026, 4, 13)),  # a Monday
        (date(2026, 3, 22), date(2026, 3, 22), date(2026, 4, 19)),  # its Sunday
        (date(2026, 3, 29), date(2026, 3, 29), date(2026, 4, 26)),  # summer time begins
        (date(2026, 10, 25), date(2026, 10, 25), date(2026, 11, 22)),  # and ends
        (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_a_week_ends_on_sunday_and_four_weeks_are_28_days(on: date, week: date, four_weeks: date) -> None:
    assert window(When.WEEK, on) == (on, week)
    assert window(When.FOUR_WEEKS, on) == (on, four_weeks)
    assert window(When.OVERDUE, on)[1] == on - DAY


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-28T22:59:59Z", date(2026, 3, 28)),
        ("2026-03-28T23:00:00Z", date(2026, 3, 29)),  # summer time begins that night
        ("2026-03-29T21:59:59Z", date(2026, 3, 29)),
        ("2026-03-29T22:00:00Z", date(2026, 3, 30)),
        ("2026-10-24T22:00:00Z", date(2026, 10, 25)),  # it ends that night
        ("2026-10-25T22:59:59Z", date(2026, 10, 25)),
        ("2026-10-25T23:00:00Z", date(2026, 10, 26)),
    ],
)
def test_what_is_listed_follows_the_day_in_norway(log: Log, instant: str, day: date) -> None:
    log(day - timedelta(days=90))
    on = oslo_date(datetime.fromisoformat(instant))
    assert on == day and listed(Task.ASK, on) and not listed(Task.ASK, on - DAY)


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(started=days, reviewed=st.none() | days, received=days, later=st.integers(0, 400))
def test_both_forms_of_each_rule_say_the_same(
    log: Log, started: date, reviewed: date | None, received: date, later: int
) -> None:
    Validation.objects.all().delete()
    WaitPause.objects.all().delete()
    referral = log(received, changed_at=noon(date(2032, 1, 1)))
    pause = WaitPauseFactory(referral=referral, started_on=started)
    if reviewed:
        PauseReviewFactory(referral=referral, pause=pause, reviewed_on=reviewed, registered_by=UserFactory())
    told = WaitPause.objects.with_review_due().get()
    assert told.review_due_on == waiting.pause_review_due(started, reviewed)
    asked_on = received + timedelta(days=later)
    assert _told(referral, "validation_due_on") == waiting.validation_due(received, None)
    row = ValidationFactory(referral=referral, asked_on=asked_on, registered_by=UserFactory())
    assert _told(referral, "answer_due_on") == waiting.answer_due(asked_on)
    row.answered_on, row.result = asked_on, ValidationResult.NOT_REACHED
    row.save()
    assert _told(referral, "validation_due_on") == waiting.validation_due(received, asked_on)


def _told(referral: Referral, name: str) -> date:
    """What the database says of it."""
    rows = Referral.objects.filter(pk=referral.pk).with_validation()
    return rows.annotate(told=F(name)).values_list("told", flat=True).get()
