"""The header where there are many pages and long names: it takes more lines, and nothing lies upon anything else."""

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Locator, Page

from referrals.models import Municipality, User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("role", ["coordinator", "therapist_user", "manager"])
def test_the_menu_and_the_names_stand_clear_of_each_other(
    page: Page,
    sign_in: Callable[[User], None],
    municipality: Municipality,
    role: str,
    request: pytest.FixtureRequest,
) -> None:
    user = request.getfixturevalue(role)
    Municipality.objects.filter(pk=municipality.pk).update(full_name="Storfjord – Omasvuotna – Omasvuono")
    User.objects.filter(pk=user.pk).update(first_name="Anne Kristine", last_name="Johannessen")
    sign_in(user)
    for width in (960, 1280, 1600, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/personvern/")
        pages, names = page.locator(".site-nav li").all(), page.locator(".site-tools > *").all()
        assert not any(overlap(one, other) for one, other in product(pages, names)), width


def overlap(one: Locator, other: Locator) -> bool:
    """Whether two elements have a place in common."""
    a, b = one.bounding_box(), other.bounding_box()
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    above = a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
    return not (beside or above)
