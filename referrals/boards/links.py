"""From a number to the rows it counts: addresses of the waitlist, where it may be opened."""

from dataclasses import dataclass
from urllib.parse import urlencode

from referrals.filters import LISTED
from referrals.reports.periods import Period


@dataclass(frozen=True)
class Drilldown:
    """The waitlist behind a dashboard; without an address every link is empty.

    `shows_today`: the figures are of today, as the list is. The list of an earlier day is no longer there, but what
    happened in a period still is.
    """

    waitlist: str = ""
    shows_today: bool = True

    def waiting(self, **chosen: str) -> str:
        """Those who wait now, narrowed by the waitlist's own filter codes."""
        return self._address(chosen) if self.shows_today else ""

    def happened(self, listed: str, dated: str, period: Period) -> str:
        """What was received, started or closed in a period; `listed` is the filter's code of the kind of list."""
        if listed not in LISTED:
            raise ValueError(f"the waitlist does not know {listed}")
        days = {"dated_from": f"{period.start:%d.%m.%Y}", "dated_to": f"{period.last_day:%d.%m.%Y}"}
        return self._address({"status": listed, "dated": dated} | days)

    def _address(self, chosen: dict[str, str]) -> str:
        query = urlencode({name: value for name, value in chosen.items() if value})
        return self.waitlist and f"{self.waitlist}?{query}".rstrip("?")
