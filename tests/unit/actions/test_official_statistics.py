"""Official figures in the database: once, replaced by newer ones with history, and never half."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ergo.scope import scoped
from referrals.actions import official_statistics
from referrals.actions.official_statistics import Figure, Source, compare, record
from referrals.choices import FigureStatus, StaffingMeasure
from referrals.errors import FiguresChanged
from referrals.models import AuditEvent, Municipality, StaffingDraft, StaffingFigure, StaffingImport, User
from tests.factories import NOW, MunicipalityFactory, StaffingFigureFactory

pytestmark = pytest.mark.django_db

MARCH, JUNE = datetime(2025, 3, 15, 7, tzinfo=UTC), datetime(2025, 6, 17, 6, tzinfo=UTC)
DAY = date(2024, 11, 16)


@pytest.fixture
def place() -> Municipality:
    return MunicipalityFactory()


def source(updated_at: datetime | None = MARCH, digest: str = "a", **values: Any) -> Source:
    facts = {
        "file_name": "13533.json",
        "digest": digest * 64,
        "table": "13533",
        "title": "13533: Kommunehelse",
        "publisher": "Statistisk sentralbyrå",
        "licence": "CC BY 4.0",
    }
    return Source(**facts | values, updated_at=updated_at)


def figure(place: Municipality, value: str | None = "3.40", **values: Any) -> Figure:
    facts = {
        "counted_on": DAY,
        "measure": StaffingMeasure.FTE,
        "contents": "Ergoterapeuter (årsverk)",
        "status": FigureStatus.VALUE if value else FigureStatus.SUPPRESSED,
        "decimals": 1,
        "is_provisional": False,
    }
    return Figure(municipality=place, value=Decimal(value) if value else None, **facts | values)


def write(found: Source, *figures: Figure, **values: Any) -> StaffingImport | None:
    return record(source=found, figures=figures, **{"skipped": 2, "by": None, "at": NOW, **values})


def test_figures_are_written_with_the_file_as_their_source(place: Municipality, administrator: User) -> None:
    batch = write(source(), figure(place), by=administrator)
    assert batch is not None
    (row,) = StaffingFigure.objects.all()
    assert (row.value, row.status, row.measure, row.counted_on) == (Decimal("3.40"), "value", "fte", DAY)
    assert (row.source, row.batch, row.replaced_by) == ("Statistisk sentralbyrå, tabell 13533", batch, None)
    assert (batch.table, batch.licence, batch.updated_at) == ("13533", "CC BY 4.0", MARCH)
    assert (batch.imported_by, batch.imported_at) == (administrator, NOW)
    assert (batch.created_count, batch.replaced_count, batch.same_count, batch.skipped_count) == (1, 0, 0, 2)


def test_the_same_file_twice_changes_nothing(place: Municipality, administrator: User) -> None:
    with scoped(user_id=administrator.pk), transaction.atomic():
        write(source(), figure(place))
        before, lines = list(StaffingFigure.objects.values()), AuditEvent.objects.count()
        assert lines
        assert write(source(), figure(place)) is None
        assert (list(StaffingFigure.objects.values()), AuditEvent.objects.count()) == (before, lines)
    assert StaffingImport.objects.count() == 1


def test_the_same_figures_in_another_file_change_nothing(place: Municipality) -> None:
    write(source(), figure(place))
    assert write(source(JUNE, "b", file_name="13533.xlsx"), figure(place)) is None
    assert StaffingImport.objects.count() == 1


def test_a_newer_file_replaces_and_what_it_replaced_stays(place: Municipality) -> None:
    first = write(source(), figure(place), figure(place, "1.00", contents="Per 10 000"))
    second = write(source(JUNE, "b"), figure(place, "3.60"), figure(place, "1.00", contents="Per 10 000"))
    assert second is not None
    assert (second.created_count, second.replaced_count, second.same_count) == (0, 1, 1)
    old, new = StaffingFigure.objects.filter(contents="Ergoterapeuter (årsverk)").order_by("pk")
    assert (old.value, old.batch, old.replaced_by) == (Decimal("3.40"), first, second)
    assert (new.value, new.batch, new.replaced_by) == (Decimal("3.60"), second, None)
    assert set(StaffingFigure.objects.current().values_list("value", flat=True)) == {
        Decimal("3.60"),
        Decimal("1.00"),
    }


def test_a_number_that_became_suppressed_is_replaced_too(place: Municipality) -> None:
    write(source(), figure(place))
    write(source(JUNE, "b"), figure(place, None))
    (row,) = StaffingFigure.objects.current()
    assert (row.status, row.value) == ("suppressed", None)


def test_a_figure_that_is_no_longer_provisional_is_replaced(place: Municipality) -> None:
    write(source(), figure(place, is_provisional=True))
    write(source(JUNE, "b"), figure(place))
    assert not StaffingFigure.objects.current().get().is_provisional


@pytest.mark.parametrize(
    ("stored", "sent", "kind"),
    [
        (JUNE, MARCH, "older"),
        (MARCH, MARCH, "undated"),
        (None, JUNE, "undated"),
        (MARCH, None, "undated"),
        (None, None, "undated"),
    ],
)
def test_what_is_not_known_to_be_newer_replaces_nothing(
    place: Municipality, stored: datetime | None, sent: datetime | None, kind: str
) -> None:
    other = MunicipalityFactory()
    write(source(stored), figure(place))
    figures = [figure(place, "9.00"), figure(other)]
    found = compare(source(sent, "b"), figures)
    assert [one.figure.value for one in getattr(found, kind)] == [Decimal("9.00")]
    assert not found.replaced
    with pytest.raises(FiguresChanged):
        write(source(sent, "b"), *figures)
    assert [row.value for row in StaffingFigure.objects.all()] == [Decimal("3.40")]
    assert StaffingImport.objects.count() == 1


def test_an_earlier_file_once_more_takes_nothing_back(place: Municipality) -> None:
    write(source(), figure(place))
    write(source(JUNE, "b"), figure(place, "3.60"))
    found = compare(source(), [figure(place)])
    assert (found.kept, found.older, found.changes_anything) == (1, (), False)
    assert write(source(), figure(place)) is None
    assert StaffingFigure.objects.current().get().value == Decimal("3.60")


def test_another_table_of_the_same_day_stands_beside(place: Municipality) -> None:
    write(source(), figure(place))
    write(source(MARCH, "b", table="12191"), figure(place, "3.00"))
    assert StaffingFigure.objects.current().count() == 2


def test_what_was_typed_in_is_nobodys_to_replace(place: Municipality) -> None:
    typed = StaffingFigureFactory(
        municipality=place, counted_on=DAY, source="Statistisk sentralbyrå, tabell 13533"
    )
    StaffingFigure.objects.filter(pk=typed.pk).update(contents="Ergoterapeuter (årsverk)", measure="fte")
    found = compare(source(), [figure(place)])
    assert len(found.undated) == 1


def test_what_somebody_looked_at_must_still_be_so(place: Municipality) -> None:
    seen = compare(source(), [figure(place)]).state
    write(source(MARCH, "b"), figure(place))
    with pytest.raises(FiguresChanged):
        write(source(), figure(place), seen=seen)


def test_all_or_nothing(place: Municipality) -> None:
    """A figure that the database refuses takes the others with it."""
    impossible = replace(figure(place, "1.00"), contents="x", value=Decimal("-1.00"))
    with pytest.raises(IntegrityError), transaction.atomic():
        write(source(), figure(place), impossible)
    assert not StaffingFigure.objects.exists() and not StaffingImport.objects.exists()


def test_each_import_and_what_it_replaced_is_in_the_change_log(
    place: Municipality, administrator: User
) -> None:
    with scoped(user_id=administrator.pk), transaction.atomic():
        write(source(), figure(place))
        write(source(JUNE, "b"), figure(place, "3.60"))
        lines = AuditEvent.objects.filter(table_name__startswith="referrals_staffing").order_by("pk")
        assert list(lines.values_list("table_name", "operation", "user")) == [
            ("referrals_staffingimport", "I", administrator.pk),
            ("referrals_staffingfigure", "I", administrator.pk),
            ("referrals_staffingimport", "I", administrator.pk),
            ("referrals_staffingfigure", "U", administrator.pk),
            ("referrals_staffingfigure", "I", administrator.pk),
        ]


def test_an_administrator_has_one_draft_at_a_time(administrator: User) -> None:
    for name in ("a.csv", "b.csv"):
        official_statistics.keep_draft(
            file_name=name, content=b"x", table="", updated_on=None, by=administrator, at=NOW
        )
    assert StaffingDraft.objects.get().file_name == "b.csv"
    official_statistics.drop_draft(by=administrator)
    assert not StaffingDraft.objects.exists()


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        ("status", "value"),
        [
            ("value", None),
            ("nil", None),
            ("nil", 1),
            ("suppressed", 0),
            ("missing", 0),
            ("not_applicable", 1),
        ],
    )
    def test_a_sign_with_a_number_and_a_number_without(
        self, place: Municipality, status: str, value: int | None
    ) -> None:
        with pytest.raises(IntegrityError, match="staffing_figure_value_or_sign"), transaction.atomic():
            StaffingFigureFactory(municipality=place, status=status, value=value)

    def test_a_figure_twice_unless_one_is_replaced(self, place: Municipality) -> None:
        first = StaffingFigureFactory(municipality=place)
        with pytest.raises(IntegrityError, match="staffing_figure_once"), transaction.atomic():
            StaffingFigureFactory(municipality=place)
        batch = write(source(), figure(place))
        StaffingFigure.objects.filter(pk=first.pk).update(replaced_by=batch)
        StaffingFigureFactory(municipality=place)
