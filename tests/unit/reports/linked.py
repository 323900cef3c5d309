"""An attacker who holds many pages and files against each other: all sums that are known, as one linear system.

Weaker than `attacker.Attacker` in each of them, since it tries no numbers, but able to read everything at once. Shares
no code with what protects the counts.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

Name = Hashable
Sum = Mapping[Name, int]

# Exact in the field of this many numbers, which is far more than any count: no rounding, and no fractions that grow.
PRIME = 2**61 - 1
VALUE = 0  # the place of what a sum is known to be
MOST = 100_000  # what nobody takes a count to exceed
PASSES = 12


@dataclass
class Linked:
    """Counts of nobody or more. `balances`: sums that are 0. `known`: between what a count lies, by what is shown."""

    balances: list[Sum] = field(default_factory=list)
    known: dict[Name, tuple[int, int]] = field(default_factory=dict)

    def adds_up(self, whole: Name, parts: Iterator[Name]) -> None:
        """Everybody knows that the whole is the sum of its parts."""
        self.balances.append({whole: -1} | dict.fromkeys(parts, 1))

    def told(self, name: Name, least: int, most: float) -> None:
        """A count is shown as itself, or as something that lies between the two. Told twice, both hold."""
        low, high = self.known.get(name, (0, MOST))
        self.known[name] = max(low, least), int(min(high, most))

    def bounds(self) -> dict[Name, tuple[int, int]]:
        """Between what each count must lie: every sum narrows its parts, again and again."""
        found = {name: (0, MOST) for balance in self.balances for name in balance} | self.known
        about = defaultdict(list)
        for number, balance in enumerate(self.balances):
            for name in balance:
                about[name].append(number)
        waiting = set(range(len(self.balances)))
        for _pass in range(PASSES):
            changed = [name for number in sorted(waiting) for name in _narrow(self.balances[number], found)]
            waiting = {number for name in changed for number in about[name]}
        return found

    def equations(self, bounds: Mapping[Name, tuple[int, int]]) -> "Equations":
        """The linear system of all sums, with every count that is shown or that its bounds leave no choice."""
        solved = Equations()
        for name, (least, most) in bounds.items():
            if least == most:
                solved.add({name: 1}, least)
        for balance in self.balances:
            solved.add(balance, 0)
        return solved


def _narrow(balance: Sum, bounds: dict[Name, tuple[int, int]]) -> list[Name]:
    """Tighten what is in a sum that is 0; returns what became tighter."""
    spans = {name: sorted(sign * end for end in bounds[name]) for name, sign in balance.items()}
    lowest, highest = (sum(span[end] for span in spans.values()) for end in (0, 1))
    changed = []
    for name, sign in balance.items():
        low, high = spans[name]
        tight = sorted(sign * end for end in (max(low, high - highest), min(high, low - lowest)))
        if tuple(tight) != bounds[name]:
            assert tight[0] <= tight[1]
            bounds[name] = tight[0], tight[1]
            changed.append(name)
    return changed


class Equations:
    """Linear equations in steps: each begins with a name that no other begins with."""

    def __init__(self) -> None:
        self._places: dict[Name, int] = {}
        self._steps: dict[int, dict[int, int]] = {}

    @property
    def rank(self) -> int:
        """How many of them tell something that the others do not."""
        return len(self._steps)

    def add(self, names: Sum, value: int) -> None:
        """It is known what a sum is."""
        rest = self._rest(names, value)
        first = max(rest, default=VALUE)
        assert first or not rest, "what is published contradicts itself"
        if first:
            inverse = pow(rest[first], -1, PRIME)
            self._steps[first] = {place: number * inverse % PRIME for place, number in rest.items()}

    def solve(self, name: Name) -> int | None:
        """What a count must be by all of them; None where they leave it open."""
        rest = self._rest({name: 1}, 0)
        if max(rest, default=VALUE):
            return None
        return rest.get(VALUE, 0)

    def _rest(self, names: Sum, value: int) -> dict[int, int]:
        """What the steps leave of an equation, until something is left that none begins with."""
        row = {self._places.setdefault(name, len(self._places) + 1): number for name, number in names.items()}
        row[VALUE] = -value
        queue = [-place for place in row]
        heapify(queue)
        while queue:
            place = -heappop(queue)
            if not place or not row.get(place):
                continue
            if place not in self._steps:
                break
            factor = row[place]
            for other, number in self._steps[place].items():
                if other not in row:
                    heappush(queue, -other)
                row[other] = (row.get(other, 0) - factor * number) % PRIME
        return {place: number % PRIME for place, number in row.items() if number % PRIME}
