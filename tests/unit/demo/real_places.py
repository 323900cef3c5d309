"""The real municipalities as the demo knows them, read from the register files: no database."""

import csv
from pathlib import Path

from referrals.demo.places import Municipal
from referrals.importers.register_files import FOLDER


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def real_places() -> list[Municipal]:
    """All 357, by code; the primary key is the place in the list."""
    people = {row["municipality"]: int(row["persons"]) for row in _rows(FOLDER / "population.csv")}
    return [
        Municipal(
            pk=number,
            code=row["code"],
            name=row["name"],
            county=row["county"],
            centrality=int(row["centrality"]),
            population=people[row["code"]],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
        )
        for number, row in enumerate(_rows(FOLDER / "municipalities.csv"), start=1)
    ]
