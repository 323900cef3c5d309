"""Registering a referral: what is stored, what is refused, and that nothing is written when it is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from referrals.actions.persons import PersonData
from referrals.actions.referrals import register
from referrals.choices import EventKind, Handling, Status, Urgency
from referrals.errors import (
    DateAfter,
    DateBefore,
    DateTooOld,
    DuplicateOpenReferral,
    DuplicatePerson,
    ForeignRecord,
    FutureDate,
    InvalidValue,
    NotAllowed,
    RegisteredLate,
    UnknownCode,
)
from referrals.models import Category, Municipality, NumberSeries, Person, Referral, User
from tests.factories import NOW, TODAY, PersonFactory, ReferralFactory, days_ago, identifier_of
from tests.unit.actions.acting import acting, data, everything

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def person(municipality: Municipality) -> Person:
    return PersonFactory(municipality=municipality)


def test_a_referral_is_stored_as_received_with_a_number(
    coordinator: User, municipality: Municipality, person: Person, category: Category
) -> None:
    received = data(category, urgency=Urgency.FALL, what_matters="Å komme ut i hagen 🌿 – eallit ruovttus")
    referral = register(municipality=municipality, person=person, data=received, **acting(coordinator))
    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.status, stored.number, stored.version) == (Status.RECEIVED, "2026-000001", 1)
    assert (stored.received_on, stored.seniority_on) == (days_ago(10), days_ago(10))
    assert (stored.registered_at, stored.registered_by, stored.changed_at) == (NOW, coordinator, NOW)
    assert stored.what_matters == "Å komme ut i hagen 🌿 – eallit ruovttus"
    assert stored.handling == Handling.REFERRAL


def test_a_therapist_registers_too(
    therapist_user: User, municipality: Municipality, person: Person, category: Category
) -> None:
    assert register(municipality=municipality, person=person, data=data(category), **acting(therapist_user))


def test_the_history_begins_with_codes_and_dates_and_no_text(
    coordinator: User, municipality: Municipality, person: Person, category: Category
) -> None:
    referral = register(
        municipality=municipality,
        person=person,
        data=data(category, reason="Faller ofte"),
        note="Lå i feil bunke",
        **acting(coordinator),
    )
    event = referral.events.get()
    assert (event.kind, event.happened_on, event.registered_at) == (EventKind.RECEIVED, days_ago(10), NOW)
    assert (event.registered_by, event.note) == (coordinator, "Lå i feil bunke")
    assert event.details == {
        "changes": {
            "category": [None, "test-aids"],
            "channel": [None, "letter"],
            "handling": [None, "referral"],
            "received_on": [None, "2026-03-06"],
            "seniority_on": [None, "2026-03-06"],
            "source": [None, "gp"],
            "status": [None, "received"],
        },
        "texts": ["reason"],
    }


def test_seniority_from_elsewhere_is_kept(
    coordinator: User, municipality: Municipality, person: Person, category: Category
) -> None:
    received = data(category, seniority_on=days_ago(100))
    referral = register(municipality=municipality, person=person, data=received, **acting(coordinator))
    assert (referral.seniority_on, referral.received_on) == (days_ago(100), days_ago(10))


@pytest.mark.parametrize("day", [TODAY, days_ago(1), days_ago(30)], ids=str)
def test_a_referral_may_be_registered_on_the_day_or_later(
    coordinator: User, municipality: Municipality, person: Person, category: Category, day: date
) -> None:
    received = data(category, received_on=day)
    referral = register(municipality=municipality, person=person, data=received, **acting(coordinator))
    assert referral.received_on == day


@pytest.mark.parametrize("day", [days_ago(31), date(2015, 1, 1)], ids=str)
def test_what_was_received_long_ago_is_registered_with_a_reason(
    coordinator: User, municipality: Municipality, person: Person, category: Category, day: date
) -> None:
    form = {
        "municipality": municipality,
        "person": person,
        "data": data(category, received_on=day),
        "note": "Funnet i arkivet",  # says something else
        **acting(coordinator),
    }
    for nothing in ("", " \n"):
        before = everything()
        with pytest.raises(RegisteredLate) as caught:
            register(late_because=nothing, **form)
        assert caught.value.field == "late_because" and everything() == before
        assert str((TODAY - day).days) in str(caught.value)
    referral = register(late_because="Lå i feil postkasse", **form)
    assert (referral.received_on, referral.registered_at) == (day, NOW)
    assert referral.events.get().note == "Funnet i arkivet\nLå i feil postkasse"


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"received_on": TOMORROW}, FutureDate, "received_on"),
        ({"received_on": date(1899, 12, 31)}, DateTooOld, "received_on"),
        ({"received_on": date(1948, 5, 16)}, DateBefore, "received_on"),
        ({"seniority_on": days_ago(9)}, DateAfter, "seniority_on"),
        ({"seniority_on": date(1899, 12, 31)}, DateTooOld, "seniority_on"),
        ({"source": "nobody"}, UnknownCode, "source"),
        ({"channel": "pigeon"}, UnknownCode, "channel"),
        ({"handling": ""}, InvalidValue, "handling"),
        ({"urgency": "yes"}, UnknownCode, "urgency"),
        ({"reason": "x" * 4001}, InvalidValue, "reason"),
        ({"what_matters": "x" * 10_000}, InvalidValue, "what_matters"),
        ({"referrer_name": "x" * 151}, InvalidValue, "referrer_name"),
        ({"external_reference": "x" * 61}, InvalidValue, "external_reference"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_right_is_refused_named_and_not_written(
    coordinator: User,
    municipality: Municipality,
    person: Person,
    category: Category,
    values: dict[str, Any],
    error: type,
    field: str,
) -> None:
    before = everything()
    with pytest.raises(error) as caught:
        register(
            municipality=municipality, person=person, data=data(category, **values), **acting(coordinator)
        )
    assert caught.value.field == field and str(caught.value)
    assert everything() == before


def test_the_day_is_norways_and_not_utcs(
    coordinator: User, municipality: Municipality, person: Person, category: Category
) -> None:
    new_year_in_oslo = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    received = data(category, received_on=date(2027, 1, 1))
    referral = register(
        municipality=municipality, person=person, data=received, **acting(coordinator, at=new_year_in_oslo)
    )
    assert referral.number == "2027-000001"


def test_before_midnight_in_norway_tomorrow_is_the_future(
    coordinator: User, municipality: Municipality, person: Person, category: Category
) -> None:
    late = datetime(2026, 7, 1, 21, 59, tzinfo=UTC)  # 23:59 in Oslo, in summer time
    with pytest.raises(FutureDate):
        register(
            municipality=municipality,
            person=person,
            data=data(category, received_on=date(2026, 7, 2)),
            **acting(coordinator, at=late),
        )


def test_numbers_count_up_in_each_municipality_by_itself(
    coordinator: User, municipality: Municipality, person: Person, category: Category
) -> None:
    NumberSeries.objects.create(municipality=municipality, year=2026, last=41)
    ReferralFactory(number="2026-000042")
    referral = register(municipality=municipality, person=person, data=data(category), **acting(coordinator))
    assert referral.number == "2026-000042"


def test_a_citizen_is_registered_with_the_referral(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    newcomer = PersonData(given_name="Ola", family_name="Ny", birth_date=date(1990, 1, 1))
    referral = register(
        municipality=municipality, person=newcomer, data=data(category), **acting(coordinator)
    )
    assert referral.person.name == "Ola Ny" and referral.person.municipality == municipality


def test_a_refused_referral_takes_its_new_citizen_along(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    newcomer = PersonData(given_name="Ola", family_name="Ny", birth_date=date(1990, 1, 1))
    with pytest.raises(FutureDate):
        register(
            municipality=municipality,
            person=newcomer,
            data=data(category, received_on=TOMORROW),
            **acting(coordinator),
        )
    assert not Person.objects.exists()


def test_a_citizen_known_by_number_is_not_registered_again(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    number = identifier_of(date(1948, 5, 17))
    PersonFactory(municipality=municipality, identifier=number)
    newcomer = PersonData(given_name="Kari", family_name="Igjen", identifier=number)
    with pytest.raises(DuplicatePerson):
        register(municipality=municipality, person=newcomer, data=data(category), **acting(coordinator))


def test_a_citizen_of_another_municipality_is_refused(
    coordinator: User, municipality: Municipality, other_municipality: Municipality, category: Category
) -> None:
    stranger = PersonFactory(municipality=other_municipality)
    with pytest.raises(ForeignRecord) as caught:
        register(municipality=municipality, person=stranger, data=data(category), **acting(coordinator))
    assert caught.value.field == "person"


def test_nobody_registers_in_another_municipality(
    coordinator: User, other_municipality: Municipality, category: Category
) -> None:
    person = PersonFactory(municipality=other_municipality)
    with pytest.raises(NotAllowed):
        register(municipality=other_municipality, person=person, data=data(category), **acting(coordinator))


@pytest.mark.parametrize("role", ["manager", "county_reader", "national_reader", "administrator"])
def test_who_does_not_register_is_refused(
    request: pytest.FixtureRequest,
    municipality: Municipality,
    person: Person,
    category: Category,
    role: str,
) -> None:
    user = request.getfixturevalue(role)
    with pytest.raises(NotAllowed):
        register(municipality=municipality, person=person, data=data(category), **acting(user))


@pytest.mark.parametrize("traits", [{}, {"waiting": True}, {"started": True}], ids=str)
def test_an_open_referral_of_the_category_is_shown_before_saving(
    coordinator: User, municipality: Municipality, person: Person, category: Category, traits: dict[str, bool]
) -> None:
    first = ReferralFactory(municipality=municipality, person=person, category=category, **traits)
    before = everything()
    with pytest.raises(DuplicateOpenReferral) as caught:
        register(municipality=municipality, person=person, data=data(category), **acting(coordinator))
    assert caught.value.referrals == [first] and first.number in str(caught.value)
    assert everything() == before


def test_a_second_open_referral_is_registered_when_that_is_chosen(
    coordinator: User, municipality: Municipality, person: Person, category: Category
) -> None:
    ReferralFactory(municipality=municipality, person=person, category=category)
    register(
        municipality=municipality,
        person=person,
        data=data(category),
        accept_duplicate=True,
        note="Gjelder den andre boligen",
        **acting(coordinator),
    )
    assert Referral.objects.filter(person=person).count() == 2


def test_neither_a_closed_one_nor_another_category_nor_another_citizen_is_a_duplicate(
    coordinator: User,
    municipality: Municipality,
    person: Person,
    category: Category,
    other_category: Category,
) -> None:
    ReferralFactory(municipality=municipality, person=person, category=category, closed=True)
    ReferralFactory(municipality=municipality, person=person, category=other_category)
    ReferralFactory(municipality=municipality, category=category)
    assert register(municipality=municipality, person=person, data=data(category), **acting(coordinator))


def test_the_same_form_sent_twice_leads_to_the_first_referral(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    newcomer = PersonData(given_name="Ola", family_name="Ny", birth_date=date(1990, 1, 1))
    form = {"municipality": municipality, "person": newcomer, "data": data(category), "submission": uuid4()}
    first = register(**form, **acting(coordinator))
    before = everything()
    assert register(**form, **acting(coordinator)) == first
    assert everything() == before


def test_a_form_that_was_refused_can_be_sent_again(
    coordinator: User, municipality: Municipality, person: Person, category: Category
) -> None:
    ReferralFactory(municipality=municipality, person=person, category=category)
    form = {"municipality": municipality, "person": person, "data": data(category), "submission": uuid4()}
    with pytest.raises(DuplicateOpenReferral):
        register(**form, **acting(coordinator))
    assert register(**form, accept_duplicate=True, **acting(coordinator)).number == "2026-000001"


def test_a_failure_in_the_last_step_leaves_nothing(
    coordinator: User,
    municipality: Municipality,
    category: Category,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("referrals.models.Submission.objects.create", fail)
    newcomer = PersonData(given_name="Ola", family_name="Ny", birth_date=date(1990, 1, 1))
    before = everything()
    with pytest.raises(RuntimeError):
        register(
            municipality=municipality,
            person=newcomer,
            data=data(category),
            submission=uuid4(),
            **acting(coordinator),
        )
    assert everything() == before
