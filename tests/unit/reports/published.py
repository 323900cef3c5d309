"""All that outsiders are told of some month-ends, and of what came and went until then: one attacker holds it all.

The pages of the nation, the counties and the municipalities show these cells and no others (`test_all_pages`,
`test_months`); sums that are withheld as soon as a part of them is hidden tell nothing more. Also the file that lies
open to everybody.
"""

from collections import Counter as Numbers
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from referrals.choices import Knowledge
from referrals.models import Hindsight
from referrals.reports import flow_months
from referrals.reports.counts import KnownMonths, Slots
from referrals.reports.crossed import cross, parts_of
from referrals.reports.flow import STOCKS, decide, in_order, limits_of, with_the_one_before
from referrals.reports.kept_or_counted import FoundFlow, ReadMonths, flows
from referrals.reports.limits import Limits
from referrals.reports.open_waits import municipalities, open_figures
from referrals.reports.periods import WEEKS_A_YEAR, Period, last_weeks, until_day
from referrals.reports.regions import Country, OutsideLook, Places
from referrals.reports.scopes import Level, Scope
from referrals.reports.splits import Counter, Split
from referrals.reports.suppression import LEAST_SHOWN, Cell, Figure, Hidden
from referrals.reports.tallies import FLOWS, IN_SCOPE, Key, Tallies, Tally
from tests.factories import NOW
from tests.unit.reports import plain
from tests.unit.reports.linked import Linked
from tests.unit.reports.worlds import SOURCES, Case

THEN = Hindsight(Knowledge.THEN)  # of which everything is handed over, and nothing read
NATION = "nation"
WAITING = "waiting"
CATEGORIES = (0, 1, 2)
# What no page shows of a division by itself: the rest.
REST = "rest"
SPLITS = (Split.TARGET, Split.PAUSE, Split.BAND, Split.CATEGORY, Split.PRIORITY, Split.SOURCE)
COUNTIES_ONLY = {Split.SOURCE}
Place = int | str
Name = tuple[object, ...]


@dataclass
class Published:
    """The months' files of `days`, the last of which is today: `linked` knows them, `cells` what each count is told as.

    `counties`: the municipalities of each, by number. `truth`: every count, by name and place. `parts`: into what each
    division divides those who wait on a day.
    """

    cases: Sequence[Case]
    counties: dict[int, list[int]]
    days: Sequence[date]
    linked: Linked = field(default_factory=Linked)
    truth: dict[Name, int] = field(default_factory=dict)
    cells: dict[Name, Cell] = field(default_factory=dict)
    parts: dict[date, dict[Split, list[object]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for day in self.days:
            self._tell_of_stocks(day)
            self._tell_of_flows(day)
        self._link_periods()

    @cached_property
    def _places(self) -> Places:
        return Places(self.counties, {county: [] for county in self.counties}, Limits())

    def _scopes(self) -> Iterator[tuple[Scope, Place]]:
        yield Scope.nation(), NATION
        for county, places in self.counties.items():
            yield Scope(Level.COUNTY, ids=(county,), county_ids=(county,)), f"county {county}"
            for place in places:
                yield Scope(Level.MUNICIPALITY, ids=(place,), county_ids=(county,)), place

    def _wholes(self, place: int) -> list[Place]:
        """The place and what it lies in."""
        return [
            place,
            next(f"county {one}" for one, places in self.counties.items() if place in places),
            NATION,
        ]

    def _counted(self, name: Name, numbers: dict[int, int]) -> None:
        """A count of each municipality, which add up to that of the county and of the nation."""
        if (*name, NATION) in self.truth:
            return
        for place, number in numbers.items():
            for whole in self._wholes(place):
                self.truth[*name, whole] = self.truth.get((*name, whole), 0) + number
        for county, places in self.counties.items():
            self.linked.adds_up((*name, f"county {county}"), ((*name, place) for place in places))
        self.linked.adds_up((*name, NATION), ((*name, f"county {county}") for county in self.counties))

    def _add_up(self, whole: Name, parts: Sequence[Name]) -> None:
        for _scope, place in self._scopes():
            self.linked.adds_up((*whole, place), ((*part, place) for part in parts))

    def _tell(self, name: Name, cell: Cell) -> None:
        assert cell.count == self.truth[name], name
        assert self.cells.setdefault(name, cell) == cell or cell.hidden, (name, "is shown in two ways")
        if cell.hidden is not Hidden.WITHHELD:
            self.linked.told(name, cell.least, cell.most)

    # Who waits

    def _tell_of_stocks(self, day: date) -> None:
        parts = self._count_stocks(day)
        country = Country(Counter(self._tallies(day, parts), CATEGORIES), self._places, day)
        for scope, place in self._scopes():
            look = country.look_at(scope)
            self._tell((WAITING, day, place), look.waiting())
            for split, values in parts.items():
                if (
                    place in (NATION, *(f"county {one}" for one in self.counties))
                    or split not in COUNTIES_ONLY
                ):
                    for value, cell in zip(values, look.cells(split), strict=True):
                        if value != REST:
                            self._tell((split, value, day, place), cell)
            self._tell((Split.YEAR, day, place), look.cells(Split.YEAR)[0])
            self._tell((Split.NEAR, "near", day, place), look.cells(Split.NEAR)[1])
        self._tell_of_heat(day, country.look_at(Scope.nation()), parts)
        self._tell_of_open_data(day, parts)

    def _count_stocks(self, day: date) -> dict[Split, list[object]]:
        """Counts everybody who waits, in every division, and links the divisions; returns their parts."""
        self._count_waiting(day)
        waiting = [
            (case, kinds_of(case, number, day))
            for number, case in enumerate(self.cases)
            if plain.waits(case, day)
        ]
        levels = sorted(
            {kinds[Split.PRIORITY] for _case, kinds in waiting}, key=lambda one: (one is None, one)
        )
        parts: dict[Split, list[object]] = {
            Split.TARGET: ["over", "not assessed", REST],
            Split.PAUSE: ["paused", REST],
            Split.BAND: list(plain.BANDS),
            Split.CATEGORY: list(CATEGORIES),
            Split.PRIORITY: levels,
            Split.SOURCE: Counter(Tallies({})).values[Split.SOURCE],
        }
        for split, values in parts.items():
            for value in values:
                self._counted(
                    (split, value, day),
                    self._by_place(case for case, kinds in waiting if kinds[split] == value),
                )
            self._add_up((WAITING, day), [(split, value, day) for value in values])
        longest = (Split.BAND, "366+", day)
        self._counted(
            (Split.YEAR, day), self._by_place(case for case, kinds in waiting if kinds[Split.BAND] == "366+")
        )
        self._add_up((Split.YEAR, day), [longest])
        before = [(case, kinds[Split.NEAR]) for case, kinds in waiting if kinds[Split.BAND] == "183-365"]
        for value in ("near", "earlier"):
            self._counted(
                (Split.NEAR, value, day), self._by_place(case for case, near in before if near == value)
            )
        self._add_up(
            (Split.BAND, "183-365", day), [(Split.NEAR, value, day) for value in ("near", "earlier")]
        )
        self._count_both(day, waiting, levels)
        return parts

    def _count_waiting(self, day: date) -> None:
        self._counted((WAITING, day), self._by_place(case for case in self.cases if plain.waits(case, day)))

    def _count_both(self, day: date, waiting: list, levels: list) -> None:
        """Category and priority together, of which each is the sum."""
        for one in CATEGORIES:
            for level in levels:
                both = (
                    case
                    for case, kinds in waiting
                    if (kinds[Split.CATEGORY], kinds[Split.PRIORITY]) == (one, level)
                )
                self._counted(("both", one, level, day), self._by_place(both))
        for one in CATEGORIES:
            self._add_up((Split.CATEGORY, one, day), [("both", one, level, day) for level in levels])
        for level in levels:
            self._add_up((Split.PRIORITY, level, day), [("both", one, level, day) for one in CATEGORIES])

    def _by_place(self, cases: Iterator[Case]) -> dict[int, int]:
        numbers = Numbers(case.municipality for case in cases)
        return {place: numbers[place] for places in self.counties.values() for place in places}

    def _tallies(self, day: date, parts: dict[Split, list[object]]) -> Tallies:
        """As the counting functions would tally them."""
        keys = {
            Split.BAND: Key.BAND,
            Split.CATEGORY: Key.CATEGORY,
            Split.PRIORITY: Key.PRIORITY,
            Split.SOURCE: Key.SOURCE,
        }
        groups = {}
        for _scope, place in self._scopes():
            if place == NATION:
                pair: tuple[Key, object] = IN_SCOPE
            else:
                pair = (Key.PLACE, place) if isinstance(place, int) else (Key.COUNTY, int(place.split()[1]))
            near = self.truth[Split.NEAR, "near", day, place]
            groups[frozenset({pair})] = Tally(
                self.truth[WAITING, day, place],
                self.truth[Split.TARGET, "over", day, place],
                self.truth[Split.TARGET, "not assessed", day, place],
                self.truth[Split.YEAR, day, place],
                self.truth[Split.PAUSE, "paused", day, place],
            )
            for split, key in keys.items():
                for value in parts[split]:
                    number = self.truth[split, value, day, place]
                    groups[frozenset({pair, (key, value)})] = Tally(
                        number, near_a_year=near if value == "183-365" else 0
                    )
        return Tallies(groups)

    def _tell_of_heat(self, day: date, look: OutsideLook, parts: dict[Split, list[object]]) -> None:
        """The nation's table of category and priority, where there is one."""
        values = [parts[split] for split in (Split.CATEGORY, Split.PRIORITY)]
        rows, columns = (
            parts_of(of, look.cells(split))
            for of, split in zip(values, (Split.CATEGORY, Split.PRIORITY), strict=True)
        )
        places = [
            {
                (one, level): self.truth["both", one, level, day, place]
                for one in values[0]
                for level in values[1]
            }
            for places in self.counties.values()
            for place in places
        ]
        table = None if look.waiting().hidden else cross(places, rows, columns, least_shown=LEAST_SHOWN)
        for row, numbers in zip(table.rows, table.counts, strict=True) if table else ():
            for column, number in zip(table.columns, numbers, strict=True):
                name = ("heat", row, column, day, NATION)
                cells = [("both", one, level, day, NATION) for one in row for level in column]
                self.truth[name] = sum(self.truth[cell] for cell in cells)
                self.linked.adds_up(name, iter(cells))
                self._tell(name, Cell.shown(number))

    def open_data(self, day: date) -> dict[Name, Figure]:
        """What the file that lies open to everybody says of the month-end, by the name of what it counts."""
        tallies = self._tallies(day, self.parts[day])
        shown = open_figures(tallies, municipalities(tallies), self._places, day)
        return {
            (WAITING, day, NATION): shown.waiting,
            (Split.TARGET, "over", day, NATION): shown.over_target,
            (Split.TARGET, "not assessed", day, NATION): shown.not_assessed,
            (Split.YEAR, day, NATION): shown.over_a_year,
        }

    def _tell_of_open_data(self, day: date, parts: dict[Split, list[object]]) -> None:
        """It shows nothing that readers are not shown, and what it hides it hides without a word."""
        self.parts[day] = parts
        for name, figure in self.open_data(day).items():
            if figure.value is not None:
                assert figure.value == self.truth[name] and not self.cells[name].hidden, name
                self.linked.told(name, int(figure.value), figure.value)

    # What came and went

    def _tell_of_flows(self, day: date) -> None:
        boards = with_the_one_before(last_weeks(day, WEEKS_A_YEAR))
        months = until_day(flow_months.told_since(day).replace(day=1), day).months()
        read = self._read(
            {edge for one in (*months, *boards) for edge in (one.before().start, one.start, one.end)}
        )
        for period in (*months, *boards, *(board.before() for board in boards)):
            self._count_flow(period)
        for scope, place in self._scopes():
            cells, _as_of = flow_months.outside_cells(
                scope, day, months, self._places, at=NOW, hindsight=THEN, read=read
            )
            for month, shown in zip(months, cells, strict=True):
                self._tell((WAITING, month.last_day, place), shown[WAITING])
                for kind in FLOWS:
                    self._tell((kind, month, place), shown[kind])
        for period, found in zip(
            boards, flows(boards, Scope.nation(), at=NOW, hindsight=THEN, read=read), strict=True
        ):
            for place, shown in self._boards(period, found):
                for kind in FLOWS:
                    self._tell((kind, period, place), shown[kind])
                    self._tell((kind, period.before(), place), shown[f"{kind}_before"])

    def _boards(self, period: Period, found: FoundFlow) -> Iterator[tuple[Place, dict[str, Cell]]]:
        """What the dashboards show of 13 weeks and of the 13 before them."""
        limits, order = limits_of(period, self._places.limits), list(self.counties)
        nation = decide(in_order(found.counties, order), STOCKS, limits)
        yield NATION, {name: column.total for name, column in nation.items()}
        for n, (county, places) in enumerate(self.counties.items()):
            above = {name: column.cells[n] for name, column in nation.items()}
            yield f"county {county}", above
            below = decide(in_order(found.places, places), STOCKS, limits, above) if len(places) > 1 else None
            for m, place in enumerate(places):
                yield place, {name: column.cells[m] for name, column in below.items()} if below else above

    def _read(self, days: set[date]) -> ReadMonths:
        """What came and went between the days, as if it had been read."""
        edges = sorted(days)
        spans = [(date.min, edges[0]), *zip(edges, edges[1:], strict=False)]
        places: Slots = {place: {} for group in self.counties.values() for place in group}
        counties: Slots = {county: defaultdict(lambda: dict.fromkeys(FLOWS, 0)) for county in self.counties}
        for county, group in self.counties.items():
            for place in group:
                for slot, span in enumerate(spans):
                    places[place][slot] = self._flow(place, *span)
                    for kind, number in places[place][slot].items():
                        counties[county][slot][kind] += number
        return ReadMonths(KnownMonths({}, counties, places), edges)

    def _flow(self, place: int, start: date, end: date) -> dict[str, int]:
        return plain.flow(self._of_place[place], start, end)

    @cached_property
    def _of_place(self) -> dict[int, list[Case]]:
        found = defaultdict(list)
        for case in self.cases:
            found[case.municipality].append(case)
        return found

    def _count_flow(self, period: Period) -> None:
        """Who waited before and was referred has started, ended otherwise, or waits after it."""
        if (FLOWS[0], period, NATION) in self.truth:
            return
        numbers = {
            place: self._flow(place, period.start, period.end)
            for group in self.counties.values()
            for place in group
        }
        for kind in FLOWS:
            self._counted((kind, period), {place: found[kind] for place, found in numbers.items()})
        for day in (period.day_before, period.last_day):
            self._count_waiting(day)
        came, started, ended, _finished = ((kind, period) for kind in FLOWS)
        for _scope, place in self._scopes():
            self.linked.balances.append(
                {
                    (WAITING, period.day_before, place): 1,
                    (*came, place): 1,
                    (*started, place): -1,
                    (*ended, place): -1,
                    (WAITING, period.last_day, place): -1,
                }
            )

    def _link_periods(self) -> None:
        """Months and weeks are made of the same days: each is the sum of the pieces that all of them leave."""
        periods = sorted({name[1] for name in self.truth if name[0] == FLOWS[0]}, key=str)
        edges = sorted({edge for one in periods for edge in (one.start, one.end)})
        pieces = [Period(*span) for span in zip(edges, edges[1:], strict=False)]
        for piece in pieces:
            self._count_flow(piece)
        for period in periods:
            within = [piece for piece in pieces if period.start <= piece.start and piece.end <= period.end]
            for kind in FLOWS if within != [period] else ():
                self._add_up((kind, period), [(kind, piece) for piece in within])


def kinds_of(case: Case, number: int, day: date) -> dict[Split, object]:
    """In which part of each division one who waits is. Over target is who waited longer than 84 days."""
    days = plain.gross(case, day)
    assessed = plain.is_assessed(case, day)
    return {
        Split.TARGET: "not assessed" if not assessed else "over" if days > 84 else REST,
        Split.PAUSE: "paused" if plain.is_on_hold(case, day) else REST,
        Split.BAND: next(code for code, (low, high) in plain.BANDS.items() if low <= days <= high),
        Split.NEAR: "near" if days >= 274 else "earlier",
        Split.CATEGORY: case.category,
        Split.PRIORITY: plain.level(case, day),
        Split.SOURCE: SOURCES[number % len(SOURCES)],
    }
