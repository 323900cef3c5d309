"""The table without a database; with one: tests/pages/test_look.py."""

import re
from datetime import date

import pytest
from django.test import RequestFactory
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, override

from referrals.tables import cells
from referrals.tables.base import PAGE_SIZE, ErgoTable, escaped, paginate
from referrals.tables.columns import Column, DateColumn, LinkColumn, NumberColumn, TagColumn

HOSTILE = "<script>alert('æøå')</script>&\"'"


class EveryColumnTable(ErgoTable):
    """One column of each kind, and one written by the table."""

    caption = "Everything"

    name = LinkColumn("Name", url=lambda record: f"/{record['name']}/")
    text = Column("Text")
    days = NumberColumn("Days", initial_sort_descending=True)
    share = NumberColumn("Share", decimals=1, orderable=False)
    day = DateColumn("Day")
    status = TagColumn("Status", colours={"open": "success"}, labels={"open": "Open"})
    own = Column("Own", order_by=("days", "text"))

    class Meta:
        fields = ("name", "text", "days", "share", "day", "status", "own")

    def cell_own(self, record):
        return record["text"]


def row(**changes):
    return {
        "name": "a",
        "text": "t",
        "days": 1,
        "share": 0.5,
        "day": date(2026, 11, 22),
        "status": "open",
        **changes,
    }


def shown(query="", rows=None):
    return paginate(EveryColumnTable(rows if rows is not None else ROWS), RequestFactory().get(f"/{query}"))


ROWS = [row(name=f"{number:03}", days=number % 7 or None, text=str(number)) for number in range(1, 121)]


def names(table):
    return [record["name"] for record in table.records]


@pytest.mark.parametrize("column", ["name", "text", "status"])
def test_every_cell_is_escaped(column):
    html = shown(rows=[row(**{column: HOSTILE})]).rows_html
    assert isinstance(html, SafeString)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_what_a_table_writes_itself_is_escaped_unless_cells_built_it():
    class OwnTable(ErgoTable):
        plain = Column()
        built = Column()

        class Meta:
            fields = ("plain", "built")

        def cell_plain(self, record):
            return f"<b>{record['text']}</b>"

        def cell_built(self, record):
            return cells.tag(record["text"])

    html = paginate(OwnTable([row(text="<i>")]), RequestFactory().get("/")).rows_html
    assert "&lt;b&gt;&lt;i&gt;&lt;/b&gt;" in html
    assert '<span class="ds-tag" data-color="neutral">&lt;i&gt;</span>' in html


@pytest.mark.parametrize(
    "build",
    [
        lambda text: cells.link(text, text),
        lambda text: cells.tag(text, text),
        lambda text: cells.subtle(text),
        lambda text: cells.with_note(text, text, text),
        lambda text: cells.together([text, text]),
    ],
    ids=["link", "tag", "subtle", "with_note", "together"],
)
def test_whatever_cells_build_is_escaped(build):
    html = build(HOSTILE)
    assert "<script" not in html
    assert "'" not in html.replace("&#x27;", "")


def test_a_remembered_cell_tells_html_from_the_text_it_is_equal_to():
    built = mark_safe("<i>remembered</i>")
    assert cells.subtle(built) == '<span class="subtle"><i>remembered</i></span>'
    assert "<i>" not in cells.subtle("".join(built))


def test_a_remembered_cell_speaks_the_language_of_the_page():
    said = {}
    for language in ("nb", "en", "nb"):
        with override(language):
            said.setdefault(language, set()).add(cells.days(100))
    assert len(said["nb"]) == len(said["en"]) == 1
    assert said["nb"] != said["en"]


class Drawn:
    """Something that can draw itself."""

    def __html__(self):
        return "<hr>"


@pytest.mark.parametrize(
    "content",
    [HOSTILE, mark_safe("<b>"), gettext_lazy("Waitlist"), 7, None, format_lazy("{}", HOSTILE), Drawn()],
)
def test_content_is_escaped_as_django_escapes_it(content):
    assert escaped(content) == conditional_escape(content)


def test_the_first_cell_names_the_row():
    html = shown(rows=[row()]).rows_html
    assert re.findall(r"<(th|td)", html) == ["th"] + ["td"] * 6
    assert html.startswith('<tr><th scope="row">')


def test_what_is_missing_is_said():
    html = shown(rows=[row(text=None, days=None, day=None, status="")]).rows_html
    assert html.count("–") == 2
    assert html.count('class="subtle"') == 4


@pytest.mark.parametrize(
    ("query", "page"),
    [
        pytest.param("", 1, id="first"),
        pytest.param("?page=2", 2, id="second"),
        pytest.param("?page=-1", 1, id="negative"),
        pytest.param("?page=0", 1, id="zero"),
        pytest.param("?page=99999", 3, id="far too high"),
        pytest.param("?page=abc", 1, id="letters"),
        pytest.param("?page=", 1, id="empty"),
        pytest.param("?page=1.5", 1, id="fraction"),
        pytest.param("?page=" + "9" * 5000, 1, id="endless"),
        pytest.param("?page=2&page=3", 3, id="twice"),
    ],
)
def test_a_page_number_outside_the_list_is_its_nearest_end(query, page):
    assert shown(query).page.number == page


@pytest.mark.parametrize("query", ["?per_page=100000", "?per_page=-1", "?per_page=0"])
def test_the_address_does_not_decide_how_long_a_page_is(query):
    assert len(shown(query).records) == PAGE_SIZE


def test_an_empty_list_has_one_empty_page():
    table = shown("?page=5&sort=name", rows=[])
    assert (table.page.number, list(table.records), table.rows_html) == (1, [], "")


@pytest.mark.parametrize(
    "sort", ["", "unknown", "-unknown", "share", "--name", "name,days", "name__x", "pk", "<b>"]
)
def test_an_unknown_sort_is_passed_over(sort):
    table = shown(f"?sort={sort}")
    assert table.sort == ""
    assert names(table) == names(shown())


@pytest.mark.parametrize("name", ["name", "text", "days", "day", "status", "own"])
def test_every_column_sorts_both_ways(name):
    assert len(shown(f"?sort={name}").records) == len(shown(f"?sort=-{name}").records) == PAGE_SIZE


def test_what_is_missing_comes_last_both_ways():
    rows = [row(days=days) for days in (None, 3, 1, None, 2)]
    assert [record["days"] for record in shown("?sort=days", rows).records] == [1, 2, 3, None, None]
    assert [record["days"] for record in shown("?sort=-days", rows).records] == [3, 2, 1, None, None]


def test_equal_rows_keep_their_order_and_appear_once():
    seen = [name for page in (1, 2, 3) for name in names(shown(f"?sort=days&page={page}"))]
    assert sorted(seen) == names_of(ROWS)
    ones = [name for name in seen if int(name) % 7 == 1]
    assert ones == sorted(ones)


def names_of(rows):
    return [record["name"] for record in rows]


def test_a_heading_offers_the_other_direction_and_tells_the_present_one():
    headers = {header.name: header for header in shown("?sort=-name").headers}
    assert (headers["name"].aria_sort, headers["name"].next_sort) == ("descending", "name")
    assert (headers["text"].aria_sort, headers["text"].next_sort) == ("none", "text")
    assert (headers["days"].aria_sort, headers["days"].next_sort) == ("none", "-days")
    assert (headers["share"].aria_sort, headers["share"].next_sort) == ("", "")


def test_the_pager_keeps_filters_and_sort():
    table = shown("?sort=-days&status=open&status=x&page=2&q=æ%26b")
    assert [link.number for link in table.pager] == [1, 2, 3]
    assert table.next_page.url == "?sort=-days&status=open&status=x&page=3&q=%C3%A6%26b"
    assert table.previous_page.number == 1
    assert [link.current for link in table.pager] == [False, True, False]


def test_there_is_nothing_before_the_first_page_and_after_the_last():
    assert shown().previous_page is None
    assert shown("?page=3").next_page is None


def test_a_known_count_is_not_counted_again():
    table = paginate(EveryColumnTable(ROWS), RequestFactory().get("/?page=9"), count=60)
    assert table.paginator.num_pages == table.page.number == 2


def test_a_table_that_is_not_paged_shows_everything():
    table = EveryColumnTable(ROWS)
    assert len(table.records) == 120
    assert list(table.pager) == []


@pytest.mark.parametrize(
    "build",
    [
        lambda text: cells.link_in_row(text, text),
        lambda text: cells.editable(text, text, text),
        lambda text: cells.with_addition(cells.editable(text, text, text), text, text),
        lambda text: cells.noted(cells.editable(text, text, text), text),
        lambda text: cells.box(text, text, text, text),
        lambda text: cells.box(text, text, text, text, is_ticked=True),
    ],
)
def test_whatever_the_table_fills_in_is_escaped(build):
    """Also what stands inside of something else that is filled in."""
    written = escaped(build(HOSTILE))
    assert "<script" not in written and "&lt;script&gt;" in written
    assert "{" not in written and HOSTILE not in written


def test_braces_in_what_is_filled_in_stay_as_they_are():
    assert "{0.__class__}" in escaped(cells.link_in_row("/", "{0.__class__}"))
