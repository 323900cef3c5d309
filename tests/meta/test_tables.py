"""Every column of every list on every page sorts both ways, and loses nobody on the way."""

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals import tables
from referrals.models import Category, Municipality, User
from referrals.permissions import Role
from referrals.tables.base import ErgoTable
from tests.factories import ReferralFactory
from tests.harness.doors import DOORS, SHUT, address_of

ClientFor = Callable[[User], Client]
Users = dict[Role | None, User]

TRAITS = ("waiting", "paused", "overdue", "over_a_year", "assigned", "started")


@pytest.fixture
def waits(municipality: Municipality, other_municipality: Municipality, category: Category) -> None:
    """Referrals of every kind, with gaps in their columns, in two places; in each two open ones for one need."""
    for place in (municipality, other_municipality):
        first = ReferralFactory(municipality=place, category=category)
        ReferralFactory(municipality=place, category=category, person=first.person)
        for trait in TRAITS:
            ReferralFactory(municipality=place, category=category, **{trait: True})


def tables_of(response: HttpResponse) -> Iterator[ErgoTable]:
    """The lists that were drawn on a page."""
    context = response.context or {}
    values = (context[name] for name in context.keys())
    yield from (value for value in values if isinstance(value, ErgoTable))


def pages_with_tables(
    users: Users, client_for: ClientFor, place: Municipality
) -> Iterator[tuple[Client, str]]:
    """Every address that shows a list, with somebody who may open it."""
    for name in SHUT:
        for role in sorted(DOORS[name].roles):
            client, address = client_for(users[role]), address_of(name, place)
            response = client.get(address)
            if response.status_code == 200 and any(tables_of(response)):
                yield client, address
                break


def defined_tables() -> set[type[ErgoTable]]:
    for module in pkgutil.walk_packages(tables.__path__, f"{tables.__name__}."):
        import_module(module.name)
    return {table for table in _most_special(ErgoTable) if table.__module__.startswith(tables.__name__)}


def _most_special(table: type[ErgoTable]) -> set[type[ErgoTable]]:
    """What is shown: a table from which others are made only holds what they share."""
    special = table.__subclasses__()
    return set().union(*map(_most_special, special)) if special else {table}


def shown(table: ErgoTable) -> list[str]:
    return sorted(repr(getattr(record, "pk", record)) for record in table.records)


def test_every_column_sorts_both_ways(
    users: Users, client_for: ClientFor, municipality: Municipality, waits: None
) -> None:
    met: set[type[Any]] = set()
    for client, address in pages_with_tables(users, client_for, municipality):
        for table in tables_of(client.get(address)):
            met.add(type(table))
            assert str(table.caption), address
            for column in (bound.name for bound in table.columns if bound.orderable):
                for sort, direction in ((column, "ascending"), (f"-{column}", "descending")):
                    page = client.get(address, {table.prefixed_order_by_field: sort})
                    again = next(one for one in tables_of(page) if type(one) is type(table))
                    assert again.sort == sort, (address, column)
                    assert f'aria-sort="{direction}"' in page.content.decode(), (address, column)
                    assert shown(again) == shown(table), (address, column)
    assert met == defined_tables()


def test_every_table_lists_its_fields() -> None:
    for table in defined_tables():
        assert table._meta.fields, table
        assert table._meta.model is None, table
