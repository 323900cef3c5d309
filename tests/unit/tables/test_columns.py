from types import SimpleNamespace

import pytest

from referrals.tables.columns import read


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
