"""The board of 60 months: the list and its waits, how it aged, and what came and went."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from referrals.boards import sentences
from referrals.boards.figures import in_place
from referrals.boards.pictures import Picture, list_size, months, waits
from referrals.charts.flows import Flow, flows
from referrals.charts.scales import Count
from referrals.charts.stack import Pile, stack
from referrals.reports.ageing import AgeingPoint, AgeingReport
from referrals.reports.development import DevelopmentReport
from referrals.reports.flow_months import FlowMonth
from referrals.reports.suppression import Figure
from referrals.waiting import Band

# Older lists can be opened too, but a link for each layer of 60 columns would be in everybody's way.
MONTHS_WITH_LINKS = 12

# Leads to those who had waited so long at the end of a day; empty where they may not be opened.
Address = Callable[[date, Band], str]


def development(report: DevelopmentReport, address: Address) -> tuple[Picture, ...]:
    """The pictures of a report, none where there is nothing to draw; `address` leads to the rows of a band."""
    if report.is_empty:
        return ()
    trend, aged, moved = report.trend, report.ageing, report.flow.months
    return (
        _told_when_hidden(list_size(trend), [[point.waiting] for point in trend]),
        _told_when_hidden(waits(trend), [[point.median_days, point.p90_days] for point in trend]),
        _told_when_hidden(_ageing(aged, address), [point.bands for point in aged.points]),
        _told_when_hidden(_flow(moved), [_shown(month) for month in moved]),
    )


def _told_when_hidden(picture: Picture, by_month: Sequence[Sequence[Figure]]) -> Picture:
    """The same, saying in how many months something is hidden."""
    told = sentences.hidden_months(by_month)
    return replace(picture, sentence=" ".join(filter(None, [picture.sentence, told])))


def _ageing(report: AgeingReport, address: Address) -> Picture:
    points = report.points
    first_with_links = len(points) - MONTHS_WITH_LINKS
    piles = [
        Pile(month, list(_bands(point, report.bands, address if number >= first_with_links else None)))
        for number, (month, point) in enumerate(
            zip(months([point.on for point in points]), points, strict=True)
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


def _bands(point: AgeingPoint, bands: Sequence[Band], address: Address | None) -> Iterator[Count]:
    for band, figure in zip(bands, point.bands, strict=True):
        href = address(point.on, band) if address and figure.value else ""
        yield Count(_whole(figure), href, in_place(figure))


def _flow(moved: Sequence[FlowMonth]) -> Picture:
    named = months([month.month.start for month in moved])
    return Picture(
        kind="flows",
        id="flow",
        title=_("What came and what left"),
        sentence=sentences.flow_months(moved),
        chart=flows(
            [
                Flow(name, *(Count(_whole(figure), "", in_place(figure)) for figure in _shown(month)))
                for name, month in zip(named, moved, strict=True)
            ]
        ),
    )


def _shown(month: FlowMonth) -> tuple[Figure, Figure, Figure, Figure]:
    """In the order of the chart."""
    return month.referred, month.started, month.other_ends, month.waiting


def _whole(figure: Figure) -> int | None:
    return None if figure.value is None else int(figure.value)
