"""Periods on the administrators' site: one that ends before it begins is refused in words, on every form with one."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from django.contrib import admin
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from referrals.admin.site import RecordAdmin
from referrals.models import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Leave,
    Membership,
    Municipality,
    Therapist,
    Unit,
    Vacancy,
)
from tests.factories import (
    CountyFactory,
    EmploymentFactory,
    LeaveFactory,
    MunicipalityFactory,
    OccupationFactory,
    TherapistFactory,
    UserFactory,
)
from tests.harness.admin_forms import address, opened
from tests.pages.seen import markup

FROM, BEFORE = date(2026, 12, 1), date(2026, 1, 1)
Values = dict[str, object]


def post_values() -> Values:
    return {"occupation": OccupationFactory().pk, "fte": "0.50"}


def employment() -> Values:
    therapist, here = TherapistFactory(), MunicipalityFactory()
    return post_values() | {"therapist": therapist.pk, "municipality": here.pk, "engagement": "own"}


def vacancy() -> Values:
    return post_values() | {"municipality": MunicipalityFactory().pk}


def leave() -> Values:
    return {"employment": EmploymentFactory().pk}


def agreement() -> Values:
    return {"provider": MunicipalityFactory().pk, "recipient": MunicipalityFactory().pk}


def statement() -> Values:
    return {"municipality": MunicipalityFactory().pk, "source": "Rådmannen"}


def unit() -> Values:
    return {"municipality": MunicipalityFactory().pk, "name": "Nord"}


def membership() -> Values:
    return {"user": UserFactory().pk, "role": "therapist", "municipality": MunicipalityFactory().pk}


def municipality() -> Values:
    names = {"code": "9801", "name": "Nyvik", "full_name": "Nyvik", "county": CountyFactory().pk}
    place = {
        "latitude": "60.0",
        "longitude": "10.0",
        "tile_column": "29",
        "tile_row": "36",
        "centrality": "3",
    }
    return names | place


FORMS: Sequence[tuple[type[Model], Callable[[], Values]]] = [
    (Employment, employment),
    (Leave, leave),
    (Vacancy, vacancy),
    (CoverageAgreement, agreement),
    (CoverageStatement, statement),
    (Unit, unit),
    (Membership, membership),
    (Municipality, municipality),
]
IDS = [model.__name__ for model, _ in FORMS]


def period(since: date, until: date) -> Values:
    return {"valid_from": f"{since:%d.%m.%Y}", "valid_to": f"{until:%d.%m.%Y}"}


def added(kari: Client, model: type[Model], values: Values) -> HttpResponse:
    page = address(model, "add")
    return kari.post(page, opened(kari, page) | values)


def test_every_form_with_a_period_is_tried_here() -> None:
    with_period = {
        model.__name__
        for model, site in admin.site._registry.items()
        if not isinstance(site, RecordAdmin) and any(field.name == "valid_to" for field in model._meta.fields)
    }
    assert with_period == set(IDS)


@pytest.mark.parametrize("until", [BEFORE, FROM], ids=["earlier", "the same day"])
@pytest.mark.parametrize(("model", "values"), FORMS, ids=IDS)
def test_an_end_that_is_not_after_the_beginning_is_refused_beside_it(
    kari: Client, model: type[Model], values: Callable[[], Values], until: date
) -> None:
    typed = values()
    rows = model._default_manager.count()
    answer = added(kari, model, typed | period(FROM, until))
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["valid_to"]
    assert "slutter før" in markup(answer)
    assert model._default_manager.count() == rows
    assert added(kari, model, typed | period(BEFORE, FROM)).status_code == 302


@pytest.mark.parametrize(("model", "values"), FORMS, ids=IDS)
def test_a_row_that_stands_is_not_turned_around_either(
    kari: Client, model: type[Model], values: Callable[[], Values]
) -> None:
    assert added(kari, model, values() | period(BEFORE, FROM)).status_code == 302
    row = model._default_manager.latest("pk")
    page = address(model, "change", row.pk)
    answer = kari.post(page, opened(kari, page) | period(FROM, BEFORE))
    assert list(answer.context["adminform"].form.errors) == ["valid_to"]
    row.refresh_from_db()
    assert (row.valid_from, row.valid_to) == (BEFORE, FROM)


def rows_of_tables(kind: str) -> tuple[Model, str, Values]:
    """A row with a table below it, what the table is called, and a new row of it."""
    if kind == "employments":
        row = TherapistFactory()
        place = {"municipality": MunicipalityFactory().pk, "engagement": "own", "therapist": row.pk}
        return row, kind, post_values() | place
    if kind == "leaves":
        post = EmploymentFactory()
        return post, kind, {"employment": post.pk}
    user = UserFactory()
    here = MunicipalityFactory().pk
    return user, kind, {"user": user.pk, "role": "therapist", "municipality": here}


@pytest.mark.parametrize("kind", ["employments", "leaves", "memberships"])
def test_in_a_table_below_a_row_it_stands_in_its_own_cell(kari: Client, kind: str) -> None:
    row, prefix, values = rows_of_tables(kind)
    page = address(type(row), "change", row.pk)
    new = values | period(FROM, BEFORE) | {"id": ""}
    typed = opened(kari, page) | {f"{prefix}-0-{name}": value for name, value in new.items()}
    answer = kari.post(page, typed | {f"{prefix}-TOTAL_FORMS": "1"})
    assert answer.status_code == 200
    formset = answer.context["inline_admin_formsets"][0].formset
    assert [list(errors) for errors in formset.errors] == [["valid_to"]]


@pytest.mark.parametrize(("model", "values"), FORMS[:5], ids=IDS[:5])
@pytest.mark.parametrize(
    ("days", "field", "said"),
    [
        ({"valid_from": "01.12.0001"}, "valid_from", "for langt tilbake"),
        ({"valid_from": "01.01.2206"}, "valid_from", "kan ikke være etter"),
        ({"valid_from": "01.12.2026", "valid_to": "01.01.2206"}, "valid_to", "kan ikke være etter"),
    ],
    ids=["year 1", "far ahead", "far end"],
)
def test_the_workforce_has_the_days_of_the_pages(
    kari: Client, model: type[Model], values: Callable[[], Values], days: Values, field: str, said: str
) -> None:
    """As the municipality's own coordinator is refused them."""
    answer = added(kari, model, values() | {"valid_to": ""} | days)
    errors = answer.context["adminform"].form.errors
    assert list(errors) == [field] and said in errors[field][0]


@pytest.mark.parametrize(("model", "values"), [FORMS[0], FORMS[2], FORMS[3]], ids=[IDS[0], IDS[2], IDS[3]])
def test_arsverk_below_nought_stand_beside_their_field(
    kari: Client, model: type[Model], values: Callable[[], Values]
) -> None:
    answer = added(kari, model, values() | period(BEFORE, FROM) | {"fte": "-1"})
    errors = answer.context["adminform"].form.errors
    assert list(errors) == ["fte"] and "mer enn 0" in errors["fte"][0]


def test_an_authorisation_that_ends_before_it_begins_is_refused_beside_it(kari: Client) -> None:
    typed = {"name": "Ny", "hpr_number": "7654321", "authorised_from": "01.12.2026"}
    answer = added(kari, Therapist, typed | {"authorised_to": "01.01.2026"})
    assert list(answer.context["adminform"].form.errors) == ["authorised_to"]


def test_a_leave_may_run_on_and_overlaps_are_told_beside_the_first_day(kari: Client) -> None:
    """An open end is not before anything: two leaves that both run on overlap."""
    away = LeaveFactory(valid_from=BEFORE, valid_to=None)
    answer = added(
        kari, Leave, {"employment": away.employment_id, "valid_from": "01.12.2026", "valid_to": ""}
    )
    assert list(answer.context["adminform"].form.errors) == ["valid_from"]
    assert "permisjon" in markup(answer)
    assert Leave.objects.count() == 1
