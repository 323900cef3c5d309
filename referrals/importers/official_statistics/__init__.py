"""Official statistics of ergoterapeuter: files as Statistics Norway delivers them, read into one table, then figures.

One module a format (`jsonstat`, `delimited`, `workbook`; the last two share `grid`), a neutral table between
(`table`), what its places and contents mean here (`regions`, `contents`, `figures`), and the door (`reading`).
"""
