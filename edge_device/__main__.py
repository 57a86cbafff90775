"""`python -m edge_device` is `homeward-edge`."""

from edge_device.cli import app

app(prog_name="homeward-edge")
