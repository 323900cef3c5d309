"""Who works in the country that is measured, and the pages they ask for."""

from collections.abc import Collection
from functools import cache

from django.db.models import Count
from django.test import Client
from django.urls import reverse

from referrals.models import Membership, Municipality, Referral, User
from referrals.permissions import Role
from referrals.views.clock import today
from tests.bench.pages import Page
from tests.factories import MembershipFactory, UserFactory, identifier_of


def places_by_size() -> list[Municipality]:
    """The municipalities, those in which most wait first."""
    waiting = Referral.objects.waiting(on=today()).order_by().values("municipality")
    counts = dict(waiting.annotate(number=Count("pk")).values_list("municipality", "number"))
    return sorted(Municipality.objects.present(), key=lambda place: (-counts.get(place.pk, 0), place.pk))


def member(username: str, role: Role, place: Municipality | None) -> str:
    """The user name of somebody with this role, who is made the first time."""
    if not Membership.objects.filter(user__username=username).exists():
        MembershipFactory(user=UserFactory(username=username), role=role, municipality=place)
    return username


def pages(place: Municipality) -> list[tuple[Page, Collection[int]]]:
    """The pages that are asked for all day, each with the municipalities that its reader has in scope."""
    coordinator = member("bench-koordinator", Role.COORDINATOR, place)
    manager = member("bench-leder", Role.MANAGER, place)
    reader = member("bench-nasjonal", Role.NATIONAL_READER, None)
    code, case = place.code, known_case(place)
    waitlist = reverse("waitlist", kwargs={"code": code})
    own = [
        Page.seen_by(coordinator, "list", waitlist),
        Page.seen_by(coordinator, "case", reverse("referral", kwargs={"code": code, "number": case.number})),
        Page.seen_by(manager, "dashboard", reverse("dashboard_municipality", kwargs={"code": code})),
        *(
            found_by(coordinator, f"search by {kind}", waitlist, typed)
            for kind, typed in (
                ("number", case.number),
                ("identifier", case.person.identifier),
                ("name", case.person.family_name),
            )
        ),
    ]
    nation = [Page.seen_by(reader, "dashboard of the nation", reverse("dashboard_nation"))]
    return [(page, [place.pk]) for page in own] + [(page, []) for page in nation]


def pages_of_coverage(place: Municipality) -> list[Page]:
    """Who has an ergoterapeut: the whole country on a day, since 2018, and one municipality."""
    reader = member("bench-nasjonal", Role.NATIONAL_READER, None)
    series = reverse("coverage_series")
    of_a_place = reverse("coverage_municipality", kwargs={"code": place.code})
    addresses = {
        "the country": reverse("coverage"),
        "since 2018": series,
        "since 2018, in the borders of the day": f"{series}?grenser=day&gruppe=centrality",
        "a municipality": of_a_place,
    }
    return [Page.seen_by(reader, name, address) for name, address in addresses.items()]


@cache
def known_case(place: Municipality) -> Referral:
    """A case on the list of which the citizen's identity number is known."""
    case = Referral.objects.in_municipality(place).waiting(on=today()).order_by("pk").first()
    case.person.set_identifier(identifier_of(case.person.birth_date))
    case.person.save()
    return case


def found_by(username: str, name: str, waitlist: str, typed: str) -> Page:
    """The list, narrowed to what was typed into its search."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    answer = client.post(f"{waitlist}sok/", {"q": typed})
    return Page.of(client, name, answer.headers["Location"])
