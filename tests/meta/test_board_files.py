"""Every board can be taken along, and its files hold what it shows. A board is found by the recipe at its foot."""

import csv
import html
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from openpyxl import load_workbook

from referrals.actions import rollups
from referrals.boards.coverage_series import PUBLISHED_WITHOUT
from referrals.choices import Definition, states_in
from referrals.exporters.divided import BETWEEN
from referrals.models import Category, Municipality, User
from referrals.norwegian import number
from referrals.permissions import Role
from tests.factories import TODAY, CoverageStatementFactory, EmploymentFactory, ReferralFactory
from tests.harness.boards import FOOT, Sight, address_to_see, sights
from tests.harness.outside_reader import opened, values
from tests.pages.seen import links_of

ClientFor = Callable[[User], Client]
Cell = Any

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
CELLS = re.compile(r"<td\b[^>]*>(.*?)</td>", re.DOTALL)
# A number as it is written on a page: grouped by no-break spaces, and with a decimal comma.
NUMBER = re.compile(r"\d{1,3}(?:\u00a0\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
DAY = re.compile(r"\d\d\.\d\d\.\d{4}|\d{4}-\d\d-\d\d")
# What is no figure in the cells of a page: days, hidden numbers, names, marks of a chart, who it is in a list.
NO_FIGURES = re.compile(
    r"\d\d?\.[ \u00a0](?:\d\d\.|[a-z]+ )\d{4}|\d\d\.\d\d\.\d{4}|\d{4}-\d{6}|^[A-ZÆØÅÁ]+ \d{4}"
    r"|<5|Prøvefylke \d+|Terapeut \d+|prioritet \d|\(\d+[ \u00a0][a-zåø]+\)|Ett år: 365 dager"
)
HASH = re.compile(r"<code>([0-9a-f]{16})</code>")
HIDDEN = {"<5", "Skjermet"}
LONG = ("part", "code", "name", "figure", "value")
# Nothing but a list of cases, of which no statistical table tells.
OF_CASES = {"waitlist_moved", "deviations"}


@dataclass
class Board:
    """A page with figures as somebody sees it, and its files."""

    sight: Sight
    address: str
    page: HttpResponse
    client: Client

    def file(self, kind: str) -> bytes:
        answer = self.client.get(self.address, {"fil": kind} | self._asked())
        assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"], self.sight
        return answer.getvalue()

    def _asked(self) -> dict[str, str]:
        return dict(parse_qsl(self.address.partition("?")[2]))

    def rows(self) -> list[list[str]]:
        """Of the CSV file, without what is put before a text that would run."""
        rows = csv.reader(io.StringIO(self.file("csv").decode("utf-8-sig")), delimiter=";")
        return [[cell.removeprefix("'") for cell in row] for row in rows]

    def pages_of_workbook(self) -> list[list[tuple[Cell, ...]]]:
        book = load_workbook(io.BytesIO(self.file("xlsx")))
        return [list(page.iter_rows(values_only=True)) for page in book.worksheets]

    def datasets(self) -> list[dict[str, Any]]:
        found = [link.url for link in links_of(self.page) if "fil=jsonstat-" in link.url]
        return [json.loads(self.client.get(address).getvalue()) for address in found]


@pytest.fixture
def boards(
    client_for: ClientFor,
    users: dict[Role | None, User],
    municipality: Municipality,
    other_municipality: Municipality,
    category: Category,
) -> list[Board]:
    """Pages that have a recipe, in a world where some numbers are small and some are not."""
    for trait in ("waiting", "overdue", "over_a_year", "started", "closed", "withdrawn"):
        for place, many in ((municipality, 3), (other_municipality, 7)):
            for _nth in range(many):
                ReferralFactory(municipality=place, category=category, **{trait: True})
    EmploymentFactory(municipality=municipality, fte="0.80")
    CoverageStatementFactory(municipality=other_municipality)
    rollups.freeze(today=TODAY)
    return list(_found(client_for, users, municipality, other_municipality))


def _found(
    client_for: ClientFor, users: dict[Role | None, User], place: Municipality, other: Municipality
) -> Iterator[Board]:
    for sight in sights():
        client = client_for(users[sight.role])
        address = address_to_see(sight, place, other)
        page = client.get(address)
        if page.status_code == 200 and FOOT in page.content.decode():
            yield Board(sight, address, page, client)


def test_the_boards_are_found(boards: list[Board]) -> None:
    """Whatever else there is: these are boards, and are seen from within and from without."""
    names = {board.sight.name for board in boards}
    assert {
        "dashboard_municipality", "dashboard_nation", "development_county", "distribution", "period",
        "comparison", "comparison_municipality", "month_ends", "month_ends_nation", "long_waits",
        "long_waits_figures", "coverage", "coverage_municipality", "coverage_series", "period_county",
        "distribution_county", "distribution_nation", "priority_keys", "waitlist_moved", "deviations",
    } <= names  # fmt: skip
    assert len({board.sight.role for board in boards}) >= 3


@pytest.mark.parametrize("template", [path for path in TEMPLATES if "{% recipe " in path.read_text()])
def test_a_page_with_a_recipe_offers_files(template: Path) -> None:
    assert '{% include "_components/boards/downloads.html" %}' in template.read_text()


def test_every_board_is_a_csv_a_workbook_json_and_statistical_tables(boards: list[Board]) -> None:
    for board in boards:
        kinds = [link.url.split("fil=")[1].split("-")[0] for link in board.page.context["downloads"].files]
        assert kinds[:3] == ["csv", "xlsx", "json"], board.sight
        assert bool(board.datasets()) == (board.sight.name not in OF_CASES), board.sight
        assert json.loads(board.file("json"))["recipe"]["hash"], board.sight


def test_the_workbook_has_the_cells_of_the_csv_and_the_recipe(boards: list[Board]) -> None:
    for board in boards:
        rows, (figures, recipe) = board.rows(), board.pages_of_workbook()
        told = [row for row in rows if row[0] != "recipe"]
        assert len(figures) == len(told), board.sight
        for row, texts in zip(figures, told, strict=True):
            assert [as_csv(cell, told[0]) for cell in row] == [plain(text) for text in texts], board.sight
        hashes = set(HASH.findall(board.page.content.decode().split(FOOT)[1]))
        assert hashes and hashes <= {value for _what, value in recipe}, board.sight
        values = [cell for row in figures[1:] for cell in row]
        assert not any(isinstance(cell, str) and DAY.fullmatch(cell) for cell in values), board.sight


def test_the_statistical_tables_have_the_cells_of_the_csv(boards: list[Board]) -> None:
    for board in boards:
        expected = set(told_of(board))
        found = list(cells_of(board.datasets()))
        for codes, value in expected:
            same = [text for own, text in found if codes <= own]
            assert plain(value) in same, (board.sight, codes, value, same)


def test_an_outside_reader_opens_every_table_and_reads_what_we_wrote(boards: list[Board]) -> None:
    for board in boards:
        for made in board.datasets():
            frame = opened(made)
            assert values(frame) == made["value"], board.sight
            codes = product(*(made["dimension"][name]["category"]["index"] for name in made["id"]))
            assert [tuple(row) for row in frame[made["id"]].to_numpy()] == list(codes), board.sight
            for figure, unit in made["dimension"]["figure"]["category"]["unit"].items():
                found = frame.loc[frame["figure"] == figure, "value"].dropna()
                assert all(round(value, unit["decimals"]) == value for value in found), (figure, unit)


def test_every_number_in_the_tables_of_a_page_is_in_its_file(boards: list[Board]) -> None:
    """As the file has it, rounded as the page rounds it; what is hidden on the page is hidden in the file."""
    strange: set[tuple[str, str, str]] = set()
    for board in boards:
        texts, written, own = texts_of(board), numbers_in_files(board), own_numbers(board)
        for text in texts:
            numbers = set() if text in own else set(NUMBER.findall(NO_FIGURES.sub("", text)))
            strange |= {(board.sight.name, text, one) for one in numbers - written}
        if HIDDEN & set(texts):
            assert any(made["extension"]["hidden"] for made in board.datasets()), board.sight
    assert not strange


def numbers_in_files(board: Board) -> set[str]:
    """The numbers of the workbook and of the statistical tables, in every way in which a page writes one."""
    figures, _recipe = board.pages_of_workbook()
    cells = [cell for row in figures for cell in row]
    cells += [value for made in board.datasets() for value in made["value"]]
    return {form for cell in cells for form in forms(cell)}


def as_csv(cell: Cell, heads: list[str]) -> str:
    """A typed cell of a workbook as the CSV of the same sheet has it: sheets of several parts have days as codes."""
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}" if heads[0] == LONG[0] else f"{cell:%d.%m.%Y}"
    if isinstance(cell, float):
        return plain(str(cell).replace(".", ","))
    return "" if cell is None else str(cell)


def plain(text: str) -> str:
    """Without the decimal that a whole number of days has, which a workbook does not keep."""
    return re.sub(r"^(-?\d+),0$", r"\1", text)


def own_numbers(board: Board) -> set[str]:
    """What only a page shows: numbers of others, named as such, and true ones of own staff.

    The files of the country's coverage are as outsiders see them, whoever asks.
    """
    if board.sight.name == "coverage_series":
        return {str(number) for number in PUBLISHED_WITHOUT.values()}
    if board.sight.name != "coverage":
        return set()
    return {str(row.over_a_year.value) for row in board.page.context["report"].rows if row.therapists}


def told_of(board: Board) -> Iterator[tuple[frozenset[str], str]]:
    """The figures of a board by their codes, as its other files have them."""
    rows = board.rows()
    if board.sight.name in OF_CASES:
        return
    if board.sight.name == "priority_keys":
        yield from targets_in_json(board)
    elif tuple(rows[0]) == LONG:
        apart = [row for row in rows[1:] if row[0] != "recipe" and BETWEEN not in row[1]]
        yield from ((words(row), row[4]) for row in apart if row[4])
        yield from put_together(board)
    elif "on" in rows[0]:
        yield from by_day(rows)
    elif "code" in rows[0]:
        yield from by_code(rows)
    else:
        yield from counts_in_json(board)


def targets_in_json(board: Board) -> Iterator[tuple[frozenset[str], str]]:
    """The days of two priority keys."""
    for key in json.loads(board.file("json"))["keys"]:
        yield frozenset({key["code"], "due_soon_days"}), str(key["due_soon_days"])
        for category in key["categories"]:
            for target in category["targets"]:
                codes = (key["code"], category["code"], str(target["level"]), "target_days")
                yield frozenset(codes), str(target["days"])


def put_together(board: Board) -> Iterator[tuple[frozenset[str], str]]:
    """Of counties and the nation: categories and priorities, where too few wait several of them as one."""
    if not board.sight.name.startswith("distribution_"):
        return
    for one in json.loads(board.file("json"))["by_category_and_priority"] or ():
        codes = ("+".join(one[parts]) for parts in ("categories", "priorities"))
        yield frozenset({*codes, "waiting"}), str(one["waiting"])


def by_day(rows: list[list[str]]) -> Iterator[tuple[frozenset[str], str]]:
    """The figures of a sheet with one day of one group a row."""
    for row in (dict(zip(rows[0], row, strict=True)) for row in rows[1:]):
        for figure in ("municipalities", "without", "unknown", "fte", "fte_per_10000"):
            if row[figure]:
                group = {row["code"]} if row["code"] else set()
                yield frozenset({row["on"], figure, *group}), row[figure]


def words(row: list[str]) -> frozenset[str]:
    """By what a row of a long sheet is told apart, in the codes of a statistical table."""
    part, code, _name, figure, _value = row
    sides = {part} & {"then", "change"} | ({part} if re.fullmatch(r"\d{4}-\d\d-\d\d", part) else set())
    codes = [] if part == "all" else code.split() or ["nobody"]  # the whole list is divided by nothing
    return frozenset({*codes, figure, *sides})


def by_code(rows: list[list[str]]) -> Iterator[tuple[frozenset[str], str]]:
    """The figures of a sheet with one place a row; the state that is true is written as 1."""
    for row in (dict(zip(rows[0], row, strict=True)) for row in rows[1:]):
        for state in states_in(Definition(row["definition"])):
            yield frozenset({row["code"], f"state_{state.value}"}), str(int(row["state"] == state.value))
        for figure in ("without", "vacant_post_only"):
            yield frozenset({row["code"], figure}), str(int(row[figure] == "yes"))
        for figure in ("fte", "fte_per_10000", "population", "days_without"):
            if row[figure]:
                yield frozenset({row["code"], figure}), row[figure]


def counts_in_json(board: Board) -> Iterator[tuple[frozenset[str], str]]:
    """Beside a list of cases: the counts of the day and of the month-ends before it."""
    figures = json.loads(board.file("json"))
    for one in (figures, *figures["history"]):
        for name in ("waiting", "over_one_year", "near_one_year"):
            yield frozenset({one["on"], name}), "" if one[name] is None else str(one[name])


def cells_of(datasets: list[dict[str, Any]]) -> Iterator[tuple[frozenset[str], str]]:
    """Every cell by its codes, with what the CSV file writes in it."""
    for made in datasets:
        codes = product(*(made["dimension"][name]["category"]["index"] for name in made["id"]))
        told = made["extension"]["hidden"] | made["extension"]["not_computed"]
        for place, (own, value) in enumerate(zip(codes, made["value"], strict=True)):
            yield frozenset(own), told.get(str(place), as_csv(value, []))


def texts_of(board: Board) -> list[str]:
    """What the cells of the page's tables say."""
    cells = CELLS.findall(board.page.content.decode().split("<main")[1])
    return [html.unescape(re.sub(r"<[^>]*>", " ", cell)).strip() for cell in cells]


def forms(cell: Cell) -> set[str]:
    """The ways in which a page writes a number."""
    if not isinstance(cell, int | float) or isinstance(cell, datetime):
        return set()
    return {number(abs(cell), places) for places in (0, 1, 2)} | {number(abs(cell) * 100, 0)}
