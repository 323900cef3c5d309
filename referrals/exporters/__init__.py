"""Reports as files and as text for the shell. Each takes a finished report and knows no model.

A figure that may not be shown is null in JSON, with its name under `suppressed`, and in words elsewhere; never 0.
"""
