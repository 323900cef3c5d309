"""A municipality's own staff: added once, corrected, changed from a day on, ended; by those who may and nobody else."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from ergo.scope import scoped
from referrals.actions import workforce
from referrals.actions.workforce import Seen, state_of
from referrals.errors import (
    CircleOfAgreements,
    DateAfter,
    DateBefore,
    DateTooOld,
    DomainError,
    ForeignRecord,
    InvalidValue,
    LeaveOutsideEmployment,
    NotAllowed,
    NothingChanged,
    RecordChanged,
    RecordEnded,
    TherapistKnown,
    TooMuchAtOnce,
)
from referrals.models import (
    AuditEvent,
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Leave,
    Municipality,
    Occupation,
    Submission,
    Therapist,
    User,
    Vacancy,
)
from referrals.models.periods import LONGEST_AHEAD, LONGEST_PERIOD_AHEAD
from tests.factories import (
    LONG_AGO,
    NOW,
    TODAY,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    LeaveFactory,
    MunicipalityFactory,
    OccupationFactory,
    TherapistFactory,
    VacancyFactory,
    days_ago,
)
from tests.unit.actions.acting import acting

DAY = timedelta(days=1)
HPR = "9123456"
PERSON = {
    "name": "Ny Terapeut",
    "authorised_from": LONG_AGO,
    "authorised_to": None,
    "is_licence": False,
    "is_student": False,
}


class Office:
    """The coordinator's arguments, with those that a test is about."""

    def __init__(self, user: User, municipality: Municipality, occupation: Occupation) -> None:
        self.user, self.place, self.occupation = user, municipality, occupation

    def employ(self, **changes: Any) -> Employment | None:
        post = {
            "occupation_id": self.occupation.pk,
            "engagement": "own",
            "fte": Decimal("1.00"),
            "is_temporary": False,
            "valid_from": TODAY,
            "valid_to": None,
        }
        known = Therapist.objects.with_hpr(HPR).exists()
        usual = {"hpr_number": HPR, "person": None if known else PERSON, "submission": uuid4()}
        options = {name: changes.pop(name) for name in (*usual, "municipality") if name in changes}
        told = usual | {"municipality": self.place, "values": post | changes} | options
        return workforce.employ(**told, **acting(self.user))

    def add(self, row: Any, **options: Any) -> Any:
        told = {"municipality": self.place, "submission": uuid4()} | options
        return workforce.add(row=row, **told, **acting(self.user))

    def change(self, row: Any, *, state: str = "", since: date | None = None, **values: Any) -> Any:
        seen = Seen(row.pk, state or state_of(row))
        now = {name: row._meta.get_field(name).value_from_object(row) for name in ("valid_from", "valid_to")}
        return workforce.change(
            municipality=self.place,
            model=type(row),
            seen=seen,
            values=now | values,
            since=since,
            **acting(self.user),
        )

    def end(self, row: Any, on: date, state: str = "") -> Any:
        seen = Seen(row.pk, state or state_of(row))
        return workforce.end(municipality=self.place, model=type(row), seen=seen, on=on, **acting(self.user))


@pytest.fixture
def office(coordinator: User, municipality: Municipality) -> Office:
    return Office(coordinator, municipality, OccupationFactory())


@pytest.fixture
def post(municipality: Municipality, office: Office) -> Employment:
    """Since long ago; as it stands in the database."""
    return Employment.objects.get(pk=EmploymentFactory(municipality=municipality).pk)


def refusal(kind: type[DomainError], field: str, deed: Callable[[], Any]) -> str:
    """The deed is refused, about this input; in which words."""
    with pytest.raises(kind) as refused:
        deed()
    assert refused.value.field == field
    return str(refused.value)


class TestEmploy:
    def test_somebody_new_becomes_a_therapist_and_gets_the_post(self, office: Office) -> None:
        employment = office.employ(fte=Decimal("0.60"), is_temporary=True)
        assert employment and employment.therapist.hpr_number == HPR
        assert (employment.fte, employment.is_temporary, employment.municipality) == (
            Decimal("0.60"),
            True,
            office.place,
        )

    def test_of_somebody_known_nothing_is_changed(self, office: Office) -> None:
        known = TherapistFactory(hpr_number=f"0{HPR}", name="Kjent")
        employment = office.employ()
        known.refresh_from_db()
        assert employment and employment.therapist == known and known.name == "Kjent"

    def test_whoever_became_known_or_unknown_meanwhile_is_asked_about_again(self, office: Office) -> None:
        refusal(ForeignRecord, "", lambda: office.employ(person=None))
        TherapistFactory(hpr_number=HPR)
        refusal(ForeignRecord, "", lambda: office.employ(person=PERSON))
        assert not Employment.objects.exists()

    def test_the_same_form_sent_twice_is_saved_once(self, office: Office) -> None:
        key = uuid4()
        assert office.employ(submission=key) is not None
        assert office.employ(submission=key, occupation_id=OccupationFactory(support=True).pk) is None
        assert Employment.objects.count() == 1

    def test_a_refused_form_keeps_no_key_and_no_therapist(self, office: Office) -> None:
        key = uuid4()
        refusal(InvalidValue, "valid_to", lambda: office.employ(submission=key, valid_to=TODAY))
        assert not Therapist.objects.exists() and not Submission.objects.exists()
        assert office.employ(submission=key)

    @pytest.mark.parametrize(
        ("changes", "kind", "field"),
        [
            ({"fte": Decimal("1.51")}, InvalidValue, "fte"),
            ({"fte": Decimal("0")}, InvalidValue, "fte"),
            ({"fte": Decimal("-0.50")}, InvalidValue, "fte"),
            ({"fte": Decimal("0.125")}, InvalidValue, "fte"),
            ({"fte": Decimal("100")}, InvalidValue, "fte"),
            ({"valid_to": TODAY}, InvalidValue, "valid_to"),
            ({"valid_to": TODAY - DAY}, InvalidValue, "valid_to"),
            ({"valid_from": date(1899, 12, 31)}, DateTooOld, "valid_from"),
            ({"valid_from": TODAY + LONGEST_AHEAD + DAY}, DateAfter, "valid_from"),
            ({"valid_to": TODAY + LONGEST_PERIOD_AHEAD + DAY}, DateAfter, "valid_to"),
            ({"occupation_id": 987654}, InvalidValue, "occupation"),
        ],
        ids=lambda value: None if isinstance(value, type) else str(value),
    )
    def test_what_cannot_be_is_refused_at_its_field(
        self, office: Office, changes: dict[str, Any], kind: type[DomainError], field: str
    ) -> None:
        refusal(kind, field, lambda: office.employ(**changes))
        assert not Employment.objects.exists()

    @pytest.mark.parametrize(
        "changes",
        [
            {"fte": Decimal("1.50")},
            {"fte": Decimal("0.01")},
            {"valid_to": TODAY + DAY},
            {"valid_from": date(1900, 1, 1)},
            {"valid_from": TODAY + LONGEST_AHEAD},
            {"valid_to": TODAY + LONGEST_PERIOD_AHEAD},
        ],
        ids=str,
    )
    def test_the_bounds_themselves_are_fine(self, office: Office, changes: dict[str, Any]) -> None:
        assert office.employ(**changes)

    def test_the_same_post_twice_in_a_period_and_too_much_at_once(self, office: Office) -> None:
        office.employ()
        assert "allerede et arbeidsforhold" in refusal(InvalidValue, "valid_from", office.employ)
        elsewhere = OccupationFactory(code="3226101")
        said = refusal(TooMuchAtOnce, "fte", lambda: office.employ(occupation_id=elsewhere.pk, fte="0.51"))
        assert "mer enn 1,5 årsverk samtidig" in said
        assert office.employ(occupation_id=elsewhere.pk, fte=Decimal("0.50"))

    def test_a_number_taken_by_two_at_once_is_said_in_words(self, office: Office) -> None:
        TherapistFactory(hpr_number=HPR)

        def both() -> None:
            workforce.action(lambda: TherapistFactory(hpr_number=HPR))()

        refusal(TherapistKnown, "hpr_number", both)

    @pytest.mark.parametrize(
        ("person", "field"),
        [
            ({"is_student": True}, "is_student"),
            ({"authorised_to": LONG_AGO}, "authorised_to"),
            ({"name": ""}, "name"),
            ({"name": "x" * 151}, "name"),
        ],
        ids=["student without licence", "ends as it begins", "no name", "too long"],
    )
    def test_a_person_who_cannot_be(self, office: Office, person: dict[str, Any], field: str) -> None:
        refusal(InvalidValue, field, lambda: office.employ(person=PERSON | person))


class TestWhoMay:
    @pytest.mark.parametrize("who", ["therapist_user", "privacy_officer", "county_reader", "administrator"])
    def test_others_may_not(
        self, who: str, post: Employment, office: Office, request: pytest.FixtureRequest
    ) -> None:
        other = Office(request.getfixturevalue(who), office.place, office.occupation)
        for deed in (
            other.employ,
            lambda: other.add(VacancyFactory.build(municipality=office.place, occupation=office.occupation)),
            lambda: other.change(post, fte=Decimal("0.50")),
            lambda: other.end(post, TODAY),
            lambda: workforce.change_therapist(
                municipality=office.place,
                seen=Seen(post.therapist_id, ""),
                values=PERSON,
                **acting(other.user),
            ),
        ):
            with pytest.raises(NotAllowed):
                deed()

    def test_the_manager_may(self, manager: User, post: Employment, office: Office) -> None:
        assert Office(manager, office.place, office.occupation).end(post, TODAY)

    def test_nobody_reaches_another_municipalitys_rows(
        self, office: Office, other_municipality: Municipality
    ) -> None:
        theirs = EmploymentFactory(municipality=other_municipality)
        away = LeaveFactory(employment=theirs)
        rows = [
            theirs,
            away,
            VacancyFactory(municipality=other_municipality),
            CoverageStatementFactory(municipality=other_municipality),
            CoverageAgreementFactory(provider=other_municipality),
        ]
        for row in rows:
            refusal(ForeignRecord, "", lambda row=row: office.change(row, valid_to=TODAY))
            refusal(ForeignRecord, "", lambda row=row: office.end(row, TODAY))
        for row in (
            Leave(employment=theirs, valid_from=TODAY),
            Vacancy(municipality=other_municipality, occupation=office.occupation, fte=1, valid_from=TODAY),
            CoverageAgreement(provider=other_municipality, recipient=MunicipalityFactory(), valid_from=TODAY),
            CoverageStatement(municipality=other_municipality, source="x", valid_from=TODAY),
        ):
            refusal(ForeignRecord, "", lambda row=row: office.add(row))
        seen = Seen(theirs.therapist_id, state_of(theirs.therapist))
        with pytest.raises(ForeignRecord):
            workforce.change_therapist(
                municipality=office.place, seen=seen, values=PERSON, **acting(office.user)
            )

    def test_both_parties_of_an_agreement_reach_it(
        self, office: Office, other_municipality: Municipality
    ) -> None:
        given = CoverageAgreementFactory(provider=office.place, recipient=other_municipality)
        received = CoverageAgreementFactory(recipient=office.place)
        for row in (given, received):
            assert office.end(row, TODAY).valid_to == TODAY


class TestAdd:
    def test_leave_vacancy_agreement_and_statement(
        self, office: Office, post: Employment, other_municipality: Municipality
    ) -> None:
        rows = [
            Leave(employment=post, valid_from=TODAY),
            Vacancy(municipality=office.place, occupation=office.occupation, fte="0.50", valid_from=TODAY),
            CoverageAgreement(provider=other_municipality, recipient=office.place, valid_from=TODAY),
            CoverageStatement(municipality=office.place, source="Kommunedirektøren", valid_from=TODAY),
        ]
        assert all(office.add(row).pk for row in rows)

    def test_what_the_database_refuses_is_said_at_the_field(
        self, office: Office, post: Employment, other_municipality: Municipality
    ) -> None:
        place = office.place
        before = LONG_AGO - DAY
        refusal(
            LeaveOutsideEmployment,
            "valid_from",
            lambda: office.add(Leave(employment=post, valid_from=before)),
        )
        LeaveFactory(employment=post, valid_from=days_ago(10), valid_to=TODAY)
        refusal(
            InvalidValue,
            "valid_from",
            lambda: office.add(Leave(employment=post, valid_from=TODAY - DAY)),
        )
        CoverageAgreementFactory(provider=place, recipient=other_municipality)
        back = CoverageAgreement(provider=other_municipality, recipient=place, valid_from=TODAY)
        said = refusal(CircleOfAgreements, "provider", lambda: office.add(back))
        assert "Annesvik → Prøvdal → Annesvik" in said
        itself = CoverageAgreement(provider=place, recipient=place, valid_from=TODAY)
        refusal(InvalidValue, "provider", lambda: office.add(itself))
        too_much = CoverageAgreement(
            provider=other_municipality, recipient=MunicipalityFactory(), fte=20, valid_from=TODAY
        )
        too_much.recipient = place
        refusal(InvalidValue, "fte", lambda: office.add(too_much))
        CoverageStatementFactory(municipality=place)
        again = CoverageStatement(municipality=place, source="x", valid_from=TODAY)
        refusal(InvalidValue, "valid_from", lambda: office.add(again))

    def test_a_vacant_post_is_an_ergoterapeuts(self, office: Office) -> None:
        other = OccupationFactory(support=True)
        row = Vacancy(municipality=office.place, occupation=other, fte=1, valid_from=TODAY)
        refusal(InvalidValue, "occupation", lambda: office.add(row))

    def test_sent_twice_it_is_added_once(self, office: Office) -> None:
        key = uuid4()
        for _time in range(2):
            row = CoverageStatement(municipality=office.place, source="x", valid_from=TODAY)
            office.add(row, submission=key)
        assert CoverageStatement.objects.count() == 1


class TestChange:
    def test_a_correction_changes_the_row_and_stands_in_the_log(
        self, office: Office, post: Employment
    ) -> None:
        office.change(post, fte=Decimal("0.80"))
        post.refresh_from_db()
        assert post.fte == Decimal("0.80") and Employment.objects.count() == 1
        with scoped(user_id=office.user.pk):
            line = AuditEvent.objects.filter(table_name="referrals_employment", row_id=post.pk).first()
        assert line and (line.before, line.after) == ({"fte": 1.0}, {"fte": 0.8})

    def test_nothing_is_nothing(self, office: Office, post: Employment) -> None:
        refusal(NothingChanged, "", lambda: office.change(post, fte=Decimal("1")))

    def test_on_an_older_state_nothing_is_written(self, office: Office, post: Employment) -> None:
        seen = state_of(post)
        Employment.objects.filter(pk=post.pk).update(is_temporary=True)
        with pytest.raises(RecordChanged) as refused:
            office.change(post, state=seen, fte=Decimal("0.80"))
        assert refused.value.current.is_temporary and refused.value.current.fte == 1
        post.refresh_from_db()
        assert post.fte == 1
        assert office.change(post, fte=Decimal("0.80"))

    def test_the_same_form_sent_twice_is_no_conflict(self, office: Office, post: Employment) -> None:
        seen = state_of(post)
        for _time in range(2):
            assert office.change(post, state=seen, fte=Decimal("0.80")).fte == Decimal("0.80")
        post.refresh_from_db()
        seen = state_of(post)
        for _time in range(2):
            assert office.end(post, TODAY, state=seen).valid_to == TODAY

    def test_from_a_day_on_what_stood_until_then_is_kept(self, office: Office, post: Employment) -> None:
        later = office.change(post, since=TODAY, fte=Decimal("0.50"), valid_to=TODAY + 30 * DAY)
        periods = Employment.objects.order_by("valid_from").values_list("fte", "valid_from", "valid_to")
        assert list(periods) == [
            (Decimal("1.00"), LONG_AGO, TODAY),
            (Decimal("0.50"), TODAY, TODAY + 30 * DAY),
        ]
        assert later.therapist == post.therapist

    @pytest.mark.parametrize(
        ("since", "kind"), [(LONG_AGO, DateBefore), (TODAY + 10 * DAY, DateAfter)], ids=["first", "end"]
    )
    def test_the_day_lies_within_the_period(
        self, office: Office, post: Employment, since: date, kind: type[DomainError]
    ) -> None:
        post.valid_to = TODAY + 10 * DAY
        post.save()
        refusal(kind, "since", lambda: office.change(post, since=since, fte=Decimal("0.50")))
        assert office.change(post, since=TODAY + 9 * DAY, fte=Decimal("0.50"))

    def test_leaves_go_along_with_their_days(self, office: Office, post: Employment) -> None:
        """A leave that is over stays, one that runs is divided at the day, one to come goes to the new period."""
        spans = [(days_ago(90), days_ago(60)), (days_ago(5), TODAY + 5 * DAY), (TODAY + 20 * DAY, None)]
        for first, last in spans:
            LeaveFactory(employment=post, valid_from=first, valid_to=last)
        # As long as both are away from it, there is room for another post.
        EmploymentFactory(
            therapist=post.therapist, fte="1.50", valid_from=days_ago(5), valid_to=TODAY + 5 * DAY
        )
        later = office.change(post, since=TODAY, fte=Decimal("0.50"))
        assert list(post.leaves.values_list("valid_from", "valid_to")) == [spans[0], (days_ago(5), TODAY)]
        assert list(later.leaves.values_list("valid_from", "valid_to")) == [
            (TODAY, TODAY + 5 * DAY),
            spans[2],
        ]

    def test_other_rows_too(self, office: Office) -> None:
        vacancy = VacancyFactory(municipality=office.place)
        agreement = CoverageAgreementFactory(recipient=office.place, fte=Decimal("0.20"))
        for row in (vacancy, agreement):
            later = office.change(row, since=TODAY, fte=Decimal("0.40"))
            row.refresh_from_db()
            assert (row.valid_to, later.valid_from, later.fte) == (TODAY, TODAY, Decimal("0.40"))

    def test_a_post_is_not_shortened_below_its_leave(self, office: Office, post: Employment) -> None:
        LeaveFactory(employment=post, valid_from=days_ago(5))
        refusal(LeaveOutsideEmployment, "valid_to", lambda: office.change(post, valid_to=TODAY))


class TestEnd:
    @pytest.mark.parametrize("on", [LONG_AGO, LONG_AGO - DAY])
    def test_not_before_it_held_a_day(self, office: Office, post: Employment, on: date) -> None:
        refusal(DateBefore, "on", lambda: office.end(post, on))
        assert office.end(post, LONG_AGO + DAY).valid_to == LONG_AGO + DAY

    def test_what_ended_stays_as_it_was(self, office: Office, post: Employment) -> None:
        Employment.objects.filter(pk=post.pk).update(valid_to=TODAY)
        post.refresh_from_db()
        refusal(RecordEnded, "", lambda: office.end(post, TODAY + DAY))

    def test_what_ends_tomorrow_may_end_otherwise(self, office: Office, post: Employment) -> None:
        Employment.objects.filter(pk=post.pk).update(valid_to=TODAY + DAY)
        post.refresh_from_db()
        assert office.end(post, TODAY).valid_to == TODAY

    def test_leaves_end_with_the_post(self, office: Office, post: Employment) -> None:
        past = LeaveFactory(employment=post, valid_from=days_ago(90), valid_to=days_ago(60))
        running = LeaveFactory(employment=post, valid_from=days_ago(5), valid_to=TODAY + 9 * DAY)
        LeaveFactory(employment=post, valid_from=TODAY + 9 * DAY)
        office.end(post, TODAY)
        kept = dict(post.leaves.values_list("pk", "valid_to"))
        assert kept == {past.pk: days_ago(60), running.pk: TODAY}

    def test_too_far_ahead_is_a_slip(self, office: Office, post: Employment) -> None:
        refusal(DateAfter, "on", lambda: office.end(post, TODAY + LONGEST_PERIOD_AHEAD + DAY))


class TestTherapist:
    def change(self, office: Office, therapist: Therapist, state: str = "", **values: Any) -> Therapist:
        now = {name: getattr(therapist, name) for name in workforce.OF_THERAPIST}
        return workforce.change_therapist(
            municipality=office.place,
            seen=Seen(therapist.pk, state or state_of(therapist)),
            values=now | values,
            **acting(office.user),
        )

    def test_a_student_is_authorised(self, office: Office) -> None:
        student = TherapistFactory(student=True, employed_in=office.place)
        row = self.change(office, student, is_student=False, is_licence=False, authorised_from=TODAY)
        row.refresh_from_db()
        assert (row.is_student, row.authorised_from) == (False, TODAY)

    def test_whoever_worked_here_once_can_be_put_right(self, office: Office, post: Employment) -> None:
        Employment.objects.filter(pk=post.pk).update(valid_to=days_ago(500))
        assert self.change(office, post.therapist, name="Nytt Navn").sort_key.startswith("nytt")

    def test_on_an_older_state_nothing_is_written(self, office: Office, post: Employment) -> None:
        seen = state_of(post.therapist)
        Therapist.objects.filter(pk=post.therapist_id).update(authorised_to=TODAY)
        with pytest.raises(RecordChanged):
            self.change(office, post.therapist, state=seen, name="Nytt Navn")

    def test_nothing_is_nothing(self, office: Office, post: Employment) -> None:
        refusal(NothingChanged, "", lambda: self.change(office, post.therapist))


def test_a_state_is_another_one_after_every_change(post: Employment) -> None:
    before = state_of(post)
    assert state_of(Employment.objects.get(pk=post.pk)) == before
    for name, value in {
        "fte": Decimal("0.50"),
        "is_temporary": True,
        "valid_to": TODAY,
        "engagement": "purchased",
        "occupation_id": 0,
    }.items():
        fresh = Employment.objects.get(pk=post.pk)
        setattr(fresh, name, value)
        assert state_of(fresh) != before, name
    assert str(NOW.year) not in before
