"""The list of a municipality's own staff: who sees what, who is looked up, and nobody else's."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.choices import SecurityEventKind
from referrals.models import Employment, Municipality, Occupation, SecurityEvent, User
from tests.factories import (
    TODAY,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    LeaveFactory,
    MunicipalityFactory,
    TherapistFactory,
    VacancyFactory,
    days_ago,
)
from tests.pages.seen import markup
from tests.pages.staffing.desk import HPR, Desk, written

ClientFor = Callable[[User], Client]
DAY = timedelta(days=1)


class TestList:
    def test_it_shows_posts_leaves_vacancies_agreements_and_statements(
        self, desk: Desk, post: Employment
    ) -> None:
        LeaveFactory(employment=post, valid_from=date(2026, 2, 1), valid_to=date(2026, 8, 1))
        EmploymentFactory(
            municipality=desk.place,
            therapist=TherapistFactory(name="Stud Ent", student=True),
            is_temporary=True,
        )
        VacancyFactory(municipality=desk.place, fte=Decimal("0.60"))
        neighbour = MunicipalityFactory(name="Nabovik")
        CoverageAgreementFactory(recipient=desk.place, provider=neighbour, fte=Decimal("0.20"))
        CoverageAgreementFactory(provider=desk.place, recipient=MunicipalityFactory(name="Fjernes"))
        CoverageStatementFactory(municipality=desk.place, source="Kommunedirektøren")
        page = markup(desk.get())
        for text in (
            "Kari Prøve",
            "HPR-nummer 9000111",
            "01.02.2026–01.08.2026",
            "Studentlisens",
            "teller aldri",
            "Midlertidig",
            "0,60",
            "Nabovik betjener oss",
            "Vi betjener Fjernes",
            "ved behov",
            "Kommunedirektøren",
            "inntil videre",
        ):
            assert text in page, text

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({"authorised_from": None}, "teller ikke"),
            ({"authorised_to": TODAY}, f"sluttet {written(TODAY)}, teller ikke"),
            ({"authorised_to": TODAY + DAY}, f"til {written(TODAY + DAY)}"),
            ({"authorised_from": TODAY + DAY}, f"fra {written(TODAY + DAY)}, teller ikke ennå"),
            ({"authorised_from": TODAY}, "inntil videre"),
            ({"is_licence": True}, "Lisens"),
        ],
        ids=["none", "ended today", "ends tomorrow", "from tomorrow", "from today", "licence"],
    )
    def test_what_an_approval_is_worth_today(self, desk: Desk, facts: dict[str, Any], said: str) -> None:
        EmploymentFactory(municipality=desk.place, therapist=TherapistFactory(**facts))
        assert said in markup(desk.get())

    def test_what_has_ended_is_kept_on_a_page_of_its_own(self, desk: Desk, post: Employment) -> None:
        over = EmploymentFactory(
            municipality=desk.place, therapist=TherapistFactory(name="Før Ansatt"), valid_to=TODAY
        )
        LeaveFactory(employment=over, valid_from=days_ago(90), valid_to=days_ago(60))
        VacancyFactory(municipality=desk.place, valid_to=TODAY + DAY)
        now, ended = markup(desk.get()), markup(desk.get(vis="avsluttet"))
        assert "Kari Prøve" in now and "Før Ansatt" not in now
        assert "Før Ansatt" in ended and "Kari Prøve" not in ended
        assert f"{written(days_ago(90))}–{written(days_ago(60))}" in ended
        assert written(TODAY + DAY) in now and written(TODAY + DAY) not in ended

    def test_a_therapist_reads_and_changes_nothing(
        self, client_for: ClientFor, therapist_user: User, municipality: Municipality, post: Employment
    ) -> None:
        page = markup(Desk(client_for(therapist_user), municipality).get())
        assert "Kari Prøve" in page and "Endre" not in page and "Nytt arbeidsforhold" not in page

    def test_another_municipalitys_staff_is_not_there(
        self, desk: Desk, other_municipality: Municipality, post: Employment
    ) -> None:
        EmploymentFactory(municipality=other_municipality, therapist=TherapistFactory(name="Hemmelig Nabo"))
        for page in (desk.get(), desk.get(vis="avsluttet")):
            assert "Hemmelig Nabo" not in page.content.decode()

    def test_it_takes_as_many_queries_for_thirty_as_for_three(
        self, desk: Desk, occupation: Occupation
    ) -> None:
        def fill(count: int) -> int:
            for _number in range(count):
                row = EmploymentFactory(municipality=desk.place)
                LeaveFactory(employment=row)
                VacancyFactory(municipality=desk.place)
                CoverageAgreementFactory(recipient=desk.place)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                desk.get()
            return len(asked)

        desk.get()
        assert fill(3) == fill(27)


class TestLookUp:
    def test_the_name_is_shown_for_the_whole_number_only(
        self, desk: Desk, other_municipality: Municipality
    ) -> None:
        TherapistFactory(name="Nabo Terapeut", hpr_number=HPR, employed_in=other_municipality)
        assert "Nabo Terapeut" in markup(desk.get(desk.look_up()))
        assert "Nabo Terapeut" in markup(desk.get(desk.look_up(f"00{HPR}")))
        for number in (HPR[:-1] + "7", HPR + "0"):
            page = markup(desk.get(desk.look_up(number)))
            assert "Nabo Terapeut" not in page and f"Ingen med HPR-nummer {number} er registrert" in page

    @pytest.mark.parametrize(
        "number",
        ["", "912345", "9123456789", "91234a6", "%", "９１２３４５６", "9123456' OR 1=1"],
    )
    def test_what_is_no_hpr_number(self, desk: Desk, number: str) -> None:
        TherapistFactory(hpr_number=HPR)
        answer = desk.browser.post(f"{desk.list}ny/", {"hpr_number": number})
        assert answer.status_code == 200 and answer.context["form"].errors
        assert not SecurityEvent.objects.filter(kind=SecurityEventKind.THERAPIST_SOUGHT).exists()

    def test_every_look_up_is_on_record_without_the_number(self, desk: Desk) -> None:
        TherapistFactory(hpr_number=HPR)
        desk.look_up()
        desk.look_up("9999999")
        events = SecurityEvent.objects.filter(kind=SecurityEventKind.THERAPIST_SOUGHT).order_by("pk")
        assert list(events.values_list("detail", flat=True)) == ["found", "nobody"]
        assert {event.user for event in events} == {User.objects.get(username="koordinator")}

    def test_nobody_goes_through_all_numbers(self, desk: Desk) -> None:
        """Sixty an hour; then a page that says so, and a line in the log."""
        for number in range(60):
            assert desk.browser.post(f"{desk.list}ny/", {"hpr_number": 9_500_000 + number}).status_code == 302
        answer = desk.browser.post(f"{desk.list}ny/", {"hpr_number": HPR})
        assert answer.status_code == 429 and "For mange forsøk" in markup(answer)
        assert SecurityEvent.objects.filter(kind=SecurityEventKind.SLOWED_DOWN).count() == 1

    def test_a_form_that_was_never_begun(self, desk: Desk, colleague: Desk) -> None:
        for path in (f"ny/{uuid4()}/", colleague.look_up()):
            assert desk.get(path).url == f"{desk.list}ny/"
        assert SecurityEvent.objects.filter(kind=SecurityEventKind.NOT_OFFERED, detail="search").count() == 2


class TestNobodyElses:
    def test_rows_of_another_municipality_and_of_none(
        self, desk: Desk, other_municipality: Municipality
    ) -> None:
        """As if they were not there: back to the list, with a line in the log, and nothing of them on the page."""
        theirs = EmploymentFactory(
            municipality=other_municipality, therapist=TherapistFactory(name="Hemmelig Nabo")
        )
        paths = [
            f"ansettelse/{theirs.pk}/",
            f"ansettelse/{theirs.pk}/avslutt/",
            f"ansettelse/{theirs.pk}/permisjon/",
            f"ergoterapeut/{theirs.therapist_id}/",
            f"permisjon/{LeaveFactory(employment=theirs).pk}/",
            f"ledig-stilling/{VacancyFactory(municipality=other_municipality).pk}/",
            f"avtale/{CoverageAgreementFactory(recipient=other_municipality).pk}/",
            f"erklaring/{CoverageStatementFactory(municipality=other_municipality).pk}/avslutt/",
            "ansettelse/987654/",
        ]
        for path in paths:
            for answer in (desk.get(path), desk.browser.post(f"{desk.list}{path}", {"on": "01.01.2027"})):
                assert answer.url == desk.list, path
        assert "Hemmelig Nabo" not in markup(desk.get())
        noted = SecurityEvent.objects.filter(kind=SecurityEventKind.NOT_OFFERED)
        assert noted.count() == 2 * len(paths)
        assert not Employment.objects.exclude(valid_to=None).exists()

    @pytest.mark.parametrize(
        "path",
        ["fane/1/", "fane/ny/", "ansettelse/ny/", "permisjon/ny/", "ansettelse/abc/", f"avtale/{'9' * 40}/"],
    )
    def test_addresses_that_are_none(self, desk: Desk, path: str) -> None:
        assert desk.get(path).status_code in (302, 404)
        assert desk.get(path).status_code == 404 or path.startswith("avtale")
