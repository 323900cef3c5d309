"""How those who wait are divided: by category and priority together, by who referred them, and by therapist.

Beside each part stands what came and went of it. For own staff only, who see the true numbers of the cases that they
reach; nobody else may know a therapist's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from referrals.choices import Source
from referrals.models import ALL_KNOWN, Category, Hindsight, Therapist
from referrals.models.referral import ReferralQuerySet
from referrals.reports import own_rows
from referrals.reports.beginnings import Beginning
from referrals.reports.flow import clearance_of, load_of
from referrals.reports.periods import WEEKS_A_QUARTER, Period, last_weeks
from referrals.reports.reached import EVERY_CASE, Reached
from referrals.reports.recipe import Filters, Recipe
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Figure, share_within, total_of
from referrals.reports.tallies import IN_SCOPE, Groups, Key, Tallies
from referrals.reports.waiting_times import priority_code, priority_name, targets_of

NAME = "distribution"
NOBODY = ""  # the code of the cases that no therapist has

Pairs = tuple[tuple[Key, object], ...]


@dataclass(frozen=True)
class Moved:
    """What came and went of a part in the period: FlowReport's words.

    Of a therapist only `started` is told, for nobody has a case when it comes.
    """

    referred: Figure
    started: Figure
    other_ends: Figure
    load: Figure
    clearance_weeks: Figure

    @property
    def is_nothing(self) -> bool:
        """Whether nothing came and nothing went."""
        return not (self.referred.value or self.started.value or self.other_ends.value)


@dataclass(frozen=True)
class Part:
    """Those who wait in one part, and what came and went of it; days are gross days.

    `code` is the waitlist filter's value, and empty of all together; of a therapist the id, or NOBODY without a name.
    `within_target` is the share, 0 to 1, of those assessed; undefined without any, and where no priority key holds.
    """

    code: str
    name: str
    waiting: Figure
    over_target: Figure
    not_assessed: Figure
    over_a_year: Figure
    within_target: Figure
    median_days: Figure
    p90_days: Figure
    oldest_days: Figure
    moved: Moved


@dataclass(frozen=True)
class PartsReport:
    """The parts at the end of the day `on`, the last of `period`. Each way of dividing adds up to `whole`.

    `cells` has a row for each of `categories` and in it a cell for each of `priorities`, which are those that were set
    by the end of the day, also of what came and went. `by_source` and `by_therapist` leave out those with nothing to
    tell. A case is the therapist's who has it, or had it last, by all that is known: by what is known now that is not
    always who had it on an earlier day. Of a day before anything is known all figures are undefined; then `begins_on`
    is the first day that is known.
    """

    on: date
    scope: Scope
    period: Period
    whole: Part
    categories: tuple[Part, ...]
    priorities: tuple[Part, ...]
    cells: tuple[tuple[Part, ...], ...]
    by_source: tuple[Part, ...]
    by_therapist: tuple[Part, ...]
    recipe: Recipe
    begins_on: date | None = None

    @property
    def is_known(self) -> bool:
        """Whether there are figures of the day."""
        return self.whole.waiting.is_defined


def build(
    scope: Scope,
    period: Period,
    rows: ReferralQuerySet,
    *,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    reached: Reached = EVERY_CASE,
) -> PartsReport:
    """The report of a municipality for its own staff. `rows` are those of `referrals_as(hindsight)` the user sees.

    `reached`: which of them are counted; fewer than all make it another question. Five queries, and one more where
    nobody waited, to tell from when on anything is known.
    """
    if not scope.exact:
        raise ValueError("only own staff see how their cases are divided")
    on, rows = period.last_day, reached.among(rows.filter(municipality_id__in=scope.ids))
    begun = Beginning(scope, on, hindsight, at=data_as_of)
    waiting = own_rows.waiting_in_parts(on, rows, hindsight)
    is_known = begun.tells(on, Figure(waiting.of(IN_SCOPE).waiting))
    divided = _Divided(
        period,
        waiting,
        own_rows.flow_in_parts(period, rows, hindsight),
        has_targets=bool(targets_of(scope, on, hindsight)),
        is_known=is_known,
    )
    categories, levels = list(Category.objects.all()), divided.levels()
    return PartsReport(
        on=on,
        scope=scope,
        period=period,
        whole=divided.part(),
        categories=tuple(_of_category(divided, category) for category in categories),
        priorities=tuple(_of_level(divided, level) for level in levels),
        cells=tuple(_cells(divided, categories, levels)),
        by_source=tuple(_by_source(divided)),
        by_therapist=tuple(_by_therapist(divided)),
        recipe=Recipe(NAME, on, scope, data_as_of, (*_asked(period), *reached.filters), hindsight.knowledge),
        begins_on=None if is_known else begun.told,
    )


def _asked(period: Period) -> Filters:
    """The period for a recipe; nothing of the 13 weeks, which it is where none is asked for."""
    return () if period == last_weeks(period.last_day, WEEKS_A_QUARTER) else (("period", str(period)),)


class _Divided:
    """Who waits and what moved, by part; no figures where nothing is known of the day."""

    def __init__(
        self,
        period: Period,
        waiting: Tallies,
        moved: Groups[dict[str, int]],
        *,
        has_targets: bool,
        is_known: bool,
    ) -> None:
        self._period, self._waiting, self._moved = period, waiting, moved
        self._has_targets, self._is_known = has_targets, is_known

    def values(self, key: Key) -> set[object]:
        """What the key is of anything that waits or moved."""
        return self._waiting.values(key) | self._moved.values(key)

    def levels(self) -> list[int | None]:
        """The priorities, and last that none was set, where anybody is without."""
        found = [level for level in self.values(Key.PRIORITY) if level is None or isinstance(level, int)]
        return sorted(found, key=lambda level: (level is None, level or 0))

    def part(self, *group: tuple[Key, object], code: str = "", name: str = "") -> Part:
        """One part, or all together."""
        if not self._is_known:
            return Part(code, name, *(Figure(),) * 8, Moved(*(Figure(),) * 5))
        tally = self._waiting.of(IN_SCOPE, *group)
        waiting, over = Figure(tally.waiting), Figure(tally.over_target)
        not_assessed = Figure(tally.not_assessed)
        return Part(
            code,
            name,
            waiting,
            over,
            not_assessed,
            Figure(tally.over_a_year),
            share_within(waiting, over, not_assessed) if self._has_targets else Figure(),
            Figure(tally.median_days),
            Figure(tally.p90_days),
            Figure(tally.oldest_days),
            self._moved_of(group, waiting),
        )

    def _moved_of(self, group: Pairs, waiting: Figure) -> Moved:
        counts = {kind: Figure(count) for kind, count in self._moved.of(*group).items()}
        referred, started, other_ends = counts["referred"], counts["started"], counts["other_ends"]
        if any(key is Key.THERAPIST for key, _value in group):
            return Moved(Figure(), started, Figure(), Figure(), Figure())
        removals = total_of([started, other_ends])
        load, clearance = load_of(referred, removals), clearance_of(waiting, removals, self._period)
        return Moved(referred, started, other_ends, load, clearance)


def _of_category(divided: _Divided, category: Category, *group: tuple[Key, object]) -> Part:
    return divided.part((Key.CATEGORY, category.pk), *group, code=category.code, name=category.name)


def _of_level(divided: _Divided, level: int | None) -> Part:
    return divided.part((Key.PRIORITY, level), code=priority_code(level), name=priority_name(level))


def _cells(
    divided: _Divided, categories: Sequence[Category], levels: Sequence[int | None]
) -> Iterator[tuple[Part, ...]]:
    for category in categories:
        yield tuple(_of_category(divided, category, (Key.PRIORITY, level)) for level in levels)


def _by_source(divided: _Divided) -> Iterator[Part]:
    """In the order in which they are chosen from."""
    found = divided.values(Key.SOURCE)
    for source in Source:
        if source.value in found:
            yield divided.part((Key.SOURCE, source.value), code=source.value, name=str(source.label))


def _by_therapist(divided: _Divided) -> Iterator[Part]:
    """In the order of their names, those with somebody who waits or a start; what nobody has comes last, and always."""
    ids = [pk for pk in divided.values(Key.THERAPIST) if isinstance(pk, int)]
    for therapist in Therapist.objects.filter(pk__in=ids).order_by("sort_key", "pk"):
        part = divided.part((Key.THERAPIST, therapist.pk), code=str(therapist.pk), name=therapist.name)
        if part.waiting.value or not part.moved.is_nothing:
            yield part
    yield divided.part((Key.THERAPIST, None), code=NOBODY)
