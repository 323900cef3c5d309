"""The demo has three errors to find, all in one municipality, and a year of deviations that are reported."""

from datetime import date, timedelta

import pytest
from django.db.models.functions import TruncTime

from referrals.choices import DataRule
from referrals.demo.errors import REGISTERED
from referrals.demo.seed import Order
from referrals.demo.users import MOSS
from referrals.models import DeviationReport, Municipality, Referral, ReferralEvent, User, access_of
from referrals.permissions import Access, Grant, Role
from referrals.reports import deviations
from referrals.reports.data_quality import named_by
from referrals.reports.deviations import month_of
from referrals.reports.quality_rules import RULES
from referrals.waiting import OSLO

pytestmark = [pytest.mark.usefixtures("seeded"), pytest.mark.django_db]

# What `demo.errors` does wherever it finds such a case. In a small demo nobody may be left to start unassessed.
SEEDED = {DataRule.STARTED_FIRST, DataRule.STARTED_UNASSESSED, DataRule.LONG_PAUSE}


def everywhere() -> Access:
    """That of somebody who sees the cases of every municipality."""
    return Access(grants=tuple(Grant(Role.COORDINATOR, place.pk) for place in Municipality.objects.all()))


@pytest.fixture(scope="module")
def order() -> Order:
    return Order(referrals=6_000, seed=5, until=date(2026, 3, 1))


def made_wrong() -> set[str]:
    """The cases in which an error was made on purpose, by the instant at which only that is registered."""
    lines = ReferralEvent.objects.annotate(at=TruncTime("registered_at", tzinfo=OSLO))
    return set(lines.filter(at=REGISTERED.replace(tzinfo=None)).values_list("referral__number", flat=True))


def test_the_rules_name_what_was_made_wrong_on_purpose_and_nothing_else_in_the_country(order: Order) -> None:
    named = {
        rule: [
            (row.municipality.code, row.number)
            for row in named_by(RULES[rule], Referral.objects.all(), order.until, everywhere())
        ]
        for rule in DataRule
    }
    assert {rule for rule, rows in named.items() if rows} <= SEEDED
    found = [row for rows in named.values() for row in rows]
    assert sorted(found) == sorted((MOSS, number) for number in made_wrong())
    assert len(named[DataRule.STARTED_FIRST]) == len(named[DataRule.LONG_PAUSE]) == 1


def test_all_but_the_latest_month_and_one_case_is_reported(order: Order) -> None:
    moss, by = Municipality.objects.get(code=MOSS), User.objects.get(username="koordinator")
    access, today = access_of(by, on=order.until), order.until
    own = Referral.objects.visible_to(access).in_municipality(moss)
    latest = month_of(order.until - timedelta(days=1))
    rows = deviations.rows_of(own, access, latest, today=today)
    assert rows and all(row.line.reported_on is None for row in rows)
    before = month_of(latest.day_before)
    has_any = bool(deviations.rows_of(own, access, before, today=today))
    assert dict(deviations.left_before(own, latest, today=today)) == ({before.start: 1} if has_any else {})
    assert DeviationReport.objects.count() > 10
    assert set(DeviationReport.objects.values_list("municipality__code", flat=True)) == {MOSS}
