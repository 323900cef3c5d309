"""Units of a municipality: whoever is bound to one sees its cases and no others, and the rest works as before."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from referrals.actions import persons, referrals, shielding
from referrals.choices import BarringKind, OpeningKind, Protection
from referrals.errors import DuplicateOpenElsewhere, DuplicateOpenReferral, ForeignRecord, NotAllowed
from referrals.models import (
    Barring,
    Confidant,
    Membership,
    Municipality,
    Opening,
    Person,
    Referral,
    Unit,
    User,
    access_of,
)
from referrals.permissions import Role
from tests.factories import (
    LONG_AGO,
    NOW,
    TODAY,
    BarringFactory,
    ConfidantFactory,
    MembershipFactory,
    MunicipalityFactory,
    OpeningFactory,
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


# ---------------------------------------------------------------- shielding stops at the unit


REASON = "Ringer om hjemmebesøk i dag"
DECIDES = pytest.mark.parametrize("who", ["coordinator", "manager"])


@pytest.fixture
def decides(who: str, north: Unit, request: pytest.FixtureRequest) -> User:
    """A coordinator or manager of the north only."""
    user = request.getfixturevalue(who)
    Membership.objects.filter(user=user).update(unit=north)
    return user


@pytest.fixture
def confirmed(client_for: ClientFor) -> ClientFor:
    """Browsers of users who have just confirmed who they are."""

    def with_note(user: User) -> Client:
        client = client_for(user)
        note(client, user, at=NOW.timestamp())
        return client

    return with_note


def protect(client: Client, case: Referral) -> None:
    facts = {"protect-protection": "confidential", "protect-reason": "Melding fra folkeregisteret 2. mars"}
    client.post(address(case, "skjerming/"), {"protect": "1"} | facts)


@DECIDES
def test_nobody_decides_about_shielding_in_another_unit(
    decides: User, cases: dict[str, Referral], therapist_user: User, confirmed: ClientFor
) -> None:
    client, case = confirmed(decides), cases["south"]
    named, barred = ConfidantFactory(person=case.person), BarringFactory(person=case.person)
    page = address(case, "skjerming/")
    bar = {"bar-user": therapist_user.pk, "bar-kind": "relative", "bar-reason": REASON}
    assert client.get(page).url == address(case, "skjermet/")
    assert page not in client.get(address(case, "skjermet/")).content.decode()
    protect(client, case)
    for facts in (
        {"name": "1", "name-user": therapist_user.pk},
        {"bar": "1"} | bar,
        {"dismiss": named.pk},
        {"lift": barred.pk},
    ):
        assert client.post(page, facts).url == address(case, "skjermet/")
    assert Person.objects.get(pk=case.person_id).protection == Protection.NONE
    assert Confidant.objects.present().get() == named and Barring.objects.valid(TODAY).get() == barred


@DECIDES
def test_the_actions_refuse_a_citizen_whose_cases_are_all_another_units(
    decides: User, cases: dict[str, Referral], therapist_user: User
) -> None:
    person, who = cases["south"].person, acting(decides)
    named, barred = ConfidantFactory(person=person), BarringFactory(person=person)
    theirs = {"person_id": person.pk, "user_id": therapist_user.pk}
    for act, facts in (
        (
            shielding.change_protection,
            {"person_id": person.pk, "protection": "confidential", "reason": REASON},
        ),
        (shielding.name_confidant, theirs),
        (shielding.bar, theirs | {"kind": BarringKind.RELATIVE, "reason": REASON}),
        (shielding.dismiss_confidant, {"confidant_id": named.pk}),
        (shielding.lift, {"barring_id": barred.pk}),
    ):
        with pytest.raises(NotAllowed):
            act(**facts, **who)
    ReferralFactory(municipality=person.municipality, person=person, unit=cases["north"].unit)
    shielding.name_confidant(**theirs, **who)


@DECIDES
def test_emergency_access_to_another_units_case_decides_nothing_about_its_shielding(
    decides: User, cases: dict[str, Referral], confirmed: ClientFor
) -> None:
    client, case = confirmed(decides), cases["south"]
    OpeningFactory(person=case.person, user=decides, emergency=True)
    page = client.get(address(case)).content.decode()
    assert case.person.family_name in page and address(case, "skjerming/") not in page
    assert client.get(address(case, "skjerming/"), follow=True).redirect_chain[-1][0] == address(case)
    protect(client, case)
    assert Person.objects.get(pk=case.person_id).protection == Protection.NONE


@pytest.mark.parametrize("protection", ["confidential", "none"])
def test_somebody_named_does_not_open_another_units_case(
    protection: str, bound: User, cases: dict[str, Referral], municipality: Municipality, confirmed: ClientFor
) -> None:
    """Neither by a reason, nor by what is open through a case of their own, nor when the protection has ended."""
    client, case = confirmed(bound), cases["south"]
    own = ReferralFactory(
        municipality=municipality, person=case.person, unit=cases["north"].unit, waiting=True
    )
    Person.objects.filter(pk=case.person_id).update(protection=Protection.CONFIDENTIAL)
    ConfidantFactory(person=case.person, user=bound)
    refused = client.post(address(case, "skjermet/"), {"reason": REASON})
    assert refused.context["form"] is None and not Opening.objects.exists()
    with pytest.raises(NotAllowed):
        shielding.open_case(referral_id=case.pk, reason=REASON, **acting(bound))
    client.post(address(own, "skjermet/"), {"reason": REASON})
    assert Opening.objects.get().kind == OpeningKind.NAMED
    Person.objects.filter(pk=case.person_id).update(protection=protection)
    assert client.get(address(own)).status_code == 200
    assert client.get(address(case)).url == address(case, "skjermet/")
    assert case.number not in listed(client, municipality)
    assert case.number not in client.get(address(own)).content.decode()
    page = client.post(address(case, "nodtilgang/"), {"reason": REASON}, follow=True)
    assert page.redirect_chain[-1][0] == address(case) and page.status_code == 200


def test_protecting_a_citizen_while_registering_opens_no_case_of_another_unit(
    bound: User, cases: dict[str, Referral], confirmed: ClientFor
) -> None:
    client, case = confirmed(bound), cases["south"]
    contact = {"protection": Protection.CONFIDENTIAL}
    persons.update_contact(person_id=case.person_id, contact=contact, **acting(bound))
    assert Confidant.objects.get().user == bound  # as whoever protects first is
    client.post(address(case, "skjermet/"), {"reason": REASON})
    assert client.get(address(case)).url == address(case, "skjermet/")


def test_another_units_page_does_not_tell_whether_the_citizen_is_protected(
    bound: User, cases: dict[str, Referral], manager: User, client_for: ClientFor
) -> None:
    case = cases["south"]
    Person.objects.filter(pk=case.person_id).update(protection=Protection.CONFIDENTIAL)
    ConfidantFactory(person=case.person, user=manager)
    page = client_for(bound).get(address(case, "skjermet/")).content.decode()
    assert "en annen enhet" in page and manager.get_full_name() not in page and "adresse er" not in page


def test_a_manager_of_a_unit_reads_and_ends_the_openings_of_its_cases_and_of_those_in_none(
    manager: User, north: Unit, cases: dict[str, Referral], municipality: Municipality, client_for: ClientFor
) -> None:
    Membership.objects.filter(user=manager).update(unit=north)
    openings = {
        name: OpeningFactory(
            person=case.person, number=case.number, reason=f"Fall i natt, {name}", emergency=True
        )
        for name, case in cases.items()
    }
    client, here = client_for(manager), f"/k/{municipality.code}/apninger/"
    page = client.get(here).content.decode()
    assert {name for name in cases if f"Fall i natt, {name}" in page} == {"north", "none"}
    for opening in openings.values():
        client.post(f"{here}{opening.pk}/avslutt/", {"from_list": "1"})
    assert set(Opening.objects.running(NOW)) == {openings["south"]}
    with pytest.raises(NotAllowed):
        shielding.end_opening(opening_id=openings["south"].pk, **acting(manager))


def test_a_privacy_officer_who_is_also_a_therapist_of_a_unit_reads_all_openings(
    bound: User, cases: dict[str, Referral], municipality: Municipality, client_for: ClientFor
) -> None:
    MembershipFactory(user=bound, role=Role.PRIVACY_OFFICER, municipality=municipality)
    OpeningFactory(person=cases["south"].person, reason="Fall i natt, sør", emergency=True)
    assert "Fall i natt, sør" in client_for(bound).get(f"/k/{municipality.code}/apninger/").content.decode()


def test_whoever_is_bound_ends_their_own_opening_of_another_units_case(
    bound: User, cases: dict[str, Referral], municipality: Municipality, client_for: ClientFor
) -> None:
    opening = OpeningFactory(person=cases["south"].person, user=bound, emergency=True)
    client_for(bound).post(f"/k/{municipality.code}/apninger/{opening.pk}/avslutt/")
    opening.refresh_from_db()
    assert opening.ended_by == bound


def test_an_open_referral_of_another_unit_is_told_of_without_its_number(
    bound: User, cases: dict[str, Referral], municipality: Municipality
) -> None:
    case = cases["south"]
    typed = {"municipality": municipality, "person": case.person, "data": data(case.category)} | acting(bound)
    with pytest.raises(DuplicateOpenElsewhere) as told:
        referrals.register(**typed)
    assert case.number not in str(told.value) and told.value.referrals == []
    own = ReferralFactory(
        municipality=municipality, person=case.person, category=case.category, unit=cases["north"].unit
    )
    with pytest.raises(DuplicateOpenReferral) as told:
        referrals.register(**typed)
    assert told.value.referrals == [own] and own.number in str(told.value)


def test_the_history_of_a_re_referral_names_no_case_of_another_unit(
    bound: User, north: Unit, south: Unit, client_for: ClientFor, manager: User
) -> None:
    municipality = south.municipality
    former = ReferralFactory(municipality=municipality, unit=south, withdrawn=True, number="2020-000007")
    Membership.objects.filter(user=bound).update(role=Role.COORDINATOR)
    typed = {
        "municipality": municipality,
        "person": former.person,
        "data": data(former.category, received_on=TODAY),
    }
    case = referrals.register(**typed | acting(bound))
    Referral.objects.filter(pk=case.pk).update(unit=north)
    assert case.former == former
    page = client_for(bound).get(address(case)).content.decode()
    assert "Henvist på nytt etter en annen henvisning" in page and former.number not in page
    assert former.number in client_for(manager).get(address(case)).content.decode()


# ---------------------------------------------------------------- the access log stops at the unit


def test_the_access_log_of_another_units_case_is_not_found_though_somebody_has_opened_it(
    coordinator: User,
    manager: User,
    north: Unit,
    cases: dict[str, Referral],
    municipality: Municipality,
    client_for: ClientFor,
) -> None:
    client_for(manager).get(address(cases["south"]))
    Membership.objects.filter(user=coordinator).update(unit=north)
    client = client_for(coordinator)
    for name, status in (("south", 404), ("north", 200), ("none", 200)):
        log = f"/k/{municipality.code}/innsynslogg/{cases[name].number}/"
        assert client.get(log).status_code == status


def test_only_an_emergency_lifts_the_limit_of_a_unit(bound: User, cases: dict[str, Referral]) -> None:
    person = cases["south"].person
    for kind, count in ((OpeningKind.NAMED, 1), (OpeningKind.EMERGENCY, 2)):
        OpeningFactory(person=person, user=bound, kind=kind)
        access = access_of(bound, on=TODAY, at=NOW)
        assert Referral.objects.visible_to(access).count() == count
        assert shielding.is_closed_to(access, cases["south"]) == (kind == OpeningKind.NAMED)
