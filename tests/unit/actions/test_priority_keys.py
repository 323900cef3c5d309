"""Saving, correcting and withdrawing versions of a priority key."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction

from ergo.scope import scoped
from referrals.actions import priority_keys
from referrals.actions.priority_keys import KeyData, Target, save_version, state_of, withdraw_version
from referrals.choices import Handling
from referrals.errors import (
    DateAfter,
    DateTooOld,
    DomainError,
    ForeignRecord,
    InvalidValue,
    KeyChanged,
    KeyInUse,
    KeyReplaced,
    KeyVersionExists,
    LevelMissing,
    NotAllowed,
    NothingChanged,
    OnlyKeyVersion,
    ReasonRequired,
    ReasonTooShort,
)
from referrals.models import (
    AuditEvent,
    Category,
    Municipality,
    PriorityKey,
    PriorityTarget,
    Referral,
    ReplyRule,
    User,
)
from referrals.permissions import Role
from tests.factories import (
    LONG_AGO,
    NOW,
    TODAY,
    MembershipFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    days_ago,
)
from tests.unit.actions.acting import acting

TOMORROW = TODAY + timedelta(days=1)
WHY = "Kommunestyret vedtok nye frister."


def key_data(valid_from: date = TOMORROW, days: Iterable[int] = (7, 30, 90), **changes: Any) -> KeyData:
    """A version in which every category has the same days."""
    categories = Category.objects.order_by("pk").values_list("pk", flat=True)
    targets = [Target(pk, level, one) for pk in categories for level, one in enumerate(days, start=1)]
    given = {"valid_from": valid_from, "targets": targets, "replies": dict.fromkeys(categories, True)}
    return KeyData(**(given | changes))


def save(municipality: Municipality, by: User, data: KeyData | None = None, **arguments: Any) -> PriorityKey:
    usual = {
        "municipality": municipality,
        "data": data or key_data(),
        "seen": state_of(municipality),
        **acting(by),
    }
    return save_version(**(usual | arguments))


def withdraw(key: PriorityKey, by: User) -> PriorityKey:
    return withdraw_version(municipality=key.municipality, key_id=key.pk, **acting(by))


def days_of(referral: Referral) -> int | None:
    return Referral.objects.with_wait(on=TODAY).get(pk=referral.pk).target_days


# ---------------------------------------------------------------- a new version


def test_a_version_is_saved_with_all_it_says(municipality: Municipality, manager: User) -> None:
    data = key_data(note="Sak 12/26")
    key = save(municipality, manager, data)
    assert (key.valid_from, key.note, key.registered_at, key.registered_by) == (
        TOMORROW,
        "Sak 12/26",
        NOW,
        manager,
    )
    assert (key.replaces, key.replaced_at, key.reason) == (None, None, "")
    assert KeyData.of(key).says_the_same_as(data)


def test_a_referral_is_judged_by_the_version_at_its_receipt(
    municipality: Municipality, category: Category, manager: User
) -> None:
    """The day before the version the old days hold, on its first day the new ones."""
    before, after = (
        ReferralFactory(municipality=municipality, category=category, waiting=True, received_on=days_ago(n))
        for n in (21, 20)
    )
    save(municipality, manager, key_data(days_ago(20)), reason=WHY)
    assert (days_of(before), days_of(after)) == (56, 30)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MANAGER])
def test_only_a_manager_of_the_municipality_saves(
    role: Role, municipality: Municipality, other_municipality: Municipality, manager: User, coordinator: User
) -> None:
    place = municipality if role in (Role.COORDINATOR, Role.THERAPIST, Role.PRIVACY_OFFICER) else None
    MembershipFactory(user=coordinator, role=role, municipality=place)
    with pytest.raises(NotAllowed):
        save(municipality, coordinator)
    with pytest.raises(NotAllowed):
        save(other_municipality, manager)


@pytest.mark.parametrize("days", [0, -1, 731, 10_000, 2**40])
def test_days_outside_1_to_730_are_refused_where_they_stand(
    days: int, municipality: Municipality, category: Category, manager: User
) -> None:
    data = key_data()
    targets = [
        replace(target, days=days) if (target.category_id, target.level) == (category.pk, 2) else target
        for target in data.targets
    ]
    with pytest.raises(InvalidValue) as caught:
        save(municipality, manager, replace(data, targets=targets))
    assert caught.value.field == f"days_{category.pk}_2"
    assert municipality.priority_keys.count() == 1


@pytest.mark.parametrize("days", [1, 730])
def test_one_and_730_days_are_saved(days: int, municipality: Municipality, manager: User) -> None:
    key = save(municipality, manager, key_data(days=[days]))
    assert set(key.targets.values_list("days", flat=True)) == {days}


@pytest.mark.parametrize(("levels", "missing"), [((1, 3), 2), ((2,), 1), ((), 1), ((1, 2, 4, 5), 3)])
def test_no_priority_may_be_left_out(
    levels: tuple[int, ...], missing: int, municipality: Municipality, category: Category, manager: User
) -> None:
    data = key_data()
    others = [target for target in data.targets if target.category_id != category.pk]
    targets = [*others, *(Target(category.pk, level, 10) for level in levels)]
    with pytest.raises(LevelMissing) as caught:
        save(municipality, manager, replace(data, targets=targets))
    assert caught.value.field == f"days_{category.pk}_{missing}"


def test_a_priority_stands_once_and_up_to_9(
    municipality: Municipality, category: Category, manager: User
) -> None:
    data = key_data()
    with pytest.raises(ForeignRecord):
        save(municipality, manager, replace(data, targets=[*data.targets, Target(category.pk, 1, 5)]))
    with pytest.raises(InvalidValue):
        save(municipality, manager, key_data(days=range(1, 11)))
    save(municipality, manager, key_data(days=range(1, 10)))


def test_a_version_is_about_the_categories_that_there_are(
    municipality: Municipality, category: Category, manager: User
) -> None:
    data = key_data()
    with pytest.raises(ForeignRecord):
        save(municipality, manager, replace(data, targets=[*data.targets, Target(0, 1, 5)]))
    with pytest.raises(ForeignRecord):
        save(municipality, manager, replace(data, replies={category.pk: True}))


@pytest.mark.parametrize(
    ("day", "error"),
    [
        (date(1899, 12, 31), DateTooOld),
        (TODAY + timedelta(days=733), DateAfter),
        (date(2206, 1, 1), DateAfter),
    ],
)
def test_a_slip_in_the_year_is_refused(
    day: date, error: type[DomainError], municipality: Municipality, manager: User
) -> None:
    with pytest.raises(error) as caught:
        save(municipality, manager, key_data(day), reason=WHY)
    assert caught.value.field == "valid_from"


def test_a_day_that_has_a_version_is_refused(municipality: Municipality, manager: User) -> None:
    with pytest.raises(KeyVersionExists) as caught:
        save(municipality, manager, key_data(LONG_AGO), reason=WHY)
    assert caught.value.field == "valid_from"


def test_the_database_refuses_two_valid_versions_of_a_day_in_words(
    municipality: Municipality, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing else has asked."""
    monkeypatch.setattr(priority_keys, "check", lambda *args, **kwargs: None)
    with pytest.raises(KeyVersionExists) as caught:
        save(municipality, manager, key_data(LONG_AGO), reason=WHY)
    assert caught.value.field == "valid_from"
    assert "alt en versjon fra denne dagen" in str(caught.value)


@pytest.mark.parametrize("back", [0, 1, 100])
def test_whoever_judges_the_received_anew_says_why(
    back: int, municipality: Municipality, manager: User
) -> None:
    for reason, error in (("", ReasonRequired), ("Nye frister.", ReasonTooShort)):
        with pytest.raises(error) as caught:
            save(municipality, manager, key_data(days_ago(back)), reason=reason)
        assert caught.value.field == "reason"
    assert save(municipality, manager, key_data(days_ago(back)), reason=WHY).reason == WHY


def test_what_somebody_else_saved_meanwhile_is_not_passed_over(
    municipality: Municipality, manager: User
) -> None:
    seen = state_of(municipality)
    save(municipality, manager)
    later = key_data(TOMORROW + timedelta(days=1))
    with pytest.raises(KeyChanged):
        save(municipality, manager, later, seen=seen)
    save(municipality, manager, later)


def test_a_form_that_is_sent_twice_is_saved_once(municipality: Municipality, manager: User) -> None:
    form, seen = uuid4(), state_of(municipality)
    first = save(municipality, manager, submission=form, seen=seen)
    assert save(municipality, manager, submission=form, seen=seen) == first
    assert municipality.priority_keys.count() == 2


# ---------------------------------------------------------------- a correction


@pytest.fixture
def present(municipality: Municipality, manager: User) -> PriorityKey:
    return save(municipality, manager, key_data(days_ago(30)), reason=WHY)


def correct(key: PriorityKey, by: User, days: Iterable[int] = (14, 28), **arguments: Any) -> PriorityKey:
    data = key_data(key.valid_from, days)
    return save(key.municipality, by, **({"data": data, "corrects": key, "reason": WHY} | arguments))


def test_a_correction_takes_the_place_and_leaves_what_stood(
    present: PriorityKey, municipality: Municipality, category: Category, manager: User
) -> None:
    referral = ReferralFactory(municipality=municipality, category=category, waiting=True)
    stood = KeyData.of(present)
    key = correct(present, manager)
    present.refresh_from_db()
    assert (key.replaces, key.valid_from, present.replaced_at) == (present, present.valid_from, NOW)
    assert KeyData.of(present).says_the_same_as(stood)
    assert PriorityKey.objects.in_force(municipality.pk, TODAY).get() == key
    assert days_of(referral) == 28


def test_a_correction_without_a_reason_is_refused(present: PriorityKey, manager: User) -> None:
    with pytest.raises(ReasonRequired):
        correct(present, manager, reason=" ")
    present.refresh_from_db()
    assert present.replaced_at is None


def test_a_correction_of_a_version_to_come_has_a_reason_too(
    municipality: Municipality, manager: User
) -> None:
    key = save(municipality, manager)
    with pytest.raises(ReasonRequired):
        correct(key, manager, reason="")
    assert correct(key, manager).replaces == key


def test_a_correction_that_changes_nothing_is_refused(present: PriorityKey, manager: User) -> None:
    with pytest.raises(NothingChanged):
        correct(present, manager, days=(7, 30, 90))


def test_what_is_replaced_is_not_corrected_again(present: PriorityKey, manager: User) -> None:
    correct(present, manager)
    with pytest.raises(KeyReplaced):
        correct(present, manager, days=(9, 9))


def test_a_correction_is_of_the_same_day_and_municipality(
    present: PriorityKey, other_municipality: Municipality, manager: User
) -> None:
    with pytest.raises(ForeignRecord):
        correct(present, manager, data=key_data(days_ago(29)))
    theirs = other_municipality.priority_keys.get()
    with pytest.raises(ForeignRecord):
        save(present.municipality, manager, key_data(LONG_AGO), corrects=theirs, reason=WHY)


def test_the_app_cannot_edit_a_version(present: PriorityKey, manager: User) -> None:
    """Not even a fault of ours changes what was decided, or removes it."""
    deeds = [
        lambda: PriorityKey.objects.filter(pk=present.pk).update(valid_from=TODAY),
        lambda: PriorityTarget.objects.filter(key=present).update(days=1),
        lambda: ReplyRule.objects.filter(key=present).update(is_due=False),
        lambda: PriorityTarget.objects.filter(key=present).delete(),
        lambda: ReplyRule.objects.filter(key=present).delete(),
    ]
    for deed in deeds:
        with pytest.raises(ProgrammingError), transaction.atomic():
            deed()


def test_the_change_log_has_every_row(present: PriorityKey, manager: User) -> None:
    with scoped({present.municipality_id}, user_id=manager.pk):
        key = correct(present, manager)
        lines = AuditEvent.objects.filter(table_name="referrals_prioritykey")
        added, changed = lines.get(row_id=key.pk), lines.get(row_id=present.pk, operation="U")
        written = AuditEvent.objects.filter(table_name="referrals_prioritytarget", after__key_id=key.pk)
        assert written.count() == key.targets.count()
    assert (added.operation, added.after["reason"], added.after["replaces_id"]) == ("I", WHY, present.pk)
    assert set(changed.after) == {"replaced_at"} and changed.user_id == manager.pk


# ---------------------------------------------------------------- withdrawing


def test_a_version_by_which_nobody_is_judged_is_withdrawn(
    municipality: Municipality, category: Category, manager: User
) -> None:
    key = save(municipality, manager)
    assert withdraw(key, manager).replaced_at == NOW
    referral = ReferralFactory(municipality=municipality, category=category, waiting=True)
    assert days_of(referral) == 56
    assert save(municipality, manager).valid_from == key.valid_from


@pytest.mark.parametrize(("received", "is_judged"), [(31, False), (30, True), (0, True)])
def test_a_version_that_judges_somebody_stays(
    received: int, is_judged: bool, present: PriorityKey, category: Category, manager: User
) -> None:
    """Whoever was received on its first day is judged by it, also when the case is closed."""
    ReferralFactory(
        municipality=present.municipality, category=category, withdrawn=True, received_on=days_ago(received),
        closed_on=TODAY,
    )  # fmt: skip
    if not is_judged:
        withdraw(present, manager)
        return
    with pytest.raises(KeyInUse):
        withdraw(present, manager)


def test_whoever_is_judged_by_the_next_version_is_not_judged_by_this_one(
    present: PriorityKey, category: Category, manager: User
) -> None:
    ReferralFactory(municipality=present.municipality, category=category, received_on=days_ago(10))
    with pytest.raises(KeyInUse):
        withdraw(present, manager)
    save(present.municipality, manager, key_data(days_ago(10)), reason=WHY)
    withdraw(present, manager)


def test_the_first_version_and_what_is_withdrawn_stay_as_they_are(
    municipality: Municipality, manager: User
) -> None:
    with pytest.raises(OnlyKeyVersion):
        withdraw(municipality.priority_keys.get(), manager)
    key = withdraw(save(municipality, manager), manager)
    with pytest.raises(KeyReplaced):
        withdraw(key, manager)


def test_only_a_manager_withdraws_and_only_own_versions(
    municipality: Municipality, other_municipality: Municipality, manager: User, coordinator: User
) -> None:
    key = save(municipality, manager)
    with pytest.raises(NotAllowed):
        withdraw(key, coordinator)
    theirs = PriorityKeyFactory(municipality=other_municipality, valid_from=TOMORROW)
    with pytest.raises(PriorityKey.DoesNotExist):
        withdraw_version(municipality=municipality, key_id=theirs.pk, **acting(manager))


# ---------------------------------------------------------------- the preliminary reply


@pytest.mark.parametrize("is_due", [True, False])
def test_the_version_at_receipt_says_whether_a_reply_is_due(
    is_due: bool, municipality: Municipality, category: Category, other_category: Category, manager: User
) -> None:
    """The day before its first day the category's own word holds, where the older version says nothing."""
    Category.objects.update(is_vedtak=not is_due)
    category.refresh_from_db()
    replies = {category.pk: is_due, other_category.pk: not is_due}
    save(municipality, manager, key_data(days_ago(20), replies=replies), reason=WHY)
    found = {
        received: ReferralFactory(
            municipality=municipality, category=category, application=True, received_on=days_ago(received)
        ).needs_preliminary_reply
        for received in (21, 20, 19)
    }
    assert found == {21: not is_due, 20: is_due, 19: is_due}


def test_python_and_sql_agree_on_whom_a_reply_is_due(
    municipality: Municipality, other_municipality: Municipality, category: Category, other_category: Category,
    manager: User,
) -> None:  # fmt: skip
    """Every mixture of version, category and handling; a correction and a withdrawn version among the versions."""
    Category.objects.filter(pk=other_category.pk).update(is_vedtak=False)
    replies = {category.pk: False, other_category.pk: True}
    first = save(municipality, manager, key_data(days_ago(60), replies=replies), reason=WHY)
    save(municipality, manager, key_data(days_ago(30)), reason=WHY)
    swapped = {category.pk: True, other_category.pk: False}
    correct(first, manager, data=key_data(days_ago(60), replies=swapped))
    withdraw(save(municipality, manager, key_data(days_ago(5), replies=replies), reason=WHY), manager)
    for place in (municipality, other_municipality):
        for about in (category, other_category):
            for handling in Handling:
                for received in (61, 60, 31, 30, 5, 0):
                    ReferralFactory(
                        municipality=place, category=about, handling=handling, received_on=days_ago(received)
                    )
    rows = list(Referral.objects.with_reply())
    answers = {row.pk: row.needs_preliminary_reply for row in rows}
    assert answers == {row.pk: row.needs_reply for row in rows}
    assert set(answers.values()) == {True, False}


def test_a_replaced_version_judges_nobody_in_any_form(
    present: PriorityKey, municipality: Municipality, category: Category, manager: User
) -> None:
    """Choosing a priority, the list and the key all read the correction."""
    correct(present, manager)
    PriorityTargetFactory(key=present, category=category, level=9, days=5)
    referral = ReferralFactory(municipality=municipality, category=category, waiting=True, priority=9)
    assert days_of(referral) is None
    offered = PriorityTarget.objects.in_force(municipality.pk, category.pk, TODAY)
    assert list(offered.values_list("days", flat=True)) == [14, 28]


@pytest.mark.django_db
def test_a_version_says_from_when_a_target_is_due_soon(municipality: Municipality, manager: User) -> None:
    key = save(municipality, manager, key_data(due_soon_days=14))
    assert PriorityKey.objects.get(pk=key.pk).due_soon_days == 14
    with pytest.raises(NothingChanged):
        save(municipality, manager, key_data(due_soon_days=14), corrects=key, reason=WHY)
    corrected = save(municipality, manager, key_data(due_soon_days=10), corrects=key, reason=WHY)
    assert corrected.due_soon_days == 10
    with pytest.raises(InvalidValue) as refused:
        save(municipality, manager, key_data(days_ago(1), due_soon_days=61), reason=WHY)
    assert refused.value.field == "due_soon_days"
