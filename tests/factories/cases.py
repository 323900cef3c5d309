"""Citizens, their referrals in every state, and what belongs to a referral."""

from datetime import date
from typing import Any
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from referrals import identity
from referrals.choices import (
    AskedOf,
    Channel,
    ContactKind,
    EventKind,
    Handling,
    Outcome,
    PauseReason,
    RiskKind,
    Source,
    Status,
    ValidationChannel,
)
from referrals.models import (
    Contact,
    Draft,
    InformationRequest,
    NumberSeries,
    PauseReview,
    Person,
    PreliminaryReply,
    Referral,
    ReferralEvent,
    RiskEvent,
    Submission,
    Validation,
    WaitPause,
)
from referrals.models.draft import Typed
from tests.factories.days import NOW, TODAY, days_ago, noon
from tests.factories.people import TherapistFactory, UserFactory
from tests.factories.places import MunicipalityFactory
from tests.factories.priority import CategoryFactory, give_template_key
from tests.harness.canary import watch


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
        watch(person.name, person.identifier, person.phone, person.email, person.address)
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
            waiting=True, hold=factory.RelatedFactory("tests.factories.cases.WaitPauseFactory", "referral")
        )
        overdue = factory.Trait(waiting=True, received_on=days_ago(200))
        over_a_year = factory.Trait(waiting=True, priority=4, received_on=days_ago(366))
        application = factory.Trait(handling=Handling.APPLICATION)

    @factory.post_generation
    def words(referral: Referral, create: bool, extracted: None, **kwargs: Any) -> None:
        watch(referral.reason, referral.what_matters, referral.referrer_name)

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


class PauseReviewFactory(OfReferralFactory):
    class Meta:
        model = PauseReview

    pause = factory.SubFactory(WaitPauseFactory, referral=factory.SelfAttribute("..referral"))
    reviewed_on = days_ago(1)
    note = "Ringt: fortsatt innlagt."
    registered_at = NOW
    registered_by = factory.SubFactory(UserFactory)


class ValidationFactory(OfReferralFactory):
    """Asked yesterday by letter, without an answer."""

    class Meta:
        model = Validation

    asked_on = days_ago(1)
    channel = ValidationChannel.LETTER
    registered_at = NOW
    registered_by = factory.SubFactory(UserFactory)


class ContactFactory(OfReferralFactory):
    class Meta:
        model = Contact

    kind = ContactKind.VISIT
    held_on = days_ago(2)


class PreliminaryReplyFactory(OfReferralFactory):
    class Meta:
        model = PreliminaryReply

    sent_on = days_ago(1)


class InformationRequestFactory(OfReferralFactory):
    """Asked for five days ago, wanted in nine days, and missing."""

    class Meta:
        model = InformationRequest

    what = "Vurdering fra sykehuset"
    asked_of = AskedOf.HOSPITAL
    asked_on = days_ago(5)
    wanted_by = days_ago(-9)


class RiskEventFactory(OfReferralFactory):
    """A fall yesterday, registered today, after which nobody has assessed the need anew."""

    class Meta:
        model = RiskEvent

    kind = RiskKind.FALL
    happened_on = days_ago(1)
    registered_at = NOW
    registered_by = factory.SubFactory(UserFactory)


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


class DraftFactory(DjangoModelFactory):
    """Of a new citizen, with nothing typed yet."""

    class Meta:
        model = Draft

    municipality = factory.SubFactory(MunicipalityFactory)
    user = factory.SubFactory(UserFactory)
    key = factory.LazyFunction(uuid4)
    typed = Typed("", {"identifier": "", "name": "", "birth_date": ""})
    saved_at = NOW


class SubmissionFactory(OfReferralFactory):
    class Meta:
        model = Submission

    key = factory.Faker("uuid4", cast_to=None)
    user = factory.SubFactory(UserFactory)
    created_at = NOW
