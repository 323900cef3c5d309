"""What the figures of files are called, what they are counted in, and with how many decimals."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.choices import CoverageState, Definition

Text = str | Promise


@dataclass(frozen=True)
class FigureWord:
    """A figure's label, its unit, and the most decimals that it has."""

    label: Text
    unit: Text
    decimals: int = 0


REFERRALS, DAYS, WEEKS = _("referrals"), _("days"), _("weeks")
SHARE, MUNICIPALITIES = _("share of 1"), _("municipalities")


def figure_word(name: str) -> FigureWord:
    """How a figure is called. Those of the period before, and per week, are called after those of the period."""
    if name in FIGURES:
        return FIGURES[name]
    for suffix, unit, decimals, pattern in DERIVED:
        if name.endswith(suffix):
            word = FIGURES[name.removesuffix(suffix)]
            return FigureWord(format_lazy(pattern, figure=word.label), unit, decimals)
    raise KeyError(name)


def _counts(labels: Mapping[str, Text]) -> dict[str, FigureWord]:
    return {name: FigureWord(label, REFERRALS) for name, label in labels.items()}


def _waits(labels: Mapping[str, Text]) -> dict[str, FigureWord]:
    """Gross days, with one decimal where a median lies between two."""
    return {name: FigureWord(label, DAYS, 1) for name, label in labels.items()}


def _shares(labels: Mapping[str, Text]) -> dict[str, FigureWord]:
    return {name: FigureWord(label, SHARE, 4) for name, label in labels.items()}


DERIVED = (
    ("_before", REFERRALS, 0, _("{figure}, in the period beside it")),
    ("_per_week", _("referrals a week"), 1, _("{figure}, per week")),
)

FIGURES: dict[str, FigureWord] = {
    **_counts(
        {
            "waiting": pgettext_lazy("figure", "Waiting at the end of the day"),
            "over_one_year": _("Have waited over a year (more than 365 days)"),
            "near_one_year": _("Have waited near a year"),
            "over_target": _("Over target of the municipality’s priority key"),
            "not_assessed": _("Not assessed yet"),
            "paused": _("Wait on hold"),
            "count": _("Started in the period"),
            "starts": _("Starts that the estimate is made from"),
            "referred": _("Referred in the period"),
            "started": _("First contact in the period"),
            "other_ends": _("Closed in the period without a start"),
            "finished": _("Closed in the period after a start"),
            "closed": _("Closed in the period"),
            "removals": _("No longer waiting in the period: started, or closed without a start"),
            "followed_90_days": _("Closed after a start, and followed for 90 days"),
            "rereferred": _("Referred again within 90 days"),
            "change": _("By how much it changed how many wait"),
        }
    ),
    **_waits(
        {
            "median_days": _("Median wait"),
            "p90_days": _("9 of 10 have waited shorter than (P90)"),
            "mean_days": _("Mean wait of those who started"),
            "oldest_days": _("Longest wait"),
            "started_median_days": _("Median wait of those who started"),
            "started_p90_days": _("9 of 10 who started had waited shorter than (P90)"),
            "started_mean_days": _("Mean wait of those who started"),
            "started_50_days": _("Half will have started after"),
            "started_80_days": _("8 of 10 will have started after"),
            "gone_50_days": _("Half will no longer wait after"),
            "gone_80_days": _("8 of 10 will no longer wait after"),
            "longest_observed_days": _("Longest wait observed"),
            "least_days": _("Shortest target of the priority"),
            "most_days": _("Longest target of the priority"),
        }
    ),
    **_shares(
        {
            "within_target_share": _("Share within target, of those assessed"),
            "over_target_share": _("Share over target, of all who wait"),
            "without_start_share": _("Share that ends without a start"),
            "rereferred_share": _("Share referred again within 90 days"),
        }
    ),
    "persons": FigureWord(_("Citizens who wait"), _("persons")),
    "load": FigureWord(_("Referred for each who no longer waits"), _("referrals"), 2),
    "clearance_weeks": FigureWord(_("Weeks until the list is empty at this pace"), WEEKS, 1),
    "per_10000": FigureWord(_("Waiting per 10 000 inhabitants"), _("referrals per 10 000 inhabitants"), 2),
    "population": FigureWord(_("Inhabitants on 1 January"), _("inhabitants")),
    "population_year": FigureWord(_("Year of the number of inhabitants"), _("year")),
    "municipalities": FigureWord(_("Municipalities, as a number"), MUNICIPALITIES),
    "fte": FigureWord(_("Full-time equivalents of occupational therapists"), _("full-time equivalents"), 2),
    "without": FigureWord(_("Without occupational therapist, by the definition"), MUNICIPALITIES),
    "unknown": FigureWord(_("Nothing known of occupational therapists"), MUNICIPALITIES),
    "vacant_post_only": FigureWord(_("Nobody but a vacant post"), MUNICIPALITIES),
    "under_limit": FigureWord(
        _("Covered, with fewer full-time equivalents per 10 000 than the limit"), MUNICIPALITIES
    ),
    "days_without": FigureWord(_("Days since the last occupational therapist left, by the definition"), DAYS),
    "days_in_state": FigureWord(_("Days since 2018 in the state"), DAYS),
    "gap_days": FigureWord(_("Days without occupational therapist, by the definition"), DAYS),
    "centrality": FigureWord(_("Centrality"), _("class, 1 (most central) to 6")),
    "target_days": FigureWord(_("Days to start within"), DAYS),
    "due_soon_days": FigureWord(_("Due soon, days before the target"), DAYS),
    "fte_per_10000": FigureWord(
        _("Full-time equivalents per 10 000 inhabitants"), _("full-time equivalents per 10 000"), 2
    ),
    **{
        f"covered_{definition.value}": FigureWord(
            format_lazy(_("Has an occupational therapist: {definition}"), definition=definition.label),
            _("1 is yes, 0 is no, empty is not known"),
        )
        for definition in Definition
    },
    **{
        f"without_{definition.value}": FigureWord(
            format_lazy(_("Without occupational therapist: {definition}"), definition=definition.label),
            MUNICIPALITIES,
        )
        for definition in Definition
    },
    **{
        f"state_{state.value}": FigureWord(
            format_lazy(_("Occupational therapist: {state}"), state=state.label), MUNICIPALITIES
        )
        for state in CoverageState
    },
}
