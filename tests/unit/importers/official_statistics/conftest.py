"""Registers with real numbers: places that kept theirs, got another, were merged, took others in, and were divided."""

from datetime import date
from typing import Any

import pytest

from referrals.importers.official_statistics import reading
from referrals.importers.official_statistics.reading import Preview
from tests.factories import TODAY, CountyFactory, MunicipalityChangeFactory, MunicipalityFactory

REFORM_2020, REFORM_2024 = date(2020, 1, 1), date(2024, 1, 1)
PLACES = {
    "0301": ("Oslo", "Oslo – Oslove"),
    "1103": ("Stavanger", "Stavanger"),
    "1508": ("Ålesund", "Ålesund"),
    "1580": ("Haram", "Haram"),
    "1806": ("Narvik", "Narvik"),
    "1875": ("Hamarøy", "Hábmer – Hamarøy"),
    "3103": ("Moss", "Moss"),
    "3105": ("Sarpsborg", "Sarpsborg"),
    "3114": ("Våler", "Våler"),
    "3419": ("Våler", "Våler"),
}
CHANGES = [
    ("0104", "3002", REFORM_2020),
    ("0136", "3002", REFORM_2020),
    ("3002", "3103", REFORM_2024),
    ("0105", "3003", REFORM_2020),
    ("3003", "3105", REFORM_2024),
    ("0137", "3018", REFORM_2020),
    ("3018", "3114", REFORM_2024),
    ("1141", "1103", REFORM_2020),
    ("1142", "1103", REFORM_2020),
    ("1504", "1507", REFORM_2020),
    ("1534", "1507", REFORM_2020),
    ("1507", "1508", REFORM_2024),
    ("1507", "1580", REFORM_2024),
    ("1805", "1806", REFORM_2020),
    ("1850", "1806", REFORM_2020),
    ("1850", "1875", REFORM_2020),
    ("1849", "1875", REFORM_2020),
]


@pytest.fixture
def registers(db: None) -> None:
    counties = {code: CountyFactory(code=code, name=name) for code, name in
                (("03", "Oslo"), ("11", "Rogaland"), ("15", "Møre og Romsdal"), ("18", "Nordland"), ("31", "Østfold"),
                 ("34", "Innlandet"))}  # fmt: skip
    for code, (name, full_name) in PLACES.items():
        first = REFORM_2024 if code == "1580" else date(2018, 1, 1)
        MunicipalityFactory(
            code=code, name=name, full_name=full_name, county=counties[code[:2]], valid_from=first
        )
    for old, new, day in CHANGES:
        MunicipalityChangeFactory(old_code=old, new_code=new, valid_from=day)


def preview(file_name: str, content: bytes, *, today: date = TODAY, **typed: Any) -> Preview:
    """As the page and the command read a file."""
    return reading.preview(file_name, content, today=today, **typed)
