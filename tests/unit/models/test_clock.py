"""What a row says of its wait is what the database says of it."""

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals.choices import PauseReason
from referrals.models import Category, Municipality, Referral
from tests.factories import TODAY, ReferralFactory, WaitPauseFactory, days_ago

ALIASES = ("net_days", "days_left", "due_on", "is_over_target", "is_due_soon")

a_wait = st.fixed_dictionaries(
    {
        "age": st.integers(0, 400),
        "priority": st.sampled_from([None, 1, 2, 4, 9]),  # the key has no target for 9
        "pauses": st.dictionaries(
            st.sampled_from(PauseReason), st.tuples(st.integers(0, 400), st.integers(0, 90)), max_size=3
        ),
        "ended": st.none() | st.integers(0, 400),
    }
)


@pytest.mark.django_db
@given(waits=st.lists(a_wait, min_size=1, max_size=8), back=st.integers(0, 30))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_properties_and_aliases_agree(
    waits: list[dict], back: int, municipality: Municipality, category: Category
) -> None:
    made = [made_of(municipality, category, **wait).pk for wait in waits]
    rows = Referral.objects.filter(pk__in=made).with_wait(on=days_ago(back))
    in_sql = {
        found["pk"]: found for found in rows.values("pk", **{f"sql_{name}": F(name) for name in ALIASES})
    }
    for row in rows:
        for name in ALIASES:
            assert getattr(row, name) == in_sql[row.pk][f"sql_{name}"], (name, row.received_on, row.priority)


def made_of(
    municipality: Municipality,
    category: Category,
    *,
    age: int,
    priority: int | None,
    pauses: dict[PauseReason, tuple[int, int]],
    ended: int | None,
) -> Referral:
    """A referral of that age, waiting or started, with pauses within its time, which may overlap."""
    received = days_ago(age)
    traits = {"waiting": True, "priority": priority} if priority else {}
    if priority and ended is not None:
        traits |= {"started": True, "started_on": days_ago(min(ended, age))}
    referral = ReferralFactory(municipality=municipality, category=category, received_on=received, **traits)
    for reason, (ago, days) in pauses.items():
        began, ends = days_ago(min(ago, age)), days_ago(min(ago, age) - days)
        WaitPauseFactory(
            referral=referral, reason=reason, started_on=began, ended_on=ends if ends <= TODAY else None
        )
    return referral


@pytest.mark.django_db
def test_without_the_clock_a_row_knows_nothing(municipality: Municipality) -> None:
    with pytest.raises(AttributeError):
        _ = ReferralFactory(municipality=municipality).days_left


@pytest.mark.django_db
def test_a_row_asks_for_its_pauses_and_its_target_once(municipality: Municipality) -> None:
    sql = str(Referral.objects.with_wait(on=TODAY).query)
    assert sql.count('FROM "referrals_waitpause"') == sql.count('FROM "referrals_prioritytarget"') == 1
