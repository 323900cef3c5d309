"""Formats of the bokmål pages."""
