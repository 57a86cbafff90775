"""INTERPOL yellow notices: list and fetch cases (`source.py`), and read them."""
