"""Official figures of one municipality beside its own register on the day that they were counted."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Sum

from referrals.choices import FigureStatus, StaffingMeasure
from referrals.models import Employment, StaffingFigure
from referrals.reports.coverage import per_10000


@dataclass(frozen=True)
class Official:
    """An official figure, and what the register has of the same day in the same measure.

    `value` is None where a sign stands instead. `register` is None where nothing is registered by that day, and of
    persons also for whoever may not know how many there are (`is_withheld`).
    """

    measure: StaffingMeasure
    contents: str
    status: FigureStatus
    value: Decimal | None
    decimals: int
    is_provisional: bool
    counted_on: date
    source: str
    licence: str
    updated_at: datetime | None
    register: Decimal | None
    is_withheld: bool


def build(
    municipality_id: int, on: date, *, population: int | None, with_persons: bool
) -> tuple[Official, ...]:
    """The newest figure of each source and content that was counted by the day, the newest first.

    `population`: of the municipality, for årsverk per inhabitant. `with_persons`: whether the reader may see how many
    ergoterapeuter are registered there. One query, and two more for each day with figures.
    """
    rows = StaffingFigure.objects.current().of(municipality_id).filter(counted_on__lte=on)
    newest: dict[tuple[str, str], StaffingFigure] = {}
    for row in rows.select_related("batch").order_by("-counted_on", "source", "measure", "contents", "pk"):
        newest.setdefault((row.source, row.contents), row)
    days = {row.counted_on: _register(municipality_id, row.counted_on) for row in newest.values()}
    return tuple(_official(row, days[row.counted_on], population, with_persons) for row in newest.values())


@dataclass(frozen=True)
class _Register:
    """Those who count in the municipality on a day; None where nobody was registered by then."""

    people: int
    fte: Decimal


def _register(municipality_id: int, on: date) -> _Register | None:
    """Before what agreements move: the statistics know of none."""
    if not Employment.objects.filter(municipality=municipality_id, valid_from__lte=on).exists():
        return None
    counted = Employment.objects.counting(on).filter(municipality=municipality_id).order_by()
    found = counted.aggregate(people=Count("therapist", distinct=True), fte=Sum("fte"))
    return _Register(found["people"], found["fte"] or Decimal("0.00"))


def _official(
    row: StaffingFigure, register: _Register | None, population: int | None, with_persons: bool
) -> Official:
    measure = StaffingMeasure(row.measure)
    is_withheld = measure == StaffingMeasure.PERSONS and not with_persons
    return Official(
        measure=measure,
        contents=row.contents,
        status=FigureStatus(row.status),
        value=row.value,
        decimals=2 if row.decimals is None else row.decimals,
        is_provisional=row.is_provisional,
        counted_on=row.counted_on,
        source=row.source,
        licence=row.batch.licence if row.batch else "",
        updated_at=row.batch.updated_at if row.batch else None,
        register=None if is_withheld or register is None else _in(measure, register, population),
        is_withheld=is_withheld,
    )


def _in(measure: StaffingMeasure, register: _Register, population: int | None) -> Decimal | None:
    if measure == StaffingMeasure.PERSONS:
        return Decimal(register.people)
    return register.fte if measure == StaffingMeasure.FTE else per_10000(register.fte, population)
