"""Whole tasks in a real browser, as the people do them who use it: run with `make journeys`."""
