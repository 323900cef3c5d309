"""From a number to the rows it counts: addresses of the waitlist, where it may be opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from referrals.filters import LISTED
from referrals.reports.periods import Period

Chosen = str | Sequence[str]


@dataclass(frozen=True)
class Drilldown:
    """The waitlist behind a dashboard; without an address every link is empty.

    `of_day`: the list of the day that the figures are of, with a query, where that is not today. What happened in a
    period is in the list of today, unless the figures are `as_known` on that earlier day: then no list has those rows.
    """

    waitlist: str = ""
    of_day: str = ""
    as_known: bool = False

    def waiting(self, **chosen: Chosen) -> str:
        """Those who wait on the day, narrowed by the waitlist's own filter codes; a filter can have several."""
        if not self.of_day:
            return self._address(chosen)
        return "&".join([self.of_day, *filter(None, [_query(chosen)])])

    def happened(self, listed: str, dated: str, period: Period, **chosen: Chosen) -> str:
        """What was received, started or closed in a period; `listed` is the filter's code of the kind of list."""
        if self.as_known:
            return ""
        if listed not in LISTED:
            raise ValueError(f"the waitlist does not know {listed}")
        days = {"dated_from": f"{period.start:%d.%m.%Y}", "dated_to": f"{period.last_day:%d.%m.%Y}"}
        return self._address({"status": listed, "dated": dated} | days | chosen)

    def _address(self, chosen: Mapping[str, Chosen]) -> str:
        return self.waitlist and f"{self.waitlist}?{_query(chosen)}".rstrip("?")


def _query(chosen: Mapping[str, Chosen]) -> str:
    return urlencode({name: value for name, value in chosen.items() if value}, doseq=True)
