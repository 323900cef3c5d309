"""Which PostgreSQL the process talks to, and as whom."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ergo import env
from ergo.env import ConfigurationError

CONNECTION_SECONDS = 600


def settings_for(base_dir: Path, command: str) -> dict[str, Any]:
    """Django's settings of the one database connection."""
    url = env.secret("DATABASE_URL")
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} and url:
        raise ConfigurationError("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "ergo",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": True,
    }
