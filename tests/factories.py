"""Fictitious objects for tests, one factory a model, with traits for the states a referral can be in.

Days are counted back from `TODAY`. Factories write rows as they would stand, without history; a test that is about
history makes its referrals with the actions. Codes and tiles lie outside those of the real registers, so that both can
stand in one database.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from referrals import identity
from referrals.choices import (
    Channel,
    ContactKind,
    Engagement,
    EventKind,
    Handling,
    OccupationKind,
    Outcome,
    PauseReason,
    Source,
    Status,
)
from referrals.models import (
    Category,
    Contact,
    County,
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Governor,
    Installation,
    Membership,
    Municipality,
    MunicipalityChange,
    NumberSeries,
    Occupation,
    Person,
    Population,
    PreliminaryReply,
    PriorityKey,
    PriorityTarget,
    Referral,
    ReferralEvent,
    StaffingFigure,
    Submission,
    Therapist,
    User,
    WaitPause,
)
from referrals.permissions import Role

TODAY = date(2026, 3, 16)
NOW = datetime.combine(TODAY, time(9), tzinfo=UTC)
LONG_AGO = date(2000, 1, 1)

# The template of WAITING: days within which a priority starts. Every factory-made municipality has it.
TARGET_DAYS = {1: 14, 2: 56, 3: 84, 4: 182}
PASSWORD = "riktig-hest-batteri"


def days_ago(days: int) -> date:
    """The day so many days before TODAY."""
    return TODAY - timedelta(days=days)


def noon(day: date) -> datetime:
    """An instant in the middle of the day."""
    return datetime.combine(day, time(11), tzinfo=UTC)


# ---------------------------------------------------------------- places


class GovernorFactory(DjangoModelFactory):
    class Meta:
        model = Governor
        django_get_or_create = ("name",)

    name = "Prøveembetet"


class CountyFactory(DjangoModelFactory):
    class Meta:
        model = County
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"{60 + n % 40}")
    name = factory.LazyAttribute(lambda county: f"Prøvefylke {county.code}")
    full_name = factory.SelfAttribute("name")
    governor = factory.SubFactory(GovernorFactory)


class MunicipalityFactory(DjangoModelFactory):
    """A municipality that has always existed, with a number and a tile of its own."""

    class Meta:
        model = Municipality

    county = factory.SubFactory(CountyFactory)
    code = factory.LazyAttributeSequence(lambda municipality, n: f"{municipality.county.code}{n % 100:02}")
    name = factory.LazyAttribute(lambda municipality: f"Prøvekommune {municipality.code}")
    full_name = factory.SelfAttribute("name")
    latitude = Decimal("60.0000")
    longitude = Decimal("10.0000")
    tile_column = factory.Sequence(lambda n: n % 29)
    tile_row = factory.Sequence(lambda n: 100 + n // 29)
    centrality = 4
    valid_from = LONG_AGO


class PopulationFactory(DjangoModelFactory):
    class Meta:
        model = Population

    municipality = factory.SubFactory(MunicipalityFactory)
    year = TODAY.year
    persons = 10_000


class MunicipalityChangeFactory(DjangoModelFactory):
    class Meta:
        model = MunicipalityChange

    old_code = "5901"
    new_code = "6001"
    valid_from = date(2024, 1, 1)


# ---------------------------------------------------------------- priority keys


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("code",)

    code = "test-aids"
    name_nb = factory.LazyAttribute(lambda category: f"Prøvekategori {category.code}")
    name_nn = factory.SelfAttribute("name_nb")
    name_en = factory.LazyAttribute(lambda category: f"Test category {category.code}")


class PriorityKeyFactory(DjangoModelFactory):
    class Meta:
        model = PriorityKey
        django_get_or_create = ("municipality", "valid_from")

    municipality = factory.SubFactory(MunicipalityFactory)
    valid_from = LONG_AGO


class PriorityTargetFactory(DjangoModelFactory):
    class Meta:
        model = PriorityTarget
        django_get_or_create = ("key", "category", "level")

    key = factory.SubFactory(PriorityKeyFactory)
    category = factory.SubFactory(CategoryFactory)
    level = 2
    days = factory.LazyAttribute(lambda target: TARGET_DAYS[target.level])


def give_template_key(municipality: Municipality, category: Category) -> None:
    """Let the municipality have the template's targets for the category, unless it has a key of its own."""
    if municipality.priority_keys.exclude(valid_from=LONG_AGO).exists():
        return
    key = PriorityKeyFactory(municipality=municipality)
    for level in TARGET_DAYS:
        PriorityTargetFactory(key=key, category=category, level=level)


# ---------------------------------------------------------------- people who work


class UserFactory(DjangoModelFactory):
    """Somebody who can sign in with PASSWORD; rights come from memberships."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"bruker{n}")
    first_name = "Ada"
    last_name = factory.Sequence(lambda n: f"Ansatt {n}")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def language(user: User, create: bool, extracted: str | None, **kwargs: Any) -> None:
        if extracted:
            user.language = extracted
            user.save()


class MembershipFactory(DjangoModelFactory):
    """A coordinator's; for another role name it, for readers and administrators `municipality=None`."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    role = Role.COORDINATOR
    municipality = factory.SubFactory(MunicipalityFactory)
    valid_from = LONG_AGO

    @factory.post_generation
    def counties(membership: Membership, create: bool, extracted: list[County] | None, **kw: Any) -> None:
        if extracted:
            membership.counties.set(extracted)


class OccupationFactory(DjangoModelFactory):
    class Meta:
        model = Occupation
        django_get_or_create = ("code",)

    code = "3226104"
    title = "Kommuneergoterapeut"
    kind = OccupationKind.THERAPIST

    class Params:
        support = factory.Trait(code="5139117", title="Aktivitør", kind=OccupationKind.SUPPORT)


class TherapistFactory(DjangoModelFactory):
    """Authorised since long ago; `employed_in=` gives a full post in a municipality."""

    class Meta:
        model = Therapist
        skip_postgeneration_save = True

    hpr_number = factory.Sequence(lambda n: f"{9_000_000 + n}")
    name = factory.Sequence(lambda n: f"Terapeut {n}")
    authorised_from = LONG_AGO

    class Params:
        unauthorised = factory.Trait(authorised_from=None)

    @factory.post_generation
    def employed_in(therapist: Therapist, create: bool, extracted: Municipality | None, **kw: Any) -> None:
        if extracted:
            EmploymentFactory(therapist=therapist, municipality=extracted, **kw)


class EmploymentFactory(DjangoModelFactory):
    class Meta:
        model = Employment

    therapist = factory.SubFactory(TherapistFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    occupation = factory.SubFactory(OccupationFactory)
    engagement = Engagement.OWN
    fte = Decimal("1.00")
    valid_from = LONG_AGO

    class Params:
        purchased = factory.Trait(engagement=Engagement.PURCHASED)


class CoverageAgreementFactory(DjangoModelFactory):
    class Meta:
        model = CoverageAgreement

    provider = factory.SubFactory(MunicipalityFactory)
    recipient = factory.SubFactory(MunicipalityFactory)
    valid_from = LONG_AGO


class CoverageStatementFactory(DjangoModelFactory):
    class Meta:
        model = CoverageStatement

    municipality = factory.SubFactory(MunicipalityFactory)
    source = "E-post fra kommunalsjefen"
    valid_from = LONG_AGO


class StaffingFigureFactory(DjangoModelFactory):
    class Meta:
        model = StaffingFigure

    municipality = factory.SubFactory(MunicipalityFactory)
    counted_on = date(2025, 12, 31)
    source = "SSB 07944"
    value = Decimal("1.00")

    class Params:
        suppressed = factory.Trait(value=None, is_suppressed=True)


# ---------------------------------------------------------------- citizens and their referrals


class PersonFactory(DjangoModelFactory):
    """A citizen without a known number; `identifier=` gives one, the trait `known` a synthetic one (month + 80)."""

    class Meta:
        model = Person

    municipality = factory.SubFactory(MunicipalityFactory)
    given_name = "Kari"
    family_name = factory.Sequence(lambda n: f"Prøve {n}")
    birth_date = date(1948, 5, 17)
    identifier = None

    class Params:
        known = factory.Trait(
            identifier=factory.LazyAttributeSequence(
                lambda person, n: identifier_of(person.birth_date, nth=n % 150)
            )
        )

    @classmethod
    def _create(
        cls, model_class: type[Person], *args: Any, identifier: identity.Identifier | None, **values: Any
    ) -> Person:
        person = model_class(**values)
        person.set_identifier(identifier)
        person.save()
        return person


def identifier_of(birth_date: date, nth: int = 0) -> identity.Identifier:
    """A synthetic fødselsnummer of the birth date, checked."""
    return identity.parse(identity.synthetic(birth_date, nth), on=TODAY, allow_synthetic=True)


class ReferralFactory(DjangoModelFactory):
    """A referral received 10 days ago and registered that day, not assessed.

    Traits: waiting (priority 2), started, closed (after a start), withdrawn (closed from the waitlist), paused (on
    hold for three days now), overdue (beyond its target, by far), over_a_year, assigned, application.
    `key=False` leaves the municipality without the template's priority key.
    """

    class Meta:
        model = Referral
        skip_postgeneration_save = True

    municipality = factory.SubFactory(MunicipalityFactory)
    person = factory.SubFactory(PersonFactory, municipality=factory.SelfAttribute("..municipality"))
    category = factory.SubFactory(CategoryFactory)
    number = factory.LazyAttributeSequence(lambda referral, n: f"{referral.registered_at.year}-{n:06}")
    received_on = days_ago(10)
    seniority_on = factory.SelfAttribute("received_on")
    registered_at = factory.LazyAttribute(lambda referral: noon(referral.received_on))
    changed_at = NOW
    source = Source.GP
    channel = Channel.LETTER
    handling = Handling.REFERRAL
    reason = "Trenger hjelp til å komme inn og ut av boligen."

    class Params:
        waiting = factory.Trait(
            status=Status.WAITING, priority=2, prioritised_on=factory.SelfAttribute("received_on")
        )
        assigned = factory.Trait(
            therapist=factory.LazyAttribute(
                lambda referral: TherapistFactory(employed_in=referral.municipality)
            ),
            assigned_on=factory.SelfAttribute("received_on"),
        )
        started = factory.Trait(waiting=True, assigned=True, status=Status.STARTED, started_on=days_ago(2))
        closed = factory.Trait(
            started=True, status=Status.CLOSED, closed_on=days_ago(1), outcome=Outcome.FINISHED
        )
        withdrawn = factory.Trait(
            waiting=True, status=Status.CLOSED, closed_on=days_ago(1), outcome=Outcome.DECLINED
        )
        paused = factory.Trait(
            waiting=True, hold=factory.RelatedFactory("tests.factories.WaitPauseFactory", "referral")
        )
        overdue = factory.Trait(waiting=True, received_on=days_ago(200))
        over_a_year = factory.Trait(waiting=True, priority=4, received_on=days_ago(366))
        application = factory.Trait(handling=Handling.APPLICATION)

    @factory.post_generation
    def key(referral: Referral, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if extracted is not False:
            give_template_key(referral.municipality, referral.category)

    @factory.post_generation
    def first_contact(referral: Referral, create: bool, extracted: Any, **kwargs: Any) -> None:
        if referral.started_on:
            ContactFactory(
                referral=referral, held_on=referral.started_on, therapist=referral.therapist, **kwargs
            )


class OfReferralFactory(DjangoModelFactory):
    """What belongs to a referral, and so to its municipality."""

    class Meta:
        abstract = True

    referral = factory.SubFactory(ReferralFactory)
    municipality = factory.SelfAttribute("referral.municipality")


class WaitPauseFactory(OfReferralFactory):
    class Meta:
        model = WaitPause

    reason = PauseReason.OWN_WISH
    started_on = days_ago(3)


class ContactFactory(OfReferralFactory):
    class Meta:
        model = Contact

    kind = ContactKind.VISIT
    held_on = days_ago(2)


class PreliminaryReplyFactory(OfReferralFactory):
    class Meta:
        model = PreliminaryReply

    sent_on = days_ago(1)


class ReferralEventFactory(OfReferralFactory):
    class Meta:
        model = ReferralEvent

    kind = EventKind.RECEIVED
    happened_on = factory.SelfAttribute("referral.received_on")
    registered_at = factory.SelfAttribute("referral.registered_at")


class NumberSeriesFactory(DjangoModelFactory):
    class Meta:
        model = NumberSeries

    municipality = factory.SubFactory(MunicipalityFactory)
    year = TODAY.year


class SubmissionFactory(OfReferralFactory):
    class Meta:
        model = Submission

    key = factory.Faker("uuid4", cast_to=None)
    user = factory.SubFactory(UserFactory)
    created_at = NOW


class InstallationFactory(DjangoModelFactory):
    class Meta:
        model = Installation
        django_get_or_create = ("id",)

    id = 1
    is_demo = True
