"""The geometry of the charts: numbers in, places on the paper out. Templates draw, style sheets colour.

No chart knows a model or a report, and every one of them is a frozen dataclass, so that it can be cached. Empty data,
one value, zeros and gaps are ordinary cases: a chart that has nothing to show says so with `is_empty`.
docs/adr/0004-server-rendered-charts.md.
"""
