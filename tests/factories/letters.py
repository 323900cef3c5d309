"""Letters: a municipality's own texts, and what was sent."""

from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from referrals.choices import LetterChannel, LetterKind, LetterTo, WrittenForm
from referrals.models import LetterHead, LetterTemplate, SentLetter
from tests.factories.cases import OfReferralFactory
from tests.factories.days import NOW, TODAY
from tests.factories.people import UserFactory
from tests.factories.places import MunicipalityFactory


class LetterTemplateFactory(DjangoModelFactory):
    """The first version of the letter of receipt in bokmål."""

    class Meta:
        model = LetterTemplate

    municipality = factory.SubFactory(MunicipalityFactory)
    kind = LetterKind.RECEIVED
    language = WrittenForm.NB
    version = 1
    subject = "Mottatt {mottatt}"
    body = "Kjære {navn}"
    saved_at = NOW
    saved_by = factory.SubFactory(UserFactory)


class LetterHeadFactory(DjangoModelFactory):
    """The first letterhead, with a telephone."""

    class Meta:
        model = LetterHead

    municipality = factory.SubFactory(MunicipalityFactory)
    version = 1
    phone = "69 00 00 00"
    saved_at = NOW
    saved_by = factory.SubFactory(UserFactory)


class SentLetterFactory(OfReferralFactory):
    """A letter of receipt that was sent today by post."""

    class Meta:
        model = SentLetter

    key = factory.LazyFunction(uuid4)
    kind = LetterKind.RECEIVED
    language = WrittenForm.NB
    template_version = 0
    recipient = LetterTo.CITIZEN
    addressee = factory.LazyAttribute(lambda letter: letter.referral.person.name)
    channel = LetterChannel.POST
    head = "Prøve kommune"
    about = factory.LazyAttribute(lambda letter: f"Gjelder: {letter.referral.number}")
    subject = "Vi har fått henvisningen din"
    body = "Hei"
    signature = "Vennlig hilsen"
    sent_on = TODAY
    sent_at = NOW
    sent_by = factory.SubFactory(UserFactory)
