"""The service's own words: statuses, codes, the named sets of them, and the one table of allowed moves.

Nothing else in the product spells out a status, an outcome or a set of them.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.errors import IllegalMove


class Status(TextChoices):
    """Where a referral stands. *Paused*, *assigned* and the like are facts beside the status."""

    RECEIVED = "received", pgettext_lazy("status", "Received")
    WAITING = "waiting", pgettext_lazy("status", "Waiting")
    STARTED = "started", pgettext_lazy("status", "Started")
    CLOSED = "closed", pgettext_lazy("status", "Closed")


STATUS_SENTENCES = {
    Status.RECEIVED: _("The referral is registered, but not assessed."),
    Status.WAITING: _("Prioritised and waiting to start."),
    Status.STARTED: _("First contact with an occupational therapist has taken place. The wait is over."),
    Status.CLOSED: _("The case is finished, with a closing reason."),
}

OPEN = frozenset({Status.RECEIVED, Status.WAITING, Status.STARTED})
ON_WAITLIST = frozenset({Status.RECEIVED, Status.WAITING})


class WaitFact(TextChoices):
    """What is true or not of a wait, beside its status: counted above the waitlist and known to its filter."""

    OVER_TARGET = "over_target", _("Over target")
    DUE_SOON = "due_soon", _("Due soon")
    OVER_A_YEAR = "over_a_year", _("Over a year")
    PAUSED = "paused", _("On hold")
    UNASSIGNED = "unassigned", _("Not assigned")
    NOT_ASSESSED = "not_assessed", _("Not assessed")


class PresentFact(TextChoices):
    """What is true of a referral now, and is not asked of an earlier day: known to the list of today alone."""

    INCOMPLETE = "incomplete", _("Information missing")
    AT_RISK = "at_risk", _("Risk event")


class TargetFact(TextChoices):
    """How a wait stands to its target where it is not over it: known to the filter, not counted above the waitlist.

    WITHIN_TARGET: assessed and not over it. NOT_OVER_TARGET: also those not assessed.
    """

    WITHIN_TARGET = "within_target", _("Within target")
    NOT_OVER_TARGET = "not_over_target", _("Not over target")


class Knowledge(TextChoices):
    """How an earlier day is looked at: with all that has been registered since, or with what was registered by then."""

    NOW = "now", _("As we now know it was")
    THEN = "then", _("As it was known then")


class Source(TextChoices):
    """Who sent the referral (henvendelsesinstans)."""

    GP = "gp", _("GP")
    HOSPITAL = "hospital", _("Hospital")
    HOME_CARE = "home_care", _("Home care")
    PHYSIOTHERAPIST = "physiotherapist", _("Physiotherapist")
    SELF = "self", _("Self-referral")
    NEXT_OF_KIN = "next_of_kin", _("Next of kin")
    GUARDIAN = "guardian", _("Guardian")
    CHILD_HEALTH = "child_health", _("Child health centre or school health service")
    SCHOOL = "school", _("Kindergarten, school or PPT")
    NAV = "nav", _("NAV")
    AT_CENTRE = "at_centre", _("Assistive technology centre")
    HOUSING = "housing", _("Housing office")
    REFUGEE = "refugee", _("Refugee office")
    MENTAL_HEALTH = "mental_health", _("DPS or mental health service")
    VOLUNTARY = "voluntary", _("Voluntary organisation")
    MUNICIPALITY = "municipality", _("Another municipality")
    OTHER = "other", pgettext_lazy("source", "Other")


class Channel(TextChoices):
    """How the referral came in (inntakskanal)."""

    ELECTRONIC = "electronic", _("Electronic message (PLO or dialogue message)")
    FORM = "form", _("Form")
    LETTER = "letter", _("Letter")
    PHONE = "phone", _("Telephone")
    EMAIL = "email", _("E-mail")
    IN_PERSON = "in_person", _("In person")
    MEETING = "meeting", _("Meeting")


class Urgency(TextChoices):
    """Why a referral is urgent (hasteårsak). Urgency is always a coded reason, never a tick."""

    PRESSURE_SORE = "pressure_sore", _("Pressure sore")
    PALLIATIVE = "palliative", _("Palliative care")
    DISCHARGE = "discharge", _("Hospital discharge that could not be planned")
    DETERIORATION = "deterioration", _("Rapid deterioration")
    FALL = "fall", _("Fall or risk of falling")
    OTHER = "other", _("Other urgent reason")


class RiskKind(TextChoices):
    """What happened to somebody who waits, and asks for a new assessment the same day (risiko i ventetiden)."""

    FALL = "fall", pgettext_lazy("risk event", "Fall")
    ADMISSION = "admission", pgettext_lazy("risk event", "Admission to hospital")
    PRESSURE_SORE = "pressure_sore", pgettext_lazy("risk event", "Pressure sore")
    PALLIATIVE = "palliative", pgettext_lazy("risk event", "Palliative phase")
    OTHER = "other", pgettext_lazy("risk event", "Other event")


class AskedOf(TextChoices):
    """From whom information that a referral lacks is asked for."""

    REFERRER = "referrer", _("Referrer")
    CITIZEN = "citizen", _("The citizen")
    NEXT_OF_KIN = "next_of_kin", _("Next of kin")
    GUARDIAN = "guardian", _("Guardian")
    GP = "gp", _("GP")
    HOSPITAL = "hospital", _("Hospital")
    HOME_CARE = "home_care", _("Home care")
    OTHER = "other", _("Somebody else")


class Handling(TextChoices):
    """How the service treats what came in: only an application leads to a vedtak and a preliminary reply."""

    REFERRAL = "referral", _("Referral")
    APPLICATION = "application", _("Application")


class Reply(StrEnum):
    """How the preliminary reply stands at the end of a day.

    NOT_ASKED: the law asks for none. NOT_YET: to be sent, with more than a week left. DUE: in the last week, its last
    day included. SENT: by the last day. SENT_LATE: after it. LATE: not sent by the end of the last day, also if the
    case was closed later. CLOSED: the case was closed by the last day, so that none was due any more.
    """

    NOT_ASKED = "not_asked"
    NOT_YET = "not_yet"
    DUE = "due"
    SENT = "sent"
    SENT_LATE = "sent_late"
    LATE = "late"
    CLOSED = "closed"


class PauseReason(TextChoices):
    """Why a wait is put on hold (pauseårsak)."""

    HOSPITAL = "hospital", _("Admitted to hospital or institution")
    OWN_WISH = "own_wish", _("Wishes to wait")
    AWAY = "away", _("Temporarily away")
    INFORMATION = "information", _("Waiting for information")
    NAV = "nav", _("Waiting for NAV assistive technology centre")
    OTHER_BODY = "other_body", _("Waiting for another body")
    CAPACITY = "capacity", _("Lack of capacity")


# Only the citizen's own choice and medical reasons stop the clock; the rest is recorded and counts nothing.
STOPS_CLOCK = frozenset({PauseReason.HOSPITAL, PauseReason.OWN_WISH, PauseReason.AWAY})


class ContactKind(TextChoices):
    """A contact with the citizen; the first substantive one is the start. *Did not attend* is an event and no more."""

    VISIT = "visit", _("Home visit")
    CONSULTATION = "consultation", _("Consultation")
    VIDEO = "video", _("Video assessment")
    PHONE = "phone", _("Telephone assessment")
    NO_SHOW = "no_show", _("Did not attend")


# Where the citizen was met: these start a case, and are what is meant by the last contact.
SUBSTANTIVE = (ContactKind.VISIT, ContactKind.CONSULTATION, ContactKind.VIDEO, ContactKind.PHONE)


class ValidationChannel(TextChoices):
    """How the citizen was asked whether they still wait (validering)."""

    LETTER = "letter", _("Letter")
    PHONE = "phone", _("Telephone")
    SMS = "sms", _("Text message")
    DIGITAL = "digital", _("Digital mailbox")
    IN_PERSON = "in_person", _("In person")


class ValidationResult(TextChoices):
    """What the citizen answered when asked whether they still wait, or that nobody was reached."""

    STILL_WAITING = "still_waiting", _("Still waiting")
    NOT_NEEDED = "not_needed", _("No longer needed")
    CHANGED = "changed", _("The need has changed")
    NOT_REACHED = "not_reached", _("Not reached")


class Task(TextChoices):
    """What must be done by a day, as the page of deadlines lists it (frister)."""

    OVER_TARGET = "over_target", _("Over target")
    DUE_SOON = "due_soon", pgettext_lazy("task", "Target falls due")
    REPLY = "reply", _("Preliminary reply")
    REVIEW = "review", _("Holds to be reviewed")
    REASSESS = "reassess", _("The need has changed: assess anew")
    ASK = "ask", _("Ask whether they still wait")
    ANSWER = "answer", _("No answer yet")


class When(TextChoices):
    """Which deadlines are listed, by their last day. Without a choice: what is to be done now."""

    OVERDUE = "over", _("Overdue")
    WEEK = "week", _("This week")
    FOUR_WEEKS = "four_weeks", _("Next 4 weeks")


class DigestState(TextChoices):
    """How a user's e-mail of a day stands.

    QUEUED: to be sent, perhaps once more. SENDING: in the hands of a process. NOTHING: there was nothing to say.
    """

    QUEUED = "queued", pgettext_lazy("e-mail", "Queued")
    SENDING = "sending", pgettext_lazy("e-mail", "Being sent")
    SENT = "sent", pgettext_lazy("e-mail", "Sent")
    FAILED = "failed", pgettext_lazy("e-mail", "Failed")
    NOTHING = "nothing", pgettext_lazy("e-mail", "Nothing to say")


class Outcome(TextChoices):
    """Why a case was closed (sluttårsak)."""

    FINISHED = "finished", _("Finished")
    NOT_NEEDED = "not_needed", _("No longer needed")
    DECLINED = "declined", _("Declined by the citizen")
    REJECTED = "rejected", _("Rejected, wrong service")
    REFERRED_ON = "referred_on", _("Referred on")
    TRANSFERRED = "transferred", _("Transferred to another municipality, district or service")
    MOVED = "moved", _("Moved")
    DEAD = "dead", _("Dead")
    UNREACHABLE = "unreachable", _("Could not be reached")
    OTHER = "other", pgettext_lazy("outcome", "Other reason")
    DUPLICATE = "duplicate", _("Duplicate")
    ENTERED_IN_ERROR = "entered_in_error", _("Entered in error")


# Out of every count: these referrals never were a need of their own.
NOT_COUNTED = frozenset({Outcome.DUPLICATE, Outcome.ENTERED_IN_ERROR})
# A case can only be finished after it has started; every other reason may end a wait or a started case.
ONLY_AFTER_START = frozenset({Outcome.FINISHED})
# The citizen may change their mind: reopening one of these within 30 days counts the gap as a pause.
CITIZENS_CHOICE = frozenset({Outcome.NOT_NEEDED, Outcome.DECLINED})


class EventKind(TextChoices):
    """What happened to a referral, as a line in its history."""

    RECEIVED = "received", _("Registered")
    PRIORITISED = "prioritised", _("Prioritised")
    ASSIGNED = "assigned", _("Assigned")
    PAUSED = "paused", _("Put on hold")
    RESUMED = "resumed", _("Resumed")
    STARTED = "started", _("Started")
    CONTACT = "contact", _("Contact")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")
    CORRECTED = "corrected", _("Corrected")
    REPLIED = "replied", _("Preliminary reply sent")
    MERGED = "merged", _("Merged")
    INFORMATION_ASKED = "information_asked", _("Information asked for")
    INFORMATION_CAME = "information_came", _("Information came")
    REVIEWED = "reviewed", _("Hold reviewed")
    ASKED = "asked", _("Asked whether still waiting")
    ANSWERED = "answered", _("Answered whether still waiting")
    UNDONE = "undone", _("Undone")
    NEXT_STEP = "next_step", _("Next step set")
    RISK = "risk", _("Risk event while waiting")
    RISK_WITHDRAWN = "risk_withdrawn", _("Risk event entered in error")
    LETTER = "letter", _("Letter sent")


class Protection(TextChoices):
    """Address protection in the population register (adressesperre)."""

    NONE = "none", _("No protection")
    CONFIDENTIAL = "confidential", _("Confidential address")
    STRICTLY_CONFIDENTIAL = "strictly_confidential", _("Strictly confidential address")


class BarringKind(TextChoices):
    """Why a member of staff is barred from a citizen's cases (sperring)."""

    OWN = "own", _("Own case")
    RELATIVE = "relative", _("Case of a relative or somebody close")
    WISH = "wish", _("The citizen wishes it")


class OpeningKind(TextChoices):
    """How a shielded case was opened: by somebody named for it, or by emergency access (nødtilgang)."""

    NAMED = "named", _("Named person")
    EMERGENCY = "emergency", _("Emergency access")


class WrittenForm(TextChoices):
    """Which written Norwegian letters to the citizen use (målform)."""

    NB = "nb", _("Bokmål")
    NN = "nn", _("Nynorsk")


class LetterKind(TextChoices):
    """What a letter is about, and whether it is for the citizen or for who referred."""

    RECEIVED = "received", pgettext_lazy("letter", "The referral is received")
    PRELIMINARY = "preliminary", pgettext_lazy("letter", "Preliminary reply")
    WAITLIST = "waitlist", pgettext_lazy("letter", "Place on the waitlist")
    APPOINTMENT = "appointment", pgettext_lazy("letter", "Appointment")
    CLOSED = "closed", pgettext_lazy("letter", "The case is closed")
    TRANSFERRED = "transferred", pgettext_lazy("letter", "The case is transferred")
    REFERRER_RECEIVED = "referrer_received", pgettext_lazy("letter", "To the referrer: received")
    REFERRER_WAITLIST = "referrer_waitlist", pgettext_lazy("letter", "To the referrer: assessed")
    REFERRER_CLOSED = "referrer_closed", pgettext_lazy("letter", "To the referrer: closed")


TO_REFERRER = frozenset(
    {LetterKind.REFERRER_RECEIVED, LetterKind.REFERRER_WAITLIST, LetterKind.REFERRER_CLOSED}
)


class LetterField(TextChoices):
    """What a letter can say of the case, by the name that stands in braces in its text."""

    NAME = "navn", _("The citizen’s name")
    NUMBER = "saksnummer", _("The number of the referral")
    RECEIVED = "mottatt", _("The day of receipt")
    CATEGORY = "kategori", _("What the referral is about")
    MUNICIPALITY = "kommune", _("The municipality")
    UNIT = "enhet", _("The unit, or the service where there is none")
    PHONE = "telefon", _("The telephone of the service")
    SENDER = "avsender", _("Who writes")
    TODAY = "dato", _("The day it is written")
    PRIORITY = "prioritet", _("The priority")
    TARGET = "frist", _("The target date")
    ANSWER = "svarventes", _("When an answer can be expected")
    APPOINTMENT = "avtale", _("When and where they meet")
    CLOSED = "avsluttet", _("The day the case was closed")
    OUTCOME = "sluttgrunn", _("Why it was closed")


class LetterTo(TextChoices):
    """Who gets a letter."""

    CITIZEN = "citizen", pgettext_lazy("letter", "The citizen")
    GUARDIAN = "guardian", pgettext_lazy("letter", "The citizen’s guardian or parent")
    REFERRER = "referrer", pgettext_lazy("letter", "The referrer")


class LetterChannel(TextChoices):
    """How a letter is sent; Ergo writes it and keeps it, and sends nothing itself."""

    POST = "post", pgettext_lazy("letter", "By post")
    DIGITAL = "digital", pgettext_lazy("letter", "Digitally, from the record system")
    HANDED = "handed", pgettext_lazy("letter", "Handed over")


class ChangeKind(TextChoices):
    """What happened to a row, as the change log has it."""

    ADDED = "I", _("Added")
    CHANGED = "U", _("Changed")
    REMOVED = "D", _("Removed")


class ViewKind(TextChoices):
    """On what kind of page somebody saw a citizen."""

    WAITLIST = "waitlist", _("Waitlist")
    WAITLIST_SEARCH = "waitlist_search", _("Search in the waitlist")
    FIND_CITIZEN = "find_citizen", _("Search for a citizen")
    REGISTRATION = "registration", _("Registration of a referral")
    CASE = "case", _("The page of a referral")
    IDENTIFIER = "identifier", _("Identity number in full")
    MOVE = "move", _("Form that changes a referral")
    LETTER = "letter", _("Letter")
    CONFLICT = "conflict", _("Comparison of two changes")
    INTAKE = "intake", _("Intake meeting")
    SHIELDING = "shielding", _("Shielding of a case")
    CASELOAD = "caseload", _("Own cases")
    LONG_WAITS = "long_waits", _("Long waits")
    DEADLINES = "deadlines", _("Deadlines")
    DEVIATIONS = "deviations", _("Deviations")
    DATA_QUALITY = "data_quality", _("Data quality")
    OVERTAKEN = "overtaken", _("Overtaken")
    ADMIN_LIST = "admin_list", _("List in the administration")
    ADMIN_RECORD = "admin_record", _("Page in the administration")
    ACCESS_REPORT = "access_report", _("The citizen’s access report")
    READ_LOG = "read_log", _("The read log of the municipality")
    CHANGE_LOG = "change_log", _("The change log of the municipality")


class DataRule(TextChoices):
    """What a statistician would find wrong in what is registered (feilliste); each with the words of its row."""

    STARTED_UNASSESSED = "started_unassessed", _("Started without priority")
    STARTED_FIRST = "started_first", _("First contact before the assessment")
    NO_SUCH_PRIORITY = "no_such_priority", _("A priority that the key does not have")
    TEN_YEARS = "ten_years", _("Open for over ten years")
    REGISTERED_LATE = "registered_late", _("Registered over 30 days after receipt, without a reason")
    BEFORE_BIRTH = "before_birth", _("Received before the citizen was born")
    TWO_OPEN = "two_open", _("Two open for one citizen and category")
    LONG_PAUSE = "long_pause", _("On hold for over 183 days, without an end")
    ALWAYS_ON_HOLD = "always_on_hold", _("Waiting for over 183 days, and on hold all the time")
    THERAPIST_GONE = "therapist_gone", _("Open, with a therapist who no longer works here")
    CITIZEN_GONE = "citizen_gone", _("Open, though the citizen is dead or has moved")


class ViewReason(TextChoices):
    """Why somebody saw a citizen: what their work with the page was for."""

    SERVICE = "service", _("Service to the citizen")
    ADMINISTRATION = "administration", _("Administration")
    INSIGHT = "insight", _("The citizen’s right to know who has looked")
    CONTROL = "control", _("Control of the logs")
    EMERGENCY = "emergency", _("Emergency access")


# Why a page is opened, where whoever opens it is not asked.
USUAL_REASONS = dict.fromkeys(ViewKind, ViewReason.SERVICE) | {
    ViewKind.ADMIN_LIST: ViewReason.ADMINISTRATION,
    ViewKind.ADMIN_RECORD: ViewReason.ADMINISTRATION,
    ViewKind.ACCESS_REPORT: ViewReason.INSIGHT,
    ViewKind.READ_LOG: ViewReason.CONTROL,
    ViewKind.CHANGE_LOG: ViewReason.CONTROL,
}


class SecurityEventKind(TextChoices):
    """What the security log keeps."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    SIGNED_OUT = "signed_out", _("Signed out")
    SLOWED_DOWN = "slowed_down", _("Slowed down after many attempts")
    REFUSED = "refused", _("Refused: not allowed")
    NOT_FOUND = "not_found", _("Refused: no such page or record")
    OUT_OF_SCOPE = "out_of_scope", _("Refused by the database: outside the scope")
    FORGED_FORM = "forged_form", _("Refused: form without a valid token")
    BAD_REQUEST = "bad_request", _("Refused: request that cannot be understood")
    NO_ROLE = "no_role", _("Signed in without a role")
    BAD_REDIRECT = "bad_redirect", _("Refused: to be led on to an address that is no page here")
    NOT_OFFERED = "not_offered", _("Refused: choice or search that was not offered")
    FAILED = "failed", _("A page failed")
    ACCOUNT_CHANGED = "account_changed", _("Password or second factor changed")
    SESSIONS_ENDED = "sessions_ended", _("Sessions ended")
    RIGHTS_CHANGED = "rights_changed", _("Rights changed")
    EMERGENCY = "emergency", _("Emergency access")
    THERAPIST_SOUGHT = "therapist_sought", _("A therapist looked for by HPR number")


class OccupationKind(TextChoices):
    """Whether an occupation code is an ergoterapeut's, supports ergoterapi, or is any other post."""

    THERAPIST = "therapist", _("Occupational therapist")
    SUPPORT = "support", _("Supports occupational therapy")
    OTHER = "other", _("Other post")


class Engagement(TextChoices):
    """Whether the municipality employs the therapist itself or buys the service."""

    OWN = "own", _("Own employee")
    PURCHASED = "purchased", _("Purchased")


class CoverageState(TextChoices):
    """What a municipality has on a date, in order of precedence.

    OTHER_POST: somebody authorised in a post that is not an ergoterapeut's. It stands apart from OWN only where a
    definition asks for the post.
    """

    OWN = "own", pgettext_lazy("coverage", "Own")
    OTHER_POST = "other_post", pgettext_lazy("coverage", "Own, in another post")
    PURCHASED = "purchased", pgettext_lazy("coverage", "Purchased")
    AGREEMENT = "agreement", pgettext_lazy("coverage", "Agreement")
    NONE = "none", pgettext_lazy("coverage", "None")
    UNKNOWN = "unknown", pgettext_lazy("coverage", "Unknown")


class Definition(TextChoices):
    """What it takes to have an ergoterapeut. Each asks for less than the one before it.

    EMPLOYED: an own employee in one of the seven occupation codes. AUTHORISED: an own employee in any post. ATTACHED:
    by purchase or agreement too, as the law says. Under all of them only somebody authorised or licensed counts.
    """

    EMPLOYED = "employed", pgettext_lazy("coverage", "Employed in a post as occupational therapist")
    AUTHORISED = "authorised", pgettext_lazy("coverage", "Employed in any post, with authorisation")
    ATTACHED = "attached", pgettext_lazy("coverage", "Attached, also by purchase or agreement")


# "Municipalities without ergoterapeut" in the published sense; unknown is not counted as without.
WITHOUT_OWN = (CoverageState.PURCHASED, CoverageState.AGREEMENT, CoverageState.NONE)
# Nobody who counts is known by any definition.
NOBODY_KNOWN = (CoverageState.NONE, CoverageState.UNKNOWN)
# Those without by definition.
WITHOUT: dict[Definition, tuple[CoverageState, ...]] = {
    Definition.EMPLOYED: (CoverageState.OTHER_POST, *WITHOUT_OWN),
    Definition.AUTHORISED: WITHOUT_OWN,
    Definition.ATTACHED: (CoverageState.NONE,),
}


def states_in(definition: Definition) -> tuple[CoverageState, ...]:
    """The states that the definition tells apart, in order of precedence."""
    told_apart = CoverageState.OTHER_POST in WITHOUT[definition]
    return tuple(state for state in CoverageState if told_apart or state != CoverageState.OTHER_POST)


class Borders(TextChoices):
    """Which division into municipalities an earlier day is shown in."""

    TODAY = "today", _("Today’s borders")
    DAY = "day", _("The borders of the day")


class GroupedBy(TextChoices):
    """How municipalities are put together."""

    COUNTY = "county", _("County")
    GOVERNOR = "governor", _("County governor")
    CENTRALITY = "centrality", _("Centrality")
    POPULATION = "population", _("Population size")


class StaffingMeasure(TextChoices):
    """What an official figure counts."""

    PERSONS = "persons", _("Persons")
    FTE = "fte", _("Full-time equivalents")
    PER_10000 = "relative", _("Full-time equivalents per 10,000 inhabitants")


class FigureStatus(TextChoices):
    """What stands in a cell of official statistics: a number, or the sign that Statistics Norway writes instead."""

    VALUE = "value", pgettext_lazy("state of a figure", "Number")
    NIL = "nil", _("Nil (-)")
    NOT_APPLICABLE = "not_applicable", _("Not applicable (.)")
    MISSING = "missing", _("Missing (..)")
    NOT_YET = "not_yet", _("Not yet available (...)")
    SUPPRESSED = "suppressed", _("Confidential (:)")


SIGNS = {
    "-": FigureStatus.NIL,
    "–": FigureStatus.NIL,
    ".": FigureStatus.NOT_APPLICABLE,
    "..": FigureStatus.MISSING,
    "...": FigureStatus.NOT_YET,
    ":": FigureStatus.SUPPRESSED,
}
# A number, and nothing at all: what has a value. The others are neither 0 nor each other.
WITH_VALUE = frozenset({FigureStatus.VALUE, FigureStatus.NIL})


class Move(TextChoices):
    """What people do to a referral after it is registered."""

    PRIORITISE = "prioritise", _("Set priority")
    ASSIGN = "assign", _("Assign therapist")
    PAUSE = "pause", pgettext_lazy("move", "Put on hold")
    RESUME = "resume", _("Resume")
    REVIEW = "review", _("Review the hold")
    START = "start", _("Register first contact")
    NO_SHOW = "no_show", _("Register that the citizen did not attend")
    RISK = "risk", _("Register a risk event")
    REPLY = "reply", _("Register preliminary reply")
    REQUEST = "request", _("Ask for missing information")
    CAME = "came", _("Register that the information came")
    ASK = "ask", _("Register that the citizen was asked")
    ANSWER = "answer", _("Register the answer")
    CLOSE = "close", pgettext_lazy("move", "Close")
    REOPEN = "reopen", _("Reopen")
    NEXT_STEP = "next_step", _("Set the next step")
    RISK_ERROR = "risk_error", _("Mark a risk event as entered in error")
    MERGE = "merge", pgettext_lazy("move", "Merge")
    CORRECT = "correct", _("Correct")


@dataclass(frozen=True)
class MoveRule:
    """From which statuses a move may be made, and whether only while the wait is on hold."""

    from_statuses: frozenset[Status]
    on_hold: bool = False


ALLOWED_MOVES: dict[Move, MoveRule] = {
    Move.PRIORITISE: MoveRule(ON_WAITLIST),
    Move.ASSIGN: MoveRule(OPEN),
    Move.PAUSE: MoveRule(ON_WAITLIST),
    Move.RESUME: MoveRule(ON_WAITLIST, on_hold=True),
    Move.REVIEW: MoveRule(ON_WAITLIST, on_hold=True),
    Move.START: MoveRule(ON_WAITLIST),
    Move.NO_SHOW: MoveRule(OPEN),
    Move.REPLY: MoveRule(OPEN),
    Move.REQUEST: MoveRule(OPEN),
    Move.CAME: MoveRule(OPEN),
    Move.ASK: MoveRule(ON_WAITLIST),
    Move.ANSWER: MoveRule(ON_WAITLIST),
    Move.CLOSE: MoveRule(OPEN),
    Move.REOPEN: MoveRule(frozenset({Status.CLOSED})),
    Move.NEXT_STEP: MoveRule(OPEN),
    Move.RISK: MoveRule(ON_WAITLIST),
    Move.RISK_ERROR: MoveRule(frozenset(Status)),
    Move.MERGE: MoveRule(OPEN),
    Move.CORRECT: MoveRule(frozenset(Status)),
}


def can_move(move: Move, *, status: str, paused: bool) -> bool:
    """Whether the state of a referral allows the move. Who may make it is `referrals.permissions`' question."""
    rule = ALLOWED_MOVES[move]
    return status in rule.from_statuses and (paused or not rule.on_hold)


def check_move(move: Move, *, status: str, paused: bool) -> None:
    """Raise IllegalMove, with words for the person at the screen, when the state does not allow the move."""
    if not can_move(move, status=status, paused=paused):
        raise IllegalMove(move=move.label, status=Status(status).label)


def allowed_outcomes(status: str) -> list[Outcome]:
    """The closing reasons that make sense from a status, in the order they are offered."""
    started = status == Status.STARTED
    return [outcome for outcome in Outcome if started or outcome not in ONLY_AFTER_START]
