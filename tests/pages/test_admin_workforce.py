"""The workforce on the administrators' site: what no form can know beforehand is refused in the words of the pages."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from referrals.models import (
    CoverageAgreement,
    Employment,
    Leave,
    Municipality,
    Therapist,
    Vacancy,
)
from tests.factories import (
    LONG_AGO,
    TODAY,
    CoverageAgreementFactory,
    EmploymentFactory,
    LeaveFactory,
    MunicipalityFactory,
    OccupationFactory,
    TherapistFactory,
    VacancyFactory,
)
from tests.harness.admin_forms import address, filled_in, opened
from tests.pages.seen import markup


def test_a_circle_of_agreements_is_refused_at_its_field_and_can_be_mended(
    kari: Client, municipality: Municipality, other_municipality: Municipality
) -> None:
    CoverageAgreementFactory(provider=municipality, recipient=other_municipality)
    page = address(CoverageAgreement, "add")
    typed = opened(kari, page) | {
        "provider": other_municipality.pk,
        "recipient": municipality.pk,
        "valid_from": f"{TODAY:%d.%m.%Y}",
    }
    answer = kari.post(page, typed)
    assert answer.status_code == 200
    assert "gå i ring: Annesvik → Prøvdal → Annesvik" in markup(answer)
    assert "provider" in answer.context["adminform"].form.errors
    assert CoverageAgreement.objects.count() == 1
    third = MunicipalityFactory()
    assert kari.post(page, filled_in(answer) | {"provider": third.pk}).status_code == 302
    assert CoverageAgreement.objects.filter(provider=third, recipient=municipality).exists()


def test_too_much_at_once_is_refused_at_arsverk(kari: Client, municipality: Municipality) -> None:
    therapist = TherapistFactory(employed_in=municipality)
    post = EmploymentFactory(therapist=therapist, fte=Decimal("0.50"))
    page = address(Employment, "change", post.pk)
    answer = kari.post(page, opened(kari, page) | {"fte": "0.51"})
    assert "mer enn 1,5 årsverk samtidig" in markup(answer)
    assert "fte" in answer.context["adminform"].form.errors
    post.refresh_from_db()
    assert post.fte == Decimal("0.50")


def test_rows_of_one_page_that_are_too_much_together_are_refused_on_top(
    kari: Client, municipality: Municipality
) -> None:
    """Each row is right alone; only the database sees both."""
    therapist = TherapistFactory()
    page = address(Therapist, "change", therapist.pk)
    typed = opened(kari, page)
    for number in range(2):
        occupation = OccupationFactory(code=f"322610{number}")
        row = {
            "municipality": municipality.pk,
            "occupation": occupation.pk,
            "engagement": "own",
            "fte": "1.00",
            "valid_from": "01.01.2026",
            "valid_to": "",
            "therapist": therapist.pk,
            "id": "",
        }
        typed |= {f"employments-{number}-{name}": value for name, value in row.items()}
    answer = kari.post(page, typed | {"employments-TOTAL_FORMS": "2"})
    assert "mer enn 1,5 årsverk samtidig" in markup(answer)
    assert not Employment.objects.exists()


def test_a_leave_outside_its_employment_is_refused_on_both_pages(kari: Client) -> None:
    post = EmploymentFactory(valid_to=date(2026, 6, 1))
    page = address(Leave, "add")
    typed = opened(kari, page) | {"employment": post.pk, "valid_from": "01.05.2026", "valid_to": "02.06.2026"}
    answer = kari.post(page, typed)
    assert "før arbeidsforholdet begynner" in markup(answer) and not Leave.objects.exists()
    assert kari.post(page, filled_in(answer) | {"valid_to": "01.06.2026"}).status_code == 302
    page = address(Employment, "change", post.pk)
    answer = kari.post(page, opened(kari, page) | {"valid_to": "31.05.2026"})
    assert "før arbeidsforholdet begynner" in markup(answer)


def test_post_and_leave_are_shortened_in_one_go(kari: Client) -> None:
    post = EmploymentFactory(valid_to=date(2026, 6, 1))
    away = LeaveFactory(employment=post, valid_from=date(2026, 4, 1), valid_to=date(2026, 6, 1))
    page = address(Employment, "change", post.pk)
    typed = opened(kari, page) | {"valid_to": "01.05.2026", "leaves-0-valid_to": "01.05.2026"}
    assert kari.post(page, typed).status_code == 302
    away.refresh_from_db()
    assert away.valid_to == date(2026, 5, 1)


def test_a_student_without_licence_and_a_number_with_zeros_are_refused(kari: Client) -> None:
    TherapistFactory(hpr_number="1234567")
    page = address(Therapist, "add")
    typed = opened(kari, page) | {"name": "Ny", "hpr_number": "01234567"}
    assert "allerede registrert" in markup(kari.post(page, typed))
    typed |= {"hpr_number": "7654321", "is_student": "on"}
    assert "En student har lisens" in markup(kari.post(page, typed))
    typed |= {"is_licence": "on", "authorised_from": f"{LONG_AGO:%d.%m.%Y}"}
    assert kari.post(page, typed).status_code == 302
    assert Therapist.objects.get(hpr_number="7654321").is_student


def test_a_vacant_post_is_an_ergoterapeuts(kari: Client, municipality: Municipality) -> None:
    support, own = OccupationFactory(support=True), OccupationFactory()
    page = address(Vacancy, "add")
    typed = opened(kari, page) | {"municipality": municipality.pk, "fte": "1.00", "valid_from": "01.01.2026"}
    answer = kari.post(page, typed | {"occupation": support.pk})
    assert "occupation" in answer.context["adminform"].form.errors
    assert kari.post(page, typed | {"occupation": own.pk}).status_code == 302


@pytest.mark.parametrize("factory", [LeaveFactory, VacancyFactory], ids=["leave", "vacancy"])
def test_of_two_editors_the_second_is_told(kari: Client, ola: Client, factory: type) -> None:
    row = factory()
    page = address(type(row), "change", row.pk)
    hers = opened(kari, page)
    ola.post(page, opened(ola, page) | {"valid_to": "01.02.2030"})
    told = markup(kari.post(page, hers | {"valid_from": "02.01.2020"}))
    assert "Ola Ås har endret dette" in told and "Nå: 01.02.2030" in told
    row.refresh_from_db()
    assert row.valid_from == LONG_AGO
