"""Loading the registers into the database."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.importers import registers
from referrals.importers.register_files import FOLDER
from referrals.importers.registers import Result
from referrals.importers.rows import BrokenFiles
from referrals.models import (
    Category,
    County,
    Governor,
    LawReference,
    Municipality,
    MunicipalityChange,
    Occupation,
    Population,
    PriorityKey,
    PriorityTarget,
    PriorityTemplate,
)
from tests.factories import NOW, PriorityKeyFactory

pytestmark = pytest.mark.django_db

BODØ = "1804,Bodø,Bodø,18,67.28,14.40,1,1,3,2018-01-01\n"
NARVIK = "1806,Narvik,Narvik,18,68.43,17.42,2,1,4,2018-01-01\n"
FILES = {
    "governors.csv": "name\nNord\n",
    "counties.csv": "code,name,full_name,governor\n18,Nordland,Nordland – Nordlánnda,Nord\n",
    "municipalities.csv": (
        "code,name,full_name,county,latitude,longitude,tile_column,tile_row,centrality,valid_from\n"
        f"{BODØ}{NARVIK}"
        "1818,Herøy,Herøy,18,65.97,12.29,3,1,6,2018-01-01\n"
    ),
    "population.csv": "municipality,year,persons\n1804,2026,53000\n",
    "municipality_code_changes.csv": "old_code,new_code,valid_from\n1805,1806,2020-01-01\n",
    "occupations.csv": "code,title,kind\n3226101,ergoterapeut,therapist\n",
    "categories.csv": "code,name_nb,name_nn,name_en,position,is_vedtak,longest_start\nother,Annet,Anna,Other,10,yes,\n",
    "priority_templates.csv": (
        "code,name_nb,name_nn,name_en,position,days\nnext,Neste,Neste,Next,20,7/30\ntwo,To,To,Two,10,14/56\n"
    ),
    "law_references.csv": (
        "code,title_nb,title_nn,title_en,text_nb,text_nn,text_en,url,valid_from,checked_on,position\n"
        "reply,Lov § 1,Lov § 1,Act 1,Svar,Svar,Reply,https://lovdata.no/,2020-01-01,,10\n"
    ),
}


@pytest.fixture
def folder(tmp_path) -> Path:
    """A small country: three municipalities in one county."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    return tmp_path


def edit(folder: Path, file: str, *replacements: tuple[str, str]) -> None:
    """Change a file, to load it again."""
    content = (folder / file).read_text("utf-8")
    for old, new in replacements:
        assert old in content
        content = content.replace(old, new)
    (folder / file).write_text(content, "utf-8")


def load(folder: Path) -> dict[str, Result]:
    """Results by the register's name."""
    return {result.name: result for result in registers.load(folder)}


def test_everything_is_created_the_first_time():
    results = registers.load(FOLDER)
    assert [result.created for result in results] == [10, 15, 357, 357, 427, 15, 12, 2, 3, 357]
    models = (
        Governor,
        County,
        Municipality,
        Population,
        MunicipalityChange,
        Occupation,
        Category,
        PriorityTemplate,
        LawReference,
        PriorityKey,
    )
    assert [model.objects.count() for model in models] == [result.created for result in results]


def test_krav_36_the_second_time_nothing_is_written():
    """The same files once more change nothing."""
    registers.load(FOLDER)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        results = registers.load(FOLDER)
    writes = [
        query["sql"] for query in queries if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))
    ]
    assert writes == []
    assert [result.same for result in results] == [10, 15, 357, 357, 427, 15, 12, 2, 3, 357]
    assert not any(result.created or result.changed or result.kept or result.left for result in results)


def test_the_number_of_queries_does_not_grow_with_the_rows(folder):
    registers.load(folder)
    with CaptureQueriesContext(connection) as few:
        registers.load(folder)
    registers.load(FOLDER)
    with CaptureQueriesContext(connection) as many:
        registers.load(FOLDER)
    assert len(few) == len(many)


def test_the_database_orders_municipalities_in_norwegian():
    registers.load(FOLDER)
    in_order = (Path(__file__).parents[1] / "municipality_names_in_order.txt").read_text("utf-8").splitlines()
    assert list(Municipality.objects.values_list("name", flat=True)) == in_order


def test_names_and_places_are_as_in_the_file(folder):
    registers.load(folder)
    bodø = Municipality.objects.get(code="1804")
    assert (bodø.full_name, bodø.county.full_name, bodø.county.governor.name) == (
        "Bodø",
        "Nordland – Nordlánnda",
        "Nord",
    )
    assert bodø.populations.get(year=2026).persons == 53000
    assert bodø.valid_from == date(2018, 1, 1)


def test_a_changed_row_is_changed_and_keeps_its_id(folder):
    registers.load(folder)
    before = Municipality.objects.get(code="1818")
    edit(folder, "municipalities.csv", ("1818,Herøy,Herøy", "1818,Åherøy,Åherøy – Hïeroe"))
    result = load(folder)["kommuner"]
    after = Municipality.objects.get(pk=before.pk)
    assert (result.changed, result.same) == (1, 2)
    assert (after.name, after.full_name) == ("Åherøy", "Åherøy – Hïeroe")
    assert after.sort_key != before.sort_key


def test_two_tiles_can_change_places(folder):
    registers.load(folder)
    edit(folder, "municipalities.csv", ("14.40,1,1", "14.40,2,1"), ("17.42,2,1", "17.42,1,1"))
    assert load(folder)["kommuner"].changed == 2
    assert list(Municipality.objects.order_by("code").values_list("tile_column", "tile_row")) == [
        (2, 1),
        (1, 1),
        (3, 1),
    ]


def test_a_municipality_that_only_gets_another_number_keeps_its_id(folder):
    registers.load(folder)
    bodø = Municipality.objects.get(code="1804")
    edit(folder, "municipalities.csv", ("1804,", "1899,"))
    edit(folder, "population.csv", ("1804,", "1899,"))
    edit(folder, "municipality_code_changes.csv", ("2020-01-01\n", "2020-01-01\n1804,1899,2028-01-01\n"))
    results = load(folder)
    assert (results["kommuner"].created, results["kommuner"].changed, results["kommuner"].left) == (0, 1, 0)
    assert (results["folketall"].created, results["folketall"].same) == (0, 1)
    assert Municipality.objects.get(code="1899").pk == bodø.pk


def test_a_municipality_that_gets_two_new_numbers_in_turn_keeps_its_id(folder):
    registers.load(folder)
    bodø = Municipality.objects.get(code="1804")
    edit(folder, "municipalities.csv", ("1804,", "1899,"))
    edit(folder, "population.csv", ("1804,", "1899,"))
    changes = "2020-01-01\n1898,1899,2032-01-01\n1804,1898,2028-01-01\n"
    edit(folder, "municipality_code_changes.csv", ("2020-01-01\n", changes))
    registers.load(folder)
    assert Municipality.objects.get(code="1899").pk == bodø.pk


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param("1804,1899,2028-01-01\n1806,1899,2028-01-01\n", id="merged into a new one"),
        pytest.param("1804,1899,2028-01-01\n1804,1897,2028-01-01\n", id="split in two"),
    ],
)
def test_a_merger_or_a_split_makes_a_new_municipality_in_the_place_of_the_old(folder, changes):
    registers.load(folder)
    edit(folder, "municipalities.csv", ("1804,", "1899,"), (NARVIK, ""))
    edit(folder, "population.csv", ("1804,", "1899,"))
    edit(folder, "municipality_code_changes.csv", ("2020-01-01\n", f"2020-01-01\n{changes}"))
    load(folder)
    old, new = Municipality.objects.get(code="1804"), Municipality.objects.get(code="1899")
    assert (old.valid_to, new.valid_to) == (date(2028, 1, 1), None)
    assert (old.tile_column, old.tile_row) == (new.tile_column, new.tile_row)


def test_a_municipality_that_is_only_missing_from_the_file_stays_as_it_is(folder):
    registers.load(folder)
    edit(folder, "municipalities.csv", (NARVIK, ""))
    assert load(folder)["kommuner"] == Result("kommuner", same=2, left=1)
    assert Municipality.objects.get(code="1806").valid_to is None


def test_a_municipality_that_takes_another_in_keeps_its_own_id(folder):
    registers.load(folder)
    narvik = Municipality.objects.get(code="1806")
    edit(folder, "municipalities.csv", (BODØ, ""))
    edit(folder, "population.csv", ("1804,", "1806,"))
    edit(folder, "municipality_code_changes.csv", ("2020-01-01\n", "2020-01-01\n1804,1806,2028-01-01\n"))
    assert load(folder)["kommuner"] == Result("kommuner", changed=1, same=2)
    assert Municipality.objects.get(code="1806").pk == narvik.pk
    assert Municipality.objects.get(code="1804").valid_to == date(2028, 1, 1)


def test_what_people_edited_is_kept(folder):
    registers.load(folder)
    Occupation.objects.update(title="Ergoterapeut i kommunen")
    Category.objects.update(is_vedtak=False)
    results = load(folder)
    assert results["yrkeskoder"] == Result("yrkeskoder", kept=1)
    assert results["kategorier"] == Result("kategorier", kept=1)
    assert Occupation.objects.get().title == "Ergoterapeut i kommunen"
    assert not Category.objects.get().is_vedtak


def test_a_municipality_without_a_priority_key_gets_the_template_for_every_category(folder):
    registers.load(folder)
    key = PriorityKey.objects.get(municipality__code="1804")
    assert key.valid_from == date(2018, 1, 1)
    assert "14/56" in key.note
    assert list(key.targets.values_list("category__code", "level", "days")) == [
        ("other", 1, 14),
        ("other", 2, 56),
    ]


def test_all_municipalities_get_targets_for_all_categories():
    registers.load(FOLDER)
    assert PriorityTarget.objects.count() == 357 * 12 * 4


def test_work_and_mental_health_starts_within_a_month_whatever_its_priority():
    registers.load(FOLDER)
    targets = PriorityTarget.objects.filter(
        key__municipality__code="0301", category__code="work_mental_health"
    )
    assert list(targets.order_by("level").values_list("days", flat=True)) == [14, 30, 30, 30]


def test_a_municipality_with_a_priority_key_keeps_its_own(folder):
    registers.load(folder)
    bodø = Municipality.objects.get(code="1804")
    PriorityKey.objects.update(replaced_at=NOW)
    PriorityKeyFactory(municipality=bodø, valid_from=date(2025, 1, 1))
    result = load(folder)["prioriteringsnøkler"]
    assert (result.created, result.same) == (0, 3)
    assert bodø.priority_keys.valid().get().valid_from == date(2025, 1, 1)


def test_a_key_of_the_template_says_where_a_preliminary_reply_is_due(folder):
    """As the category says on that day; what becomes of the category later changes no key that is there."""
    registers.load(folder)
    Category.objects.update(is_vedtak=False)
    key = PriorityKey.objects.get(municipality__code="1804")
    assert list(key.reply_rules.values_list("category__code", "is_due")) == [("other", True)]
    assert key.registered_at == datetime(2017, 12, 31, 23, tzinfo=UTC)  # midnight in Norway


def test_without_a_template_nobody_gets_a_key(folder):
    edit(folder, "priority_templates.csv", ("next,Neste,Neste,Next,20,7/30\ntwo,To,To,Two,10,14/56\n", ""))
    assert load(folder)["prioriteringsnøkler"].created == 0
    assert not PriorityKey.objects.exists()


def test_a_reference_to_the_law_that_somebody_has_checked_is_kept(folder):
    registers.load(folder)
    LawReference.objects.update(checked_on=date(2026, 2, 1))
    registers.load(folder)
    assert LawReference.objects.get().checked_on == date(2026, 2, 1)


def test_krav_36_a_broken_file_writes_nothing(folder):
    """One wrong line, and nothing of any file is written."""
    edit(folder, "priority_templates.csv", ("14/56", "14/x"))
    with pytest.raises(BrokenFiles, match="priority_templates.csv, linje 3"):
        registers.load(folder)
    assert not Governor.objects.exists()
