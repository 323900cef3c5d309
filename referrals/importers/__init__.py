"""Files that come in: rows with line numbers, every row checked, then a preview or one write."""
