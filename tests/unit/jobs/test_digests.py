"""The daily e-mail of deadlines: who gets it, what stands in it, and that nobody gets two."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client

from referrals.actions import digests
from referrals.choices import DigestState, Protection
from referrals.jobs.digests import recipients, send_due, to_do
from referrals.models import Category, Digest, Membership, Municipality, Referral, Therapist, User
from referrals.permissions import Role
from tests.factories import (
    NOW,
    TODAY,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    UserFactory,
    days_ago,
)
from tests.harness.smtp import Sink, mail_server

MORNING = datetime(2026, 3, 16, 6, tzinfo=UTC)  # a Monday, seven in Norway
Log = Callable[..., Referral]


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server, and an installation that uses it."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        settings.MAIL_IS_SET, settings.ADDRESS = True, "https://ergo.example.no"
        settings.DEFAULT_FROM_EMAIL = "ergo@example.no"
        yield server


@pytest.fixture
def kari(coordinator: User) -> User:
    """The coordinator, with an address."""
    coordinator.email = "kari@example.no"
    coordinator.save()
    return coordinator


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    """Makes referrals that are over target."""

    def make(**traits: object) -> Referral:
        given = {"municipality": municipality, "category": category, "waiting": True}
        return ReferralFactory(**given | {"received_on": days_ago(60)} | traits)

    return make


def send(at: datetime) -> Counter[str]:
    """What happens at the instant."""
    return send_due(lambda: at)


def states() -> list[tuple[str, int, str]]:
    return list(Digest.objects.order_by("pk").values_list("state", "attempts", "error_kind"))


# ---------------------------------------------------------------- who, and what


@pytest.mark.django_db
class TestWhoGetsIt:
    def test_coordinators_and_therapists_of_the_day_with_an_address(
        self, kari: User, therapist_user: User, manager: User, municipality: Municipality
    ) -> None:
        for user in (therapist_user, manager):
            user.email = f"{user.username}@example.no"
            user.save()
        assert recipients(TODAY) == sorted([kari.pk, therapist_user.pk])
        Membership.objects.filter(user=kari).update(valid_to=TODAY)
        assert recipients(TODAY) == [therapist_user.pk]

    @pytest.mark.parametrize("but", [{"email": ""}, {"wants_digest": False}, {"is_active": False}])
    def test_but_not(self, kari: User, but: dict[str, Any]) -> None:
        User.objects.filter(pk=kari.pk).update(**but)
        assert recipients(TODAY) == []


@pytest.mark.django_db
def test_krav_20_the_daily_e_mail_has_numbers_and_a_link_and_nothing_of_a_citizen(
    sink: Sink, kari: User, log: Log
) -> None:
    """What a mail server is handed holds counts and a link: no name, no number of a referral, no reason."""
    cases = [log(), log(), log(received_on=days_ago(95), priority=4)]
    assert send(MORNING) == {DigestState.SENT: 1}
    (mail,) = sink.messages
    told = (mail["To"], mail["From"], mail["Subject"])
    assert told == ("kari@example.no", "ergo@example.no", "Ergo: 3 frister")
    for part in (mail.get_body([kind]).get_content() for kind in ("plain", "html")):
        assert "Over frist: 2" in part and "Spør om de fortsatt venter: 1" in part
        assert f"https://ergo.example.no/k/{cases[0].municipality.code}/frister/" in part
        assert not re.search(r"\d{4}-\d{6}|<style|style=", part)
        for case in cases:
            assert case.person.family_name not in part and str(case.person) not in part
            assert case.reason not in part


@pytest.mark.django_db
class TestWhatStandsInIt:
    def test_in_the_language_of_the_user(self, sink: Sink, kari: User, log: Log) -> None:
        User.objects.filter(pk=kari.pk).update(language="en")
        log()
        send(MORNING)
        assert sink.messages[0]["Subject"] == "Ergo: 1 deadline"
        assert "Over target: 1" in sink.messages[0].get_body(["plain"]).get_content()

    def test_a_therapist_is_told_of_own_cases_alone(
        self, therapist_user: User, therapist: Therapist, log: Log
    ) -> None:
        log()
        assert to_do(therapist_user, on=TODAY, at=MORNING) == []
        log(therapist=therapist, assigned_on=days_ago(1))
        (place,) = to_do(therapist_user, on=TODAY, at=MORNING)
        assert [count for _task, count in place.tasks] == [1] and place.url.endswith("?ergoterapeut=mine")

    def test_of_each_municipality_what_the_role_there_reaches(
        self, kari: User, log: Log, other_municipality: Municipality, category: Category
    ) -> None:
        log()
        ReferralFactory(
            municipality=other_municipality, category=category, waiting=True, received_on=days_ago(60)
        )
        assert len(to_do(kari, on=TODAY, at=MORNING)) == 1
        MembershipFactory(user=kari, municipality=other_municipality)
        assert len(to_do(kari, on=TODAY, at=MORNING)) == 2

    def test_the_shielded_are_counted_and_not_told(
        self, sink: Sink, kari: User, log: Log, municipality: Municipality
    ) -> None:
        log(person=PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL))
        send(MORNING)
        assert "Over frist: 1" in sink.messages[0].get_body(["plain"]).get_content()

    def test_whoever_has_nothing_to_do_gets_none_that_day(self, sink: Sink, kari: User, log: Log) -> None:
        assert send(MORNING) == {DigestState.NOTHING: 1}
        log()
        assert send(MORNING + timedelta(hours=1)) == {} and not sink.messages


# ---------------------------------------------------------------- once a day


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "is_sent"),
    [
        ("2026-03-13T06:00Z", True),  # a Friday
        ("2026-03-13T23:30Z", False),  # Saturday already, in Norway
        ("2026-03-15T12:00Z", False),
        ("2026-03-15T23:00Z", True),  # Monday
        ("2026-03-29T21:59Z", False),  # the Sunday on which summer time begins, one minute before its end
        ("2026-03-29T22:00Z", True),
        ("2026-10-25T22:59Z", False),  # and the one on which it ends
        ("2026-10-25T23:00Z", True),
    ],
)
def test_on_working_days_of_norway(sink: Sink, kari: User, log: Log, at: str, is_sent: bool) -> None:
    log(received_on=date(2026, 1, 1))
    send(datetime.fromisoformat(at))
    assert len(sink.messages) == is_sent == Digest.objects.count()


@pytest.mark.django_db
def test_once_a_day_and_again_the_next(sink: Sink, kari: User, log: Log) -> None:
    log()
    for minutes in range(0, 60, 5):
        send(MORNING + timedelta(minutes=minutes))
    assert len(sink.messages) == 1
    send(MORNING + timedelta(days=1))
    assert len(sink.messages) == 2


@pytest.mark.django_db(transaction=True)
def test_two_machines_at_the_same_moment_send_each_e_mail_once(
    sink: Sink, municipality: Municipality, log: Log
) -> None:
    """Four runs of the command at once, on connections of their own: eight users, eight e-mails."""
    for nth in range(8):
        user = UserFactory(email=f"bruker{nth}@example.no")
        MembershipFactory(user=user, municipality=municipality, role=Role.COORDINATOR)
    log()
    sink.seconds = 0.05
    start, runs = Barrier(4), 4

    def run() -> None:
        try:
            start.wait(timeout=30)
            call_command("send_digests", stdout=StringIO())
        finally:
            connection.close()

    with time_machine.travel(NOW, tick=False), ThreadPoolExecutor(runs) as pool:
        for done in [pool.submit(copy_context().run, run) for _nth in range(runs)]:
            done.result()
        call_command("send_digests", stdout=StringIO())
    assert sorted(mail["To"] for mail in sink.messages) == [f"bruker{nth}@example.no" for nth in range(8)]
    assert set(states()) == {(DigestState.SENT, 1, "")}


# ---------------------------------------------------------------- a mail server that is not well


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["refuse", "refuse_data"])
def test_what_is_refused_first_is_sent_later_and_once(sink: Sink, kari: User, log: Log, how: str) -> None:
    log()
    setattr(sink, how, 2)
    assert send(MORNING) == {DigestState.QUEUED: 1}
    assert send(MORNING + timedelta(minutes=4)) == {}
    assert send(MORNING + timedelta(minutes=5)) == {DigestState.QUEUED: 1}
    assert send(MORNING + timedelta(minutes=14)) == {}
    assert send(MORNING + timedelta(minutes=15)) == {DigestState.SENT: 1}
    assert len(sink.messages) == 1 and states() == [(DigestState.SENT, 3, "")]


@pytest.mark.django_db
def test_one_that_is_down_all_day_is_asked_six_times_and_shown(
    sink: Sink,
    kari: User,
    log: Log,
    client_for: Callable[[User], Client],
    administrator: User,
    settings: Any,
) -> None:
    log()
    settings.EMAIL_PORT = 9  # nobody listens there
    tried = [minute for minute in range(0, 600, 5) if send(MORNING + timedelta(minutes=minute))]
    assert tried == [0, 5, 15, 35, 75, 155]
    assert states() == [(DigestState.FAILED, 6, "ConnectionRefusedError")]
    office = client_for(administrator)
    assert (
        "1 daily e-mails could not be sent (ConnectionRefusedError)"
        == (office.get("/health/ready").json()["faults"]["mail"])
    )
    page = office.get("/admin/referrals/digest/").content.decode()
    assert "ConnectionRefusedError" in page and "koordinator" in page


@pytest.mark.django_db
def test_whoever_hangs_up_with_the_message_in_hand_gets_it_once(sink: Sink, kari: User, log: Log) -> None:
    log()
    sink.cut_off = 1
    assert send(MORNING) == {DigestState.FAILED: 1}
    assert states() == [(DigestState.FAILED, 1, "SMTPServerDisconnected")]
    send(MORNING + timedelta(hours=2))
    assert len(sink.messages) == 1


@pytest.mark.django_db
def test_what_a_process_left_in_the_middle_is_not_sent_again(sink: Sink, kari: User, log: Log) -> None:
    log()
    digests.queue(user_ids=[kari.pk], day=TODAY, at=MORNING)
    assert digests.take(day=TODAY, at=MORNING) is not None
    send(MORNING + timedelta(minutes=15))
    assert states() == [(DigestState.SENDING, 1, "")]
    send(MORNING + timedelta(minutes=16))
    assert states() == [(DigestState.FAILED, 1, "Interrupted")] and not sink.messages


@pytest.mark.django_db
def test_what_is_left_of_yesterday_is_given_up_and_old_rows_go(sink: Sink, kari: User, log: Log) -> None:
    log()
    for days in (1, 61):
        digests.queue(user_ids=[kari.pk], day=TODAY - timedelta(days=days), at=MORNING - timedelta(days=days))
    send(MORNING)
    assert states() == [(DigestState.FAILED, 0, "TooLate"), (DigestState.SENT, 1, "")]


@pytest.mark.django_db
def test_without_a_mail_server_the_command_says_so_and_queues_nothing(
    kari: User, log: Log, today: date
) -> None:
    log()
    said = StringIO()
    call_command("send_digests", stdout=said)
    assert said.getvalue() == "ERGO_MAIL_HOST is not set: nothing is queued or sent.\n"
    assert not Digest.objects.exists()


@pytest.mark.django_db
def test_the_command_says_what_it_did(sink: Sink, kari: User, log: Log, today: date) -> None:
    log()
    said = StringIO()
    call_command("send_digests", stdout=said)
    assert said.getvalue() == "1 sent, 0 with nothing to say, 0 to be tried again, 0 given up\n"


# ---------------------------------------------------------------- turned off


@pytest.mark.django_db
def test_everybody_turns_their_own_off_and_on(
    sink: Sink, kari: User, log: Log, client_for: Callable[[User], Client]
) -> None:
    log()
    browser = client_for(kari)
    assert "kari@example.no" in browser.get("/konto/").content.decode()
    page = browser.post("/konto/e-post/", {"wants": "0"}, follow=True).content.decode()
    assert "Den daglige e-posten er slått av." in page
    assert send(MORNING) == {} and not sink.messages
    browser.post("/konto/e-post/", {"wants": "1"})
    assert send(MORNING) == {DigestState.SENT: 1}
