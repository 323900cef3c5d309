"""The test objects are what their names say, and no model is without a factory."""

import inspect

import pytest
from factory.django import DjangoModelFactory

from referrals import models
from referrals.choices import Status
from referrals.models import Referral, User, access_of
from referrals.permissions import Role
from tests import factories
from tests.factories import TODAY, ReferralFactory

FACTORIES = [
    factory
    for _name, factory in inspect.getmembers(factories, inspect.isclass)
    if issubclass(factory, DjangoModelFactory) and not factory._meta.abstract and factory._meta.model
]

# What tests never make by hand, by the reason.
WRITTEN_BY_THE_DATABASE = {
    "AuditEvent",
    "ChangeByName",
    "ViewLog",
    "ViewLogPerson",
    "SecurityEvent",
    "LogSeal",
    "JobState",
    "WaitMark",
    "WaitStat",
    "FlowStat",
    "RolledDay",
    "RolledFlow",
    "StartStat",
    "EndedStat",
    "RolledEnds",
    "EndMark",
    "FrozenMonth",
    "FrozenStat",
}
VIEWS = {"KnownReferral", "KnownPause"}
LOADED_OR_SAVED_BY_ACTIONS = {
    "LawReference",
    "PriorityTemplate",
    "ReplyRule",
    "KeptRecipe",
    "StaffingDraft",
    "BulkAction",
    "SavedView",
    "BulkRow",
}
NO_MODELS = {"JobResult", "Rank", "Hindsight"}
NOT_MADE = WRITTEN_BY_THE_DATABASE | VIEWS | LOADED_OR_SAVED_BY_ACTIONS | NO_MODELS


def test_every_model_has_a_factory() -> None:
    made = {factory._meta.model.__name__ for factory in FACTORIES}
    known = {name for name in models.__all__ if inspect.isclass(getattr(models, name))}
    assert known - NOT_MADE <= made


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda factory: factory.__name__)
def test_a_factory_makes_rows_the_database_takes(db: None, factory: type[DjangoModelFactory]) -> None:
    assert factory().pk
    if not factory._meta.django_get_or_create and factory is not factories.MunicipalityChangeFactory:
        assert factory().pk != factory().pk


def as_listed(**traits: object) -> Referral:
    """A referral of these traits as the lists see it today."""
    ReferralFactory(**traits)
    return Referral.objects.with_wait(on=TODAY).with_pause(on=TODAY).get()


@pytest.mark.parametrize(
    ("trait", "status"),
    [
        ("waiting", Status.WAITING),
        ("paused", Status.WAITING),
        ("overdue", Status.WAITING),
        ("over_a_year", Status.WAITING),
        ("started", Status.STARTED),
        ("closed", Status.CLOSED),
        ("withdrawn", Status.CLOSED),
        ("application", Status.RECEIVED),
        ("assigned", Status.RECEIVED),
    ],
)
def test_a_trait_stands_in_its_status(db: None, trait: str, status: Status) -> None:
    assert as_listed(**{trait: True}).status == status


def test_traits_say_what_the_clock_says(db: None) -> None:
    assert as_listed(waiting=True).target_days == 56


def test_overdue_is_over_its_target_and_not_over_a_year(db: None) -> None:
    referral = as_listed(overdue=True)
    assert referral.is_over_target and referral.gross_days <= 365


def test_over_a_year_has_waited_366_days(db: None) -> None:
    assert as_listed(over_a_year=True).gross_days == 366


def test_paused_is_on_hold_since_three_days(db: None) -> None:
    referral = as_listed(paused=True)
    assert referral.is_paused and referral.paused_days == 3


def test_started_has_a_first_contact_by_its_therapist(db: None) -> None:
    referral = as_listed(started=True)
    assert referral.contacts.get().therapist == referral.therapist


def test_each_role_fixture_holds_its_role(
    coordinator: User,
    therapist_user: User,
    manager: User,
    privacy_officer: User,
    county_reader: User,
    national_reader: User,
    administrator: User,
) -> None:
    users = [
        coordinator,
        therapist_user,
        manager,
        privacy_officer,
        county_reader,
        national_reader,
        administrator,
    ]
    held = [[grant.role for grant in access_of(user, on=TODAY).grants] for user in users]
    assert held == [[role] for role in Role]


def test_a_known_citizen_has_a_number_of_the_birth_date(db: None) -> None:
    person = factories.PersonFactory(known=True)
    assert person.identifier.startswith("178548")


def test_made_municipalities_have_places_of_their_own_on_the_map(db: None) -> None:
    for _nth in range(100):
        factories.MunicipalityFactory().clean_fields()
