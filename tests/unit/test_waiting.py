"""The clock: each rule on its edges, and the Python form against the SQL form over generated cases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import BooleanField, DateField, ExpressionWrapper, F, Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals import waiting
from referrals.choices import STOPS_CLOCK, PauseReason, Reply, Status
from referrals.models import Category, Municipality, Referral
from referrals.models.periods import OsloDate
from referrals.waiting import Band, Pause
from tests.factories import (
    TARGET_DAYS,
    TODAY,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    WaitPauseFactory,
    days_ago,
)

START = date(2023, 12, 1)
NEW_YEAR = datetime(2019, 1, 1, tzinfo=UTC)

# Ten years, to the minute.
instants = st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes))


# ---------------------------------------------------------------- days in Norway


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2024, 3, 30, 23, 30, tzinfo=UTC), date(2024, 3, 31)),
        (datetime(2024, 3, 31, 21, 59, tzinfo=UTC), date(2024, 3, 31)),
        (datetime(2024, 3, 31, 22, 0, tzinfo=UTC), date(2024, 4, 1)),
        (datetime(2024, 10, 26, 22, 0, tzinfo=UTC), date(2024, 10, 27)),
        (datetime(2024, 10, 27, 22, 59, tzinfo=UTC), date(2024, 10, 27)),
        (datetime(2024, 12, 31, 23, 0, tzinfo=UTC), date(2025, 1, 1)),
    ],
    ids=str,
)
def test_an_instant_is_on_the_calendar_of_norway(instant: datetime, day: date) -> None:
    assert waiting.oslo_date(instant) == day


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(instant=instants)
def test_the_database_has_the_same_calendar(category: Category, instant: datetime) -> None:
    dated = Category.objects.annotate(day=OsloDate(Value(instant)))
    assert dated.values_list("day", flat=True).get() == waiting.oslo_date(instant)


# ---------------------------------------------------------------- the wait


@pytest.mark.parametrize(
    ("started_on", "closed_on", "end"),
    [
        (None, None, None),
        (days_ago(3), None, days_ago(3)),
        (None, days_ago(2), days_ago(2)),
        (days_ago(3), days_ago(2), days_ago(3)),
    ],
)
def test_a_wait_ends_by_whatever_came_first(
    started_on: date | None, closed_on: date | None, end: date | None
) -> None:
    assert waiting.wait_end(started_on, closed_on) == end


@pytest.mark.parametrize(
    ("received", "ended", "waits"),
    [(1, None, False), (0, None, True), (-1, None, True), (-1, 0, False), (-1, 1, True), (0, 0, False)],
    ids=["tomorrow", "today", "yesterday", "ended today", "ends tomorrow", "came and ended today"],
)
def test_who_waits_at_the_end_of_a_day(received: int, ended: int | None, waits: bool) -> None:
    def day(offset: int) -> date:
        return TODAY + timedelta(days=offset)

    ended_on = None if ended is None else day(ended)
    assert waiting.is_waiting(received_on=day(received), ended_on=ended_on, on=TODAY) == waits


def test_the_day_of_receipt_is_day_0() -> None:
    assert waiting.gross_days(received_on=TODAY, ended_on=None, on=TODAY) == 0


def test_before_receipt_there_is_no_wait() -> None:
    with pytest.raises(ValueError, match="receipt"):
        waiting.gross_days(received_on=TODAY, ended_on=None, on=days_ago(1))


def test_a_wait_stands_still_after_its_end() -> None:
    days = {"received_on": days_ago(30), "ended_on": days_ago(20)}
    assert waiting.gross_days(**days, on=days_ago(20)) == waiting.gross_days(**days, on=TODAY) == 10


def test_29_february_is_a_day_as_any_other() -> None:
    wait = {"received_on": date(2024, 2, 28), "ended_on": None}
    assert waiting.gross_days(**wait, on=date(2024, 3, 1)) == 2


@pytest.mark.parametrize(("reason", "days"), [(r, 4 if r in STOPS_CLOCK else 0) for r in PauseReason])
def test_only_the_citizens_choice_and_medical_reasons_stop_the_clock(reason: PauseReason, days: int) -> None:
    pause = Pause(days_ago(8), days_ago(4), reason)
    assert waiting.paused_days([pause], received_on=days_ago(10), ended_on=None, on=TODAY) == days


@pytest.mark.parametrize(
    ("started", "ended", "days"),
    [(5, None, 5), (5, 5, 0), (12, 8, 2), (3, -10, 3), (20, 11, 0), (0, None, 0)],
    ids=["running", "empty", "from before receipt", "into the future", "all before receipt", "from today"],
)
def test_a_pause_counts_within_the_wait_only(started: int, ended: int | None, days: int) -> None:
    pause = Pause(days_ago(started), None if ended is None else days_ago(ended), PauseReason.AWAY)
    assert waiting.paused_days([pause], received_on=days_ago(10), ended_on=None, on=TODAY) == days


def test_days_of_overlapping_pauses_count_once() -> None:
    pauses = [
        Pause(days_ago(8), days_ago(4), PauseReason.AWAY),
        Pause(days_ago(6), None, PauseReason.HOSPITAL),
    ]
    assert waiting.paused_days(pauses, received_on=days_ago(10), ended_on=days_ago(2), on=TODAY) == 6


# ---------------------------------------------------------------- the target


def test_on_the_due_date_the_target_is_met_and_the_day_after_it_is_broken() -> None:
    received_on, target, paused = days_ago(100), 56, 10
    due = waiting.due_on(received_on, target, paused)
    for on, left, broken in [(due, 0, False), (due + timedelta(days=1), -1, True)]:
        net = waiting.net_days((on - received_on).days, paused)
        assert waiting.days_left(net, target) == left
        assert waiting.is_over_target(left) is broken


def test_without_a_target_nothing_is_ok() -> None:
    assert waiting.days_left(500, None) is None
    assert waiting.is_over_target(None) is None
    assert not waiting.is_due_soon(None, 7)


@pytest.mark.parametrize("days", [0, 1, 7, 60])
def test_due_soon_is_from_so_many_days_before_the_target_until_it_is_broken(days: int) -> None:
    assert [waiting.is_due_soon(left, days) for left in (-1, 0, days, days + 1)] == [False, True, True, False]


def test_without_a_key_in_force_nothing_is_due_soon() -> None:
    assert not waiting.is_due_soon(0, None)


# ---------------------------------------------------------------- the preliminary reply, bands, the year


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 3, 29)),
        (date(2025, 12, 15), date(2026, 1, 15)),
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 4, 30), date(2026, 5, 30)),
    ],
    ids=str,
)
def test_a_preliminary_reply_is_due_in_a_calendar_month(received: date, due: date) -> None:
    assert waiting.preliminary_reply_due(received) == due


JANUARY_31, DUE = date(2026, 1, 31), date(2026, 2, 28)


@pytest.mark.parametrize(
    ("sent", "closed", "on", "state"),
    [
        (None, None, JANUARY_31, Reply.NOT_YET),
        (None, None, date(2026, 2, 20), Reply.NOT_YET),
        (None, None, date(2026, 2, 21), Reply.DUE),
        (None, None, DUE, Reply.DUE),
        (None, None, date(2026, 3, 1), Reply.LATE),
        (DUE, None, date(2026, 2, 27), Reply.DUE),
        (DUE, None, DUE, Reply.SENT),
        (DUE, date(2026, 2, 10), DUE, Reply.SENT),
        (date(2026, 3, 1), None, DUE, Reply.DUE),
        (date(2026, 3, 1), None, date(2026, 3, 1), Reply.SENT_LATE),
        (date(2026, 3, 2), None, date(2026, 3, 1), Reply.LATE),
        (None, DUE, date(2026, 2, 27), Reply.DUE),
        (None, DUE, DUE, Reply.CLOSED),
        (None, DUE, date(2027, 1, 1), Reply.CLOSED),
        (None, date(2026, 3, 1), DUE, Reply.DUE),
        (None, date(2026, 3, 1), date(2027, 1, 1), Reply.LATE),
        (date(2026, 3, 1), date(2026, 3, 1), date(2027, 1, 1), Reply.SENT_LATE),
    ],
    ids=str,
)
def test_how_a_preliminary_reply_stands(
    sent: date | None, closed: date | None, on: date, state: Reply
) -> None:
    days = {"received_on": JANUARY_31, "sent_on": sent, "closed_on": closed, "on": on}
    assert waiting.reply_state(**days, is_asked=True) is state
    assert waiting.reply_state(**days, is_asked=False) is Reply.NOT_ASKED


def test_bands_have_no_holes_and_no_overlaps() -> None:
    assert [band.code for band in Band] == [
        "0-14",
        "15-28",
        "29-56",
        "57-84",
        "85-182",
        "183-365",
        "366+",
    ]
    for band in Band:
        assert waiting.band(band.first_day) is waiting.band(band.value) is band


@pytest.mark.parametrize(("days", "over"), [(364, False), (365, False), (366, True)])
def test_over_a_year_begins_on_day_366(days: int, over: bool) -> None:
    assert waiting.is_over_a_year(days) == over
    assert (waiting.band(days) is Band.OVER_365) == over


@pytest.mark.parametrize(("days", "near"), [(273, False), (274, True), (365, True), (366, False)])
def test_near_a_year_is_from_274_to_365(days: int, near: bool) -> None:
    assert waiting.is_near_a_year(days) == near


@pytest.mark.parametrize(
    ("received", "tenth_anniversary", "days"),
    [(date(2015, 3, 1), date(2025, 3, 1), 3653), (date(2017, 3, 1), date(2027, 3, 1), 3652)],
)
def test_over_ten_years_is_never_said_of_less(received: date, tenth_anniversary: date, days: int) -> None:
    """With three leap days the flag comes the day after; with two of them one day later than that."""
    assert waiting.gross_days(received_on=received, ended_on=None, on=tenth_anniversary) == days
    assert not waiting.is_over_ten_years(days)
    assert not waiting.is_over_ten_years(3653)
    assert waiting.is_over_ten_years(3654)


@pytest.mark.parametrize(
    ("received", "month_end"),
    [
        # Exactly 183 days at the end of June 2025: not over; one day more is.
        (date(2024, 12, 29), date(2025, 7, 31)),
        (date(2024, 12, 28), date(2025, 6, 30)),
        # Received on the last of a month.
        (date(2025, 8, 31), date(2026, 3, 31)),
        (date(2025, 1, 31), date(2025, 8, 31)),
        # February: 183 days before the 28th, and before the 29th of a leap year.
        (date(2024, 8, 28), date(2025, 2, 28)),
        (date(2024, 8, 29), date(2025, 3, 31)),
        (date(2023, 8, 29), date(2024, 2, 29)),
        (date(2023, 8, 30), date(2024, 3, 31)),
        # Received on a leap day.
        (date(2024, 2, 29), date(2024, 8, 31)),
    ],
    ids=str,
)
def test_the_first_month_end_over_half_a_year(received: date, month_end: date) -> None:
    assert waiting.first_month_end_over_half_a_year(received) == month_end


@given(received=st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_the_month_end_is_the_first_of_all_that_are_over(received: date) -> None:
    found = waiting.first_month_end_over_half_a_year(received)
    ends = [
        day
        for day in (received + timedelta(days=n) for n in range(250))
        if (day + timedelta(days=1)).day == 1
    ]
    assert found == next(day for day in ends if (day - received).days > 183)


# ---------------------------------------------------------------- Python against SQL


@st.composite
def held_for(draw: st.DrawFn, reason: PauseReason) -> list[tuple[int, int | None, PauseReason]]:
    """Pauses of one reason after each other, from day to day; the last may run."""
    cuts = sorted(draw(st.lists(st.integers(0, 550), max_size=4, unique=True)))
    ends = [*cuts[1::2], None] if len(cuts) % 2 else cuts[1::2]
    return [(first, last, reason) for first, last in zip(cuts[::2], ends, strict=True)]


@st.composite
def waits(draw: st.DrawFn) -> dict[str, Any]:
    """A referral of some two years, with pauses of which those of two reasons may overlap, and a day to look at it."""
    received_on = START + timedelta(days=draw(st.integers(0, 100)))
    length = draw(st.none() | st.sampled_from([0, 1, 14, 56, 364, 365, 366]) | st.integers(0, 500))
    reasons = draw(st.permutations(PauseReason))
    return {
        "received_on": received_on,
        "length": length,
        "priority": draw(st.none() | st.sampled_from(sorted(TARGET_DAYS))),
        "pauses": [
            pause for reason in reasons[: draw(st.integers(0, 3))] for pause in draw(held_for(reason))
        ],
        "soon": draw(st.integers(0, 60)),
        "look": draw(st.sampled_from([0, 1, 14, 15, 49, 56, 57, 365, 366]) | st.integers(0, 600)),
    }


def built(case: dict[str, Any], make: Callable[..., Referral]) -> tuple[Referral, date, list[Pause]]:
    """The case in the database: the referral, the day to look at it, its pauses."""

    def day(offset: int | None) -> date | None:
        return None if offset is None else case["received_on"] + timedelta(days=offset)

    status = Status.RECEIVED if case["priority"] is None else Status.WAITING
    referral = make(
        received_on=case["received_on"],
        priority=case["priority"],
        prioritised_on=case["received_on"] if case["priority"] else None,
        started_on=day(case["length"]),
        status=status if case["length"] is None else Status.STARTED,
    )
    pauses = [Pause(day(first), day(last), reason) for first, last, reason in case["pauses"]]
    for pause in pauses:
        WaitPauseFactory(referral=referral, **vars(pause))
    return referral, day(case["look"]), pauses


def set_due_soon(municipality: Municipality, category: Category, on: date, days: int) -> None:
    """A version of the key from the day looked at on, with the same targets."""
    key = PriorityKeyFactory(municipality=municipality, valid_from=on, due_soon_days=days)
    for level in TARGET_DAYS:
        PriorityTargetFactory(key=key, category=category, level=level)


def by_python(case: dict[str, Any], referral: Referral, pauses: list[Pause], on: date) -> dict[str, Any]:
    """Everything the clock says, rule by rule in Python."""
    clock = {"received_on": referral.received_on, "ended_on": referral.started_on, "on": on}
    gross, paused = waiting.gross_days(**clock), waiting.paused_days(pauses, **clock)
    target = TARGET_DAYS.get(referral.priority)
    left = waiting.days_left(waiting.net_days(gross, paused), target)
    return {
        "gross_days": gross,
        "paused_days": paused,
        "net_days": waiting.net_days(gross, paused),
        "target_days": target,
        "days_left": left,
        "due_on": None if target is None else waiting.due_on(referral.received_on, target, paused),
        "is_over_target": waiting.is_over_target(left),
        "is_due_soon": waiting.is_due_soon(left, case["soon"]),
        "band": waiting.band(gross).code,
        "over_a_year": waiting.is_over_a_year(gross),
        "waits": waiting.is_waiting(**clock),
        "reply_due": waiting.preliminary_reply_due(referral.received_on),
    }


OF_THE_ROW = (
    "gross_days",
    "paused_days",
    "net_days",
    "target_days",
    "days_left",
    "due_on",
    "is_over_target",
    "is_due_soon",
)


def by_sql(referral: Referral, on: date) -> dict[str, Any]:
    """The same, read from the database alone."""
    rows = Referral.objects.filter(pk=referral.pk).with_wait(on=on)
    said = {name: F(name) for name in OF_THE_ROW} | {
        "band": waiting.band_sql(),
        "over_a_year": ExpressionWrapper(waiting.over_a_year_q(), BooleanField()),
        "waits": ExpressionWrapper(waiting.waiting_q(on), BooleanField()),
        "reply_due": ExpressionWrapper(waiting.preliminary_reply_due_sql(), DateField()),
    }
    return rows.annotate(**said).values(*said).get()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=waits())
def test_python_and_the_database_say_the_same_of_every_wait(
    municipality: Municipality, category: Category, case: dict[str, Any]
) -> None:
    with transaction.atomic():
        referral, on, pauses = built(
            case, lambda **values: ReferralFactory(municipality=municipality, category=category, **values)
        )
        set_due_soon(municipality, category, on, case["soon"])
        expected = by_python(case, referral, pauses, on)
        assert by_sql(referral, on) == expected
        row = Referral.objects.with_wait(on=on).get(pk=referral.pk)
        assert {name: getattr(row, name) for name in OF_THE_ROW} == {n: expected[n] for n in OF_THE_ROW}
        transaction.set_rollback(True)


# ---------------------------------------------------------------- the wait cut up for a drawing


@given(
    spans=st.lists(
        st.tuples(st.sampled_from(PauseReason), st.integers(-40, 120), st.none() | st.integers(0, 90)),
        max_size=5,
    ),
    ended=st.none() | st.integers(0, 130),
    on=st.integers(0, 130),
)
def test_the_spells_of_a_wait_are_its_days_each_once(
    spans: list[tuple[PauseReason, int, int | None]], ended: int | None, on: int
) -> None:
    day = START.toordinal()
    pauses = [
        Pause(
            date.fromordinal(day + first),
            None if length is None else date.fromordinal(day + first + length),
            reason,
        )
        for reason, first, length in spans
    ]
    wait: dict[str, Any] = {
        "received_on": START,
        "ended_on": None if ended is None else date.fromordinal(day + ended),
        "on": date.fromordinal(day + on),
    }
    found = waiting.spells(pauses, **wait)
    assert sum(one.days for one in found) == waiting.gross_days(**wait)
    assert sum(one.days for one in found if one.reasons) == waiting.held_days(pauses, **wait)
    assert sum(one.days for one in found if one.is_deducted) == waiting.paused_days(pauses, **wait)
    assert all(one.days > 0 for one in found)
    assert all(one.ended == other.begun for one, other in zip(found, found[1:], strict=False))
