"""Formats of the nynorsk pages."""
