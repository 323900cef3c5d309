"""Waits over a year in every municipality: what staff know of their own unit takes no other unit's cover away."""

from collections.abc import Iterable

from referrals.models import County, Municipality
from referrals.reports.limits import with_limits
from referrals.reports.long_waits import LongWaits, over_a_year
from referrals.reports.regions import Places
from referrals.reports.suppression import WITHHELD, Figure
from tests.factories import TODAY, MunicipalityFactory, ReferralFactory


def waits(municipality: Municipality, counts: dict[Municipality, int], *, own: bool) -> LongWaits:
    """As staff of the municipality see it, or as outsiders do."""
    for place, count in counts.items():
        ReferralFactory.create_batch(count, municipality=place, over_a_year=True)
    return over_a_year(TODAY, of_one_county(counts), [municipality.pk] if own else [])


def of_one_county(places: Iterable[Municipality]) -> Places:
    """All of them in one county."""
    counties = County.objects.filter(pk__in={place.county_id for place in places})
    return Places.of(with_limits(counties), places)


def test_own_staff_cannot_subtract_their_number_from_the_sum(municipality: Municipality) -> None:
    small, large = (MunicipalityFactory(county=municipality.county) for _ in range(2))
    counts = {municipality: 2, small: 3, large: 20}
    outside = waits(municipality, counts, own=False)
    assert outside.counties[municipality.county_id] == outside.nation == Figure(25)
    inside = over_a_year(TODAY, of_one_county(counts), [municipality.pk])
    assert inside.municipalities[municipality.pk] == Figure(2)
    assert inside.municipalities[small.pk].suppressed
    assert inside.counties[municipality.county_id] == inside.nation == WITHHELD


def test_own_staff_see_the_sums_where_their_number_is_no_secret(municipality: Municipality) -> None:
    counts = {municipality: 7, MunicipalityFactory(county=municipality.county): 8}
    inside = waits(municipality, counts, own=True)
    assert inside.counties[municipality.county_id] == inside.nation == Figure(15)
