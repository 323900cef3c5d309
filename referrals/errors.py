"""Errors of the domain: each has a code for programs and a message for the person at the screen."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """Something the service's rules do not allow. Shown next to where it happened; nothing has been written.

    `field` names the input that is wrong, in the words of the action's own arguments; empty for the whole.
    Arguments given as keywords fill the message, dates in the language of the screen.
    """

    code = "domain_error"
    message: Any = _("This cannot be done.")

    def __init__(self, *, field: str = "", **values: Any) -> None:
        self.field = field
        self.values = values
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message) % {name: _shown(value) for name, value in self.values.items()}


def _shown(value: Any) -> Any:
    return date_format(value, "SHORT_DATE_FORMAT") if isinstance(value, date) else value


class NotAllowed(DomainError):
    """The user has no right to do this here."""

    code = "not_allowed"
    message = _("You do not have access to do this.")


class IllegalMove(DomainError):
    """The state of the referral does not allow the move."""

    code = "illegal_move"
    message = _("“%(move)s” is not possible for a referral with status “%(status)s”.")


class StaleVersion(DomainError):
    """Somebody else saved the referral after this page was opened.

    `current` is the referral as it stands now, so that both versions can be shown.
    """

    code = "stale_version"
    message = _(
        "The referral has been changed by somebody else since you opened it. Nothing of yours is saved yet."
    )

    @property
    def current(self) -> Any:
        """The referral as somebody else left it."""
        return self.values["current"]


class DraftChanged(DomainError):
    """The draft was saved from another window after this one read it. `current` is the draft as it stands now."""

    code = "draft_changed"
    message = _(
        "The draft has been saved in another window. What is written here is not saved over it by itself."
    )

    @property
    def current(self) -> Any:
        """The draft as the other window left it."""
        return self.values["current"]


class TooManyDrafts(DomainError):
    code = "too_many_drafts"
    message = _("You have %(most)s drafts here. Register or discard some first; this one is not saved.")


class DraftTooLong(DomainError):
    code = "draft_too_long"
    message = _("What is written is too long to be kept as a draft.")


class FutureDate(DomainError):
    code = "future_date"
    message = _("The date cannot be in the future.")


class DateTooOld(DomainError):
    """Before anybody living was born: a slip of the keyboard."""

    code = "date_too_old"
    message = _("The date is too far back. Check the year.")


class UnreadableDate(DomainError):
    """A date in an address or a command, where only one way of writing it is understood."""

    code = "unreadable_date"
    message = _("“%(value)s” is not a date. Write it as 2024-12-31.")


class DateMissing(DomainError):
    code = "date_missing"
    message = _("Write the date.")


class DateBefore(DomainError):
    """A date that must not be before another."""

    code = "date_before"
    message = _("The date cannot be before %(earliest)s.")


class DateAfter(DomainError):
    """A date that must not be after another, which stands already."""

    code = "date_after"
    message = _("The date cannot be after %(latest)s.")


class InvalidValue(DomainError):
    """A value that its field refuses, in the field's own words: too long, empty, malformed."""

    code = "invalid_value"
    message = "%(reason)s"


class UnknownCode(DomainError):
    code = "unknown_code"
    message = _("“%(value)s” is not one of the choices.")


class ForeignRecord(DomainError):
    """A record of another municipality was named."""

    code = "foreign_record"
    message = _("The choice does not belong to this municipality.")


class ReasonRequired(DomainError):
    code = "reason_required"
    message = _("Write the reason.")


class ReasonTooShort(DomainError):
    """A reason that others will judge later says too little."""

    code = "reason_too_short"
    message = _("Write at least %(least)s characters, so that others understand why.")


class Shielded(DomainError):
    """The case is shielded from the user, who has not opened it.

    `municipality_code` and `number` say which: a view that lets it through leads to the page that says so.
    """

    code = "shielded"
    message = _("The case is shielded.")


class Barred(DomainError):
    """The user is barred from the citizen: own or a relative's case, or the citizen's wish."""

    code = "barred"
    message = _("You are barred from this case. Nothing opens it for you.")


class ProtectionStays(DomainError):
    """Whoever logs a referral cannot take a protection away, nor change its kind."""

    code = "protection_stays"
    message = _(
        "The address is protected already. That is changed on the page about shielding, with a reason."
    )


class OnlyForNamed(DomainError):
    """Others could show themselves the case by taking the protection away."""

    code = "only_for_named"
    message = _("Only somebody who is named for the citizen can change the protection.")


class NotOneself(DomainError):
    """Naming oneself would be a way round emergency access, which others read."""

    code = "not_oneself"
    message = _(
        "You cannot name yourself. Another coordinator or manager must do it. If it cannot wait, there is emergency "
        "access."
    )


class BarredFromCitizen(DomainError):
    """Nobody can be both barred from a citizen and trusted with the protected address."""

    code = "barred_from_citizen"
    message = _("This member of staff is barred from the citizen’s cases. Lift the barring first.")


class ReopenTooLate(DomainError):
    """A closed case may be reopened within 30 days; later it is a new referral."""

    code = "reopen_too_late"
    message = _("The case was closed more than %(days)s days ago. Register a new referral instead.")


class NotTheSameNeed(DomainError):
    """Only two open referrals of one citizen in one category can be one need."""

    code = "not_the_same_need"
    message = _("Only two open referrals of the same citizen in the same category can be merged.")


class MergeLosesStart(DomainError):
    code = "merge_loses_start"
    message = _("The one that started first is kept: its first contact ended the wait.")


class SomeRefused(DomainError):
    """Of several referrals that were to be changed together some are in the way, so that none is changed.

    `refused` says why, by the id of each; None where the user may not even know of it any more.
    """

    code = "some_refused"
    message = _("Nothing was saved: it could not be done for %(count)s of the chosen.")

    def __init__(self, refused: Mapping[int, DomainError | None]) -> None:
        self.refused = dict(refused)
        super().__init__(count=len(self.refused))


class TooManyChosen(DomainError):
    code = "too_many_chosen"
    message = _("Choose at most %(most)s referrals at a time.")


class ViewNameTaken(DomainError):
    code = "view_name_taken"
    message = _("There is a saved view with this name already. Choose another name.")


class TooManyViews(DomainError):
    code = "too_many_views"
    message = _("There are %(most)s saved views already. Delete one that is no longer needed first.")


class UndoTooLate(DomainError):
    code = "undo_too_late"
    message = _(
        "What is done to several at once can be undone for %(minutes)s minutes. Now each referral is changed by itself."
    )


class PauseOverlap(DomainError):
    code = "pause_overlap"
    message = _("The referral is already on hold for this reason in this period.")


class NotOnHold(DomainError):
    """Somebody wants to end a pause for a reason for which none runs."""

    code = "not_on_hold"
    message = _("The referral is not on hold for this reason.")


class ReplyNotDue(DomainError):
    """A preliminary reply is for applications that lead to a vedtak, and is sent once."""

    code = "reply_not_due"
    message = _("No preliminary reply is due, or one is registered already.")


class NothingMissing(DomainError):
    """Somebody registers that information came which nobody waits for."""

    code = "nothing_missing"
    message = _("No information is missing, or it is registered already that it came.")


class NoSuchRisk(DomainError):
    """Somebody wants to mark a risk event as entered in error that does not stand any more."""

    code = "no_such_risk"
    message = _("No such risk event stands, or it is marked as entered in error already.")


class NotReported(DomainError):
    """Somebody wants to take back that a case was reported as a deviation, and it does not stand as reported."""

    code = "not_reported"
    message = _("The case does not stand as reported.")


class RegisteredLate(DomainError):
    """Received long ago: a slip in the date, or somebody says why it is registered only now. `days` since receipt."""

    code = "registered_late"
    message = _(
        "The referral was received %(days)s days ago. Correct the date, or write why it is registered only now."
    )


class DuplicateOpenReferral(DomainError):
    """Open referrals of the same person and category exist; the user chooses what to do.

    `referrals` are all of them, the one received first in front; `number` is that one's.
    """

    code = "duplicate_open_referral"
    message = _("The citizen already has an open referral in this category: %(number)s.")

    @property
    def referrals(self) -> list[Any]:
        """The open referrals to choose between."""
        return list(self.values["referrals"])


class DuplicateOpenElsewhere(DuplicateOpenReferral):
    """The same, where all of them are other units': the user may know that there is one, and not which."""

    code = "duplicate_open_elsewhere"
    message = _("The citizen already has an open referral in this category, in another unit.")

    def __init__(self) -> None:
        super().__init__(referrals=[])


class DuplicatePerson(DomainError):
    code = "duplicate_person"
    message = _("A citizen with this number is already registered in the municipality.")


class BirthDateMismatch(DomainError):
    """The identity number tells another birth date than the one typed."""

    code = "birth_date_mismatch"
    message = _("The birth date does not fit the identity number.")


class NoPriorityKey(DomainError):
    """The municipality's key has no target for this category and level on the day of receipt."""

    code = "no_priority_key"
    message = _("The municipality’s priority key has no such priority for this category.")


class KeyVersionExists(DomainError):
    """A valid version of the key begins on this day already."""

    code = "key_version_exists"
    message = _(
        "The municipality already has a version from this day. Correct that one, or choose another day."
    )


class KeyChanged(DomainError):
    """Somebody else saved a version after the preview was made: it might no longer be true."""

    code = "key_changed"
    message = _(
        "Somebody else has changed the municipality’s key since this preview was made. Nothing of yours is saved yet. "
        "Look at the new preview."
    )


class KeyReplaced(DomainError):
    """A version that is not valid any more can be neither corrected nor withdrawn."""

    code = "key_replaced"
    message = _("This version has been replaced or withdrawn.")


class KeyInUse(DomainError):
    """Somebody is judged by the version."""

    code = "key_in_use"
    message = _("Referrals are judged by this version. It can be corrected, not withdrawn.")


class OnlyKeyVersion(DomainError):
    """Without its first version a municipality would have no key."""

    code = "only_key_version"
    message = _("This is the first version. It can be corrected, not withdrawn.")


class LevelMissing(DomainError):
    code = "level_missing"
    message = _("Write the days of priority %(level)s. No priority may be left out.")


class LevelWithoutDays(DomainError):
    """Criteria without a target."""

    code = "level_without_days"
    message = _("Write the days, or take the criteria away.")


class AskedAlready(DomainError):
    """A round of asking is open: its answer comes first."""

    code = "asked_already"
    message = _("The citizen was asked already, and the answer is not registered.")


class NotAsked(DomainError):
    code = "not_asked"
    message = _("The citizen has not been asked, or the answer is registered already.")


class NothingChanged(DomainError):
    code = "nothing_changed"
    message = _("Nothing was changed.")


class InvalidIdentifier(DomainError):
    """What was typed is not an identity number. None of these messages repeats the number: they end in logs."""

    code = "identifier_invalid"
    message = _("This is not a valid identity number.")


class IdentifierNotDigits(InvalidIdentifier):
    code = "identifier_not_digits"
    message = _("An identity number has digits only.")


class IdentifierLength(InvalidIdentifier):
    code = "identifier_length"
    message = _("An identity number has 11 digits; this one has %(count)s.")


class IdentifierImpossibleDate(InvalidIdentifier):
    code = "identifier_impossible_date"
    message = _("The number does not begin with a possible date. Look for a typing error.")


class IdentifierImpossibleYear(InvalidIdentifier):
    """The three digits after the date belong to no year with these two digits."""

    code = "identifier_impossible_year"
    message = _("The three digits after the date do not fit the year. Look for a typing error.")


class IdentifierCheckDigits(InvalidIdentifier):
    code = "identifier_check_digits"
    message = _("The last two digits do not fit the rest of the number. Look for a typing error.")


class IdentifierFromTheFuture(InvalidIdentifier):
    code = "identifier_future"
    message = _("The birth date in the number is in the future.")


class SyntheticIdentifier(InvalidIdentifier):
    """A number for tests (month + 80), in an installation with real persons."""

    code = "identifier_synthetic"
    message = _("This is a test number. Only the demo accepts it.")


class RecordChanged(DomainError):
    """Somebody else saved a row of the workforce after the form was shown; `current` is the row as it stands now."""

    code = "record_changed"
    message = _("This has been changed since you opened it. Nothing of yours is saved yet.")

    @property
    def current(self) -> Any:
        """The row as somebody else left it."""
        return self.values["current"]


class RecordEnded(DomainError):
    """What ended already is past: it stays as it was."""

    code = "record_ended"
    message = _("This ended on %(ended)s already.")


class TooMuchAtOnce(DomainError):
    """One person's posts together, in all municipalities, on a day when none of them is on leave."""

    code = "too_much_at_once"
    message = _(
        "The therapist would have more than 1.5 årsverk at the same time, all employments in all municipalities "
        "together. Check årsverk and dates; a leave from the other post is registered first."
    )


class LeaveOutsideEmployment(DomainError):
    code = "leave_outside_employment"
    message = _("A leave cannot begin before the employment begins, nor last longer than it.")


class CircleOfAgreements(DomainError):
    """Each would serve the next with somebody whom it has from the one before. `detail`: their names, in order."""

    code = "circle_of_agreements"
    message = _(
        "Agreements that hold at the same time would go in a circle: %(detail)s. A municipality cannot be served by "
        "those whom it serves."
    )


class TherapistKnown(DomainError):
    code = "therapist_known"
    message = _("A therapist with this HPR number is registered already.")


class InvalidHprNumber(DomainError):
    code = "hpr_invalid"
    message = _("An HPR number has 7 to 9 digits.")


class FiguresChanged(DomainError):
    """Official figures have been imported since somebody looked at what a file would do."""

    code = "figures_changed"
    message = _(
        "Official figures have been imported since you looked at this file. Nothing is saved yet: look once more."
    )


class UnknownLetterField(DomainError):
    """A letter's text names a field that is not in the list for its kind."""

    code = "letter_field_unknown"
    message = _(
        "There is no such field in this letter: %(names)s. The fields that can be used are listed beside the text."
    )


class MalformedLetterField(DomainError):
    """A brace in a letter's text that neither opens nor closes a field."""

    code = "letter_field_malformed"
    message = _("A brace stands alone here: “%(around)s”. A field is its name between { and }.")


class TemplateChanged(DomainError):
    """Somebody else saved the text of the letter after the form was shown."""

    code = "template_changed"
    message = _(
        "Somebody else has saved this since you opened it. What you have written is still here, and not saved yet:"
        " compare it with theirs, and save once more."
    )


class LetterNotFitting(DomainError):
    """A letter of a kind that says what is not so of the case."""

    code = "letter_not_fitting"
    message = _("This letter does not fit the case as it stands now.")


class LetterChanged(DomainError):
    """What the letter would say is not what the user has read."""

    code = "letter_changed"
    message = _(
        "The case or the text of the letter has changed since you read it. Nothing is sent yet: read the letter as it"
        " is now, and save once more."
    )


class LetterLacks(DomainError):
    """A field of the letter has no value in the case."""

    code = "letter_lacks"
    message = _("The letter lacks %(names)s. Register it in the case, or write a text without it.")
