"""The line at the foot of every board: the day, the way to look, the filter, the definitions, the data and the hash."""

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.models import Category, KeptRecipe, Membership, Municipality, User
from tests.factories import OpeningFactory, ReferralFactory, UnitFactory, days_ago
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
DAY = "15.01.2026"
THEN = {"dato": DAY, "kjent": "then"}


@pytest.fixture
def office(client_for: ClientFor, manager: User) -> Client:
    """The manager's browser."""
    return client_for(manager)


def foot(page: HttpResponse) -> str:
    """The line, without its tags."""
    found = re.search(r'<p class="recipe">(.*?) <a', text(page))
    assert found
    return re.sub(r"<[^>]*>", "", found.group(1))


def test_the_dashboard_says_day_mode_periods_and_all_three_hashes(
    office: Client, municipality: Municipality
) -> None:
    address = f"/oversikt/{municipality.code}/"
    page = office.get(address)
    waiting, flow = (page.context[name].recipe.hash for name in ("report", "flow"))
    three = page.context["three_recipe"].hash
    assert {kept.hash for kept in KeptRecipe.objects.all()} == {waiting, flow, three}
    told = foot(page)
    assert told.startswith("Tallene gjelder utgangen av 16.03.2026, slik vi nå vet at de var. ")
    assert (
        "Filter: Perioden 16.12.2025–16.03.2026; startet 18.03.2025–16.03.2026; "
        "beregnet ut fra 17.03.2025–16.03.2026. Definisjoner versjon 1. Data hentet 16.03.2026 "
    ) in told
    assert told.endswith(
        f"Oppskrift {waiting} (de som venter), {flow} (det som kom og gikk), {three} (de tre tallene)."
    )
    year = foot(office.get(address, {"siste": "52", "uker": "13"} | THEN))
    assert year.startswith(f"Tallene gjelder utgangen av {DAY}, slik de var kjent da. ")
    assert "Perioden 17.01.2025–15.01.2026; startet 17.10.2025–15.01.2026" in year


@pytest.mark.parametrize(
    ("path", "asked", "look", "filters"),
    [
        ("oversikt/{}/utvikling/", {}, "slik vi nå vet at de var", "Filter: De siste 60 hele månedene."),
        ("oversikt/{}/utvikling/", THEN, "slik de var kjent da", "Filter: De siste 60 hele månedene."),
        ("oversikt/{}/fordeling/", THEN, "slik de var kjent da", "Uten filter."),
        ("k/{}/lange-ventetider/", {}, "slik vi nå vet at de var", "Uten filter."),
        (
            "k/{}/lange-ventetider/",
            {"venter": "over", "kategori": "test-aids", "prioritet": "2"} | THEN,
            "slik de var kjent da",
            "Filter: Over ett år; kategori Hjelpemidler (prøve); prioritet 2.",
        ),
        (
            "k/{}/lange-ventetider/",
            {"prioritet": "null"},
            "slik vi nå vet at de var",
            "Filter: Ikke vurdert.",
        ),
        (
            "oversikt/{}/periode/",
            {"fra": "01.02.2026", "til": "28.02.2026", "kjent": "then"},
            "slik de var kjent da",
            "Filter: Perioden 01.02.2026–28.02.2026.",
        ),
        (
            "oversikt/{}/manedsslutt/",
            {},
            "slik de var kjent da, og slik vi nå vet at de var",
            "Filter: Året 2026.",
        ),
        (
            "dekning/{}/",
            {"definisjon": "attached"},
            "slik vi nå vet at de var",
            "Filter: Dekket etter definisjonen «Knyttet til kommunen, også ved kjøp eller avtale»; grensene i dag.",
        ),
        (
            "dekning/utvikling/",
            {"grenser": "day", "gruppe": "governor"},
            "slik vi nå vet at de var",
            "Filter: Dekket etter definisjonen «Ansatt med autorisasjon, uansett stilling»; grensene den dagen; "
            "gruppert etter statsforvalter.",
        ),
    ],
)
def test_every_board_says_how_the_day_is_looked_at_and_its_filter(
    office: Client,
    municipality: Municipality,
    category: Category,
    other_category: Category,
    path: str,
    asked: dict[str, str],
    look: str,
    filters: str,
) -> None:
    ReferralFactory(municipality=municipality, category=category, received_on=days_ago(400))
    told = foot(office.get("/" + path.format(municipality.code), asked))
    assert f", {look}. {filters} Definisjoner versjon 1. Data hentet " in told
    one = r"[0-9a-f]{16}"
    assert re.search(rf"Oppskrift ({one}|{one} \(dekningen\), {one} \(de som venter\))\.$", told)


def test_whom_it_is_compared_with_is_named(
    office: Client, municipality: Municipality, other_municipality: Municipality
) -> None:
    address = f"/oversikt/{municipality.code}/sammenlign/"
    told = foot(office.get(address, {"kommuner": other_municipality.name}))
    assert f"Filter: Sammenlignet med {other_municipality.name}. " in told


def test_units_are_named_to_whoever_is_bound_to_one(
    client_for: ClientFor,
    municipality: Municipality,
    category: Category,
    therapist_user: User,
    coordinator: User,
) -> None:
    north, south = (UnitFactory(municipality=municipality, name=name) for name in ("Nord", "Sør"))
    Membership.objects.filter(user=therapist_user).update(unit=north)
    case = ReferralFactory(municipality=municipality, category=category, waiting=True, unit=south)
    for path in ("oversikt/{}/fordeling/", "k/{}/lange-ventetider/"):
        address = "/" + path.format(municipality.code)
        assert "Filter: Saker hos Nord. " in foot(client_for(therapist_user).get(address))
    Membership.objects.filter(user=coordinator).update(unit=north)
    told = foot(client_for(coordinator).get(f"/oversikt/{municipality.code}/fordeling/"))
    assert "Filter: Saker hos Nord; og de som ikke hører til noen enhet. " in told
    OpeningFactory(person=case.person, user=therapist_user, emergency=True)
    told = foot(client_for(therapist_user).get(f"/oversikt/{municipality.code}/fordeling/"))
    assert "Filter: Saker hos Nord; og de som nødtilgang hadde åpnet. " in told
