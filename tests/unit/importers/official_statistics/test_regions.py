"""Whose figure it is: old and new numbers, series on today's borders, parts, groups and names."""

from datetime import date
from decimal import Decimal

import pytest

from referrals.choices import FigureStatus
from referrals.importers.rows import BrokenFiles
from tests.unit.importers.official_statistics import shapes
from tests.unit.importers.official_statistics.conftest import preview
from tests.unit.importers.official_statistics.shapes import FTE, RATIO, Made, csv3

pytestmark = pytest.mark.usefixtures("registers")

Cells = dict[tuple[str, str], str]


def read(
    cells: Cells, content: tuple[str, str, str] = FTE, names: dict[str, str] | None = None
) -> tuple[dict, dict]:
    """The figures by municipality and year, and by what is passed over why."""
    codes = list(dict.fromkeys(code for code, _year in cells))
    regions = [(code, (names or {}).get(code, "")) for code in codes]
    years = sorted({year for _code, year in cells})
    texts = {(code, content[0], year): text for (code, year), text in cells.items()}
    for code in codes:
        for year in years:
            texts.setdefault((code, content[0], year), ".")
    table = Made(regions, (content,), years, texts)
    reading = preview("13533.json", shapes.json_stat_2_of_api_2(table)).reading
    figures = {
        (figure.municipality.code, figure.counted_on.year): figure.value
        if figure.status == FigureStatus.VALUE
        else figure.status
        for figure in reading.figures
    }
    return figures, {skip.what: skip.reason for skip in reading.skips}


def test_a_number_that_only_changed_is_the_same_municipality() -> None:
    figures, _skips = read({("0105", "2019"): "4.5", ("3003", "2023"): "5.5", ("3105", "2024"): "6.5"})
    assert figures == {
        ("3105", 2019): Decimal("4.50"),
        ("3105", 2023): Decimal("5.50"),
        ("3105", 2024): Decimal("6.50"),
    }


def test_merged_municipalities_are_added_up() -> None:
    figures, _skips = read({("0104", "2019"): "4.5", ("0136", "2019"): "1.0", ("3002", "2020"): "6.0"})
    assert figures == {("3103", 2019): Decimal("5.50"), ("3103", 2020): Decimal("6.00")}


@pytest.mark.parametrize(
    ("part", "whole"),
    [(":", FigureStatus.SUPPRESSED), ("..", FigureStatus.MISSING), ("...", FigureStatus.NOT_YET)],
)
def test_what_is_hidden_or_missing_in_a_part_is_so_in_the_whole(part: str, whole: FigureStatus) -> None:
    figures, _skips = read({("0104", "2019"): "4.5", ("0136", "2019"): part})
    assert figures == {("3103", 2019): whole}


def test_of_a_hidden_and_a_missing_part_the_whole_is_hidden() -> None:
    figures, _skips = read({("0104", "2019"): "..", ("0136", "2019"): ":"})
    assert figures == {("3103", 2019): FigureStatus.SUPPRESSED}


def test_nil_in_every_part_is_nil_and_nil_in_one_is_nothing_to_add() -> None:
    both, _skips = read({("0104", "2019"): "-", ("0136", "2019"): "-"})
    one, _skips = read({("0104", "2019"): "-", ("0136", "2019"): "1.5"})
    assert both == {("3103", 2019): FigureStatus.NIL}
    assert one == {("3103", 2019): Decimal("1.50")}


def test_a_part_that_is_not_in_the_file_leaves_the_whole_out_and_is_named() -> None:
    figures, skips = read({("0104", "2019"): "4.5"})
    assert figures == {}
    assert skips["3103"] == "deler av den er ikke i fila: 0136"


def test_shares_of_inhabitants_are_not_added_up() -> None:
    figures, skips = read({("0104", "2019"): "4.5", ("0136", "2019"): "1.0"}, RATIO)
    assert figures == {}
    assert skips["3103"] == "satt sammen av flere kommuner: forholdstall kan ikke legges sammen"


def test_one_that_kept_its_number_is_added_to_those_it_took_in() -> None:
    figures, _skips = read(
        {("1103", "2019"): "10.0", ("1141", "2019"): "1.0", ("1142", "2019"): "0.5", ("1103", "2020"): "12.0"}
    )
    assert figures == {("1103", 2019): Decimal("11.50"), ("1103", 2020): Decimal("12.00")}


def test_alone_it_may_lack_them() -> None:
    figures, skips = read({("1103", "2019"): "10.0", ("1103", "2020"): "12.0"})
    assert figures == {("1103", 2020): Decimal("12.00")}
    assert skips["1103"] == "deler av den er ikke i fila: 1141, 1142"


def test_with_the_others_not_in_use_it_is_whole() -> None:
    figures, _skips = read({("1103", "2019"): "12.0", ("1141", "2019"): ".", ("1142", "2019"): "."})
    assert figures == {("1103", 2019): Decimal("12.00")}


def test_a_number_that_was_not_in_use_on_the_day_is_on_its_own_borders() -> None:
    """A delivery in today's numbers for earlier years, too."""
    figures, skips = read({("3103", "2019"): "7.0", ("3103", "2024"): "8.0"})
    assert figures == {("3103", 2019): Decimal("7.00"), ("3103", 2024): Decimal("8.00")}
    assert skips == {}


def test_the_day_of_the_reform_divides_the_numbers() -> None:
    """The count of November 2019 is of the numbers before 1 January 2020, that of 2020 of those after."""
    figures, skips = read(
        {("1504", "2019"): "3.0", ("1534", "2019"): "1.0", ("1507", "2020"): "5.0", ("1507", "2023"): "6.0"}
    )
    assert figures == {
        ("1508", 2019): Decimal("4.00"),
        ("1508", 2020): Decimal("5.00"),
        ("1508", 2023): Decimal("6.00"),
    }
    assert skips == {}


@pytest.mark.parametrize("code", ["0105", "1504", "1850"])
def test_a_number_that_was_gone_by_the_day_is_passed_over(code: str) -> None:
    figures, skips = read({(code, "2022"): "5.0", ("0301", "2022"): "2.0"})
    assert figures == {("0301", 2022): Decimal("2.00")}
    assert skips == {code: "et kommunenummer som ikke lenger var i bruk den dagen"}


def test_nor_is_it_a_part_of_what_it_became() -> None:
    figures, skips = read({("0105", "2022"): "5.0", ("3003", "2022"): "6.0"})
    assert figures == {("3105", 2022): Decimal("6.00")}
    assert list(skips) == ["0105"]


def test_one_that_was_split_off_has_nothing_before_its_first_day() -> None:
    figures, skips = read({("K-1580", "2023"): "1.0", ("K-1580", "2024"): "1.5"})
    assert figures == {("1580", 2024): Decimal("1.50")}
    assert skips == {"1580": "en kommune som ikke fantes den dagen"}


def test_one_that_was_divided_is_passed_over_and_so_are_those_that_got_a_part() -> None:
    figures, skips = read(
        {("1850", "2019"): "1.0", ("1805", "2019"): "6.0", ("1849", "2019"): "1.0", ("1806", "2020"): "7.0"}
    )
    assert figures == {("1806", 2020): Decimal("7.00")}
    assert skips == {
        "1850": "senere delt mellom kommuner: 1806, 1875",
        "1806": "en del av den ble senere delt: 1850",
        "1875": "en del av den ble senere delt: 1850",
    }


@pytest.mark.parametrize("code", ["K-3103", "K.3103", "K-3002"])
def test_a_series_on_todays_borders_is_read_as_it_is(code: str) -> None:
    figures, _skips = read({(code, "2019"): "5.5", (code, "2024"): "6.0"})
    assert figures == {("3103", 2019): Decimal("5.50"), ("3103", 2024): Decimal("6.00")}


def test_a_series_on_earlier_borders_is_passed_over() -> None:
    _figures, skips = read({("K-0104", "2019"): "5.5"})
    assert skips == {"K-0104": "på grenser som ikke lenger gjelder"}


def test_six_digits_are_a_municipality_or_a_part_of_one() -> None:
    figures, skips = read({("030100", "2024"): "70.0", ("030112", "2024"): "5.0"})
    assert figures == {("0301", 2024): Decimal("70.00")}
    assert skips == {"030112": "en del av en kommune"}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("0", "hele landet, eller landet uten Oslo"),
        ("EAK", "hele landet, eller landet uten Oslo"),
        ("EAKUO", "hele landet, eller landet uten Oslo"),
        ("31", "et fylke"),
        ("F-31", "et fylke"),
        ("EKA31", "et fylke"),
        ("EKG07", "en KOSTRA-gruppe eller en annen gruppe kommuner"),
        ("2111", "Svalbard, havet eller ikke oppgitt kommune"),
        ("9999", "Svalbard, havet eller ikke oppgitt kommune"),
    ],
)
def test_what_is_no_municipality_is_passed_over_with_its_reason(code: str, reason: str) -> None:
    figures, skips = read({(code, "2024"): "1.0", ("0301", "2024"): "2.0"})
    assert figures == {("0301", 2024): Decimal("2.00")}
    assert skips == {code: reason}


def test_a_number_of_before_the_registers_is_passed_over_where_it_is_not_in_use() -> None:
    """Tables list the numbers of all times: 0706 was gone by 2017."""
    figures, skips = read({("0706", "2017"): "3.0", ("0706", "2018"): ".", ("0301", "2018"): "2.0"})
    assert figures == {("0301", 2018): Decimal("2.00")}
    assert skips == {
        "2017": "før 2018: registrene kjenner ingen grenser",
        "0706": "et kommunenummer som ikke var i bruk",
    }


def test_an_unknown_number_with_a_figure_is_refused_with_its_place() -> None:
    table = Made(
        [("0301", "Oslo"), ("0777", "Ukjent")], (RATIO,), ["2024"], {("0777", RATIO[0], "2024"): "1.0"}
    )
    with pytest.raises(BrokenFiles) as raised:
        preview("13533.csv", csv3(table))
    assert (
        str(raised.value) == "13533.csv, linje 3, kolonne D: «0777» er ingen kommune som registrene kjenner."
    )


def test_a_number_and_a_series_must_not_contradict_each_other() -> None:
    assert read({("3103", "2024"): "6.0", ("K-3103", "2024"): "6.0"})[0] == {("3103", 2024): Decimal("6.00")}
    with pytest.raises(BrokenFiles, match="sier noe annet om det samme"):
        read({("3103", "2024"): "6.0", ("K-3103", "2024"): "6.1"})


class TestNames:
    """Files with texts only."""

    @staticmethod
    def read(*names: str) -> tuple[dict[str, date], dict[str, str]]:
        table = Made([(str(n), name) for n, name in enumerate(names)], (RATIO,), ["2024"], {})
        reading = preview("13533.csv", shapes.csv2(table)).reading
        return (
            {figure.municipality.code for figure in reading.figures},
            {skip.what: str(skip.reason) for skip in reading.skips},
        )

    def test_a_municipality_is_known_by_any_form_of_its_name(self) -> None:
        assert self.read("Moss", "Oslo - Oslove", "Hábmer - Hamarøy", "SARPSBORG")[0] == {
            "3103",
            "0301",
            "1875",
            "3105",
        }

    def test_a_name_may_have_changed_behind_the_dash(self) -> None:
        assert self.read("Narvik - Áhkanjárga")[0] == {"1806"}

    def test_groups_counties_and_the_former_are_passed_over(self) -> None:
        codes, skips = self.read(
            "Moss",
            "Landet",
            "Landet uten Oslo",
            "KOSTRA-gruppe 1",
            "Østfold",
            "Moss (-2019)",
            "Rygge (2010-2019)",
        )
        assert codes == {"3103"}
        former = "en tidligere kommune med bare navn: last ned tabellen med koder for å få den lest"
        assert skips["Moss (-2019)"] == skips["Rygge (2010-2019)"] == former
        assert (skips["Østfold"], skips["Landet uten Oslo"]) == (
            "et fylke",
            "hele landet, eller landet uten Oslo",
        )

    def test_a_name_of_two_is_refused(self) -> None:
        with pytest.raises(BrokenFiles, match="linje 3, kolonne D: «Våler» er navnet på flere kommuner"):
            self.read("Moss", "Våler")

    def test_an_unknown_name_is_refused(self) -> None:
        with pytest.raises(BrokenFiles, match="«Atlantis» er ingen kommune"):
            self.read("Atlantis")
