"""The recipe that goes with every figure: what was asked, by which definitions, of which data."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from referrals.choices import Knowledge
from referrals.reports.scopes import Scope
from referrals.waiting import DEFINITION_VERSION

HASH_CHARACTERS = 16
Filters = tuple[tuple[str, str], ...]


def of_units(units: Collection[int] | None) -> Filters:
    """The filter of somebody who is limited to some units, by id; nothing where all are read (None)."""
    return () if units is None else (("units", ",".join(map(str, sorted(units)))),)


@dataclass(frozen=True)
class Recipe:
    """How to make a report again: the same recipe over the same data gives the same figures.

    `data_as_of` is the aware instant at which the rows were read: whoever makes the report again leaves out what was
    registered from then on.
    """

    report: str
    on: date
    scope: Scope
    data_as_of: datetime
    filters: Filters = ()
    knowledge: Knowledge = Knowledge.NOW
    definition_version: str = DEFINITION_VERSION

    @property
    def hash(self) -> str:
        """The same for the same question to the same data, wherever it is asked."""
        asked = self.question() | {"data_as_of": self.data_as_of.astimezone(UTC).isoformat()}
        canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:HASH_CHARACTERS]

    def as_dict(self) -> dict[str, object]:
        """The recipe as files and the shell write it."""
        return self.question() | {
            "data_as_of": self.data_as_of.isoformat(timespec="seconds"),
            "hash": self.hash,
        }

    def as_kept(self) -> dict[str, Any]:
        """The arguments with which it is kept (`actions.recipes.keep`)."""
        return {"hash": self.hash, "question": self.question(), "data_as_of": self.data_as_of}

    def question(self) -> dict[str, object]:
        """What was asked, in codes and dates."""
        return {
            "report": self.report,
            "on": self.on.isoformat(),
            "mode": self.knowledge.value,
            "scope": self.scope.as_dict(),
            "filters": dict(self.filters),
            "definition_version": self.definition_version,
        }
