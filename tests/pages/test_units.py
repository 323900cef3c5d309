"""Units of a municipality: whoever is bound to one sees its cases and no others, and the rest works as before."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from referrals.actions import referrals
from referrals.choices import OpeningKind
from referrals.errors import ForeignRecord
from referrals.models import Membership, Municipality, Opening, Referral, Unit, User
from referrals.permissions import Role
from tests.factories import (
    LONG_AGO,
    NOW,
    MembershipFactory,
    MunicipalityFactory,
    PersonFactory,
    ReferralFactory,
    UnitFactory,
)
from tests.harness.full_sessions import note
from tests.unit.actions.acting import acting, data

ClientFor = Callable[[User], Client]


@pytest.fixture
def north(municipality: Municipality) -> Unit:
    return UnitFactory(municipality=municipality, name="Nord")


@pytest.fixture
def south(municipality: Municipality) -> Unit:
    return UnitFactory(municipality=municipality, name="Sør")


@pytest.fixture
def bound(therapist_user: User, north: Unit) -> User:
    """A therapist who works in the north only."""
    Membership.objects.filter(user=therapist_user).update(unit=north)
    return therapist_user


@pytest.fixture
def cases(municipality: Municipality, north: Unit, south: Unit) -> dict[str, Referral]:
    """One case in each unit, and one that is in none yet."""
    units = {"north": north, "south": south, "none": None}
    return {
        name: ReferralFactory(municipality=municipality, unit=unit, waiting=True)
        for name, unit in units.items()
    }


def listed(client: Client, municipality: Municipality) -> set[str]:
    page = client.get(f"/k/{municipality.code}/venteliste/")
    rows = page.context["table"].page.object_list
    found = {getattr(row, "record", row).number for row in rows}
    assert page.context["counts"][0].number == len(found)  # the number above is the length of the list
    return found


def address(case: Referral, rest: str = "") -> str:
    return f"/k/{case.municipality.code}/henvisninger/{case.number}/{rest}"


def test_whoever_is_bound_to_a_unit_sees_its_cases_only(
    bound: User, cases: dict[str, Referral], municipality: Municipality, client_for: ClientFor
) -> None:
    client = client_for(bound)
    assert listed(client, municipality) == {cases["north"].number}
    assert client.get(address(cases["north"])).status_code == 200
    for name in ("south", "none"):
        assert client.get(address(cases[name])).url == address(cases[name], "skjermet/")
        page = client.get(address(cases[name], "skjermet/")).content.decode()
        assert "en annen enhet" in page and cases[name].person.family_name not in page


def test_a_coordinator_of_a_unit_also_sees_what_is_in_none_yet(
    coordinator: User,
    north: Unit,
    cases: dict[str, Referral],
    municipality: Municipality,
    client_for: ClientFor,
) -> None:
    Membership.objects.filter(user=coordinator).update(unit=north)
    assert listed(client_for(coordinator), municipality) == {cases["north"].number, cases["none"].number}


def test_one_role_without_a_unit_lifts_the_limit(
    bound: User, cases: dict[str, Referral], municipality: Municipality, client_for: ClientFor
) -> None:
    MembershipFactory(user=bound, role=Role.MANAGER, municipality=municipality)
    assert len(listed(client_for(bound), municipality)) == 3


def test_a_unit_here_is_no_limit_in_another_municipality(
    bound: User, other_municipality: Municipality, client_for: ClientFor
) -> None:
    MembershipFactory(user=bound, role=Role.THERAPIST, municipality=other_municipality)
    case = ReferralFactory(municipality=other_municipality, waiting=True)
    assert listed(client_for(bound), other_municipality) == {case.number}


def test_staff_without_a_unit_see_everything(
    manager: User, cases: dict[str, Referral], municipality: Municipality, client_for: ClientFor
) -> None:
    assert len(listed(client_for(manager), municipality)) == 3


def test_emergency_access_opens_another_units_case(
    bound: User, cases: dict[str, Referral], client_for: ClientFor
) -> None:
    client, case = client_for(bound), cases["south"]
    note(client, bound, at=NOW.timestamp())
    page = client.post(address(case, "nodtilgang/"), {"reason": "Vikar i sør i dag, må ringe"}, follow=True)
    assert case.person.family_name in page.content.decode()
    assert Opening.objects.get().kind == OpeningKind.EMERGENCY


@pytest.mark.parametrize("rest", ["prioritet/", "avslutt/", "oppstart/"])
def test_another_units_case_is_not_changed(
    rest: str, bound: User, cases: dict[str, Referral], client_for: ClientFor
) -> None:
    client = client_for(bound)
    assert client.post(address(cases["south"], rest), {}).url == address(cases["south"], "skjermet/")


def test_what_somebody_bound_registers_is_their_units(
    bound: User, north: Unit, municipality: Municipality, category
) -> None:
    saved = referrals.register(
        municipality=municipality,
        person=PersonFactory(municipality=municipality),
        data=data(category),
        **acting(bound),
    )
    assert saved.unit == north


def test_a_coordinator_moves_a_case_to_another_unit_and_the_history_says_so(
    coordinator: User, south: Unit, cases: dict[str, Referral], client_for: ClientFor
) -> None:
    case, client = cases["north"], client_for(coordinator)
    form = client.get(address(case, "rett/")).context["form"]
    typed = {bound.html_initial_name: bound.value() or "" for bound in form.visible_fields()}
    typed |= {bound.html_name: bound.value() or "" for bound in form.visible_fields()}
    typed |= {"version": case.version, "unit": south.pk, "because": "Har flyttet"}
    page = client.post(address(case, "rett/"), typed, follow=True)
    case.refresh_from_db()
    assert case.unit == south
    assert "fra Nord til Sør" in page.content.decode()


def test_where_there_are_no_units_nobody_is_asked_for_one(
    coordinator: User, municipality: Municipality, client_for: ClientFor
) -> None:
    case = ReferralFactory(municipality=municipality)
    assert "unit" not in client_for(coordinator).get(address(case, "rett/")).context["form"].fields


@pytest.mark.django_db
def test_a_unit_of_another_municipality_is_refused_everywhere(
    coordinator: User, municipality: Municipality, north: Unit
) -> None:
    elsewhere = UnitFactory(municipality=MunicipalityFactory())
    case = ReferralFactory(municipality=municipality)
    with pytest.raises(ForeignRecord):
        referrals.correct(
            referral_id=case.pk,
            version=case.version,
            changes={"unit": elsewhere},
            reason="Feil",
            **acting(coordinator),
        )
    membership = Membership(
        user=coordinator,
        role=Role.THERAPIST,
        municipality=municipality,
        unit=elsewhere,
        valid_from=LONG_AGO,
    )
    with pytest.raises(ValidationError, match="annen kommune"):
        membership.full_clean()
    with pytest.raises(IntegrityError, match="same_municipality"), transaction.atomic():
        membership.save()
        transaction.get_connection().cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
