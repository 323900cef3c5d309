"""The waitlist of an earlier day: who waited, as we now know it and as it was known then."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.choices import Move, Outcome, Protection
from referrals.models import Category, Municipality, Referral, User, ViewLog
from tests.factories import TODAY, PersonFactory, ReferralFactory, days_ago, noon
from tests.pages.seen import markup
from tests.unit.actions.acting import do

ClientFor = Callable[[User], Client]
DAY = days_ago(30)


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Callable[..., Referral]:
    """Makes referrals in the municipality, received 60 days ago and registered that day."""

    def make(**traits: object) -> Referral:
        usual = {"municipality": municipality, "category": category, "received_on": days_ago(60)}
        return ReferralFactory(**usual | traits)

    return make


Log = Callable[..., Referral]


@pytest.fixture
def look(office: Client, municipality: Municipality) -> Callable[..., HttpResponse]:
    """Opens the list of DAY, or of what is asked for."""

    def get(**asked: str) -> HttpResponse:
        return office.get(f"/k/{municipality.code}/venteliste/dag/", {"dato": f"{DAY:%d.%m.%Y}"} | asked)

    return get


Look = Callable[..., HttpResponse]


def numbers(page: HttpResponse) -> set[str]:
    return {referral.number for referral in page.context["table"].records}


def test_what_was_registered_later_is_there_as_we_now_know_it_and_not_as_it_was_known(
    log: Log, look: Look
) -> None:
    known, late = log(waiting=True), log(waiting=True, registered_at=noon(days_ago(3)))
    assert numbers(look()) == {known.number, late.number}
    assert numbers(look(kjent="then")) == {known.number}


def test_a_start_that_was_registered_later_is_not_known_then(log: Log, look: Look, coordinator: User) -> None:
    started = log(waiting=True)
    do(Move.START, started, coordinator, on=days_ago(40))
    assert numbers(look()) == set()
    assert numbers(look(kjent="then")) == {started.number}


def test_a_duplicate_found_later_was_counted_then(log: Log, look: Look, coordinator: User) -> None:
    twice = log(waiting=True)
    do(Move.CLOSE, twice, coordinator, outcome=Outcome.DUPLICATE)
    assert numbers(look()) == set()
    assert numbers(look(kjent="then")) == {twice.number}


def test_a_corrected_receipt_has_the_wait_that_was_known(log: Log, look: Look, coordinator: User) -> None:
    wrong = log(waiting=True, prioritised_on=days_ago(35))
    do(
        Move.CORRECT,
        wrong,
        coordinator,
        changes={"received_on": days_ago(70), "seniority_on": days_ago(70)},
        reason="Stempelet viser tidligere dato.",
    )
    [now], [then] = look().context["table"].records, look(kjent="then").context["table"].records
    assert (now.gross_days, then.gross_days) == (40, 30)
    assert (now.received_on, then.received_on) == (days_ago(70), days_ago(60))


def test_a_pause_set_back_later_does_not_count_then(log: Log, look: Look, coordinator: User) -> None:
    held = log(waiting=True)
    do(Move.PAUSE, held, coordinator, on=days_ago(50))
    [now], [then] = look().context["table"].records, look(kjent="then").context["table"].records
    assert (now.paused_days, now.is_paused) == (20, True)
    assert (then.paused_days, then.is_paused) == (0, False)


def test_nobody_is_assessed_before_the_day_of_the_assessment(log: Log, look: Look) -> None:
    log(waiting=True, prioritised_on=days_ago(29))
    page = look()
    assert "Ikke vurdert" in markup(page)
    assert numbers(look(priority="null")) == numbers(page) and not numbers(look(priority="2"))
    assert not numbers(look(only="over_target"))


@pytest.fixture
def replies(log: Log, coordinator: User) -> dict[str, Referral]:
    """Applications, by what was known of their reply on DAY; that of the first three was due four days before it."""
    asked = {"waiting": True, "application": True, "received_on": days_ago(65)}
    sent = {name: log(**asked) for name in ("in time", "late", "registered later")}
    do(Move.REPLY, sent["in time"], coordinator, at=noon(days_ago(35)), on=days_ago(36))
    do(Move.REPLY, sent["late"], coordinator, at=noon(DAY), on=DAY)
    do(Move.REPLY, sent["registered later"], coordinator, on=days_ago(40))
    return sent | {
        "due": log(**asked | {"received_on": days_ago(57)}),
        "not yet": log(**asked | {"received_on": days_ago(45)}),
        "none": log(waiting=True),
    }


def told_replies(page: HttpResponse) -> dict[str, str]:
    return {row.number: str(row.reply_state) for row in page.context["table"].records}


def test_the_reply_stands_as_it_stood_that_day_by_what_is_known(
    replies: dict[str, Referral], look: Look
) -> None:
    known = {
        "in time": "sent",
        "late": "sent_late",
        "due": "due",
        "not yet": "not_yet",
        "none": "not_asked",
    }
    for way, later in (("now", "sent"), ("then", "late")):
        expected = {
            replies[name].number: state for name, state in (known | {"registered later": later}).items()
        }
        assert told_replies(look(kjent=way)) == expected
    late = ">Over frist</span>"
    assert late in markup(look(kjent="then")) and late not in markup(look())


def test_each_count_of_replies_lists_those_it_counts(
    replies: dict[str, Referral], look: Look, office: Client
) -> None:
    for known in ("now", "then"):
        counts = look(kjent=known).context["replies"]
        assert sum(count.number for count in counts) == len(replies) - 1
        for count in counts:
            page = office.get(count.url)
            assert page.context["table"].paginator.count == count.number > 0
            assert [each.current for each in page.context["replies"] if each.url == count.url] == [True]


def test_a_reply_of_the_one_that_was_merged_into_it_is_known_from_the_merging_on(
    log: Log, look: Look, coordinator: User
) -> None:
    kept = log(waiting=True, application=True, received_on=days_ago(65))
    gone = log(waiting=True, application=True, received_on=days_ago(65), person=kept.person)
    do(Move.REPLY, gone, coordinator, at=noon(days_ago(50)), on=days_ago(50))
    do(Move.MERGE, kept, coordinator, at=noon(days_ago(25)))
    assert told_replies(look()) == {kept.number: "sent"}
    assert told_replies(look(kjent="then")) == {kept.number: "late", gone.number: "sent"}
    after = look(kjent="then", dato=f"{days_ago(25):%d.%m.%Y}")
    assert told_replies(after) == {kept.number: "sent"}


def test_a_wait_of_over_ten_years_by_then_is_flagged(log: Log, look: Look) -> None:
    for days in (3653, 3654):
        log(waiting=True, received_on=DAY - timedelta(days=days))
    assert markup(look()).count("over ti år") == 1


@pytest.mark.parametrize("known", ["now", "then"])
def test_the_day_before_receipt_the_day_itself_and_the_day_of_the_end(
    log: Log, look: Look, known: str
) -> None:
    log(waiting=True, received_on=DAY, registered_at=noon(DAY))
    assert len(numbers(look(kjent=known))) == 1
    before = f"{DAY - timedelta(days=1):%d.%m.%Y}"
    assert not numbers(look(kjent=known, dato=before))


def test_a_registration_just_before_and_just_after_midnight_in_norway(log: Log, look: Look) -> None:
    """An instant is known by the end of its Norwegian day: 23.30 UTC in winter is half past twelve the next."""
    log(waiting=True, registered_at=noon(DAY).replace(hour=22, minute=59))
    after = log(waiting=True, registered_at=noon(DAY).replace(hour=23))
    assert after.number not in numbers(look(kjent="then"))
    assert len(numbers(look(kjent="then"))) == 1


def test_another_day_than_one_that_has_been_is_today(log: Log, look: Look) -> None:
    log(waiting=True)
    for asked in (f"{TODAY + timedelta(days=1):%d.%m.%Y}", "31.02.2026", "<b>", "1" * 3000):
        page = look(dato=asked)
        assert page.context["form"].day == TODAY and page.context["form"].errors["dato"]


def test_an_unknown_way_to_look_is_as_we_now_know_it(log: Log, look: Look) -> None:
    late = log(waiting=True, registered_at=noon(days_ago(3)))
    assert numbers(look(kjent="aldri")) == {late.number}


def test_a_shielded_citizen_is_not_named(log: Log, look: Look, municipality: Municipality) -> None:
    hidden = PersonFactory(
        municipality=municipality, protection=Protection.CONFIDENTIAL, family_name="Hemmeligsen"
    )
    log(waiting=True, person=hidden)
    for known in ("now", "then"):
        assert "Skjermet" in markup(look(kjent=known)) and "Hemmeligsen" not in markup(look(kjent=known))


def test_the_log_says_of_which_day_and_how_the_list_was_read(log: Log, look: Look) -> None:
    log(waiting=True)
    look(kjent="then", only="paused")
    assert ViewLog.objects.latest("pk").query == f"dato={DAY.isoformat()}&kjent=then&only=paused"


def test_nobody_that_day(log: Log, look: Look) -> None:
    log(started=True, started_on=days_ago(50))
    assert f"Ingen ventet ved utgangen av {DAY:%d.%m.%Y}." in markup(look())
    assert f"Ingen som passer, ventet ved utgangen av {DAY:%d.%m.%Y}." in markup(look(only="paused"))


@pytest.mark.parametrize("known", ["now", "then"])
def test_thirty_rows_ask_no_more_than_three(log: Log, look: Look, known: str) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            look(kjent=known)
        return len(queries)

    for _number in range(3):
        log(waiting=True)
    few = (look(), asked())[1]
    for _number in range(27):
        log(waiting=True)
    assert asked() == few
