"""What people see when a page leads no further."""

import pytest
from django.template.loader import get_template
from django.test import Client
from django.utils import translation
from django.views import defaults

BARE = ["400.html", "403_csrf.html", "500.html"]


@pytest.mark.parametrize("name", BARE)
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_page_for_trouble_needs_nothing_at_all(name, language):
    with translation.override(language):
        page = get_template(name).render()
    assert f'<html lang="{language}"' in page
    assert 'href="/static/app/app.css"' in page
    assert page.count("<h1") == 1


def test_an_error_of_ours_is_told_without_details(rf):
    response = defaults.server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Traceback" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.urls("tests.look.urls")
def test_a_page_that_is_not_there_keeps_the_frame():
    response = Client().get("/look/missing/")
    page = response.content.decode()
    assert response.status_code == 404
    assert 'class="dead-end"' in page and 'class="site-footer"' in page


@pytest.mark.django_db
@pytest.mark.urls("tests.look.urls")
def test_a_form_from_a_page_that_was_open_too_long_is_told_so():
    response = Client(enforce_csrf_checks=True).post("/utseende/", {"scheme": "dark"})
    assert response.status_code == 403
    assert 'class="dead-end"' in response.content.decode()
