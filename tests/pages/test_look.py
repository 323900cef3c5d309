"""Each component through the real client, with values that are hard to show."""

import re
from html.parser import HTMLParser
from uuid import UUID

import pytest
from django.test import Client
from django.utils import translation

from tests.look import awkward

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.look.urls")]

PAGES = ["list", "form", "charts", "months", "empty"]
TEXT_OF_TEN_THOUSAND = ("Kárášjohka čšŋđŧž 👩‍🦽 <b>&\n" * 500)[:10_000]


class Findings(HTMLParser):
    """What the content security policy or a screen reader would stumble over."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.ids.append(values["id"])
        if tag == "style" or "style" in values or any(name.startswith("on") for name in values):
            self.inline.append(self.get_starttag_text())
        if tag == "script" and "src" not in values:
            self.inline.append(self.get_starttag_text())
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)


def html(path: str, **headers: str) -> str:
    response = Client(headers=headers).get(path)
    assert response.status_code == 200
    return response.content.decode()


def post(**changes: str) -> str:
    data = {
        "received_on": "22.11.26",
        "reason": "x",
        "submission": str(UUID(int=1)),
        "version": "3",
        **changes,
    }
    return Client().post("/look/form/", data).content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_inline_and_no_id_occurs_twice(page):
    found = Findings()
    found.feed(html(f"/look/{page}/"))
    assert found.inline == []
    assert sorted(found.ids) == sorted(set(found.ids))
    assert found.headings[0] == "h1" and found.headings.count("h1") == 1


@pytest.mark.parametrize("page", PAGES)
def test_hostile_values_are_shown_and_not_run(page):
    assert awkward.HOSTILE not in html(f"/look/{page}/")


@pytest.mark.parametrize(
    ("language", "word"), [("nb", 'lang="nb"'), ("nn", 'lang="nn"'), ("en", 'lang="en"')]
)
def test_the_page_says_its_language(language, word, settings):
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    assert word in client.get("/look/list/").content.decode()


@pytest.mark.parametrize("scheme", ["light", "dark", "auto"])
def test_the_colours_chosen_on_this_device_are_used(scheme):
    client = Client()
    client.post("/utseende/", {"scheme": scheme, "next": "/look/list/"})
    assert f'data-color-scheme="{scheme}"' in client.get("/look/list/").content.decode()


def test_htmx_is_told_to_leave_no_trace_and_run_no_script():
    config = re.search(r"name=\"htmx-config\" content='([^']*)'", html("/look/list/"))
    assert '"historyCacheSize":0' in config[1] and '"allowEval":false' in config[1]


class TestList:
    def test_the_caption_says_what_is_shown_of_how_many(self):
        assert re.search(r"1–50 \w+ 437", html("/look/list/"))
        assert re.search(r"401–437 \w+ 437", html("/look/list/?page=99999"))

    def test_thousands_are_grouped(self):
        assert re.search(r">3\N{NO-BREAK SPACE}\d{3}<", html("/look/list/?sort=-waited"))

    def test_headings_belong_to_the_filter_and_tell_the_order(self):
        page = html("/look/list/?sort=-waited")
        assert 'aria-sort="descending"><button type="submit" id="sort-waited" form="filter"' in page
        assert page.count('aria-sort="none"') == 7

    def test_enter_in_the_filter_keeps_the_sort(self):
        assert '<button class="ds-button" type="submit" name="sort" value="-waited">' in html(
            "/look/list/?sort=-waited"
        )

    def test_pages_keep_filter_and_sort(self):
        assert 'href="?status=waiting&amp;sort=-waited&amp;page=2"' in html(
            "/look/list/?status=waiting&sort=-waited"
        )

    @pytest.mark.parametrize(
        "query", ["page=-1", "page=abc", "per_page=100000", "sort=unknown", "sort=fte", "sort=-"]
    )
    def test_an_address_typed_wrong_shows_the_list(self, query):
        assert "1–50" in html(f"/look/list/?{query}")

    def test_htmx_gets_the_list_and_what_to_announce(self):
        part = html("/look/list/?status=waiting", **{"HX-Request": "true"})
        assert part.startswith('<div class="table-region"')
        assert 'id="found" hx-swap-oob="innerHTML">146 ' in part

    def test_an_empty_list_says_what_to_do(self):
        page = html("/look/empty/")
        assert "Ingen treff. Fjern et filter og prøv igjen." in page
        assert "ds-pagination" not in page


class TestForm:
    @pytest.mark.parametrize(
        "text", [TEXT_OF_TEN_THOUSAND, TEXT_OF_TEN_THOUSAND + "x" * 500], ids=["10000", "10500"]
    )
    def test_long_text_comes_back_whole(self, text):
        back = re.search(r'<textarea name="reason"[^>]*>\n(.*?)</textarea>', post(reason=text), re.DOTALL)[1]
        assert back.count("👩‍🦽") == text.count("👩‍🦽")
        assert back.endswith("x" * 500) == text.endswith("x" * 500)

    def test_too_long_says_by_how_much(self):
        assert "500" in re.search(r'id="id_reason_error"><p[^>]*>(.*?)</p>', post(reason="x" * 10_500))[1]

    def test_nothing_typed_is_lost(self):
        back = post(
            received_on="31.02.2026", name=awkward.SAMI, source="2", category="a", urgency="b", consent="on"
        )
        assert 'value="31.02.2026"' in back
        assert awkward.SAMI in back
        assert re.search(r'value="2"[^>]*checked', back) and re.search(r'value="b"[^>]*checked', back)
        assert '<option value="a" selected>' in back

    def test_hidden_key_and_version_come_back(self):
        back = post()
        assert f'name="submission" value="{UUID(int=1)}"' in back
        assert 'name="version" value="3"' in back

    def test_the_title_and_the_summary_tell_of_errors_first(self):
        with translation.override("nb"):
            prefix = f"{translation.gettext('Error:')} "
        back = post()
        assert f"<title>{prefix}" in back
        assert re.search(r'id="errors" role="group" tabindex="-1" autofocus', back)
        assert 'href="#id_source"' in back

    def test_a_date_is_first_shown_with_points(self):
        assert 'name="received_on" value="22.11.2026"' in html("/look/form/")

    def test_what_happened_is_said_with_its_weight(self):
        data = {
            "received_on": "22112026",
            "reason": "x",
            "submission": str(UUID(int=1)),
            "version": "0",
            "name": "K",
        }
        data |= {"source": "1", "category": "a", "consent": "on"}
        page = Client().post("/look/form/", data, follow=True).content.decode()
        assert re.findall(r'class="ds-alert" data-color="(\w+)" role="(\w+)"', page) == [
            ("success", "status"),
            ("warning", "status"),
            ("danger", "alert"),
            ("info", "status"),
        ]
        assert awkward.HOSTILE not in page


class TestCharts:
    def test_coordinates_have_no_comma(self):
        for page in ("charts", "months"):
            for value in re.findall(r' (?:x|y|x1|y2|width|height|cx)="([^"]*)"', html(f"/look/{page}/")):
                float(value)

    def test_every_chart_has_a_table_with_the_same_figures(self):
        page = html("/look/charts/")
        assert page.count("<figure") == 9
        assert page.count('<details class="ds-details"') == 5

    def test_the_map_of_boundaries_says_of_which_year_and_writes_what_has_no_number(self):
        maps = re.findall(r'<svg class="areas".*?</svg>', html("/look/charts/"), re.DOTALL)
        assert [drawn.count("Grenser per 2026</text>") for drawn in maps] == [1, 1]
        assert maps[1].count('<text class="tile-q0"') == maps[1].count('<a class="tile-q0') > 0
        assert '<text class="tile-q1"' not in maps[1]

    def test_a_picture_with_links_is_no_picture_to_a_screen_reader(self):
        page = html("/look/charts/") + html("/look/months/")
        for svg in re.findall(r'<svg class="chart".*?</svg>', page, re.DOTALL):
            assert ('role="img"' in svg) != ("<a " in svg)

    def test_what_is_withheld_is_never_zero(self):
        assert "&lt;5" in html("/look/charts/")

    def test_every_chart_over_time_has_a_table_and_shaded_ones_are_tables(self):
        page = html("/look/months/")
        assert page.count("<figure") == 26
        assert page.count('<details class="ds-details"') == 21
        assert page.count('<table class="heat"') + page.count('<table class="compare"') == 5

    def test_many_links_can_be_skipped(self):
        page = html("/look/months/")
        for id in ("ageing-large", "flows-large"):
            assert f'class="ds-skip-link" href="#{id}-after"' in page
            assert f'<details class="ds-details" id="{id}-after"' in page
        assert 'href="#ageing-12-after"' not in page

    def test_a_hidden_cell_carries_no_shade(self):
        cells = re.findall(r'<td class="(heat-hidden[^"]*)"><span>([^<]*)<', html("/look/months/"))
        assert set(cells) == {("heat-hidden", "&lt;5")}

    def test_nothing_to_show_is_a_sentence(self):
        page = html("/look/empty/")
        assert page.count("chart-empty") == 8
        assert "<svg" not in page
