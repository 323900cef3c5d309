"""How the open cases of a municipality lie on its therapists, and on nobody, against the årsverk they have there today.

An even share is what somebody would have if the open cases of those with årsverk lay on all of them alike: the mean of
the municipality, open cases per årsverk, times their own årsverk. There is no number from which a load is too much:
nobody has set one, so the page says how far it is from the mean and leaves the rest to whoever leads them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Prefetch, Q

from referrals import waiting
from referrals.choices import OccupationKind, Status
from referrals.models import Employment, Leave, Municipality, Referral, Therapist
from referrals.permissions import Access
from referrals.reports.thin import SOON

NO_FTE = Decimal("0.00")


@dataclass(frozen=True)
class Cases:
    """Open cases by where they stand: not started yet, and started; of the former, how many are over target."""

    waiting: int = 0
    started: int = 0
    over_target: int = 0

    @property
    def open(self) -> int:
        """All that are not closed."""
        return self.waiting + self.started


@dataclass(frozen=True)
class Post:
    """What somebody is to the municipality on a day.

    `agreed` are the årsverk of their posts, `fte` what is left of them beside leave. `away_until`: the first day back
    in the post that they are back in last; None: not known, or not away (`is_away`). `ends_on`: the first day without
    any post, where it is known; of who has left, of the last one they had, and None: they never had one here.
    """

    is_employed: bool
    agreed: Decimal = NO_FTE
    fte: Decimal = NO_FTE
    is_away: bool = False
    away_until: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Load:
    """One therapist's row, or that of the cases that nobody has: then `therapist_id` is None, and nobody is named.

    `even_share`: open cases at the municipality's mean; None without årsverk.
    """

    therapist_id: int | None
    name: str
    sort_key: str
    post: Post
    cases: Cases
    even_share: float | None = None

    @property
    def per_fte(self) -> float | None:
        """Open cases per årsverk; None without any."""
        return self.cases.open / float(self.post.fte) if self.post.fte else None

    @property
    def over_share(self) -> int | None:
        """How many cases more than an even share, to the nearest; negative: fewer."""
        return None if self.even_share is None else round(self.cases.open - self.even_share)


@dataclass(frozen=True)
class Workloads:
    """The loads of a municipality on the day `on`: that of nobody, and of each therapist in the order of names."""

    on: date
    unassigned: Load
    loads: tuple[Load, ...]

    @property
    def rows(self) -> tuple[Load, ...]:
        """All of them, the cases that nobody has first."""
        return self.unassigned, *self.loads

    @property
    def fte(self) -> Decimal:
        """All årsverk, net of leave."""
        return sum((load.post.fte for load in self.loads), NO_FTE)

    @property
    def open(self) -> int:
        """All open cases, those of nobody too."""
        return sum(load.cases.open for load in self.rows)

    @property
    def mean(self) -> float | None:
        """Open cases per årsverk of those who have årsverk today, all together; None: nobody has."""
        return _mean((load.post, load.cases) for load in self.loads)

    @property
    def ends(self) -> tuple[Load, Load] | None:
        """Who has fewest and most open cases per årsverk; None where there are no two to compare."""
        able = sorted((load for load in self.loads if load.post.fte), key=lambda load: load.per_fte or 0)
        return (able[0], able[-1]) if len(able) > 1 else None

    def must_be_divided(self, load: Load) -> bool:
        """Whether somebody with open cases has left, is on leave, or leaves within 90 days."""
        post = load.post
        is_leaving = post.ends_on is not None and post.ends_on <= self.on + SOON
        is_going = not post.is_employed or post.is_away or is_leaving
        return load.therapist_id is not None and bool(load.cases.open) and is_going


def build(municipality: Municipality, access: Access, on: date) -> Workloads:
    """Everybody who works as a therapist in the municipality on the day or has open cases there.

    Cases are those that the user reaches, shielded ones too: they count, and no row tells whose they are.
    """
    cases = _cases(municipality, access, on)
    nobody = Load(None, "", "", Post(is_employed=False), cases.pop(None, Cases()))
    posts = {pk: post for pk, post in _posts(municipality, on).items() if post.agreed or pk in cases}
    left = _left(municipality, cases.keys() - posts.keys(), on)
    found = {
        one: (
            posts.get(one.pk) or Post(is_employed=False, ends_on=left.get(one.pk)),
            cases.get(one.pk, Cases()),
        )
        for one in Therapist.objects.filter(pk__in=[*posts, *cases]).order_by("sort_key", "pk")
    }
    mean = _mean(found.values())
    loads = (
        Load(one.pk, one.name, one.sort_key, post, held, _share(mean, post))
        for one, (post, held) in found.items()
    )
    return Workloads(on, nobody, tuple(loads))


def _share(mean: float | None, post: Post) -> float | None:
    return mean * float(post.fte) if mean is not None and post.fte else None


def _mean(loads: Iterable[tuple[Post, Cases]]) -> float | None:
    able = [(post, cases) for post, cases in loads if post.fte]
    fte = sum((post.fte for post, _cases in able), NO_FTE)
    return sum(cases.open for _post, cases in able) / float(fte) if fte else None


def _cases(municipality: Municipality, access: Access, on: date) -> dict[int | None, Cases]:
    """The open cases by the therapist's id, None: nobody's. One query."""
    own = Referral.objects.visible_to(access).in_municipality(municipality).open()
    waits, rows = Q(wait_end__isnull=True), own.with_wait(on=on, municipality=municipality)
    found = (
        rows.order_by()
        .values_list("therapist_id")
        .annotate(
            waiting=Count("pk", filter=waits),
            started=Count("pk", filter=Q(status=Status.STARTED)),
            over_target=Count("pk", filter=waits & waiting.over_target_q()),
        )
    )
    return {therapist_id: Cases(*counts) for therapist_id, *counts in found}


def _posts(municipality: Municipality, on: date) -> dict[int, Post]:
    """By the therapist's id, of everybody employed on the day; two queries."""
    not_over = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    to_come = Prefetch("leaves", Leave.objects.filter(not_over), to_attr="not_over")
    rows = Employment.objects.of(municipality.pk).filter(not_over).select_related("occupation")
    held: dict[int, list[Any]] = {}
    for row in rows.prefetch_related(to_come).order_by("pk"):
        held.setdefault(row.therapist_id, []).append(row)
    return {pk: _post(rows, on) for pk, rows in held.items() if _began(rows, on)}


def _post(rows: list[Any], on: date) -> Post:
    """Several posts as one, those to come too, each with its leaves that are `not_over`.

    What only supports ergoterapi is no årsverk here. A change that is planned ends one row and begins another: what
    goes on without a day between goes on.
    """
    counted = [row for row in _began(rows, on) if row.occupation.kind != OccupationKind.SUPPORT]
    leaves = [leave for row in rows for leave in row.not_over]
    is_away = any(_began(row.not_over, on) for row in _began(rows, on))
    return Post(
        True,
        sum((row.fte for row in counted), NO_FTE),
        sum((row.fte for row in counted if not _began(row.not_over, on)), NO_FTE),
        is_away,
        _end_of(leaves, on) if is_away else None,
        _end_of(rows, on),
    )


def _began(periods: Iterable[Any], on: date) -> list[Any]:
    """Those that hold on the day, of some that are not over."""
    return [period for period in periods if period.valid_from <= on]


def _end_of(periods: list[Any], on: date) -> date | None:
    """The first day after those that hold on the day and all that follow with no day between; None: not known."""
    end = on
    for period in sorted(periods, key=lambda period: period.valid_from):
        if period.valid_from <= end:
            if period.valid_to is None:
                return None
            end = max(end, period.valid_to)
    return end


def _left(municipality: Municipality, therapists: Iterable[int | None], on: date) -> dict[int, date]:
    """The first day without a post here of those who had one, by the therapist's id."""
    rows = (
        Employment.objects.of(municipality.pk)
        .filter(therapist_id__in=[pk for pk in therapists if pk], valid_to__lte=on)
        .order_by()
    )
    return dict(rows.values_list("therapist_id").annotate(last=Max("valid_to")))
