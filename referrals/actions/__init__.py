"""Every write of the product: one verb, one transaction, one line of history.

All take keywords only. `access` is what the user may do, `by` is the user, `at` is the instant of registration; the
days on which things happened are arguments of their own. Whoever calls gets the saved row, or a DomainError after
which nothing has been written. A record that the user may not see behaves as if it did not exist.
"""
