"""Six people save while the app and the database are killed in turn: nothing acknowledged is lost, nothing is half."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from referrals.demo.users import MOSS
from tests.crash.stage import Stage
from tests.crash.writers import Told, Writer

WRITERS = 6
LONGEST_SECONDS = 1800


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stage = Stage(tmp_path, port)
    try:
        stage.prepare()
        stage.start_app()
        yield stage
    finally:
        stage.stop()


def test_krav_37_kill_9_loses_nothing_that_was_acknowledged_and_leaves_nothing_half(stage: Stage) -> None:
    """The app and PostgreSQL are killed with -9 in the middle of writes; a short run of `make crash`."""
    play(stage, rounds=2, writes=240)


@pytest.mark.crash
def test_krav_37_at_full_length(stage: Stage) -> None:
    """Ten rounds of kill -9 among 10 000 acknowledged writes over HTTP, by six writers."""
    play(stage, rounds=10, writes=10_000)


def play(stage: Stage, *, rounds: int, writes: int) -> None:
    """Kill the app and the database in turn, each time when a share of the writes is acknowledged."""
    before = versions(stage)
    writers, is_over = start_writers(stage, list(before)[:WRITERS])
    began = time.monotonic()
    back: list[float] = []
    for round in range(rounds):
        wait_for(writers, writes * (round + 1) // (rounds + 1))
        killed = time.monotonic()
        if round % 2:
            stage.kill_database()
            stage.start_database()
        else:
            stage.kill_app()
            stage.start_app()
        stage.wait_until_it_answers()
        back.append(time.monotonic() - killed)
    wait_for(writers, writes)
    is_over.set()
    for writer in writers:
        writer.join(timeout=60)
    told = [writer.told for writer in writers]
    print(
        f"\n{sum(map(len, told)):,} writes acknowledged to {WRITERS} writers in {time.monotonic() - began:.0f} s,"
        f" {rounds} × kill -9, back after {min(back):.1f} to {max(back):.1f} s"
    )
    with stage.look(MOSS) as database:
        nothing_is_lost(database, told)
        nothing_is_half(database, before)


def start_writers(stage: Stage, numbers: list[str]) -> tuple[list[Writer], threading.Event]:
    is_over = threading.Event()
    writers = [
        Writer(f"skriver{nth}", stage.address, number, is_over) for nth, number in enumerate(numbers, 1)
    ]
    for writer in writers:
        writer.start()
    return writers, is_over


def wait_for(writers: list[Writer], acknowledged: int) -> None:
    give_up_at = time.monotonic() + LONGEST_SECONDS
    while sum(len(writer.told) for writer in writers) < acknowledged:
        failures = [writer.failure for writer in writers if writer.failure]
        assert not failures, failures[0]
        assert time.monotonic() < give_up_at, "too slow"
        time.sleep(0.02)


def versions(stage: Stage) -> dict[str, int]:
    """The version of every referral on the waitlist that has a priority."""
    with stage.look(MOSS) as database:
        return dict(
            database.execute(
                "SELECT number, version FROM referrals_referral WHERE status = 'waiting' ORDER BY number"
            ).fetchall()
        )


def nothing_is_lost(database: psycopg.Connection, told: list[Told]) -> None:
    """Each change and each new referral that somebody was told of is there, once."""
    notes = [note for one in told for note in one.changes]
    found = database.execute(
        "SELECT note, count(*) FROM referrals_referralevent WHERE note = ANY(%s) GROUP BY note", [notes]
    ).fetchall()
    assert dict(found) == dict.fromkeys(notes, 1)
    registered = {reason: number for one in told for reason, number in one.registered.items()}
    rows = database.execute(
        "SELECT reason, number FROM referrals_referral WHERE reason = ANY(%s)", [list(registered)]
    ).fetchall()
    assert sorted(rows) == sorted(registered.items())


def nothing_is_half(database: psycopg.Connection, before: dict[str, int]) -> None:
    """Every save wrote the referral and its history, or neither; every referral has its citizen and its number."""
    uneven = database.execute(
        "SELECT r.number FROM referrals_referral r WHERE r.number = ANY(%s)"
        " AND r.version - (%s::jsonb ->> r.number)::int"
        " <> (SELECT count(*) FROM referrals_referralevent e WHERE e.referral_id = r.id AND e.note LIKE 'skriver%%')",
        [list(before), psycopg.types.json.Jsonb(before)],
    ).fetchall()
    assert uneven == []
    orphans = database.execute(
        "SELECT r.number FROM referrals_referral r JOIN referrals_person p ON p.id = r.person_id"
        " WHERE p.given_name = 'Krasj' AND ("
        "  (SELECT count(*) FROM referrals_referralevent e WHERE e.referral_id = r.id) <> 1"
        "  OR (SELECT count(*) FROM referrals_submission s WHERE s.referral_id = r.id) <> 1)"
    ).fetchall()
    assert orphans == []
    alone = database.execute(
        "SELECT count(*) FROM referrals_person p WHERE given_name = 'Krasj'"
        " AND NOT EXISTS (SELECT FROM referrals_referral r WHERE r.person_id = p.id)"
    ).fetchone()
    assert alone == (0,)


def test_krav_36_registers_are_read_whole_or_not_at_all_however_often_the_reader_is_killed(
    empty_stage: Stage,
) -> None:
    """The reading of the registers is killed with -9 at several moments; then it is run again and is complete."""
    seen = set()
    for seconds in (0.9, 1.2, 1.5, 1.8):
        empty_stage.kill_command_after(seconds, "load_registers")
        seen.add(municipalities(empty_stage))
    assert seen <= {0, 357}
    empty_stage.run("load_registers")
    assert municipalities(empty_stage) == 357


@pytest.fixture
def empty_stage(tmp_path: Path) -> Iterator[Stage]:
    """Tables without rows, and nobody serving."""
    stage = Stage(tmp_path, port=0)
    try:
        stage.run("migrate")
        yield stage
    finally:
        stage.stop()


def municipalities(stage: Stage) -> int:
    with stage.look(MOSS) as database:
        return database.execute("SELECT count(*) FROM referrals_municipality").fetchone()[0]
