"""What can be done to several referrals at once: each move with its form and its words."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from referrals.choices import Move
from referrals.forms import worklist as forms
from referrals.models import Municipality
from referrals.permissions import Access
from referrals.templatetags.ergo import number
from referrals.views.case import SLUGS


@dataclass(frozen=True)
class ManyPage:
    """A move that can be made with several: its form, and its title, which names how many; also on the button."""

    form: type[forms.ManyForm]
    title: Callable[[int], str]
    lead: str | Promise


def _to_assign(count: int) -> str:
    return ngettext("Assign %(count)s referral", "Assign %(count)s referrals", count) % {
        "count": number(count)
    }


def _to_prioritise(count: int) -> str:
    text = ngettext(
        "Set the priority of %(count)s referral", "Set the priority of %(count)s referrals", count
    )
    return text % {"count": number(count)}


def _to_ask(count: int) -> str:
    text = ngettext(
        "Register for %(count)s referral that the citizen was asked",
        "Register for %(count)s referrals that the citizen was asked",
        count,
    )
    return text % {"count": number(count)}


def _to_close(count: int) -> str:
    return ngettext("Close %(count)s case", "Close %(count)s cases", count) % {"count": number(count)}


# By move, in the order of the buttons. Each move is one of `actions.bulk.TO_MANY`.
MANY: dict[Move, ManyPage] = {
    Move.ASSIGN: ManyPage(
        forms.AssignManyForm, _to_assign, _("All of them get the same therapist, or none.")
    ),
    Move.PRIORITISE: ManyPage(
        forms.PrioritiseManyForm,
        _to_prioritise,
        _("The clock goes on from the day of receipt, whatever the priority."),
    ),
    Move.ASK: ManyPage(
        forms.AskManyForm,
        _to_ask,
        _(
            "All of them were asked whether they still wait, on the same day and in the same way. The wait goes on"
            " meanwhile, and each answer is registered by itself."
        ),
    ),
    Move.CLOSE: ManyPage(
        forms.CloseManyForm, _to_close, _("All of them are closed on the same day, for the same reason.")
    ),
}
BY_SLUG = {SLUGS[move]: move for move in MANY}


def buttons_for_many(access: Access, municipality: Municipality) -> list[tuple[str, str | Promise]]:
    """What the user may do with several here: what the button sends, and what is written on it."""
    return [(SLUGS[move], move.label) for move in MANY if access.can_move(move, municipality.pk)]
