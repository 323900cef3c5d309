"""Ergo's database engine: Django's for PostgreSQL, which starts the embedded server when it is needed."""
