"""The door for a WSGI server: `gunicorn ergo.wsgi`."""

import os
import sys

from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection

from ergo.env import ConfigurationError

WILL_NOT_HELP_TO_TRY_AGAIN = 3
"""Gunicorn gives up at this exit code of a worker; at any other it starts the next one."""


def refuse_wrong_role() -> None:
    """Tell a wrong role now rather than on the first page. A database that is down may come back: go on."""
    try:
        connection.ensure_connection()
    except OperationalError:
        pass
    finally:
        connection.close()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ergo.settings")
try:
    application = get_wsgi_application()
    refuse_wrong_role()
except ConfigurationError as error:
    print(f"ergo: {error}", file=sys.stderr)
    sys.exit(WILL_NOT_HELP_TO_TRY_AGAIN)
