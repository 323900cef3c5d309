"""Work that nobody waits for: what is due each minute or night, and what takes longer than a page.

`registry` names every job in one place, `running` is the frame around each, `queue` gives them to the workers that
`manage.py run_jobs` starts. Why the queue lies in PostgreSQL: docs/adr/0012-jobs-in-postgresql.md.
"""
