#!/usr/bin/env python3
"""Run one of Django's or Ergo's commands: `.venv/bin/python manage.py help`."""

import os
import sys

try:
    from django.core.management import execute_from_command_line
    from django.db import Error
except ImportError:
    sys.exit(
        "ergo: Django is not installed for this Python: run `make setup`, then .venv/bin/python manage.py."
    )

from ergo.database import advice
from ergo.env import ConfigurationError


def main() -> None:
    """Run the command named on the command line; what the installation lacks is told in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ergo.settings")
    try:
        execute_from_command_line(sys.argv)
    except ConfigurationError as error:
        sys.exit(f"ergo: {error}")
    except KeyboardInterrupt:
        sys.exit("ergo: interrupted.")
    except Error as error:
        if line := advice(error):
            sys.exit(f"ergo: {line}")
        raise


if __name__ == "__main__":
    main()
