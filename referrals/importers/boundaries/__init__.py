"""Boundaries of municipalities: a GeoJSON file as Geonorge delivers it, drawn as a small map.

The file's form (`geojson`), its features (`features`) in one reference system (`systems`), what the registers know of
them (`matching`), the simplified drawing (`drawing`), and the door (`reading`).
"""
