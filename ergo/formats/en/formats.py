"""English: as common, with a decimal point."""

from ergo.formats.common import *  # noqa: F403  (Django reads the names of this very module)

DECIMAL_SEPARATOR = "."
