"""Everything of the demo but the referrals: users, priority keys, therapists, employments, agreements, statements."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from referrals.choices import CoverageState
from referrals.demo.coverage import Span, Spans
from referrals.demo.load import Loader, reserve_ids
from referrals.demo.places import Fortune, Municipal
from referrals.demo.rows import EmploymentRow, LeaveRow, TargetRow, TherapistRow, VacancyRow
from referrals.demo.teams import Member, Team, ordinal
from referrals.demo.thin import ENDS_IN
from referrals.demo.users import DEMO_PASSWORD, DEMO_USERS, DemoUser
from referrals.demo.workforce import ACTIVITY_WORKER, Staff, Worker
from referrals.models import (
    Category,
    County,
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Membership,
    Municipality,
    Occupation,
    Population,
    PriorityKey,
    PriorityTemplate,
    ReplyRule,
    Therapist,
    User,
)
from referrals.norwegian import sort_key
from referrals.permissions import Role
from referrals.waiting import OSLO

ROWS_AT_A_TIME = 5_000
CRITERIA = (
    "Fare for liv og helse, palliasjon, trykksår eller utskriving som ikke kunne planlegges.",
    "Nylig tap av funksjon, fare for fall eller for å miste jobb, skole eller bolig.",
    "Nedsatt funksjon som gjør hverdagen vanskelig, uten rask forverring.",
    "Behov som kan vente uten at funksjon eller trygghet svekkes.",
)
STATEMENT_SOURCE = "Oppgitt av kommunen (oppdiktet)"
AGREEMENT_REFERENCE = "Samarbeidsavtale {number}/{year} (oppdiktet)"
AGREEMENTS_ENDING = 3
AGREED_FTE = (None, None, "0.10", "0.20", "0.20", "0.30", "0.40")


def places() -> list[Municipal]:
    """Today's municipalities by code, with the newest population that is known."""
    people = dict(Population.objects.order_by("year").values_list("municipality", "persons"))
    return [
        Municipal(
            pk=municipality.pk,
            code=municipality.code,
            name=municipality.name,
            county=municipality.county.code,
            centrality=municipality.centrality,
            population=people.get(municipality.pk, 0),
            latitude=float(municipality.latitude),
            longitude=float(municipality.longitude),
        )
        for municipality in Municipality.objects.present().select_related("county").order_by("code")
    ]


def create_users(since: date) -> dict[str, User]:
    """The demo users with their memberships, by username."""
    users, password = {}, make_password(DEMO_PASSWORD)
    for wanted in DEMO_USERS:
        is_admin = wanted.role == Role.ADMINISTRATOR
        user = User.objects.create(
            username=wanted.username,
            password=password,
            first_name=wanted.given_name,
            last_name=wanted.family_name,
            email=f"{wanted.username}@example.no",
            is_staff=is_admin,
            is_superuser=is_admin,
        )
        _create_membership(user, wanted, since)
        users[wanted.username] = user
    return users


def _create_membership(user: User, wanted: DemoUser, since: date) -> None:
    municipality = Municipality.objects.present().filter(code=wanted.municipality).first()
    membership = Membership.objects.create(
        user=user, role=wanted.role, municipality=municipality, valid_from=since
    )
    membership.counties.set(County.objects.filter(code__in=wanted.counties))


def template_days() -> tuple[int, ...]:
    """The days by priority that the registers have given to everybody."""
    return tuple(PriorityTemplate.objects.all()[0].days)


def create_priority_keys(loader: Loader, fortunes: dict[int, Fortune], since: date) -> None:
    """A key of their own for the municipalities (by id) that do not use the template."""
    template = template_days()
    own = {pk: fortune for pk, fortune in fortunes.items() if fortune.key_days != template}
    at = datetime.combine(since, time(), OSLO)
    keys = PriorityKey.objects.bulk_create(
        PriorityKey(municipality_id=pk, valid_from=since, registered_at=at, note="Oppdiktet for demoen")
        for pk in own
    )
    categories = list(Category.objects.order_by("pk"))
    targets = [
        TargetRow(key.pk, category.pk, level, days, CRITERIA[level - 1])
        for key in keys
        for category in categories
        for level, days in enumerate(
            category.within_longest_start(own[key.municipality_id].key_days), start=1
        )
    ]
    loader.write({TargetRow: targets})
    ReplyRule.objects.bulk_create(
        ReplyRule(key=key, category=category, is_due=category.is_vedtak)
        for key in keys
        for category in categories
    )


def create_staff(
    loader: Loader, staff: Staff, places: list[Municipal], user: User, code: str, on: date
) -> dict[str, Team]:
    """Therapists, employments, leaves and vacant posts.

    `user` becomes the one longest employed in a municipality on the day. Returns who can take cases, by code.
    """
    pks = reserve_ids(Therapist, len(staff.workers))
    ids = {worker.hpr_number: pk for worker, pk in zip(staff.workers, pks, strict=True)}
    teams = _teams(staff, ids)
    senior = teams[code].on(on.toordinal())[0]
    therapists = [
        _therapist(pk, worker, user if pk == senior else None)
        for worker, pk in zip(staff.workers, pks, strict=True)
    ]
    place_ids = {place.code: place.pk for place in places}
    employments = _employments(staff, place_ids, ids)
    leaves = [LeaveRow(employments[away.job].id, away.start, away.end) for away in staff.away]
    loader.write(
        {
            TherapistRow: therapists,
            EmploymentRow: employments,
            LeaveRow: leaves,
            VacancyRow: _vacancies(staff, place_ids),
        }
    )
    return teams


def _therapist(pk: int, worker: Worker, user: User | None) -> TherapistRow:
    name = user.get_full_name() if user else worker.name
    return TherapistRow(
        pk,
        worker.hpr_number,
        name,
        sort_key(name),
        worker.authorised_from,
        worker.authorised_to,
        worker.is_licence,
        worker.is_student,
        user.pk if user else None,
    )


def _employments(staff: Staff, place_ids: dict[str, int], ids: dict[str, int]) -> list[EmploymentRow]:
    occupation_ids = dict(Occupation.objects.values_list("code", "pk"))
    pks = reserve_ids(Employment, len(staff.jobs))
    return [
        EmploymentRow(
            pk,
            ids[job.worker.hpr_number],
            place_ids[job.code],
            occupation_ids[job.occupation],
            job.engagement,
            job.fte,
            job.is_temporary,
            job.start,
            job.end,
        )
        for pk, job in zip(pks, staff.jobs, strict=True)
    ]


def _vacancies(staff: Staff, place_ids: dict[str, int]) -> list[VacancyRow]:
    occupation_ids = dict(Occupation.objects.values_list("code", "pk"))
    return [
        VacancyRow(place_ids[post.code], occupation_ids[post.occupation], post.fte, post.start, post.end)
        for post in staff.vacant
    ]


def _teams(staff: Staff, ids: dict[str, int]) -> dict[str, Team]:
    members: dict[str, list[Member]] = {}
    for job in staff.jobs:
        if job.occupation != ACTIVITY_WORKER and not job.worker.is_student:
            member = Member(ordinal(job.start), ordinal(job.end), ids[job.worker.hpr_number])
            members.setdefault(job.code, []).append(member)
    return {code: Team(found) for code, found in members.items()}


def create_agreements_and_statements(places: list[Municipal], spans: Spans, until: date, rng: Random) -> None:
    """What municipalities without own say, and who serves them instead: the nearest that always has its own.

    A few of the agreements that still hold on the day `until` end soon after it.
    """
    agreements, statements = [], []
    always = [place for place in places if all(span.state == CoverageState.OWN for span in spans[place.code])]
    for place in places:
        for number, span in enumerate(spans[place.code], start=1):
            if span.state == CoverageState.NONE:
                statements.append(_statement(place, span))
            elif span.state == CoverageState.AGREEMENT:
                provider = min(always, key=lambda other: (_distance(place, other), other.code))
                agreements.append(_agreement(provider, place, span, number, rng))
    running = [agreement for agreement in agreements if agreement.valid_to is None]
    for agreement in rng.sample(running, min(AGREEMENTS_ENDING, len(running))):
        agreement.valid_to = until + timedelta(days=rng.randint(*ENDS_IN))
    CoverageAgreement.objects.bulk_create(agreements)
    CoverageStatement.objects.bulk_create(statements)


def _statement(place: Municipal, span: Span) -> CoverageStatement:
    return CoverageStatement(
        municipality_id=place.pk, source=STATEMENT_SOURCE, valid_from=span.start, valid_to=span.end
    )


def _agreement(
    provider: Municipal, place: Municipal, span: Span, number: int, rng: Random
) -> CoverageAgreement:
    return CoverageAgreement(
        provider_id=provider.pk,
        recipient_id=place.pk,
        fte=rng.choice(AGREED_FTE),
        reference=AGREEMENT_REFERENCE.format(number=number, year=span.start.year),
        valid_from=span.start,
        valid_to=span.end,
    )


def _distance(one: Municipal, other: Municipal) -> float:
    """How far apart, in degrees of latitude; a degree of longitude is half as long at 60° north."""
    return (one.latitude - other.latitude) ** 2 + ((one.longitude - other.longitude) / 2) ** 2
