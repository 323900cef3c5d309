"""What a module that writes the reports of a page as files has."""

from typing import Any, Protocol

from referrals.exporters.statistics import Statistics
from referrals.exporters.tabular import Sheet


class Exporter(Protocol):
    """Takes the reports of a page in one order: as JSON, as rows, and as statistical tables."""

    def as_dict(self, *reports: Any) -> dict[str, Any]: ...

    def as_sheet(self, *reports: Any) -> Sheet: ...

    def as_statistics(self, *reports: Any) -> Statistics: ...
