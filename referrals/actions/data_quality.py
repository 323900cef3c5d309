"""Saying that a case which a rule of the list of errors names is right as it is, and taking that back."""

from datetime import datetime

from referrals.actions.checks import check_reason, check_values
from referrals.actions.transactions import action
from referrals.choices import DataRule
from referrals.errors import NothingChanged, UnknownCode
from referrals.models import Municipality, Referral, RightAsItIs, User
from referrals.permissions import Access, Permission


@action
def say_right(
    *,
    municipality: Municipality,
    number: str,
    rule: str,
    reason: str,
    access: Access,
    by: User,
    at: datetime,
) -> RightAsItIs:
    """Take the case off the list of the rule: it is right as it is, and `reason` says why.

    Said already, by whomever, it stays as it was said first. Raises Referral.DoesNotExist, NotAllowed, UnknownCode,
    ReasonRequired, ReasonTooShort or InvalidValue.
    """
    case = _locked(municipality, number, access)
    if rule not in DataRule:
        raise UnknownCode(field="rule", value=rule)
    reason = check_reason(reason, field="reason")
    if said := _standing(case, rule):
        return said
    said = RightAsItIs(
        municipality=municipality, referral=case, rule=rule, reason=reason, said_at=at, said_by=by
    )
    check_values(said, ["reason"])
    said.save()
    return said


@action
def take_back(
    *, municipality: Municipality, number: str, rule: str, access: Access, by: User, at: datetime
) -> RightAsItIs:
    """Put the case back on the list of the rule. Raises Referral.DoesNotExist, NotAllowed or NothingChanged."""
    case = _locked(municipality, number, access)
    said = _standing(case, rule)
    if said is None:
        raise NothingChanged
    said.withdrawn_at, said.withdrawn_by = at, by
    said.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return said


def _locked(municipality: Municipality, number: str, access: Access) -> Referral:
    """The case, which two who decide on it at once have one after the other."""
    access.check(Permission.MEND_DATA, municipality.pk)
    own = Referral.objects.open_to(access).in_municipality(municipality)
    return own.select_for_update(of=("self",)).get(number=number)


def _standing(case: Referral, rule: str) -> RightAsItIs | None:
    return RightAsItIs.objects.standing().filter(referral=case, rule=rule).first()
