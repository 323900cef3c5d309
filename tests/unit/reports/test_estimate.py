"""The estimate: against worked curves of the literature and by hand, and what must be true of every life table."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.reports.estimate import LEAST_AT_RISK, LEAST_STARTS, Curve, Lack, LifeDay, Step, curve

SERVED, OTHER, CENSORED = "served", "other", "censored"
# One wait: the first and the last day of age on which it was followed, and how it left.
Wait = tuple[int, int, str]


def table(waits: Iterable[Wait]) -> list[LifeDay]:
    """The life table of single waits, counted the plain way."""
    known = list(waits)
    entered = Counter(first for first, _last, _how in known)
    left = Counter((last, how) for _first, last, how in known)
    days = {day for first, last, _how in known for day in (first, last)}
    return [
        LifeDay(day, entered[day], left[day, SERVED], left[day, OTHER], left[day, CENSORED])
        for day in sorted(days)
    ]


def waits(written: str, entry: int = 0) -> list[Wait]:
    """Waits as textbooks write them: 6+ is censored on day 6, 6x ended otherwise."""
    hows = {"+": CENSORED, "x": OTHER}
    return [
        (entry, int(each.rstrip("+x")), hows.get(each[-1], SERVED))
        for each in "".join(written.split()).split(",")
    ]


def on_day(found: Curve, day: int) -> Step:
    return [step for step in found.steps if step.day <= day][-1]


# ---------------------------------------------------------------- the literature


def test_the_remissions_of_freireich_and_gehan() -> None:
    """Kaplan–Meier of the 6-MP arm: Freireich et al. 1963, Gehan 1965, as in every textbook."""
    found = curve(table(waits("6,6,6,6+,7,9+,10,10+,11+,13,16,17+,19+,20+,22,23,25+,32+,32+,34+,35+")))
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for day, waiting in published.items():
        assert round(on_day(found, day).waiting, 3) == waiting
    assert [on_day(found, day).at_risk for day in published] == [21, 17, 15, 12, 11, 7, 6]
    assert on_day(found, 35).waiting == on_day(found, 23).waiting


def test_the_placebo_arm_ends_with_nobody_left() -> None:
    """The other arm has no censoring: its curve is the share that is left, 0.5 or less from week 8 on."""
    found = curve(table(waits("1,1,2,2,3,4,4,5,5,8,8,8,8,11,11,12,12,15,17,22,23")))
    for day, left in ((1, 19), (5, 12), (8, 8), (22, 1), (23, 0)):
        assert on_day(found, day).waiting == pytest.approx(left / 21)
    assert found.served_by(0.5) == 8


# 205 patients of Odense in days after an operation for malignant melanoma: 57 died of it, 14 of other causes (x), 134
# lived at the end (+). Andersen, Borgan, Gill and Keiding 1993, *Statistical Models Based on Counting Processes*; the
# R package MASS has them as `Melanoma`.
MELANOMA = """
10x, 30x, 35+, 99x, 185, 204, 210, 232x, 232, 279, 295, 355x, 386, 426, 469, 493x, 529, 621, 629, 659, 667,
718, 752, 779, 793, 817, 826x, 833, 858, 869, 872, 967, 977, 982, 1041, 1055, 1062, 1075, 1156, 1228, 1252,
1271, 1312, 1427x, 1435, 1499+, 1506, 1508+, 1510+, 1512+, 1516, 1525x, 1542+, 1548, 1557+, 1560, 1563+,
1584, 1605+, 1621, 1627+, 1634+, 1641+, 1641+, 1648+, 1652+, 1654+, 1654+, 1667, 1678+, 1685+, 1690, 1710+,
1710+, 1726, 1745+, 1762+, 1779+, 1787+, 1787+, 1793+, 1804+, 1812+, 1836+, 1839+, 1839+, 1854+, 1856+,
1860x, 1864+, 1899+, 1914+, 1919+, 1920+, 1927+, 1933, 1942+, 1955+, 1956+, 1958+, 1963+, 1970+, 2005+,
2007+, 2011+, 2024+, 2028+, 2038+, 2056+, 2059+, 2061, 2062, 2075+, 2085x, 2102+, 2103, 2104+, 2108, 2112+,
2150+, 2156+, 2165+, 2209+, 2227+, 2227+, 2256, 2264+, 2339+, 2361+, 2387+, 2388, 2403+, 2426+, 2426+,
2431+, 2460+, 2467, 2492+, 2493+, 2521+, 2542+, 2559+, 2565, 2570+, 2660+, 2666+, 2676+, 2738+, 2782, 2787+,
2984+, 3032+, 3040+, 3042, 3067+, 3079+, 3101+, 3144+, 3152+, 3154x, 3180+, 3182x, 3185+, 3199+, 3228+,
3229+, 3278+, 3297+, 3328+, 3330+, 3338, 3383+, 3384+, 3385+, 3388+, 3402+, 3441+, 3458x, 3459+, 3459+,
3476+, 3523+, 3667+, 3695+, 3695+, 3776+, 3776+, 3830+, 3856+, 3872+, 3909+, 3968+, 4001+, 4103+, 4119+,
4124+, 4207+, 4310+, 4390+, 4479+, 4492+, 4668+, 4688+, 4926+, 5565+
"""


def test_the_melanomas_of_odense() -> None:
    """Competing risks as R gives them: `cmprsk::cuminc(MASS::Melanoma$time, MASS::Melanoma$status, cencode = 2)`."""
    found = curve(table(waits(MELANOMA)))
    published = {
        1000: (0.12745714, 0.03426709),
        2000: (0.23013963, 0.05045644),
        3000: (0.30962017, 0.05811143),
        4000: (0.3387175, 0.1059471),
        5000: (0.3387175, 0.1059471),
    }
    assert (found.starts, found.other_ends) == (57, 14)
    for day, shares in published.items():
        assert (on_day(found, day).served, on_day(found, day).other) == pytest.approx(shares, rel=1e-6)


def test_late_entry_as_r_has_it() -> None:
    """The second test data of the R package survival, and what its own tests (tests/survtest.R) expect of them.

    A subject (start, stop] is followed from the day after `start`. The first are followed from day 2 on, which is
    counted here as day 0: of earlier ages the data tell nothing.
    """
    starts = (1, 2, 5, 2, 1, 7, 3, 4, 8, 8)
    stops = (2, 3, 6, 7, 8, 9, 9, 9, 14, 17)
    hows = (SERVED,) * 7 + (CENSORED,) * 3
    ways = [(start - 1, stop - 2, how) for start, stop, how in zip(starts, stops, hows, strict=True)]
    steps = {step.day + 2: step for step in curve(table(ways)).steps}
    at_risk = {2: 2, 3: 3, 4: 3, 5: 4, 6: 5, 7: 4, 8: 4, 9: 5, 14: 2, 17: 1}
    assert {day: step.at_risk for day, step in steps.items()} == at_risk
    assert {day: step.ended for day, step in steps.items() if step.ended} == {
        2: 1,
        3: 1,
        6: 1,
        7: 1,
        8: 1,
        9: 2,
    }
    waiting = [step.waiting for step in steps.values() if step.ended]
    assert waiting == pytest.approx([1 / 2, 1 / 3, 4 / 15, 1 / 5, 3 / 20, 9 / 100])


# ---------------------------------------------------------------- by hand


def test_competing_ends_by_hand() -> None:
    """Ten wait. Day 1: 2 start of 10; day 2: 3 end otherwise of 8; day 3: 1 censored of 5; day 4: 2 start of 4.

    Waiting 0.8, 0.5, 0.5, 0.25; served 0.2, then 0.2 + 0.5 · 2/4 = 0.45; otherwise 0.8 · 3/8 = 0.3. Who takes the
    other ends for censored gets 1 - 0.8 · 1/2 = 0.6 served: too many.
    """
    ways = waits("1,1,2x,2x,2x,3+,4,4,5+,5+")
    found = on_day(curve(table(ways)), 5)
    assert (found.served, found.other, found.waiting) == pytest.approx((0.45, 0.3, 0.25))
    naive = curve(table((first, last, CENSORED if how == OTHER else how) for first, last, how in ways))
    assert on_day(naive, 5).served == pytest.approx(0.6)


def test_late_entry_by_hand() -> None:
    """Who had waited when the period began counts from then on, and not among those at risk before.

    Four are followed from day 0 and two of them start on day 2; six enter on day 10 with those who are left, and four
    of the eight start on day 12. Counted from day 0 the six would have made it 2/10 and 4/8.
    """
    ways = [(0, 2, SERVED)] * 2 + [(0, 30, CENSORED)] * 2 + [(10, 12, SERVED)] * 4 + [(10, 30, CENSORED)] * 2
    found = curve(table(ways))
    assert [(step.day, step.at_risk) for step in found.steps if step.ended] == [(2, 4), (12, 8)]
    assert on_day(found, 2).served == pytest.approx(0.5)
    assert on_day(found, 12).served == pytest.approx(0.75)
    without_entry = curve(table((0, last, how) for _first, last, how in ways))
    assert on_day(without_entry, 2).served == pytest.approx(0.2)


def test_censored_the_same_day_are_still_at_risk_on_it() -> None:
    assert on_day(curve(table(waits("3,3+"))), 3).served == pytest.approx(0.5)


def test_who_starts_the_day_they_are_referred_has_waited_0_days() -> None:
    found = curve(table(waits("0," * 15 + "4,4,4,4,4")))
    assert found.served_by(0.5) == 0
    assert found.served_by(0.8) == 4


# ---------------------------------------------------------------- what cannot be told


@pytest.mark.parametrize("each", [20, 35, 105, 333])
def test_exactly_half_is_half_although_fractions_round(each: int) -> None:
    """Ties at exactly 50 % take that very day, also when the product of so many fractions comes out a hair beside."""
    ways = [(0, 1 + place, SERVED) for place in range(each)] + [(0, 500, CENSORED)] * each
    found = curve(table(ways))
    assert found.served_by(0.5) == found.gone_by(0.5) == each


@pytest.mark.parametrize(("starts", "lack"), [(0, Lack.TOO_FEW), (19, Lack.TOO_FEW), (20, None), (21, None)])
def test_twenty_starts_are_needed(starts: int, lack: Lack | None) -> None:
    found = curve(table([(0, 10, SERVED)] * starts + [(0, 10, OTHER)] * 5))
    assert found.lack is lack
    assert found.served_by(0.5) == (lack or 10)
    assert found.without_start() == (lack or pytest.approx(5 / (starts + 5)))


def test_of_nobody_nothing_is_told() -> None:
    found = curve([])
    assert found.served_by(0.5) is found.gone_by(0.8) is found.without_start() is Lack.TOO_FEW


def test_beyond_the_longest_wait_observed_nothing_is_told() -> None:
    found = curve(table([(0, 10, SERVED)] * 50 + [(0, 90, CENSORED)] * 50))
    assert found.served_by(0.5) == 10
    assert found.served_by(0.8) is found.gone_by(0.8) is Lack.BEYOND


def test_a_share_that_too_many_leave_before_is_never_reached() -> None:
    found = curve(table([(0, 10, SERVED)] * 30 + [(0, 20, OTHER)] * 20))
    assert found.served_by(0.5) == 10
    assert found.served_by(0.8) is Lack.NEVER
    assert found.gone_by(0.8) == 20


def test_an_age_at_which_nobody_was_followed_ends_the_curve() -> None:
    """Nothing is known of days 6 to 29, so nothing of what comes after them."""
    young, old = [(0, 5, CENSORED)] * 10, [(30, 40, SERVED)] * 25
    assert curve(table(young + old)).last.day == 5
    assert curve(table(young + old)).served_by(0.5) is Lack.BEYOND
    without_a_gap = [(0, 29, CENSORED)] * 10 + old
    assert curve(table(without_a_gap)).served_by(0.5) == 40


def test_if_nobody_was_referred_in_the_period_there_is_no_curve() -> None:
    found = curve(table([(30, 40, SERVED)] * 25))
    assert not found.steps
    assert found.served_by(0.5) is found.without_start() is Lack.BEYOND


@pytest.mark.parametrize(("young", "lack"), [(LEAST_AT_RISK - 1, Lack.THIN), (LEAST_AT_RISK, None)])
def test_one_of_few_does_not_decide_for_the_many_who_came_in_late(young: int, lack: Lack | None) -> None:
    """Four referred and one of them started at once: that would be a quarter of all, whatever the forty say."""
    ways = [(0, 1, SERVED)] + [(0, 60, CENSORED)] * (young - 1) + [(30, 50, SERVED)] * 40
    assert curve(table(ways)).lack is lack


def test_nor_where_nobody_of_that_age_was_left_to_be_followed() -> None:
    """The one who was referred started the next day; forty had waited for long before, and nobody in between."""
    ways = [(0, 1, SERVED)] + [(300, 350, SERVED)] * 40
    assert curve(table(ways)).lack is Lack.THIN


def test_few_at_the_end_of_the_curve_are_no_fault() -> None:
    assert curve(table([(0, day, SERVED) for day in range(30)])).lack is None


def test_few_who_stay_are_no_fault_either() -> None:
    ways = [(0, 60, SERVED)] + [(30, 50, SERVED)] * 40
    assert curve(table(ways)).lack is None


@pytest.mark.parametrize(
    "rows",
    [
        [LifeDay(0, entered=1, served=2)],
        [LifeDay(0, entered=5), LifeDay(0, served=1)],
        [LifeDay(-1, entered=5)],
        [LifeDay(0, entered=5, censored=-1)],
        [LifeDay(0)],
    ],
    ids=["more leave than came", "a day twice", "before receipt", "negative", "nobody"],
)
def test_nonsense_is_refused(rows: list[LifeDay]) -> None:
    with pytest.raises(ValueError, match="life table|not there"):
        curve(rows)


# ---------------------------------------------------------------- what must always hold

DAYS = st.integers(0, 40)
HOWS = st.sampled_from([SERVED, SERVED, OTHER, CENSORED])
ANY = st.lists(
    st.tuples(DAYS, DAYS, HOWS).map(lambda wait: (*sorted(wait[:2]), wait[2])), min_size=1, max_size=80
)
FROM_THE_START = st.lists(st.tuples(st.just(0), DAYS, HOWS), min_size=1, max_size=80)


@given(ANY)
def test_every_share_is_somewhere(ways: list[Wait]) -> None:
    found = curve(table([(0, 0, CENSORED), *ways]))
    for step in found.steps:
        assert step.served + step.other + step.waiting == pytest.approx(1)
        assert min(step.served, step.other, step.waiting) >= 0
    for one, next_one in pairwise(found.steps):
        assert one.served <= next_one.served
        assert one.other <= next_one.other
        assert one.waiting >= next_one.waiting


@given(FROM_THE_START)
def test_if_all_are_followed_to_their_end_it_is_the_share_that_was_counted(ways: list[Wait]) -> None:
    ended = [(first, last, SERVED if how == CENSORED else how) for first, last, how in ways]
    found = curve(table(ended))
    for step in found.steps:
        served = sum(last <= step.day and how == SERVED for _first, last, how in ended)
        assert step.served == pytest.approx(served / len(ended))


@given(
    st.lists(DAYS, min_size=LEAST_STARTS, max_size=60),
    st.lists(DAYS, max_size=40),
    st.sampled_from([Fraction(1, 2), Fraction(4, 5)]),
)
def test_the_day_is_the_first_on_which_the_share_is_reached(
    starts: list[int], others: list[int], share: Fraction
) -> None:
    """Counted in exact fractions: at exactly one half or four fifths it is that day."""
    ways = [(0, day, SERVED) for day in starts] + [(0, day, OTHER) for day in others]
    reached = [day for place, day in enumerate(sorted(starts), 1) if Fraction(place, len(ways)) >= share]
    assert curve(table(ways)).served_by(float(share)) == (reached[0] if reached else Lack.NEVER)


@given(ANY)
def test_without_other_ends_it_is_kaplan_meier(ways: list[Wait]) -> None:
    """The product over days, in exact fractions, from the single waits."""
    only = [
        (0, 0, CENSORED),
        *((first, last, CENSORED if how == OTHER else how) for first, last, how in ways),
    ]
    product = Fraction(1)
    for step in curve(table(only)).steps:
        at_risk = sum(first <= step.day <= last for first, last, _how in only)
        served = sum(last == step.day and how == SERVED for _first, last, how in only)
        product *= 1 - Fraction(served, at_risk)
        assert step.served == pytest.approx(float(1 - product))
        assert step.at_risk == at_risk


@given(ANY)
def test_the_order_of_the_rows_does_not_matter(ways: list[Wait]) -> None:
    rows = table([(0, 0, CENSORED), *ways])
    assert curve(reversed(rows)) == curve(rows)
