"""A GET that writes fails: whoever only looks must change nothing but the session and what is kept of the look."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|COPY)\s+"?(\w+)', re.IGNORECASE)
MAY_BE_WRITTEN = frozenset(
    {
        "django_session",
        "referrals_viewlog",
        "referrals_viewlogperson",
        "referrals_securityevent",
        "referrals_keptrecipe",
    }
)


def refuse_writes(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """An execute wrapper for Django's connection."""
    written = WRITES.match(str(sql))
    if written and written[1] not in MAY_BE_WRITTEN:
        pytest.fail(f"a GET wrote: {str(sql)[:200]}")
    return execute(sql, params, many, context)


def reading_get(original: Callable[..., Any]) -> Callable[..., Any]:
    """Client.get, under guard."""

    def get(client: Client, *args: Any, **kwargs: Any) -> Any:
        with connection.execute_wrapper(refuse_writes):
            return original(client, *args, **kwargs)

    return get
