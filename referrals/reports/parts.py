"""How those who wait are divided: by category and priority together, by who referred them, and by therapist.

For own staff only, who see the true numbers of the cases that they reach; nobody else may know a therapist's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from referrals.choices import Source
from referrals.models import ALL_KNOWN, Category, Hindsight, Therapist, looking_back
from referrals.models.referral import ReferralQuerySet
from referrals.reports import own_rows
from referrals.reports.periods import WEEKS_A_QUARTER, Period, last_weeks
from referrals.reports.reached import EVERY_CASE, Reached
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope
from referrals.reports.splits import Counter, Split
from referrals.reports.suppression import Figure
from referrals.reports.tallies import IN_SCOPE, Key, Tallies
from referrals.reports.waiting_times import priority_code, priority_name

NAME = "distribution"
NOBODY = ""  # the code of the cases that no therapist has


@dataclass(frozen=True)
class Part:
    """Those who wait in one part, and of them those over target; days are gross days.

    `code` is the waitlist filter's value, and empty of all together.
    """

    code: str
    name: str
    waiting: Figure
    over_target: Figure
    median_days: Figure


@dataclass(frozen=True)
class Caseload:
    """A therapist's cases that wait for their start, those of them over target, and those started in the 13 weeks.

    `code` is the therapist's id; NOBODY, without a name: cases that no therapist has.
    """

    code: str
    name: str
    waiting: Figure
    over_target: Figure
    started: Figure


@dataclass(frozen=True)
class PartsReport:
    """The parts at the end of the day `on`. Each way of dividing adds up to `whole`.

    `cells` has a row for each of `categories` and in it a cell for each of `priorities`. `by_source` and
    `by_therapist` leave out those with nothing to tell. A case is the therapist's who has it, or had it last, by all
    that is known: by what is known now that is not always who had it on an earlier day.
    """

    on: date
    scope: Scope
    started_in: Period
    whole: Part
    categories: tuple[Part, ...]
    priorities: tuple[Part, ...]
    cells: tuple[tuple[Part, ...], ...]
    by_source: tuple[Part, ...]
    by_therapist: tuple[Caseload, ...]
    recipe: Recipe


def build(
    scope: Scope,
    on: date,
    rows: ReferralQuerySet,
    *,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    reached: Reached = EVERY_CASE,
) -> PartsReport:
    """The report of a municipality for its own staff. `rows` are those of `referrals_as(hindsight)` the user sees.

    `reached`: which of them are counted; fewer than all make it another question. Four queries.
    """
    if not scope.exact:
        raise ValueError("only own staff see how their cases are divided")
    rows = reached.among(rows.filter(municipality_id__in=scope.ids))
    started_in = last_weeks(on, WEEKS_A_QUARTER)
    tallies = own_rows.waiting_in_parts(on, rows, hindsight)
    categories = list(Category.objects.all())
    levels = Counter(tallies).values[Split.PRIORITY]
    return PartsReport(
        on=on,
        scope=scope,
        started_in=started_in,
        whole=_part(tallies),
        categories=tuple(_of_category(tallies, category) for category in categories),
        priorities=tuple(_of_level(tallies, level) for level in levels),
        cells=tuple(_cells(tallies, categories, levels)),
        by_source=tuple(_by_source(tallies)),
        by_therapist=tuple(_by_therapist(tallies, _started(started_in, rows, hindsight))),
        recipe=Recipe(NAME, on, scope, data_as_of, reached.filters, hindsight.knowledge),
    )


def _part(tallies: Tallies, *group: tuple[Key, object], code: str = "", name: str = "") -> Part:
    tally = tallies.of(IN_SCOPE, *group)
    return Part(code, name, Figure(tally.waiting), Figure(tally.over_target), Figure(tally.median_days))


def _of_category(tallies: Tallies, category: Category, *group: tuple[Key, object]) -> Part:
    return _part(tallies, (Key.CATEGORY, category.pk), *group, code=category.code, name=category.name)


def _of_level(tallies: Tallies, level: int | None) -> Part:
    return _part(tallies, (Key.PRIORITY, level), code=priority_code(level), name=priority_name(level))


def _cells(
    tallies: Tallies, categories: Sequence[Category], levels: Sequence[int | None]
) -> Iterator[tuple[Part, ...]]:
    for category in categories:
        yield tuple(_of_category(tallies, category, (Key.PRIORITY, level)) for level in levels)


def _by_source(tallies: Tallies) -> Iterator[Part]:
    """In the order in which they are chosen from."""
    found = tallies.values(Key.SOURCE)
    for source in Source:
        if source.value in found:
            yield _part(tallies, (Key.SOURCE, source.value), code=source.value, name=str(source.label))


def _started(period: Period, rows: ReferralQuerySet, hindsight: Hindsight) -> dict[int | None, int]:
    """How many of each therapist's cases started in the period; None: of nobody's."""
    started = rows.counted().filter(started_on__gte=period.start, started_on__lt=period.end)
    with looking_back(hindsight, period.last_day):
        counted = started.order_by().values_list("therapist_id").annotate(Count("pk"))
        return dict(counted)


def _by_therapist(tallies: Tallies, started: dict[int | None, int]) -> Iterator[Caseload]:
    """In the order of their names; what nobody has comes last, and always."""
    ids = [pk for pk in tallies.values(Key.THERAPIST) | set(started) if isinstance(pk, int)]
    for therapist in Therapist.objects.filter(pk__in=ids).order_by("sort_key", "pk"):
        yield _caseload(tallies, started, therapist.pk, str(therapist.pk), therapist.name)
    yield _caseload(tallies, started, None, NOBODY, "")


def _caseload(
    tallies: Tallies, started: dict[int | None, int], therapist: int | None, code: str, name: str
) -> Caseload:
    tally = tallies.of(IN_SCOPE, (Key.THERAPIST, therapist))
    return Caseload(
        code, name, Figure(tally.waiting), Figure(tally.over_target), Figure(started.get(therapist, 0))
    )
