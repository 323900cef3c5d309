"""What the database refuses of posts, leaves, vacant posts and agreements, on the day it begins and the day before.

The rows are written past every form and action: nothing but the database is in the way.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from random import Random
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from referrals.models import CoverageAgreement, Employment, Leave, Municipality, Therapist
from tests.factories import (
    CoverageAgreementFactory,
    EmploymentFactory,
    LeaveFactory,
    MunicipalityFactory,
    OccupationFactory,
    TherapistFactory,
    VacancyFactory,
)

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))


def refused(name: str, deed: Callable[[], Any]) -> str:
    """The deed is refused by the constraint of this name; what the database tells besides."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        deed()
    told = refusal.value.__cause__.diag
    assert told.constraint_name == name
    return told.message_detail or ""


@pytest.mark.django_db
class TestTherapist:
    def test_a_student_has_a_licence(self) -> None:
        assert TherapistFactory(student=True).is_licence
        refused("therapist_student_has_licence", lambda: TherapistFactory(is_student=True))

    def test_zeros_in_front_of_an_hpr_number_make_no_second_person(self) -> None:
        TherapistFactory(hpr_number="1234567")
        for number in ("01234567", "001234567"):
            refused("therapist_hpr_once", lambda number=number: TherapistFactory(hpr_number=number))
            assert Therapist.objects.with_hpr(number).get().hpr_number == "1234567"
        assert TherapistFactory(hpr_number="12345670").pk
        assert not Therapist.objects.with_hpr("1234568").exists()

    def test_a_number_kept_with_zeros_is_found_without_them(self) -> None:
        therapist = TherapistFactory(hpr_number="001234567")
        for number in ("1234567", "01234567", "001234567"):
            assert Therapist.objects.with_hpr(number).get() == therapist


@pytest.mark.django_db
class TestFte:
    @pytest.mark.parametrize("fte", ["0", "-0.50", "1.51"])
    def test_no_post_has_none_less_than_none_or_more_than_one_and_a_half(self, fte: str) -> None:
        refused("employment_fte_possible", lambda: EmploymentFactory(fte=Decimal(fte)))
        refused("vacancy_fte_possible", lambda: VacancyFactory(fte=Decimal(fte)))

    @pytest.mark.parametrize("fte", ["0", "-0.10", "10.01"])
    def test_no_agreement_moves_none_less_than_none_or_more_than_ten(self, fte: str) -> None:
        refused("agreement_fte_possible", lambda: CoverageAgreementFactory(fte=Decimal(fte)))

    def test_the_bounds_themselves_are_possible(self) -> None:
        assert VacancyFactory(fte=Decimal("1.50")).pk
        assert EmploymentFactory(fte=Decimal("0.01")).pk
        assert CoverageAgreementFactory(fte=Decimal("10.00")).pk

    def test_a_vacancy_does_not_end_before_it_begins(self) -> None:
        refused("vacancy_to_after_from", lambda: VacancyFactory(valid_from=MAY, valid_to=MAY))


@pytest.mark.django_db
class TestOnePersonsSum:
    """Half a post from May on, and what may stand beside it."""

    @pytest.fixture
    def therapist(self) -> Therapist:
        therapist = TherapistFactory()
        self.half = EmploymentFactory(therapist=therapist, fte=Decimal("0.50"), valid_from=MAY)
        return therapist

    def test_one_and_a_half_in_two_municipalities_is_possible_and_more_is_not(
        self, therapist: Therapist
    ) -> None:
        other = EmploymentFactory(therapist=therapist, fte=Decimal("1.00"), valid_from=MAY)
        Employment.objects.filter(pk=other.pk).update(fte=Decimal("1.00"))
        refused(
            "employment_fte_sum", lambda: Employment.objects.filter(pk=other.pk).update(fte=Decimal("1.01"))
        )
        refused(
            "employment_fte_sum", lambda: EmploymentFactory(therapist=therapist, fte="0.01", valid_from=JUNE)
        )

    @pytest.mark.parametrize(
        ("first", "last", "is_refused"),
        [
            (MARCH, MAY, False),
            (MARCH, date(2026, 5, 2), True),
            (date(2026, 4, 30), date(2026, 5, 1), False),
            (MARCH, None, True),
            (JUNE, None, True),
        ],
        ids=[
            "ends the day the other begins",
            "ends a day later",
            "the day before",
            "goes on",
            "begins later",
        ],
    )
    def test_only_days_in_common_are_added_up(
        self, therapist: Therapist, first: date, last: date | None, is_refused: bool
    ) -> None:
        def deed() -> Employment:
            return EmploymentFactory(therapist=therapist, fte="1.20", valid_from=first, valid_to=last)

        if is_refused:
            assert refused("employment_fte_sum", deed) == str(max(first, MAY))
        else:
            assert deed().pk

    def test_an_employment_moved_or_lengthened_into_the_other_is_refused(self, therapist: Therapist) -> None:
        early = EmploymentFactory(therapist=therapist, fte="1.20", valid_from=MARCH, valid_to=MAY)
        somebody = EmploymentFactory(fte="1.20", valid_from=JUNE)
        mine, theirs = (Employment.objects.filter(pk=row.pk) for row in (early, somebody))
        refused("employment_fte_sum", lambda: mine.update(valid_to=None))
        refused("employment_fte_sum", lambda: theirs.update(therapist=therapist))
        assert mine.update(valid_from=APRIL) == 1

    def test_two_posts_that_begin_when_a_third_is_on_leave(self, therapist: Therapist) -> None:
        LeaveFactory(employment=self.half, valid_from=MAY, valid_to=JUNE)
        one = EmploymentFactory(therapist=therapist, fte="1.50", valid_from=MAY, valid_to=JUNE)
        refused(
            "employment_fte_sum", lambda: Employment.objects.filter(pk=one.pk).update(valid_to="2026-06-02")
        )

    def test_back_from_leave_there_must_be_room(self, therapist: Therapist) -> None:
        away = LeaveFactory(employment=self.half, valid_from=MAY)
        EmploymentFactory(therapist=therapist, fte="1.50", valid_from=MAY, valid_to=JUNE)
        leaves = Leave.objects.filter(pk=away.pk)
        refused("employment_fte_sum", lambda: leaves.update(valid_to="2026-05-31"))
        refused("employment_fte_sum", lambda: leaves.update(valid_from="2026-05-02"))
        refused("employment_fte_sum", leaves.delete)
        assert leaves.update(valid_to=JUNE) == 1

    def test_whoever_only_takes_away_is_never_refused(self, therapist: Therapist) -> None:
        """Rows from before the rule may add up to more: they can be ended one by one."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS employment_fte_sum_added DEFERRED")
        odd = EmploymentFactory(therapist=therapist, fte="1.50", valid_from=MARCH)
        rows = Employment.objects.filter(pk=odd.pk)
        assert rows.update(fte=Decimal("1.40")) == rows.update(valid_to=JUNE) == 1
        assert rows.update(engagement="purchased") == 1
        refused("employment_fte_sum", lambda: rows.update(fte=Decimal("1.45")))
        assert rows.update(fte=Decimal("1.00")) == 1

    @pytest.mark.parametrize("seed", range(12))
    def test_refused_is_exactly_what_adds_up_to_too_much_on_some_day(self, seed: int) -> None:
        """Against a plain sum day by day, over posts and leaves at random within thirty days."""
        rng, therapist = Random(seed), TherapistFactory()
        days = [date(2026, 5, number) for number in range(1, 31)]
        held: list[tuple[Employment, list[Leave]]] = []
        refusals = 0
        for number in range(14):
            first, last = sorted(rng.sample(days, 2))
            fte = Decimal(rng.choice(["0.30", "0.50", "0.70", "1.00"]))
            would_be = [fte + self.load(held, day) for day in days if first <= day < last]
            facts = {
                "therapist": therapist,
                "occupation": OccupationFactory(code=f"{1120100 + number}"),
                "fte": fte,
                "valid_from": first,
                "valid_to": last,
            }
            if max(would_be) > Decimal("1.50"):
                refusals += 1
                refused("employment_fte_sum", lambda facts=facts: EmploymentFactory(**facts))
                continue
            post = EmploymentFactory(**facts)
            is_away = rng.random() < 0.3
            held.append(
                (post, [LeaveFactory(employment=post, valid_from=first, valid_to=last)] if is_away else [])
            )
        assert held and refusals

    @staticmethod
    def load(held: list[tuple[Employment, list[Leave]]], day: date) -> Decimal:
        return sum(
            (
                post.fte
                for post, leaves in held
                if post.valid_from <= day < post.valid_to
                and not any(away.valid_from <= day < away.valid_to for away in leaves)
            ),
            Decimal(0),
        )


@pytest.mark.django_db
class TestLeave:
    @pytest.fixture
    def post(self) -> Employment:
        """April and May."""
        return EmploymentFactory(valid_from=APRIL, valid_to=JUNE)

    def test_the_whole_employment_is_within_it(self, post: Employment) -> None:
        assert LeaveFactory(employment=post, valid_from=APRIL, valid_to=JUNE).pk

    @pytest.mark.parametrize(
        ("first", "last"),
        [(date(2026, 3, 31), MAY), (MAY, date(2026, 6, 2)), (MAY, None), (JUNE, date(2026, 7, 1))],
        ids=["a day before", "a day too long", "without an end", "after it"],
    )
    def test_nothing_outside_the_employment(self, post: Employment, first: date, last: date | None) -> None:
        refused(
            "leave_within_employment",
            lambda: LeaveFactory(employment=post, valid_from=first, valid_to=last),
        )

    def test_an_employment_is_not_cut_shorter_than_its_leaves(self, post: Employment) -> None:
        LeaveFactory(employment=post, valid_from=MAY, valid_to=JUNE)
        rows = Employment.objects.filter(pk=post.pk)
        refused("leave_within_employment", lambda: rows.update(valid_to="2026-05-31"))
        refused("leave_within_employment", lambda: rows.update(valid_from="2026-05-02"))
        assert rows.update(valid_from=MAY, valid_to=None) == 1

    def test_a_leave_is_not_moved_to_another_post_that_it_does_not_fit(self, post: Employment) -> None:
        away = LeaveFactory(employment=post, valid_from=APRIL, valid_to=MAY)
        short = EmploymentFactory(valid_from=MAY)
        refused("leave_within_employment", lambda: Leave.objects.filter(pk=away.pk).update(employment=short))

    def test_two_leaves_may_meet_and_not_overlap(self, post: Employment) -> None:
        LeaveFactory(employment=post, valid_from=APRIL, valid_to=MAY)
        refused(
            "leave_no_overlap",
            lambda: LeaveFactory(employment=post, valid_from=date(2026, 4, 30), valid_to=JUNE),
        )
        assert LeaveFactory(employment=post, valid_from=MAY, valid_to=JUNE).pk

    def test_it_does_not_end_before_it_begins(self, post: Employment) -> None:
        refused("leave_to_after_from", lambda: LeaveFactory(employment=post, valid_from=MAY, valid_to=MAY))


@pytest.mark.django_db
class TestCircle:
    @pytest.fixture
    def places(self) -> list[Municipality]:
        return [MunicipalityFactory(name=name) for name in ("Aa", "Be", "Ce", "De")]

    def test_there_and_back_at_the_same_time(self, places: list[Municipality]) -> None:
        one, other, *_rest = places
        CoverageAgreementFactory(provider=one, recipient=other)
        told = refused("agreement_no_circle", lambda: CoverageAgreementFactory(provider=other, recipient=one))
        assert told == "Be → Aa → Be"

    @pytest.mark.parametrize("length", [3, 4])
    def test_longer_ones(self, places: list[Municipality], length: int) -> None:
        for number in range(length - 1):
            CoverageAgreementFactory(provider=places[number], recipient=places[number + 1])
        told = refused(
            "agreement_no_circle",
            lambda: CoverageAgreementFactory(provider=places[length - 1], recipient=places[0]),
        )
        assert told.split(" → ") == [places[length - 1].name, *(p.name for p in places[:length])]

    @pytest.mark.parametrize(
        ("days", "is_refused"),
        [
            ([(MARCH, MAY), (APRIL, JUNE), (date(2026, 4, 30), None)], True),
            ([(MARCH, MAY), (APRIL, JUNE), (MAY, None)], False),
            ([(MARCH, APRIL), (APRIL, MAY), (MARCH, None)], False),
            ([(MARCH, None), (MAY, None), (MARCH, MAY)], False),
        ],
        ids=["one day in common", "none, by a day", "two never together", "one ended before"],
    )
    def test_all_of_it_must_hold_on_one_day(
        self, places: list[Municipality], days: list[tuple[date, date | None]], is_refused: bool
    ) -> None:
        """Each pair may overlap without there being a day on which all three hold."""
        pairs = [(0, 1), (1, 2), (2, 0)]

        def agree(number: int) -> CoverageAgreement:
            provider, recipient = (places[place] for place in pairs[number])
            first, last = days[number]
            return CoverageAgreementFactory(
                provider=provider, recipient=recipient, valid_from=first, valid_to=last
            )

        agree(0), agree(1)
        if is_refused:
            refused("agreement_no_circle", lambda: agree(2))
        else:
            assert agree(2).pk

    def test_an_agreement_changed_into_a_circle_is_refused(self, places: list[Municipality]) -> None:
        one, other, third, _last = places
        CoverageAgreementFactory(provider=one, recipient=other, valid_from=MARCH, valid_to=MAY)
        later = CoverageAgreementFactory(provider=other, recipient=one, valid_from=MAY)
        rows = CoverageAgreement.objects.filter(pk=later.pk)
        refused("agreement_no_circle", lambda: rows.update(valid_from="2026-04-30"))
        elsewhere = CoverageAgreementFactory(provider=third, recipient=one, valid_from=MARCH, valid_to=MAY)
        refused(
            "agreement_no_circle",
            lambda: CoverageAgreement.objects.filter(pk=elsewhere.pk).update(provider=other),
        )
        assert rows.update(fte="0.40", reference="2/2026") == 1

    def test_two_ways_to_the_same_place_are_no_circle(self, places: list[Municipality]) -> None:
        one, other, third, last = places
        for provider, recipient in ((one, other), (one, third), (other, last), (third, last), (one, last)):
            assert CoverageAgreementFactory(provider=provider, recipient=recipient).pk

    def test_nobody_serves_themself(self, places: list[Municipality]) -> None:
        refused(
            "agreement_with_another",
            lambda: CoverageAgreementFactory(provider=places[0], recipient=places[0]),
        )


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    """Two transactions, neither of which sees the other's row."""

    @staticmethod
    def together(*deeds: Callable[[], Any]) -> list[str]:
        start = Barrier(len(deeds))

        def run(deed: Callable[[], Any]) -> str:
            try:
                with transaction.atomic():
                    start.wait(10)
                    deed()
                return "saved"
            except IntegrityError as error:
                return error.__cause__.diag.constraint_name
            finally:
                connection.close()

        with ThreadPoolExecutor(len(deeds)) as pool:
            return sorted(pool.map(run, deeds))

    def test_only_one_of_two_that_close_a_circle_is_saved(self) -> None:
        one, other = MunicipalityFactory(), MunicipalityFactory()
        told = self.together(
            lambda: CoverageAgreementFactory(provider=one, recipient=other),
            lambda: CoverageAgreementFactory(provider=other, recipient=one),
        )
        assert told == ["agreement_no_circle", "saved"]

    def test_only_one_of_two_posts_that_are_too_much_together_is_saved(self) -> None:
        therapist, occupation = TherapistFactory(), OccupationFactory()
        places = [MunicipalityFactory(), MunicipalityFactory()]
        told = self.together(
            *(
                lambda place=place: Employment.objects.create(
                    therapist=therapist, municipality=place, occupation=occupation, fte=1, valid_from=MAY
                )
                for place in places
            )
        )
        assert told == ["employment_fte_sum", "saved"]

    def test_a_leave_and_the_end_of_its_post_do_not_pass_each_other(self) -> None:
        post = EmploymentFactory(valid_from=APRIL, valid_to=JUNE)
        told = self.together(
            lambda: Leave.objects.create(employment=post, valid_from=MAY, valid_to=JUNE),
            lambda: Employment.objects.filter(pk=post.pk).update(valid_to=MAY),
        )
        assert told == ["leave_within_employment", "saved"]
