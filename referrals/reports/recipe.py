"""The recipe that goes with every figure: what was asked, by which definitions, of which data."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from referrals.choices import Knowledge
from referrals.reports.scopes import Scope
from referrals.waiting import DEFINITION_VERSION

HASH_CHARACTERS = 16


@dataclass(frozen=True)
class Recipe:
    """How to make a report again: the same recipe over the same data gives the same figures.

    `data_as_of` is the aware instant at which the rows were read. It stands outside the hash, which is the name of
    the question and not of the answer.
    """

    report: str
    on: date
    scope: Scope
    data_as_of: datetime
    filters: tuple[tuple[str, str], ...] = ()
    known: Knowledge = Knowledge.NOW
    definition_version: str = DEFINITION_VERSION

    @property
    def hash(self) -> str:
        """The same for the same question, whenever and wherever it is asked."""
        canonical = json.dumps(self._question(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:HASH_CHARACTERS]

    def as_dict(self) -> dict[str, object]:
        """The recipe as files and the shell write it."""
        return self._question() | {
            "data_as_of": self.data_as_of.isoformat(timespec="seconds"),
            "hash": self.hash,
        }

    def _question(self) -> dict[str, object]:
        return {
            "report": self.report,
            "on": self.on.isoformat(),
            "mode": self.known.value,
            "scope": self.scope.as_dict(),
            "filters": dict(self.filters),
            "definition_version": self.definition_version,
        }
