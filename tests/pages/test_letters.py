"""Letters of a case on screen: ready on the page of deadlines, read, sent once, and opened again as they were sent."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from referrals.choices import LetterKind, LetterTo, Protection, WrittenForm
from referrals.models import (
    Category,
    Municipality,
    Person,
    PreliminaryReply,
    Referral,
    SentLetter,
    User,
)
from referrals.waiting import preliminary_reply_due
from tests.factories import (
    TODAY,
    ConfidantFactory,
    LetterTemplateFactory,
    OpeningFactory,
    PersonFactory,
    ReferralFactory,
    SentLetterFactory,
    days_ago,
)
from tests.pages.seen import markup, text

ClientFor = Callable[[User], Client]

READY = "Brevet er klart"


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    return client_for(coordinator)


def application(place: Municipality, category: Category, received_on: date, **traits: object) -> Referral:
    category.is_vedtak = True
    category.save()
    person = PersonFactory(municipality=place, family_name="<i>Å", written_form=WrittenForm.NN)
    return ReferralFactory(
        municipality=place,
        category=category,
        person=person,
        received_on=received_on,
        waiting=True,
        application=True,
        **traits,
    )


@pytest.fixture
def case(municipality: Municipality, category: Category) -> Referral:
    return application(municipality, category, days_ago(25))


def address(case: Referral, slug: str = "forelopig-svar") -> str:
    place = {"code": case.municipality.code, "number": case.number, "slug": slug}
    return reverse("letter", kwargs=place)


def filled(page: HttpResponse, **changes: str) -> dict[str, str]:
    """The form of the page as it came, with changes."""
    form = page.context["form"]
    return {name: str(form[name].value() or "") for name in form.fields} | {"detail": "innan mai"} | changes


def send(client: Client, case: Referral, slug: str = "forelopig-svar", **changes: str) -> HttpResponse:
    return client.post(address(case, slug), filled(client.get(address(case, slug)), **changes))


# ---------------------------------------------------------------- the page of deadlines


@pytest.mark.parametrize(("days", "is_ready"), [(20, False), (21, True)])
def test_the_letter_is_ready_from_day_21(
    office: Client, municipality: Municipality, category: Category, days: int, is_ready: bool
) -> None:
    case = application(municipality, category, days_ago(days))
    page = office.get(reverse("deadlines", kwargs={"code": municipality.code}))
    assert (READY in markup(page)) == (address(case) in markup(page)) == is_ready
    soon = office.get(reverse("deadlines", kwargs={"code": municipality.code}) + "?naar=four_weeks")
    assert case.number in markup(soon) and (READY in markup(soon)) == is_ready


def test_the_letter_is_ready_in_every_month_before_the_last_week_begins() -> None:
    """Of a case received on 31 January the reply is due on 28 February, day 28."""
    for nth in range(366 * 2):
        received = date(2027, 1, 1) + timedelta(days=nth)
        assert (preliminary_reply_due(received) - received).days >= 28


def test_who_may_not_send_sees_no_letter(client_for: ClientFor, manager: User, case: Referral) -> None:
    page = client_for(manager).get(reverse("deadlines", kwargs={"code": case.municipality.code}))
    assert case.number in markup(page) and READY not in markup(page)


# ---------------------------------------------------------------- reading and sending


def test_the_letter_is_in_the_citizens_form_and_escaped(office: Client, case: Referral) -> None:
    page = office.get(address(case))
    assert '<article class="letter" lang="nn">' in markup(page)
    assert "Førebels svar på søknaden din" in markup(page) and "Hei Kari &lt;i&gt;Å" in markup(page)
    assert "{svarventes}" in markup(page) or "innan " in text(page)


def test_it_is_shown_with_what_is_added_and_not_sent(office: Client, case: Referral) -> None:
    page = send(office, case, closing="Ring gjerne.", vis="1")
    assert page.context["letter"].body.endswith("Ring gjerne.") and "innan mai" in markup(page)
    assert not SentLetter.objects.exists()


def test_it_is_kept_as_sent_and_registers_the_reply(office: Client, case: Referral) -> None:
    answer = send(office, case, closing="Ring gjerne.")
    sent = SentLetter.objects.get()
    assert answer.url == reverse(
        "sent_letter", kwargs={"code": case.municipality.code, "number": case.number, "pk": sent.pk}
    )
    assert PreliminaryReply.objects.get().sent_on == TODAY
    LetterTemplateFactory(municipality=case.municipality, kind=LetterKind.PRELIMINARY, language="nn")
    page = office.get(answer.url)
    assert "innan mai" in markup(page) and "Ring gjerne." in markup(page)
    story = markup(
        office.get(reverse("referral", kwargs={"code": case.municipality.code, "number": case.number}))
    )
    assert answer.url in story and "Brev sendt: Foreløpig svar. Til: Innbyggeren. Med post." in story
    assert address(case) not in story and address(case, "time") in story


def test_a_double_click_leads_to_the_one_letter(office: Client, case: Referral) -> None:
    typed = filled(office.get(address(case)))
    first, second = office.post(address(case), typed), office.post(address(case), typed)
    assert first.url == second.url and SentLetter.objects.count() == PreliminaryReply.objects.count() == 1


def test_what_changed_meanwhile_is_shown_before_it_is_sent(office: Client, case: Referral) -> None:
    typed = filled(office.get(address(case, "mottatt")), closing="Min linje")
    LetterTemplateFactory(municipality=case.municipality, language="nn", body="Ny tekst")
    page = office.post(address(case, "mottatt"), typed)
    assert "er endret etter at du leste brevet" in markup(page) and "Ny tekst Min linje" not in markup(page)
    assert page.context["letter"].body == "Ny tekst\n\nMin linje" and not SentLetter.objects.exists()
    assert office.post(address(case, "mottatt"), filled(page)).status_code == 302
    assert SentLetter.objects.get().body == "Ny tekst\n\nMin linje"


def test_of_two_persons_the_second_is_told(
    office: Client, client_for: ClientFor, therapist_user: User, case: Referral
) -> None:
    other = client_for(therapist_user)
    typed = filled(other.get(address(case, "time")))
    send(office, case)
    page = other.post(address(case, "time"), typed)
    assert "En annen har endret henvisningen" in markup(page) and SentLetter.objects.count() == 1


def test_a_guardian_is_written_to_by_name(office: Client, case: Referral) -> None:
    page = send(office, case, recipient=LetterTo.GUARDIAN)
    assert "addressee" in page.context["form"].errors and not SentLetter.objects.exists()
    assert send(office, case, recipient=LetterTo.GUARDIAN, addressee="Verge Vergesen").status_code == 302


def test_nothing_left_out_is_sent(office: Client, case: Referral) -> None:
    page = send(office, case, detail="", addressee="", key=str(uuid4()))
    assert {"detail", "addressee"} <= page.context["form"].errors.keys()


@pytest.mark.parametrize("slug", ["avsluttet", "overfort"])
def test_a_letter_that_does_not_fit_leads_back(office: Client, case: Referral, slug: str) -> None:
    page = office.get(address(case, slug), follow=True)
    assert "passer ikke til saken" in markup(page)


def test_a_letter_of_another_case_is_not_shown(office: Client, case: Referral, category: Category) -> None:
    other = SentLetterFactory(referral=ReferralFactory(municipality=case.municipality, category=category))
    place = {"code": case.municipality.code, "number": case.number, "pk": other.pk}
    answer = office.get(reverse("sent_letter", kwargs=place), follow=True)
    assert answer.redirect_chain and "Det er ikke noe slikt brev i denne saken." in markup(answer)


def test_a_manager_opens_what_was_sent(client_for: ClientFor, manager: User, case: Referral) -> None:
    sent = SentLetterFactory(referral=case)
    place = {"code": case.municipality.code, "number": case.number, "pk": sent.pk}
    assert "Prøve kommune" in markup(client_for(manager).get(reverse("sent_letter", kwargs=place)))


def test_an_address_that_is_protected_since_is_not_shown_on_an_old_letter(
    office: Client, case: Referral, coordinator: User
) -> None:
    sent = SentLetterFactory(referral=case, addressee="Kari Ås\nGjømt vei 1\n1234 Ås")
    place = {"code": case.municipality.code, "number": case.number, "pk": sent.pk}
    assert "Gjømt vei" in markup(office.get(reverse("sent_letter", kwargs=place)))
    Person.objects.filter(pk=case.person_id).update(protection=Protection.CONFIDENTIAL)
    ConfidantFactory(person=case.person, user=coordinator)
    OpeningFactory(person=case.person, user=coordinator, number=case.number)
    page = markup(office.get(reverse("sent_letter", kwargs=place)))
    assert "Kari Ås" in page and "Gjømt vei" not in page
    assert SentLetter.objects.get(pk=sent.pk).addressee.count("\n") == 2
