"""How many have waited over a year, in every municipality at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from referrals import waiting as clock
from referrals.models import Referral
from referrals.reports.regions import Country, OutsideLook, Places
from referrals.reports.scopes import Level, Scope
from referrals.reports.splits import Counter, Split
from referrals.reports.suppression import WITHHELD, Figure
from referrals.reports.tallies import Key, Tallies, Tally


@dataclass(frozen=True)
class LongWaits:
    """Those who have waited over a year, by the ids of municipalities and counties."""

    municipalities: dict[int, Figure]
    counties: dict[int, Figure]
    nation: Figure


def over_a_year(on: date, places: Places, own: Collection[int] = ()) -> LongWaits:
    """At the end of the day, as outsiders may see it; true for the municipalities in `own`. One query.

    `places` are all counties with all their municipalities. Who knows the true number of a hidden place could subtract
    it from the sums: of a county in which others are hidden too, such a reader sees no sum, nor of the nation.
    """
    counts = _counts(on)
    country = Country(Counter(Tallies(_groups(counts, places))), places)
    everywhere = Scope(Level.COUNTY, ids=tuple(places))
    figures = {place: _figure(look) for _key, place, look in country.places_in(everywhere)}
    true = {place: Figure(counts[place].over_a_year) for place in own if place in counts}
    counties = {place: _figure(look) for _key, place, look in country.places_in(Scope.nation())}
    undone = [county for county, within in places.items() if _could_be_undone(within, figures, own)]
    return LongWaits(
        figures | dict.fromkeys(own, Figure(0)) | true,
        counties | dict.fromkeys(undone, WITHHELD),
        WITHHELD if undone else _figure(country.look_at(Scope.nation())),
    )


def _could_be_undone(within: Sequence[int], figures: Mapping[int, Figure], own: Collection[int]) -> bool:
    """Whether some of the hidden municipalities are the reader's own and others are not."""
    return len({place in own for place in within if figures[place].suppressed}) > 1


def _counts(on: date) -> dict[int, Tally]:
    rows = Referral.objects.waiting(on=on).with_gross_days(on=on).order_by()
    over = Count("pk", filter=clock.over_a_year_q())
    counted = rows.values("municipality").annotate(waiting=Count("pk"), over=over)
    return {
        municipality: Tally(waiting, over_a_year=over)
        for municipality, waiting, over in counted.values_list("municipality", "waiting", "over")
    }


def _groups(counts: dict[int, Tally], places: Places) -> dict[frozenset, Tally]:
    groups = {frozenset({(Key.PLACE, place)}): tally for place, tally in counts.items()}
    for county, municipalities in places.items():
        groups[frozenset({(Key.COUNTY, county)})] = _sum([counts.get(pk, Tally()) for pk in municipalities])
    return groups


def _sum(tallies: Sequence[Tally]) -> Tally:
    return Tally(sum(t.waiting for t in tallies), over_a_year=sum(t.over_a_year for t in tallies))


def _figure(look: OutsideLook) -> Figure:
    return look.cells(Split.YEAR)[0].figure
