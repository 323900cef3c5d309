"""Whose figures a report shows, and whether they may be shown as they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from referrals.models import County, Municipality
from referrals.permissions import Access, Permission


class Level(StrEnum):
    """How much of the country a report covers."""

    MUNICIPALITY = "municipality"
    COUNTY = "county"
    NATION = "nation"


@dataclass(frozen=True)
class Scope:
    """One municipality, one or more counties, or the nation.

    `exact`: true numbers, which only the municipality's own staff see. All others see them with small numbers
    hidden (`reports.suppression`). `ids` and `codes` are those of the municipality or of the counties, none for the
    nation; `county_ids` are the municipality's county, or the counties.
    """

    level: Level
    name: str = ""
    ids: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    county_ids: tuple[int, ...] = ()
    exact: bool = False

    @classmethod
    def municipality(cls, municipality: Municipality, access: Access) -> Self:
        """A municipality: with its true numbers for those who may see its dashboard, else as outsiders see it."""
        return cls(
            Level.MUNICIPALITY,
            municipality.full_name,
            (municipality.pk,),
            (municipality.code,),
            (municipality.county_id,),
            exact=access.can(Permission.SEE_DASHBOARD, municipality.pk),
        )

    @classmethod
    def counties(cls, counties: Iterable[County]) -> Self:
        """One or more counties together, in the order given."""
        chosen = tuple(counties)
        ids = tuple(county.pk for county in chosen)
        names = ", ".join(county.name for county in chosen)
        return cls(Level.COUNTY, names, ids, tuple(county.code for county in chosen), ids)

    @classmethod
    def nation(cls) -> Self:
        """The whole country."""
        return cls(Level.NATION)

    def as_dict(self) -> dict[str, object]:
        """The scope as files and the shell write it."""
        return {"level": self.level.value, "codes": list(self.codes), "suppressed": not self.exact}
