"""A dashboard as it is shown: who waits, who started, the estimate, and what came and went, in one file."""

from dataclasses import replace
from typing import Any

from referrals.exporters import flow as flow_export
from referrals.exporters import waiting as waiting_export
from referrals.exporters.lines import Line, sheet
from referrals.exporters.statistics import Statistics
from referrals.exporters.tabular import Sheet
from referrals.reports.flow import FlowReport
from referrals.reports.three_figures import ThreeFigures
from referrals.reports.waiting_times import WaitingReport

TABLES = (*waiting_export.TABLES, replace(flow_export.TABLE, made_by=2))


def as_dict(report: WaitingReport, three: ThreeFigures, flow: FlowReport) -> dict[str, Any]:
    """As `report waiting` writes it, and under `flow` as `report flow` does."""
    return waiting_export.as_dict(report, three) | {"flow": flow_export.as_dict(flow)}


def as_sheet(report: WaitingReport, three: ThreeFigures, flow: FlowReport) -> Sheet:
    """One figure a row: which part of the page, of what in it, its name, and its value or why there is none."""
    return sheet(_lines(report, three, flow), (report.recipe, three.recipe, flow.recipe))


def as_statistics(report: WaitingReport, three: ThreeFigures, flow: FlowReport) -> Statistics:
    """Each part of the page as a table of its own; who waits first."""
    return Statistics(TABLES, _lines(report, three, flow), (report.recipe, three.recipe, flow.recipe))


def _lines(report: WaitingReport, three: ThreeFigures, flow: FlowReport) -> list[Line]:
    return [*waiting_export.lines(report, three), *flow_export.lines(flow)]
