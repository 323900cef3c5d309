"""Official figures and the own register side by side, with the difference in one sentence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.choices import WITH_VALUE, FigureStatus, StaffingMeasure
from referrals.norwegian import number
from referrals.reports.official import Official
from referrals.templatetags.ergo import day_month_year

REGISTER_DECIMALS = {StaffingMeasure.PERSONS: 0, StaffingMeasure.FTE: 2, StaffingMeasure.PER_10000: 2}

# What stands in place of a number says nothing that a number could be held against.
SIGNS: dict[FigureStatus, str | Promise] = {
    FigureStatus.NOT_APPLICABLE: gettext_lazy(
        "The statistics do not count this here, so there is nothing to compare."
    ),
    FigureStatus.MISSING: gettext_lazy(
        "The statistics lack this figure: that is not 0, and cannot be compared."
    ),
    FigureStatus.NOT_YET: gettext_lazy(
        "The statistics do not have this figure yet, so it cannot be compared."
    ),
    FigureStatus.SUPPRESSED: gettext_lazy(
        "The statistics keep this figure confidential: that is not 0, and cannot be compared."
    ),
}
# Why the two can differ, by what is counted.
WHY: dict[StaffingMeasure, str | Promise] = {
    StaffingMeasure.PERSONS: gettext_lazy(
        "the statistics count everybody with the education who is employed, and Ergo those with a valid authorisation "
        "who are registered here, bought ones too"
    ),
    StaffingMeasure.FTE: gettext_lazy(
        "the statistics count agreed full-time equivalents of those with authorisation or education, in private and "
        "non-profit work for the municipality too, and Ergo those with a valid authorisation whose posts are "
        "registered here"
    ),
    StaffingMeasure.PER_10000: gettext_lazy(
        "beside who is counted, the statistics divide by the inhabitants of their own year and round"
    ),
}


@dataclass(frozen=True)
class Beside:
    """One official figure as it is shown: what, both values written out, when, from where, and the sentence.

    `label` is another for each of a page: with the contents, where several tables have the same measure.
    """

    label: str
    contents: str
    official: str
    register: str
    counted_on: str
    source: str
    sentence: str


def beside(figures: Sequence[Official]) -> list[Beside]:
    """In the order given."""
    labels = _labels(figures)
    return [_beside(figure, label) for figure, label in zip(figures, labels, strict=True)]


def _labels(figures: Sequence[Official]) -> list[str]:
    """The measure, and as much more as it takes to tell the figures apart: contents, source, day."""
    found = [str(figure.measure.label) for figure in figures]
    for more in (_contents, _table, _day):
        again = {label for label, times in Counter(found).items() if times > 1}
        found = [
            ", ".join(filter(None, [label, more(figure)])) if label in again else label
            for label, figure in zip(found, figures, strict=True)
        ]
    return found


def _contents(figure: Official) -> str:
    return figure.contents


def _table(figure: Official) -> str:
    return figure.source


def _day(figure: Official) -> str:
    return day_month_year(figure.counted_on)


def _beside(figure: Official, label: str) -> Beside:
    return Beside(
        label=label,
        contents=figure.contents,
        official=_official(figure),
        register=_register(figure),
        counted_on=day_month_year(figure.counted_on),
        source=_source(figure),
        sentence=sentence(figure),
    )


def _official(figure: Official) -> str:
    if figure.status != FigureStatus.VALUE or figure.value is None:
        return str(figure.status.label)
    shown = number(figure.value, figure.decimals)
    return _("%(number)s (provisional)") % {"number": shown} if figure.is_provisional else shown


def _register(figure: Official) -> str:
    if figure.register is None:
        return _("own staff only") if figure.is_withheld else "–"
    return number(figure.register, REGISTER_DECIMALS[figure.measure])


def _source(figure: Official) -> str:
    updated = figure.updated_at and _("updated %(when)s") % {"when": day_month_year(figure.updated_at)}
    return ", ".join(filter(None, [figure.source, updated, figure.licence]))


def sentence(figure: Official) -> str:
    """How the two agree, or why they need not."""
    if figure.status not in WITH_VALUE or figure.value is None:
        return str(SIGNS[figure.status])
    if figure.is_withheld:
        return _("How many there are in Ergo is shown to those who work in the municipality.")
    if figure.register is None:
        return _("In Ergo nothing is registered by that day, so there is nothing to compare.")
    difference = figure.register - figure.value
    if abs(difference) * 2 * 10**figure.decimals <= 1:
        return _("Ergo has the same, as far as the statistics show decimals.")
    decimals = max(figure.decimals, REGISTER_DECIMALS[figure.measure])
    text = (
        _("Ergo has %(number)s more: %(why)s.") if difference > 0 else _("Ergo has %(number)s less: %(why)s.")
    )
    return text % {"number": number(abs(difference), decimals), "why": WHY[figure.measure]}
