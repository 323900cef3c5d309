"""How the open cases lie on the therapists, one row each, and one of the cases that nobody has."""

from collections.abc import Callable
from datetime import date, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from referrals.reports.workloads import Load, Workloads
from referrals.tables import cells
from referrals.tables.base import ErgoTable
from referrals.tables.columns import Column, NumberColumn


class WorkloadsTable(ErgoTable):
    """Over the rows of `Workloads`. `cases` gives the address of the list of a row's cases, narrowed as it is told."""

    therapist = Column(_("Therapist"), accessor="name", order_by=("sort_key",))
    fte = NumberColumn(_("Årsverk today"), accessor="post__fte", decimals=2, initial_sort_descending=True)
    waiting = NumberColumn(_("Not started"), accessor="cases__waiting", initial_sort_descending=True)
    started = NumberColumn(_("Started"), accessor="cases__started", initial_sort_descending=True)
    open = NumberColumn(_("Open in all"), accessor="cases__open", initial_sort_descending=True)
    over_target = NumberColumn(_("Over target"), accessor="cases__over_target", initial_sort_descending=True)
    per_fte = NumberColumn(_("Open per årsverk"), decimals=1, initial_sort_descending=True)
    over_share = NumberColumn(_("Beside an even share"), initial_sort_descending=True)
    step = Column(_("Next step"), orderable=False, accessor="pk")

    caption = _("Open cases by therapist")

    class Meta:
        fields = (
            "therapist",
            "step",
            "fte",
            "waiting",
            "started",
            "open",
            "over_target",
            "per_fte",
            "over_share",
        )

    def __init__(self, report: Workloads, *, cases: Callable[..., str]) -> None:
        super().__init__(report.rows)
        self.report, self.cases = report, cases

    def cell_therapist(self, load: Load) -> str | SafeString:
        """The name, and what somebody who divides cases must know of them: gone, away, or leaving."""
        if load.therapist_id is None:
            return _now("Not assigned")
        if not (words := self._standing(load)):
            return load.name
        return cells.with_note(load.name, words, "danger" if self.report.must_be_divided(load) else "neutral")

    def cell_fte(self, load: Load) -> str | SafeString:
        """What is left beside leave, and of how much."""
        post = load.post
        if not post.is_employed:
            return cells.subtle("–")
        left = cells.number(post.fte, 2)
        if post.agreed == post.fte:
            return left
        return cells.with_note(left, _now("of %(fte)s") % {"fte": cells.number(post.agreed, 2)})

    def cell_waiting(self, load: Load) -> str | SafeString:
        return self._linked(load, load.cases.waiting)

    def cell_started(self, load: Load) -> str | SafeString:
        return self._linked(load, load.cases.started, status="started")

    def cell_open(self, load: Load) -> str | SafeString:
        return self._linked(load, load.cases.open, status="open")

    def cell_over_target(self, load: Load) -> str | SafeString:
        return self._linked(load, load.cases.over_target, only="over_target")

    def cell_over_share(self, load: Load) -> str | SafeString:
        """How many cases more or fewer than an even share, in words."""
        more = load.over_share
        if more is None:
            return cells.subtle("–")
        if more == 0:
            return _now("even")
        if more > 0:
            return ngettext("%(count)s more", "%(count)s more", more) % {"count": cells.number(more)}
        return ngettext("%(count)s fewer", "%(count)s fewer", -more) % {"count": cells.number(-more)}

    def cell_step(self, load: Load) -> str | SafeString:
        if not self.report.must_be_divided(load):
            return cells.subtle("–")
        address = self.cases(load.therapist_id, status="open", velg="flest")
        return cells.link_about(address, _now("Divide anew"), load.name)

    def _linked(self, load: Load, count: int, **narrowed: str) -> str | SafeString:
        text = cells.number(count)
        return cells.link(self.cases(load.therapist_id, **narrowed), text) if count else text

    def _standing(self, load: Load) -> str:
        post = load.post
        if not post.is_employed:
            if post.ends_on is None:
                return _now("Has no post here")
            return _now("Has left, last day %(date)s") % {"date": _last_day(post.ends_on)}
        words = []
        if post.is_away and post.away_until:
            words.append(_now("On leave, back %(date)s") % {"date": cells.date(post.away_until)})
        elif post.is_away:
            words.append(_now("On leave, not known until when"))
        if post.ends_on:
            words.append(_now("Last day %(date)s") % {"date": _last_day(post.ends_on)})
        return ". ".join(words)


def _last_day(first_without: date) -> str:
    return cells.date(first_without - timedelta(days=1))
