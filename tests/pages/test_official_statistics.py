"""Official figures sent in by an administrator: looked at, confirmed, and shown beside the register."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from referrals.models import Municipality, StaffingDraft, StaffingFigure, StaffingImport, User
from referrals.permissions import Role
from tests.factories import (
    EmploymentFactory,
    MembershipFactory,
    MunicipalityFactory,
    PopulationFactory,
    StaffingFigureFactory,
    StaffingImportFactory,
    days_ago,
)
from tests.unit.importers.official_statistics import shapes
from tests.unit.importers.official_statistics.shapes import FTE, RATIO, Made

ClientFor = Callable[[User], Client]
SEND, LOOK = "/import/statistikk/", "/import/statistikk/forhandsvisning/"


@pytest.fixture
def place(municipality: Municipality) -> Municipality:
    return municipality


@pytest.fixture
def browser(client_for: ClientFor, administrator: User) -> Client:
    return client_for(administrator)


def table(place: Municipality, value: str = "3.4", **values: object) -> Made:
    texts = {(place.code, FTE[0], "2024"): value, (place.code, RATIO[0], "2024"): "0.7"}
    regions = [(place.code, place.name), ("EAK", "Landet")]
    return Made(regions, (FTE, RATIO), ["2024"], texts, **values)


def send(browser: Client, content: bytes, name: str = "13533.json", **typed: str) -> HttpResponse:
    return browser.post(SEND, {"file": SimpleUploadedFile(name, content), **typed}, follow=True)


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def seen_in(response: HttpResponse) -> str:
    return response.context["seen"]


class TestSending:
    def test_the_register_of_figures_leads_to_it(self, browser: Client) -> None:
        assert f'href="{SEND}"' in text_of(browser.get("/admin/referrals/staffingfigure/"))

    def test_a_file_is_looked_at_before_anything_is_written(
        self, browser: Client, place: Municipality
    ) -> None:
        response = send(browser, shapes.json_stat_2_of_api_2(table(place)))
        page = text_of(response)
        assert response.redirect_chain[-1] == (LOOK, 302)
        assert FTE[1] in page and "16.11.2024" in page and "CC BY 4.0" in page
        assert "Hele landet, eller landet uten Oslo: 1" in page
        assert not StaffingFigure.objects.exists()

    def test_confirmed_it_is_written_and_the_file_is_gone(
        self, browser: Client, place: Municipality, administrator: User
    ) -> None:
        response = send(browser, shapes.json_stat_2_of_api_2(table(place)))
        answer = browser.post(LOOK, {"step": "save", "seen": seen_in(response)}, follow=True)
        assert "2 tall er lagret." in text_of(answer)
        assert "13533.json" in text_of(answer)  # among those imported before
        assert StaffingFigure.objects.count() == 2
        assert StaffingImport.objects.get().imported_by == administrator
        assert not StaffingDraft.objects.exists()

    def test_confirmed_twice_it_is_written_once(self, browser: Client, place: Municipality) -> None:
        seen = seen_in(send(browser, shapes.json_stat_2_of_api_2(table(place))))
        for _time in range(2):
            answer = browser.post(LOOK, {"step": "save", "seen": seen}, follow=True)
        assert answer.status_code == 200
        assert StaffingFigure.objects.count() == 2

    def test_thrown_away_nothing_is_written(self, browser: Client, place: Municipality) -> None:
        send(browser, shapes.json_stat_2_of_api_2(table(place)))
        answer = browser.post(LOOK, {"step": "drop"}, follow=True)
        assert "Fila er kastet. Ingenting ble lagret." in text_of(answer)
        assert not StaffingFigure.objects.exists() and not StaffingDraft.objects.exists()

    def test_the_same_file_again_has_nothing_to_save(self, browser: Client, place: Municipality) -> None:
        content = shapes.json_stat_2_of_api_2(table(place))
        browser.post(LOOK, {"step": "save", "seen": seen_in(send(browser, content))})
        page = text_of(send(browser, content))
        assert "Akkurat denne fila ble lest inn" in page and "det er ingenting å lagre" in page
        assert 'value="save"' not in page

    def test_what_another_imported_meanwhile_is_shown_before_anything_is_written(
        self, browser: Client, place: Municipality
    ) -> None:
        seen = seen_in(send(browser, shapes.json_stat_2_of_api_2(table(place))))
        StaffingFigureFactory(
            municipality=place, counted_on=date(2024, 11, 16), source="Statistisk sentralbyrå, tabell 13533",
            contents=FTE[1], measure="fte", value=Decimal("3.40"),
        )  # fmt: skip
        answer = browser.post(LOOK, {"step": "save", "seen": seen})
        assert "Offisielle tall er lest inn siden du så på denne fila" in text_of(answer)
        assert StaffingFigure.objects.count() == 1

    @pytest.mark.parametrize("seen", ["", "rubbish", "0-0-0-0-0"])
    def test_a_confirmation_of_something_else_writes_nothing(
        self, browser: Client, place: Municipality, seen: str
    ) -> None:
        send(browser, shapes.json_stat_2_of_api_2(table(place)))
        browser.post(LOOK, {"step": "save", "seen": seen})
        assert not StaffingFigure.objects.exists()

    def test_a_contradiction_is_named_and_cannot_be_saved(self, browser: Client, place: Municipality) -> None:
        first = send(browser, shapes.json_stat_2_of_api_2(table(place)))
        browser.post(LOOK, {"step": "save", "seen": seen_in(first)})
        response = send(browser, shapes.csv2(table(place, "9.9")), "13533.csv")
        page = text_of(response)
        assert "linje 2, kolonne D:" in page and "en annen fil av samme tabell" in page
        assert 'value="save"' not in page
        newer = send(browser, shapes.csv2(table(place, "9.9")), "13533.csv", updated_on="01.12.2025")
        assert "Hva som blir erstattet" in text_of(newer)
        browser.post(LOOK, {"step": "save", "seen": seen_in(newer)})
        assert StaffingFigure.objects.current().get(measure="fte").value == Decimal("9.90")

    def test_what_is_wrong_is_named_with_its_place(self, browser: Client, place: Municipality) -> None:
        page = text_of(send(browser, shapes.csv2(table(place, "-1.0")), "13533.csv"))
        assert "Fila ble ikke lest, og ingenting er lagret." in page
        assert "linje 2, kolonne D: -1.0 er mindre enn 0." in page
        assert not StaffingDraft.objects.exists()

    def test_an_empty_file_and_none_are_refused(self, browser: Client) -> None:
        assert "er tom." in text_of(send(browser, b""))
        assert "Fil må fylles ut" in text_of(browser.post(SEND, {}))

    def test_the_table_can_be_stated(self, browser: Client, place: Municipality) -> None:
        content = shapes.csv2(table(place)).replace(b"13533: ", b"")
        assert "oppgi nummeret" in text_of(send(browser, content, "x.csv"))
        assert send(browser, content, "x.csv", table="13533").redirect_chain

    def test_what_the_file_says_is_shown_as_text(self, browser: Client, place: Municipality) -> None:
        evil = table(place, number="13533")
        content = shapes.json_stat_2_of_api_2(evil).replace(b"Landet", b"<script>alert(1)</script>")
        page = text_of(send(browser, content))
        assert "<script>alert(1)" not in page and "&lt;script&gt;" in page

    def test_one_administrator_does_not_see_the_file_of_another(
        self, browser: Client, place: Municipality, client_for: ClientFor
    ) -> None:
        send(browser, shapes.json_stat_2_of_api_2(table(place)))
        other = client_for(MembershipFactory(role=Role.ADMINISTRATOR, municipality=None).user)
        assert other.get(LOOK, follow=True).redirect_chain == [(SEND, 302)]
        other.post(LOOK, {"step": "drop"})
        assert StaffingDraft.objects.count() == 1

    def test_without_a_file_the_preview_leads_back(self, browser: Client, db: None) -> None:
        assert browser.get(LOOK, follow=True).redirect_chain == [(SEND, 302)]

    def test_what_was_read_is_only_looked_at_in_the_register(
        self, browser: Client, place: Municipality
    ) -> None:
        typed = StaffingFigureFactory(municipality=place)
        read = StaffingFigureFactory(municipality=place, batch=StaffingImportFactory(), source="SSB")
        address = "/admin/referrals/staffingfigure/{}/change/"
        assert 'name="value"' in text_of(browser.get(address.format(typed.pk)))
        assert 'name="value"' not in text_of(browser.get(address.format(read.pk)))


class TestBesideTheRegister:
    @pytest.fixture(autouse=True)
    def figures(self, place: Municipality) -> None:
        EmploymentFactory(municipality=place, fte="1.00", valid_from=days_ago(3000))
        EmploymentFactory(municipality=place, fte="0.50", valid_from=days_ago(3000))
        EmploymentFactory(municipality=place, fte="1.00", valid_from=date(2024, 11, 17))  # after the count
        PopulationFactory(municipality=place, persons=10_000)
        batch = StaffingImportFactory()
        november = {"municipality": place, "counted_on": date(2024, 11, 16), "batch": batch, "decimals": 1}
        fte = {"measure": "fte", "contents": "Årsverk", "source": "SSB 13533"}
        StaffingFigureFactory(**november, **fte, value="2.1")
        StaffingFigureFactory(**november, measure="persons", contents="Personer", value=2, source="SSB 1")
        StaffingFigureFactory(**november | {"counted_on": date(2023, 11, 16)}, **fte, value="7.7")

    def page(self, client: Client, place: Municipality, day: str = "16.03.2026") -> str:
        return text_of(client.get(f"/dekning/{place.code}/", {"dato": day}))

    def test_the_newest_stands_beside_the_register_of_its_day_with_the_difference_explained(
        self, client_for: ClientFor, national_reader: User, place: Municipality
    ) -> None:
        page = self.page(client_for(national_reader), place)
        assert "Offisiell statistikk ved siden av Ergo" in page
        assert "Ergo har 0,60 mindre: statistikken teller avtalte årsverk" in page
        assert "SSB 13533, oppdatert 17.06.2024, CC BY 4.0" in page
        assert "7,7" not in page

    def test_on_an_earlier_day_the_one_known_then(
        self, client_for: ClientFor, national_reader: User, place: Municipality
    ) -> None:
        page = self.page(client_for(national_reader), place, "01.02.2024")
        assert "7,7" in page and "2,1" not in page

    def test_how_many_persons_ergo_has_is_for_own_staff_only(
        self, client_for: ClientFor, national_reader: User, manager: User, place: Municipality
    ) -> None:
        outside, own = self.page(client_for(national_reader), place), self.page(client_for(manager), place)
        assert "bare egne ansatte" in outside and "Ergo har det samme" not in outside
        assert "bare egne ansatte" not in own and "Ergo har det samme" in own

    @pytest.mark.parametrize(
        ("status", "text"),
        [
            ("suppressed", "holder dette tallet konfidensielt: det er ikke 0"),
            ("missing", "mangler dette tallet: det er ikke 0"),
            ("not_yet", "har ikke dette tallet ennå"),
            ("not_applicable", "teller ikke dette her"),
        ],
    )
    def test_a_sign_is_no_number(
        self, client_for: ClientFor, national_reader: User, status: str, text: str
    ) -> None:
        other = MunicipalityFactory()
        StaffingFigureFactory(municipality=other, measure="fte", status=status, value=None)
        assert text in self.page(client_for(national_reader), other)

    def test_where_nothing_is_registered_there_is_nothing_to_compare(
        self, client_for: ClientFor, national_reader: User
    ) -> None:
        other = MunicipalityFactory()
        StaffingFigureFactory(municipality=other, measure="fte", value=2)
        assert "I Ergo er ingenting registrert til og med den dagen" in self.page(
            client_for(national_reader), other
        )

    def test_without_official_figures_nothing_is_said_of_them(
        self, client_for: ClientFor, national_reader: User
    ) -> None:
        page = self.page(client_for(national_reader), MunicipalityFactory())
        assert "Offisiell statistikk ved siden av Ergo" not in page
