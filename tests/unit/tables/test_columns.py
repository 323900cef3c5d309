from types import SimpleNamespace

import pytest
from django.utils.translation import gettext_lazy, override

from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, read


@pytest.mark.parametrize(
    "record",
    [
        {"person": {"name": "Kari"}},
        SimpleNamespace(person=SimpleNamespace(name="Kari")),
        SimpleNamespace(person={"name": lambda: "Kari"}),
    ],
    ids=["dictionaries", "objects", "a method at the end"],
)
def test_a_path_is_followed_to_its_end(record):
    assert read(record, "person__name") == "Kari"


@pytest.mark.parametrize(
    "record", [{"person": None}, {}, SimpleNamespace(person=None)], ids=["none", "absent", "object"]
)
def test_a_path_that_breaks_off_gives_nothing(record):
    assert read(record, "person__name") is None


def test_a_name_that_no_object_has_is_a_mistake_in_the_table():
    with pytest.raises(AttributeError):
        read(SimpleNamespace(), "person")


def test_each_table_has_columns_of_its_own():
    """What a column keeps while a page is drawn, in the language of the page, is not there on the next one."""

    class Names(ErgoTable):
        name = Column("Name", missing=gettext_lazy("Not stated"))

        class Meta:
            fields = ("name",)

    said = []
    for language in ("nb", "en", "nb"):
        with override(language):
            table = Names([{"name": None}])
            said.append(table.rows_html)
            table.columns["name"].column.missing = "changed"
    assert said[0] == said[2] != said[1]
    assert "changed" not in said[2]
