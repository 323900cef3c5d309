"""Risk while somebody waits, as a case tells it: what asks for a new assessment, and what it came to."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from referrals.models import Referral, RiskEvent
from referrals.templatetags.ergo import day_month_year
from referrals.views.deadlines import GOOD, LATE, NEUTRAL, Deadline


@dataclass(frozen=True)
class Risk:
    """A risk event, and how it stands."""

    event: RiskEvent
    state: Deadline

    @property
    def asks(self) -> bool:
        """Whether the need is to be assessed anew after it."""
        return self.state.colour == LATE


def risks_of(case: Referral) -> list[Risk]:
    """All of the case, the latest first. One query."""
    events = case.risk_events.select_related("registered_by", "withdrawn_by")
    return [Risk(event, _state(event, case)) for event in events.order_by("-happened_on", "-pk")]


def _state(event: RiskEvent, case: Referral) -> Deadline:
    if event.withdrawn_at is not None:
        return Deadline(_("Entered in error"), NEUTRAL, event.withdrawn_because)
    if event.reassessed_on is not None:
        day = day_month_year(event.reassessed_on)
        return Deadline(_("Assessed anew"), GOOD, _("Assessed anew %(day)s.") % {"day": day})
    if case.wait_end is not None:
        return Deadline(_("Not assessed anew"), NEUTRAL, _("The wait ended before it was assessed anew."))
    return Deadline(_("To be assessed anew"), LATE, _("To be assessed anew today."))
