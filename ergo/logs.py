"""What goes to the log: enough to mend a fault, nothing about a person."""

import logging
import re
from types import TracebackType

from django.core.exceptions import PermissionDenied

# PostgreSQL repeats the refused row or key in these lines of an error, and with it names and identifiers.
ROW_CONTENT = re.compile(r"^(DETAIL|CONTEXT|HINT):.*(\n(?!\S).*)*\n?", re.MULTILINE)


class RefusalsInOneLine(logging.Filter):
    """A page that somebody may not see is no fault: its line says which page, and no traceback follows."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keeps the record, without what is only there for faults."""
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True


ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    """Formats what is said, and tracebacks, without the lines in which PostgreSQL quotes what was in a row."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the quoting lines taken out: psycopg logs an error of its own where another one is raised."""
        return ROW_CONTENT.sub("", super().format(record)).rstrip("\n")

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  (the name is logging's)
        """The traceback, with the quoting lines taken out."""
        return ROW_CONTENT.sub("", super().formatException(ei)).rstrip("\n")
