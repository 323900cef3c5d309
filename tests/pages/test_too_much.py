"""Forms that are larger than any of ours: refused before they are read, with a page that says so."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from referrals.models import Municipality, User

ClientFor = Callable[[User], Client]


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    client = client_for(coordinator)
    client.raise_request_exception = False
    return client


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/k/{municipality.code}/henvisninger/ny/"


TOO_MUCH = {
    "a body": {"name": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)},
    "fields": {f"field{n}": "" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)},
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_krav_32_a_form_beyond_every_limit_is_refused(what: str, office: Client, address: str) -> None:
    """More than 2.5 MB, or more than 500 fields: a clear page, and nothing is read."""
    answer = office.post(address, TOO_MUCH[what])
    assert answer.status_code == 400
    assert "Ergo" in answer.content.decode() and "xxx" not in answer.content.decode()


def test_krav_32_too_many_files_are_refused(office: Client, address: str) -> None:
    """More than five files at once."""
    files = {f"file{n}": SimpleUploadedFile(f"{n}.csv", b"x") for n in range(6)}
    assert office.post(address, files).status_code == 400


def test_krav_32_a_body_shorter_than_it_says_is_refused_or_ignored(office: Client, address: str) -> None:
    """A length that lies does not make the server wait or fall."""
    answer = office.generic(
        "POST", address, b"name=x", "application/x-www-form-urlencoded", CONTENT_LENGTH="9999999999"
    )
    assert answer.status_code == 400
