"""The deadlines of a referral in plain sentences: the municipality's own target and the law's preliminary reply."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.choices import OPEN, Reply, ValidationChannel
from referrals.models import Referral
from referrals.norwegian import number
from referrals.templatetags.ergo import day_month_year
from referrals.waiting import answer_due, preliminary_reply_due, validation_due

GOOD, SOON, LATE, NEUTRAL = "success", "warning", "danger", "neutral"


@dataclass(frozen=True)
class Deadline:
    """A deadline as shown: two or three words, their colour, and a sentence that says it in full."""

    label: str
    colour: str
    sentence: str


def target(case: Referral) -> Deadline:
    """Whether the wait keeps to the target. `case` has what `with_wait` annotates."""
    if case.target_days is None:
        return Deadline(_("Not assessed"), NEUTRAL, _unassessed(case))
    margin = case.target_days - case.net_days
    due = day_month_year(case.due_on)
    if case.wait_end is not None:
        return _kept(margin, due)
    if margin < 0:
        sentence = ngettext(
            "The target was %(due)s, %(days)s day ago.", "The target was %(due)s, %(days)s days ago.", -margin
        )
        return Deadline(_("Over target"), LATE, sentence % {"due": due, "days": number(-margin)})
    if margin == 0:
        return Deadline(_("Due today"), SOON, _("The target is today."))
    sentence = ngettext(
        "Start by %(due)s: %(days)s day left.", "Start by %(due)s: %(days)s days left.", margin
    )
    label, colour = (_("Due soon"), SOON) if case.is_due_soon else (_("Within target"), GOOD)
    return Deadline(label, colour, sentence % {"due": due, "days": number(margin)})


def preliminary_reply(case: Referral) -> Deadline | None:
    """The reply that an application must have within a month; None where the law asks for none.

    `case` has what `with_reply_state` annotates.
    """
    due = day_month_year(preliminary_reply_due(case.received_on))
    to_send = _("To be sent by %(day)s.") % {"day": due}
    match case.reply_state:
        case Reply.NOT_ASKED:
            return None
        case Reply.SENT:
            return Deadline(_("Sent"), GOOD, _("Sent %(day)s.") % {"day": _sent_on(case)})
        case Reply.SENT_LATE:
            sentence = _("Sent %(day)s. It was to be sent by %(due)s.")
            return Deadline(_("Sent late"), LATE, sentence % {"day": _sent_on(case), "due": due})
        case Reply.CLOSED:
            return Deadline(_("Not sent"), NEUTRAL, _("The case was closed before it was due."))
        case Reply.LATE if case.status not in OPEN:
            sentence = _("The case was closed without one. It was to be sent by %(day)s.")
            return Deadline(_("Never sent"), LATE, sentence % {"day": due})
        case Reply.LATE:
            return Deadline(_("Overdue"), LATE, to_send)
        case Reply.DUE:
            return Deadline(_("Due soon"), SOON, to_send)
    return Deadline(_("Not sent"), NEUTRAL, to_send)


def validation(case: Referral, *, on: date) -> Deadline | None:
    """Whether the citizen is to be asked if they still wait; None where the wait is over.

    `case` has what `with_validation` annotates.
    """
    if not case.is_on_waitlist:
        return None
    if case.changed_on is not None:
        told = _("The citizen answered on %(day)s that the need has changed.")
        return Deadline(_("To be assessed anew"), LATE, told % {"day": day_month_year(case.changed_on)})
    if case.asked_on is not None:
        words = {"day": day_month_year(case.asked_on), "channel": ValidationChannel(case.asked_by).label}
        is_late = on > answer_due(case.asked_on)
        label, colour = (_("No answer yet"), LATE) if is_late else (_("Asked"), NEUTRAL)
        return Deadline(label, colour, _("Asked %(day)s: %(channel)s.") % words)
    due = validation_due(case.received_on, case.answered_on)
    label, colour = (_("To be asked"), SOON) if on >= due else (_("Not yet due"), NEUTRAL)
    return Deadline(label, colour, _("To be asked by %(day)s.") % {"day": day_month_year(due)})


def _sent_on(case: Referral) -> str:
    return day_month_year(case.preliminary_reply.sent_on)


def _unassessed(case: Referral) -> str:
    if case.priority is None:
        return _("The target follows from the priority, which is not set.")
    return _("The municipality’s priority key has no target for this priority.")


def _kept(margin: int, due: str) -> Deadline:
    """The target of a wait that has ended."""
    if margin < 0:
        sentence = ngettext(
            "The wait ended %(days)s day after the target, %(due)s.",
            "The wait ended %(days)s days after the target, %(due)s.",
            -margin,
        )
        return Deadline(_("Over target"), LATE, sentence % {"due": due, "days": number(-margin)})
    return Deadline(_("Within target"), GOOD, _("The wait ended within the target, %(due)s.") % {"due": due})
