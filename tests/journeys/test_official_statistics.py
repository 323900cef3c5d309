"""A file of official figures: chosen, refused, chosen better, looked at, saved, and seen on the municipality's page."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from referrals.models import Municipality, StaffingFigure, User
from tests.factories import EmploymentFactory
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.unit.importers.official_statistics import shapes
from tests.unit.importers.official_statistics.shapes import FTE, RATIO, Made

SignIn = Callable[[User], None]


def file_of(place: Municipality, folder: Path, value: str) -> Path:
    texts = {(place.code, FTE[0], "2024"): value, (place.code, RATIO[0], "2024"): ":"}
    made = Made([(place.code, place.name), ("EKG07", "KOSTRA-gruppe 7")], (FTE, RATIO), ["2024"], texts)
    file = folder / "13533.xlsx"
    file.write_bytes(shapes.xlsx_of_excel(made))
    return file


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page)


def choose(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Se hva som blir lest").click()


def test_an_administrator_imports_a_table(
    page: Page, sign_in: SignIn, administrator: User, municipality: Municipality, tmp_path: Path
) -> None:
    EmploymentFactory(municipality=municipality, fte="0.60")
    sign_in(administrator)
    page.goto("/admin/referrals/staffingfigure/")
    page.get_by_role("link", name="Les inn fra fil").click()
    stop(page)

    choose(page, file_of(municipality, tmp_path, "-1.5"))
    expect(page.get_by_role("alert")).to_contain_text("linje 5, kolonne B: -1.5 er mindre enn 0.")
    stop(page)
    assert not StaffingFigure.objects.exists()

    choose(page, file_of(municipality, tmp_path, "1.5"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Hva som blir lest fra fila")
    expect(page.get_by_text("En KOSTRA-gruppe eller en annen gruppe kommuner: 1")).to_be_visible()
    stop(page)

    page.get_by_role("button", name="Lagre tallene").click()
    expect(page.get_by_role("status")).to_contain_text("2 tall er lagret.")
    stop(page)

    page.goto(f"/dekning/{municipality.code}/")
    table = page.get_by_role("region", name="Offisiell statistikk ved siden av Ergo")
    expect(table).to_contain_text("Ergo har 0,90 mindre: statistikken teller avtalte årsverk")
    expect(table).to_contain_text("Statistikken holder dette tallet konfidensielt")
    stop(page)
