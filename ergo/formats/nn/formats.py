"""Nynorsk: dates and numbers are those of bokmål."""

from ergo.formats.nb.formats import *  # noqa: F403  (Django reads the names of this very module)
