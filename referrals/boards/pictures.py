"""A chart with its heading and its sentence, as boards show it, and the two over time that several boards have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from referrals.boards import sentences
from referrals.boards.figures import in_place
from referrals.boards.links import Drilldown
from referrals.charts.bars import BarChart
from referrals.charts.flows import FlowChart
from referrals.charts.heat import HeatMap
from referrals.charts.histogram import Histogram
from referrals.charts.lines import LineChart, Series, lines
from referrals.charts.months import Month
from referrals.charts.stack import StackChart
from referrals.reports.suppression import Figure
from referrals.reports.trend import TrendPoint


@dataclass(frozen=True)
class Picture:
    """A chart with its heading and its sentence. `kind` names the component that draws it.

    `heading` is what its rows are, `across` what the columns of a shaded table are, `unit` the word after its values;
    `more_headings` are those of further cells in the table.
    """

    kind: str
    id: str
    title: str
    sentence: str
    chart: Histogram | LineChart | BarChart | StackChart | FlowChart | HeatMap
    heading: str = ""
    unit: str = ""
    more_headings: tuple[str, ...] = ()
    across: str = ""

    @property
    def template(self) -> str:
        """The component that draws it."""
        return f"_components/charts/{self.kind}.html"


def list_size(trend: Sequence[TrendPoint], drilldown: Drilldown) -> Picture:
    """How many were on the list at each month-end, leading to them."""
    days = [point.on for point in trend]
    waiting = series(_("Waiting"), [point.waiting for point in trend], map(drilldown.waited, days))
    return Picture(
        kind="lines",
        id="list-size",
        title=_("The length of the waitlist"),
        sentence=sentences.list_size(trend),
        chart=lines(months(days), [waiting]),
        heading=_("Month"),
        unit=_("referrals"),
    )


def waits(trend: Sequence[TrendPoint]) -> Picture:
    """How long those on the list at each month-end had waited."""
    medians_and_p90 = [
        series(_("Median"), [point.median_days for point in trend]),
        series(_("P90"), [point.p90_days for point in trend]),
    ]
    return Picture(
        kind="lines",
        id="waits",
        title=_("How long those on the list had waited"),
        sentence=sentences.waits(trend),
        chart=lines(months([point.on for point in trend]), medians_and_p90),
        heading=_("Month"),
        unit=_("days"),
    )


def series(name: str, figures: Sequence[Figure], addresses: Iterable[str] = ()) -> Series:
    """A line of figures; where one cannot be shown, what stands in its place. `addresses` lead to what they count."""
    return Series(
        name,
        [figure.value for figure in figures],
        [in_place(figure) for figure in figures],
        [href if figure.value else "" for figure, href in zip(figures, addresses, strict=False)],
    )


def months(days: Sequence[date]) -> list[Month]:
    """The months of the days, as axes and tables name them."""
    named = {on.month: on for on in days}
    names = {month: date_format(on, "b") for month, on in named.items()}
    return [Month(on.year, on.month, names[on.month], f"{names[on.month]} {on:%y}") for on in days]
