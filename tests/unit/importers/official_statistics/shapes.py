"""One table in every shape in which Statistics Norway hands it out, written by hand from what is known of the shapes.

The numbers are made up. Cells are texts as SSB's own: numbers with a decimal point, or a sign.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl

RATIO = (
    "KOSergoarsvprtit0000",
    "Ergoterapeutårsverk per 10 000 innbyggere (khelse+omsorg)",
    "per 10 000 innbyggere",
)
# The code of the årsverk themselves is made up: the real one is not known.
FTE = ("KOSprovearsverk0000", "Ergoterapeuter (kommunehelse + omsorg) (årsverk)", "årsverk")
NURSES = ("KOSsykepl0000", "Sykepleiere (årsverk)", "årsverk")
UPDATED = "2024-06-17T06:00:00Z"


@dataclass(frozen=True)
class Made:
    """A table: regions (code, name), contents (code, name, unit), years, and a text for each cell."""

    regions: Sequence[tuple[str, str]]
    contents: Sequence[tuple[str, str, str]]
    years: Sequence[str]
    texts: dict[tuple[str, str, str], str]
    number: str = "13533"
    updated: str = UPDATED

    @property
    def title(self) -> str:
        name = "Kommunehelse - supplerende grunnlagstall og nøkkeltall - ny (K)"
        return f"{self.number}: {name}, etter region, statistikkvariabel og år"

    def text(self, region: str, content: str, year: str) -> str:
        return self.texts.get((region, content, year), "..")

    def lines(self) -> list[tuple[tuple[str, str], tuple[str, str, str], str, str]]:
        return [
            (region, content, year, self.text(region[0], content[0], year))
            for region in self.regions
            for content in self.contents
            for year in self.years
        ]


def value_of(text: str) -> Any:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return None


# ---------------------------------------------------------------- JSON-stat


def dimension(label: str, categories: Sequence[tuple[str, str]], **more: Any) -> dict[str, Any]:
    return {
        "label": label,
        "category": {
            "index": {code: place for place, (code, _name) in enumerate(categories)},
            "label": dict(categories),
            **more,
        },
        "extension": {"elimination": False, "show": "value"},
        "link": {"describedby": [{"extension": {"Region": "urn:ssb:classification:klass:131"}}]},
    }


def body(made: Made) -> dict[str, Any]:
    texts = [text for *_about, text in made.lines()]
    units = {code: {"base": unit, "decimals": 1} for code, _name, unit in made.contents}
    return {
        "label": made.title,
        "source": "Statistisk sentralbyrå",
        "updated": made.updated,
        "id": ["KOKkommuneregion0000", "ContentsCode", "Tid"],
        "size": [len(made.regions), len(made.contents), len(made.years)],
        "dimension": {
            "KOKkommuneregion0000": dimension("region", made.regions),
            "ContentsCode": dimension("statistikkvariabel", [c[:2] for c in made.contents], unit=units),
            "Tid": dimension("år", [(year, year) for year in made.years]),
        },
        "value": [value_of(text) for text in texts],
        "status": {str(place): text for place, text in enumerate(texts) if value_of(text) is None},
        "extension": {
            "px": {"tableid": made.number, "decimals": 1, "language": "no", "contents": made.title[:30]},
            "contact": [{"name": "Ola Kontakt", "mail": "ola@ssb.example"}],
        },
    }


def as_bytes(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def json_stat_2_of_api_2(made: Made) -> bytes:
    """KOSTRA's region dimension has no role; the list of values is flat."""
    roles = {"time": ["Tid"], "metric": ["ContentsCode"]}
    return as_bytes({"version": "2.0", "class": "dataset", "role": roles, **body(made)})


def json_stat_2_of_api_1(made: Made) -> bytes:
    """Older answers have neither version nor role, and no number but in the title."""
    data = body(made)
    del data["extension"]
    return as_bytes({"class": "dataset", **data})


def json_stat_2_sparse(made: Made) -> bytes:
    """What the standard allows, too: values and categories by their place."""
    data = body(made)
    data["value"] = {str(place): value for place, value in enumerate(data["value"]) if value is not None}
    data["dimension"]["Tid"]["category"]["index"] = list(made.years)
    return as_bytes({"version": "2.0", "class": "dataset", **data})


def json_stat_1(made: Made) -> bytes:
    """All under `dataset`; id, size and role among the dimensions."""
    data = body(made)
    within = {name: data.pop(name) for name in ("id", "size")}
    data["dimension"] |= {**within, "role": {"time": ["Tid"], "metric": ["ContentsCode"]}}
    del data["extension"]
    return as_bytes({"dataset": data})


# ---------------------------------------------------------------- CSV


def written(
    lines: Sequence[Sequence[str]], separator: str = ",", end: str = "\r\n", quoting: int = csv.QUOTE_ALL
) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(lines)
    return out.getvalue()


def named(region: tuple[str, str]) -> str:
    return f"{region[0]} {region[1]}"


def csv_of_api_1(made: Made) -> bytes:
    """Contents and year in the heads, a title above; Windows-1252, semicolon and decimal comma."""
    columns = [(content, year) for content in made.contents for year in made.years]
    heads = ["region", *(f"{content[1]} {year}" for content, year in columns)]
    lines = [
        [
            named(region),
            *(
                made.text(region[0], content[0], year).replace(".", ",")
                if value_of(made.text(region[0], content[0], year)) is not None
                else made.text(region[0], content[0], year)
                for content, year in columns
            ),
        ]
        for region in made.regions
    ]
    text = written([[made.title]], ";") + "\r\n" + written([heads, *lines], ";", quoting=csv.QUOTE_MINIMAL)
    return text.encode("windows-1252")


def csv2(made: Made) -> bytes:
    """One line a cell, all in texts; the region without its number; the last column is the table's title."""
    heads = ["region", "statistikkvariabel", "år", made.title]
    lines = [[region[1], content[1], year, text] for region, content, year, text in made.lines()]
    return written([heads, *lines]).encode("windows-1252")


def csv3(made: Made) -> bytes:
    """One line a cell, all in codes; the last column is the table's number."""
    heads = ["KOKkommuneregion0000", "ContentsCode", "Tid", made.number]
    lines = [[region[0], content[0], year, text] for region, content, year, text in made.lines()]
    return written([heads, *lines], quoting=csv.QUOTE_MINIMAL).encode()


def ready_made_csv(made: Made) -> bytes:
    """Semicolon and decimal comma in ISO-8859-1."""
    heads = ["region", "statistikkvariabel", "år", made.title]
    lines = [
        [named(region), content[1], year, text.replace(".", ",") if value_of(text) is not None else text]
        for region, content, year, text in made.lines()
    ]
    return written([heads, *lines], ";").encode("iso-8859-1")


def csv_of_api_2(made: Made) -> bytes:
    """Codes and texts in heads and cells; contents and year in the heads; a title is asked for; UTF-8 with its mark."""
    columns = [(content, year) for content in made.contents for year in made.years]
    heads = ["region", *(f"{content[0]} - {content[1]} {year} - {year}" for content, year in columns)]
    lines = [
        [" - ".join(region), *(made.text(region[0], content[0], year) for content, year in columns)]
        for region in made.regions
    ]
    return (written([[made.title]]) + written([heads, *lines])).encode("utf-8-sig")


def csv_of_api_2_with_semicolon(made: Made) -> bytes:
    """Semicolon, and still a decimal point; the contents alone in the heads."""
    heads = ["region", "år", *(content[1] for content in made.contents)]
    lines = [
        [" - ".join(region), year, *(made.text(region[0], content[0], year) for content in made.contents)]
        for region in made.regions
        for year in made.years
    ]
    return (written([[made.title]], ";") + written([heads, *lines], ";")).encode()


def csv_with_tabs(made: Made) -> bytes:
    """The same long table with tabs, in UTF-8 without a mark."""
    heads = ["region", "statistikkvariabel", "år", made.title]
    lines = [[named(region), content[1], year, text] for region, content, year, text in made.lines()]
    return written([heads, *lines], "\t", "\n", csv.QUOTE_MINIMAL).encode()


# ---------------------------------------------------------------- xlsx


def typed(text: str) -> Any:
    value = value_of(text)
    return text if value is None else value


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FOOT = [
    [],
    ["Sist endret:"],
    ["17.06.2024 08:00"],
    ["Kilde:"],
    ["Statistisk sentralbyrå"],
    ["Kontakt:"],
    ["Ola Kontakt, Statistisk sentralbyrå, 21 09 00 00"],
]


def xlsx(made: Made) -> bytes:
    """Contents above years; the region in the first column; notes below."""
    upper = [None]
    for content in made.contents:
        upper += [content[1], *[None] * (len(made.years) - 1)]
    lower = [None, *(list(map(int, made.years)) * len(made.contents))]
    rows = [
        [
            named(region),
            *(
                typed(made.text(region[0], content[0], year))
                for content in made.contents
                for year in made.years
            ),
        ]
        for region in made.regions
    ]
    return workbook([[made.title], [], upper, lower, *rows, *FOOT])


def xlsx_of_years(made: Made) -> bytes:
    """Years alone in the heads; contents in the second column, and the region written once."""
    rows = [
        [
            named(region) if content is made.contents[0] else None,
            content[1],
            *(typed(made.text(region[0], content[0], year)) for year in made.years),
        ]
        for region in made.regions
        for content in made.contents
    ]
    return workbook([[made.title], [], [None, None, *made.years], *rows, *FOOT])


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx_of_excel(made: Made) -> bytes:
    """As Excel saves it: texts in a part of their own, and a sheet that is wrong about its own size."""
    with zipfile.ZipFile(io.BytesIO(xlsx(made))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    texts = list(dict.fromkeys(re.findall(r"<is><t>(.*?)</t></is>", parts[SHEET])))
    for place, text in enumerate(texts):
        parts[SHEET] = parts[SHEET].replace(f't="inlineStr"><is><t>{text}</t></is>', f't="s"><v>{place}</v>')
    parts[SHEET] = re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1"', parts[SHEET])
    strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
    parts[STRINGS] = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{strings}</sst>'
    kind = f'<Override PartName="/{STRINGS}" ContentType="{SPREADSHEET}.sharedStrings+xml"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("</Types>", kind)
    link = (
        f'<Relationship Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml" Id="rId9"/></Relationships>'
    )
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = parts[name].replace("</Relationships>", link)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return out.getvalue()


Shape = Callable[[Made], bytes]
# Every shape, with the name that a file of it has.
SHAPES: dict[str, tuple[Shape, str]] = {
    "JSON-stat 2 of API 2": (json_stat_2_of_api_2, "13533.json"),
    "JSON-stat 2 of API 1": (json_stat_2_of_api_1, "svar.json"),
    "JSON-stat 2, sparse": (json_stat_2_sparse, "svar.json"),
    "JSON-stat 1": (json_stat_1, "svar.json"),
    "csv of API 1": (csv_of_api_1, "13533.csv"),
    "csv2": (csv2, "13533.csv"),
    "csv3": (csv3, "13533.csv"),
    "ready-made csv": (ready_made_csv, "13533.csv"),
    "csv of API 2": (csv_of_api_2, "13533.csv"),
    "csv of API 2, semicolon": (csv_of_api_2_with_semicolon, "13533.csv"),
    "csv, tabs": (csv_with_tabs, "13533.txt"),
    "xlsx": (xlsx, "13533.xlsx"),
    "xlsx of Excel": (xlsx_of_excel, "13533.xlsx"),
    "xlsx of years": (xlsx_of_years, "13533.XLSX"),
}
