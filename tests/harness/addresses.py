"""Every address of the product, read from Django's own resolver, so that none is forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern


@dataclass(frozen=True)
class Address:
    """One page: its name with the namespace, and the names of the values that stand in its address.

    A page nobody named ends in a colon, or is empty.
    """

    name: str
    values: tuple[str, ...]


def all_addresses() -> list[Address]:
    """All pages, sorted by name; the same name with other values is another page."""
    found = set(_under(get_resolver(), ()))
    return sorted(found, key=lambda address: (address.name, address.values))


def _under(
    resolver: URLResolver, namespaces: tuple[str, ...], before: tuple[str, ...] = ()
) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        values = (*before, *_values(entry))
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _under(entry, inner, values)
        else:
            yield Address(":".join((*namespaces, entry.name or "")), values)


def _values(entry: URLPattern | URLResolver) -> tuple[str, ...]:
    pattern = entry.pattern
    if isinstance(pattern, RegexPattern):
        return tuple(pattern.regex.groupindex)
    return tuple(pattern.converters)
