"""NCMEC: list and fetch cases (`source.py`), and read them."""
