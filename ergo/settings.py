"""The one settings file. What differs between installations is read from the environment."""

import os
import sys
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from ergo import database, env, keys

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / ".data"

# Where are we? pytest sets PYTEST_VERSION, `make demo` sets ERGO_DEMO. Whatever has a database of its own and
# is neither test, demo nor development is an installation for real: it needs keys, host names and https.
TESTING = "PYTEST_VERSION" in os.environ
DEBUG = env.flag("ERGO_DEBUG")
DEMO = env.flag("ERGO_DEMO")
FOR_REAL = bool(env.secret("DATABASE_URL")) and not (TESTING or DEBUG or DEMO)
PURPOSE = database.Purpose.OWN if TESTING else database.purpose_of(sys.argv)  # tests: tests/conftest.py

_keys = keys.KeyStore(DATA_DIR / "keys", may_create=not FOR_REAL)
SECRET_KEY = _keys.load(keys.DJANGO)
IDENTIFIER_KEYS = _keys.load(keys.IDENTIFIERS)
IDENTIFIER_INDEX_KEY = _keys.load(keys.INDEX)

# --- Web ---

ALLOWED_HOSTS = env.names("ERGO_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
if FOR_REAL and PURPOSE is database.Purpose.SERVE and not env.names("ERGO_HOSTS"):
    raise env.ConfigurationError(
        "ERGO_HOSTS is not set: give the host names of the pages, as in ergo.kommune.no."
    )

# Whom people write to about accessibility and privacy: an e-mail address or a telephone number.
CONTACT = env.text("ERGO_CONTACT")

ROOT_URLCONF = "ergo.urls"
WSGI_APPLICATION = "ergo.wsgi.application"

INSTALLED_APPS = [
    "procrastinate.contrib.django",  # before referrals, which takes its pages out of the admin site again
    "referrals",  # before django.forms and the admin: its form and admin templates win over theirs
    "ergo.apps.ErgoAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "django_tables2",
    "django_filters",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    # Outside of all that opens a session or a transaction.
    "referrals.views.security.SecurityLogMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "referrals.views.access.AccessMiddleware",
    # Public is the exception: such a page says so itself, with @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "ergo.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "referrals.views.context.frame",
            ],
        },
    },
]

DJANGO_TABLES2_TEMPLATE = "tables/table.html"

# --- Database ---

DATABASES = {"default": database.settings_for(PURPOSE, DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Sign-in ---

AUTH_USER_MODEL = "referrals.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "sign_in"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # fast; no test guards a real password

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "referrals.views.security.forged_form"
CSRF_COOKIE_SAMESITE = "Lax"

# --- Transport and headers ---

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

if FOR_REAL:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # Preloading binds the whole domain of the municipality: its owner's decision, not this app's.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # The prefix makes the browser refuse such a cookie from another host or over plain http.
    SESSION_COOKIE_NAME = "__Host-ergo-session"
    CSRF_COOKIE_NAME = "__Host-ergo-csrf"

# No inline script or style exists in any page, so neither a nonce nor 'unsafe-inline' is needed.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the design system draws its icons as data: masks
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 5

# --- Jobs and backups ---

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None  # referrals.jobs.registry names the jobs, one by one

# Where nightly backups go; empty: none is made here. The newest so many are kept.
BACKUP_DIR = env.text("ERGO_BACKUP_DIR")
BACKUPS_KEPT = env.number("ERGO_BACKUPS_KEPT", 14)

# --- Static files ---

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticroot"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder", "ergo.assets.NpmFinder"]
NODE_MODULES = BASE_DIR / "node_modules"
# The manifest names every file by its content, cached for ever. Tests and development read the sources.
_static_storage = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if TESTING or DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}

# --- Language and time ---

LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", _("Norwegian bokmål")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = FOR_REAL
LOCALE_PATHS = [BASE_DIR / "referrals" / "locale"]
FORMAT_MODULE_PATH = "ergo.formats"
TIME_ZONE = "Europe/Oslo"
USE_TZ = True

# --- Log ---

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "discreet": {
            "()": "ergo.logs.DiscreetFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
