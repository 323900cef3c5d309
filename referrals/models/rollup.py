"""Finished statistics: what was worked out from the rows once, so that a dashboard need not count ten years again.

True numbers of every municipality. The app's role can neither read nor write these tables: functions of the database
fill them, and hand out what the reports may have (migration 0023_rollups, docs/adr/0019-rollups.md).
"""

from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from referrals.models.geography import Municipality


class Rank(models.IntegerChoices):
    """What a finished figure is about; its `place_key` is the id of the county or municipality, 0 for the nation."""

    NATION = 0
    COUNTY = 1
    MUNICIPALITY = 2


class WaitCounts(models.Model):
    """The figures of those who wait at the end of a day. Percentiles are exact: whole days give halves and tenths."""

    waiting = models.IntegerField()
    over_target = models.IntegerField()
    not_assessed = models.IntegerField()
    over_a_year = models.IntegerField()
    paused = models.IntegerField()
    median_days = models.DecimalField(max_digits=7, decimal_places=1)
    p90_days = models.DecimalField(max_digits=7, decimal_places=1)

    class Meta:
        abstract = True


class WaitStat(WaitCounts):
    """Those who wait at a place at the end of a day, as we now know it: all of them, or one part of a split.

    `split`: all, band, category or priority; `part`: the band's code, the category's id, the level, empty for those
    without a priority. Where nobody waits there is no row.
    """

    pk = models.CompositePrimaryKey("split", "day", "rank", "place_key", "part")
    split = models.CharField(max_length=8)
    day = models.DateField(_("date"))
    rank = models.SmallIntegerField(choices=Rank)
    place_key = models.BigIntegerField()
    part = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("finished figure")
        verbose_name_plural = _("finished figures")

    def __str__(self) -> str:
        return f"{self.get_rank_display()} {self.place_key}, {self.split} {self.part}, {self.day}"


class FlowStat(models.Model):
    """What came and went in a municipality or county on one day, or in one month.

    The nation is the sum of the counties. Where nothing happened there is no row.
    """

    pk = models.CompositePrimaryKey("rank", "place_key", "is_month", "first_day")
    rank = models.SmallIntegerField(choices=Rank)
    place_key = models.BigIntegerField()
    is_month = models.BooleanField()
    first_day = models.DateField()
    referred = models.IntegerField()
    started = models.IntegerField()
    other_ends = models.IntegerField()
    finished = models.IntegerField()

    class Meta:
        verbose_name = _("finished flow")
        verbose_name_plural = _("finished flows")

    def __str__(self) -> str:
        return f"{self.get_rank_display()} {self.place_key}, {self.first_day}"


class RolledDay(models.Model):
    """A day whose figures are kept. `is_stale`: something that counts on it has changed since `refreshed_at`.

    `stale_places`: in which municipalities, by id. Without any a stale day is worked out everywhere.
    """

    day = models.DateField(_("date"), primary_key=True)
    refreshed_at = models.DateTimeField()
    is_stale = models.BooleanField(default=False)
    stale_places = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = _("kept day")
        verbose_name_plural = _("kept days")

    def __str__(self) -> str:
        return str(self.day)


class RolledFlow(models.Model):
    """When the flows were brought up to date; the only row."""

    refreshed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kept flow")
        verbose_name_plural = _("kept flows")

    def __str__(self) -> str:
        return str(self.refreshed_at)


class WaitMark(models.Model):
    """Something has changed in a municipality that counts from a day on. Triggers write it, a refresh takes it away."""

    municipality = models.ForeignKey(
        Municipality, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("municipality")
    )
    from_day = models.DateField(_("from"), db_index=True)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")

    def __str__(self) -> str:
        return f"{self.municipality_id}, {self.from_day}"


class StartStat(models.Model):
    """Those who started in a municipality in the weeks that end with the kept day: all of them, or one part of a split.

    `split`: all, category or priority, and `part` as in WaitStat; the priority is the one set by the end of the day.
    `total_days`: what all of them had waited together, in gross days. Where nobody started there is no row.
    """

    pk = models.CompositePrimaryKey("place_key", "weeks", "split", "part")
    place_key = models.BigIntegerField()
    weeks = models.SmallIntegerField()
    split = models.CharField(max_length=8)
    part = models.CharField(max_length=20, blank=True)
    started = models.IntegerField()
    median_days = models.DecimalField(max_digits=7, decimal_places=1)
    p90_days = models.DecimalField(max_digits=7, decimal_places=1)
    total_days = models.BigIntegerField()

    class Meta:
        verbose_name = _("finished figure of starts")
        verbose_name_plural = _("finished figures of starts")

    def __str__(self) -> str:
        return f"{self.place_key}, {self.weeks}, {self.split} {self.part}"


class EndedStat(models.Model):
    """Of the waits of a place that ended until the kept day, how many there were at each age: `ages` in gross days.

    `period`: year is the twelve months of the estimate, in which a wait was `entered` at the age it had when it was
    received or they began, and ended served by a start or otherwise; quarter are the starts of 13 weeks. The nation
    and the counties have all of them, municipalities a row for each part too. `county_key`: where the municipality
    was counted. Where none ended there is no row.
    """

    pk = models.CompositePrimaryKey("period", "rank", "place_key", "split", "part")
    period = models.CharField(max_length=7)
    rank = models.SmallIntegerField(choices=Rank)
    place_key = models.BigIntegerField()
    split = models.CharField(max_length=8)
    part = models.CharField(max_length=20, blank=True)
    county_key = models.BigIntegerField()
    ages = ArrayField(models.IntegerField())
    entered = ArrayField(models.IntegerField())
    served = ArrayField(models.IntegerField())
    other_ends = ArrayField(models.IntegerField())

    class Meta:
        verbose_name = _("ended waits")
        verbose_name_plural = _("ended waits")

    def __str__(self) -> str:
        return f"{self.period}, {self.get_rank_display()} {self.place_key}, {self.split} {self.part}"


class RolledEnds(models.Model):
    """The day until which ended waits are kept, and when they were brought up to date; the only row."""

    day = models.DateField(_("date"))
    refreshed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kept ends")
        verbose_name_plural = _("kept ends")

    def __str__(self) -> str:
        return str(self.day)


class EndMark(models.Model):
    """Something has changed in a municipality about waits that have ended. As WaitMark."""

    municipality = models.ForeignKey(
        Municipality, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("municipality")
    )

    class Meta:
        verbose_name = _("mark of an end")
        verbose_name_plural = _("marks of ends")

    def __str__(self) -> str:
        return str(self.municipality_id)


class FrozenMonth(models.Model):
    """A month-end whose figures were put down at `frozen_at` for good, as they were known at its end."""

    day = models.DateField(_("date"), primary_key=True)
    frozen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("frozen month-end")
        verbose_name_plural = _("frozen month-ends")

    def __str__(self) -> str:
        return str(self.day)


def frozen_months() -> dict[date, datetime]:
    """The month-ends that are frozen, and when each was. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ergo_frozen_months()")
        return dict(cursor.fetchall())


class FrozenStat(WaitCounts):
    """Those who waited at a place at a month-end, as it was known then. The database lets nobody change it."""

    pk = models.CompositePrimaryKey("day", "rank", "place_key")
    day = models.DateField(_("date"))
    rank = models.SmallIntegerField(choices=Rank)
    place_key = models.BigIntegerField()

    class Meta:
        verbose_name = _("frozen figure")
        verbose_name_plural = _("frozen figures")

    def __str__(self) -> str:
        return f"{self.get_rank_display()} {self.place_key}, {self.day}"
