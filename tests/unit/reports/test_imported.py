"""Where the history was imported when the municipality began with Ergo, nothing of it was known before, as known then.

So what is looked at as it was known has no figures there: its zeros would be taken for facts.
"""

from collections.abc import Callable

import pytest

from ergo.scope import scoped
from referrals.choices import Knowledge
from referrals.models import ALL_KNOWN, Hindsight, Municipality
from referrals.reports import comparison, period, waiting_times
from referrals.reports.beginnings import own_beginning
from referrals.reports.periods import last_weeks
from referrals.reports.scopes import Level, Scope
from tests.factories import NOW, TODAY, MunicipalityFactory, ReferralFactory, days_ago, noon

pytestmark = pytest.mark.django_db

THEN = Hindsight(Knowledge.THEN)
GO_LIVE = 30


@pytest.fixture
def own(municipality: Municipality) -> Scope:
    return Scope(Level.MUNICIPALITY, ids=(municipality.pk,), county_ids=(municipality.county_id,), exact=True)


@pytest.fixture(autouse=True)
def imported(municipality: Municipality) -> None:
    """Three who wait, received 500 days ago and registered 30 days ago, when all that there was came in."""
    for _number in range(3):
        ReferralFactory(
            municipality=municipality,
            waiting=True,
            received_on=days_ago(500),
            registered_at=noon(days_ago(GO_LIVE)),
        )


def test_each_period_is_known_from_what_was_registered_by_its_own_end(own: Scope) -> None:
    asked = last_weeks(TODAY, 13)
    now = period.build(own, asked, data_as_of=NOW)
    assert [one.is_known for one in (now.now, now.before, now.year_before)] == [True, True, True]
    then = period.build(own, asked, data_as_of=NOW, hindsight=THEN)
    assert [one.is_known for one in (then.now, then.before, then.year_before)] == [True, False, False]
    assert (then.now.known_from, then.before.known_from) == (days_ago(500), None)


def test_twelve_queries_for_three_periods(own: Scope, django_assert_num_queries: Callable) -> None:
    with django_assert_num_queries(12):
        period.build(own, last_weeks(TODAY, 13), data_as_of=NOW)


def test_a_day_of_which_nothing_was_known_then_is_not_compared(
    own: Scope, municipality: Municipality
) -> None:
    def waiting(on, hindsight: Hindsight) -> list[float | None]:
        report = comparison.build(own, [municipality], on, data_as_of=NOW, hindsight=hindsight)
        return [one.waiting.value for one in (report.places[0].now, report.places[0].before)]

    assert waiting(TODAY, ALL_KNOWN) == [3, 3]
    assert waiting(TODAY, THEN) == [3, None]
    assert waiting(days_ago(GO_LIVE + 1), THEN) == [None, None]


@pytest.mark.parametrize(("counties", "queries"), [(0, 8), (1, 14), (3, 22)])
def test_the_registers_are_read_once_for_both_days(
    own: Scope, municipality: Municipality, counties: int, queries: int, django_assert_num_queries: Callable
) -> None:
    others = [MunicipalityFactory() for _number in range(counties)]
    assert len({place.county_id for place in (municipality, *others)}) == counties + 1
    with scoped(), django_assert_num_queries(queries):
        comparison.build(own, [municipality, *others], TODAY, data_as_of=NOW)


def test_the_page_of_such_a_day_says_from_when_anything_was_known(own: Scope) -> None:
    def beginning(days: int, knowledge: Knowledge) -> object:
        look = Hindsight(knowledge)
        return waiting_times.build(own, days_ago(days), data_as_of=NOW, hindsight=look).begins_on

    assert beginning(GO_LIVE + 1, Knowledge.THEN) == days_ago(GO_LIVE)
    assert beginning(GO_LIVE + 1, Knowledge.NOW) is None
    assert beginning(501, Knowledge.NOW) == days_ago(500)
    assert beginning(501, Knowledge.THEN) == days_ago(GO_LIVE)
    assert beginning(GO_LIVE - 1, Knowledge.THEN) is None


def test_where_nothing_was_ever_registered_there_is_no_beginning(own: Scope) -> None:
    nowhere = Scope(Level.MUNICIPALITY, ids=(0,), exact=True)
    assert [own_beginning(nowhere, TODAY, look) for look in (ALL_KNOWN, THEN)] == [None, None]
