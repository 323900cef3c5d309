"""What recipes asked for, in words: how the day is looked at, what was narrowed, and what each is of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from referrals.choices import Borders, Definition, GroupedBy, Knowledge, Source, TargetFact, WaitFact
from referrals.forms.boards import LONG_WAITS
from referrals.forms.moved import LINES
from referrals.models import Category, Municipality, Therapist, Unit
from referrals.reports import comparison, coverage, flow, frozen, three_figures, waiting_times
from referrals.reports.periods import Period
from referrals.reports.reached import OPENED, UNPLACED
from referrals.reports.recipe import Recipe
from referrals.reports.waiting_times import NO_PRIORITY

FACTS: dict[str, str | Promise] = dict([*WaitFact.choices, *TargetFact.choices])
# Beside each other on one page.
REPORTS: dict[str, str | Promise] = {
    waiting_times.NAME: gettext_lazy("those who wait"),
    flow.NAME: gettext_lazy("what came and what left"),
    three_figures.NAME: gettext_lazy("the three figures"),
    coverage.NAME: gettext_lazy("the coverage"),
    comparison.NAME: gettext_lazy("those who wait"),
}


@dataclass(frozen=True)
class Made:
    """A report that can be made again by its hash. `name`: what it is of, empty where it stands alone."""

    hash: str
    name: str


@dataclass(frozen=True)
class Told:
    """What stands at the foot of a page, of one or several recipes of the same day. `data_as_of`: the earliest."""

    on: date
    look: str
    filters: str
    definition_version: str
    data_as_of: datetime
    made: tuple[Made, ...]


def told(recipes: Sequence[Recipe]) -> Told:
    """One or several recipes of a page in words; names are looked up only of what was chosen."""
    first = recipes[0]
    filters = dict.fromkeys(words for recipe in recipes for words in _filters(recipe))
    return Told(
        first.on,
        _look(first),
        capfirst("; ".join(filters)),
        first.definition_version,
        min(recipe.data_as_of for recipe in recipes),
        tuple(Made(one.hash, str(REPORTS[one.report]) if len(recipes) > 1 else "") for one in recipes),
    )


def _look(recipe: Recipe) -> str:
    """In which of the two ways; the frozen month-ends stand beside what is known now."""
    if recipe.report == frozen.NAME:
        return _("as they were known then, and as we now know them")
    return _("as they were known then") if recipe.knowledge == Knowledge.THEN else _("as we now know them")


def _filters(recipe: Recipe) -> Iterator[str]:
    for name, value in recipe.filters:
        if words := WORDS[name](value):
            yield words


def _period(value: str) -> str:
    """01.01.2026–31.01.2026 of the half-open 2026-01-01/2026-02-01."""
    period = Period.read(value)
    return f"{period.start:%d.%m.%Y}–{period.last_day:%d.%m.%Y}"


def _first(value: str) -> date:
    """The first day of 2026-10."""
    return date.fromisoformat(f"{value}-01")


def _months(value: str) -> str:
    return ngettext("the last %(count)s whole month", "the last %(count)s whole months", int(value)) % {
        "count": value
    }


def _units(value: str) -> str:
    if not value:
        return _("cases of no unit")
    units = Unit.objects.filter(pk__in=value.split(",")).order_by("name", "pk")
    return _("cases of %(units)s") % {"units": ", ".join(unit.name for unit in units)}


def _others(value: str) -> str:
    """In the order in which they were chosen; nothing where nobody was."""
    if not value:
        return ""
    codes = value.split(",")
    names = dict(Municipality.objects.filter(code__in=codes).values_list("code", "name"))
    return _("compared with %(places)s") % {"places": ", ".join(names.get(code, code) for code in codes)}


def _category(value: str) -> str:
    """A category that is no longer there keeps its code."""
    category = Category.objects.filter(code=value).first()
    return _("category %(name)s") % {"name": category.name if category else value}


def _priority(value: str) -> str:
    return _("not assessed") if value == NO_PRIORITY else _("priority %(level)s") % {"level": value}


def _therapist(value: str) -> str:
    """A therapist who is no longer there keeps the number."""
    if value == NO_PRIORITY:
        return _("assigned to nobody")
    therapist = Therapist.objects.filter(pk=value).first()
    return _("assigned to %(name)s") % {"name": therapist.name if therapist else value}


# Of each filter that a recipe can have.
WORDS: dict[str, Callable[[str], str]] = {
    "period": lambda value: _("the period %(days)s") % {"days": _period(value)},
    "started": lambda value: _("started %(days)s") % {"days": _period(value)},
    "estimated_from": lambda value: _("estimated from %(days)s") % {"days": _period(value)},
    "months": _months,
    "month": lambda value: _("deviations of %(month)s") % {"month": date_format(_first(value), "F Y")},
    "beside": lambda value: _("beside a year before"),
    "year": lambda value: _("the year %(year)s") % {"year": value},
    "units": _units,
    UNPLACED: lambda value: _("and those in no unit"),
    OPENED: lambda value: _("and those that emergency access had opened"),
    "wait": lambda value: str(LONG_WAITS[value]).lower(),
    "category": _category,
    "priority": _priority,
    "with": _others,
    "definition": lambda value: _("covered by the definition “%(name)s”") % {"name": Definition(value).label},
    "borders": lambda value: str(Borders(value).label).lower(),
    "by": lambda value: _("put together by %(what)s") % {"what": str(GroupedBy(value).label).lower()},
    "line": lambda value: str(LINES[value]).lower(),
    "only": lambda value: ", ".join(str(FACTS[fact]).lower() for fact in value.split(",")),
    "source": lambda value: _("from %(source)s") % {"source": str(Source(value).label).lower()},
    "band": lambda value: _("waited %(days)s days") % {"days": value.replace("-", "–")},
    "therapist": _therapist,
}
