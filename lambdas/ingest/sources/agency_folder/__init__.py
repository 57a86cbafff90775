"""An agency's own folder: list and fetch cases (`source.py`), and read them."""
