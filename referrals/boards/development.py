"""The board of 60 months: the list and its waits, how it aged, and what came and went."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from referrals.boards import flow as flow_board
from referrals.boards import sentences
from referrals.boards.figures import in_place
from referrals.boards.links import Drilldown
from referrals.boards.pictures import Picture, list_size, months, waits
from referrals.charts.flows import Flow, flows
from referrals.charts.scales import Count
from referrals.charts.stack import Pile, stack
from referrals.reports.ageing import AgeingPoint, AgeingReport
from referrals.reports.development import DevelopmentReport
from referrals.reports.flow_months import FlowMonth
from referrals.reports.suppression import Figure
from referrals.waiting import Band

# So many of the drawing lead somewhere, the last ones: a way from each mark of 60 columns would be in everybody's.
# From the tables every number leads to its rows.
COLUMNS_WITH_LINKS = 12


def development(report: DevelopmentReport, drilldown: Drilldown) -> tuple[Picture, ...]:
    """The pictures of a report, none where there is nothing to draw; their counts lead to their rows."""
    if report.is_empty:
        return ()
    trend, aged, moved = report.trend, report.ageing, report.flow.months
    return (
        _told_when_hidden(list_size(trend, drilldown), [[point.waiting] for point in trend]),
        _told_when_hidden(waits(trend), [[point.median_days, point.p90_days] for point in trend]),
        _told_when_hidden(_ageing(aged, drilldown), [point.bands for point in aged.points]),
        _told_when_hidden(_flow(moved, drilldown), [_shown(month) for month in moved]),
    )


def _told_when_hidden(picture: Picture, by_month: Sequence[Sequence[Figure]]) -> Picture:
    """The same, saying in how many months something is hidden."""
    told = sentences.hidden_months(by_month)
    return replace(picture, sentence=" ".join(filter(None, [picture.sentence, told])))


def _ageing(report: AgeingReport, drilldown: Drilldown) -> Picture:
    points = report.points
    piles = [
        Pile(month, list(_bands(point, report.bands, drilldown, old=old)), _total_address(point, drilldown))
        for month, point, old in zip(
            months([point.on for point in points]), points, _are_old(points), strict=True
        )
    ]
    return Picture(
        kind="stack",
        id="ageing",
        title=_("How old the waitlist was"),
        sentence=sentences.ageing(points),
        chart=stack(piles, [band.code.replace("-", "–") for band in report.bands]),
        heading=_("Month"),
        unit=_("days"),
    )


def _bands(point: AgeingPoint, bands: Sequence[Band], drilldown: Drilldown, *, old: bool) -> Iterator[Count]:
    for band, figure in zip(bands, point.bands, strict=True):
        yield _count(figure, drilldown.waited(point.on, band=band.code), old=old)


def _total_address(point: AgeingPoint, drilldown: Drilldown) -> str:
    return drilldown.waited(point.on) if point.waiting.value else ""


def _flow(moved: Sequence[FlowMonth], drilldown: Drilldown) -> Picture:
    named = months([month.month.last_day for month in moved])
    return Picture(
        kind="flows",
        id="flow",
        title=_("What came and what left"),
        sentence=sentences.flow_months(moved),
        chart=flows(
            [
                Flow(name, *_counts(month, drilldown, old=old))
                for name, month, old in zip(named, moved, _are_old(moved), strict=True)
            ]
        ),
    )


def _counts(month: FlowMonth, drilldown: Drilldown, *, old: bool) -> Iterator[Count]:
    """In the order of the chart, leading to what came and went in the month, and to the list at its end."""
    lines = ("referred", "started", "other_ends")
    addresses = [flow_board.address(drilldown, line, month.month) for line in lines]
    addresses.append(drilldown.waited(month.month.last_day))
    for figure, href in zip(_shown(month), addresses, strict=True):
        yield _count(figure, href, old=old)


def _are_old(months: Sequence[object]) -> list[bool]:
    """Of each month, oldest first, whether its marks lead nowhere and only the table does."""
    return [number < len(months) - COLUMNS_WITH_LINKS for number in range(len(months))]


def _count(figure: Figure, href: str, *, old: bool) -> Count:
    return Count(_whole(figure), href if figure.value else "", in_place(figure), only_in_table=old)


def _shown(month: FlowMonth) -> tuple[Figure, Figure, Figure, Figure]:
    """In the order of the chart."""
    return month.referred, month.started, month.other_ends, month.waiting


def _whole(figure: Figure) -> int | None:
    return None if figure.value is None else int(figure.value)
