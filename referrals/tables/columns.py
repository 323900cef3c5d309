"""The columns of lists: text, number, date, days, link and tag. Each knows how its cell is read and written."""

from collections.abc import Callable, Mapping
from copy import copy
from functools import cache, cached_property
from typing import Any, Self

import django_tables2
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.tables import cells

Text = str | Promise


def read(record: Any, path: str) -> Any:
    """The value at the end of a path such as `person__born_on`, in objects or dictionaries; None if it breaks off."""
    for name in _names(path):
        record = record.get(name) if _is_mapping(type(record)) else getattr(record, name)
        if record is None:
            return None
        if callable(record):
            record = record()
    return record


@cache
def _is_mapping(kind: type) -> bool:
    """Asked once of each kind of record, not once of each cell."""
    return issubclass(kind, Mapping)


@cache
def _names(path: str) -> list[str]:
    return path.split("__")


class Column(django_tables2.Column):
    """Plain text. `missing` stands where there is no value: in words, since an empty cell could mean anything."""

    css_class = ""
    missing: Text = _("Not stated")

    def __init__(
        self, verbose_name: Text | None = None, *, missing: Text | None = None, **kwargs: Any
    ) -> None:
        super().__init__(verbose_name, **kwargs)
        self.missing = self.missing if missing is None else missing

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        """Each table has columns of its own. What they hold is nobody's to change, and is not copied for each page."""
        return copy(self)

    def cell(self, record: Any) -> str:
        """The cell's content, to be escaped by the table unless `cells` built it."""
        value = read(record, str(self.accessor))
        return self.nothing if value is None or value == "" else self.written(value, record)

    @cached_property
    def nothing(self) -> str:
        """What stands where there is no value; once a page, for each has columns of its own."""
        return cells.subtle(self.missing)

    def written(self, value: Any, record: Any) -> str:
        """How a value that is there is shown."""
        return str(value)


class NumberColumn(Column):
    """A number, to the right, its digits under each other."""

    css_class = "number"
    missing = "–"

    def __init__(self, *args: Any, decimals: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decimals = decimals

    def written(self, value: Any, record: Any) -> str:
        return cells.number(value, self.decimals)


class FigureColumn(NumberColumn):
    """A report's figure: the number, or why it is hidden. Hidden ones come last in every sort, so it tells nothing."""

    def __init__(self, verbose_name: Text, *, accessor: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial_sort_descending", True)
        super().__init__(verbose_name, accessor=accessor, order_by=(f"{accessor}__value",), **kwargs)

    def written(self, value: Any, record: Any) -> str:
        if value.hidden:
            return cells.subtle(value.in_place)
        return self.nothing if value.value is None else cells.number(value.value, self.decimals)


class DateColumn(Column):
    """A date as dd.mm.yyyy."""

    css_class = "date"
    missing = "–"

    def written(self, value: Any, record: Any) -> str:
        return cells.date(value)


class LinkColumn(Column):
    """Text that leads somewhere: `url` is asked with the record, by default its get_absolute_url."""

    def __init__(self, *args: Any, url: Callable[[Any], str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url = url or (lambda record: record.get_absolute_url())

    def written(self, value: Any, record: Any) -> str:
        return cells.link(self.url(record), value)


class TagColumn(Column):
    """A status as a coloured label. `colours` gives the design system's colour for a value, neutral if it is not there.

    `labels` gives the words for a stored code; without it the value itself is shown.
    """

    def __init__(
        self,
        *args: Any,
        colours: Mapping[Any, str],
        labels: Mapping[Any, Text] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.colours, self.labels = colours, labels or {}

    def written(self, value: Any, record: Any) -> str:
        return cells.tag(self.labels.get(value, value), self.colours.get(value, "neutral"))
