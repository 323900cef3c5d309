"""How far long work has come: a line that renews itself on a terminal, now and then a new line elsewhere."""

import time
from collections.abc import Callable
from typing import TextIO

SECONDS_BETWEEN = {True: 0.2, False: 10.0}  # on a terminal, and in a file
WIDTH = 24


class ProgressBar:
    """Tells what share of the total is done, how many a second, and about how long the rest will take."""

    def __init__(
        self, output: TextIO, total: int, what: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`what` is counted, in the plural; `clock` tells seconds."""
        self._clock = clock
        self._output, self._total, self._what = output, total, what
        self._is_terminal = output.isatty()
        self._began = clock()
        self._told = self._began

    def __call__(self, done: int) -> None:
        """Tell that so many are done, if it is time to tell again."""
        now = self._clock()
        is_too_soon = now - self._told < SECONDS_BETWEEN[self._is_terminal]
        if not done or (is_too_soon and done < self._total):
            return
        self._told = now
        line = self._line(done, max(now - self._began, 0.001))
        end = "\n" if done >= self._total or not self._is_terminal else ""
        self._output.write(f"\r{line}\x1b[K{end}" if self._is_terminal else f"{line}{end}")
        self._output.flush()

    def _line(self, done: int, seconds: float) -> str:
        rate = done / seconds
        left = f"about {_duration((self._total - done) / rate)} left" if done < self._total else ""
        share = done / self._total
        bar = "█" * int(share * WIDTH) + "░" * (WIDTH - int(share * WIDTH))
        took = left or f"{_duration(seconds)} in all"
        return f"{bar} {done:,} of {self._total:,} {self._what}, {rate:,.0f}/s, {took}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
