"""Which municipalities are laid beside each other, and on which day. By GET, by number or by name."""

from collections.abc import Sequence
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from referrals.forms.boards import LookBackForm
from referrals.models import Municipality
from referrals.norwegian import sort_key
from referrals.reports.comparison import MOST_OTHERS

FIELD = "kommuner"
LONGEST_SHOWN = 40


class ComparisonForm(LookBackForm):
    """The day, how it is looked at, and the others: `offered` are those that may be chosen.

    `about`: the municipality of the page, None where the first one chosen is it. `suggested` where none are asked for.
    """

    kommuner = forms.CharField(
        label=_("Municipalities"),
        required=False,
        max_length=500,
        help_text=_("Numbers or names with commas between them, seven at most"),
        widget=forms.TextInput(attrs={"size": "48"}),
    )
    field_order = ["kommuner", "dato", "kjent"]

    def __init__(
        self,
        query: QueryDict,
        *,
        today: date,
        offered: Sequence[Municipality],
        about: Municipality | None = None,
        suggested: Sequence[Municipality] = (),
    ) -> None:
        super().__init__(query, today=today)
        self._offered, self._about = offered, about
        asked = query.getlist(FIELD) if FIELD in query else [self._written(place) for place in suggested]
        self.data[FIELD] = ", ".join(text.strip() for text in asked)

    def clean_kommuner(self) -> list[Municipality]:
        """The municipalities, each once, in the order they were written."""
        texts = [text.strip() for text in self.cleaned_data[FIELD].split(",")]
        found, faults = [], []
        for text in dict.fromkeys(filter(None, texts)):
            try:
                found.append(self._meant(text))
            except ValidationError as fault:
                faults.append(fault)
        if faults:
            raise ValidationError(faults)
        found = list(dict.fromkeys(found))
        if len(found) > MOST_OTHERS:
            words = {"most": MOST_OTHERS, "count": len(found)}
            raise ValidationError(
                _("Choose %(most)s municipalities at most; these are %(count)s"), params=words
            )
        return found

    @property
    def chosen(self) -> list[Municipality]:
        """Those to compare with; none where something is wrong with them."""
        self.is_valid()
        chosen: list[Municipality] = self.cleaned_data.get(FIELD, [])
        return chosen

    def _meant(self, text: str) -> Municipality:
        """The one municipality that a number or a name means. Raises ValidationError."""
        wanted, shown = sort_key(text), {"text": text[:LONGEST_SHOWN]}
        known = [*self._offered, *([self._about] if self._about else [])]
        meant = [place for place in known if place.code == text]
        meant = meant or [place for place in known if wanted in _names(place)]
        if not meant:
            raise ValidationError(
                _(
                    "“%(text)s” is not one of the municipalities that can be chosen. Write a number, as 3103, or a name"
                ),
                params=shown,
            )
        if len({place.pk for place in meant}) > 1:
            codes = " / ".join(dict.fromkeys(place.code for place in meant))
            raise ValidationError(
                _("Several are called “%(text)s”. Write the number: %(codes)s"),
                params=shown | {"codes": codes},
            )
        if self._about and meant[0].pk == self._about.pk:
            raise ValidationError(_("“%(text)s” is the one that the others are compared with"), params=shown)
        return meant[0]

    def _written(self, place: Municipality) -> str:
        """The name, or the number where several have the name."""
        alike = [other for other in self._offered if sort_key(other.name) == sort_key(place.name)]
        return place.name if len(alike) == 1 else place.code


def _names(place: Municipality) -> set[str]:
    return {sort_key(place.name), sort_key(place.full_name)}
