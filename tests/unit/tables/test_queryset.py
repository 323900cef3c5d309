"""The table over rows of the database."""

import pytest
from django.db.models import Count, QuerySet
from django.test import RequestFactory

from referrals.models import Category
from referrals.tables.base import ErgoTable, paginate, settled
from referrals.tables.columns import Column, NumberColumn
from tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db


class CategoryTable(ErgoTable):
    """A column whose values differ, and one whose values are often equal."""

    code = Column("Code")
    position = NumberColumn("Position")

    class Meta:
        fields = ("code", "position")


@pytest.fixture
def categories() -> QuerySet[Category]:
    for number in range(7):
        CategoryFactory(code=f"look-{number}", position=number % 2)
    return Category.objects.filter(code__startswith="look-").order_by("position")


def page(queryset: QuerySet[Category], query: str = "", per_page: int = 3) -> ErgoTable:
    return paginate(CategoryTable(queryset), RequestFactory().get(f"/{query}"), per_page=per_page)


@pytest.mark.parametrize("query", ["", "?sort=position", "?sort=-position", "?sort=unknown"])
def test_every_order_ends_with_the_primary_key(categories, query):
    assert page(categories, query).data.data.query.order_by[-1] == "pk"


@pytest.mark.parametrize("sort", ["position", "-position", "code", "-code"])
def test_equal_rows_appear_once_over_all_pages(categories, sort):
    seen = [row.pk for number in (1, 2, 3) for row in page(categories, f"?sort={sort}&page={number}").records]
    assert sorted(seen) == sorted(categories.values_list("pk", flat=True))


def test_a_page_is_one_count_and_one_list(categories, django_assert_num_queries):
    with django_assert_num_queries(2):
        table = page(categories, "?sort=-position&page=2")
        assert table.rows_html.count("<tr>") == 3
        assert len(list(table.pager)) == 3
        assert table.next_page.number == 3


def test_a_known_count_leaves_one_query(categories, django_assert_num_queries):
    with django_assert_num_queries(1):
        table = paginate(CategoryTable(categories), RequestFactory().get("/"), count=7)
        assert table.rows_html.count("<tr>") == 7


def test_an_order_that_has_the_key_already_is_left_alone(categories):
    assert settled(categories.order_by("code", "-pk")).query.order_by == ("code", "-pk")


def test_rows_that_are_groups_get_no_key_that_would_split_them(categories):
    groups = categories.order_by().values("position").annotate(count=Count("pk")).order_by("position")
    assert [group["count"] for group in settled(groups)] == [4, 3]
