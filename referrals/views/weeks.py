"""Periods of so many weeks that own staff choose between on a dashboard: 13 or 52, by links that need no script."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest

from referrals.boards.three_figures import Choice, period_choices
from referrals.reports.periods import WEEKS_A_QUARTER, WEEKS_A_YEAR

# What came and went: the first period where none or another is asked for.
FLOW_PERIOD, FLOW_CHOICES, FLOW_ANCHOR = "siste", (WEEKS_A_QUARTER, WEEKS_A_YEAR), "#recent-title"


def asked_weeks(request: HttpRequest, parameter: str, offered: Sequence[int]) -> int:
    """The weeks that the address asks for; the first offered where none or others are."""
    known = {str(weeks): weeks for weeks in offered}
    return known.get(request.GET.get(parameter, ""), offered[0])


def chosen_weeks(request: HttpRequest, offered: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """The weeks chosen instead of the first offered, by their name in the address."""
    asked = {name: asked_weeks(request, name, weeks) for name, weeks in offered.items()}
    return {name: weeks for name, weeks in asked.items() if weeks != offered[name][0]}


def addresses_of_weeks(
    request: HttpRequest, parameter: str, offered: Sequence[int], anchor: str
) -> dict[int, str]:
    """The same page with each of the periods, scrolled to where they are shown."""
    return {weeks: _address(request, parameter, weeks, anchor) for weeks in offered}


def _address(request: HttpRequest, parameter: str, weeks: int, anchor: str) -> str:
    query = request.GET.copy()
    query[parameter] = str(weeks)
    return f"?{query.urlencode()}{anchor}"


def flow_choices(request: HttpRequest, weeks: int) -> tuple[Choice, ...]:
    """The periods of what came and went."""
    return period_choices(addresses_of_weeks(request, FLOW_PERIOD, FLOW_CHOICES, FLOW_ANCHOR), weeks)
