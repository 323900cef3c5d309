"""Backups that are known to restore: a dump with a manifest of what was in it, and the drill that compares.

Standard tools of PostgreSQL do the work; what is ours is the question whether the copy equals what was dumped.
"""
