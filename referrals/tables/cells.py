"""What cells are built of. Here alone HTML is put together in Python, by format_html, which escapes, or with
places that the table fills, which escapes too."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Any, NamedTuple, TypeVar

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from referrals.templatetags.ergo import day_month_year, decimals, exact_days, wait

Text = str | Promise
Cell = TypeVar("Cell", bound=str)

MOST_REMEMBERED = 4096  # of each kind of cell

_language: ContextVar[str | None] = ContextVar("ergo_language_of_cells", default=None)


@contextmanager
def in_one_language() -> Iterator[None]:
    """While rows are written the language stays the same: it is asked for once, not once by each cell."""
    token = _language.set(get_language())
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The one in which cells are written just now."""
    return _language.get() or get_language()


def remembered(cell: Callable[..., Cell]) -> Callable[..., Cell]:
    """For a cell that follows from its arguments and the language alone: the same ones come back on every page.

    Never for one that says anything of a citizen: it would outlive the request. `typed`, since a text and the HTML it
    is equal to are not written the same way.
    """
    kept = lru_cache(maxsize=MOST_REMEMBERED, typed=True)(lambda _language, *args: cell(*args))
    return wraps(cell)(lambda *args: kept(language(), *args))


class Filled(NamedTuple):
    """HTML with a {} for each text. The table escapes the texts and puts them in, in its one loop over the rows."""

    pattern: str
    texts: "tuple[Text | Filled, ...]"


def pattern(html: str) -> Callable[..., Filled]:
    """For what stands in every row of a list, where `format_html` would take a tenth of the page's time."""
    return lambda *texts: Filled(html, texts)


def number(value: Any, places: int = 0) -> str:
    """1 234,5 with the decimals of the language."""
    return decimals(value, places)


def date(value: datetime.date) -> str:
    """dd.mm.yyyy."""
    return day_month_year(value)


def link(url: str, text: Text) -> SafeString:
    """A link. In lists of persons the address holds numbers only, never a name."""
    return format_html('<a class="ds-link" data-color="accent" href="{}">{}</a>', url, text)


_LINK = pattern('<a class="ds-link" data-color="accent" href="{}">{}</a>')
_NOTED = pattern('{}<span class="cell-note" data-tone="neutral">{}</span>')
_EDIT = pattern('<a class="ds-link cell-edit" data-edit href="{}">{}<span class="ds-sr-only">, {}</span></a>')
_ADD = pattern(
    '{} <a class="ds-link cell-add" data-edit href="{}" title="{}"><span aria-hidden="true">+</span>'
    '<span class="ds-sr-only">{}</span></a>'
)
_BOX = pattern(
    '<input class="ds-input" type="checkbox" form="{}" name="{}" value="{}" aria-label="{}" autocomplete="off">'
)
_TICKED = pattern(
    '<input class="ds-input" type="checkbox" form="{}" name="{}" value="{}" aria-label="{}" autocomplete="off"'
    " checked>"
)


def link_in_row(url: str, text: Text) -> Filled:
    """A link that stands in every row."""
    return _LINK(url, text)


def editable(url: str, text: Text, what: Text) -> Filled:
    """A value that leads to where it is changed: in the row itself where scripts run. `what` that is, in words."""
    return _EDIT(url, text, what)


def with_addition(text: Text | Filled, url: str, what: Text) -> Filled:
    """A value, and a small link behind it to where something is added to it; `what` that is."""
    return _ADD(text, url, what, what)


def noted(text: Text | Filled, note: Text | Filled) -> Filled:
    """As `with_note`, of what is put in by the table."""
    return _NOTED(text, note)


def box(form: str, name: str, value: str, label: Text, *, is_ticked: bool = False) -> Filled:
    """A box that chooses the row, for the form with this id; `label` is what screen readers call it."""
    return (_TICKED if is_ticked else _BOX)(form, name, value, label)


def link_about(url: str, text: Text, about: Text) -> SafeString:
    """A link whose words stand in many rows: what it is about is said to screen readers."""
    pattern = '<a class="ds-link" data-color="accent" href="{}">{}<span class="ds-sr-only">, {}</span></a>'
    return format_html(pattern, url, text, about)


def tick(form: str, name: str, value: str, label: Text) -> SafeString:
    """A row that can be chosen: `form` is the id of the form that stands elsewhere on the page."""
    pattern = (
        '<label class="row-tick"><input class="ds-input" type="checkbox" form="{}" name="{}" value="{}">'
        '<span class="ds-sr-only">{}</span></label>'
    )
    return format_html(pattern, form, name, value, label)


def tag(text: Text, colour: str = "neutral") -> SafeString:
    """A coloured label; `colour` is one of the design system's: info, success, warning, danger, neutral."""
    return format_html('<span class="ds-tag" data-color="{}">{}</span>', colour, text)


def swatch(css_class: str, symbol: Text, text: Text) -> SafeString:
    """A word with the colour and the symbol that stand for it in a map."""
    return format_html(
        '<span class="swatched"><span class="swatch {}" aria-hidden="true">{}</span>{}</span>',
        css_class,
        symbol,
        text,
    )


@remembered
def subtle(text: Text) -> SafeString:
    """Less than the rest: what is missing, or a remark."""
    return format_html('<span class="subtle">{}</span>', text)


def with_note(text: Text, note: Text, tone: str = "neutral") -> SafeString:
    """Two lines: the value, and below it a remark in small; `tone` is neutral or danger."""
    return format_html('{}<span class="cell-note" data-tone="{}">{}</span>', text, tone, note)


def told(pattern: str, **parts: Text) -> SafeString:
    """A sentence with other cells in it, each where its name stands in braces."""
    return format_html(pattern, **parts)


def lines(texts: Iterable[Text]) -> SafeString:
    """Several remarks in one cell, each on a line of its own."""
    return format_html_join("", '<span class="cell-line">{}</span>', ((text,) for text in texts))


def together(parts: Iterable[Text]) -> SafeString:
    """Several things in one cell, such as tags, which may break into lines between them."""
    return format_html(
        '<span class="cell-group">{}</span>', format_html_join(" ", "{}", ((part,) for part in parts))
    )


@remembered
def days(count: int) -> SafeString:
    """A wait in exact days, with its words for the mouse and for screen readers."""
    words = wait(count)
    return format_html(
        '<span title="{}">{}<span class="ds-sr-only"> ({})</span></span>', words, number(count), words
    )


@remembered
def waited(days: int) -> SafeString:
    """A wait as people say it, with the exact days for the mouse and for screen readers."""
    return format_html(
        '<span title="{}">{}<span class="ds-sr-only"> ({})</span></span>',
        exact_days(days),
        wait(days),
        exact_days(days),
    )
