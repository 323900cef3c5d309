"""Dates and numbers as Norwegian public services write them, in every language of the pages."""
