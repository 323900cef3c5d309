"""An attacker who looks for counts that agree with everything published. Shares no code with what protects them."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

Name = Hashable


@dataclass(frozen=True)
class Published:
    """The sum of some counts, known to lie from `least` to `most`; both are the sum itself when it is shown."""

    names: frozenset[Name]
    least: int
    most: int


class Attacker:
    """Counts from 0 to `most` each, and what is published of their sums.

    `truth` only makes the search fast, by trying the true counts first: the answer does not depend on it.
    """

    def __init__(self, truth: Mapping[Name, int], published: Sequence[Published], *, most: int) -> None:
        self._truth = truth
        self._published = list(published)
        self._most = most

    def can_be(self, names: frozenset[Name], value: int) -> bool:
        """Whether some counts that agree with everything published have this sum."""
        wanted = [*self._published, Published(names, value, value)]
        return self._solve({name: (0, self._most) for name in self._truth}, wanted)

    def _solve(self, bounds: dict[Name, tuple[int, int]], wanted: list[Published]) -> bool:
        """Narrow the bounds until nothing changes; then try one open count's true value, less, and more."""
        narrowed = _narrow(dict(bounds), wanted)
        if narrowed is None:
            return False
        open_names = [name for name, (least, most) in narrowed.items() if least < most]
        if not open_names:
            return True
        name = min(open_names, key=lambda each: narrowed[each][1] - narrowed[each][0])
        least, most = narrowed[name]
        middle = min(max(self._truth[name], least), most)
        ways = [(middle, middle), (least, middle - 1), (middle + 1, most)]
        return any(self._solve(narrowed | {name: way}, wanted) for way in ways if way[0] <= way[1])


def _narrow(
    bounds: dict[Name, tuple[int, int]], wanted: list[Published]
) -> dict[Name, tuple[int, int]] | None:
    """Bounds as tight as each rule by itself makes them; None when a rule cannot be met."""
    changed = True
    while changed:
        changed = False
        for rule in wanted:
            lowest = sum(bounds[name][0] for name in rule.names)
            highest = sum(bounds[name][1] for name in rule.names)
            if lowest > rule.most or highest < rule.least:
                return None
            for name in rule.names:
                low, high = bounds[name]
                tight = max(low, rule.least - highest + high), min(high, rule.most - lowest + low)
                if tight[0] > tight[1]:
                    return None
                if tight != (low, high):
                    lowest, highest = lowest + tight[0] - low, highest + tight[1] - high
                    bounds[name] = tight
                    changed = True
    return bounds
