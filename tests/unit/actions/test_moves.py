"""What holds for every move: who, from which status, on which days, on which version, with what history."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from referrals.actions.worklist import available_moves
from referrals.choices import OPEN, EventKind, Move, PauseReason, Status, can_move
from referrals.errors import (
    AskedAlready,
    DateBefore,
    FutureDate,
    IllegalMove,
    InvalidValue,
    NotAllowed,
    NotAsked,
    StaleVersion,
)
from referrals.models import Category, Municipality, Referral, User, access_of
from referrals.permissions import MOVE_PERMISSIONS, ROLE_PERMISSIONS, Permission, Role
from tests.factories import (
    NOW,
    TODAY,
    InformationRequestFactory,
    ReferralFactory,
    RiskEventFactory,
    TherapistFactory,
    ValidationFactory,
    days_ago,
)
from tests.unit.actions.acting import do, everything

SITUATIONS: dict[str, dict[str, bool]] = {
    "received": {},
    "waiting": {"waiting": True},
    "on hold": {"paused": True},
    "asked": {"waiting": True},
    "started": {"started": True},
    "closed after start": {"closed": True},
    "closed from the list": {"withdrawn": True},
}
KINDS = {
    Move.PRIORITISE: EventKind.PRIORITISED,
    Move.ASSIGN: EventKind.ASSIGNED,
    Move.PAUSE: EventKind.PAUSED,
    Move.RESUME: EventKind.RESUMED,
    Move.REVIEW: EventKind.REVIEWED,
    Move.START: EventKind.STARTED,
    Move.NO_SHOW: EventKind.CONTACT,
    Move.REPLY: EventKind.REPLIED,
    Move.REQUEST: EventKind.INFORMATION_ASKED,
    Move.CAME: EventKind.INFORMATION_CAME,
    Move.ASK: EventKind.ASKED,
    Move.ANSWER: EventKind.ANSWERED,
    Move.CLOSE: EventKind.CLOSED,
    Move.REOPEN: EventKind.REOPENED,
    Move.NEXT_STEP: EventKind.NEXT_STEP,
    Move.RISK: EventKind.RISK,
    Move.RISK_ERROR: EventKind.RISK_WITHDRAWN,
    Move.MERGE: EventKind.MERGED,
    Move.CORRECT: EventKind.CORRECTED,
}
DATED = [move for move in Move if move not in (Move.MERGE, Move.CORRECT)]
NOTED = [Move.PRIORITISE, Move.REVIEW, Move.ANSWER, Move.CLOSE, Move.REOPEN, Move.MERGE]
DATED = [move for move in Move if move not in (Move.NEXT_STEP, Move.RISK_ERROR, Move.MERGE, Move.CORRECT)]
NOTED = [Move.PRIORITISE, Move.CLOSE, Move.REOPEN, Move.MERGE]
# On hold for the usual reason, a referral can be put on hold for others.
GIVEN: dict[Move, dict[str, str]] = {Move.PAUSE: {"reason": PauseReason.HOSPITAL}}
# A situation from which each move is allowed.
BEFORE = dict.fromkeys(Move, "waiting") | {
    Move.RESUME: "on hold",
    Move.REVIEW: "on hold",
    Move.ANSWER: "asked",
    Move.REOPEN: "closed from the list",
}
# Of asking and its answer the table knows only the status: whether a round is open says which of them comes.
OUT_OF_TURN = (AskedAlready, NotAsked)

Make = Callable[[str], Referral]


@pytest.fixture
def make(municipality: Municipality, category: Category) -> Make:
    """Makes an application in a situation; somebody has it, so that taking it back is a change.

    The citizen has another open one in the category, that it could be merged with; something is missing, and
    something has happened.
    """

    def make(situation: str) -> Referral:
        facts = {"municipality": municipality, "category": category}
        referral = ReferralFactory(**facts, application=True, assigned=True, **SITUATIONS[situation])
        ReferralFactory(**facts, person=referral.person)
        InformationRequestFactory(referral=referral)
        RiskEventFactory(referral=referral)
        if situation == "asked":
            ValidationFactory(referral=referral, asked_on=referral.received_on)
        return referral

    return make


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("move", Move)
def test_a_move_is_made_exactly_where_the_table_allows_it(
    coordinator: User, make: Make, move: Move, situation: str
) -> None:
    referral = make(situation)
    in_turn = move != (Move.ASK if situation == "asked" else Move.ANSWER)
    if in_turn and can_move(move, status=referral.status, paused=situation == "on hold"):
        assert do(move, referral, coordinator, **GIVEN.get(move, {})).version == 2
        return
    before = everything()
    with pytest.raises((IllegalMove, *OUT_OF_TURN)):
        do(move, referral, coordinator)
    assert everything() == before


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_button_is_shown_exactly_where_its_action_succeeds(
    coordinator: User, make: Make, situation: str
) -> None:
    referral, access = make(situation), access_of(coordinator, on=TODAY)
    shown = available_moves(referral, paused=situation == "on hold", access=access)
    worked = []
    for move in Move:
        try:
            do(move, make(situation), coordinator, **GIVEN.get(move, {}))
            worked.append(move)
        except (IllegalMove, *OUT_OF_TURN):
            pass
    assert shown == worked


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("move", Move)
def test_a_move_is_made_exactly_by_the_roles_that_may(
    request: pytest.FixtureRequest, make: Make, move: Move, role: Role
) -> None:
    fixture = "therapist_user" if role == Role.THERAPIST else role.value
    user, referral = request.getfixturevalue(fixture), make(BEFORE[move])
    if MOVE_PERMISSIONS[move] in ROLE_PERMISSIONS[role]:
        assert do(move, referral, user).version == 2
        return
    sees = Permission.SEE_CASES in ROLE_PERMISSIONS[role]
    refusal = NotAllowed if sees else Referral.DoesNotExist
    with pytest.raises(refusal):
        do(move, referral, user)
    referral.refresh_from_db()
    assert (referral.version, referral.events.count()) == (1, 0)


@pytest.mark.parametrize("move", Move)
def test_a_manager_is_shown_who_has_the_case_to_change_and_no_other_button(
    manager: User, make: Make, move: Move
) -> None:
    referral = make(BEFORE[move])
    shown = available_moves(referral, paused=False, access=access_of(manager, on=TODAY))
    assert shown == ([Move.ASSIGN] if referral.status in OPEN else [])


@pytest.mark.parametrize("move", Move)
def test_a_referral_of_another_municipality_does_not_exist(
    coordinator: User, other_municipality: Municipality, move: Move
) -> None:
    referral = ReferralFactory(municipality=other_municipality, **SITUATIONS[BEFORE[move]])
    with pytest.raises(Referral.DoesNotExist):
        do(move, referral, coordinator)


@pytest.mark.parametrize("move", Move)
def test_a_stale_version_is_refused_with_the_present_one(coordinator: User, make: Make, move: Move) -> None:
    seen = make("waiting")
    do(Move.CORRECT, Referral.objects.get(pk=seen.pk), coordinator)
    before = everything()
    with pytest.raises(StaleVersion) as caught:
        do(move, seen, coordinator)
    assert caught.value.current.version == 2
    assert everything() == before


@pytest.mark.parametrize("move", Move)
def test_each_move_adds_one_line_of_history_and_one_version(
    coordinator: User, make: Make, move: Move
) -> None:
    referral = make(BEFORE[move])
    at = NOW + timedelta(minutes=5)
    saved = do(move, referral, coordinator, at=at)
    event = saved.events.get()
    assert (event.kind, event.happened_on, event.registered_at) == (KINDS[move], TODAY, at)
    assert (event.registered_by, event.municipality) == (coordinator, saved.municipality)
    assert (saved.version, saved.changed_at) == (2, at)


@pytest.mark.parametrize("move", Move)
def test_what_comes_back_is_what_is_stored(coordinator: User, make: Make, move: Move) -> None:
    saved = do(move, make(BEFORE[move]), coordinator)
    stored = Referral.objects.get(pk=saved.pk)
    columns = [field.attname for field in Referral._meta.fields]
    assert [getattr(saved, name) for name in columns] == [getattr(stored, name) for name in columns]


@pytest.mark.parametrize("move", Move)
def test_a_failure_while_writing_the_history_leaves_nothing(
    coordinator: User, make: Make, move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the power went")

    referral = make(BEFORE[move])
    before = everything()
    monkeypatch.setattr("referrals.models.ReferralEvent.save", fail)
    with pytest.raises(RuntimeError):
        do(move, referral, coordinator)
    assert everything() == before


@pytest.mark.parametrize("move", DATED)
def test_a_day_after_today_is_refused(coordinator: User, make: Make, move: Move) -> None:
    with pytest.raises(FutureDate) as caught:
        do(move, make(BEFORE[move]), coordinator, on=TODAY + timedelta(days=1))
    assert caught.value.field == "on"


FIRST_DAYS = {move: days_ago(10) for move in DATED} | {
    Move.RESUME: days_ago(3),  # the pause began
    Move.CAME: days_ago(5),  # it was asked for
    Move.REVIEW: days_ago(3),
    Move.REOPEN: days_ago(1),  # it was closed
}


@pytest.mark.parametrize("move", DATED)
def test_the_first_possible_day_is_taken_and_registered_as_such(
    coordinator: User, make: Make, move: Move
) -> None:
    saved = do(move, make(BEFORE[move]), coordinator, on=FIRST_DAYS[move])
    assert saved.events.get().happened_on == FIRST_DAYS[move]


@pytest.mark.parametrize("move", DATED)
def test_the_day_before_the_first_possible_is_refused(coordinator: User, make: Make, move: Move) -> None:
    with pytest.raises(DateBefore) as caught:
        do(move, make(BEFORE[move]), coordinator, on=FIRST_DAYS[move] - timedelta(days=1))
    assert (caught.value.field, caught.value.values["earliest"]) == ("on", FIRST_DAYS[move])


@pytest.mark.parametrize("move", NOTED)
def test_a_note_is_kept_in_the_history(coordinator: User, make: Make, move: Move) -> None:
    saved = do(move, make(BEFORE[move]), coordinator, note="  Avklart i inntaksmøtet 🌿  ")
    assert saved.events.get().note == "Avklart i inntaksmøtet 🌿"


@pytest.mark.parametrize("move", NOTED)
def test_a_note_too_long_for_the_history_is_refused(coordinator: User, make: Make, move: Move) -> None:
    with pytest.raises(InvalidValue) as caught:
        do(move, make(BEFORE[move]), coordinator, note="x" * 501)
    assert caught.value.field == "note"


def test_the_history_keeps_what_changed_before_and_after(coordinator: User, make: Make) -> None:
    saved = do(Move.PRIORITISE, make("received"), coordinator, priority=3)
    assert saved.events.get().details == {
        "changes": {
            "priority": [None, 3],
            "prioritised_on": [None, "2026-03-16"],
            "status": ["received", "waiting"],
        },
        "judged_by": {"days": 84, "criteria": "", "key": "2000-01-01"},
    }


def test_the_day_of_registration_is_norways(coordinator: User, make: Make) -> None:
    shortly_after_midnight = NOW.replace(hour=23, minute=30)  # 00:30 on the 17th in Oslo
    tomorrow = TODAY + timedelta(days=1)
    saved = do(Move.PRIORITISE, make("received"), coordinator, at=shortly_after_midnight, on=tomorrow)
    assert saved.prioritised_on == date(2026, 3, 17)


def test_every_status_stands_among_the_situations(make: Make) -> None:
    assert {make(situation).status for situation in SITUATIONS} == set(Status)


def test_a_therapist_may_not_triage_and_sees_no_button_for_it(
    therapist_user: User, municipality: Municipality
) -> None:
    referral = ReferralFactory(municipality=municipality)
    access = access_of(therapist_user, on=TODAY)
    moves = available_moves(referral, paused=False, access=access)
    always = [Move.PAUSE, Move.START, Move.NO_SHOW, Move.RISK, Move.REQUEST]
    assert moves == [*always, Move.ASK, Move.CLOSE, Move.NEXT_STEP]


def test_rights_end_with_the_membership(coordinator: User, make: Make) -> None:
    coordinator.memberships.update(valid_to=TODAY)
    with pytest.raises(Referral.DoesNotExist):
        do(Move.START, make("waiting"), coordinator)


def test_a_move_in_one_municipality_leaves_the_other_alone(
    coordinator: User, make: Make, other_municipality: Municipality
) -> None:
    other = ReferralFactory(municipality=other_municipality, paused=True)
    TherapistFactory(employed_in=other_municipality)
    do(Move.CLOSE, make("on hold"), coordinator)
    assert list(other.pauses.values_list("ended_on", flat=True)) == [None]
