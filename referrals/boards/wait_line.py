"""The clock of one referral drawn as a line: waiting, on hold, started; and the same in words and as a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals import waiting
from referrals.charts.wait_line import Mark, Piece, WaitLine, wait_line
from referrals.choices import PauseReason, Status
from referrals.models import Referral, WaitPause
from referrals.templatetags.ergo import day_month_year, exact_days
from referrals.waiting import Pause, Spell

RUNNING, HELD, DEDUCTED, STARTED = "waiting", "held", "deducted", "started"
TONES: dict[str, str | Promise] = {
    RUNNING: gettext_lazy("Waiting, counts"),
    HELD: gettext_lazy("On hold, counts in full"),
    DEDUCTED: gettext_lazy("On hold, deducted from the target"),
    STARTED: gettext_lazy("After the first contact"),
}


@dataclass(frozen=True)
class Row:
    """A stretch as a row of the table: days [begun, ended), what it was, how many days."""

    begun: str
    ended: str
    what: str
    days: str


@dataclass(frozen=True)
class ClockLine:
    """The chart, what its tones mean, and what it shows in sentences and as a table."""

    chart: WaitLine
    legend: tuple[tuple[str, str | Promise], ...]
    sentence: str
    rows: tuple[Row, ...]


def wait_line_of(case: Referral, pauses: Iterable[WaitPause], *, on: date) -> ClockLine:
    """The line of a referral that was read `with_wait` of the day `on`; `pauses` are all of its own."""
    plain = [Pause(one.started_on, one.ended_on, one.reason) for one in pauses]
    spells = waiting.spells(plain, received_on=case.received_on, ended_on=case.wait_end, on=on)
    pieces = [_piece(spell) for spell in spells] + _after_the_start(case, on)
    used = {piece.tone for piece in pieces}
    return ClockLine(
        wait_line(pieces, _marks(case, on)),
        tuple((tone, text) for tone, text in TONES.items() if tone in used),
        _sentence(case, spells, on),
        tuple(_row(piece) for piece in pieces),
    )


def _piece(spell: Spell) -> Piece:
    if not spell.reasons:
        return Piece(spell.begun, spell.ended, RUNNING, _("Waiting"))
    reasons = ", ".join(str(PauseReason(reason).label) for reason in sorted(spell.reasons))
    what = _("On hold: %(reasons)s") % {"reasons": reasons}
    tone = DEDUCTED if spell.is_deducted else HELD
    return Piece(spell.begun, spell.ended, tone, what)


def _after_the_start(case: Referral, on: date) -> list[Piece]:
    """From the first contact until the case was closed, or the day."""
    end = case.closed_on or on
    if case.started_on is None or case.started_on >= end:
        return []
    return [Piece(case.started_on, end, STARTED, str(Status.STARTED.label))]


def _row(piece: Piece) -> Row:
    days = exact_days((piece.ended - piece.begun).days)
    told = {HELD: _("%(what)s (counts)"), DEDUCTED: _("%(what)s (deducted)")}.get(piece.tone, "%(what)s")
    what = told % {"what": piece.label}
    return Row(day_month_year(piece.begun), day_month_year(piece.ended), what, days)


def _marks(case: Referral, on: date) -> list[Mark]:
    """The days that count; of two on one day the later station alone is named."""
    named = {case.received_on: ("received", _("Received %(day)s"))}
    if case.closed_on is None:
        named[on] = ("today", _("Today %(day)s"))
    if case.started_on:
        named[case.started_on] = ("started", _("Started %(day)s"))
    if case.closed_on:
        named[case.closed_on] = ("closed", _("Closed %(day)s"))
    marks = [Mark(day, tone, text % {"day": day_month_year(day)}) for day, (tone, text) in named.items()]
    if case.due_on is not None:
        target = _("Target %(day)s") % {"day": day_month_year(case.due_on)}
        marks.append(Mark(case.due_on, "target", target, is_above=True))
    return marks


def _sentence(case: Referral, spells: list[Spell], on: date) -> str:
    """How long the wait was, how much of it was on hold, and the target date."""
    words = {
        "gross": exact_days(case.gross_days),
        "begun": day_month_year(case.received_on),
        "ended": day_month_year(case.wait_end or on),
        "held": exact_days(sum(spell.days for spell in spells if spell.reasons)),
        "deducted": exact_days(case.paused_days),
        "due": day_month_year(case.due_on),
    }
    told = [_("%(gross)s gross from %(begun)s to %(ended)s.")]
    if any(spell.reasons for spell in spells):
        told.append(_("On hold in %(held)s of them; %(deducted)s are deducted from the target."))
    if case.due_on is not None:
        told.append(_("The target date is %(due)s."))
    return " ".join(text % words for text in told)
