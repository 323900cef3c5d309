"""Our JSON-stat files opened by a reader that is not ours: pyjstat, which makes a table of pandas of one."""

import json
import warnings
from typing import Any

from pandas import DataFrame
from pyjstat import pyjstat


def opened(made: dict[str, Any], naming: str = "id") -> DataFrame:
    """A row for each cell: the codes of its dimensions, or their labels, and its `value`, nan where there is none."""
    with warnings.catch_warnings():
        # Its own method still calls a function that it wants nobody to call.
        warnings.filterwarnings("ignore", "Shouldn't use this function", DeprecationWarning)
        return pyjstat.Dataset.read(json.dumps(made)).write("dataframe", naming=naming)


def values(frame: DataFrame) -> list[float | None]:
    """As JSON has them: None where there is no number."""
    return [None if value is None or value != value else value for value in frame["value"]]
