"""Tests of the project's habits, the harness among them."""
