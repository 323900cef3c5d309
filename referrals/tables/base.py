"""The table behind every list: columns and sorting by django-tables2, rows and pages by ourselves.

django-tables2 spends most of a page's time on its own cells, so the rows are written here, in one loop. This and
`cells` are the only places where HTML is made in Python; whatever a cell returns is escaped here, unless it was built
by `cells`.
"""

import html
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import django_tables2
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableListData, TableQuerysetData
from django_tables2.utils import OrderBy

from referrals.models.written import Written, applied
from referrals.tables import cells
from referrals.tables.columns import read

PAGE_SIZE = 50
MOST_HEADS = 200  # headings that a process keeps


class QuerysetRows(TableQuerysetData):
    """Rows of the database. Every order ends with the primary key, so that no row repeats or vanishes between pages."""

    def __init__(self, data: QuerySet | Written) -> None:
        super().__init__(applied(data, settled))

    ordering = None  # never guess a sorted column from the query's own default order

    def order_by(self, aliases: Sequence[OrderBy]) -> None:
        """Sorts by the keys of these columns. What is missing comes last, both ways."""
        keys = [str(key) for alias in aliases for key in self.table.sort_keys(alias)]
        if keys:
            self.data = applied(self.data, _resorted, tuple(keys))


class ListRows(TableListData):
    """Rows that are in memory already, such as a report's. Equal rows keep the order they came in."""

    ordering = None

    def order_by(self, aliases: Sequence[OrderBy]) -> None:
        """Sorts by the keys of these columns. What is missing comes last, both ways."""
        keys = [key for alias in aliases for key in self.table.sort_keys(alias)]
        for key in reversed(keys):
            self.data = _sorted_rows(self.data, key)


@dataclass(frozen=True)
class Header:
    """One column's heading. `next_sort` is what the address gets when it is pressed; empty if it does not sort."""

    name: str
    label: str
    css_class: str
    aria_sort: str
    next_sort: str


@dataclass(frozen=True)
class PageLink:
    """One page of a list in the pager."""

    number: int
    url: str
    current: bool


class ErgoTable(django_tables2.Table):
    """A list as our pages show it. Its `Meta` lists the `fields`; the columns come from `referrals.tables.columns`.

    A cell is written by the table's `cell_<column>(record)` if there is one, else by the column. `caption` names the
    list, `when_empty` says what to do when nothing is found, `filter_form` is the id of the form that the headings
    belong to, so that sorting keeps the filters.
    """

    caption: str = ""
    when_empty: str = _("Nothing here yet.")
    filter_form = "filter"
    row_header = ""  # the column that names a row; the first one, unless another is
    page: Page | None = None
    query: QueryDict = QueryDict()

    def __init__(self, data: Any, **kwargs: Any) -> None:
        rows = QuerysetRows(data) if isinstance(data, QuerySet | Written) else ListRows(list(data))
        self.caption = kwargs.pop("caption", self.caption)
        super().__init__(rows, **kwargs)

    @property
    def records(self) -> Sequence[Any]:
        """What is shown: the present page, or everything if the table is not paginated."""
        return self.page.object_list if self.page else self.data.data

    @property
    def sort(self) -> str:
        """The chosen sort as it stands in the address, or empty."""
        return str(self.order_by[0]) if self.order_by else ""

    @property
    def headers(self) -> list[Header]:
        """The visible columns' headings."""
        return [self._header(bound) for bound in self.columns]

    @property
    def head_html(self) -> SafeString:
        """The headings as the table's first row has them."""
        return _head_html(tuple(self.headers), self.prefix, self.filter_form, self.prefixed_order_by_field)

    @property
    def rows_html(self) -> SafeString:
        """The rows of the table's body, every cell escaped."""
        bounds = list(self.columns)
        named = self.row_header or bounds[0].name
        columns = [self._written(bound, is_name=bound.name == named) for bound in bounds]
        parts: list[str] = []
        with cells.in_one_language():
            for record in self.records:
                parts.append("<tr>")
                for opening, cell, closing in columns:
                    parts += (opening, escaped(cell(record)), closing)
                parts.append("</tr>\n")
        return mark_safe("".join(parts))

    @property
    def pager(self) -> Iterator[PageLink | None]:
        """The pages to offer; None where some are left out."""
        if not self.page:
            return
        for number in self.paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1):
            yield self.page_link(number) if isinstance(number, int) else None

    @property
    def previous_page(self) -> PageLink | None:
        """The page before this one, if there is one."""
        return self.page_link(self.page.number - 1) if self.page and self.page.has_previous() else None

    @property
    def next_page(self) -> PageLink | None:
        """The page after this one, if there is one."""
        return self.page_link(self.page.number + 1) if self.page and self.page.has_next() else None

    @property
    def page_values(self) -> dict[str, str]:
        """What an address needs to show the present page; nothing where it is the first, or the only one."""
        return {self.prefixed_page_field: str(self.page.number)} if self.page and self.page.number > 1 else {}

    def page_link(self, number: int) -> PageLink:
        """The address of a page of this list: the present one, filters and sort kept."""
        self._asked[self.prefixed_page_field] = str(number)
        return PageLink(number, f"?{self._asked.urlencode()}", number == self.page.number)

    @cached_property
    def _asked(self) -> QueryDict:
        """The query of the address, to be changed for each page link: copying it takes longer than the link."""
        return self.query.copy()

    def sort_keys(self, alias: OrderBy) -> list[OrderBy]:
        """The keys that stand behind a column in a sort, each with its direction."""
        column = self.columns[alias.bare].column
        keys = [OrderBy(key) for key in column.order_by or (column.accessor,)]
        return [key.opposite for key in keys] if alias.is_descending else keys

    def _header(self, bound: django_tables2.columns.BoundColumn) -> Header:
        css_class = getattr(bound.column, "css_class", "")
        if not bound.orderable:
            return Header(bound.name, str(bound.header), css_class, "", "")
        alias = OrderBy(self.sort)
        if alias.bare != bound.name:
            first = OrderBy(bound.name)
            first = first.opposite if bound.column.initial_sort_descending else first
            return Header(bound.name, str(bound.header), css_class, "none", str(first))
        direction = "descending" if alias.is_descending else "ascending"
        return Header(bound.name, str(bound.header), css_class, direction, str(alias.opposite))

    def _written(
        self, bound: django_tables2.columns.BoundColumn, *, is_name: bool
    ) -> tuple[str, Callable[[Any], Any], str]:
        """How one column is written: what opens the cell, what fills it, what closes it."""
        cell = getattr(self, f"cell_{bound.name}", None) or bound.column.cell
        css_class = getattr(bound.column, "css_class", "")
        attribute = format_html(' class="{}"', css_class) if css_class else ""
        if is_name:
            return f'<th scope="row"{attribute}>', cell, "</th>"
        return f"<td{attribute}>", cell, "</td>"


@lru_cache(maxsize=MOST_HEADS)
def _head_html(headers: tuple[Header, ...], prefix: str, form: str, field: str) -> SafeString:
    """The same on every page of a list that is sorted alike. It is kept by what the headings say, in their language."""
    return render_to_string(
        "tables/_head.html", {"headers": headers, "prefix": prefix, "form": form, "field": field}
    )


def escaped(content: Any) -> str:
    """What a cell returned, fit for HTML. As `conditional_escape`, which takes its time over the usual kinds."""
    kind = type(content)
    if kind is SafeString:
        return content
    if kind is str:
        return html.escape(content)
    if kind is cells.Filled:
        return content.pattern.format(*map(escaped, content.texts))
    return conditional_escape(content)


def paginate(
    table: ErgoTable, request: HttpRequest, *, per_page: int = PAGE_SIZE, count: int | None = None
) -> ErgoTable:
    """Sorts and pages a table as the address says; the one place where that happens.

    Unknown sorts are passed over, page numbers outside the list give its first or last page, and the size of a page is
    never taken from the address. One query counts the rows, unless the caller knows their `count` already.
    """
    table.query = request.GET
    table.order_by = _known_sort(table, request.GET.getlist(table.prefixed_order_by_field))
    table.paginator = Paginator(table.data.data, per_page)
    if count is not None:
        table.paginator.count = count
    table.page = table.paginator.page(
        _clamped(request.GET.get(table.prefixed_page_field, ""), table.paginator.num_pages)
    )
    return table


def settled(queryset: QuerySet) -> QuerySet:
    """The query in its own order, with the primary key last."""
    order = queryset.query.order_by
    if not order and queryset.query.default_ordering:
        order = tuple(queryset.model._meta.ordering)
    if order and order[-1] in ("pk", "-pk", "id", "-id"):
        return queryset
    return queryset.order_by(*order, *_tie_breaker(queryset))


def _resorted(queryset: QuerySet, keys: tuple[str, ...]) -> QuerySet:
    return queryset.order_by(*(_expression(OrderBy(key)) for key in keys), *_tie_breaker(queryset))


def _tie_breaker(queryset: QuerySet) -> tuple[str, ...]:
    """The primary key, except for rows that are groups: they have none, and a key would split them."""
    return () if isinstance(queryset.query.group_by, tuple) else ("pk",)


def _known_sort(table: ErgoTable, wishes: Sequence[str]) -> list[str]:
    sortable = {bound.name for bound in table.columns if bound.orderable}
    known = [wish for wish in wishes if wish.removeprefix("-") in sortable]
    return known[-1:] or list(table.order_by or ())


def _clamped(wish: str, last: int) -> int:
    try:
        return max(1, min(int(wish), last))
    except ValueError:
        return 1


def _expression(key: OrderBy) -> Any:
    field = F(str(key.bare))
    return field.desc(nulls_last=True) if key.is_descending else field.asc(nulls_last=True)


def _sorted_rows(rows: list[Any], key: OrderBy) -> list[Any]:
    path = str(key.bare)
    present = [row for row in rows if read(row, path) is not None]
    missing = [row for row in rows if read(row, path) is None]
    present.sort(key=lambda row: read(row, path), reverse=key.is_descending)
    return present + missing
