"""What a list of referrals can be narrowed to. A choice in a filter lives in the address, as a code, never a name."""

import re
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from referrals import waiting
from referrals.choices import NOT_COUNTED, PresentFact, Reply, Source, Status, TargetFact, WaitFact
from referrals.forms.base import FilterForm
from referrals.forms.fields import NorwegianDateField
from referrals.forms.search import SearchForm
from referrals.models import Category, Employment, Municipality, Person, PriorityTarget, Referral, Therapist
from referrals.models.among import IsAmong
from referrals.models.person import PersonQuerySet
from referrals.models.to_do import TO_DO, to_do_q
from referrals.models.written import Written
from referrals.permissions import Access

Text = str | Promise
Choices = list[tuple[Any, Text]]

MORE_THAN_ANY_LIST = 10_000_000

# What the filter's ticks mean, over the annotations of `with_wait` and `with_pause`.
FACTS: dict[WaitFact, Q] = {
    WaitFact.OVER_TARGET: waiting.over_target_q(),
    WaitFact.DUE_SOON: waiting.due_soon_q(),
    WaitFact.OVER_A_YEAR: waiting.over_a_year_q(),
    WaitFact.PAUSED: Q(is_paused=True),
    WaitFact.UNASSIGNED: Q(therapist__isnull=True),
    WaitFact.NOT_ASSESSED: waiting.not_assessed_q(),
}
# What a number of a board leads to; offered as a tick only where it is chosen.
TARGET_FACTS: dict[TargetFact, Q] = {
    TargetFact.WITHIN_TARGET: waiting.within_target_q(),
    TargetFact.NOT_OVER_TARGET: waiting.not_over_target_q(),
}
# Over the annotations of `with_missing` and `with_risk`. Nobody waits for what a closed case lacks.
PRESENT_FACTS: dict[PresentFact, Q] = {
    PresentFact.INCOMPLETE: Q(is_incomplete=True, closed_on__isnull=True),
    PresentFact.AT_RISK: Q(has_risk=True),
}
NARROWING: dict[str, Q] = {
    fact.value: condition for fact, condition in (FACTS | TARGET_FACTS | PRESENT_FACTS).items()
}


@dataclass(frozen=True)
class Listed:
    """Which referrals a list is about. `by_urgency`: they wait, so the most urgent come first."""

    label: Text
    condition: Q
    by_urgency: bool = False


COUNTED = ~Q(outcome__in=NOT_COUNTED)
STILL_WAITING = Q(wait_end__isnull=True)  # as the partial index says it, so that it is used
NOT_CLOSED = Q(closed_on__isnull=True)
CLOSED_AND_COUNTED = Q(status=Status.CLOSED) & COUNTED

# By the code in the address; without one the list is the waitlist.
LISTED: dict[str, Listed] = {
    "": Listed(_("Waiting now"), STILL_WAITING, by_urgency=True),
    "received": Listed(Status.RECEIVED.label, STILL_WAITING & Q(status=Status.RECEIVED), by_urgency=True),
    "waiting": Listed(Status.WAITING.label, STILL_WAITING & Q(status=Status.WAITING), by_urgency=True),
    "started": Listed(Status.STARTED.label, NOT_CLOSED & Q(status=Status.STARTED)),
    "closed": Listed(Status.CLOSED.label, CLOSED_AND_COUNTED),
    "left": Listed(_("Closed without a start"), CLOSED_AND_COUNTED & Q(started_on__isnull=True)),
    "finished": Listed(_("Closed after a start"), CLOSED_AND_COUNTED & Q(started_on__isnull=False)),
    "open": Listed(_("All that are not closed"), NOT_CLOSED),
    "all": Listed(pgettext_lazy("referrals", "All"), COUNTED),
    "not_counted": Listed(_("Duplicates and entered in error"), Q(outcome__in=NOT_COUNTED)),
}

# Those that a page may fold away.
SELDOM = {"source", "band", "dated", "dated_from", "dated_to"}

DATE_FIELDS = {"": "received_on", "started": "started_on", "closed": "closed_on"}


# How the preliminary reply of somebody who waits can stand, by what is most urgent.
REPLIES: dict[Reply, Text] = {
    Reply.LATE: _("Overdue"),
    Reply.DUE: _("Due soon"),
    Reply.NOT_YET: _("Not sent"),
    Reply.SENT_LATE: _("Sent late"),
    Reply.SENT: _("Sent"),
}


@dataclass(frozen=True)
class Offers:
    """What the filter of one municipality offers: categories by code, therapists by id, levels of its keys.

    A category has its name by language.
    """

    categories: list[dict[str, str]]
    therapists: list[dict[str, Any]]
    levels: list[int]


def offers_of(municipality: Municipality, *, on: date) -> Offers:
    """What can be chosen in the municipality on the day, in one query.

    Therapists are those employed there and those who still have open referrals there.
    """
    employed = Employment.objects.valid(on).filter(municipality=municipality).values("therapist")
    busy = Referral.objects.in_municipality(municipality).open().values("therapist")
    therapists = Therapist.objects.filter(Q(pk__in=employed) | Q(pk__in=busy)).order_by("sort_key", "pk")
    levels = PriorityTarget.objects.filter(key__municipality=municipality).order_by("level")
    found = Municipality.objects.filter(pk=municipality.pk).values_list(
        ArraySubquery(
            Category.objects.values(offer=JSONObject(code="code", nb="name_nb", nn="name_nn", en="name_en"))
        ),
        ArraySubquery(therapists.values(offer=JSONObject(id="pk", name="name"))),
        ArraySubquery(levels.values_list("level").distinct()),
    )
    return Offers(*found.get())


FACT_COUNTS = {"waiting": Count("pk"), "persons": Count("person", distinct=True)} | {
    fact.value: Count("pk", filter=condition) for fact, condition in FACTS.items()
}


def fact_counts(
    referrals: QuerySet[Referral] | Written, present: Iterable[PresentFact] = ()
) -> dict[str, int]:
    """How many there are, as `waiting`, of how many `persons`, and of how many each fact is true. One query.

    `present`: those of the present that are counted too.

    The limit, above any list, is for PostgreSQL: below it a row's clock is read once, not once for each count.
    """
    counts = {fact.value: Count("pk", filter=PRESENT_FACTS[fact]) for fact in present}
    return referrals[:MORE_THAN_ANY_LIST].aggregate(**FACT_COUNTS, **counts)


def days_range(code: str) -> tuple[int, int] | None:
    """First and last day of a range written as the charts do, 0-14 or 366+; None for anything else."""
    match = re.fullmatch(r"(\d{1,4})(?:\+|-(\d{1,4}))", code, re.ASCII)
    if not match:
        return None
    return int(match[1]), int(match[2]) if match[2] else waiting.Band.OVER_365.value


def days_choice(code: str) -> tuple[str, Text]:
    """A range of days with its words."""
    first, last = days_range(code) or (0, 0)
    if last == waiting.Band.OVER_365.value:
        return code, _("%(first)d days or more") % {"first": first}
    if first == last:
        return code, ngettext("%(count)s day", "%(count)s days", first) % {"count": first}
    return code, _("%(first)d–%(last)d days") % {"first": first, "last": last}


class ListedFilter(django_filters.ChoiceFilter):
    """Always narrows: no choice, or one that does not exist, is the waitlist."""

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs.filter(LISTED[value or ""].condition)


class DateFilter(django_filters.DateFilter):
    """A date as people here type it."""

    field_class = NorwegianDateField


class OwnFilters(dict[str, django_filters.Filter]):
    """The filters of a class. Whoever filters gets filters of their own, with choices of their own.

    What else they hold is nobody's to change, and is not copied for each page.
    """

    def __deepcopy__(self, _memo: dict[int, Any]) -> dict[str, django_filters.Filter]:
        return {name: _own(one) for name, one in self.items()}


def _own(one: django_filters.Filter) -> django_filters.Filter:
    own = copy(one)
    own.extra = dict(one.extra)
    own.method = one.method  # by which it finds the filters that it stands among
    return own


class WaitFilter(django_filters.FilterSet):
    """What those who wait can be narrowed to, over rows with `with_wait` and `with_pause`.

    What cannot be understood is marked in the form and narrows nothing. `priority` knows `null`: nobody yet.
    """

    priority = django_filters.ChoiceFilter(
        label=_("Priority"), empty_label=_("Every priority"), null_label=_("Not assessed")
    )
    category = django_filters.ChoiceFilter(
        label=_("Category"), empty_label=_("Every category"), field_name="category__code"
    )
    only = django_filters.MultipleChoiceFilter(
        label=_("Show only"),
        widget=forms.CheckboxSelectMultiple,
        method="having_all",
    )
    source = django_filters.ChoiceFilter(
        label=_("Source"), empty_label=_("Every source"), choices=Source.choices
    )
    band = django_filters.ChoiceFilter(
        label=_("Days waited (gross)"), empty_label=_("Any wait"), method="in_band"
    )

    class Meta:
        model = Referral
        fields: list[str] = []
        form = FilterForm

    def __init__(self, data: QueryDict, queryset: QuerySet, *, offers: Offers) -> None:
        super().__init__(data, queryset)
        self.offers = offers

    def get_form_class(self) -> type[forms.Form]:
        """The form with its choices, which are only put together where there is a form."""
        for name, choices in self.offered().items():
            self.filters[name].extra["choices"] = choices
        form: type[forms.Form] = super().get_form_class()
        return form

    def offered(self) -> dict[str, Choices]:
        """What can be chosen in the municipality, by name."""
        language = get_language()
        bands = [band.code for band in waiting.Band]
        if (wished := self.data.get("band", "")) not in bands and days_range(wished):
            bands.append(wished)
        told = [fact for fact in TargetFact if fact in self.data.getlist("only")]
        return {
            "only": [(fact.value, fact.label) for fact in (*WaitFact, *told)],
            "band": [days_choice(code) for code in bands],
            "priority": [(level, level) for level in self.offers.levels],
            "category": [(row["code"], row[language]) for row in self.offers.categories],
        }

    @classmethod
    def get_filters(cls) -> OwnFilters:
        """Those of the class, which each list copies."""
        return OwnFilters(super().get_filters())

    @property
    def is_asked(self) -> bool:
        """Whether the address says anything to the filter; where it does not, no form need be made."""
        return any(name in self.data for name in self.filters)

    @property
    def errors(self) -> Mapping[str, Any]:
        """What could not be understood, by name."""
        return self.form.errors if self.is_asked else {}

    @property
    def chosen(self) -> dict[str, Any]:
        """What has been chosen, understood and is not empty, by name."""
        return {name: value for name, value in self.cleaned.items() if value}

    @property
    def cleaned(self) -> dict[str, Any]:
        """Everything that was understood, by name."""
        if not self.is_asked:
            return {}
        self.form.is_valid()
        return self.form.cleaned_data

    @property
    def narrowed(self) -> dict[str, str]:
        """What has been chosen, as a recipe and a log write it: several with commas between them."""
        return {
            name: ",".join(value) if isinstance(value, list) else str(value)
            for name, value in self.chosen.items()
        }

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Every filter once; whether it is a queryset or one whose SQL is kept."""
        for name, value in self.cleaned.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset

    def having_all(self, queryset: QuerySet, name: str, facts: list[str]) -> QuerySet:
        for fact in facts:
            queryset = queryset.filter(NARROWING[fact])
        return queryset

    def in_band(self, queryset: QuerySet, name: str, code: str) -> QuerySet:
        return queryset.filter(gross_days__range=days_range(code))


class CaseloadFilter(WaitFilter):
    """Also narrowed to whose case it is. `therapist` knows `null` too."""

    therapist = django_filters.ChoiceFilter(
        label=_("Therapist"), empty_label=_("Every therapist"), null_label=_("Not assigned")
    )

    def offered(self) -> dict[str, Choices]:
        """Also the therapists."""
        therapists: Choices = [(row["id"], row["name"]) for row in self.offers.therapists]
        return super().offered() | {"therapist": therapists}


class PastFilter(CaseloadFilter):
    """The filter above the lists of an earlier day: nobody's priority holds before the day it was set.

    The therapist is who has the case, or had it last, by what is known.
    """

    priority = django_filters.ChoiceFilter(
        label=_("Priority"),
        empty_label=_("Every priority"),
        null_label=_("Not assessed"),
        method="having_priority",
    )

    def having_priority(self, queryset: QuerySet, name: str, level: str) -> QuerySet:
        if level == self.filters["priority"].null_value:
            return queryset.filter(waiting.not_assessed_q())
        return queryset.filter(is_assessed=True, priority=level)


class PastWaitFilter(PastFilter):
    """The filter above those who waited on an earlier day, also over `with_reply_state`."""

    reply = django_filters.ChoiceFilter(
        label=_("Preliminary reply"),
        empty_label=_("Any state"),
        field_name="reply_state",
        choices=list(REPLIES.items()),
    )


def reply_counts(referrals: QuerySet[Referral]) -> dict[Reply, int]:
    """How many of those who wait have a reply in each state that is told of. One query."""
    found = referrals.order_by().values_list("reply_state").annotate(number=Count("pk"))
    counted = dict(found)
    return {reply: counted.get(reply, 0) for reply in REPLIES}


class WaitlistFilter(CaseloadFilter):
    """The filter above a municipality's list on the day `on`, for the therapist who looks, if it is one.

    `dated_from` and `dated_to` are both inclusive, of the day of receipt or the one that `dated` names.
    """

    status = ListedFilter(
        label=_("Status"),
        empty_label=LISTED[""].label,
        choices=[(code, listed.label) for code, listed in LISTED.items() if code],
    )
    dated = django_filters.ChoiceFilter(
        label=_("Date"),
        empty_label=_("Received"),
        choices=[("started", _("Started")), ("closed", _("Closed"))],
        method="unchanged",
    )
    dated_from = DateFilter(label=_("From and including"), help_text="", method="dated_since")
    dated_to = DateFilter(label=_("To and including"), help_text="", method="dated_until")

    to_do = django_filters.ChoiceFilter(
        label=_("To do"),
        empty_label=_("Everything"),
        choices=list(TO_DO.items()),
        method="having_to_do",
    )

    def __init__(
        self, data: QueryDict, queryset: QuerySet, *, on: date, therapist_id: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, queryset, **kwargs)
        self.on, self.therapist_id = on, therapist_id

    def offered(self) -> dict[str, Choices]:
        """Also what is true only of the present."""
        offered = super().offered()
        present: Choices = [(fact.value, fact.label) for fact in PresentFact]
        return offered | {"only": [*offered["only"], *present]}

    @property
    def has_seldom(self) -> bool:
        """Whether something is chosen, or mistyped, among the filters that lie folded away."""
        return bool(SELDOM & (self.chosen.keys() | self.errors.keys()))

    @property
    def listed(self) -> Listed:
        """Which referrals the list is about."""
        return LISTED[self.chosen.get("status", "")]

    @property
    def cleaned(self) -> dict[str, Any]:
        """Everything that was understood; the status always, since no choice, or none that is valid, narrows too."""
        return {"status": ""} | super().cleaned

    def having_to_do(self, queryset: QuerySet, name: str, code: str) -> QuerySet:
        return queryset.filter(to_do_q(code, on=self.on, therapist_id=self.therapist_id))

    def dated_since(self, queryset: QuerySet, name: str, day: date) -> QuerySet:
        return queryset.filter(**{f"{self._date_field}__gte": day})

    def dated_until(self, queryset: QuerySet, name: str, day: date) -> QuerySet:
        return queryset.filter(**{f"{self._date_field}__lte": day})

    def unchanged(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """For a choice that only says what another one is about."""
        return queryset

    @property
    def _date_field(self) -> str:
        return DATE_FIELDS[self.chosen.get("dated", "")]


def find(
    referrals: QuerySet[Referral], search: SearchForm, municipality: Municipality, access: Access
) -> QuerySet[Referral]:
    """Those of the referrals that a valid search means: by number, by identity number, or by every word of a name.

    Nobody is found by what their row does not show: a shielded citizen only by the number of the referral.
    """
    if search.numbers:
        return referrals.filter(number__in=search.numbers)
    citizens = Person.objects.open_to(access).filter(municipality=municipality)
    if search.identifier:
        return referrals.filter(person__in=citizens.with_identifier(search.identifier, municipality.pk))
    return referrals.filter(person__in=_named(search.cleaned_data["q"], citizens, municipality, access))


def _named(
    name: str, citizens: PersonQuerySet, municipality: Municipality, access: Access
) -> QuerySet[Person]:
    """Those of the citizens whom a name means: of all by how its words begin, of those in open cases by any part.

    So what is read is who is found, and who has an open case, however long the history is. The latter are asked for at
    once: in one statement with the others, the planner would no longer know how many it finds.
    """
    open_here = Referral.objects.visible_to(access).in_municipality(municipality).open().order_by()
    in_open_cases = citizens.filter(IsAmong("pk", open_here.values("person_id"))).named(name).order_by()
    return citizens.named_from(name, or_among=list(in_open_cases.values_list("pk", flat=True)))
