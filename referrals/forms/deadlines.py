"""What the page of deadlines is narrowed to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from referrals.choices import Task, When
from referrals.forms.base import FilterForm

MINE, NOBODYS = "mine", "none"


class DeadlinesForm(FilterForm):
    """When, whose, and what. What is not understood narrows nothing.

    `therapists` are pairs of id and name; `own_id` is who the user is among them, where they are a therapist.
    """

    naar = forms.ChoiceField(
        label=_("When"), required=False, choices=[("", _("To be done now")), *When.choices]
    )
    ergoterapeut = forms.ChoiceField(label=_("Therapist"), required=False)
    hva = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("Everything")), *Task.choices])

    def __init__(
        self, query: QueryDict, *, therapists: Sequence[tuple[int, str]], own_id: int | None
    ) -> None:
        super().__init__(query)
        self.own_id = own_id
        self.fields["ergoterapeut"].choices = [
            ("", _("Everybody’s")),
            *([(MINE, _("Mine"))] if own_id is not None else []),
            (NOBODYS, _("Not assigned")),
            *((str(pk), name) for pk, name in therapists),
        ]

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen, by name."""
        self.is_valid()
        return {name: value for name in self.fields if (value := self.cleaned_data.get(name, ""))}

    @property
    def when(self) -> When | None:
        """By their last day; None: what is to be done now."""
        return When(self.chosen["naar"]) if "naar" in self.chosen else None

    @property
    def tasks(self) -> list[Task]:
        """Which are listed, in order."""
        return [Task(self.chosen["hva"])] if "hva" in self.chosen else list(Task)

    @property
    def narrowing(self) -> dict[str, Any]:
        """Whose cases, as the filter of a queryset."""
        whose = self.chosen.get("ergoterapeut")
        if whose is None:
            return {}
        if whose == NOBODYS:
            return {"therapist__isnull": True}
        return {"therapist_id": self.own_id if whose == MINE else int(whose)}
