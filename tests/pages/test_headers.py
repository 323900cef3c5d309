"""What every answer tells the browser, whichever page it is."""

import pytest
from django.test import Client

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
    "manifest-src 'self'"
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [("/inn/", 200), ("/", 302), ("/no/such/page/", 404)],
    ids=["sign-in", "redirect", "not found"],
)
def test_every_answer_carries_the_same_protection(client: Client, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    policy = {part.strip() for part in response.headers["Content-Security-Policy"].split(";")}
    assert policy == {part.strip() for part in POLICY.split(";")}
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Content-Language"] == "nb"
