"""The page of who was started before others: what stands in a line, whose name does not, and the same as a file."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.choices import Protection, Urgency
from referrals.models import Category, Municipality, Referral, User, ViewLog
from tests.factories import TODAY, PersonFactory, ReferralFactory, days_ago
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
Look = Callable[..., HttpResponse]


@pytest.fixture
def look(client_for: ClientFor, manager: User, municipality: Municipality) -> Look:
    browser = client_for(manager)
    return lambda **asked: browser.get(f"/k/{municipality.code}/forbigatt/", asked)


@pytest.fixture
def first(municipality: Municipality, category: Category) -> Referral:
    return ReferralFactory(
        municipality=municipality,
        category=category,
        started=True,
        urgency=Urgency.FALL,
        person__given_name="Eva",
    )


def waits(first: Referral, **traits: Any) -> Referral:
    usual = {"municipality": first.municipality, "category": first.category, "waiting": True, "priority": 1}
    return ReferralFactory(**usual | {"received_on": days_ago(40)} | traits)


def test_a_line_says_who_was_first_who_still_waited_how_much_longer_and_why(
    look: Look, first: Referral
) -> None:
    others = [waits(first, received_on=days_ago(day)) for day in (50, 40, 30, 20)]
    page = look()
    shown = text(page)
    for words in (
        str(first.person),
        "Fall",
        "4 i samme kategori",
        "prioritet 1, 40 dager lenger",
        "og 1 til",
    ):
        assert words in shown
    assert [case.number in shown for case in others] == [True, True, True, False]
    assert "1 sak er startet, 1 av dem før noen" in shown
    seen = ViewLog.objects.latest("pk").persons.values_list("person_id", flat=True)
    assert set(seen) == {first.person_id, *(case.person_id for case in others[:3])}


def test_without_a_reason_it_says_so(look: Look, first: Referral) -> None:
    waits(first)
    Referral.objects.filter(pk=first.pk).update(urgency="")
    assert "Ikke oppgitt" in text(look())


def test_who_is_shielded_is_a_number_and_no_more(look: Look, first: Referral) -> None:
    hidden = PersonFactory(
        municipality=first.municipality, given_name="Zoë", protection=Protection.CONFIDENTIAL
    )
    other = waits(first, person=hidden)
    Referral.objects.filter(pk=first.pk).update(person=hidden)
    shown = text(look())
    assert first.number in shown and other.number in shown and "Skjermet" in shown
    assert str(hidden) not in shown and "Fall" not in shown and "Zoë" not in shown
    assert "Fall" not in look(fil="csv").getvalue().decode()


def test_the_days_are_those_that_are_asked_for(look: Look, first: Referral) -> None:
    waits(first)
    assert len(look().context["report"].rows) == 1
    later = look(fra=f"{days_ago(1):%d.%m.%Y}").context["report"]
    assert later.rows == () and later.period.last_day == TODAY
    assert look(fra=f"{days_ago(2):%d%m%Y}", til=f"{days_ago(2):%d%m%Y}").context["report"].started == 1


@pytest.mark.parametrize(
    ("fra", "til", "said"),
    [
        (TODAY, days_ago(1), "Den siste dagen kan ikke være før den første"),
        (days_ago(92), TODAY, "høyst 92 dager"),
        ("31.02.2026", TODAY, "31.02.2026"),
    ],
)
def test_days_that_make_no_sense_are_refused_beside_them(look: Look, fra: Any, til: Any, said: str) -> None:
    day = f"{fra:%d.%m.%Y}" if not isinstance(fra, str) else fra
    page = look(fra=day, til=f"{til:%d.%m.%Y}")
    assert said in text(page) and page.context["form"].errors
    assert not look(fra=f"{days_ago(91):%d.%m.%Y}").context["form"].errors


def test_a_file_has_a_row_for_each_who_was_overtaken_by_each(look: Look, first: Referral) -> None:
    others = [waits(first, received_on=days_ago(day)) for day in (50, 40, 30, 20)]
    sheet = io.StringIO(look(fil="csv").getvalue().decode("utf-8-sig"))
    rows = list(csv.DictReader(sheet, delimiter=";"))
    assert [row["overtaken"] for row in rows] == [case.number for case in others]
    assert (rows[0]["number"], rows[0]["reason_for_urgency"]) == (first.number, "fall")
    assert (rows[0]["days_longer"], rows[0]["same_category"]) == ("40", "yes")
