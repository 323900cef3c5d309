"""The referral (henvisning); what belongs to it stands in `case_file`."""

from datetime import date
from typing import Any, Self, cast

from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Least
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from referrals import waiting
from referrals.choices import (
    NOT_COUNTED,
    ON_WAITLIST,
    Channel,
    Handling,
    Outcome,
    Protection,
    Source,
    Status,
    Urgency,
)
from referrals.models.clock import OnTheClock
from referrals.models.geography import Municipality
from referrals.models.information import InformationRequest
from referrals.models.lean import Lean
from referrals.models.pause import WaitPauseQuerySet
from referrals.models.periods import DateRange, OsloDate
from referrals.models.person import NAME_WORDS, Person
from referrals.models.priority import (
    HIGHEST_LEVEL,
    Category,
    PriorityKey,
    PriorityKeyQuerySet,
    ReplyRule,
    due_soon_days_sql,
    reply_due_sql,
    target_days_sql,
)
from referrals.models.risk import RiskEvent
from referrals.models.units import Unit
from referrals.models.workforce import Therapist
from referrals.permissions import Access, Permission
from referrals.waiting import Day

LONGEST_TEXT = 4000
LONGEST_STEP = 100
# What no list shows of the citizen, the category and the therapist: how to reach somebody, who they are to others, and
# what serves the order alone, which the database knows.
UNLISTED = (
    *(
        f"person__{name}"
        for name in ("name_key", "identifier_kind", "identifier_sealed", "identifier_index", "phone", "email")
    ),
    *(f"person__{name}" for name in NAME_WORDS),
    *(
        f"person__{name}"
        for name in ("address", "postal_code", "postal_place", "written_form", "interpreter_language")
    ),
    *(f"category__{name}" for name in ("position", "is_vedtak", "longest_start")),
    *(
        f"therapist__{name}"
        for name in ("hpr_number", "sort_key", "user", "authorised_from", "authorised_to")
    ),
    *(f"therapist__{name}" for name in ("is_licence", "is_student")),
)


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, access: Access) -> Self:
        """Referrals of the municipalities, or units, whose cases the user may see, also those shielded from the user.

        For counting and for lists that say no more than *Skjermet*; whoever opens or changes a case asks `open_to`.
        """
        opened = Q(person_id__in=access.shield.emergency)
        return self.within_reach_of(access).filter(*(own | opened for own in _own_units(access)))

    def within_units_of(self, access: Access) -> Self:
        """Referrals of the user's own units. What emergency access opens for a while is not theirs to decide on."""
        return self.within_reach_of(access).filter(*_own_units(access))

    def within_reach_of(self, access: Access) -> Self:
        """Referrals of the municipalities whose cases the user may see, also of units that are not the user's.

        For the page that says so, and the emergency access that it offers; no list shows them.
        """
        return self.filter(municipality_id__in=access.municipality_ids(Permission.SEE_CASES))

    def open_to(self, access: Access) -> Self:
        """Referrals that the user may open, find and change: visible, and not shielded from the user."""
        return self.visible_to(access).exclude(_shielded(access))

    def with_shield(self, access: Access) -> Self:
        """`is_shielded`: whether the row may not say whom it is about.

        For sorting, not selected: `citizen_key` and `citizen_born`, empty where the place of a row would give its
        citizen away.
        """
        hidden = Case(When(_shielded(access), then=True), default=False)
        citizen = Person.objects.filter(pk=OuterRef("person_id"))  # no join, which a count would pay for
        return self.annotate(is_shielded=hidden).alias(
            citizen_key=Case(When(is_shielded=False, then=Subquery(citizen.values("name_key")))),
            citizen_born=Case(When(is_shielded=False, then=Subquery(citizen.values("birth_date")))),
        )

    def in_municipality(self, municipality: Municipality) -> Self:
        """Referrals of one municipality."""
        return self.filter(municipality=municipality)

    def counted(self) -> Self:
        """All but duplicates and those entered in error, which are out of every count."""
        return self.exclude(outcome__in=NOT_COUNTED)

    def open(self) -> Self:
        """Referrals that are not closed now; the database holds the day to the status, and has an index of these."""
        return self.filter(closed_on__isnull=True)

    def to_assess(self, *, municipality: Municipality) -> Self:
        """Those of the intake meeting: not assessed yet, or to be assessed anew after a risk event.

        All rows are of the municipality; with `has_risk`.
        """
        is_new = Q(status=Status.RECEIVED)
        return self.with_risk(municipality=municipality).filter(
            is_new | Q(has_risk=True), wait_end__isnull=True
        )

    def twins_of(self, referral: "Referral") -> Self:
        """The citizen's other open referrals in the same category: perhaps the same need twice."""
        same = {name: getattr(referral, name) for name in ("municipality_id", "person_id", "category_id")}
        return self.open().filter(**same).exclude(pk=referral.pk)

    def waiting(self, *, on: Day) -> Self:
        """Referrals that waited at the end of the day, as we now know it was; paused ones included."""
        return self.counted().filter(waiting.waiting_q(on))

    def of_therapist(self, therapist_id: int) -> Self:
        """Referrals assigned to the therapist."""
        return self.filter(therapist_id=therapist_id)

    def with_wait(self, *, on: date, municipality: Municipality | None = None) -> Self:
        """Everything the clock says at the end of the day `on`, for referrals received by then, in whole days.

        Read for each row: gross_days, paused_days, target_days (NULL: not assessed by then), due_soon_days (of the key
        in force on the day, by which due soon is told; NULL: no key holds). From these follow, as
        properties of the row and for filters and sorting: net_days, days_left, due_on (the last day that meets the
        target), is_over_target (NULL: not assessed), is_due_soon. They are not selected, since SQL would look up
        pauses and target once more for each of them. `is_assessed` is for filters only. `municipality`: where all rows
        are of it, what is the same for all is looked up once.
        """
        return (
            self.filter(received_on__lte=on)
            .alias(is_assessed=waiting.assessed_sql(on))
            .annotate(
                gross_days=waiting.gross_days_sql(on),
                paused_days=waiting.paused_days_sql(self._pauses(), on),
                target_days=Case(When(is_assessed=True, then=target_days_sql(self._keys()))),
                due_soon_days=due_soon_days_sql(self._keys(), on, municipality),
            )
            .alias(net_days=waiting.net_days_sql(), due_on=waiting.due_on_sql())
            .alias(days_left=waiting.days_left_sql())
            .alias(is_over_target=waiting.over_target_sql(), is_due_soon=waiting.due_soon_sql())
        )

    def with_gross_days(self, *, on: Day) -> Self:
        """Only `gross_days`, for figures that ask for no target; on rows received by then."""
        return self.annotate(gross_days=waiting.gross_days_sql(on))

    def with_reply(self) -> Self:
        """`needs_reply`: SQL form of `Referral.needs_preliminary_reply`."""
        is_counted = ~Q(outcome__in=NOT_COUNTED)
        is_application = When(is_counted, handling=Handling.APPLICATION, then=reply_due_sql(self._keys()))
        return self.annotate(needs_reply=Case(is_application, default=False))

    def with_reply_state(self, *, on: date) -> Self:
        """`reply_state`: how the preliminary reply stands at the end of the day, a `Reply`; and `needs_reply`."""
        rows = self.with_reply().alias(reply_sent_on=self.model.reply_sent_on_sql())
        return rows.annotate(reply_state=waiting.reply_state_sql(on))

    def with_pause(self, *, on: date) -> Self:
        """`is_paused`: whether the wait was on hold at the end of the day, for whatever reason.

        Looked up row by row: of an EXISTS, PostgreSQL would make a list of all that are on hold in the country.
        """
        running = self._pauses().running(on).filter(referral=OuterRef("pk")).order_by()
        return self.annotate(is_paused=Coalesce(Subquery(running.values(runs=Value(True))[:1]), False))

    def with_missing(self, *, municipality: Municipality) -> Self:
        """`is_incomplete`: whether information that was asked for has not come. All rows are of the municipality."""
        missing = InformationRequest.objects.missing().filter(municipality=municipality).order_by()
        return self.annotate(
            is_incomplete=Case(When(pk__in=missing.values("referral_id"), then=True), default=False)
        )

    def with_risk(self, *, municipality: Municipality) -> Self:
        """`has_risk`: whether somebody waits to be assessed anew after a risk event. All are of the municipality."""
        risks = RiskEvent.objects.to_reassess().filter(municipality=municipality).order_by()
        at_risk = When(pk__in=risks.values("referral_id"), wait_end__isnull=True, then=True)
        return self.annotate(has_risk=Case(at_risk, default=False))

    def with_risk_told(self) -> Self:
        """The latest risk event after which the need was not assessed anew: `risk_kind`, `risk_on`; NULL: none.

        `risk_known_on`: the day on which the first of them was registered.
        """
        risks = RiskEvent.objects.to_reassess().filter(
            municipality=OuterRef("municipality"), referral=OuterRef("pk")
        )
        latest = risks.order_by("-happened_on", "-pk")
        first = risks.order_by("registered_at", "pk")
        return self.annotate(
            risk_kind=Subquery(latest.values("kind")[:1]),
            risk_on=Subquery(latest.values("happened_on")[:1]),
            risk_known_on=Subquery(first.values(day=OsloDate("registered_at"))[:1]),
        )

    def with_held_days(self, *, on: date) -> Self:
        """`held_days`: days on hold within the wait until the end of the day, for whatever reason."""
        return self.annotate(held_days=waiting.held_days_sql(self._pauses(), on))

    def with_validation(self) -> Self:
        """What is known of asking whether somebody still waits.

        `asked_on` and `asked_by`: the day and the channel of the round without an answer, NULL: none. `answered_on`:
        the day of the latest answer, NULL: never. `changed_on`: the day of an answer after which the need is to be
        assessed anew. For filters and sorting: `validation_due_on`, `answer_due_on`.
        """
        rounds: Any = self.model.validations.rel.related_model
        own = rounds.objects.filter(referral=OuterRef("pk")).order_by()
        rows = self.annotate(
            asked_on=Subquery(own.open().values("asked_on")[:1]),
            asked_by=Subquery(own.open().values("channel")[:1]),
            answered_on=Subquery(own.answered().values("answered_on")[:1]),
            changed_on=Subquery(own.to_reassess().order_by("answered_on").values("answered_on")[:1]),
        )
        return rows.alias(
            validation_due_on=waiting.validation_due_sql(), answer_due_on=waiting.answer_due_sql()
        )

    def with_review_due(self, *, on: date) -> Self:
        """The pause whose review is due first, of those that run: `review_due_on`, `review_reason`, `review_since`."""
        running: Any = self._pauses().running(on).filter(referral=OuterRef("pk")).with_review_due()
        first = running.order_by("review_due_on", "pk")
        return self.annotate(
            review_due_on=Subquery(first.values("review_due_on")[:1]),
            review_reason=Subquery(first.values("reason")[:1]),
            review_since=Subquery(first.values("started_on")[:1]),
        )

    def as_listed(self, *, on: date, municipality: Municipality) -> Self:
        """All that a row of the municipality's waitlist says of a referral, as it stands on the day `on`.

        Whoever shows such a row adds `with_shield` and `for_list`, which no count needs.
        """
        rows = self.with_wait(on=on, municipality=municipality).with_pause(on=on)
        return rows.with_missing(municipality=municipality).with_risk(municipality=municipality)

    def for_list(self) -> Self:
        """Loads what a row of a list shows; `status_rank`, not selected, sorts by the way of a case."""
        ranks = [When(status=status, then=rank) for rank, status in enumerate(Status)]
        rows = self.select_related("person", "category", "therapist").alias(status_rank=Case(*ranks))
        return rows.defer(*self.model.unlisted, *UNLISTED)

    def order_by_urgency(self) -> Self:
        """The order of the waitlist: priority, then target date, then oldest received. Needs `with_wait`."""
        return self.order_by(
            F("priority").asc(nulls_last=True), F("due_on").asc(nulls_last=True), "received_on", "pk"
        )

    def order_by_intake(self) -> Self:
        """The order of the intake meeting: what is urgent by a coded reason or a risk event, then the oldest received.

        Needs `with_risk`.
        """
        return self.order_by(Case(When(urgency="", has_risk=False, then=1), default=0), "received_on", "pk")

    def _keys(self) -> PriorityKeyQuerySet:
        """The key versions by which these referrals are judged."""
        return PriorityKey.objects.as_known() if self.model.is_history else PriorityKey.objects.valid()

    def _pauses(self) -> WaitPauseQuerySet:
        """Where the pauses of these referrals are read: as they are, or as they were known."""
        pauses: Any = self.model.pauses.rel.related_model
        return cast(WaitPauseQuerySet, pauses.objects.all())


def _own_units(access: Access) -> list[Q]:
    """For each municipality where the user is bound to units: in another one, or in one of them.

    Whoever triages there also reaches what waits for intake to place it. The same is `Access.is_outside_units`.
    """
    limits = []
    for place in access.municipality_ids(Permission.SEE_CASES):
        if (bound := access.units(place)) is not None:
            own = Q(unit_id__in=bound)
            if access.can(Permission.TRIAGE, place):
                own |= Q(unit_id__isnull=True)
            limits.append(~Q(municipality_id=place) | own)
    return limits


def _shielded(access: Access) -> Q:
    """Referrals whose person must not be shown to the user. Without a join, which every count would pay for.

    The protection is looked up row by row: a list of all who have one would be read from the whole country.
    """
    protection = Subquery(Person.objects.filter(pk=OuterRef("person_id")).order_by().values("protection"))
    hidden = ~Q(Exact(protection, Value(Protection.NONE)))
    return Q(person_id__in=access.shield.barred) | (hidden & ~Q(person_id__in=access.shield.opened))


class Referral(OnTheClock, Lean):
    """One citizen's need in one category, as a municipality received it, until it is closed.

    `received_on` starts the clock (mottatt), `started_on` stops it (påbegynt); `closed_on` with `outcome` ends the
    case. `wait_end` is whichever of the two came first. `version` counts the saves, for the optimistic lock.
    `next_step` is what is to be done next, in a few words, and `follow_up_on` the day until which it is put off: of an
    open case, and kept when it is closed.
    `former`: the citizen's referral in the category that was closed last when this one, a re-referral, was received.
    `merged_into`: the one that this one, a duplicate, was merged into.
    """

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="referrals", verbose_name=_("municipality")
    )
    number = models.CharField(
        _("number"), max_length=11, help_text=_("Year and running number, 2026-000123.")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="referrals", verbose_name=_("citizen"))
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name=_("unit")
    )

    former = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("re-referral of")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("merged into")
    )

    received_on = models.DateField(_("received"))
    seniority_on = models.DateField(
        _("seniority date"), help_text=_("First received anywhere for this need (ansiennitet).")
    )
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("registered by"),
        help_text=_("Empty: an import or the demo data."),
    )
    source = models.CharField(_("source"), max_length=20, choices=Source)
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    handling = models.CharField(_("treated as"), max_length=20, choices=Handling)
    urgency = models.CharField(_("reason for urgency"), max_length=20, choices=Urgency, blank=True)
    reason = models.TextField(
        _("reason for the referral"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    what_matters = models.TextField(
        _("what matters to the citizen"), blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    referrer_name = models.CharField(_("referrer"), max_length=150, blank=True)
    referrer_phone = models.CharField(_("referrer’s telephone"), max_length=30, blank=True)
    external_reference = models.CharField(_("the record system’s reference"), max_length=60, blank=True)

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    priority = models.PositiveSmallIntegerField(_("priority"), null=True, blank=True)
    prioritised_on = models.DateField(_("assessed"), null=True, blank=True)
    therapist = models.ForeignKey(
        Therapist,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals",
        verbose_name=_("therapist"),
    )
    assigned_on = models.DateField(_("assigned"), null=True, blank=True)
    started_on = models.DateField(_("started"), null=True, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    outcome = models.CharField(_("closing reason"), max_length=20, choices=Outcome, blank=True)
    next_step = models.CharField(
        _("next step"), max_length=LONGEST_STEP, blank=True, default="", db_default=""
    )
    follow_up_on = models.DateField(_("put off until"), null=True, blank=True)
    wait_end = models.GeneratedField(
        expression=Least("started_on", "closed_on"), output_field=models.DateField(null=True), db_persist=True
    )
    changed_at = models.DateTimeField(_("last changed"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ReferralQuerySet.as_manager()
    is_history = False
    unlisted = (  # what no list shows: the free text, and how the case came in and was saved
        *("reason", "what_matters", "referrer_name", "referrer_phone", "external_reference"),
        *("seniority_on", "source", "channel", "urgency"),
        *("registered_at", "registered_by_id", "assigned_on", "changed_at"),
    )

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["-received_on", "-pk"]
        indexes = [
            # Holds all by which those who wait are counted.
            models.Index(
                fields=["municipality", "priority", "received_on"],
                include=["id", "category", "prioritised_on", "outcome"],
                condition=Q(wait_end__isnull=True),
                name="referral_waiting",
            ),
            # The same of those who waited on any day.
            GistIndex(
                DateRange("received_on", "wait_end"),
                include=[
                    "id",
                    "municipality",
                    "category",
                    "priority",
                    "prioritised_on",
                    "received_on",
                    "wait_end",
                ],
                condition=Q(wait_end__isnull=False) & ~Q(outcome__in=sorted(NOT_COUNTED)),
                name="referral_waited",
            ),
            models.Index(
                fields=["municipality", "received_on", "id"],
                condition=Q(closed_on__isnull=True),
                name="referral_open",
            ),
            models.Index(fields=["municipality", "received_on"], name="referral_received"),
            models.Index(fields=["municipality", "wait_end"], name="referral_wait_end"),
            models.Index(
                fields=["municipality", "closed_on"],
                condition=Q(started_on__isnull=False, closed_on__isnull=False),
                name="referral_finished",
            ),
            models.Index(
                fields=["therapist"], condition=Q(closed_on__isnull=True), name="referral_therapist_open"
            ),
            models.Index(fields=["former"], condition=Q(former__isnull=False), name="referral_former"),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="referral_merged"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "id"], name="referral_municipality_id"),
            models.UniqueConstraint(fields=["municipality", "number"], name="referral_number_once"),
            models.CheckConstraint(condition=Q(number__regex=r"^\d{4}-\d{6}$"), name="referral_number_form"),
            models.CheckConstraint(
                condition=Q(priority__isnull=True) | Q(priority__range=(1, HIGHEST_LEVEL)),
                name="referral_priority_level",
            ),
            models.CheckConstraint(
                condition=Q(received_on__lte=OsloDate("registered_at"), seniority_on__lte=F("received_on")),
                name="referral_received_not_future",
                violation_error_message=_("The received date cannot be in the future."),
            ),
            models.CheckConstraint(
                condition=(Q(started_on__isnull=True) | Q(started_on__lte=OsloDate("changed_at")))
                & (Q(closed_on__isnull=True) | Q(closed_on__lte=OsloDate("changed_at"))),
                name="referral_end_not_future",
                violation_error_message=_("A start or a closing cannot be in the future."),
            ),
            models.CheckConstraint(
                condition=(Q(started_on__isnull=True) | Q(started_on__gte=F("received_on")))
                & (Q(closed_on__isnull=True) | Q(closed_on__gte=F("received_on")))
                & (Q(prioritised_on__isnull=True) | Q(prioritised_on__gte=F("received_on")))
                & (
                    Q(started_on__isnull=True) | Q(closed_on__isnull=True) | Q(closed_on__gte=F("started_on"))
                ),
                name="referral_dates_in_order",
                violation_error_message=_("The dates are not in order: received, started, closed."),
            ),
            models.CheckConstraint(
                condition=Q(priority__isnull=True, prioritised_on__isnull=True)
                | Q(priority__isnull=False, prioritised_on__isnull=False),
                name="referral_priority_with_date",
            ),
            models.CheckConstraint(
                condition=Q(therapist__isnull=True, assigned_on__isnull=True)
                | Q(therapist__isnull=False, assigned_on__isnull=False),
                name="referral_therapist_with_date",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, outcome="")
                | (Q(closed_on__isnull=False) & ~Q(outcome="")),
                name="referral_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=Status.RECEIVED,
                    priority__isnull=True,
                    started_on__isnull=True,
                    closed_on__isnull=True,
                )
                | Q(
                    status=Status.WAITING,
                    priority__isnull=False,
                    started_on__isnull=True,
                    closed_on__isnull=True,
                )
                | Q(status=Status.STARTED, started_on__isnull=False, closed_on__isnull=True)
                | Q(status=Status.CLOSED, closed_on__isnull=False),
                name="referral_status_matches_dates",
            ),
            models.CheckConstraint(
                condition=(Q(merged_into__isnull=True) | Q(outcome=Outcome.DUPLICATE))
                & ~Q(former=F("id"))
                & ~Q(merged_into=F("id")),
                name="referral_linked_to_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @staticmethod
    def reply_sent_on_sql() -> F:
        """The day on which the preliminary reply was sent."""
        return F("preliminary_reply__sent_on")

    @property
    def needs_preliminary_reply(self) -> bool:
        """Whether the law's preliminary reply applies: an application, in a category where it is due.

        The municipality's key on the day of receipt says where. A duplicate, or what was entered in error, needs
        none. One query for an application; none for a row that was read `with_reply`.
        """
        if (needs := getattr(self, "needs_reply", None)) is not None:
            return bool(needs)
        if self.handling != Handling.APPLICATION or self.outcome in NOT_COUNTED:
            return False
        return ReplyRule.objects.is_due(self.municipality_id, self.category, self.received_on)

    @property
    def takes_preliminary_reply(self) -> bool:
        """Whether a preliminary reply applies and none is registered. Two queries at most."""
        return self.needs_preliminary_reply and not hasattr(self, "preliminary_reply")

    @property
    def is_asked(self) -> bool:
        """Whether the citizen was asked if they still wait, and no answer is registered.

        One query; none for a row that was read `with_validation`.
        """
        if hasattr(self, "asked_on"):
            return self.asked_on is not None
        return self.validations.open().exists()

    @property
    def is_at_risk(self) -> bool:
        """Whether the need is to be assessed anew after a risk event, while the wait runs.

        One query; none for a row that was read `with_risk` or `with_risk_told`.
        """
        if hasattr(self, "has_risk"):
            return bool(self.has_risk)
        if hasattr(self, "risk_kind"):
            return self.is_on_waitlist and self.risk_kind is not None
        return self.is_on_waitlist and self.risk_events.to_reassess().exists()

    @property
    def last_answer(self) -> str:
        """What was answered last when asked, a `ValidationResult`; empty: nothing yet. One query."""
        return self.validations.answered().values_list("result", flat=True).first() or ""

    @property
    def is_on_waitlist(self) -> bool:
        """Whether the wait still runs."""
        return self.status in ON_WAITLIST
