"""Letters of a case: which fit it, what they say, and that what was sent stays as it was sent."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from ergo import roles
from referrals.actions import letter_texts, letters
from referrals.actions.letters import Written, draft_of, kinds_for
from referrals.choices import (
    EventKind,
    LetterChannel,
    LetterKind,
    LetterTo,
    Move,
    Outcome,
    Protection,
    Source,
    WrittenForm,
)
from referrals.errors import (
    LetterChanged,
    LetterLacks,
    LetterNotFitting,
    NotAllowed,
    NothingChanged,
    StaleVersion,
    TemplateChanged,
    UnknownCode,
    UnknownLetterField,
)
from referrals.models import (
    AuditEvent,
    LetterTemplate,
    Municipality,
    PreliminaryReply,
    Referral,
    ReferralEvent,
    SentLetter,
    User,
)
from tests.factories import TODAY, PersonFactory, ReferralFactory, days_ago
from tests.unit.actions.acting import acting, do

K = LetterKind


@pytest.fixture
def case(municipality: Municipality, category: Any) -> Referral:
    """An application, received 21 days ago by somebody who writes nynorsk, on the waitlist."""
    category.is_vedtak = True
    category.save()
    person = PersonFactory(municipality=municipality, family_name="<b>Å", written_form=WrittenForm.NN)
    return ReferralFactory(
        municipality=municipality,
        person=person,
        category=category,
        received_on=days_ago(21),
        waiting=True,
        application=True,
        source=Source.GP,
    )


def fresh(case: Referral) -> Referral:
    return Referral.objects.get(pk=case.pk)


def send(case: Referral, kind: LetterKind, by: User, **changes: Any) -> SentLetter:
    """Sends what one has just read."""
    told = {
        "recipient": LetterTo.CITIZEN,
        "addressee": "Kari Prøve",
        "channel": LetterChannel.POST,
        "detail": "innan 1. mai",
    }
    written = Written(**told | changes.pop("written", {}))
    values = {
        "referral_id": case.pk,
        "version": case.version,
        "seen": draft_of(case, kind, by=by, on=TODAY).mark,
        "key": uuid4(),
    }
    return letters.send(kind=kind, written=written, **values | changes, **acting(by))


def save_text(municipality: Municipality, by: User, **changes: Any) -> LetterTemplate:
    values = {
        "kind": K.RECEIVED,
        "language": WrittenForm.NN,
        "subject": "Til deg",
        "body": "Hei {navn}",
        "seen": 0,
    }
    return letter_texts.save_text(municipality=municipality, **values | changes, **acting(by))


@pytest.mark.django_db
class TestKinds:
    def test_of_one_who_waits(self, case: Referral) -> None:
        assert kinds_for(case) == [
            K.RECEIVED,
            K.PRELIMINARY,
            K.WAITLIST,
            K.APPOINTMENT,
            K.REFERRER_RECEIVED,
            K.REFERRER_WAITLIST,
        ]

    def test_who_came_by_themselves_has_no_referrer(self, case: Referral) -> None:
        case.source = Source.SELF
        assert not {K.REFERRER_RECEIVED, K.REFERRER_WAITLIST} & set(kinds_for(case))

    @pytest.mark.parametrize(
        ("outcome", "kinds"),
        [
            (Outcome.DECLINED, [K.CLOSED, K.REFERRER_CLOSED]),
            (Outcome.TRANSFERRED, [K.TRANSFERRED, K.REFERRER_CLOSED]),
            (Outcome.DEAD, [K.REFERRER_CLOSED]),
            (Outcome.DUPLICATE, []),
        ],
    )
    def test_of_a_closed_case(
        self, case: Referral, coordinator: User, outcome: Outcome, kinds: list[LetterKind]
    ) -> None:
        """Nobody writes to the dead."""
        assert kinds_for(do(Move.CLOSE, case, coordinator, outcome=outcome, on=TODAY)) == kinds


@pytest.mark.django_db
class TestDraft:
    def test_is_in_the_citizens_written_form(self, case: Referral, coordinator: User) -> None:
        draft = draft_of(case, K.WAITLIST, by=coordinator, on=TODAY)
        assert draft.language == WrittenForm.NN and draft.template_version == 0
        assert draft.heading() == "Du er sett på venteliste"
        assert f"prioritet {case.priority}" in draft.text() and "tilvisinga" in draft.text()
        assert draft.head.splitlines()[0].endswith(" kommune") and "Ergoterapitenesta" in draft.head
        assert not draft.lacks

    def test_says_what_the_case_does_not_have(self, case: Referral, coordinator: User) -> None:
        Referral.objects.filter(pk=case.pk).update(priority=9)  # a priority that is not in the key
        draft = draft_of(fresh(case), K.WAITLIST, by=coordinator, on=TODAY)
        assert draft.lacks == ["frist"] and "{frist}" in draft.text()
        with pytest.raises(LetterLacks):
            send(fresh(case), K.WAITLIST, coordinator)

    def test_a_protected_address_is_not_written(self, case: Referral) -> None:
        case.person.address, case.person.postal_code, case.person.postal_place = "Vegen 1", "1500", "Moss"
        assert letters.suggested_addressee(case, K.RECEIVED).splitlines()[1:] == ["Vegen 1", "1500 Moss"]
        case.person.protection = Protection.CONFIDENTIAL
        assert letters.suggested_addressee(case, K.RECEIVED) == case.person.name


@pytest.mark.django_db
class TestSending:
    def test_keeps_the_whole_letter(self, case: Referral, coordinator: User) -> None:
        letter = send(case, K.RECEIVED, coordinator, written={"closing": "  Ha det bra.  "})
        assert letter.body.startswith(f"Hei {case.person.name}\n") and letter.body.endswith("\n\nHa det bra.")
        assert (letter.sent_on, letter.sent_by, letter.language) == (TODAY, coordinator, WrittenForm.NN)
        event = ReferralEvent.objects.latest("pk")
        assert event.kind == EventKind.LETTER and "Kari" not in str(event.details)

    def test_a_preliminary_reply_is_registered_with_it(self, case: Referral, coordinator: User) -> None:
        letter = send(case, K.PRELIMINARY, coordinator)
        assert "rekne med svar innan 1. mai." in letter.body
        assert PreliminaryReply.objects.get().sent_on == TODAY
        kinds = ReferralEvent.objects.filter(referral=case).order_by("pk").values_list("kind", flat=True)
        assert list(kinds)[-2:] == [EventKind.REPLIED, EventKind.LETTER]

    def test_a_double_click_sends_once(self, case: Referral, coordinator: User) -> None:
        key = uuid4()
        mark = draft_of(case, K.PRELIMINARY, by=coordinator, on=TODAY).mark
        first = send(case, K.PRELIMINARY, coordinator, key=key, seen=mark)
        assert send(case, K.PRELIMINARY, coordinator, key=key, seen=mark) == first
        assert SentLetter.objects.count() == PreliminaryReply.objects.count() == 1

    def test_of_two_who_send_the_second_is_told(
        self, case: Referral, coordinator: User, therapist_user: User
    ) -> None:
        send(case, K.PRELIMINARY, coordinator)
        with pytest.raises(StaleVersion):
            send(case, K.PRELIMINARY, therapist_user)
        with pytest.raises(LetterNotFitting):
            send(fresh(case), K.PRELIMINARY, therapist_user)

    def test_nothing_is_sent_that_nobody_read(
        self, case: Referral, coordinator: User, municipality: Municipality
    ) -> None:
        """The text was changed after the letter was shown."""
        mark = draft_of(case, K.RECEIVED, by=coordinator, on=TODAY).mark
        save_text(municipality, coordinator)
        with pytest.raises(LetterChanged):
            send(case, K.RECEIVED, coordinator, seen=mark)
        assert not SentLetter.objects.exists()

    def test_what_only_the_writer_knows_must_be_written(self, case: Referral, coordinator: User) -> None:
        with pytest.raises(LetterLacks) as refused:
            send(case, K.PRELIMINARY, coordinator, written={"detail": " "})
        assert refused.value.field == "detail" and not PreliminaryReply.objects.exists()

    @pytest.mark.parametrize("recipient", ["referrer", "neighbour"])
    def test_the_citizens_letter_goes_to_the_citizen(
        self, case: Referral, coordinator: User, recipient: str
    ) -> None:
        with pytest.raises(UnknownCode):
            send(case, K.RECEIVED, coordinator, written={"recipient": recipient})

    def test_a_manager_reads_letters_and_sends_none(self, case: Referral, manager: User) -> None:
        with pytest.raises(NotAllowed):
            send(case, K.RECEIVED, manager)

    @pytest.mark.parametrize("statement", ["UPDATE {} SET body = 'x'", "DELETE FROM {}"])
    def test_the_database_lets_nobody_change_it(
        self, case: Referral, coordinator: User, statement: str
    ) -> None:
        send(case, K.RECEIVED, coordinator)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {roles.APP}")
            cursor.execute(statement.format("referrals_sentletter"))

    def test_the_change_log_holds_none_of_its_words(self, case: Referral, coordinator: User) -> None:
        send(case, K.RECEIVED, coordinator)
        logged = AuditEvent.objects.get(table_name="referrals_sentletter").after
        assert logged["kind"] == K.RECEIVED and not {"body", "addressee", "subject", "about"} & set(logged)


@pytest.mark.django_db
class TestTexts:
    def test_the_next_version_takes_its_place(
        self, case: Referral, coordinator: User, manager: User, municipality: Municipality
    ) -> None:
        save_text(municipality, coordinator)
        save_text(municipality, manager, body="Hei hei {navn}", seen=1)
        assert [row.version for row in LetterTemplate.objects.order_by("version")] == [1, 2]
        assert draft_of(case, K.RECEIVED, by=coordinator, on=TODAY).text() == f"Hei hei {case.person.name}"

    def test_of_two_at_once_the_second_is_told(self, coordinator: User, municipality: Municipality) -> None:
        save_text(municipality, coordinator)
        with pytest.raises(TemplateChanged):
            save_text(municipality, coordinator, body="Noe annet")
        with pytest.raises(NothingChanged):
            save_text(municipality, coordinator, seen=1)

    def test_an_unknown_field_is_refused(self, coordinator: User, municipality: Municipality) -> None:
        with pytest.raises(UnknownLetterField) as refused:
            save_text(municipality, coordinator, subject="{alder}")
        assert refused.value.field == "subject"

    def test_a_therapist_writes_none(self, therapist_user: User, municipality: Municipality) -> None:
        with pytest.raises(NotAllowed):
            save_text(municipality, therapist_user)

    def test_the_letterhead(self, case: Referral, coordinator: User, municipality: Municipality) -> None:
        head = {"service": "Rehabilitering", "address": "Postboks 1\n1500 Moss", "phone": "69 00 00 00"}
        letter_texts.save_head(municipality=municipality, **head, seen=0, **acting(coordinator))
        draft = draft_of(case, K.RECEIVED, by=coordinator, on=TODAY)
        assert draft.head.splitlines()[1:] == [
            "Rehabilitering",
            "Postboks 1",
            "1500 Moss",
            "Telefon 69 00 00 00",
        ]
        assert "ringje 69 00 00 00." in draft.text()
        with pytest.raises(TemplateChanged):
            letter_texts.save_head(
                municipality=municipality, **head | {"phone": ""}, seen=0, **acting(coordinator)
            )
