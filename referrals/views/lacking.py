"""What a referral lacks, in plain sentences: whom somebody waits for, and each thing with the day it is wanted by."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.choices import OPEN, Status
from referrals.models import InformationRequest, Referral
from referrals.norwegian import inside_a_sentence, listed, number
from referrals.templatetags.ergo import day_month_year
from referrals.views.deadlines import GOOD, LATE, NEUTRAL, SOON, Deadline


@dataclass(frozen=True)
class Asked:
    """Something that was asked for, and how it stands."""

    request: InformationRequest
    deadline: Deadline


def asked_for(case: Referral, *, on: date) -> list[Asked]:
    """Everything that was asked for: what is missing first, by the day it is wanted; then what came, newest first."""
    requests = list(case.information_requests.all())
    missing = sorted((one for one in requests if one.received_on is None), key=_by_day)
    arrived = sorted((one for one in requests if one.received_on), key=_by_arrival, reverse=True)
    return [Asked(one, _deadline(one, case, on)) for one in (*missing, *arrived)]


def missing_sentence(case: Referral, asked: list[Asked]) -> str:
    """Whom somebody waits for; empty where nothing is missing, or the case is closed."""
    missing = [one.request for one in asked if one.request.received_on is None]
    if case.status not in OPEN or not missing:
        return ""
    whom = dict.fromkeys(inside_a_sentence(str(one.get_asked_of_display())) for one in missing)
    words = {"whom": listed(list(whom), last=_("and"))}
    if case.status == Status.RECEIVED:
        return (
            _("We are waiting for information from %(whom)s; the deadline for the assessment stands.") % words
        )
    return _("We are waiting for information from %(whom)s; every deadline stands.") % words


def _deadline(request: InformationRequest, case: Referral, on: date) -> Deadline:
    if request.received_on:
        return Deadline(
            _("Has come"), GOOD, _("Came %(day)s.") % {"day": day_month_year(request.received_on)}
        )
    if case.status not in OPEN:
        return Deadline(_("Never came"), NEUTRAL, _("The case was closed without it."))
    due, days = day_month_year(request.wanted_by), (request.wanted_by - on).days
    if request.is_overdue(on):
        sentence = ngettext(
            "Wanted by %(due)s, %(days)s day ago.", "Wanted by %(due)s, %(days)s days ago.", -days
        )
        return Deadline(_("Late"), LATE, sentence % {"due": due, "days": number(-days)})
    if days == 0:
        return Deadline(_("Missing"), SOON, _("Wanted by today."))
    sentence = ngettext(
        "Wanted by %(due)s: %(days)s day left.", "Wanted by %(due)s: %(days)s days left.", days
    )
    return Deadline(_("Missing"), SOON, sentence % {"due": due, "days": number(days)})


def _by_day(request: InformationRequest) -> tuple[date, int]:
    return request.wanted_by, request.pk


def _by_arrival(request: InformationRequest) -> tuple[date, int]:
    return request.received_on or request.asked_on, request.pk
