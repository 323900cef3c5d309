"""From a number to the rows it counts: addresses of the waitlist, where it may be opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from referrals.choices import Knowledge
from referrals.forms.boards import day_values
from referrals.forms.moved import moved_values
from referrals.reports.periods import Period
from referrals.reports.suppression import Figure

Chosen = str | Sequence[str]

# Of each line of the flow the rows behind it: which kind of list the waitlist's filter shows, and which of their days.
ROWS = {
    "referred": ("all", ""),
    "started": ("all", "started"),
    "other_ends": ("left", "closed"),
    "finished": ("finished", "closed"),
}


@dataclass(frozen=True)
class Drilldown:
    """The waitlist behind a dashboard; without an address every link is empty.

    `of_day`: the list of the day that the figures are of, with a query, where that is not today. What happened in a
    period is in the list of today; as it was known then (`as_known`), in the list of what came and went. `on`: the day
    itself, where figures of other days stand beside it; without one, a period is known by the end of its last day.
    """

    waitlist: str = ""
    of_day: str = ""
    as_known: bool = False
    on: date | None = None

    def waiting(self, **chosen: Chosen) -> str:
        """Those who wait on the day, narrowed by the waitlist's own filter codes; a filter can have several."""
        if not self.of_day:
            return self._address(chosen)
        return "&".join([self.of_day, *filter(None, [_query(chosen)])])

    def waited(self, day: date, **chosen: Chosen) -> str:
        """Those who waited at the end of `day`, as we now know it; of the day of the figures, as they are.

        Other days as they were known at the end of that one are in no list.
        """
        if day == self.on:
            return self.waiting(**chosen)
        if self.as_known or not self.waitlist:
            return ""
        return f"{self.waitlist}dag/?{_query(day_values(day) | chosen)}"

    def happened(self, line: str, period: Period, **chosen: Chosen) -> str:
        """What a line of the flow counts in a period.

        The list of today has the priorities of today: by those of an earlier day what came and went is narrowed in the
        list that is made for it.
        """
        listed, dated = ROWS[line]
        if self.as_known or (self.of_day and "priority" in chosen):
            return self._moved(line, period, chosen)
        days = {"dated_from": f"{period.start:%d.%m.%Y}", "dated_to": f"{period.last_day:%d.%m.%Y}"}
        return self._address({"status": listed, "dated": dated} | days | chosen)

    def _moved(self, line: str, period: Period, chosen: Mapping[str, Chosen]) -> str:
        known = Knowledge.THEN if self.as_known else Knowledge.NOW
        asked = day_values(self.on or period.last_day, known) | moved_values(line, period)
        return self.waitlist and f"{self.waitlist}kom-og-gikk/?{_query(asked | chosen)}"

    def _address(self, chosen: Mapping[str, Chosen]) -> str:
        return self.waitlist and f"{self.waitlist}?{_query(chosen)}".rstrip("?")


@dataclass(frozen=True)
class Rows:
    """Leads to the rows that figures of one part count, of which `chosen` is how the list is narrowed to it.

    By default the part is all. A figure of nobody, and one that is hidden, leads nowhere.
    """

    drilldown: Drilldown
    chosen: Mapping[str, Chosen] = field(default_factory=dict)

    def waiting(self, figure: Figure, *facts: str) -> str:
        """Those of the part who wait, of whom each fact is true."""
        if not figure.value:
            return ""
        own = self.chosen.get("only", ())
        only = [*([own] if isinstance(own, str) else own), *facts]
        return self.drilldown.waiting(**dict(self.chosen) | {"only": only})

    def longest(self, days: Figure) -> str:
        """Those of the part who have waited exactly so many days: of the longest wait the one, or several alike."""
        if days.value is None:
            return ""
        return self.drilldown.waiting(**dict(self.chosen) | {"band": f"{days.value:.0f}-{days.value:.0f}"})

    def happened(self, figure: Figure, line: str, period: Period) -> str:
        """Those of the part that a line of the flow counts."""
        return self.drilldown.happened(line, period, **self.chosen) if figure.value else ""


def _query(chosen: Mapping[str, Chosen]) -> str:
    return urlencode({name: value for name, value in chosen.items() if value}, doseq=True)
