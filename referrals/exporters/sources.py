"""Whose figures a file holds, and under which licence they may be used."""

from django.utils.translation import gettext as _

from referrals.reports import comparison, coverage, coverage_series
from referrals.reports.recipe import Recipe

# Reports in which something is divided by the number of inhabitants.
WITH_POPULATION = frozenset({comparison.NAME, coverage.NAME, coverage_series.NAME})
# Reports that say nothing of citizens, and may be passed on.
PUBLIC = frozenset({coverage.NAME, coverage_series.NAME})

# What each row of a sheet that may be passed on ends with, where there is no second sheet to say it on.
TERMS = ("origin", "licence", "recipe")


def terms_of(recipe: Recipe) -> dict[str, str]:
    """Whose figures they are, how they may be used, and by which hash they are made again."""
    return dict(zip(TERMS, (source_of(recipe), licence_of(recipe), recipe.hash), strict=True))


def source_of(recipe: Recipe) -> str:
    """Who made the figures."""
    if recipe.report in WITH_POPULATION:
        return _("Ergo; number of inhabitants: Statistics Norway, CC BY 4.0")
    return _("Ergo")


def licence_of(recipe: Recipe) -> str:
    """Of figures that are for everybody; empty for all others."""
    if recipe.report not in PUBLIC:
        return ""
    return _("May be passed on with the source named. Places and inhabitants: Statistics Norway, CC BY 4.0.")
