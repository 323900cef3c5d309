"""A municipality's own therapists: one row for each employment."""

from datetime import date

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.models import Employment, Leave, Therapist
from referrals.reports.thin import SOON
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, DateColumn, NumberColumn


class StaffingTable(ErgoTable):
    """Employments of one municipality, with their leaves loaded. For its own staff only."""

    therapist = Column(_("Therapist"), order_by=("therapist__sort_key",))
    occupation = Column(_("Occupation"), order_by=("occupation__code",))
    engagement = Column(_("Engagement"))
    fte = NumberColumn(_("Årsverk"), decimals=2, initial_sort_descending=True)
    valid_from = DateColumn(_("From"))
    valid_to = DateColumn(_("To"), missing=_("until further notice"))
    approval = Column(_("Approval"), order_by=("therapist__authorised_to",))
    leave = Column(_("Leave"), orderable=False)
    actions = Column(_("Change"), orderable=False)

    caption = _("Therapists")
    when_empty = _("Nobody is registered here.")

    class Meta:
        fields = (
            "therapist",
            "occupation",
            "engagement",
            "fte",
            "valid_from",
            "valid_to",
            "approval",
            "leave",
            "actions",
        )

    def __init__(self, data: object, *, on: date, code: str, may_edit: bool, **kwargs: object) -> None:
        """`code`: the municipality's. Whoever may not edit sees no links."""
        super().__init__(data, exclude=() if may_edit else ("actions",), **kwargs)
        self.on, self.code, self.may_edit = on, code, may_edit

    def cell_therapist(self, employment: Employment) -> SafeString:
        therapist = employment.therapist
        number = _now("HPR number %(number)s") % {"number": therapist.hpr_number}
        if not self.may_edit:
            return cells.with_note(therapist.name, number)
        url = reverse("staffing_therapist", kwargs={"code": self.code, "pk": therapist.pk})
        return cells.with_note(cells.link(url, therapist.name), number)

    def cell_occupation(self, employment: Employment) -> SafeString:
        return cells.with_note(employment.occupation.title, employment.occupation.code)

    def cell_engagement(self, employment: Employment) -> str | SafeString:
        kind = employment.get_engagement_display()
        return cells.with_note(kind, _now("Temporary")) if employment.is_temporary else kind

    def cell_approval(self, employment: Employment) -> SafeString:
        return approval_of(employment.therapist, self.on)

    def cell_leave(self, employment: Employment) -> str | SafeString:
        """Those that are not over yet; an ended employment keeps all."""
        has_ended = _is_over(employment, self.on)
        shown = [away for away in employment.leaves.all() if has_ended or not _is_over(away, self.on)]
        if not shown:
            return cells.subtle("–")
        return cells.together([self._leave(away, employment.therapist) for away in shown])

    def cell_actions(self, employment: Employment) -> SafeString:
        return cells.together(
            cells.link_about(self._address(name, employment), text, employment.therapist.name)
            for name, text in self._offered(employment)
        )

    def _offered(self, employment: Employment) -> list[tuple[str, str]]:
        change = [("staffing_change", _now("Change"))]
        if _is_over(employment, self.on):
            return change
        return [*change, ("staffing_end", _now("End")), ("staffing_leave", _now("Leave"))]

    def _address(self, name: str, employment: Employment) -> str:
        place = {"code": self.code, "pk": employment.pk}
        return reverse(name, kwargs=place if name == "staffing_leave" else place | {"slug": "ansettelse"})

    def _leave(self, away: Leave, therapist: Therapist) -> str | SafeString:
        words = period_in_words(away.valid_from, away.valid_to)
        if not self.may_edit:
            return words
        place = {"code": self.code, "slug": "permisjon", "pk": away.pk}
        return cells.link_about(reverse("staffing_change", kwargs=place), words, therapist.name)


def period_in_words(valid_from: date, valid_to: date | None) -> str:
    """From the first day to the first day without."""
    if valid_to is None:
        return _now("from %(date)s") % {"date": cells.date(valid_from)}
    return f"{cells.date(valid_from)}–{cells.date(valid_to)}"


def approval_of(therapist: Therapist, on: date) -> SafeString:
    """What the therapist is approved as on the day, and whether it counts."""
    first, last = therapist.authorised_from, therapist.authorised_to
    if first is None:
        return cells.with_note(_now("None"), _now("does not count"), "danger")
    kind = _now("Licence") if therapist.is_licence else _now("Authorisation")
    if therapist.is_student:
        return cells.with_note(_now("Student’s licence"), _now("never counts"), "danger")
    if first > on:
        words = _now("from %(date)s, does not count yet") % {"date": cells.date(first)}
        return cells.with_note(kind, words, "danger")
    if last is None:
        return cells.with_note(kind, _now("until further notice"))
    words = {"date": cells.date(last)}
    if last <= on:
        return cells.with_note(kind, _now("ended %(date)s, does not count") % words, "danger")
    is_soon = last - on <= SOON
    return cells.with_note(kind, _now("to %(date)s") % words, "danger" if is_soon else "neutral")


def _is_over(row: Employment | Leave, on: date) -> bool:
    return row.valid_to is not None and row.valid_to <= on
