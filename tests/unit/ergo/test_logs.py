"""The log never repeats what stood in a row."""

import logging
import sys

import pytest
from django.db import IntegrityError, connection

from ergo.logs import DiscreetFormatter
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
