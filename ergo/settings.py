"""The one settings file. What differs between installations is read from the environment."""

import os
import sys
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from ergo import database, env, keys, mail, single_sign_on

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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
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
    "referrals.views.demo.NoDemoForReal",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    # Outside of all that opens a session or a transaction.
    "referrals.views.security.SecurityLogMiddleware",
    "referrals.views.open_switch.NobodyAsks",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "referrals.views.session_age.SessionAgeMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "referrals.views.second_factor.SecondFactorMiddleware",
    "referrals.views.reauthentication.ReauthenticationMiddleware",
    "referrals.views.access.AccessMiddleware",
    # Public is the exception: such a page says so itself, with @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "ergo.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "referrals.views.methods.NotAPageMiddleware",
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

# --- Cache ---

# The counters that slow down guessing, and the one-time codes that were used, must be the same in every process and
# survive a request that is rolled back: so they lie in PostgreSQL, and the pages that count write without a
# transaction of their own (referrals/urls.py). "process" is for what each process may remember by itself.
_memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
SHARED_CACHE = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "ergo_cache",  # made by the migration 0008_sign_in
    "OPTIONS": {
        "MAX_ENTRIES": 100_000
    },  # above it a third is dropped: no flood of names may wash out counters
}
CACHES = {
    "default": _memory | {"LOCATION": "shared"} if TESTING else SHARED_CACHE,
    "process": _memory | {"LOCATION": "process"},
}

# --- Sign-in ---

AUTH_USER_MODEL = "referrals.User"
AUTHENTICATION_BACKENDS = ["ergo.sign_in.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "account_login"

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
    {"NAME": "ergo.passwords.NorwegianCommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# django-allauth: who signs in is prepared by an administrator; nobody signs up, and no way in goes by e-mail.
ACCOUNT_ADAPTER = "referrals.views.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_FORMS = {
    "login": "referrals.forms.sign_in.SignInForm",
    "reauthenticate": "referrals.forms.account.ConfirmByPasswordForm",
    "change_password": "referrals.forms.account.ChangePasswordForm",
}
# The key is name and address, so that nobody keeps a colleague out from elsewhere, and comes first: what it turns away
# uses up nothing else. Staff often share one outward address, so counting by address alone is generous. By name alone
# is for guessing from many addresses: more in an hour than one address can use up.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "5/5m/key,600/5m/ip",
    "login_failed_by_name": "100/h/key",
    "reauthenticate": "10/5m/user",
    "change_password": "10/5m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("ERGO_PROXIES", 1 if FOR_REAL else 0, least=0)

# The municipality's own sign-in, by name; who comes from there is matched by issuer and subject.
SINGLE_SIGN_ON = single_sign_on.providers(for_real=FOR_REAL)

MFA_ADAPTER = "referrals.views.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey alone lets in, so the key must know its owner: by PIN, finger or face.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Ergo"
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_FORMS = {
    "authenticate": "referrals.forms.account.CodeForm",
    "reauthenticate": "referrals.forms.account.ConfirmByCodeForm",
    "activate_totp": "referrals.forms.account.AddAppForm",
    "deactivate_totp": "referrals.forms.account.RemoveAppForm",
    "add_webauthn": "referrals.forms.account.AddPasskeyForm",
    "authenticate_webauthn": "referrals.forms.account.PasskeyForm",
    "login_webauthn": "referrals.forms.account.SignInByPasskeyForm",
    "reauthenticate_webauthn": "referrals.forms.account.ConfirmByPasskeyForm",
}

SESSION_ENGINE = "ergo.sessions"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "referrals.views.security.forged_form"
CSRF_COOKIE_SAMESITE = "Lax"
# Words such as "Referral 2026-000123 is registered" stay here, and lie in no cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Transport and headers ---

# The prefix makes the browser refuse such a cookie from another host or over plain http.
COOKIE_PREFIX = "__Host-" if FOR_REAL else ""

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

if FOR_REAL:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]  # asked by machines inside, past the proxy that ends https
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # Preloading binds the whole domain of the municipality: its owner's decision, not this app's.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}ergo-session"
    CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}ergo-csrf"

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

# --- E-mail ---

# Only the daily e-mail of deadlines is sent, and only where a mail server is set.
_mail = mail.server(for_real=FOR_REAL)
MAIL_IS_SET = _mail is not None
ADDRESS = _mail.address if _mail else ""
if _mail:
    EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = _mail.host, _mail.port, mail.LONGEST_SECONDS
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.security == "starttls", _mail.security == "tls"
    DEFAULT_FROM_EMAIL = _mail.sender

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
LANGUAGES = [("nb", _("Norwegian bokmål")), ("nn", _("Norwegian nynorsk")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = FOR_REAL
COLOUR_SCHEME_COOKIE_NAME = f"{COOKIE_PREFIX}colour_scheme"
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
    "filters": {"refusals": {"()": "ergo.logs.RefusalsInOneLine"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "discreet", "filters": ["refusals"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
