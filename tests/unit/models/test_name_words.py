"""How names are split into words, and found by how the words begin."""

import re

import pytest
from django.db import connection

from referrals.models import Municipality, Person
from referrals.models.person import NAME_WORDS
from referrals.norwegian import BETWEEN_WORDS, name_words
from tests.factories import PersonFactory

LONG = ("Maria Luísa Teresa", "Sousa e Silva Costa Pereira Lima")


def words_of(person: Person) -> list[str | None]:
    return list(Person.objects.filter(pk=person.pk).values_list(*NAME_WORDS)[0])


@pytest.mark.parametrize(
    ("given_name", "family_name"),
    [
        ("Kari", "Nordmann"),
        ("Anne-Marie Solveig", "Østby-Ås"),
        ("Áillohaš", "Ánot"),
        ("Seán", "O’Brien"),
        ("Kári", "d'Arc"),
        ("Þóra", "Aasen (Strauß)"),
        ("Jon H.", "Lie"),
        ("Anne–Berit", "Moe/Dahl"),
        ("Иван", "Петров"),
        LONG,
    ],
)
def test_the_database_splits_a_name_as_a_search_is_split(
    municipality: Municipality, given_name: str, family_name: str
) -> None:
    person = PersonFactory(municipality=municipality, given_name=given_name, family_name=family_name)
    kept = dict.fromkeys(word for word in words_of(person) if word)
    assert list(kept) == name_words(f"{family_name} {given_name}")[: len(NAME_WORDS)]


def test_a_new_name_is_found_whichever_way_it_was_written(municipality: Municipality) -> None:
    person = PersonFactory(municipality=municipality, given_name="Kari", family_name="Nordmann")
    person.family_name = "Vik"
    person.save()
    assert words_of(person)[:3] == ["vik", "kari", None]
    Person.objects.filter(pk=person.pk).update(name_key="dahl kari")
    assert words_of(person)[:3] == ["dahl", "kari", None]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("kari nord", True),
        ("nord kari", True),
        ("Nordmann-Ås, Kari", True),
        ("kari ås", True),
        ("KARI AAS", True),
        ("øst", True),
        ("Ost", False),
        ("marét", True),
        ("k n ø m", True),
        ("nordmannen", False),
        ("ordmann", False),
        ("kari vik", False),
        (" , - ' ", False),
        ("ka%", False),
        ("_ari", False),
        ("kari \U0010ffff", False),
        ("kari \ud7ff", False),
    ],
)
def test_all_words_typed_begin_a_word_of_the_name(
    municipality: Municipality, typed: str, found: bool
) -> None:
    PersonFactory(municipality=municipality, given_name="Kari Márét", family_name="Nordmann-Ås Østby")
    assert Person.objects.named_from(typed).exists() == found


def test_the_next_letter_is_not_reached(municipality: Municipality) -> None:
    names = ["Na", "Nå", "Nåås", "Nåæ", "O", "Nz"]
    persons = [PersonFactory(municipality=municipality, given_name="X", family_name=name) for name in names]
    found = Person.objects.named_from("nå").filter(pk__in=[person.pk for person in persons])
    assert {person.family_name for person in found} == {"Nå", "Nåås", "Nåæ"}


def test_of_a_long_name_the_first_eight_words_are_found(municipality: Municipality) -> None:
    PersonFactory(municipality=municipality, given_name=LONG[0], family_name=LONG[1])
    assert Person.objects.named_from("sousa luisa").exists()
    assert not Person.objects.named_from("sousa teresa").exists()
    assert Person.objects.named("sousa teresa").exists()


def test_a_name_is_looked_up_in_the_indexes_behind_the_policies(municipality: Municipality) -> None:
    """Nothing but leakproof comparisons gets there, so that a search does not read all citizens."""
    pattern = PersonFactory(municipality=municipality)
    names = ("municipality", "birth_date", "family_name")
    facts = {name: getattr(pattern, name) for name in names}
    Person.objects.bulk_create(Person(**facts, given_name=f"Kari {number}") for number in range(2_000))
    with connection.cursor() as cursor:
        cursor.execute("SELECT ergo_analyze()")
    here = Person.objects.filter(municipality=municipality).order_by()
    plan = here.named_from("nord kari").explain()
    assert all(re.search(rf"Index Cond: .*{name}\)::text >= ", plan) for name in NAME_WORDS), plan
    assert "Index Cond" in plan and "name_word" not in here.named("nord kari").explain()


@pytest.mark.django_db
def test_the_migration_splits_as_we_do() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute"
            " ON attrelid = adrelid AND attnum = adnum WHERE attname = ANY (%s)",
            [NAME_WORDS],
        )
        found = [expression for (expression,) in cursor.fetchall()]
    quoted = BETWEEN_WORDS.pattern.replace("'", "''")
    assert len(found) == len(NAME_WORDS) and all(f"'{quoted}'" in expression for expression in found)
