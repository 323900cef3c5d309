"""Who was started before somebody with a higher priority and a longer wait (forbigått)."""

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Subquery, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, JSONObject

from ergo.postgresql.days import Days
from referrals.models.case_file import ReferralEvent
from referrals.models.known import end_of
from referrals.models.pause import WaitPause
from referrals.models.referral import ReferralQuerySet


def started_within(referrals: ReferralQuerySet, first: date, last: date) -> ReferralQuerySet:
    """Those of the referrals that were started on a day from `first` to `last`, both included, and count."""
    return referrals.counted().filter(started_on__range=(first, last))


def with_overtaken(referrals: ReferralQuerySet, among: ReferralQuerySet, first: date) -> Any:
    """`overtaken`: those `among` them whom a started referral overtook, the longest wait first.

    Each as its `pk`, `number`, `level`, the priority it had then, `days`, how many longer it had waited, and whether it
    is of the `same` category.

    They waited at the end of the day of its start, by the one clock, and were not on hold that day for whatever reason;
    they had a higher priority that day, and had been received before it. `priority_then` is its own priority on the
    day; NULL: not assessed by then, so that it overtook nobody. No start is before `first`.
    """
    day: Any = OuterRef("started_on")
    on_hold = WaitPause.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=OuterRef(day)),
        referral=OuterRef("pk"),
        started_on__lte=OuterRef(day),
    )
    passed = (
        among.waiting(on=day)
        .filter(
            municipality=OuterRef("municipality"),
            received_on__lt=OuterRef("received_on"),
            prioritised_on__lte=day,
        )
        .annotate(level=_priority_on(day, first))
        .filter(level__lt=OuterRef("priority_then"))
        .exclude(Exists(on_hold))
        .order_by("received_on", "pk")
    )
    assessed = When(prioritised_on__lte=F("started_on"), then=_priority_on(F("started_on"), first))
    rows = referrals.annotate(priority_then=Case(assessed, output_field=IntegerField()))
    longer = Days(OuterRef("received_on"), F("received_on"))
    is_same = Case(When(category=OuterRef("category"), then=True), default=False)
    told = JSONObject(pk="pk", number="number", level="level", days=longer, same=is_same)
    return rows.annotate(overtaken=ArraySubquery(passed.values(told=told)))


def _priority_on(day: Any, first: date) -> Case:
    """The priority at the end of a day that is not before `first`.

    What it was before the first later change of it; the present one where it has not been changed since. Only those
    with a change after `first` are looked up in the history: nothing is registered before the day on which it happens.
    """
    changes = ReferralEvent.objects.filter(details__changes__has_key="priority").order_by()
    changed = changes.filter(happened_on__gt=first, registered_at__gte=end_of(first)).values("referral_id")
    later = changes.filter(referral=OuterRef("pk"), happened_on__gt=_outward(day))
    before = later.order_by("happened_on", "registered_at", "pk").annotate(
        before=Cast(KT("details__changes__priority__0"), IntegerField())
    )
    was = Subquery(before.values("before")[:1])
    return Case(
        When(Q(pk__in=changed) & Q(Exists(later)), then=was),
        default=F("priority"),
        output_field=IntegerField(),
    )


def _outward(day: Any) -> OuterRef:
    """The same day, seen from a query one further in."""
    return OuterRef(day) if isinstance(day, OuterRef) else OuterRef(day.name)
