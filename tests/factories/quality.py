"""What is reported as a deviation, and what somebody has said is right as it is."""

import factory

from referrals.choices import DataRule
from referrals.models import DeviationReport, RightAsItIs
from tests.factories.cases import OfReferralFactory, ReferralFactory
from tests.factories.days import NOW, days_ago
from tests.factories.people import UserFactory


class DeviationReportFactory(OfReferralFactory):
    """Reported in the month before last, by its first day past a target of 56 days."""

    class Meta:
        model = DeviationReport

    referral = factory.SubFactory(ReferralFactory, waiting=True, received_on=days_ago(117))
    late_on = days_ago(60)
    month = factory.LazyAttribute(lambda mark: mark.late_on.replace(day=1))
    received_on = factory.SelfAttribute("referral.received_on")
    category = factory.SelfAttribute("referral.category")
    priority = 2
    due_on = days_ago(61)
    days_late = 15
    reported_at = NOW
    reported_by = factory.SubFactory(UserFactory)


class RightAsItIsFactory(OfReferralFactory):
    class Meta:
        model = RightAsItIs

    rule = DataRule.TWO_OPEN
    reason = "To ulike behov, avklart med henviser."
    said_at = NOW
    said_by = factory.SubFactory(UserFactory)
