"""A row that is made of what was read is the one that Django makes, and knows the rest when it is asked."""

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from referrals.models import Category, Person, Referral, Therapist
from referrals.models.known import KnownReferral
from tests.factories import TODAY, ReferralFactory, TherapistFactory

pytestmark = pytest.mark.django_db

LEAN = [Category, KnownReferral, Person, Referral, Therapist]


@pytest.fixture
def referral(municipality) -> Referral:
    return ReferralFactory(municipality=municipality, therapist=TherapistFactory(), assigned_on=TODAY)


def known(row: models.Model) -> dict[str, object]:
    """All that a row says of itself, without asking anybody."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("model", LEAN, ids=lambda model: model.__name__)
def test_nobody_listens_to_how_its_rows_are_made(model: type[models.Model]) -> None:
    """Whoever did would not be told of a row that was read."""
    assert not models.signals.pre_init.has_listeners(model)
    assert not models.signals.post_init.has_listeners(model)
    assert model.__init__ is models.Model.__init__


def test_a_row_is_what_django_makes_of_it(referral: Referral) -> None:
    row = Referral.objects.get(pk=referral.pk)
    theirs = models.Model.from_db.__func__(
        Referral, "default", [f.attname for f in row._meta.concrete_fields], [*known(row).values()]
    )
    assert (known(row), row._state.db, row._state.adding) == (known(theirs), "default", False)
    assert row == theirs
    row.external_reference = "12"
    row.save()
    assert Referral.objects.get(pk=referral.pk).external_reference == "12"


def test_what_was_not_read_is_read_when_it_is_asked_for(referral: Referral) -> None:
    row = Referral.objects.for_list().get(pk=referral.pk)
    assert row.get_deferred_fields() == set(Referral.unlisted)
    with CaptureQueriesContext(connection) as queries:
        assert (row.person, row.category, row.therapist) == (
            referral.person,
            referral.category,
            referral.therapist,
        )
        assert str(row.person) == str(referral.person)
    assert len(queries) == 0
    with CaptureQueriesContext(connection) as queries:
        assert row.person.phone == referral.person.phone
    assert len(queries) == 1
