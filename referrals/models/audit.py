"""The logs: what was changed, who saw whom, what was refused, and the seals that hold them together.

The database writes the change log by triggers (migration 0007); `actions.auditing` writes the read log and the
security events. Nobody edits a log: the app's role may not, and the seals show it of whoever could.
Logs name rows without foreign keys: they outlive what they tell of, and a row is never kept because it was looked at.
"""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from referrals.choices import ChangeKind, SecurityEventKind, ViewKind, ViewReason
from referrals.models.fields import TransactionIdField
from referrals.models.geography import Municipality
from referrals.models.shielding import Decision
from referrals.permissions import Access, Permission, Role


class Instant(Func):
    """Now, by the database's clock, also in the middle of a transaction."""

    template = "clock_timestamp()"
    output_field = models.DateTimeField()


class Transaction(Func):
    """The transaction that writes the row."""

    template = "pg_current_xact_id()"
    output_field = TransactionIdField()


class ScopeUser(Func):
    """On whose behalf the transaction works (ergo.scope); NULL where nobody is signed in."""

    template = "nullif(current_setting('ergo.user_id', true), '')::bigint"
    output_field = models.BigIntegerField()


class ScopeRequest(Func):
    """The request that the transaction belongs to (ergo.scope); NULL outside one."""

    template = "nullif(current_setting('ergo.request_id', true), '')"
    output_field = models.CharField()


class LogQuerySet(models.QuerySet):
    def visible_to(self, access: Access) -> Self:
        """Lines about the municipalities whose logs the user may see."""
        return self.filter(municipality_id__in=access.municipality_ids(Permission.SEE_LOGS))


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, access: Access) -> Self:
        """Changes, with their values, of the municipalities whose cases the user may see."""
        return self.filter(municipality_id__in=access.municipality_ids(Permission.SEE_CASES))

    def of_referral(self, referral_id: int, person_id: int, decisions: Iterable[Decision] = ()) -> Self:
        """Changes of a referral, of what belongs to it, of its citizen, and of these decisions about shielding."""
        rows = {"referrals_person": [person_id]}
        for decision in decisions:
            rows.setdefault(decision.table, []).append(decision.row_id)
        wanted = Q(referral_id=referral_id)
        for table, keys in rows.items():
            wanted |= Q(table_name=table, row_id__in=keys)
        return self.filter(wanted)

    def of_registers(self) -> Self:
        """Changes of what concerns no citizen: users, rights, staff, agreements, keys."""
        return self.filter(municipality__isnull=True)


class AuditEvent(models.Model):
    """One row of one table was added, changed or removed. Written by the table's triggers and by nobody else.

    `before` and `after` hold the columns that differ, by name; of a password or a sealed value only that it was
    changed, for a log outlives every key. `municipality` is empty for registers, `user` for what no signed-in user did.
    """

    at = models.DateTimeField(_("time"), db_default=Instant())
    xact = TransactionIdField(db_default=Transaction())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        db_default=ScopeUser(),
        verbose_name=_("user"),
    )
    request_id = models.CharField(_("request"), max_length=64, null=True, db_default=ScopeRequest())  # noqa: DJ001
    municipality = models.ForeignKey(
        Municipality,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("municipality"),
    )
    table_name = models.CharField(_("table"), max_length=63)
    row_id = models.BigIntegerField(_("row"))
    referral_id = models.BigIntegerField(_("referral"), null=True)
    operation = models.CharField(_("what happened"), max_length=1, choices=ChangeKind)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("change log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["table_name", "row_id"], name="auditevent_row"),
            models.Index(
                fields=["referral_id"], condition=Q(referral_id__isnull=False), name="auditevent_referral"
            ),
            models.Index(fields=["xact"], name="auditevent_xact"),
            models.Index(
                fields=["municipality", "id"],
                condition=Q(municipality__isnull=False),
                name="auditevent_municipality",
            ),
            models.Index(fields=["id"], condition=Q(municipality__isnull=True), name="auditevent_registers"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}: {self.get_operation_display()}"


class ChangeByName(models.Model):
    """A line of the change log without its values: who, when, which kind of row, and the names of the facts.

    A view of the owner's (migration 0028): whoever reads the logs of a municipality and no cases reads this, and the
    database shows them no other line. `names` are the columns of a change; of a row added or removed there are none.
    `number` is the referral's, where the row belongs to one; `person_id` is whom it is about.
    """

    at = models.DateTimeField(_("time"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    municipality = models.ForeignKey(Municipality, models.DO_NOTHING, db_constraint=False, related_name="+")
    table_name = models.CharField(max_length=63)
    operation = models.CharField(max_length=1, choices=ChangeKind)
    number = models.CharField(max_length=11)
    person_id = models.BigIntegerField(null=True)
    names = ArrayField(models.CharField(max_length=63))

    objects = LogQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "referrals_auditevent_by_name"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.table_name}: {self.get_operation_display()}"


class ViewLog(models.Model):
    """Somebody saw citizens of a municipality: one opening of a page, with `ViewLogPerson` for each citizen on it.

    Time, transaction, user and request are the database's to write. `query` says what a list was narrowed to or what
    kind of search it was, never the text that was typed; `note` is the reason in the user's own words, where asked for.
    """

    at = models.DateTimeField(_("time"), db_default=Instant())
    xact = TransactionIdField(db_default=Transaction())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        db_default=ScopeUser(),
        verbose_name=_("user"),
    )
    request_id = models.CharField(_("request"), max_length=64, db_default=ScopeRequest())
    municipality = models.ForeignKey(
        Municipality, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("municipality")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    kind = models.CharField(_("page"), max_length=20, choices=ViewKind)
    reason = models.CharField(_("reason"), max_length=20, choices=ViewReason)
    query = models.CharField(_("narrowed to"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = LogQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("read log")
        ordering = ["-id"]
        indexes = [models.Index(fields=["xact"], name="viewlog_xact")]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "id"], name="viewlog_municipality_id"),
            models.CheckConstraint(
                condition=~(Q(role="") | Q(kind="") | Q(reason="") | Q(request_id="")),
                name="viewlog_nothing_left_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class ViewLogPersonQuerySet(LogQuerySet):
    def of_person(self, person_id: int, municipality_id: int) -> Self:
        """Every time the citizen was on a page, newest first, with the opening.

        The user is not joined: who is no longer a user has looked all the same.
        """
        rows = self.filter(municipality_id=municipality_id, person_id=person_id)
        return rows.select_related("view").order_by("-view_id", "-pk")


class ViewLogPerson(models.Model):
    """One citizen on a page that somebody opened; `number` is the referral that was shown, if one was."""

    xact = TransactionIdField(db_default=Transaction())
    municipality = models.ForeignKey(
        Municipality, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("municipality")
    )
    view = models.ForeignKey(
        ViewLog, models.DO_NOTHING, related_name="persons", db_constraint=False, verbose_name=_("opening")
    )
    person_id = models.BigIntegerField(_("citizen"))
    number = models.CharField(_("number"), max_length=11, blank=True)

    objects = ViewLogPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("citizen shown")
        verbose_name_plural = _("citizens shown")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["municipality", "person_id"], name="viewlogperson_person"),
            models.Index(fields=["municipality", "number"], name="viewlogperson_number"),
            models.Index(fields=["xact"], name="viewlogperson_xact"),
        ]

    def __str__(self) -> str:
        return f"{self.view_id}: {self.person_id}"


class SecurityEvent(models.Model):
    """Somebody came in, was refused, or met a fault. Kept also when all else of the request is taken back.

    `route` is the pattern of the address, without what stood in it. `typed` is a keyed hash of the name that an
    unknown user signed in with: the same name shows as the same, and none can be read.
    """

    at = models.DateTimeField(_("time"), db_default=Instant())
    xact = TransactionIdField(db_default=Transaction())
    kind = models.CharField(_("kind"), max_length=20, choices=SecurityEventKind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("user"),
    )
    typed = models.CharField(_("fingerprint of the name typed"), max_length=32, blank=True)
    method = models.CharField(_("method"), max_length=10, blank=True)
    route = models.CharField(_("address"), max_length=200, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        ordering = ["-id"]
        indexes = [models.Index(fields=["xact"], name="securityevent_xact")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class LogSeal(models.Model):
    """A batch of one log, sealed: how many lines, and a hash over them and over the seal before.

    The batch holds the lines with an id above `above_id` whose transaction is in [from_xact, upto_xact). `above_id`
    rises only when the database was restored into another cluster, where transactions are counted afresh.
    """

    log = models.CharField(_("log"), max_length=63)
    at = models.DateTimeField(_("time"))
    above_id = models.BigIntegerField()
    from_xact = TransactionIdField()
    upto_xact = TransactionIdField()
    last_id = models.BigIntegerField(_("last line"))
    lines = models.BigIntegerField(_("lines"))
    hash = models.BinaryField(_("hash"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["-id"]
        indexes = [models.Index(fields=["log", "id"], name="logseal_log")]

    def __str__(self) -> str:
        return f"{self.log} {self.pk}"
