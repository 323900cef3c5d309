"""What a new version of a priority key begins from, the version itself, and which two keys are compared."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.errors import LevelMissing, LevelWithoutDays
from referrals.forms.base import ErgoForm, FilterForm, Section
from referrals.forms.boards import DayForm
from referrals.forms.fields import LongTextField, NorwegianDateField
from referrals.models import Category, Municipality, PriorityTemplate
from referrals.models.priority import (
    HIGHEST_LEVEL,
    LONGEST_CRITERIA,
    LONGEST_REASON,
    MOST_DAYS,
    MOST_SOON_DAYS,
    missing_levels,
)
from referrals.waiting import DUE_SOON_DAYS

Text = str | Promise
Places = Sequence[tuple[str, Text]]

PRESENT_KEY, OTHER_PLACE, TEMPLATE = "nokkel", "kommune", "mal-"
LEAST_LEVELS = 3
GENERAL = ["valid_from", "note", "due_soon_days", "reason"]
SOON_DAYS = gettext_lazy("Write a whole number of days, from 0 to 60.")


class StartForm(FilterForm):
    """What the version begins from: by GET, so that the address of the form says it."""

    fra = forms.ChoiceField(
        label=gettext_lazy("Begin from"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what the version begins from.")},
    )
    kommune = forms.ChoiceField(label=gettext_lazy("Municipality"), required=False)

    def __init__(
        self, *args: Any, has_key: bool, templates: Sequence[PriorityTemplate], places: Places, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        own = [(PRESENT_KEY, _("The version in force"))] if has_key else []
        made = [(f"{TEMPLATE}{one.code}", f"{one.name}: {one.shown_days}") for one in templates]
        other = [(OTHER_PLACE, _("Another municipality’s key, chosen below"))]
        self.fields["fra"].choices = own + made + other
        self.fields["kommune"].choices = [("", "–"), *places]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("fra") == OTHER_PLACE and not cleaned.get("kommune") and "kommune" not in self.errors:
            self.add_error("kommune", _("Choose the municipality whose key you begin from."))
        return cleaned


class DaysField(forms.IntegerField):
    """Whole days of a target, or nothing. One message for everything else that can be typed."""

    default_error_messages = {"invalid": gettext_lazy("Write a whole number of days, from 1 to 730.")}

    def __init__(self, **kwargs: Any) -> None:
        typed = forms.TextInput(attrs={"inputmode": "numeric", "size": "4"})
        super().__init__(required=False, widget=typed, **kwargs)

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is not None and not 1 <= value <= MOST_DAYS:
            raise ValidationError(self.error_messages["invalid"], "invalid")


@dataclass(frozen=True)
class LevelFields:
    """One priority of a category on the screen."""

    level: int
    days: BoundField
    criteria: BoundField


@dataclass(frozen=True)
class CategoryFields:
    """One category on the screen."""

    category: Category
    reply: BoundField
    levels: list[LevelFields]


@dataclass(frozen=True)
class LateStart:
    """A target of so many days, which is later than the category is to start."""

    category: Category
    level: int
    days: int


class KeyForm(ErgoForm):
    """A version: from when, and for each category its priorities and whether a preliminary reply is due.

    `corrects`: the first day stands, and a reason must be written. `levels` is how many priorities are shown.
    """

    mark_optional = False

    valid_from = NorwegianDateField(label=gettext_lazy("Valid from"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For example who decided it, and where."),
    )
    due_soon_days = forms.IntegerField(
        label=gettext_lazy("Due soon, days before the target"),
        min_value=0,
        max_value=MOST_SOON_DAYS,
        initial=DUE_SOON_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
        help_text=gettext_lazy(
            "From so many days before its last day the target is shown as due soon. Holds for every list of a day on "
            "which the version is in force, whenever a referral was received."
        ),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), SOON_DAYS),
    )
    reason = LongTextField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        required=False,
        help_text=gettext_lazy(
            "Must be written when the version is valid from today or earlier, since referrals received already are "
            "then judged by it. It stands beside the version for all to read: write nothing about citizens."
        ),
        widget=forms.Textarea(attrs={"rows": "2"}),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    levels = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=HIGHEST_LEVEL)

    def __init__(
        self, *args: Any, categories: Sequence[Category], levels: int, corrects: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.categories, self.shown_levels = categories, range(1, levels + 1)
        self.initial.setdefault("levels", levels)
        if corrects:
            del self.fields["valid_from"]
            self.fields["reason"].required = True
            self.fields["reason"].help_text = _(
                "Why the version is corrected. It stands beside the version for all to read: write nothing about "
                "citizens."
            )
        for category in categories:
            self._add_fields(category)
        general = Section(_("The version"), GENERAL)
        self.sections = [general, *(Section(one.name, self._names(one)) for one in categories)]
        self.prepare_fields()

    @property
    def general(self) -> list[BoundField]:
        """The fields that are about the version as a whole."""
        return [self[name] for name in GENERAL if name in self.fields]

    @property
    def by_category(self) -> Iterator[CategoryFields]:
        """The fields of each category, by level."""
        for category in self.categories:
            levels = [
                LevelFields(
                    level, self[f"days_{category.pk}_{level}"], self[f"criteria_{category.pk}_{level}"]
                )
                for level in self.shown_levels
            ]
            yield CategoryFields(category, self[f"reply_{category.pk}"], levels)

    @property
    def targets(self) -> list[tuple[int, int, int, str]]:
        """What was typed, as (category, level, days, criteria); only of a valid form."""
        typed = self.cleaned_data
        return [
            (category.pk, level, days, typed[f"criteria_{category.pk}_{level}"].strip())
            for category in self.categories
            for level in self.shown_levels
            if (days := typed[f"days_{category.pk}_{level}"]) is not None
        ]

    @property
    def late_starts(self) -> list[LateStart]:
        """The targets that are longer than the category's longest start; only of a valid form."""
        longest = {category.pk: category for category in self.categories if category.longest_start}
        return [
            LateStart(longest[pk], level, days)
            for pk, level, days, _criteria in self.targets
            if pk in longest and days > (longest[pk].longest_start or days)
        ]

    @property
    def replies(self) -> dict[int, bool]:
        """Where a preliminary reply is due; only of a valid form."""
        return {category.pk: self.cleaned_data[f"reply_{category.pk}"] for category in self.categories}

    def clean(self) -> dict[str, Any]:
        """No category without a priority, no priority left out, no criteria without days."""
        cleaned = super().clean()
        for category in self.categories:
            names = {level: f"days_{category.pk}_{level}" for level in self.shown_levels}
            given = [
                level for level, name in names.items() if name in self.errors or cleaned[name] is not None
            ]
            missing = missing_levels(given)
            for level in missing:
                self.add_error(names[level], str(LevelMissing(level=level)))
            for level, name in names.items():
                if level not in [*given, *missing] and cleaned.get(f"criteria_{category.pk}_{level}"):
                    self.add_error(name, str(LevelWithoutDays()))
        return cleaned

    def _add_fields(self, category: Category) -> None:
        self.fields[f"reply_{category.pk}"] = forms.BooleanField(
            label=_("A preliminary reply is due to applications"), required=False
        )
        for level in self.shown_levels:
            words = {"category": category.name, "level": level}
            self.fields[f"days_{category.pk}_{level}"] = DaysField(
                label=_("%(category)s, priority %(level)s: days") % words
            )
            self.fields[f"criteria_{category.pk}_{level}"] = LongTextField(
                label=_("%(category)s, priority %(level)s: criteria") % words,
                max_length=LONGEST_CRITERIA,
                required=False,
                widget=forms.Textarea(attrs={"rows": "2"}),
            )

    def _names(self, category: Category) -> list[str]:
        own = [
            f"{kind}_{category.pk}_{level}" for level in self.shown_levels for kind in ("days", "criteria")
        ]
        return [f"reply_{category.pk}", *own]


def copied_to_all(typed: Mapping[str, Any], categories: Sequence[Category], levels: int) -> dict[str, Any]:
    """What was typed, with the first category's days and criteria in every other; within its longest start."""
    copied, first = dict(typed), categories[0]
    for category in categories[1:]:
        for level in range(1, levels + 1):
            days = str(typed.get(f"days_{first.pk}_{level}", "")).strip()
            if days.isdecimal() and len(days) <= len(str(MOST_DAYS)):
                days = str(category.within_longest_start([int(days)])[0])
            copied[f"days_{category.pk}_{level}"] = days
            copied[f"criteria_{category.pk}_{level}"] = typed.get(f"criteria_{first.pk}_{level}", "")
    return copied


class CompareForm(DayForm):
    """Two municipalities by number, and a day that may be in the future: which versions are laid side by side."""

    a = forms.ChoiceField(label=gettext_lazy("Municipality"), required=False)
    b = forms.ChoiceField(label=gettext_lazy("Compared with"), required=False)

    field_order = ["a", "b", "dato"]

    def __init__(self, query: QueryDict, *, today: date, places: Places) -> None:
        super().__init__(query, today=today)
        self.fields["dato"].not_after = None
        for name in ("a", "b"):
            self.fields[name].choices = [("", _("Choose")), *places]

    def chosen(self, name: str) -> str:
        """The number of the municipality asked for; empty for none."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


def named_apart(places: Iterable[Municipality]) -> list[tuple[str, str]]:
    """Numbers and names to choose between; two of one name with the county that each lies in."""
    offered = list(places)
    times = Counter(place.full_name for place in offered)
    return [
        (
            place.code,
            place.full_name if times[place.full_name] == 1 else f"{place.full_name} ({place.county.name})",
        )
        for place in offered
    ]
