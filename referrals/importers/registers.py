"""The registers every installation starts from: read the files, check all of them, write what is new or changed.

Rows are matched by code, never by name. Nothing is deleted; a municipality that a reform abolished gets an end. What
people edit afterwards (occupation titles, categories, templates, references to the law, priority keys) is created when
missing and then left alone; the rest follows the files.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from referrals.importers.register_files import (
    CHANGES,
    MUNICIPALITIES,
    REGISTERS,
    Register,
    Rows,
    read,
)
from referrals.importers.rows import Row
from referrals.models import (
    Category,
    Municipality,
    PriorityKey,
    PriorityTarget,
    PriorityTemplate,
    ReplyRule,
)
from referrals.waiting import OSLO

# A key made from the template judges every referral the installation may hold.
TEMPLATE_VALID_FROM = date(2018, 1, 1)

# Added to the row of a tile while tiles change places: two municipalities may not share one, not even for a moment.
ASIDE = 1000
ROWS_AT_A_TIME = 5000

Key = tuple[Any, ...]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Result:
    """What became of one register, in rows: created, changed, same.

    `kept` differ from the file because people edited them; `left` are in the database and not in the file.
    """

    name: str
    created: int = 0
    changed: int = 0
    same: int = 0
    kept: int = 0
    left: int = 0


def load(folder: Path) -> list[Result]:
    """Read and check every file, then write all of them in one transaction. Raises BrokenFiles."""
    rows = read(folder)
    with transaction.atomic():
        results = [_write(register, rows) for register in REGISTERS]
        return [*results, _fill_priority_keys()]


def _write(register: Register, rows: Rows) -> Result:
    """Create what is missing, change what differs, count the rest."""
    wanted = _wanted(register, rows[register.file])
    known = {register.key_of(_stored(register, row)): row for row in _current(register)}
    ended = 0
    if register is MUNICIPALITIES:
        known = _renumbered(known, wanted, rows[CHANGES.file])
        ended = _end(known, wanted, rows[CHANGES.file])
    missing = [key for key in wanted if key not in known]
    differing = [key for key in wanted if key in known and wanted[key] != _stored(register, known[key])]
    if register.follows_file:
        _change(register, [(known[key], wanted[key]) for key in differing])
    _create(register, [wanted[key] for key in missing])
    return Result(
        name=str(register.model._meta.verbose_name_plural),
        created=len(missing),
        changed=ended + len(differing) if register.follows_file else 0,
        same=len(wanted) - len(missing) - len(differing),
        kept=0 if register.follows_file else len(differing),
        left=len(known.keys() - wanted.keys()) - ended if register.follows_file else 0,
    )


def _current(register: Register) -> models.QuerySet[Any]:
    """The rows that the file speaks of: of municipalities, those that still exist."""
    objects = register.model._default_manager.all()
    return objects.filter(valid_to__isnull=True) if register is MUNICIPALITIES else objects


def _wanted(register: Register, rows: Sequence[Row]) -> dict[Key, Values]:
    """What the file says, by key, with the database's ids in place of other registers' keys."""
    ids = {
        column: dict(_current(target).values_list(target.key[0], "pk"))
        for column, target in register.links.items()
    }
    resolved = (
        {column: ids[column][value] if column in ids else value for column, value in row.values.items()}
        for row in rows
    )
    return {register.key_of(values): values for values in resolved}


def _stored(register: Register, row: models.Model) -> Values:
    """What the database says, in the same shape as what the file says."""
    return {column: getattr(row, _attribute(register, column)) for column in register.columns}


def _attribute(register: Register, column: str) -> str:
    return f"{column}_id" if column in register.links else column


def _renumbered(
    known: dict[Key, Any], wanted: Mapping[Key, Values], changes: Sequence[Row]
) -> dict[Key, Any]:
    """The known municipalities by the numbers of the file: one that only got another number keeps its row and id.

    That is a pair whose old number has one new and whose new has one old, unless a municipality has the new number
    already and took the old one in.
    """
    by_number = dict(known)
    steps = sorted(
        (row.values["valid_from"], row.values["old_code"], row.values["new_code"]) for row in changes
    )
    ways_out = Counter((day, old) for day, old, _new in steps)
    ways_in = Counter((day, new) for day, _old, new in steps)
    for day, old, new in steps:
        is_plain = ways_out[day, old] == ways_in[day, new] == 1
        if is_plain and (old,) in by_number and (old,) not in wanted and (new,) not in by_number:
            by_number[new,] = by_number.pop((old,))
    return by_number


def _end(known: Mapping[Key, Any], wanted: Mapping[Key, Values], changes: Sequence[Row]) -> int:
    """Let municipalities that a reform merged or split end on the day of the reform, and say how many they were.

    Their persons and referrals stay with them.
    """
    ends = {(row.values["old_code"],): row.values["valid_from"] for row in changes}
    abolished = [key for key in known if key not in wanted and key in ends]
    for key in abolished:
        known[key].valid_to = ends[key]
        known[key].save()
    return len(abolished)


def _create(register: Register, rows: Sequence[Values]) -> None:
    register.model._default_manager.bulk_create(
        [
            register.model(**{_attribute(register, column): value for column, value in values.items()})
            for values in rows
        ],
        batch_size=ROWS_AT_A_TIME,
    )


def _change(register: Register, pairs: Sequence[tuple[Any, Values]]) -> None:
    if register is MUNICIPALITIES:
        moving = [row.pk for row, _values in pairs]
        Municipality.objects.filter(pk__in=moving).update(tile_row=F("tile_row") + ASIDE)
    for row, values in pairs:
        for column, value in values.items():
            setattr(row, _attribute(register, column), value)
        row.save()  # one by one: the sort key is made anew


def _fill_priority_keys() -> Result:
    """Give every municipality without a priority key the first template's, so that its referrals can be prioritised.

    As if it had been saved on its first day: nobody chose it, and no figure of an earlier day finds it missing.
    """
    municipalities = _current(MUNICIPALITIES)
    template = PriorityTemplate.objects.first()
    keys: list[PriorityKey] = []
    if template:
        keys = _made_from(template, municipalities.filter(priority_keys__isnull=True))
    return Result(
        name=str(PriorityKey._meta.verbose_name_plural),
        created=len(keys),
        same=municipalities.count() - len(keys),
    )


def _made_from(template: PriorityTemplate, municipalities: models.QuerySet[Any]) -> list[PriorityKey]:
    note = _("Template of %(days)s days, until the municipality has its own key.")
    keys = PriorityKey.objects.bulk_create(
        PriorityKey(
            municipality=municipality,
            valid_from=TEMPLATE_VALID_FROM,
            registered_at=datetime.combine(TEMPLATE_VALID_FROM, time(), OSLO),
            note=note % {"days": template.shown_days},
        )
        for municipality in municipalities
    )
    if keys:
        _fill_targets(keys, template)
    return keys


def _fill_targets(keys: Sequence[PriorityKey], template: PriorityTemplate) -> None:
    """Days, and where a preliminary reply is due, in every category."""
    categories = list(Category.objects.all())
    PriorityTarget.objects.bulk_create(
        [
            PriorityTarget(key=key, category=category, level=level, days=days)
            for key in keys
            for category in categories
            for level, days in enumerate(category.within_longest_start(template.days), start=1)
        ],
        batch_size=ROWS_AT_A_TIME,
    )
    ReplyRule.objects.bulk_create(
        [
            ReplyRule(key=key, category=category, is_due=category.is_vedtak)
            for key in keys
            for category in categories
        ],
        batch_size=ROWS_AT_A_TIME,
    )
