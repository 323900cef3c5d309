"""Who reads coverage, and what only those see who work in the municipality."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.html import escape

from referrals.models import User
from tests.factories import EmploymentFactory, ReferralFactory, UserFactory, days_ago
from tests.pages.country import URL, Country
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]
ROLES = ("coordinator", "therapist_user", "manager", "county_reader", "national_reader", "administrator")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_coverage(
    request: pytest.FixtureRequest, client_for: ClientFor, country: Country, role: str
) -> None:
    client = client_for(request.getfixturevalue(role))
    assert client.get(URL).status_code == 200
    assert client.get(f"{URL}{country.none.code}/").status_code == 200


def test_who_has_no_role_reads_nothing(client_for: ClientFor, country: Country) -> None:
    client = client_for(UserFactory())
    assert client.get(URL).status_code == 403
    assert client.get(f"{URL}{country.none.code}/").status_code == 403


def test_a_stranger_is_asked_to_sign_in(client: Client, country: Country) -> None:
    for address in (URL, f"{URL}{country.none.code}/"):
        assert client.get(address).headers["Location"].startswith("/inn/")


def test_small_numbers_of_citizens_are_hidden_from_outsiders_and_not_from_own_staff(
    reader: Client, client_for: ClientFor, manager: User, country: Country
) -> None:
    for _number in range(3):
        ReferralFactory(municipality=country.own, over_a_year=True)
    address = f"{URL}{country.own.code}/"
    outside, inside = reader.get(address), client_for(manager).get(address)
    hidden = outside.context["row"].over_a_year
    assert hidden.suppressed
    assert inside.context["row"].over_a_year.value == 3
    assert f"<dd>{escape(hidden.hidden.label)}</dd>" in outside.content.decode()
    assert "<dd>3</dd>" in inside.content.decode()


def test_how_many_work_there_is_told_only_to_those_who_work_there_too(
    reader: Client, client_for: ClientFor, manager: User, country: Country
) -> None:
    address = f"{URL}{country.own.code}/"
    assert "<dt>Ergoterapeuter</dt>" in markup(client_for(manager).get(address))
    assert "<dt>Ergoterapeuter</dt>" not in markup(reader.get(address))


def test_therapists_are_named_to_own_staff_only(
    reader: Client,
    client_for: ClientFor,
    manager: User,
    county_reader: User,
    administrator: User,
    country: Country,
) -> None:
    named = country.own.employments.get().therapist
    gone = EmploymentFactory(municipality=country.own, valid_to=days_ago(0)).therapist
    bought = country.purchased.employments.get().therapist
    outsiders = [reader, client_for(county_reader), client_for(administrator)]
    address = f"{URL}{country.own.code}/"
    assert named.name in markup(client_for(manager).get(address))
    assert gone.name not in markup(client_for(manager).get(address))
    assert gone.name in markup(client_for(manager).get(address, {"dato": f"{days_ago(1):%d.%m.%Y}"}))
    for client, pages in (
        *((client, (URL, address)) for client in outsiders),
        (client_for(manager), (URL, f"{URL}{country.purchased.code}/")),
    ):
        for page in map(markup, map(client.get, pages)):
            for therapist in (named, bought):
                assert f"{therapist.name}<" not in page and therapist.hpr_number not in page


def test_the_way_to_the_waitlists_figures_is_shown_to_those_who_may_go_it(
    client_for: ClientFor, manager: User, county_reader: User, administrator: User, country: Country
) -> None:
    address = f"{URL}{country.own.code}/"
    for user, expected in ((manager, True), (county_reader, True), (administrator, False)):
        assert bool(client_for(user).get(address).context["dashboard"]) == expected
    assert not client_for(county_reader).get(f"{URL}{country.none.code}/").context["dashboard"]
