"""The form that merges two open referrals of the same need."""

from collections.abc import Iterator
from typing import Any, Self

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.forms.case import DescribedChoiceField, MoveForm, Situation, note_field
from referrals.models import Referral
from referrals.templatetags.ergo import day_month_year
from referrals.waiting import keeps_start

THIS, OTHER = "this", "other"


class MergeForm(MoveForm):
    """Which other referral is the same need, where there are several, and which of the two is kept.

    `versions` are those of the others that the user saw, as `id:version`.
    """

    other = DescribedChoiceField(label=_("Which referral is the same need?"))
    keep = DescribedChoiceField(label=_("Which one is kept?"))
    note = note_field(
        _("Note"), help_text=_("Kept in the history. Leave out what belongs in the patient record.")
    )
    versions = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ("other", "keep", "note")

    def prepare(self, situation: Situation) -> None:
        del self.fields["on"]
        self.initial["versions"] = _written(situation)
        self.fields["other"].offer((twin.pk, _described(twin), "") for twin in situation.twins)
        if len(situation.twins) < 2:
            del self.fields["other"]
        offered = list(self._to_keep())
        self.fields["keep"].offer(offered)
        self.initial["keep"] = (
            self._first_received() if len(offered) > 1 else offered[0][0] if offered else ""
        )

    @classmethod
    def onto(cls, typed: QueryDict, *, situation: Situation) -> Self:
        data = super().onto(typed, situation=situation).data
        data["versions"] = _written(situation)
        return cls(data, situation=situation)

    @property
    def seen(self) -> list[tuple[Referral, int]]:
        if (twin := self._twin) is None:
            return super().seen
        version = self._versions.get(str(twin.pk), "")
        return [*super().seen, (twin, int(version) if version.isdecimal() and len(version) < 10 else 0)]

    @property
    def is_stale(self) -> bool:
        """Also where the one that was chosen is no longer the same need: none is taken in its place."""
        return super().is_stale or (self._twin is None and self.data.get("other") in self._versions)

    @property
    def arguments(self) -> dict[str, Any]:
        twin = self._twin
        assert twin is not None  # the form is valid, so one of them was chosen
        kept = self.situation.referral if self.cleaned_data["keep"] == THIS else twin
        return {
            "other_id": twin.pk,
            "other_version": dict(self.seen)[twin],
            "keep_id": kept.pk,
            "note": self.cleaned_data["note"],
        }

    @property
    def _versions(self) -> dict[str, str]:
        """The versions of the others that the user saw, by id."""
        pairs = (pair.partition(":") for pair in self.data.get("versions", "").split())
        return {key: version for key, _colon, version in pairs if key}

    @property
    def _twin(self) -> Referral | None:
        """The one that was chosen, or the only one there was to choose."""
        twins, chosen = list(self.situation.twins), self.data.get("other", "")
        if len(twins) == 1 and chosen not in self._versions:
            return twins[0]
        return next((twin for twin in twins if str(twin.pk) == chosen), None)

    def _to_keep(self) -> Iterator[tuple[str, str | Promise, str]]:
        """Each of the two that may be kept; what is said of both where it is known which they are."""
        this, twins = self.situation.referral, list(self.situation.twins)
        if len(twins) > 1:
            yield THIS, _("This one: %(number)s") % {"number": this.number}, ""
            yield OTHER, _("The other one"), ""
            return
        for twin in twins:
            for value, kept, gone in ((THIS, this, twin), (OTHER, twin, this)):
                if keeps_start(kept.started_on, gone.started_on):
                    yield value, _described(kept), _effect(kept, gone)

    def _first_received(self) -> str:
        """What is proposed: the one that came in first."""
        this = self.situation.referral
        earlier = [twin for twin in self.situation.twins if twin.received_on < this.received_on]
        return OTHER if earlier else THIS


def _written(situation: Situation) -> str:
    return " ".join(f"{twin.pk}:{twin.version}" for twin in situation.twins)


def _described(referral: Referral) -> str:
    """The referral in one line: enough to tell the two apart."""
    return _now("%(number)s, received %(day)s · %(status)s") % {
        "number": referral.number,
        "day": day_month_year(referral.received_on),
        "status": referral.get_status_display(),
    }


def _effect(kept: Referral, gone: Referral) -> str:
    """What becomes of the two if the first is kept."""
    priority = _now("not set") if kept.priority is None else str(kept.priority)
    return _now(
        "It counts from %(day)s, with priority %(priority)s and therapist %(therapist)s."
        " %(gone)s is closed as a duplicate."
    ) % {
        "day": day_month_year(min(kept.received_on, gone.received_on)),
        "priority": priority,
        "therapist": kept.therapist or _now("not set"),
        "gone": gone.number,
    }
