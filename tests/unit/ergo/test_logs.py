"""The log never repeats what stood in a row."""

import logging
import sys

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection

from ergo.logs import DiscreetFormatter, RefusalsInOneLine
from referrals.models import Category


@pytest.mark.django_db
def test_a_refused_row_is_not_quoted_in_a_traceback() -> None:
    try:
        Category.objects.create(code="a", name_nb="Kari Nordmann", name_nn="", name_en="")
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO referrals_category (code, name_nb) VALUES ('b', 'Kari Nordmann')")
    except IntegrityError:
        caught = sys.exc_info()
    told = DiscreetFormatter().format(logging.LogRecord("x", logging.ERROR, "", 0, "failed", None, caught))
    assert "violates not-null constraint" in told
    assert "DETAIL" not in told
    assert "Failing row" not in told


def test_a_refused_row_is_not_quoted_in_what_a_library_says() -> None:
    said = "error ignored: null value\nDETAIL:  Failing row contains (12, 77, 2026-900123).\n"
    told = DiscreetFormatter().format(logging.LogRecord("psycopg", logging.WARNING, "", 0, said, None, None))
    assert told == "error ignored: null value"


@pytest.mark.parametrize(("error", "lines"), [(PermissionDenied(), 1), (ValueError("x"), 4)])
def test_a_refusal_is_one_line_and_a_fault_has_its_traceback(error: Exception, lines: int) -> None:
    try:
        raise error
    except type(error):
        record = logging.LogRecord(
            "django.request", logging.WARNING, "", 0, "Forbidden", None, sys.exc_info()
        )
    assert RefusalsInOneLine().filter(record)
    assert len(DiscreetFormatter().format(record).splitlines()) >= lines
    assert (len(DiscreetFormatter().format(record).splitlines()) == 1) is isinstance(error, PermissionDenied)


def test_every_line_of_the_server_goes_through_it() -> None:
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["refusals"]
