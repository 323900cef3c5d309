"""Ergo's own PostgreSQL, for the demo, development and tests: nobody has to install a server.

It lies under `.data/postgres`, listens on a socket only, asks for passwords, starts with the first process
that needs it and stops with the last. Processes share it by kernel locks, which even kill -9 frees.
Why it is built this way: docs/adr/0002-embedded-postgresql.md.
"""

from ergo.embedded.server import Login, Server, shared_server

__all__ = ["Login", "Server", "shared_server"]
