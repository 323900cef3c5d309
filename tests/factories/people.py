"""Users and their roles, therapists and their posts, and what municipalities agree and say about coverage."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from referrals.choices import Engagement, FigureStatus, OccupationKind
from referrals.models import (
    County,
    CoverageAgreement,
    CoverageStatement,
    Digest,
    Employment,
    Leave,
    Membership,
    Municipality,
    Occupation,
    StaffingFigure,
    StaffingImport,
    Therapist,
    User,
    Vacancy,
)
from referrals.permissions import Role
from tests.factories.days import LONG_AGO, NOW, TODAY
from tests.factories.places import MunicipalityFactory

PASSWORD = "riktig-hest-batteri"


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


class DigestFactory(DjangoModelFactory):
    """The e-mail of today, queued."""

    class Meta:
        model = Digest

    user = factory.SubFactory(UserFactory)
    day = TODAY
    next_at = NOW


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
        student = factory.Trait(is_licence=True, is_student=True)

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


class LeaveFactory(DjangoModelFactory):
    """From a full post, since long ago and until further notice."""

    class Meta:
        model = Leave

    employment = factory.SubFactory(EmploymentFactory)
    valid_from = LONG_AGO


class VacancyFactory(DjangoModelFactory):
    class Meta:
        model = Vacancy

    municipality = factory.SubFactory(MunicipalityFactory)
    occupation = factory.SubFactory(OccupationFactory)
    fte = Decimal("1.00")
    valid_from = LONG_AGO


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


class StaffingImportFactory(DjangoModelFactory):
    """A file of June 2024 with table 13533."""

    class Meta:
        model = StaffingImport

    file_name = "13533.json"
    digest = factory.Sequence(lambda n: f"{n:064x}")
    table = "13533"
    title = "13533: Kommunehelse (K)"
    publisher = "Statistisk sentralbyrå"
    licence = "CC BY 4.0"
    updated_at = datetime(2024, 6, 17, 6, tzinfo=UTC)
    imported_at = NOW
    created_count = 1
    replaced_count = same_count = skipped_count = 0


class StaffingFigureFactory(DjangoModelFactory):
    class Meta:
        model = StaffingFigure

    municipality = factory.SubFactory(MunicipalityFactory)
    counted_on = date(2025, 12, 31)
    source = "SSB 07944"
    value = Decimal("1.00")

    class Params:
        suppressed = factory.Trait(value=None, status=FigureStatus.SUPPRESSED)
