"""The door for a WSGI server: `gunicorn ergo.wsgi`."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from ergo.env import ConfigurationError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ergo.settings")
try:
    application = get_wsgi_application()
except ConfigurationError as error:
    sys.exit(f"ergo: {error}")
