"""The demo has three errors to find, all in one municipality, and a year of deviations that are reported."""

from datetime import date, timedelta

import pytest

from referrals.choices import DataRule
from referrals.demo.seed import Order
from referrals.demo.users import MOSS
from referrals.models import DeviationReport, Municipality, Referral, User, access_of
from referrals.reports import deviations
from referrals.reports.data_quality import named_by
from referrals.reports.deviations import month_of
from referrals.reports.quality_rules import RULES

pytestmark = [pytest.mark.usefixtures("seeded"), pytest.mark.django_db]

# What `demo.errors` has done, and nothing else anywhere.
SEEDED = {DataRule.STARTED_FIRST, DataRule.STARTED_UNASSESSED, DataRule.LONG_PAUSE}


@pytest.fixture(scope="module")
def order() -> Order:
    return Order(referrals=6_000, seed=5, until=date(2026, 3, 1))


@pytest.mark.parametrize("rule", DataRule)
def test_a_rule_names_what_was_seeded_and_nothing_else_in_the_country(order: Order, rule: DataRule) -> None:
    named = named_by(RULES[rule], Referral.objects.all(), order.until)
    assert [row.municipality.code for row in named] == ([MOSS] if rule in SEEDED else [])


def test_all_but_the_latest_month_and_one_case_is_reported(order: Order) -> None:
    moss, by = Municipality.objects.get(code=MOSS), User.objects.get(username="koordinator")
    access, today = access_of(by, on=order.until), order.until
    own = Referral.objects.visible_to(access).in_municipality(moss)
    latest = month_of(order.until - timedelta(days=1))
    rows = deviations.rows_of(own, access, latest, today=today)
    assert rows and all(row.line.reported_on is None for row in rows)
    [(month, count)] = deviations.left_before(own, latest, today=today)
    assert (month, count) == (month_of(latest.day_before).start, 1)
    assert DeviationReport.objects.count() > 10
    assert set(DeviationReport.objects.values_list("municipality__code", flat=True)) == {MOSS}
