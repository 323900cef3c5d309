"""By what the lines of the reports are divided, as statistical tables name it."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from referrals.exporters.lines import Line
from referrals.exporters.statistics import GEO, TIME, Across, Axis
from referrals.exporters.words import Text
from referrals.reports.later import Why
from referrals.reports.periods import Period
from referrals.tables.frozen import REASONS as WORDS_OF_REASONS


def _named(line: Line) -> tuple[str, Text]:
    return line.code or NOBODY, line.name or line.code


def _day(line: Line) -> tuple[str, Text]:
    return line.code.isoformat(), f"{line.code:%d.%m.%Y}"


def _period(line: Line) -> tuple[str, Text]:
    """By its half-open code, named by its first and its last day."""
    period = Period.read(line.code)
    return line.code, f"{period.start:%d.%m.%Y}–{period.last_day:%d.%m.%Y}"


def _period_without(line: Line) -> tuple[str, Text]:
    """By its half-open code, of which an edge may be open; named by its first day and the first day after it."""
    began, ended = (_edge(edge) for edge in line.code.split("/"))
    return line.code, _("without from %(began)s, with one again from %(ended)s") % {
        "began": began,
        "ended": ended,
    }


def _edge(code: str) -> str:
    return OPEN if code == OPEN else f"{date.fromisoformat(code):%d.%m.%Y}"


def _day_of_part(line: Line) -> tuple[str, Text]:
    return line.part.isoformat(), f"{line.part:%d.%m.%Y}"


def _side(line: Line) -> tuple[str, Text]:
    return line.part, SIDES[line.part]


def _level(line: Line) -> tuple[str, Text]:
    return line.code, line.name or _("priority %(level)s") % {"level": line.code}


def _days(code: str) -> Text:
    return _("%(days)s days") % {"days": code.replace("-", "–")}


def _band(line: Line) -> tuple[str, Text]:
    return line.code, _days(line.code)


def _group(line: Line) -> tuple[str, Text]:
    return line.code or NOT_KNOWN, line.name or line.code


OPEN = ".."  # an edge of a period that is not known, or has not come
NOBODY = "nobody"  # of the cases that no therapist has
NOT_KNOWN = "unknown"  # of municipalities that cannot be told apart
SIDES: dict[str, Text] = {
    "then": _("as they were known then"),
    "now": _("as we now know them"),
    "change": _("change"),
}

DAY = Axis("day", _("day"), _day, TIME)
DAY_OF_PART = Axis("day", _("day"), _day_of_part, TIME)
PERIOD = Axis("period", _("period"), _period, TIME)
PERIOD_WITHOUT = Axis("period", _("period without"), _period_without, TIME)
PLACE = Axis("place", _("place"), _named, GEO)
SIDE = Axis("known", _("as it was known"), _side)
BAND = Axis("band", _("days waited"), _band)
CATEGORY = Axis("category", _("category"), _named)
PRIORITY = Axis("priority", _("priority"), _level)
SOURCE = Axis("source", _("source"), _named)
GROUP = Axis("group", _("group of municipalities"), _group)
THERAPIST = Axis("therapist", _("therapist"), _named)
CATEGORY_AND_PRIORITY = (
    Axis("category", _("category"), lambda line: line.keys[0]),
    Axis("priority", _("priority"), lambda line: line.keys[1]),
)

GROUP_AND_DAY = (
    GROUP,
    Axis("day", _("day"), lambda line: line.keys[1], TIME),
)

BANDS = Across("band", _("days waited"), "waiting", _days)
REASONS = Across("reason", _("reason of the change"), "change", lambda code: WORDS_OF_REASONS[Why(code)])
