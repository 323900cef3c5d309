"""Who reads figures of a county or the nation: every page is made of counts, and no referral or person is read."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from referrals.models import Municipality, Person, Referral, User, WaitPause
from referrals.permissions import Role
from tests.factories import MembershipFactory, ReferralFactory

CLOSED = (Referral._meta.db_table, Person._meta.db_table, WaitPause._meta.db_table)


@pytest.fixture
def rows_read() -> Iterator[list[str]]:
    """The statements that read persons or cases themselves."""
    read: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if any(table in sql for table in CLOSED):
            read.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(watch):
        yield read


@pytest.fixture
def addresses(municipality: Municipality) -> list[str]:
    """The pages of figures, from the widest to the narrowest."""
    ReferralFactory.create_batch(12, municipality=municipality)
    county = municipality.county.code
    return [
        "/oversikt/landet/",
        f"/oversikt/fylke/{county}/",
        f"/oversikt/{municipality.code}/",
        "/oversikt/landet/?dato=01.01.2020",
        "/oversikt/landet/?mot=year",
        "/oversikt/landet/fordeling/",
        f"/oversikt/fylke/{county}/fordeling/",
        "/oversikt/landet/periode/",
        f"/oversikt/fylke/{county}/periode/",
        f"/oversikt/{municipality.code}/periode/",
        "/oversikt/lange-ventetider/",
        f"/oversikt/lange-ventetider/fylke/{county}/",
        "/dekning/",
        f"/dekning/?fylke={county}",
        f"/dekning/{municipality.code}/",
    ]


def test_krav_11_a_national_reader_gets_counts_and_no_row(
    addresses: list[str], national_reader: User, client_for: Callable[[User], Client], rows_read: list[str]
) -> None:
    """Every dashboard and coverage page of a national reader, without one statement that reads a person or case."""
    client = client_for(national_reader)
    rows_read.clear()
    for address in addresses:
        assert client.get(address).status_code == 200, address
    assert not rows_read
    assert "12" in client.get(addresses[0]).content.decode()


def test_krav_11_a_county_reader_gets_counts_and_no_row(
    addresses: list[str], county_reader: User, client_for: Callable[[User], Client], rows_read: list[str]
) -> None:
    """The same for the reader of a county."""
    client = client_for(county_reader)
    rows_read.clear()
    for address in (each for each in addresses if "/landet/" not in each):
        assert client.get(address).status_code == 200, address
    assert not rows_read


def test_own_staff_read_the_coverage_of_all_without_reading_their_rows(
    addresses: list[str],
    manager: User,
    client_for: Callable[[User], Client],
    rows_read: list[str],
    municipality: Municipality,
) -> None:
    """But for the page of their own municipality, which tells its waits with the true numbers of the dashboard."""
    client, own = client_for(manager), f"/dekning/{municipality.code}/"
    rows_read.clear()
    for address in (each for each in addresses if each.startswith("/dekning/") and not each.startswith(own)):
        assert client.get(address).status_code == 200, address
    assert not rows_read


def test_who_reads_logs_here_and_figures_of_the_county_sees_the_place_as_a_reader_does(
    municipality: Municipality, privacy_officer: User, client_for: Callable[[User], Client]
) -> None:
    MembershipFactory(
        user=privacy_officer, role=Role.COUNTY_READER, municipality=None, counties=[municipality.county]
    )
    ReferralFactory.create_batch(3, municipality=municipality)
    page = client_for(privacy_officer).get(f"/oversikt/{municipality.code}/")
    assert page.status_code == 200
    assert page.context["report"].waiting.figure.suppressed
