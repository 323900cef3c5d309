"""What a person sees who starts a command with something wrong: one line that says what to do, no traceback."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

NOT_A_PERSONS = (
    "ERGO_",
    "DATABASE_",
    "DJANGO_",
    "PYTEST_",
)  # settings of the tests, not of whoever starts a command

KEYS = {
    "ERGO_SECRET_KEY": "correct horse battery staple" * 2,
    "ERGO_IDENTIFIER_KEYS": f"k1:{'A' * 43}=",
    "ERGO_INDEX_KEY": f"{'A' * 43}=",
}
FOR_REAL = {
    "DATABASE_URL": "postgresql://ergo_app:x@127.0.0.1:9/ergo",
    "DATABASE_OWNER_URL": "postgresql://ergo_migrator:x@127.0.0.1:9/ergo",
    "ERGO_HOSTS": "ergo.example",
    **KEYS,
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The code in a folder without keys or database."""
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    shutil.copytree(settings.BASE_DIR / "ergo", tmp_path / "ergo")
    for name in ("referrals", "templates", "node_modules"):
        (tmp_path / name).symlink_to(settings.BASE_DIR / name)
    return tmp_path


def manage(checkout: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person would, not as a test."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(NOT_A_PERSONS)}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=checkout, env=kept | environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        (
            FOR_REAL | {"DATABASE_OWNER_URL": "mysql://me:s3cret@host/db"},
            "DATABASE_OWNER_URL must be the address of a PostgreSQL",
        ),
        (
            FOR_REAL | {"DATABASE_OWNER_URL": "postgresql://me:s3cret@host"},
            "DATABASE_OWNER_URL cannot be understood",
        ),
        (
            {"DATABASE_URL": "postgresql://me@127.0.0.1:9/ergo", "ERGO_HOSTS": "a.example"},
            "ERGO_SECRET_KEY is not set",
        ),
        (FOR_REAL | {"DATABASE_OWNER_URL": ""}, "DATABASE_OWNER_URL is not set"),
        (FOR_REAL | {"ERGO_IDENTIFIER_KEYS": "short"}, "ERGO_IDENTIFIER_KEYS must be"),
        (FOR_REAL | {"ERGO_SECRET_KEY": "", "ERGO_SECRET_KEY_FILE": "/no/such"}, "cannot read /no/such"),
        (FOR_REAL, "Cannot connect to the database: "),
        ({"ERGO_DEBUG": "perhaps"}, "ERGO_DEBUG must be 1 or 0, not 'perhaps'"),
        ({"ERGO_PG_BIN": "/no/such"}, "ERGO_PG_BIN: /no/such does not hold initdb and postgres"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value.split(":")[0],
)
def test_a_wrong_setting_stops_the_start_in_one_line(
    environment: dict[str, str], line: str, checkout: Path
) -> None:
    result = manage(checkout, "migrate", **environment)
    assert result.returncode == 1
    assert result.stderr.startswith("ergo: ")
    assert line in result.stderr
    assert result.stderr.count("\n") == 1
    assert "s3cret" not in result.stderr + result.stdout


def test_serving_for_real_needs_to_know_its_host_names_and_commands_do_not(checkout: Path) -> None:
    nameless = FOR_REAL | {"ERGO_HOSTS": ""}
    assert "ERGO_HOSTS is not set" in manage(checkout, "runserver", **nameless).stderr
    assert manage(checkout, "check", **nameless).returncode == 0


def test_krav_30_an_installation_for_real_passes_djangos_checks_for_deployment(checkout: Path) -> None:
    """Django's own list for installations for real finds nothing, not even a warning."""
    result = manage(checkout, "check", "--deploy", "--fail-level", "WARNING", **FOR_REAL)
    assert result.stderr == ""
    assert result.returncode == 0


def test_a_missing_asset_says_what_to_run(checkout: Path) -> None:
    (checkout / "node_modules").unlink()
    result = manage(checkout, "check")
    assert result.returncode == 1
    assert "Run `make setup`." in result.stderr


def test_krav_28_passwords_are_kept_as_argon2id(checkout: Path) -> None:
    """What an installation keeps of a password is its Argon2id hash."""
    code = (
        "from django.contrib.auth.hashers import make_password; print(make_password('riktig-hest-batteri'))"
    )
    result = manage(checkout, "shell", "--no-imports", "-c", code, **FOR_REAL)
    assert "argon2$argon2id$" in result.stdout


def test_a_sign_in_that_is_not_whole_stops_the_start_in_one_line(checkout: Path) -> None:
    result = manage(checkout, "check", **FOR_REAL, ERGO_SSO="entra")
    assert result.stderr == "ergo: ERGO_SSO_ENTRA_ISSUER is not set: ERGO_SSO asks for it.\n"


HEADERS = """
from django.conf import settings
from django.test import Client
answer = Client().get("/health/live", secure=True, HTTP_HOST="ergo.example")
print(answer.status_code, answer.headers["Strict-Transport-Security"], sep="|")
plain = Client().get("/inn/", HTTP_HOST="ergo.example")
print(plain.status_code, plain.headers["Location"], sep="|")
for kind in ("SESSION", "CSRF"):
    named = [getattr(settings, f"{kind}_COOKIE_{what}") for what in ("NAME", "SECURE", "HTTPONLY", "SAMESITE")]
    print(*named, settings.SESSION_COOKIE_DOMAIN, settings.SESSION_COOKIE_PATH, sep="|")
"""


CHOICES = """
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from referrals.views import appearance
asked = RequestFactory().post("/", {"language": "en", "scheme": "dark"}, secure=True, HTTP_HOST="ergo.example")
asked.user = AnonymousUser()
for choose in (appearance.choose_language, appearance.choose_colour_scheme):
    (cookie,) = choose(asked).cookies.values()
    print(cookie.key, *(cookie[what] for what in ("secure", "httponly", "samesite", "domain", "path")), sep="|")
"""


def test_krav_29_what_is_chosen_before_signing_in_is_kept_as_closely(checkout: Path) -> None:
    """The cookies of language and colours are __Host- too: no other cookie is set (see the doors)."""
    result = manage(checkout, "shell", "--no-imports", "-c", CHOICES, **FOR_REAL)
    assert result.stdout.splitlines() == [
        "__Host-language|True|True|Lax||/",
        "__Host-colour_scheme|True|True|Lax||/",
    ], result.stderr


def test_krav_29_an_installation_for_real_keeps_to_https_and_binds_its_cookies(checkout: Path) -> None:
    """HSTS for a year with subdomains, plain http is led to https, and cookies are __Host-, secure and unreadable."""
    result = manage(checkout, "shell", "--no-imports", "-c", HEADERS, **FOR_REAL)
    assert result.stdout.splitlines() == [
        "200|max-age=31536000; includeSubDomains",
        "301|https://ergo.example/inn/",
        "__Host-ergo-session|True|True|Lax|None|/",
        "__Host-ergo-csrf|True|True|Lax|None|/",
    ], result.stderr
