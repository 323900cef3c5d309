"""The lists: columns, sort orders, pages. How a list comes about: docs/frontend.md."""
