"""Counts that add up, as a network: which of them could have been other numbers, by all that is known.

A node stands for one sum: what flows in is what flows out. A count that is shown is fixed; one that is hidden can lie
anywhere between the bounds that everybody knows. Knows nothing of citizens; `reports.suppression` gives it meaning.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf

Node = Hashable


@dataclass(eq=False)
class Arc:
    """A count flowing from `tail` to `head`, of which everybody knows that it lies between `least` and `most`.

    Both are the count itself when it is shown. `may_hide`: it can be withheld where that is needed.
    """

    tail: Node
    head: Node
    count: int
    least: int
    most: float
    may_hide: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether everybody knows it."""
        return self.least == self.most

    def loosen(self) -> None:
        """Let nothing be known of it."""
        self.least, self.most = 0, inf

    def bounds_if_hidden(self, least_withheld: int) -> tuple[int, float]:
        """What would be known of it then."""
        return (least_withheld, inf) if self.is_shown else (self.least, self.most)


# One step of a way round: the arc, and +1 along it (the count grows) or -1 against it (the count shrinks).
Step = tuple[Arc, int]


class Circulation:
    """A network of counts. `least_withheld`: everybody knows that what `protect` withholds is at least this."""

    def __init__(self, least_withheld: int, arcs: Iterable[Arc]) -> None:
        self._least_withheld = least_withheld
        # The steps from each node, with the node that they lead to.
        self._steps: dict[Node, list[tuple[Node, Step]]] = defaultdict(list)
        for arc in arcs:
            self._steps[arc.tail].append((arc.head, (arc, 1)))
            self._steps[arc.head].append((arc.tail, (arc, -1)))

    def protect(self, arc: Arc) -> bool:
        """Withhold what is needed for the count to take every value between its bounds, and say whether that is so."""
        return self.protect_between(arc, arc.least, int(arc.most))

    def protect_between(self, arc: Arc, least: int, most: int) -> bool:
        """The same of every value from `least` to `most`, which are not beyond its bounds."""
        return self._make_room(arc, arc.head, arc.tail, most - arc.count) and self._make_room(
            arc, arc.tail, arc.head, arc.count - least
        )

    def could_be_another(self, arc: Arc) -> bool:
        """Withhold what is needed for the count to be one more, or else one less, and say whether that is so."""
        return self._make_room(arc, arc.head, arc.tail, 1) or self._make_room(arc, arc.tail, arc.head, 1)

    def _make_room(self, protected: Arc, start: Node, goal: Node, needed: int) -> bool:
        """Whether `needed` can flow from `start` to `goal` past the protected arc; withholds as little as it can."""
        moved: dict[Arc, int] = defaultdict(int)
        moved[protected] = 0
        while needed:
            way = self._cheapest_way(protected, start, goal, moved)
            if not way:
                return False
            amount = int(min(needed, *(self._room(arc, sign, moved[arc]) for arc, sign in way)))
            for arc, sign in way:
                arc.least, arc.most = arc.bounds_if_hidden(self._least_withheld)
                moved[arc] += sign * amount
            needed -= amount
        return True

    def _cheapest_way(self, protected: Arc, start: Node, goal: Node, moved: dict[Arc, int]) -> list[Step]:
        """The steps from `start` to `goal` that withhold the least; none when there is no way (Dijkstra).

        A page of the nation asks for it some hundred times, each time past all its municipalities.
        """
        tie = count()
        queue: list[tuple[float, int, Node, Step | None]] = [(0, next(tie), start, None)]
        reached: dict[Node, Step | None] = {}
        while queue:
            cost, _order, node, step = heappop(queue)
            if node in reached:
                continue
            reached[node] = step
            if node == goal:
                return _steps_back(reached, goal)
            for onward, way in self._steps[node]:
                arc, sign = way
                if onward not in reached and arc is not protected and self._room(arc, sign, moved[arc]) > 0:
                    price = arc.count + 1 if arc.least == arc.most else 0
                    heappush(queue, (cost + price, next(tie), onward, way))
        return []

    def _room(self, arc: Arc, sign: int, moved: int) -> float:
        """How much a count can still grow (+1) or shrink (-1), when it has moved already; withheld if it may be."""
        if arc.least != arc.most:
            least, most = arc.least, arc.most
        elif arc.may_hide:
            least, most = self._least_withheld, inf
        else:
            return 0
        value = arc.count + moved
        return most - value if sign > 0 else value - least


def _steps_back(reached: dict[Node, Step | None], goal: Node) -> list[Step]:
    way: list[Step] = []
    step = reached[goal]
    while step is not None:
        way.append(step)
        arc, sign = step
        step = reached[arc.tail if sign > 0 else arc.head]
    return way
