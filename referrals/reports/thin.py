"""Where a municipality's coverage is thin on a day, and what of it ends soon: for its own staff only.

Leave and authorisation are the therapist's own, and how many work there is told to nobody else either.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef

from referrals.choices import Definition
from referrals.models import CoverageAgreement, Employment, Leave
from referrals.models.periods import valid_on
from referrals.permissions import Access, Permission
from referrals.reports import workforce
from referrals.reports.coverage import NOBODY, is_covered, is_under, per_10000, state_of
from referrals.reports.limits import least_fte_on
from referrals.reports.workforce import NO_FTE, Agreement

# Agreements by the provider and the first day.
Followers = dict[tuple[int, date | None], CoverageAgreement]

# So long before its end something ends soon.
SOON = timedelta(days=90)


class Ends(StrEnum):
    """What may end."""

    AUTHORISATION = "authorisation"
    LICENCE = "licence"
    AGREEMENT = "agreement"


@dataclass(frozen=True)
class Ending:
    """What covers the municipality, and ends: `on` is the first day without it, `days` after the day looked at.

    `name`: the therapist's, or that of the municipality which serves this one.
    """

    what: Ends
    name: str
    on: date
    days: int


@dataclass(frozen=True)
class ThinCoverage:
    """What makes the coverage of one municipality thin at the end of the day `on`; nothing where it has none.

    `is_lone`: one single person counts here. `is_shared`: and counts in another municipality too, or serves one by
    agreement. `is_under`: årsverk per 10 000 below `least_fte`. `is_away`: everybody who counts here is on leave from
    every post here, and no agreement serves the municipality. `endings` are those within 90 days, the first one first.
    """

    on: date
    is_covered: bool
    is_lone: bool
    is_shared: bool
    is_under: bool
    is_away: bool
    least_fte: Decimal
    endings: tuple[Ending, ...]

    @property
    def is_thin(self) -> bool:
        """Whether any of it is so."""
        return any((self.is_lone, self.is_under, self.is_away, self.is_covered and self.endings))


def build(municipality_id: int, on: date, access: Access, definition: Definition) -> ThinCoverage | None:
    """What holds at the end of the day, if the municipality is covered by the definition; None for all but its staff.

    Whom the definition would not count is a colleague all the same. 7 queries at most.
    """
    if not access.can(Permission.SEE_STAFF, municipality_id):
        return None
    posts = _posts(municipality_id, on, access)
    people = {post.therapist_id for post in posts}
    made = workforce.agreements(on)
    staffed = workforce.staff(on)
    served = next((a for a in made if a.recipient == municipality_id and a.provider in staffed), None)
    state, _source = state_of(staffed.get(municipality_id, NOBODY), served, None, definition)
    covered = is_covered(state, definition)
    least = least_fte_on(on)
    fte = workforce.fte_after(staffed, made).get(municipality_id, NO_FTE)
    population, _year = workforce.populations(on, places=[municipality_id]).get(municipality_id, (None, None))
    is_lone = covered and len(people) == 1
    return ThinCoverage(
        on=on,
        is_covered=covered,
        is_lone=is_lone,
        is_shared=is_lone and _is_shared(municipality_id, people, made, on),
        is_under=is_under(state, definition, per_10000(fte, population), least),
        is_away=covered and not served and bool(people) and _all_away(posts),
        least_fte=least,
        endings=_endings(municipality_id, posts, on, access),
    )


def _posts(municipality_id: int, on: date, access: Access) -> list[Any]:
    """The posts that count here on the day, each with its therapist and whether the therapist is away from it."""
    away = Leave.objects.filter(valid_on(on), employment=OuterRef("pk"))
    own = Employment.objects.visible_to(access).of(municipality_id).counting(on)
    return list(own.select_related("therapist").annotate(is_away=Exists(away)))


def _all_away(posts: Iterable[Any]) -> bool:
    """Who is on leave from one of two posts here is still at work."""
    return all(post.is_away for post in posts)


def _is_shared(municipality_id: int, people: set[int], made: Iterable[Agreement], on: date) -> bool:
    """Whether the one person serves another municipality as well; which one is not told."""
    if any(agreement.provider == municipality_id for agreement in made):
        return True
    elsewhere = Employment.objects.counting(on).filter(therapist__in=people)
    return elsewhere.exclude(municipality=municipality_id).exists()


def _endings(municipality_id: int, posts: Sequence[Any], on: date, access: Access) -> tuple[Ending, ...]:
    found = [*_approvals(posts, on), *_served_until(municipality_id, on, access)]
    return tuple(sorted(found, key=lambda ending: (ending.on, ending.what, ending.name)))


def _approvals(posts: Iterable[Any], on: date) -> Iterator[Ending]:
    """Authorisations and licences of those who count here; each person's once."""
    for therapist in {post.therapist_id: post.therapist for post in posts}.values():
        what = Ends.LICENCE if therapist.is_licence else Ends.AUTHORISATION
        yield from _ending(what, therapist.name, therapist.authorised_to, on)


def _served_until(municipality_id: int, on: date, access: Access) -> Iterator[Ending]:
    """Agreements by which the municipality is served; one that another takes over from on its last day goes on."""
    own = CoverageAgreement.objects.visible_to(access).filter(recipient=municipality_id)
    rows = list(own.select_related("provider"))
    follows: Followers = {(row.provider_id, row.valid_from): row for row in rows}
    for row in rows:
        if row.valid_from <= on and (row.valid_to is None or row.valid_to > on):
            yield from _ending(Ends.AGREEMENT, row.provider.full_name, _end_of(row, follows), on)


def _end_of(row: CoverageAgreement, follows: Followers) -> date | None:
    """The first day without the agreement or one that followed it with no day between."""
    while (later := follows.get((row.provider_id, row.valid_to))) is not None:
        row = later
    return row.valid_to


def _ending(what: Ends, name: str, end: date | None, on: date) -> Iterator[Ending]:
    if end is not None and on < end <= on + SOON:
        yield Ending(what, name, end, (end - on).days)
