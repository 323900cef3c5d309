"""What a referral lacks: a fact beside its status, which no clock and no closing touches."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from referrals.choices import AskedOf, Move, Outcome, Status
from referrals.errors import DateBefore, InvalidValue, NothingMissing, UnknownCode
from referrals.models import Category, InformationRequest, Municipality, Referral, User
from tests.factories import TODAY, InformationRequestFactory, ReferralFactory, days_ago
from tests.unit.actions.acting import do


@pytest.fixture
def referral(municipality: Municipality, category: Category) -> Referral:
    """Received ten days ago and not assessed."""
    return ReferralFactory(municipality=municipality, category=category)


def clock_of(referral: Referral) -> tuple:
    row = Referral.objects.with_wait(on=TODAY).get(pk=referral.pk)
    return row.status, row.gross_days, row.paused_days, row.net_days, row.target_days, row.due_on


def missing(referral: Referral) -> list[str]:
    return list(referral.information_requests.missing().order_by("pk").values_list("what", flat=True))


def test_several_things_may_be_missing_at_once(coordinator: User, referral: Referral) -> None:
    saved = do(Move.REQUEST, referral, coordinator, what="  Epikrise ")
    saved = do(Move.REQUEST, saved, coordinator, what="Mål på dører", asked_of=AskedOf.REFERRER)
    assert missing(saved) == ["Epikrise", "Mål på dører"]
    first = saved.information_requests.first()
    saved = do(Move.CAME, saved, coordinator, request_id=first.pk)
    assert missing(saved) == ["Mål på dører"]
    first.refresh_from_db()
    assert (first.asked_on, first.received_on) == (TODAY, TODAY)


@pytest.mark.parametrize("traits", [{}, {"waiting": True}, {"paused": True}, {"started": True}])
def test_neither_moves_the_status_or_a_clock(
    coordinator: User, municipality: Municipality, traits: dict[str, bool]
) -> None:
    referral = ReferralFactory(municipality=municipality, **traits)
    before = clock_of(referral)
    saved = do(Move.REQUEST, referral, coordinator)
    assert clock_of(saved) == before
    assert clock_of(do(Move.CAME, saved, coordinator)) == before


def test_the_history_keeps_what_whom_and_when(coordinator: User, referral: Referral) -> None:
    saved = do(Move.REQUEST, referral, coordinator, on=days_ago(2), wanted_by=days_ago(-12))
    do(Move.CAME, saved, coordinator)
    asked, came = referral.events.order_by("pk")
    told = {"asked_of": "hospital", "asked_on": "2026-03-14", "wanted_by": "2026-03-28"}
    assert asked.details == came.details == {"information": told}
    assert (asked.note, asked.happened_on, came.happened_on) == ("Epikrise", days_ago(2), TODAY)


def test_it_may_be_wanted_the_same_day_and_not_before(coordinator: User, referral: Referral) -> None:
    with pytest.raises(DateBefore) as caught:
        do(Move.REQUEST, referral, coordinator, wanted_by=days_ago(1))
    assert caught.value.field == "wanted_by"
    assert do(Move.REQUEST, referral, coordinator, wanted_by=TODAY).version == 2


@pytest.mark.parametrize(
    ("wrong", "kind", "field"),
    [
        ({"what": "  "}, InvalidValue, "what"),
        ({"what": "x" * 501}, InvalidValue, "what"),
        ({"asked_of": "naboen"}, UnknownCode, "asked_of"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    coordinator: User, referral: Referral, wrong: dict[str, str], kind: type[Exception], field: str
) -> None:
    with pytest.raises(kind) as caught:
        do(Move.REQUEST, referral, coordinator, **wrong)
    assert caught.value.field == field and not InformationRequest.objects.exists()


def test_what_is_not_missing_cannot_come(
    coordinator: User, municipality: Municipality, referral: Referral
) -> None:
    others = InformationRequestFactory(referral=ReferralFactory(municipality=municipality))
    arrived = InformationRequestFactory(referral=referral, received_on=TODAY)
    for key in (0, others.pk, arrived.pk):
        with pytest.raises(NothingMissing):
            do(Move.CAME, referral, coordinator, request_id=key)
    assert referral.events.count() == 0


def test_it_is_overdue_from_the_day_after_it_was_wanted(referral: Referral) -> None:
    request = InformationRequestFactory(referral=referral, asked_on=days_ago(9), wanted_by=days_ago(1))
    assert [request.is_overdue(days_ago(ago)) for ago in (2, 1, 0)] == [False, False, True]
    request.received_on = TODAY
    assert not request.is_overdue(TODAY)


def test_what_is_missing_when_the_case_is_closed_is_missing_when_it_is_reopened(
    coordinator: User, referral: Referral, municipality: Municipality
) -> None:
    InformationRequestFactory(referral=referral)
    closed = do(Move.CLOSE, referral, coordinator, outcome=Outcome.OTHER)
    assert missing(closed) == ["Vurdering fra sykehuset"]
    reopened = do(Move.REOPEN, closed, coordinator)
    assert reopened.status == Status.RECEIVED
    assert do(Move.CAME, reopened, coordinator).version == 4


def test_a_merged_referral_takes_over_what_is_missing_of_the_other(
    coordinator: User, referral: Referral
) -> None:
    twin = ReferralFactory(
        municipality=referral.municipality, category=referral.category, person=referral.person
    )
    asked = InformationRequestFactory(referral=twin)
    InformationRequestFactory(referral=twin, what="Kom", received_on=TODAY)
    kept = do(Move.MERGE, referral, coordinator)
    taken = kept.information_requests.get()
    assert (taken.what, taken.asked_of, taken.wanted_by) == (asked.what, asked.asked_of, asked.wanted_by)
    assert twin.information_requests.count() == 2


WRONG: dict[str, tuple[str, dict[str, date | str]]] = {
    "wanted before it was asked for": (
        "information_wanted_after_asked",
        {"wanted_by": TODAY - timedelta(days=6)},
    ),
    "came before it was asked for": (
        "information_came_after_asked",
        {"received_on": TODAY - timedelta(days=6)},
    ),
    "nothing": ("information_is_named", {"what": ""}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_database_refuses_what_contradicts_itself(referral: Referral, wrong: str) -> None:
    constraint, facts = WRONG[wrong]
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        InformationRequestFactory(referral=referral, **facts)


def test_the_list_knows_what_is_missing_now(referral: Referral, municipality: Municipality) -> None:
    def incomplete() -> bool:
        rows = Referral.objects.with_missing(municipality=municipality)
        return rows.get(pk=referral.pk).is_incomplete

    assert not incomplete()
    request = InformationRequestFactory(referral=referral)
    assert incomplete()
    InformationRequest.objects.filter(pk=request.pk).update(received_on=TODAY)
    assert not incomplete()
