"""An attacker who looks for counts that agree with everything published. Shares no code with what protects them."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

Name = Hashable


@dataclass(frozen=True)
class Published:
    """The sum of some counts, known to lie from `least` to `most`; both are the sum itself when it is shown."""

    names: frozenset[Name]
    least: int
    most: int


class Attacker:
    """Counts from 0 to `most` each, and what is published of their sums."""

    def __init__(self, names: Sequence[Name], published: Sequence[Published], *, most: int) -> None:
        self._names = list(names)
        self._published = list(published)
        self._most = most

    def can_be(self, names: frozenset[Name], value: int) -> bool:
        """Whether some counts that agree with everything published have this sum."""
        wanted = [*self._published, Published(names, value, value)]
        start = {name: (0, self._most) for name in self._names}
        return _solve(start, wanted)


def _solve(bounds: dict[Name, tuple[int, int]], wanted: list[Published]) -> bool:
    """Narrow the bounds until nothing changes, then try the halves of the narrowest open one."""
    narrowed = _narrow(dict(bounds), wanted)
    if narrowed is None:
        return False
    open_names = [name for name, (least, most) in narrowed.items() if least < most]
    if not open_names:
        return True
    name = min(open_names, key=lambda n: narrowed[n][1] - narrowed[n][0])
    least, most = narrowed[name]
    middle = (least + most) // 2
    return _solve(narrowed | {name: (least, middle)}, wanted) or _solve(
        narrowed | {name: (middle + 1, most)}, wanted
    )


def _narrow(
    bounds: dict[Name, tuple[int, int]], wanted: list[Published]
) -> dict[Name, tuple[int, int]] | None:
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
                new = (max(low, rule.least - (highest - high)), min(high, rule.most - (lowest - low)))
                if new[0] > new[1]:
                    return None
                if new != (low, high):
                    lowest, highest = lowest + new[0] - low, highest + new[1] - high
                    bounds[name] = new
                    changed = True
    return bounds
