"""Coverage again by its recipe: from the registers as they were known, whatever was changed in them since."""

import csv
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from referrals.choices import Engagement, OccupationKind
from referrals.models import (
    County,
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Governor,
    Hindsight,
    KeptRecipe,
    Municipality,
    Occupation,
    Population,
    StaffingFigure,
    Therapist,
    Vacancy,
    looking_back,
    register_as,
)
from referrals.models.known_registers import AS_KNOWN
from tests.factories import (
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    GovernorFactory,
    MunicipalityChangeFactory,
    MunicipalityFactory,
    PopulationFactory,
    StaffingFigureFactory,
    VacancyFactory,
)
from tests.unit.management.test_report import refusal, report

# The change log is stamped by the clock of the database, so these tests happen now.
TODAY = timezone.localdate()
pytestmark = pytest.mark.django_db


def figures(*arguments: str) -> dict[str, Any]:
    return json.loads(report("coverage", *arguments, "--format", "json"))


def again(found: dict[str, Any], kind: str = "coverage") -> dict[str, Any]:
    return json.loads(report(kind, "--recipe", found["recipe"]["hash"], "--format", "json"))


@pytest.fixture
def own(municipality: Municipality) -> Municipality:
    """Has one ergoterapeut of its own in a full post."""
    EmploymentFactory(municipality=municipality)
    PopulationFactory(municipality=municipality, year=TODAY.year)
    return municipality


@pytest.fixture
def served(own: Municipality) -> Municipality:
    """Served by the other, half a post."""
    place = MunicipalityFactory(county=own.county)
    CoverageAgreementFactory(provider=own, recipient=place, fte="0.50")
    return place


@pytest.fixture
def nobody(own: Municipality) -> Municipality:
    """Says that it has nobody."""
    place = MunicipalityFactory(county=own.county)
    CoverageStatementFactory(municipality=place)
    return place


@pytest.fixture
def counted(own: Municipality) -> Municipality:
    """Has nobody by the official figures, but a vacant post."""
    place = MunicipalityFactory(county=own.county)
    StaffingFigureFactory(municipality=place, counted_on=TODAY - timedelta(days=30), value=0)
    VacancyFactory(municipality=place, occupation=Occupation.objects.get())
    return place


def save(model: type, **values: object) -> None:
    row = model.objects.get()
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


CHANGES: dict[str, Callable[[], object]] = {
    "a post is changed": lambda: save(Employment, fte=Decimal("0.40")),
    "a post is removed": lambda: Employment.objects.all().delete(),
    "a post is bought": lambda: save(Employment, engagement=Engagement.PURCHASED),
    "a post ends": lambda: save(Employment, valid_to=date(2025, 1, 1)),
    "a post is added": lambda: EmploymentFactory(municipality=CoverageStatement.objects.get().municipality),
    "an authorisation ends": lambda: save(Therapist, authorised_to=date(2025, 1, 1)),
    "an authorisation is withdrawn": lambda: save(Therapist, authorised_from=None),
    "an occupation is another": lambda: save(Occupation, kind=OccupationKind.SUPPORT),
    "an agreement is changed": lambda: save(CoverageAgreement, fte=None),
    "an agreement is removed": lambda: CoverageAgreement.objects.all().delete(),
    "a statement is of another": lambda: save(CoverageStatement, source="Nettsidene"),
    "a statement is removed": lambda: CoverageStatement.objects.all().delete(),
    "a figure is corrected": lambda: save(StaffingFigure, value=Decimal("1.00")),
    "a figure is removed": lambda: StaffingFigure.objects.all().delete(),
    "a figure is newer": lambda: StaffingFigureFactory(
        municipality=StaffingFigure.objects.get().municipality, counted_on=TODAY, value=2
    ),
    "a vacant post is filled": lambda: save(Vacancy, valid_to=TODAY),
    "a vacant post is removed": lambda: Vacancy.objects.all().delete(),
    "a vacant post is added": lambda: VacancyFactory(
        municipality=CoverageStatement.objects.get().municipality, occupation=Occupation.objects.get()
    ),
    "a therapist was a student": lambda: save(Therapist, is_licence=True, is_student=True),
    "a population is corrected": lambda: save(Population, persons=5_000),
    "a population is removed": lambda: Population.objects.all().delete(),
    "a municipality is renamed": lambda: Municipality.objects.update(full_name="Nytt navn"),
    "a municipality is no more": lambda: Municipality.objects.filter(
        pk=CoverageStatement.objects.get().municipality_id
    ).update(valid_to=TODAY),
    "a municipality is added": lambda: MunicipalityFactory(),
}


@pytest.mark.usefixtures("served", "nobody", "counted")
@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_in_the_registers_the_same_figures_come_again(what: str) -> None:
    before = figures()
    assert set(before["states"].values()) >= {1, 2} and again(before) == before
    CHANGES[what]()
    assert again(before) == before
    assert figures() != before | {"recipe": figures()["recipe"]}, "nothing was changed, so nothing was shown"


@pytest.mark.usefixtures("served", "nobody", "counted")
def test_after_many_changes_of_the_same_rows_too() -> None:
    before = figures()
    for fte in ("0.40", "0.90", "0.10"):
        save(Employment, fte=Decimal(fte))
    between = figures()
    for change in (
        "a post is bought",
        "a post is removed",
        "a statement is removed",
        "a population is corrected",
    ):
        CHANGES[change]()
    assert again(before) == before
    assert again(between) == between
    assert before["rows"] != between["rows"] != figures()["rows"]


@pytest.mark.usefixtures("served", "nobody", "counted")
def test_each_register_looks_like_itself_where_nothing_was_changed() -> None:
    MunicipalityChangeFactory()
    with transaction.atomic(), looking_back(Hindsight(until=timezone.now()), TODAY):
        for model, known in AS_KNOWN.items():
            names = [field.attname for field in known._meta.concrete_fields]
            rows = register_as(model.objects, Hindsight(until=timezone.now()))
            assert rows.exists(), model
            told = set(rows.values_list(*names))
            assert told == set(model.objects.values_list(*names)), model


def test_before_everything_was_registered_there_is_nothing(own: Municipality) -> None:
    long_ago = Hindsight(until=timezone.now() - timedelta(days=365))
    with transaction.atomic(), looking_back(long_ago, TODAY):
        for model in (Employment, Municipality, Population, Therapist):
            assert not register_as(model.objects, long_ago).exists()


def test_no_name_and_no_hpr_number_is_among_what_is_read_back() -> None:
    therapist = {field.attname for field in AS_KNOWN[Therapist]._meta.concrete_fields}
    assert therapist == {"id", "authorised_from", "authorised_to", "is_licence", "is_student"}


def test_a_comparison_goes_by_the_population_of_then_too(own: Municipality) -> None:
    def compared(*arguments: str) -> dict[str, Any]:
        return json.loads(report("comparison", *arguments, "--format", "json"))

    before = compared("--municipality", own.code)
    assert before["places"][0]["now"]["population"] == 10_000
    PopulationFactory(municipality=own, year=TODAY.year - 1, persons=9_000)
    save_population(own, 12_000)
    assert compared("--recipe", before["recipe"]["hash"]) == before
    assert compared("--municipality", own.code)["places"][0]["now"]["population"] == 12_000


def test_with_the_lone_therapists_of_then(own: Municipality) -> None:
    for size in (1, 1, 1, 1, 2, 2, 2, 2, 2):
        EmploymentFactory.create_batch(size, municipality=MunicipalityFactory(), fte="0.50")
    before = figures()
    assert before["thin"]["lone_therapists"]["people"] == 5
    EmploymentFactory(municipality=own)
    assert again(before) == before
    assert figures()["thin"]["lone_therapists"]["people"] is None, "four are too few"


def save_population(place: Municipality, persons: int) -> None:
    place.populations.filter(year=TODAY.year).update(persons=persons)


class TestDefinitions:
    """One municipality has its own, one is served, one says that it has nobody, one has nobody by official figures."""

    @pytest.mark.parametrize(
        ("arguments", "definition", "without"),
        [
            ((), "authorised", 3),
            (("--definition", "employed"), "employed", 3),
            (("--definition", "authorised"), "authorised", 3),
            (("--definition", "attached"), "attached", 2),
        ],
    )
    @pytest.mark.usefixtures("served", "nobody", "counted")
    def test_each_is_named_and_counted(
        self, arguments: tuple[str, ...], definition: str, without: int
    ) -> None:
        found = figures(*arguments)
        assert (found["definition"], found["without"], found["without_own"]) == (definition, without, 3)
        assert len(found["without_codes"]) == without
        assert found["recipe"]["filters"] == {"definition": definition, "borders": "today"}

    def test_another_post_is_own_unless_the_post_is_asked_for(self, own: Municipality) -> None:
        save(Occupation, kind=OccupationKind.OTHER)
        found = {name: figures("--definition", name) for name in ("employed", "authorised", "attached")}
        assert [found[name]["without"] for name in found] == [1, 0, 0]
        assert found["employed"]["states"]["other_post"] == 1
        assert "other_post" not in found["authorised"]["states"]

    @pytest.mark.usefixtures("served", "nobody")
    @pytest.mark.parametrize("definition", ["employed", "authorised", "attached"])
    def test_a_vacant_post_only_is_named_and_never_covered(
        self, counted: Municipality, definition: str
    ) -> None:
        found = figures("--definition", definition, "--by", "county")
        assert (found["vacant_post_only"], found["vacant_post_only_codes"]) == (1, [counted.code])
        assert counted.code in found["without_codes"]
        assert found["groups"][0]["vacant_post_only"] == 1
        head, *lines = report("coverage", "--definition", definition, "--format", "csv").splitlines()
        place = head.split(";").index("vacant_post_only")
        assert sorted(line.split(";")[place] for line in lines) == ["no", "no", "no", "yes"]

    @pytest.mark.parametrize("kind", ["coverage", "coverage_series"])
    @pytest.mark.usefixtures("served", "nobody", "counted")
    def test_every_row_of_a_sheet_names_it(self, kind: str) -> None:
        written = report(kind, "--definition", "attached", "--by", "county", "--format", "csv")
        head, *lines = written.splitlines()
        assert head.endswith("definition;borders;origin;licence;recipe")
        told = json.loads(report(kind, "--definition", "attached", "--by", "county", "--format", "json"))
        rows = list(csv.reader(lines, delimiter=";"))
        (ended,) = {tuple(row[-5:]) for row in rows}
        assert ended[:2] == ("attached", "today"), ended
        assert ended[2:4] == (told["source"], told["licence"])
        assert KeptRecipe.objects.filter(hash=ended[4]).exists()

    @pytest.mark.usefixtures("served", "nobody", "counted")
    def test_municipalities_are_put_together(self, own: Municipality) -> None:
        found = figures("--by", "county", "--definition", "attached")
        (group,) = found["groups"]
        assert (group["code"], group["municipalities"], group["without"]) == (own.county.code, 4, 2)
        assert (found["by"], group["unknown"], group["fte"]) == ("county", 0, 1.0)
        assert "groups" not in figures()

    def test_they_go_with_no_other_report(self) -> None:
        for option in (("--definition", "attached"), ("--borders", "day"), ("--by", "county")):
            assert "--definition" in refusal("waiting", *option)


# What is changed in the registers, and by which question it shows.
GROUPED: dict[str, tuple[Callable[[], object], tuple[str, ...]]] = {
    "a centrality is another": (lambda: Municipality.objects.update(centrality=6), ("--by", "centrality")),
    "an office has another name": (lambda: save(Governor, name="Nytt navn"), ("--by", "governor")),
    "an office has other counties": (
        lambda: County.objects.update(governor=GovernorFactory(name="Annet embete")),
        ("--by", "governor"),
    ),
    "a county has another name": (lambda: County.objects.update(name="Nytt navn"), ("--by", "county")),
    "a population is corrected": (lambda: save(Population, persons=50_000), ("--by", "population")),
    "one was divided": (
        lambda: [
            MunicipalityChangeFactory(old_code="0999", new_code=place.code, valid_from=TODAY)
            for place in Municipality.objects.order_by("pk")[:2]
        ],
        ("--borders", "day", "--on", f"{TODAY - timedelta(days=400)}"),
    ),
    "a post is removed": (
        lambda: Employment.objects.all().delete(),
        ("--definition", "attached", "--by", "county"),
    ),
}


@pytest.mark.usefixtures("served", "nobody", "counted")
@pytest.mark.parametrize("kind", ["coverage", "coverage_series"])
@pytest.mark.parametrize("what", GROUPED)
def test_whatever_is_changed_the_same_groups_come_again(what: str, kind: str) -> None:
    change, asked = GROUPED[what]

    def found() -> dict[str, Any]:
        return json.loads(report(kind, *asked, "--format", "json"))

    before = found()
    assert again(before, kind) == before
    change()
    assert again(before, kind) == before
    after = found()
    assert after != before | {"recipe": after["recipe"]}, "nothing was changed, so nothing was shown"


def test_what_makes_no_sense_is_refused(own: Municipality) -> None:
    code = figures()["recipe"]["hash"]
    assert "hele landet" in refusal("coverage", "--recipe", code, "--as-staff", "leder")
    assert "--recipe" in refusal("coverage", "--recipe", code, "--on", "2025-01-01")
    assert "--recipe" in refusal("coverage", "--recipe", code, "--definition", "attached")
    assert code in refusal("coverage_series", "--recipe", code)
    assert "0" * 16 in refusal("coverage", "--recipe", "0" * 16)
    question = KeptRecipe.objects.get(hash=code).question | {"definition_version": "0"}
    KeptRecipe.objects.bulk_create([KeptRecipe(hash="a" * 16, question=question, data_as_of=timezone.now())])
    assert "versjon 0" in refusal("coverage", "--recipe", "a" * 16)
