"""The texts of letters on screen: read, written beside what they become, refused with nothing lost."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from referrals.choices import WrittenForm
from referrals.models import LetterHead, LetterTemplate, Municipality, User
from tests.factories import LetterTemplateFactory
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    return client_for(coordinator)


def address(place: Municipality, slug: str = "mottatt", language: str = "nb") -> str:
    return reverse("letter_text", kwargs={"code": place.code, "slug": slug, "language": language})


def send(client: Client, place: Municipality, **typed: str) -> HttpResponse:
    words = {"subject": "Hei", "body": "Kjære {navn}\n\nTelefon: {telefon}", "seen": "0"} | typed
    return client.post(address(place), words)


def test_the_list_says_whose_text_each_is(office: Client, municipality: Municipality) -> None:
    LetterTemplateFactory(municipality=municipality)
    page = markup(office.get(reverse("letter_texts", kwargs={"code": municipality.code})))
    assert page.count("Ergos tekst") == 17 and page.count("Deres egen") == 1 and "utgave 1" in page


def test_a_text_is_saved_as_the_next_version(office: Client, municipality: Municipality) -> None:
    assert send(office, municipality).url == reverse("letter_texts", kwargs={"code": municipality.code})
    send(office, municipality, body="Annet", seen="1")
    assert list(LetterTemplate.objects.values_list("version", "body"))[-1] == (2, "Annet")
    assert "Annet" in markup(office.get(address(municipality)))


def test_the_ready_text_can_be_begun_with(office: Client, municipality: Municipality) -> None:
    LetterTemplateFactory(municipality=municipality)
    form = office.get(f"{address(municipality)}?ferdig=1").context["form"]
    assert "Vi fikk en henvisning" in form["body"].value() and form["seen"].value() == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [("Hei {fodselsnummer}", "{fodselsnummer}"), ("Hei {navn", "Hei {navn"), ("{frist}", "{frist}")],
    ids=["unknown", "malformed", "of another kind"],
)
def test_a_wrong_field_is_named_beside_the_text_and_nothing_is_lost(
    office: Client, municipality: Municipality, body: str, said: str
) -> None:
    response = send(office, municipality, body=body)
    form = response.context["form"]
    assert said in form.errors["body"][0] and form["body"].value() == body
    assert "Vi har fått henvisningen din" in markup(response)  # what is in use stands beside it
    assert not LetterTemplate.objects.exists()


def test_the_look_is_of_what_is_typed_and_saves_nothing(office: Client, municipality: Municipality) -> None:
    response = send(office, municipality, body="Kjære {navn} <b>&</b>", vis="1")
    letter = response.context["letter"]
    assert letter.body == "Kjære Kari Nordmann <b>&</b>"
    assert "Kjære Kari Nordmann &lt;b&gt;&amp;&lt;/b&gt;" in response.content.decode()
    assert not LetterTemplate.objects.exists()


def test_of_two_at_once_the_second_sees_both(
    office: Client, manager: User, client_for: ClientFor, municipality: Municipality
) -> None:
    send(client_for(manager), municipality, body="Deres tekst")
    response = send(office, municipality, body="Min tekst")
    page = markup(response)
    assert "Noen andre har lagret dette" in page and "Deres tekst" in page
    assert response.context["form"]["body"].value() == "Min tekst"
    assert response.context["form"]["seen"].value() == "1"
    send(office, municipality, body="Min tekst", seen="1")
    assert LetterTemplate.objects.count() == 2


def test_the_letter_is_marked_with_its_language(office: Client, municipality: Municipality) -> None:
    page = office.get(address(municipality, "venteliste", WrittenForm.NN)).content.decode()
    assert '<article class="letter" lang="nn">' in page and "Du er sett på venteliste" in page


@pytest.mark.parametrize(("slug", "language"), [("finnes-ikke", "nb"), ("mottatt", "se")])
def test_another_address_is_no_page(
    office: Client, municipality: Municipality, slug: str, language: str
) -> None:
    assert office.get(address(municipality, slug, language)).status_code == 404


def test_the_letterhead_is_saved_once_and_told_of_when_changed(
    office: Client, municipality: Municipality
) -> None:
    place = reverse("letter_head", kwargs={"code": municipality.code})
    typed = {"service": "Mestring", "address": "Postboks 1\n1500 Moss", "phone": "69 00 00 00", "seen": "0"}
    assert office.post(place, typed).status_code == 302
    again = office.post(place, typed | {"phone": "1"})
    assert "Noen andre har lagret dette" in markup(again)
    assert again.context["form"]["phone"].value() == "1" and LetterHead.objects.count() == 1
    assert "Mestring" in markup(office.get(address(municipality)))
