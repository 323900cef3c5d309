"""A table that stands in rows and columns, long or with time and contents in its heads: what CSV and xlsx share."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from django.utils.translation import gettext as _

from referrals.importers.official_statistics.table import (
    Category,
    Cell,
    Role,
    Table,
    amount_of,
    number_in,
    role_of,
)
from referrals.importers.rows import BadValue, Problem, broken
from referrals.waiting import OSLO

TIME = r"(?:19|20)[0-9]{2}(?:[KM][0-9]{1,2})?|[1-4]\. kvartal (?:19|20)[0-9]{2}"
# A file with codes and texts writes the year as both.
_TIME = re.compile(rf"({TIME})(?: - \1)?")
_TIME_LAST = re.compile(rf"(?P<rest>.*?\S)[ ,]+(?P<time>{TIME})(?: - (?P=time))?")
_TIME_FIRST = re.compile(rf"(?P<time>{TIME})(?: - (?P=time))?[ ,]+(?P<rest>.*\S)")
_UPDATED = re.compile(r"\s*(?:sist(?:e)? (?:endret|endra|oppdatert)|latest update)\b:?\s*(.*)", re.IGNORECASE)
_DAYS = (
    re.compile(
        r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2}))?"
    ),
    re.compile(
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?: (?P<hour>\d{2}):(?P<minute>\d{2}))?"
    ),
)
# How many lines after the words the time itself may stand.
NEAR = 3


@dataclass(frozen=True)
class Line:
    """A line of the file and its cells; cells after the last one that has anything may be left out."""

    number: int
    cells: tuple[str, ...]

    def at(self, place: int) -> str:
        """The cell in a column, without white space around; empty where the line is shorter."""
        return self.cells[place].strip() if place < len(self.cells) else ""

    @property
    def filled(self) -> list[int]:
        """The columns that hold something."""
        return [place for place in range(len(self.cells)) if self.at(place)]


@dataclass(frozen=True)
class Values:
    """A column of numbers, and what its head says of them; what it does not say stands to the left in each line."""

    place: int
    time: str = ""
    contents: str = ""


@dataclass(frozen=True)
class Layout:
    """What each column is. `region`, `time` and `contents` are columns to the left of the numbers, if they have one."""

    width: int
    left: int
    values: tuple[Values, ...]
    region: int
    time: int | None
    contents: int | None
    others: tuple[int, ...]


@cache
def letter(place: int) -> str:
    """A column as a spreadsheet calls it: A is the first."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def table(file: str, lines: Sequence[Line], sign: str = ".", *, is_sheet: bool = False) -> Table:
    """The table in the lines. `is_sheet`: a text that holds for several lines is written in the first only.

    Raises BrokenFiles.
    """
    title, first = _title(lines)
    heads, after = _heads(file, lines, first)
    body, notes = _body(lines, after)
    layout = _layout(file, heads, body, lines[first].number)
    if is_sheet:
        body, notes = _without_notes(body, notes, layout)
        body = _filled_down(body, layout)
    if not body:
        raise broken(file, _("has no lines below its heads."), lines[first].number)
    problems: list[Problem] = _left_over(file, notes, layout)
    cells = tuple(_cells(file, body, layout, sign, title, problems, is_sheet))
    return Table(
        file=file,
        number=number_in(title) or _number_in_heads(heads),
        title=title,
        cells=_without_single_values(cells),
        updated_at=_updated(notes),
        problems=tuple(problems),
    )


def _title(lines: Sequence[Line]) -> tuple[str, int]:
    """The text that stands alone above the table, and where its heads begin."""
    title = ""
    for place, line in enumerate(lines):
        if line.filled not in ([], [0]):
            return title, place
        title = title or line.at(0)
    return title, len(lines)


def _heads(file: str, lines: Sequence[Line], first: int) -> tuple[list[tuple[str, ...]], int]:
    """By column what its heads say, one or two of them, and the place of the line after."""
    if first >= len(lines):
        raise broken(file, _("has no table: no line has more than one cell."))
    upper = lines[first]
    lower = lines[first + 1] if first + 1 < len(lines) else Line(0, ())
    width = max(len(upper.cells), len(lower.cells) if _is_second(upper, lower) else 0)
    if not _is_second(upper, lower):
        return [(upper.at(place),) for place in range(width)], first + 1
    begins = min(lower.filled)
    heads: list[tuple[str, ...]] = []
    above = ""
    for place in range(width):
        above = upper.at(place) or (above if place > begins else "")
        heads.append((above, lower.at(place)))
    return heads, first + 2


def _is_second(upper: Line, lower: Line) -> bool:
    """Whether heads stand in two lines: times in one of them, and nothing to the left in the lower one."""
    if lower.at(0) or not lower.filled:
        return False
    right = [upper.at(place) for place in upper.filled if place >= min(lower.filled)]
    below = [lower.at(place) for place in lower.filled]
    return _are_times(below) or _are_times(right)


def _are_times(texts: Sequence[str]) -> bool:
    return bool(texts) and all(_TIME.fullmatch(text) for text in texts)


def _body(lines: Sequence[Line], first: int) -> tuple[Sequence[Line], Sequence[Line]]:
    """The lines of the table, and those after the empty one that ends it."""
    end = next((place for place in range(first, len(lines)) if not lines[place].filled), len(lines))
    return lines[first:end], lines[end:]


def _without_notes(
    body: Sequence[Line], notes: Sequence[Line], layout: Layout
) -> tuple[Sequence[Line], Sequence[Line]]:
    """In a sheet notes may follow at once: lines without anything where the numbers are."""
    for place, line in enumerate(body):
        if not any(line.at(column.place) for column in layout.values):
            return body[:place], [*body[place:], *notes]
    return body, notes


def _filled_down(body: Sequence[Line], layout: Layout) -> list[Line]:
    """What a sheet leaves out because it stands above."""
    above = [""] * layout.left
    filled = []
    for line in body:
        cells = [line.at(place) or above[place] for place in range(layout.left)]
        above = cells
        filled.append(Line(line.number, (*cells, *line.cells[layout.left :])))
    return filled


# ---------------------------------------------------------------- what the columns are


def _layout(file: str, heads: Sequence[tuple[str, ...]], body: Sequence[Line], number: int) -> Layout:
    names = [next((text for text in head if text), "") for head in heads]
    roles = [role_of(name) for name in names]
    values = _values(heads, roles, body)
    if not values or not values[0].place:
        raise broken(file, _("no columns of numbers are found below these heads."), number)
    left = values[0].place
    found = {role: _first(roles[:left], role) for role in (Role.REGION, Role.TIME, Role.CONTENTS)}
    unnamed = [place for place in range(left) if roles[place] == Role.OTHER]
    region = found[Role.REGION] if found[Role.REGION] is not None else next(iter(unnamed), None)
    if region is None or (found[Role.TIME] is None and not values[0].time):
        raise broken(file, _("a column for region or for time is missing."), number)
    if found[Role.TIME] is not None and values[0].time:
        raise broken(file, _("the time stands both in a column and above the numbers."), number)
    unnamed = [place for place in unnamed if place != region]
    contents = found[Role.CONTENTS]
    if contents is None and not values[0].contents:
        contents = next((place for place in unnamed if _tells_contents(place, names, body)), None)
    others = tuple(place for place in unnamed if place != contents)
    return Layout(len(heads), left, values, region, found[Role.TIME], contents, others)


def _values(
    heads: Sequence[tuple[str, ...]], roles: Sequence[Role], body: Sequence[Line]
) -> tuple[Values, ...]:
    """The columns of numbers: those with a time in their heads, else the last ones. Heads in two lines have times."""
    if Role.TIME not in roles or len(heads[0]) > 1:
        timed = ((place, _time_and_rest(head)) for place, head in enumerate(heads))
        return tuple(Values(place, *found) for place, found in timed if found)
    first = len(heads) - 1
    if Role.CONTENTS not in roles:
        while first and roles[first - 1] == Role.OTHER and _has_amounts(first - 1, body):
            first -= 1
    only = () if Role.CONTENTS not in roles else ("",)
    return tuple(Values(place, "", *(only or heads[place])) for place in range(first, len(heads)))


def _time_and_rest(head: tuple[str, ...]) -> tuple[str, str] | None:
    """The time in a column's heads and what else they say, besides that it is a time; nothing without a time."""
    for place, text in enumerate(head):
        if found := _TIME.fullmatch(text):
            rest = (part for other, part in enumerate(head) if other != place and role_of(part) != Role.TIME)
            return found[1], " ".join(filter(None, rest))
    if len(head) == 1 and (match := _TIME_LAST.fullmatch(head[0]) or _TIME_FIRST.fullmatch(head[0])):
        return match["time"], match["rest"]
    return None


def _has_amounts(place: int, body: Sequence[Line]) -> bool:
    """Whether a column holds numbers and signs only, and more than codes would be."""
    return bool(body) and all(_is_amount(line.at(place)) for line in body)


def _is_amount(text: str) -> bool:
    try:
        amount_of(text, "," if "," in text else ".")
    except BadValue:
        return text.startswith("-")
    return True


def _tells_contents(place: int, names: Sequence[str], body: Sequence[Line]) -> bool:
    """Whether a column without a name says what is counted: numbers of ergoterapeuter are what is looked for."""
    return not names[place] and any("ergoterap" in line.at(place).casefold() for line in body)


def _first(roles: Sequence[Role], role: Role) -> int | None:
    return next((place for place, found in enumerate(roles) if found == role), None)


def _number_in_heads(heads: Sequence[tuple[str, ...]]) -> str:
    """The table's number where a column of numbers is called by it, or by the table's title."""
    last = heads[-1][0].strip()
    return last if re.fullmatch(r"[0-9]{5}", last) else number_in(last)


# ---------------------------------------------------------------- the cells


def _cells(
    file: str,
    body: Sequence[Line],
    layout: Layout,
    sign: str,
    title: str,
    problems: list[Problem],
    is_sheet: bool,
) -> Iterator[Cell]:
    for line in body:
        if not is_sheet and len(line.cells) != layout.width:
            words = {"count": len(line.cells), "columns": layout.width}
            text = _("%(count)s values, but there are %(columns)s columns.") % words
            problems.append(Problem(file, line.number, text))
            continue
        for column in layout.values:
            try:
                amount = amount_of(line.at(column.place), sign)
            except BadValue as error:
                problems.append(Problem(file, line.number, str(error), letter(column.place)))
                continue
            yield Cell(
                region=Category(label=line.at(layout.region)),
                time=Category(label=column.time if layout.time is None else _one_time(line.at(layout.time))),
                contents=Category(label=_contents(line, layout, column, title)),
                amount=amount,
                row=line.number,
                column=letter(column.place),
                others=tuple(Category(label=line.at(place)) for place in layout.others),
            )


def _contents(line: Line, layout: Layout, column: Values, title: str) -> str:
    """What is counted: by a column of its own, the head of the numbers, or at last the title of the whole."""
    return line.at(layout.contents) if layout.contents is not None else column.contents or title


def _one_time(text: str) -> str:
    """A time that is written as code and as text, once."""
    found = _TIME.fullmatch(text)
    return found[1] if found else text


def _without_single_values(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """What has one value only says nothing: it may as well have been left out of the file."""
    if not cells:
        return cells
    telling = [
        place for place in range(len(cells[0].others)) if len({cell.others[place] for cell in cells}) > 1
    ]
    if len(telling) == len(cells[0].others):
        return cells
    return tuple(replace(cell, others=tuple(cell.others[place] for place in telling)) for cell in cells)


def _left_over(file: str, notes: Sequence[Line], layout: Layout) -> list[Problem]:
    """Numbers after the line that ends the table would else be lost unseen."""
    return [
        Problem(file, line.number, _("stands after the empty line that ends the table."))
        for line in notes
        if len(line.filled) > 1
        and any(line.at(column.place) and _is_amount(line.at(column.place)) for column in layout.values)
    ]


def _updated(notes: Sequence[Line]) -> datetime | None:
    """When the table was last changed, as a sheet says below its numbers, in the same cell or near it."""
    texts = [line.at(place) for line in notes for place in line.filled]
    for place, text in enumerate(texts):
        if found := _UPDATED.match(text):
            near = (found[1], *texts[place + 1 : place + 1 + NEAR])
            return next((instant for one in near if (instant := _instant(one))), None)
    return None


def _instant(text: str) -> datetime | None:
    for pattern in _DAYS:
        if found := pattern.match(text.strip()):
            parts = {name: int(value or 0) for name, value in found.groupdict().items()}
            try:
                return datetime(**parts, tzinfo=OSLO)
            except ValueError:
                return None
    return None
