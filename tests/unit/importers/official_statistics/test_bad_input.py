"""Whatever is wrong with a file is named with its place."""

import io
import json
import zipfile
from typing import Any

import openpyxl
import pytest

from referrals.importers.official_statistics import jsonstat, reading, workbook
from referrals.importers.rows import BrokenFiles
from tests.unit.importers.official_statistics import shapes
from tests.unit.importers.official_statistics.conftest import preview
from tests.unit.importers.official_statistics.shapes import RATIO, Made

pytestmark = pytest.mark.usefixtures("registers")

TABLE = Made(
    [("0301", "Oslo"), ("3103", "Moss")],
    (RATIO,),
    ["2024", "2025"],
    {("0301", RATIO[0], "2024"): "1.8", ("3103", RATIO[0], "2025"): "2.5"},
)
HEAD = "region;statistikkvariabel;år;13533: Kommunehelse"


def problems(name: str, content: bytes, **typed: Any) -> list[str]:
    with pytest.raises(BrokenFiles) as raised:
        preview(name, content, **typed)
    return [str(problem) for problem in raised.value.problems]


def long_csv(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *lines]).encode()


def line(region: str, value: str, year: str = "2024") -> str:
    return f"{region};{RATIO[1]};{year};{value}"


def changed(**changes: Any) -> bytes:
    return json.dumps(json.loads(shapes.json_stat_2_of_api_2(TABLE)) | changes).encode()


class TestTheFile:
    @pytest.mark.parametrize("name", ["x.json", "x.csv", "x.xlsx"])
    @pytest.mark.parametrize("content", [b"", b" \r\n\t"])
    def test_empty(self, name: str, content: bytes) -> None:
        assert problems(name, content) == [f"{name}: er tom."]

    def test_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        content = shapes.csv3(TABLE)
        monkeypatch.setattr(reading, "MOST_BYTES", len(content))
        assert preview("x.csv", content)
        assert problems("x.csv", content + b"\n") == ["x.csv: er større enn 0 MB."]

    @pytest.mark.parametrize("name", ["13533.px", "13533.ods", "13533"])
    def test_of_another_kind_by_its_name(self, name: str) -> None:
        assert problems(name, shapes.csv3(TABLE)) == [
            f"{name}: navnet slutter ikke på noe av det som kan leses: .json, .csv, .txt, .xlsx."
        ]

    @pytest.mark.parametrize(
        ("name", "shape", "kind"),
        [("x.json", shapes.csv3, ".csv"), ("x.csv", shapes.xlsx, ".xlsx"), ("x.xlsx", shapes.json_stat_1, ".json"),
         ("x.txt", shapes.json_stat_1, ".json")],
    )  # fmt: skip
    def test_of_another_kind_than_its_name_says(self, name: str, shape: Any, kind: str) -> None:
        assert problems(name, shape(TABLE)) == [
            f"{name}: navnet slutter på {name[1:]}, men innholdet er {kind}."
        ]

    def test_old_excel(self) -> None:
        assert "av den gamle Excel-typen" in problems("x.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 20)[0]

    def test_a_path_in_the_name_is_dropped(self) -> None:
        assert preview("../../13533.csv", shapes.csv3(TABLE)).source.file_name == "13533.csv"


class TestTheTable:
    @pytest.mark.parametrize("shape", ["JSON-stat 2 of API 2", "csv2", "csv3", "csv of API 1", "xlsx"])
    def test_the_wrong_one(self, shape: str) -> None:
        wrong = Made(
            TABLE.regions, (("Folkemengde", "Personer", "personer"),), TABLE.years, {}, number="07459"
        )
        write, name = shapes.SHAPES[shape]
        (problem,) = problems(name, write(wrong))
        assert "har ingen tall for ergoterapeuter: er det riktig tabell?" in problem

    def test_that_does_not_say_which_it_is(self) -> None:
        content = long_csv(line("0301 Oslo", "1.8"), head="region;statistikkvariabel;år;verdi")
        assert problems("x.csv", content) == [
            "x.csv: fila sier ikke hvilken tabell den er fra: oppgi nummeret."
        ]
        assert preview("x.csv", content, table=" 13533 ").source.table == "13533"

    @pytest.mark.parametrize("shape", ["csv2", "csv of API 1", "xlsx"])
    def test_in_english(self, shape: str) -> None:
        """Under other names its figures would stand beside those that were read before, not in their place."""
        contents = (("X", "Occupational therapists (man-years)", "man-years"),)
        texts = {("0301", "X", "2024"): "1.8"}
        write, name = shapes.SHAPES[shape]
        (problem,) = problems(name, write(Made(TABLE.regions, contents, TABLE.years, texts)), table="13533")
        assert "er på engelsk: last den ned på norsk, som det som er lest inn før." in problem

    def test_of_days_that_are_not_over(self) -> None:
        content = long_csv(line("0301 Oslo", "1.8"), line("0301 Oslo", "1.9", "2026"))
        assert problems("x.csv", content) == ["x.csv, linje 3, kolonne D: «2026» er ikke over ennå."]

    def test_that_is_another_than_was_said(self) -> None:
        assert problems("x.csv", shapes.csv3(TABLE), table="12191") == [
            "x.csv: fila er fra tabell 13533, ikke fra 12191."
        ]

    @pytest.mark.parametrize("shape", ["csv2", "csv of API 1", "xlsx", "JSON-stat 1"])
    def test_the_same_twice_in_one_file_must_agree(self, shape: str) -> None:
        """Oslo stands twice: as 0301 and as 030100, or by two forms of its name."""
        regions = [("0301", "Oslo"), ("030100", "Oslo - Oslove")]
        texts = {("0301", RATIO[0], "2024"): "1.8", ("030100", RATIO[0], "2024"): "1.8"}
        write, name = shapes.SHAPES[shape]
        assert preview(name, write(Made(regions, (RATIO,), ["2024"], texts)), table="13533")
        texts["030100", RATIO[0], "2024"] = "1.9"
        (problem,) = problems(name, write(Made(regions, (RATIO,), ["2024"], texts)), table="13533")
        assert "sier noe annet om det samme enn" in problem


class TestEverythingAtOnce:
    def test_values_numbers_of_municipalities_and_years(self) -> None:
        lines = [
            line("0301 Oslo", "1,8"),
            line("3103 Moss", "-200,5"),
            line("8765 Ukjent", "1,0"),
            line("3105 Sarpsborg", "abc"),
            line("3105 Sarpsborg", "1,0", "20x3"),
        ]
        assert problems("x.csv", long_csv(*lines)) == [
            "x.csv, linje 3, kolonne D: -200,5 er mindre enn 0.",
            "x.csv, linje 4, kolonne D: «8765 Ukjent» er ingen kommune som registrene kjenner.",
            "x.csv, linje 5, kolonne D: «abc» er verken et tall eller et av Statistisk sentralbyrås tegn.",
            "x.csv, linje 6, kolonne D: «20x3» er ikke et år, et kvartal eller en måned.",
        ]


class TestJson:
    def test_cut_off(self) -> None:
        content = shapes.json_stat_2_of_api_2(TABLE).replace(b'"id"', b'\n"id"')
        (problem,) = problems("x.json", content[: content.index(b'"size"') + 9])
        assert problem.startswith("x.json, linje 2, kolonne ")
        assert problem.endswith("JSON-en er avkuttet eller ødelagt her: fila må lastes ned på nytt.")

    @pytest.mark.parametrize("length", range(1, 200, 13))
    def test_cut_off_anywhere(self, length: int) -> None:
        content = shapes.json_stat_2_of_api_2(TABLE)
        problems("x.json", content[: len(content) * length // 200])

    def test_in_windows_1252(self) -> None:
        content = shapes.json_stat_2_of_api_2(TABLE).decode().encode("windows-1252")
        column = next(place for place, byte in enumerate(content, start=1) if byte > 127)
        text = f"x.json, linje 1, kolonne {column}: ikke tekst i UTF-8, slik JSON må være."
        assert problems("x.json", content) == [text]

    def test_that_is_something_else(self) -> None:
        for content in (b"[]", b'{"data": []}', b'{"dataset": 3}'):
            assert "men ikke JSON-stat" in problems("x.json", content)[0]

    @pytest.mark.parametrize(
        "content", [b"[" * 100_000, b'{"value": NaN}', b'{"value": ' + b"9" * 5000 + b"}"]
    )
    def test_that_would_break_a_reader(self, content: bytes) -> None:
        assert len(problems("x.json", content)) == 1

    @pytest.mark.parametrize("escape", ["\\u0000", "\\ud83d", "\\uDE00", "\\\\\\u0000"])
    def test_with_an_escape_that_is_no_character(self, escape: str) -> None:
        content = shapes.json_stat_2_of_api_2(TABLE).replace(b"Oslo", escape.encode())
        assert problems("x.json", content) == [f"x.json, linje 1: «{escape[-6:]}» er ikke noe tegn."]

    @pytest.mark.parametrize("escape", ["\\ud83d\\uDE00", "\\\\u0000", "\\u00e5"])
    def test_with_an_escape_that_is_one(self, escape: str) -> None:
        assert preview("x.json", shapes.json_stat_2_of_api_2(TABLE).replace(b"Oslo", escape.encode()))

    def test_with_a_number_too_few(self) -> None:
        (problem,) = problems("x.json", changed(value=[1.8, None, 2.5]))
        assert problem == "x.json: «value» har 3 tall, men dimensjonene gir 4."

    def test_with_too_many_cells(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jsonstat, "MOST_CELLS", 3)
        assert problems("x.json", shapes.json_stat_1(TABLE)) == ["x.json: mer enn 3 celler."]

    @pytest.mark.parametrize(
        "change",
        [{"size": [1, 1, 1]}, {"size": "many"}, {"id": ["KOKkommuneregion0000", "ContentsCode"]}, {"id": None},
         {"id": ["X", "ContentsCode", "Tid"]}, {"dimension": []}, {"value": 3}, {"value": {"9": 1}}, {"role": [1]},
         {"role": {"time": "Tid"}}],
    )  # fmt: skip
    def test_whose_parts_do_not_fit(self, change: dict[str, Any]) -> None:
        assert len(problems("x.json", changed(**change))) == 1

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("1.8", "«1.8» er ikke et tall."),
            (True, "«True» er ikke et tall."),
            (-0.5, "-0.5 er mindre enn 0."),
        ],
    )
    def test_with_a_value_that_is_none(self, value: Any, text: str) -> None:
        assert problems("x.json", changed(value=[1, value, 2, 3])) == [
            f"x.json, value[1] (0301, {RATIO[0]}, 2025): {text}"
        ]

    def test_with_a_sign_that_is_not_known(self) -> None:
        (problem,) = problems("x.json", changed(status={"1": "?"}))
        assert problem.endswith("«?» er ikke et av Statistisk sentralbyrås tegn.")

    def test_without_a_sign_a_null_is_missing(self) -> None:
        found = preview("x.json", changed(status={}))
        assert {figure.status for figure in found.reading.figures} == {"value", "missing"}

    def test_one_sign_may_be_said_of_all(self) -> None:
        found = preview("x.json", changed(value=[None] * 4, status=":"))
        assert [figure.status for figure in found.reading.figures] == ["suppressed"] * 4


class TestCsv:
    def test_mixed_decimal_signs(self) -> None:
        content = long_csv(line("0301 Oslo", "1,8"), line("3103 Moss", "2.5"))
        assert problems("x.csv", content) == [
            "x.csv, linje 3, kolonne D: har et annet desimaltegn enn linje 2."
        ]

    def test_a_decimal_comma_where_commas_divide(self) -> None:
        content = f'region,statistikkvariabel,år,13533\n0301 Oslo,{RATIO[1]},2024,"1,8"\n'.encode()
        assert problems("x.csv", content) == [
            "x.csv, linje 2, kolonne D: «1,8» har et annet desimaltegn enn resten av fila."
        ]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
    def test_each_encoding_is_read(self, encoding: str) -> None:
        content = long_csv(line("1508 Ålesund", "1,8")).decode().encode(encoding)
        assert [figure.municipality.code for figure in preview("x.csv", content).reading.figures] == ["1508"]

    def test_a_byte_of_no_encoding(self) -> None:
        content = long_csv(line("0301 Oslo", "1,8")) + b"\n\x81\xff"
        assert problems("x.csv", content) == ["x.csv, linje 3: teksten er verken i UTF-8 eller Windows-1252."]

    def test_no_text(self) -> None:
        assert problems("x.csv", long_csv() + b"\n\0") == ["x.csv, linje 2: er ikke en tekstfil."]

    def test_a_negative_value(self) -> None:
        content = long_csv(line("0301 Oslo", "1,8"), line("3103 Moss", "-2,5"))
        assert problems("x.csv", content) == ["x.csv, linje 3, kolonne D: -2,5 er mindre enn 0."]

    @pytest.mark.parametrize("value", ["mange", "1 234", "1.2.3", "1e5", "NaN", "٣"])
    def test_a_value_that_is_no_number(self, value: str) -> None:
        (problem,) = problems("x.csv", long_csv(line("0301 Oslo", value)))
        assert problem == (
            f"x.csv, linje 2, kolonne D: «{value}» er verken et tall eller et av Statistisk sentralbyrås tegn."
        )

    def test_a_value_too_large(self) -> None:
        content = long_csv(line("0301 Oslo", "999999,99"), line("3103 Moss", "1000000,00"))
        assert problems("x.csv", content) == [
            "x.csv, linje 3, kolonne D: 1000000.00 er mer enn det kan være."
        ]

    def test_a_time_that_is_none(self) -> None:
        (problem,) = problems("x.csv", long_csv(line("0301 Oslo", "1", "i fjor")))
        assert problem == "x.csv, linje 2, kolonne D: «i fjor» er ikke et år, et kvartal eller en måned."

    def test_a_time_both_to_the_left_and_above(self) -> None:
        lines = ["region;år;2024;2025", ";;Personer;Årsverk", "3103 Moss;2024;4;5"]
        assert problems("x.csv", "\n".join(lines).encode(), table="13533") == [
            "x.csv, linje 1: tiden står både i en kolonne og over tallene."
        ]

    def test_cut_off_in_a_line(self) -> None:
        content = long_csv(line("0301 Oslo", "1,8"), f"3103 Moss;{RATIO[1]}")
        assert problems("x.csv", content) == ["x.csv, linje 3: 2 verdier, men det er 4 kolonner."]

    def test_cut_off_in_a_quotation(self) -> None:
        content = shapes.csv2(TABLE)
        assert problems("x.csv", content[: content.rindex(b'"')]) == [
            "x.csv, linje 5: et anførselstegn for mye eller for lite: fila kan være avkuttet."
        ]

    def test_lines_after_the_end(self) -> None:
        content = long_csv(line("0301 Oslo", "1,8"), "", line("3103 Moss", "2,5"))
        assert problems("x.csv", content) == [
            "x.csv, linje 4: står etter den tomme linja som avslutter tabellen."
        ]

    def test_every_problem_is_named_and_of_very_many_how_many(self) -> None:
        content = long_csv(*(line("0301 Oslo", "x") for _number in range(120)))
        found = problems("x.csv", content)
        assert len(found) == 51
        assert found[-1] == "x.csv: 70 feil til."

    @pytest.mark.parametrize("content", [b"bare tekst", b"a;b", b"a;b\n1;2", b'"', b"region;\xc3\xa5r;x\n"])
    def test_no_table_of_ours(self, content: bytes) -> None:
        assert len(problems("x.csv", content, table="13533")) == 1


class TestWorkbook:
    def test_a_bomb_is_not_unpacked(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b" " * (workbook.MOST_UNPACKED + 1))
        assert len(out.getvalue()) < 100_000
        assert problems("x.xlsx", out.getvalue()) == [
            "x.xlsx: ville være 60 MB utpakket; høyst 60 MB blir lest."
        ]

    def test_a_bomb_of_many_parts(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for number in range(workbook.MOST_PARTS + 1):
                archive.writestr(f"part{number}", b"")
        assert "utpakket" in problems("x.xlsx", out.getvalue())[0]

    @pytest.mark.parametrize("part", [shapes.STRINGS, shapes.SHEET, "xl/workbook.xml", "xl/styles.xml"])
    def test_a_bomb_of_entities(self, part: str) -> None:
        entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        content = with_part(
            shapes.xlsx_of_excel(TABLE), part, lambda xml: entities.encode() + without_declaration(xml)
        )
        assert problems("x.xlsx", content) == ["x.xlsx: er ikke en arbeidsbok (xlsx), eller er skadet."]

    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
    def test_cut_off(self, share: float) -> None:
        content = shapes.xlsx(TABLE)
        assert problems("x.xlsx", content[: int(len(content) * share)]) == [
            "x.xlsx: er ikke en arbeidsbok (xlsx), eller er skadet."
        ]

    def test_another_zip(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("hei.txt", "hei")
        assert problems("x.xlsx", out.getvalue()) == [
            "x.xlsx: er ikke en arbeidsbok (xlsx), eller er skadet."
        ]

    def test_too_many_rows_and_columns(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbook, "MOST_ROWS", 5)
        assert problems("x.xlsx", shapes.xlsx(TABLE)) == ["x.xlsx, linje 6: mer enn 5 rader."]
        monkeypatch.undo()
        monkeypatch.setattr(workbook, "MOST_COLUMNS", 2)
        assert problems("x.xlsx", shapes.xlsx(TABLE)) == ["x.xlsx, linje 4, kolonne C: mer enn 2 kolonner."]

    def test_many_rows_are_counted_and_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbook, "MOST_ROWS", 5)
        monkeypatch.setattr(workbook, "_lines", None)
        assert problems("x.xlsx", shapes.xlsx(TABLE)) == ["x.xlsx, linje 6: mer enn 5 rader."]

    def test_a_cell_far_away_costs_nothing(self) -> None:
        book = openpyxl.Workbook()
        book.active["XFD1048576"] = 1
        out = io.BytesIO()
        book.save(out)
        assert problems("x.xlsx", out.getvalue()) == ["x.xlsx, linje 100001: mer enn 100\xa0000 rader."]

    def test_a_wrong_value_is_named_by_its_cell(self) -> None:
        rows = [[TABLE.title], [], [None, 2024, 2025], ["0301 Oslo", 1.8, "mange"], ["3103 Moss", -2, 1]]
        found = problems("x.xlsx", shapes.workbook(rows))
        assert [text.partition(": ")[0] for text in found] == [
            "x.xlsx, linje 4, kolonne C",
            "x.xlsx, linje 5, kolonne B",
        ]

    def test_no_table(self) -> None:
        assert problems("x.xlsx", shapes.workbook([["bare"], ["tekst"]])) == [
            "x.xlsx: ingen ark i arbeidsboka har en tabell."
        ]

    def test_an_empty_first_sheet_is_passed_over(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(shapes.xlsx(TABLE)))
        book.create_sheet("Forside", 0)
        out = io.BytesIO()
        book.save(out)
        assert preview("x.xlsx", out.getvalue()).reading.figures


def with_part(content: bytes, name: str, change: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part == name else data)
    return out.getvalue()


def without_declaration(xml: bytes) -> bytes:
    return xml.partition(b"?>")[2] if xml.startswith(b"<?xml") else xml
