"""The words of the service, and the one table of allowed moves."""

import pytest
from django.db.models import TextChoices
from django.utils.translation import override

from referrals import choices
from referrals.choices import (
    ALLOWED_MOVES,
    NOT_COUNTED,
    ON_WAITLIST,
    ONLY_AFTER_START,
    OPEN,
    STATUS_SENTENCES,
    ChangeKind,
    Move,
    Outcome,
    Status,
    allowed_outcomes,
    can_move,
    check_move,
)
from referrals.errors import IllegalMove

VOCABULARIES = [
    words
    for words in vars(choices).values()
    if isinstance(words, type) and issubclass(words, TextChoices) and words is not TextChoices
]


def test_open_and_closed_cover_every_status_without_overlap() -> None:
    assert OPEN | {Status.CLOSED} == set(Status) and Status.CLOSED not in OPEN


def test_on_the_waitlist_is_open_and_not_started() -> None:
    assert ON_WAITLIST == OPEN - {Status.STARTED}


def test_every_status_has_a_sentence() -> None:
    assert set(STATUS_SENTENCES) == set(Status)


def test_every_move_has_a_rule() -> None:
    assert set(ALLOWED_MOVES) == set(Move)


def test_from_every_status_something_can_be_done() -> None:
    assert all(any(can_move(move, status=status, paused=False) for move in Move) for status in Status)


@pytest.mark.parametrize("words", VOCABULARIES, ids=lambda words: words.__name__)
def test_every_choice_reads_differently_from_the_others(words: type[TextChoices]) -> None:
    with override("en"):
        labels = [str(label) for label in words.labels]
    assert all(labels) and len(set(labels)) == len(labels)


# The letters of PostgreSQL's own operations, which its trigger writes.
OURS = [words for words in VOCABULARIES if words is not ChangeKind]


@pytest.mark.parametrize("words", OURS, ids=lambda words: words.__name__)
def test_every_code_is_written_the_same_way(words: type[TextChoices]) -> None:
    assert all(code == code.lower() and code.replace("_", "").isalpha() for code in words.values)


@pytest.mark.parametrize("paused", [True, False], ids=["on hold", "not on hold"])
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", Move)
def test_check_move_raises_exactly_where_can_move_says_no(move: Move, status: Status, paused: bool) -> None:
    try:
        check_move(move, status=status, paused=paused)
        allowed = True
    except IllegalMove:
        allowed = False
    assert allowed == can_move(move, status=status, paused=paused)


def test_a_wait_is_put_on_hold_also_for_another_reason_and_resumed_only_from_hold() -> None:
    assert can_move(Move.PAUSE, status=Status.WAITING, paused=False)
    assert can_move(Move.PAUSE, status=Status.WAITING, paused=True)
    assert can_move(Move.RESUME, status=Status.WAITING, paused=True)
    assert not can_move(Move.RESUME, status=Status.WAITING, paused=False)


def test_the_refusal_names_the_move_and_the_status_in_words() -> None:
    with override("en"), pytest.raises(IllegalMove) as caught:
        check_move(Move.REOPEN, status=Status.WAITING, paused=False)
    with override("en"):
        assert str(caught.value) == "“Reopen” is not possible for a referral with status “Waiting”."


def test_a_case_is_finished_only_after_its_start() -> None:
    assert set(allowed_outcomes(Status.STARTED)) == set(Outcome)
    assert set(allowed_outcomes(Status.WAITING)) == set(Outcome) - ONLY_AFTER_START


def test_what_is_out_of_every_count_never_was_a_need_of_its_own() -> None:
    assert NOT_COUNTED == {Outcome.DUPLICATE, Outcome.ENTERED_IN_ERROR}
